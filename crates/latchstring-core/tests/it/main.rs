//! What the core promises, on a domain small enough to read: a notebook.

mod notebook;
mod session;
mod surface;
