//! What the core promises, on a domain small enough to read: a notebook.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod faults;
mod many;
mod notebook;
mod replay;
mod session;
mod surface;
