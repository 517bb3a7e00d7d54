//! Returns to suppliers, as they are told and given.

use chrono::{DateTime, Utc};
use latchstring::{Context, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::found;
use crate::{
    Reader,
    model::{
        Amount, CreditId, Currency, LineId, LocationId, Plan, Price, PurchaseOrder, PurchaseOrderId, ReturnLine,
        ReturnOrder, ReturnOrderId, ReturnStatus, SupplierId, Units, VariantId,
        returning::{CodeKind, CreditStatus, Reached},
    },
    storage::StorageError,
};

/// A return to a supplier, without its lines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnOrderItem {
    return_order_id: ReturnOrderId,
    /// What it is called on paper.
    number: String,
    supplier_id: SupplierId,
    supplier_name: String,
    /// The purchase order that it is of; null where it is of none.
    purchase_order_id: Option<PurchaseOrderId>,
    /// Where the units come from.
    location_id: LocationId,
    location_name: String,
    status: ReturnStatus,
    /// Where it stood before it was put on hold.
    previous_status: Option<ReturnStatus>,
    /// Where `advance` leads from here.
    ways_forward: Vec<ReturnStatus>,
    /// Why, as one of the store's reasons.
    reason: String,
    currency: Currency,
    line_count: usize,
    /// Units of all lines together.
    quantity: i64,
    /// What they cost.
    total_value: Amount,
    /// What its credits come to.
    total_credit: Amount,
    /// Units that it has taken out of stock.
    moved_quantity: i64,
    notes: Option<String>,
    /// When it reached which status.
    dates: Vec<Reached>,
    /// How often it has changed; for `expectedVersion`.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A line of a return.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnLineItem {
    pub(crate) line_id: LineId,
    variant_id: VariantId,
    title: String,
    sku: Option<String>,
    quantity: i64,
    unit_cost: Price,
    /// Why, as one of the store's reasons.
    line_reason: Option<String>,
    /// In what state, as one of the store's.
    condition: Option<String>,
    /// What is to become of it, as one of the store's.
    disposition: Option<String>,
    credit_status: CreditStatus,
    /// The credit it is or was in.
    credit_id: Option<CreditId>,
    /// How much of that credit is for it.
    credit_amount: Option<Price>,
    /// Units that it has taken out of stock.
    moved_quantity: i64,
}

impl From<&ReturnLine> for ReturnLineItem {
    fn from(line: &ReturnLine) -> Self {
        Self {
            line_id: line.id.clone(),
            variant_id: line.variant.clone(),
            title: line.title.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity,
            unit_cost: line.unit_cost,
            line_reason: line.reason.clone(),
            condition: line.condition.clone(),
            disposition: line.disposition.clone(),
            credit_status: line.credit_status,
            credit_id: line.credit.clone(),
            credit_amount: line.credited,
            moved_quantity: line.moved,
        }
    }
}

/// Returns with what is told of each.
pub(crate) async fn show_returns(db: &Reader, orders: Vec<ReturnOrder>) -> Result<Vec<ReturnOrderItem>, StorageError> {
    let locations = db.location_names().await?;
    let suppliers: Vec<SupplierId> = orders.iter().map(|order| order.supplier.clone()).collect();
    let suppliers = db.suppliers(&suppliers).await?;
    let item = |order: ReturnOrder| ReturnOrderItem {
        supplier_name: suppliers
            .get(&order.supplier)
            .map(|one| one.name.clone())
            .unwrap_or_default(),
        location_name: locations.get(&order.location).cloned().unwrap_or_default(),
        ways_forward: order.ways_forward(),
        line_count: order.lines.len(),
        quantity: order.lines.iter().map(|line| line.quantity).sum(),
        total_value: order.total_value(),
        total_credit: order.total_credit(),
        moved_quantity: order.lines.iter().map(|line| line.moved).sum(),
        return_order_id: order.id,
        number: order.number,
        supplier_id: order.supplier,
        purchase_order_id: order.purchase_order,
        location_id: order.location,
        status: order.status,
        previous_status: order.previous,
        reason: order.reason,
        currency: order.currency,
        notes: order.notes,
        dates: order.dates,
        version: order.version,
        created_at: order.created_at,
        updated_at: order.updated_at,
    };
    Ok(orders.into_iter().map(item).collect())
}

/// A return that was changed or made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReturnChanged {
    /// As it is now.
    pub(crate) order: ReturnOrderItem,
}

/// One return, as it is told.
pub(crate) async fn show_return(db: &Reader, order: ReturnOrder) -> Result<ReturnOrderItem, OperationError> {
    let shown = show_returns(db, vec![order]).await?.pop();
    shown.ok_or_else(|| OperationError::internal("a return order is not shown"))
}

