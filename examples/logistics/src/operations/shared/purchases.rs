//! Purchase orders, as they are told and given.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use latchstring::{Context, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{found, given::Day};
use crate::{
    Reader, Writer,
    model::{
        Currency, LineId, LocationId, Name, Note, Percent, Price, PurchaseLine, PurchaseOrder, PurchaseOrderId,
        PurchaseStatus, Supplier, SupplierId, Units, VariantId,
        money::Money,
        purchase::{PurchaseDates, PurchaseTotals, Receipt, Scheduled},
        supplier::Fulfilment,
    },
    storage::{Counter, StorageError},
};

/// Days that a delivery takes where no supplier says otherwise.
const LEAD_DAYS: i64 = 14;

/// A purchase order, without its lines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurchaseOrderItem {
    purchase_order_id: PurchaseOrderId,
    /// What it is called on paper.
    number: String,
    /// What people call it.
    name: Option<String>,
    supplier_id: SupplierId,
    supplier_name: String,
    /// Where it goes to.
    location_id: LocationId,
    location_name: String,
    status: PurchaseStatus,
    /// Where it stood before it was put on hold or disputed.
    previous_status: Option<PurchaseStatus>,
    /// Of all its amounts but the payments.
    currency: Currency,
    /// In percent, on lines that name none.
    tax_rate: Percent,
    line_count: usize,
    /// Units of all lines together.
    units: PurchaseUnits,
    totals: PurchaseTotals,
    /// What was paid, in each currency.
    paid: Vec<Money>,
    /// Set by hand; payments say nothing about it.
    marked_as_paid: bool,
    notes: Option<String>,
    dates: PurchaseDates,
    /// When to look for it: as requested, else as the supplier says, else as long after the order as deliveries take.
    delivery_date: Option<NaiveDate>,
    archived: bool,
    /// How often it has changed; for `expectedVersion`.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// Units of a purchase order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurchaseUnits {
    ordered: i64,
    received: i64,
    rejected: i64,
    cancelled: i64,
    /// Still to come; 0 once the order is completed or cancelled.
    pending: i64,
    /// Received, and waiting to be put into stock.
    unsynced: i64,
}

/// A line of a purchase order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurchaseLineItem {
    pub(crate) line_id: LineId,
    /// Null for something that is not in the catalogue.
    variant_id: Option<VariantId>,
    title: String,
    sku: Option<String>,
    /// The supplier's own number for it.
    supplier_sku: Option<String>,
    ordered: i64,
    /// Null until the supplier confirms.
    confirmed: Option<i64>,
    received: i64,
    rejected: i64,
    cancelled: i64,
    /// Still to come: what was confirmed, or else ordered, less what was received, rejected and cancelled; 0 once the order
    /// is completed or cancelled.
    pending: i64,
    /// Received, and put into stock.
    synced: i64,
    /// Received, and put into stock by somebody else, because the store's preference `blockSync` was on.
    synced_elsewhere: i64,
    unit_cost: Price,
    /// In percent; null: the order's.
    tax_rate: Option<Percent>,
    fulfilment: Fulfilment,
    schedule: Vec<Scheduled>,
    receipts: Vec<Receipt>,
    notes: Option<String>,
}

impl PurchaseLineItem {
    pub(crate) fn of(order: &PurchaseOrder, line: &PurchaseLine) -> Self {
        Self {
            line_id: line.id.clone(),
            variant_id: line.variant.clone(),
            title: line.title.clone(),
            sku: line.sku.clone(),
            supplier_sku: line.supplier_sku.clone(),
            ordered: line.ordered,
            confirmed: line.confirmed,
            received: line.received,
            rejected: line.rejected,
            cancelled: line.cancelled,
            pending: order.pending_of(line),
            synced: line.synced,
            synced_elsewhere: line.elsewhere,
            unit_cost: line.unit_cost,
            tax_rate: line.tax_rate,
            fulfilment: line.fulfilment,
            schedule: line.schedule.clone(),
            receipts: line.receipts.clone(),
            notes: line.notes.clone(),
        }
    }
}

