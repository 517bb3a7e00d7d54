//! Purchase orders: what is bought from one supplier for one location.
//!
//! What an order has done to stock is written on its lines (`incoming`, `synced`), so its effect is always the difference
//! between what it did and what it should have done ([`PurchaseOrder::footprint`]). Units go into stock in three steps only:
//! when they are received, where the store wants that, or when somebody asks for it ([`Push`]).

mod actions;
mod lines;
mod payments;
mod receiving;
mod reshape;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Days, NaiveDate, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Address, Amount, Currency, Document, LineId, LocationId, Percent, Preferences, Price, PurchaseOrderId, Shipment,
    SupplierId, VariantId,
    inventory::{AtSupplier, Counted, Moves, Place},
    status::statuses,
    supplier::Fulfilment,
};

pub use actions::PurchaseAction;
pub use lines::{LineChange, MOST_LINES};
pub use payments::{Payment, PaymentMethod};
pub use receiving::{LineCount, Receipt};

statuses! {
    "purchase order",
    /// Where a purchase order stands.
    PurchaseStatus {
        /// Being written; nothing counts yet.
        Draft = "draft",
        /// With the supplier.
        Sent = "sent",
        /// The supplier has confirmed some lines.
        PartiallyConfirmed = "partially_confirmed",
        /// The supplier has confirmed every line.
        Confirmed = "confirmed",
        /// On its way, or being delivered.
        InProgress = "in_progress",
        /// Something of it is there.
        PartiallyReceived = "partially_received",
        /// Nothing of it is still to come.
        Received = "received",
        /// Done.
        Completed = "completed",
        /// Paused by us.
        OnHold = "on_hold",
        /// We and the supplier disagree.
        Disputed = "disputed",
        /// Called off.
        Cancelled = "cancelled",
    }
}

impl PurchaseStatus {
    /// Whether what is still to come counts as incoming.
    pub const fn is_open(self) -> bool {
        match self {
            Self::Sent
            | Self::PartiallyConfirmed
            | Self::Confirmed
            | Self::InProgress
            | Self::PartiallyReceived
            | Self::Received
            | Self::OnHold
            | Self::Disputed => true,
            Self::Draft | Self::Completed | Self::Cancelled => false,
        }
    }
}

/// A purchase order with its lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseOrder {
    /// Which one.
    pub id: PurchaseOrderId,
    /// Counts up.
    pub seq: i64,
    /// What it is called on paper, such as `PO-1007`.
    pub number: String,
    /// What people call it.
    pub name: Option<String>,
    /// Who delivers.
    pub supplier: SupplierId,
    /// Where to.
    pub location: LocationId,
    /// Where it stands.
    pub status: PurchaseStatus,
    /// Where it stood before it was put on hold or disputed.
    pub previous: Option<PurchaseStatus>,
    /// In what it is paid.
    pub currency: Currency,
    /// The tax on lines that name none.
    pub tax_rate: Percent,
    /// What the delivery costs.
    pub shipping_cost: Price,
    /// Notes.
    pub notes: Option<String>,
    /// When what happened.
    pub dates: PurchaseDates,
    /// Whether people say that it is paid; payments say nothing about it.
    pub marked_as_paid: bool,
    /// Who pays.
    pub billing_address: Option<Address>,
    /// Where to, on paper.
    pub shipping_address: Option<Address>,
    /// How it travels.
    pub shipment: Option<Shipment>,
    /// What people attached.
    pub documents: Vec<Document>,
    /// What was paid.
    pub payments: Vec<Payment>,
    /// Whether it is out of sight.
    pub is_archived: bool,
    /// How often it has changed, from 1.
    pub version: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// What is bought, in order.
    #[serde(skip)]
    pub lines: Vec<PurchaseLine>,
}

