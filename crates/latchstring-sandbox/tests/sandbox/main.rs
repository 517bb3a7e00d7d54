//! The sandbox from outside: programs in, outcomes out. On threads here; `tests/processes` has the same in processes.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod answers;
mod attacks;
mod calls;
mod errors;
mod guest;
mod isolation;
mod limits;
mod results;
mod support;

/// Where the programs of these tests run.
pub(crate) const ISOLATION: latchstring_sandbox::Isolation = latchstring_sandbox::Isolation::Thread;
