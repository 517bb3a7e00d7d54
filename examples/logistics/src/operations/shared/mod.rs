//! What several operations have in common.

pub(crate) mod activity;
pub(crate) mod changes;
pub(crate) mod found;
pub(crate) mod given;
pub(crate) mod outcome;
pub(crate) mod outlook;
pub(crate) mod paging;
pub(crate) mod purchases;
pub(crate) mod reports;
pub(crate) mod returns;
pub(crate) mod settle;
pub(crate) mod stock_takes;
pub(crate) mod suppliers;
pub(crate) mod transfers;
