//! Suppliers and their credits.

pub(crate) mod archive;
pub(crate) mod consignment_stock;
pub(crate) mod create;
pub(crate) mod credit_balance;
pub(crate) mod credit_ledger;
pub(crate) mod get;
pub(crate) mod held_stock;
pub(crate) mod issue_credit;
pub(crate) mod list;
pub(crate) mod remove_variants;
pub(crate) mod set_primary;
pub(crate) mod set_variants;
pub(crate) mod update;
pub(crate) mod variants;
pub(crate) mod void_credit;