/// Orders with what is told of each: a few queries, however many.
pub(crate) async fn show_purchases(
    db: &Reader,
    orders: Vec<PurchaseOrder>,
) -> Result<Vec<PurchaseOrderItem>, StorageError> {
    let ids: Vec<PurchaseOrderId> = orders.iter().map(|order| order.id.clone()).collect();
    let suppliers: Vec<SupplierId> = orders.iter().map(|order| order.supplier.clone()).collect();
    let suppliers = db.suppliers(&suppliers).await?;
    let locations = db.location_names().await?;
    let credited = db.credited(&ids).await?;
    let leads = lead_times(db, &orders).await?;
    let item = |order: PurchaseOrder| {
        let sum = |of: fn(&PurchaseLine) -> i64| order.lines.iter().map(of).sum();
        PurchaseOrderItem {
            supplier_name: suppliers
                .get(&order.supplier)
                .map(|one| one.name.clone())
                .unwrap_or_default(),
            location_name: locations.get(&order.location).cloned().unwrap_or_default(),
            line_count: order.lines.len(),
            units: PurchaseUnits {
                ordered: sum(|line| line.ordered),
                received: sum(|line| line.received),
                rejected: sum(|line| line.rejected),
                cancelled: sum(|line| line.cancelled),
                pending: order.pending(),
                unsynced: order.unsynced(),
            },
            totals: order.totals(credited.get(&order.id).copied().unwrap_or_default()),
            paid: order.paid(),
            delivery_date: order.delivery_date(leads.longest(&order)),
            purchase_order_id: order.id,
            number: order.number,
            name: order.name,
            supplier_id: order.supplier,
            location_id: order.location,
            status: order.status,
            previous_status: order.previous,
            currency: order.currency,
            tax_rate: order.tax_rate,
            marked_as_paid: order.marked_as_paid,
            notes: order.notes,
            dates: order.dates,
            archived: order.is_archived,
            version: order.version,
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    };
    Ok(orders.into_iter().map(item).collect())
}

/// How long suppliers take to deliver what orders have on their lines.
struct LeadTimes(BTreeMap<(SupplierId, VariantId), i64>);

impl LeadTimes {
    /// The longest of an order's lines, in days.
    fn longest(&self, order: &PurchaseOrder) -> u64 {
        let key = |line: &PurchaseLine| Some((order.supplier.clone(), line.variant.clone()?));
        let lead = |line: &PurchaseLine| self.0.get(&key(line)?).copied();
        let longest = order.lines.iter().filter_map(lead).max().unwrap_or(LEAD_DAYS);
        u64::try_from(longest).unwrap_or(0)
    }
}

async fn lead_times(db: &Reader, orders: &[PurchaseOrder]) -> Result<LeadTimes, StorageError> {
    let suppliers: BTreeSet<&SupplierId> = orders.iter().map(|order| &order.supplier).collect();
    let lines = orders.iter().flat_map(|order| &order.lines);
    let variants: BTreeSet<&VariantId> = lines.filter_map(|line| line.variant.as_ref()).collect();
    let (suppliers, variants): (Vec<_>, Vec<_>) = (
        suppliers.into_iter().cloned().collect(),
        variants.into_iter().cloned().collect(),
    );
    let between = db.links_between(&suppliers, &variants).await?;
    Ok(LeadTimes(
        between
            .into_iter()
            .map(|link| ((link.supplier, link.variant), link.lead_time_days))
            .collect(),
    ))
}

/// When to look for an order.
pub(crate) async fn delivery_date(db: &Reader, order: &PurchaseOrder) -> Result<Option<NaiveDate>, StorageError> {
    let leads = lead_times(db, std::slice::from_ref(order)).await?;
    Ok(order.delivery_date(leads.longest(order)))
}

/// A purchase order that was changed or made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PurchaseChanged {
    /// As it is now.
    pub(crate) order: PurchaseOrderItem,
}

/// One order, as it is told.
pub(crate) async fn show_purchase(db: &Reader, order: PurchaseOrder) -> Result<PurchaseOrderItem, OperationError> {
    let shown = show_purchases(db, vec![order]).await?.pop();
    shown.ok_or_else(|| OperationError::internal("a purchase order is not shown"))
}

/// The same, as the answer of a change.
pub(crate) async fn changed(db: &Reader, order: PurchaseOrder) -> Result<PurchaseChanged, OperationError> {
    Ok(PurchaseChanged {
        order: show_purchase(db, order).await?,
    })
}

/// A line to be added, of a variant of the catalogue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPurchaseLine {
    /// What is bought, from `app.variants.list({ search })`. Each variant once for each fulfilment.
    variant_id: VariantId,
    /// How many, at least 1.
    quantity: Units,
    /// What one costs, in the order's currency: a decimal string such as "12.50". If left out: what the supplier asks for
    /// so many, and 0 where that is not known.
    unit_cost: Option<Price>,
    /// The tax on it in percent, such as "19"; the order's if left out.
    tax_rate: Option<Percent>,
    /// Where units go when they are received; what the supplier's terms say if left out.
    fulfilment: Option<Fulfilment>,
    /// The supplier's own number for it; what the supplier's terms say if left out.
    supplier_sku: Option<Name>,
    /// When how many are expected; no more than `quantity` together.
    schedule: Option<Vec<ScheduledInput>>,
    /// Notes, at most 5000 characters.
    notes: Option<Note>,
}

