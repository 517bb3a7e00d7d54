//! Returns to suppliers (RMA): eight statuses forward, and a way back from each.

mod codes;
mod credits;
mod lines;
mod status;
mod steps;
mod stock;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Address, CreditId, Currency, LineId, LocationId, Price, PurchaseOrderId, ReturnOrderId, Shipment, SupplierId,
    VariantId, WrongStatus, status::Action,
};

pub use codes::CodeKind;
pub use credits::CreditStatus;
pub use lines::MOST_LINES;
pub use status::{ReturnAction, ReturnStatus};

/// A return to a supplier, with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnOrder {
    /// Which one.
    pub id: ReturnOrderId,
    /// Counts up.
    pub seq: i64,
    /// What it is called on paper.
    pub number: String,
    /// To whom.
    pub supplier: SupplierId,
    /// Of which purchase order, where it is of one.
    pub purchase_order: Option<PurchaseOrderId>,
    /// From where.
    pub location: LocationId,
    /// In what it is credited.
    pub currency: Currency,
    /// Where it stands.
    pub status: ReturnStatus,
    /// Where it stood before it was put on hold.
    pub previous: Option<ReturnStatus>,
    /// Why, as one of the store's reasons.
    pub reason: String,
    /// Notes.
    pub notes: Option<String>,
    /// When it reached which status, the first first.
    pub dates: Vec<Reached>,
    /// From where, on paper.
    pub from_address: Option<Address>,
    /// Where to, on paper.
    pub to_address: Option<Address>,
    /// How it travels.
    pub shipment: Option<Shipment>,
    /// How often it has changed, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What is returned, in order.
    #[serde(skip)]
    pub lines: Vec<ReturnLine>,
}

/// A status that was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct Reached {
    /// Which.
    pub status: ReturnStatus,
    /// When.
    pub at: DateTime<Utc>,
}

/// A line of a return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ReturnLine {
    /// Which one.
    pub id: LineId,
    /// What is returned.
    pub variant: VariantId,
    /// What people call it.
    pub title: String,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// How many.
    pub quantity: i64,
    /// What one cost.
    pub unit_cost: Price,
    /// Why, as one of the store's reasons.
    pub reason: Option<String>,
    /// In what state, as one of the store's.
    pub condition: Option<String>,
    /// What is to become of it, as one of the store's.
    pub disposition: Option<String>,
    /// Whether it is credited.
    pub credit_status: CreditStatus,
    /// By which credit.
    pub credit: Option<CreditId>,
    /// How much of the credit is for it.
    pub credited: Option<Price>,
    /// How many it has taken out of stock.
    pub moved: i64,
}

impl ReturnOrder {
    /// Checks that something may be done now.
    ///
    /// # Errors
    /// When its status does not allow it.
    pub fn check(&self, action: ReturnAction) -> Result<(), WrongStatus> {
        action.check(self.status)
    }
}