/// When what happened to a purchase order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(inline)]
pub struct PurchaseDates {
    /// It was sent.
    pub sent_at: Option<DateTime<Utc>>,
    /// The last line was confirmed.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The last unit came.
    pub received_at: Option<DateTime<Utc>>,
    /// It was completed.
    pub completed_at: Option<DateTime<Utc>>,
    /// It was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// When we want it.
    pub requested_delivery: Option<NaiveDate>,
    /// When the supplier says it comes.
    pub expected_delivery: Option<NaiveDate>,
}

/// A line of a purchase order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseLine {
    /// Which one.
    pub id: LineId,
    /// What is bought; `None` for something that is not in the catalogue.
    pub variant: Option<VariantId>,
    /// What people call it.
    pub title: String,
    /// The stock keeping unit.
    pub sku: Option<String>,
    /// The supplier's own number for it.
    pub supplier_sku: Option<String>,
    /// How many were ordered.
    pub ordered: i64,
    /// How many the supplier confirmed; `None` until it has.
    pub confirmed: Option<i64>,
    /// How many came.
    pub received: i64,
    /// How many will not come.
    pub cancelled: i64,
    /// How many came and were sent away.
    pub rejected: i64,
    /// How many of those received were put into stock.
    pub synced: i64,
    /// How many of those received somebody else puts into stock: they came, or lay unsynced, while the store's `blockSync`
    /// was on.
    #[serde(default)]
    pub elsewhere: i64,
    /// How many it has put into `incoming`.
    pub incoming: i64,
    /// What one costs.
    pub unit_cost: Price,
    /// The tax on it; `None`: the order's.
    pub tax_rate: Option<Percent>,
    /// Where units go when they are received.
    pub fulfilment: Fulfilment,
    /// When how many are expected.
    pub schedule: Vec<Scheduled>,
    /// What came when.
    pub receipts: Vec<Receipt>,
    /// Notes.
    pub notes: Option<String>,
}

/// A part of a line that is expected on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(inline)]
pub struct Scheduled {
    /// The day, such as `2026-03-01`.
    pub date: NaiveDate,
    /// How many units.
    pub quantity: i64,
}

impl PurchaseLine {
    /// How many are to come at all: what was confirmed, and before that what was ordered.
    pub fn expected(&self) -> i64 {
        self.confirmed.unwrap_or(self.ordered)
    }

    /// How many came, were sent away or will not come.
    pub fn closed(&self) -> i64 {
        self.received + self.cancelled + self.rejected
    }

    /// How many are still to come.
    pub fn pending(&self) -> i64 {
        (self.expected() - self.closed()).max(0)
    }

    /// What it costs without tax.
    pub fn cost(&self) -> Amount {
        self.unit_cost.times(self.expected())
    }

    /// How many of those received wait to be put into stock.
    pub fn unsynced(&self) -> i64 {
        self.received - self.synced - self.elsewhere
    }

    fn is_stocked(&self) -> bool {
        self.variant.is_some() && self.fulfilment == Fulfilment::Warehouse
    }
}

/// Whether to put into stock what was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Push {
    /// The step is about something else.
    Never,
    /// Where the store's preferences say so.
    AsPreferred,
    /// Now.
    Now,
}

/// The sums of an order, in its currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PurchaseTotals {
    /// The lines.
    pub subtotal: Amount,
    /// The tax on them.
    pub tax: Amount,
    /// The delivery.
    pub shipping: Amount,
    /// All of that.
    pub total: Amount,
    /// What credits take off.
    pub credited: Amount,
    /// What is left to pay when credits are taken off; below zero where lines became cheaper since. Payments are not taken
    /// off: they may be in other currencies.
    pub due: Amount,
}

impl PurchaseOrder {
    /// Its sums, with credits of this value applied.
    pub fn totals(&self, credited: Amount) -> PurchaseTotals {
        let subtotal: Amount = self.lines.iter().map(PurchaseLine::cost).sum();
        let taxed = |line: &PurchaseLine| line.cost().share(line.tax_rate.unwrap_or(self.tax_rate));
        let tax: Amount = self.lines.iter().map(taxed).sum();
        let total = subtotal.plus(tax).plus(self.shipping_cost.amount());
        PurchaseTotals {
            subtotal,
            tax,
            shipping: self.shipping_cost.amount(),
            total,
            credited,
            due: total.minus(credited),
        }
    }

