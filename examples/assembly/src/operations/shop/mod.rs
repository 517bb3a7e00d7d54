//! The store itself, read only.

pub(crate) mod get;
