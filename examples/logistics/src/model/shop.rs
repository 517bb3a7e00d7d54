//! A store: its plan, its preferences, its locations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Currency, LocationId, status::named};

/// A store and how it is set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shop {
    /// Its name.
    pub name: String,
    /// In what its own stock is valued.
    pub currency: Currency,
    /// What it pays for.
    pub plan: Plan,
    /// How it is set up.
    pub preferences: Preferences,
}

named! {
    /// What a store pays for; each has what those before it have.
    Plan {
        /// Orders, transfers, counts, suppliers, reports.
        Core = "core",
        /// Also notifications.
        Enhanced = "enhanced",
        /// Also returns to suppliers.
        Elevate = "elevate",
    }
}

/// How a store is set up. People change it; an assistant can only read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent switches, as people see them on one page"
)]
pub struct Preferences {
    /// Whether what a purchase order receives goes into stock with `app.purchaseOrders.receive`; otherwise `syncInventory` or
    /// `quickComplete` puts it there.
    pub auto_sync_on_receive: bool,
    /// Whether purchase orders never put anything into stock, because somebody else does. What came meanwhile is never put
    /// there by them, also after this is turned off.
    pub block_sync: bool,
    /// Whether open purchase orders count as incoming.
    pub track_incoming: bool,
    /// Whether transfers move only what is incoming, because somebody else moves the stock itself. A transfer goes by what
    /// held when it was sent.
    pub disable_available_movements: bool,
}

impl Default for Preferences {
    fn default() -> Self {
        Self {
            auto_sync_on_receive: true,
            block_sync: false,
            track_incoming: true,
            disable_available_movements: false,
        }
    }
}

/// A place where stock lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Which one.
    pub id: LocationId,
    /// The shop platform's name for it.
    pub name: String,
    /// The store's own name for it.
    pub name_override: Option<String>,
    /// Where it is.
    pub address: Option<String>,
    /// Whether it is in use.
    pub is_active: bool,
}

impl Location {
    /// What people call it.
    pub fn shown_name(&self) -> &str {
        self.name_override.as_deref().unwrap_or(&self.name)
    }
}
