//! Returns to suppliers.

pub(crate) mod activity;
pub(crate) mod add_lines;
pub(crate) mod addresses;
pub(crate) mod advance;
pub(crate) mod back;
pub(crate) mod cancel;
pub(crate) mod codes;
pub(crate) mod create;
pub(crate) mod credits;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod hold;
pub(crate) mod issue_credit;
pub(crate) mod line_items;
pub(crate) mod list;
pub(crate) mod move_inventory;
pub(crate) mod reject;
pub(crate) mod remove_line;
pub(crate) mod resume;
pub(crate) mod set_addresses;
pub(crate) mod set_shipment;
pub(crate) mod shipment;
pub(crate) mod update;
pub(crate) mod update_line;
pub(crate) mod void_credit;