/// The same, as the answer of a change.
pub(crate) async fn changed(db: &Reader, order: ReturnOrder) -> Result<ReturnChanged, OperationError> {
    Ok(ReturnChanged {
        order: show_return(db, order).await?,
    })
}

/// Returns need the highest plan.
pub(crate) async fn needs_elevate(db: &Reader) -> Result<(), OperationError> {
    found::needs(db, Plan::Elevate, "this part of returns to suppliers").await
}

/// A line to be added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewReturnLine {
    /// What is returned. Each variant once.
    variant_id: VariantId,
    /// How many, at least 1; of a purchase order no more than were received and not returned yet.
    quantity: Units,
    /// What one cost in the return's currency, as a decimal string. If left out: what it cost on the purchase order, or
    /// what the supplier asks, and 0 where that is not known.
    unit_cost: Option<Price>,
    /// Why, from `app.returnOrders.codes({})`.
    line_reason: Option<String>,
    /// In what state, from `app.returnOrders.codes({})`.
    condition: Option<String>,
    /// What is to become of it, from `app.returnOrders.codes({})`.
    disposition: Option<String>,
}

/// Lines to be added, with what the order and the catalogue say of them.
pub(crate) async fn new_lines(
    cx: &Context,
    db: &Reader,
    (supplier, currency, of): (&SupplierId, &Currency, Option<&PurchaseOrder>),
    given: Vec<NewReturnLine>,
) -> Result<Vec<ReturnLine>, OperationError> {
    let ids: Vec<VariantId> = given.iter().map(|line| line.variant_id.clone()).collect();
    let variants = found::variants(db, &ids).await?;
    let offers = db.links_of(supplier, &ids).await?;
    let mut lines = Vec::with_capacity(given.len());
    for line in given {
        check_words(
            db,
            line.line_reason.as_deref(),
            line.condition.as_deref(),
            line.disposition.as_deref(),
        )
        .await?;
        let Some(variant) = variants.get(&line.variant_id) else {
            return Err(found::no_variant(&line.variant_id));
        };
        let bought = of.and_then(|order| order.lines.iter().find(|one| one.variant.as_ref() == Some(&variant.id)));
        let cost = line.unit_cost.or(bought.map(|line| line.unit_cost)).or_else(|| {
            // What the supplier asks in another currency is no amount of this return.
            let offer = offers.get(&variant.id).filter(|offer| offer.currency == *currency);
            offer.and_then(|offer| offer.cost_of(line.quantity.get()))
        });
        lines.push(ReturnLine {
            id: LineId::new(cx.new_uuid()),
            variant: variant.id.clone(),
            title: variant.full_title(),
            sku: variant.sku.clone(),
            quantity: line.quantity.get(),
            unit_cost: cost.unwrap_or(Price::ZERO),
            reason: line.line_reason,
            condition: line.condition,
            disposition: line.disposition,
            credit_status: CreditStatus::None,
            credit: None,
            credited: None,
            moved: 0,
        });
    }
    Ok(lines)
}

/// Refuses words of a line that are not the store's.
pub(crate) async fn check_words(
    db: &Reader,
    reason: Option<&str>,
    condition: Option<&str>,
    disposition: Option<&str>,
) -> Result<(), OperationError> {
    found::check_code(db, CodeKind::LineReason, "lineReason", reason).await?;
    found::check_code(db, CodeKind::Condition, "condition", condition).await?;
    found::check_code(db, CodeKind::Disposition, "disposition", disposition).await
}

/// Refuses to return more of a purchase order than was received and is not returned yet.
pub(crate) async fn check_quantities(db: &Reader, order: &ReturnOrder) -> Result<(), OperationError> {
    let Some(id) = &order.purchase_order else {
        return Ok(());
    };
    let bought = found::purchase_order(db, id, None).await?;
    let returned = db.returned_of(id, &order.id).await?;
    for line in &order.lines {
        let of_variant = bought
            .lines
            .iter()
            .filter(|one| one.variant.as_ref() == Some(&line.variant));
        let received: i64 = of_variant.map(|one| one.received).sum();
        let earlier = returned.get(&line.variant).copied().unwrap_or(0);
        if line.quantity > received - earlier {
            return Err(OperationError::invalid_input(format!(
                "{received} units of variant `{}` were received on purchase order `{id}` and {earlier} are returned already, so \
                 {} cannot be; return {} at most, or leave the line out",
                line.variant,
                line.quantity,
                (received - earlier).max(0)
            )));
        }
    }
    Ok(())
}
