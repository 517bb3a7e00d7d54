//! The sandbox with its second wall: what `tests/sandbox` lets programs do again, and what the wall promises besides.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

#[path = "../sandbox/attacks/mod.rs"]
mod attacks;
#[path = "../sandbox/calls.rs"]
mod calls;
mod confinement;
#[path = "../sandbox/errors.rs"]
mod errors;
mod family;
#[path = "../sandbox/isolation.rs"]
mod isolation;
#[path = "../sandbox/limits.rs"]
mod limits;
mod log;
mod pool;
#[path = "../sandbox/results.rs"]
mod results;
#[path = "../sandbox/support.rs"]
mod support;
mod taken_over;

/// Where the programs of these tests run.
pub(crate) const ISOLATION: latchstring_sandbox::Isolation = latchstring_sandbox::Isolation::Process;
