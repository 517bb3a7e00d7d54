//! The store itself.

pub(crate) mod get;
