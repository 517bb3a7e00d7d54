//! A guest that lies, in every way that a script of its operations can say: what the control block says, lengths and
//! places, calls, results, errors, growth, traps, loops. What has to hold is in `../src/fuzzing/judge.rs`.
//!
//! Run it with `just fuzz guest`. The first byte has the limits, the second what the calls are answered, the third
//! whether the program was changed by the check; the rest is the script (`liar.wat`).

#![no_main]

mod liar;

use std::cell::RefCell;

use latchstring_sandbox::fuzzing::Guests;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static GUESTS: RefCell<Guests> = RefCell::new(Guests::new(&liar::module()));
}

fuzz_target!(|bytes: &[u8]| {
    GUESTS.with_borrow_mut(|guests| guests.run(bytes));
});
