//! Frames that lie: from a worker process to the server, and from a server to a worker. What has to hold is in
//! `../src/fuzzing/frames.rs` and `judge.rs`.
//!
//! Run it with `just fuzz frames`. The first byte has who lies; the rest is frames that are nearly right
//! (`../src/fuzzing/frames/made.rs`).

#![no_main]

mod liar;

use std::cell::RefCell;

use latchstring_sandbox::fuzzing::Frames;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static FRAMES: RefCell<Frames> = RefCell::new(Frames::new(&liar::module()));
}

fuzz_target!(|bytes: &[u8]| {
    FRAMES.with_borrow_mut(|frames| frames.run(bytes));
});