    /// When to look for it: as requested, or as the supplier says, or as long after the order as deliveries take.
    pub fn delivery_date(&self, lead_time_days: u64) -> Option<NaiveDate> {
        let estimate = || {
            let ordered = self.dates.sent_at.unwrap_or(self.created_at).date_naive();
            ordered.checked_add_days(Days::new(lead_time_days))
        };
        let dates = &self.dates;
        dates.requested_delivery.or(dates.expected_delivery).or_else(estimate)
    }

    /// One of its lines.
    pub fn line(&self, id: &LineId) -> Option<&PurchaseLine> {
        self.lines.iter().find(|line| line.id == *id)
    }

    /// How many units are still to come; none once it is completed or cancelled.
    pub fn pending(&self) -> i64 {
        self.lines.iter().map(|line| self.pending_of(line)).sum()
    }

    /// The same of one of its lines.
    pub fn pending_of(&self, line: &PurchaseLine) -> i64 {
        match self.status {
            PurchaseStatus::Completed | PurchaseStatus::Cancelled => 0,
            PurchaseStatus::Draft
            | PurchaseStatus::Sent
            | PurchaseStatus::PartiallyConfirmed
            | PurchaseStatus::Confirmed
            | PurchaseStatus::InProgress
            | PurchaseStatus::PartiallyReceived
            | PurchaseStatus::Received
            | PurchaseStatus::OnHold
            | PurchaseStatus::Disputed => line.pending(),
        }
    }

    /// How many received units wait to be put into stock.
    pub fn unsynced(&self) -> i64 {
        self.lines.iter().map(PurchaseLine::unsynced).sum()
    }

    /// How many of its units lie at its location, whoever put them there.
    pub fn lying_there(&self) -> i64 {
        let stocked = self.lines.iter().filter(|line| line.is_stocked());
        stocked.map(|line| line.synced + line.elsewhere).sum()
    }

    /// Writes on the lines what they should have done to stock by now.
    pub fn recompute(&mut self, preferences: &Preferences, push: Push) {
        let is_open = self.status.is_open();
        let puts = match push {
            Push::Never => false,
            Push::AsPreferred => preferences.auto_sync_on_receive,
            Push::Now => true,
        };
        for line in &mut self.lines {
            if line.is_stocked() {
                line.synced = line.synced.min(line.received);
                let rest = line.received - line.synced;
                line.elsewhere = if preferences.block_sync {
                    rest
                } else {
                    line.elsewhere.min(rest)
                };
                if puts {
                    line.synced = line.received - line.elsewhere;
                }
            } else {
                // What stays with the supplier does so by being received.
                (line.synced, line.elsewhere) = (line.received, 0);
            }
            // What came and is not in stock yet is still on its way there.
            let counts = is_open && preferences.track_incoming && line.is_stocked();
            line.incoming = if counts { line.pending() + line.unsynced() } else { 0 };
        }
    }

    /// What the order has done to stock, as its lines say.
    pub fn footprint(&self) -> Moves {
        let mut moves = Moves::default();
        for line in &self.lines {
            let Some(variant) = &line.variant else { continue };
            let place = match line.fulfilment {
                Fulfilment::Warehouse => Place::Location(self.location.clone(), Counted::Available),
                Fulfilment::HoldAtSupplier => Place::Supplier(self.supplier.clone(), AtSupplier::Held),
                Fulfilment::Consignment => Place::Supplier(self.supplier.clone(), AtSupplier::Consignment),
            };
            moves.push(variant, place, line.synced);
            moves.incoming(variant, &self.location, line.incoming);
        }
        moves
    }
}