/// A part of a line that is expected on a day.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ScheduledInput {
    /// The day, such as `2026-03-01`.
    date: Day,
    /// How many units, at least 1.
    quantity: Units,
}

impl From<ScheduledInput> for Scheduled {
    fn from(part: ScheduledInput) -> Self {
        Self {
            date: part.date.into(),
            quantity: part.quantity.get(),
        }
    }
}

/// Lines to be added, with what the catalogue and the supplier say of them.
pub(crate) async fn new_lines(
    cx: &Context,
    db: &Reader,
    (supplier, currency): (&SupplierId, &Currency),
    given: Vec<NewPurchaseLine>,
) -> Result<Vec<PurchaseLine>, OperationError> {
    let ids: Vec<VariantId> = given.iter().map(|line| line.variant_id.clone()).collect();
    let variants = found::variants(db, &ids).await?;
    let offers = db.links_of(supplier, &ids).await?;
    let mut lines = Vec::with_capacity(given.len());
    for line in given {
        if line.quantity.get() == 0 {
            return Err(OperationError::invalid_input(format!(
                "`quantity` of variant `{}` is 0; order at least 1",
                line.variant_id
            )));
        }
        let Some(variant) = variants.get(&line.variant_id) else {
            return Err(found::no_variant(&line.variant_id));
        };
        let offer = offers.get(&line.variant_id);
        let asked = offer.filter(|offer| offer.currency == *currency);
        let asked = asked.and_then(|offer| offer.cost_of(line.quantity.get()));
        lines.push(PurchaseLine {
            id: LineId::new(cx.new_uuid()),
            variant: Some(variant.id.clone()),
            title: variant.full_title(),
            sku: variant.sku.clone(),
            supplier_sku: line
                .supplier_sku
                .map(String::from)
                .or_else(|| offer.and_then(|offer| offer.supplier_sku.clone())),
            ordered: line.quantity.get(),
            confirmed: None,
            received: 0,
            cancelled: 0,
            rejected: 0,
            synced: 0,
            elsewhere: 0,
            incoming: 0,
            unit_cost: line.unit_cost.or(asked).unwrap_or(Price::ZERO),
            tax_rate: line.tax_rate,
            fulfilment: line
                .fulfilment
                .or_else(|| offer.map(|offer| offer.fulfilment))
                .unwrap_or(Fulfilment::Warehouse),
            schedule: line.schedule.into_iter().flatten().map(Scheduled::from).collect(),
            receipts: Vec::new(),
            notes: line.notes.map(String::from),
        });
    }
    Ok(lines)
}

/// A new draft.
pub(crate) struct Draft<'a> {
    pub(crate) seq: i64,
    pub(crate) number: String,
    pub(crate) name: Option<String>,
    pub(crate) supplier: &'a Supplier,
    pub(crate) location: LocationId,
}

impl Draft<'_> {
    /// The order, without lines.
    pub(crate) fn order(self, cx: &Context) -> PurchaseOrder {
        PurchaseOrder {
            id: PurchaseOrderId::new(cx.new_uuid()),
            seq: self.seq,
            number: self.number,
            name: self.name,
            supplier: self.supplier.id.clone(),
            location: self.location,
            status: PurchaseStatus::Draft,
            previous: None,
            currency: self.supplier.currency.clone(),
            tax_rate: self.supplier.tax_rate,
            shipping_cost: Price::ZERO,
            notes: None,
            dates: PurchaseDates::default(),
            marked_as_paid: false,
            billing_address: None,
            shipping_address: None,
            shipment: None,
            documents: Vec::new(),
            payments: Vec::new(),
            is_archived: false,
            version: 1,
            created_at: cx.now(),
            updated_at: cx.now(),
            lines: Vec::new(),
        }
    }
}

/// What a new order counts as, and what it is called on paper: the next number that no order has. People may have given it to
/// one already.
pub(crate) async fn next_number(db: &Writer) -> Result<(i64, String), StorageError> {
    loop {
        let seq = db.next(Counter::PurchaseOrder).await?;
        let number = Counter::PurchaseOrder.number(seq);
        if db.reader().purchase_order_numbered(&number).await?.is_none() {
            return Ok((seq, number));
        }
    }
}

/// Refuses a number that another order has.
pub(crate) async fn check_number(
    db: &Reader,
    number: &Name,
    own: Option<&PurchaseOrderId>,
) -> Result<(), OperationError> {
    match db.purchase_order_numbered(number.as_str()).await? {
        Some(other) if Some(&other) != own => Err(OperationError::new(
            latchstring::ErrorCode::Conflict,
            format!("purchase order `{other}` is called `{number}` already; choose another `number`, or leave it out"),
        )),
        Some(_) | None => Ok(()),
    }
}
