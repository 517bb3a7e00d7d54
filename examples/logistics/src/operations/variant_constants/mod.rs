//! Reorder rules.

pub(crate) mod clear;
pub(crate) mod list;
pub(crate) mod set;
