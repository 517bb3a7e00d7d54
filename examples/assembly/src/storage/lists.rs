//! What the lists of a store have in common: pages, sorting, and whether things are used.

use schemars::JsonSchema;
use sea_orm::{Order, sea_query::NullOrdering};
use serde::Deserialize;

/// A page of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Page {
    /// Rows before it.
    pub(crate) offset: u64,
    /// Rows on it.
    pub(crate) limit: u64,
}

/// Whether what is listed is used to make something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum UsageFilter {
    /// Either way.
    #[default]
    All,
    /// In at least one BOM or sub-assembly.
    Used,
    /// In none.
    Unused,
}

/// Where rows without a value come in a sort: before all others, or after them where it is turned round. Databases
/// disagree about it unless it is said.
pub(super) fn no_value(is_descending: bool) -> NullOrdering {
    if is_descending {
        NullOrdering::Last
    } else {
        NullOrdering::First
    }
}

/// The direction of a sort.
pub(super) fn order(is_descending: bool) -> Order {
    if is_descending { Order::Desc } else { Order::Asc }
}
