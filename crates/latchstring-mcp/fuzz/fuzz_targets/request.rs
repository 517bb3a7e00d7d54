//! Requests of every shape, sent through the real routers of both protocols: once with a grant that may read, and once
//! with one that may write. What is looked at on every answer is in `checks.rs`.
//!
//! Run it with `just fuzz`. With `FUZZ_SHOW` set in the environment, requests and answers are printed, for when it is given
//! a single file. An input that begins with a capital letter is a request as one would write it down (see
//! `corpus/`); any other is the seed of a mostly well-formed one (see `input.rs`).

#![no_main]

mod checks;
mod domain;
mod input;
mod sandbox;
mod shape;
mod world;

use latchstring_core::Scope;
use libfuzzer_sys::{Corpus, fuzz_target};

use crate::{input::Asked, world::World};

thread_local! {
    static WORLD: World = World::new();
    static SHOWS: bool = std::env::var_os("FUZZ_SHOW").is_some();
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(asked) = Asked::read(bytes) else {
        return Corpus::Reject;
    };
    let message = checks::message_of(&asked);
    WORLD.with(|world| {
        for scope in [Scope::Read, Scope::ReadWrite] {
            let (told, done) = world.ask(&asked, scope);
            if SHOWS.with(|shows| *shows) {
                eprintln!("{asked}\n\n-> as {scope:?}: {told}\n");
            }
            checks::check(&asked, &message, &told, scope, done);
        }
    });
    Corpus::Keep
});
