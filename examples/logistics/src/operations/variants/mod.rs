//! Variants.

pub(crate) mod get;
pub(crate) mod get_many;
pub(crate) mod list;
