//! Calls and programs over a [`Surface`](latchstring_core::Surface), whatever the protocol in front.
//!
//! The crate of a protocol reads a request and words an answer. What lies between is here, once: the session, a
//! program with its place among its tenant's, and the end of a call whose caller goes away or whose server stops. So
//! that a tenant's share is one share, all protocols of a server are given the same [`Calls`].

#![forbid(unsafe_code)]

mod budgets;
mod calls;
mod change_set;
mod dry_run;
mod gone;
mod program;
mod shares;

pub use budgets::{Budget, Budgets};
pub use calls::Calls;
pub use program::{READ_INPUT, Ran, RunInput, RunWriteInput, WRITE_INPUT, read_output, write_output};

/// The largest body of a request, in bytes.
pub const MAX_BODY_BYTES: usize = 1 << 20;
