//! Stock takes.

pub(crate) mod activity;
pub(crate) mod add_lines;
pub(crate) mod cancel;
pub(crate) mod complete;
pub(crate) mod count;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod line_items;
pub(crate) mod list;
pub(crate) mod reasons;
pub(crate) mod remove_line;
pub(crate) mod start;
pub(crate) mod totals;
pub(crate) mod update;
