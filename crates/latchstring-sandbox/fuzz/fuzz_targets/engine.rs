//! The real engine, whose memory was written over: before a program, and between its turns. What has to hold is in
//! `../src/fuzzing/judge.rs`.
//!
//! Run it with `just fuzz engine`. The first byte has the limits, the second the program, and then before each turn come
//! words and where they go (`../src/fuzzing/engine.rs`).

#![no_main]

use std::cell::RefCell;

use latchstring_sandbox::fuzzing::Engines;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static ENGINES: RefCell<Engines> = RefCell::new(Engines::new(None));
}

fuzz_target!(|bytes: &[u8]| {
    ENGINES.with_borrow_mut(|engines| engines.run(bytes));
});
