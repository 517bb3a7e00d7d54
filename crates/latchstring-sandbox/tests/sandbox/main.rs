//! The sandbox from outside: programs in, outcomes out.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod attacks;
mod calls;
mod errors;
mod guest;
mod isolation;
mod limits;
mod results;
mod support;
