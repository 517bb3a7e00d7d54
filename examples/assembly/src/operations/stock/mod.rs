//! What happened to counts.

pub(crate) mod history;
