//! Raw materials and their stock.

pub(crate) mod create_virtual;
pub(crate) mod get;
pub(crate) mod inventory;
pub(crate) mod list;
pub(crate) mod register;
pub(crate) mod remove;
pub(crate) mod set_stock;
pub(crate) mod update;
