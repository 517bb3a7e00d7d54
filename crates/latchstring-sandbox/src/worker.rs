//! How a binary serves as the sandbox's processes.
//!
//! The server starts its own binary again, with one word as its only argument and no environment. That process, the
//! zygote, loads the compiled guest, gives up whatever it can, and forks a worker whenever the server wants one.

use std::{
    os::fd::BorrowedFd,
    sync::atomic::{AtomicBool, Ordering},
};

use crate::process;

/// The one argument by which a binary is asked to be the zygote.
pub(crate) const ARGUMENT: &str = "--latchstring-sandbox-zygote";

/// What a test does in a worker with the source of a program and the server's socket. True when it answered itself and
/// the program is not to run.
#[doc(hidden)]
pub type Takeover = fn(&str, BorrowedFd<'_>) -> bool;

static WAS_CALLED: AtomicBool = AtomicBool::new(false);

/// Turns this process into the sandbox's processes if it was started for that, and then does not return.
///
/// Call it first in `main`, before a thread is started or anything of the environment is read:
///
/// ```no_run
/// latchstring_sandbox::worker::enter_if_asked();
/// // The app's own `main`.
/// ```
///
/// A product's binary made with `latchstring_server::main` does so by itself.
pub fn enter_if_asked() {
    enter(None);
}

/// For tests: workers hand each program to `takeover`, locked in as they are, before they run it.
#[doc(hidden)]
pub fn enter_taken_over_if_asked(takeover: Takeover) {
    enter(Some(takeover));
}

/// Whether this process's binary knows how to be the zygote.
pub(crate) fn was_called() -> bool {
    WAS_CALLED.load(Ordering::Relaxed)
}

fn enter(takeover: Option<Takeover>) {
    WAS_CALLED.store(true, Ordering::Relaxed);
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == ARGUMENT) && arguments.next().is_none() {
        process::become_zygote(takeover);
    }
}
