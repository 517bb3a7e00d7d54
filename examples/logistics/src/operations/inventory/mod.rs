//! What lies where.

pub(crate) mod history;
pub(crate) mod levels;
