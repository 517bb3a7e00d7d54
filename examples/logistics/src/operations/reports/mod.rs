//! Reports.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod list;
pub(crate) mod preview;
pub(crate) mod run_now;
pub(crate) mod update;
