//! Transfer orders, as they are told and given.

use chrono::{DateTime, Utc};
use latchstring::{Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::found;
use crate::{
    Reader, Writer,
    model::{
        LineId, LocationId, Name, TransferLine, TransferOrder, TransferOrderId, TransferStatus, Units, VariantId,
        transfer::TransferDates,
    },
    storage::{Counter, StorageError},
};

/// A transfer order, without its lines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferOrderItem {
    transfer_order_id: TransferOrderId,
    /// What it is called on paper.
    number: String,
    /// What people call it.
    name: Option<String>,
    origin_location_id: LocationId,
    origin_name: String,
    destination_location_id: LocationId,
    destination_name: String,
    status: TransferStatus,
    /// Where it stood before it was put on hold.
    previous_status: Option<TransferStatus>,
    line_count: usize,
    /// Units of all lines together.
    planned: i64,
    received: i64,
    /// Units that have left and not arrived.
    in_transit: i64,
    notes: Option<String>,
    dates: TransferDates,
    /// How often it has changed; for `expectedVersion`.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A line of a transfer order.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferLineItem {
    pub(crate) line_id: LineId,
    variant_id: VariantId,
    title: String,
    sku: Option<String>,
    planned: i64,
    received: i64,
    /// On its way and not there yet: 0 before it has left, and once the transfer is over.
    pending: i64,
}

impl From<&TransferLine> for TransferLineItem {
    fn from(line: &TransferLine) -> Self {
        Self {
            line_id: line.id.clone(),
            variant_id: line.variant.clone(),
            title: line.title.clone(),
            sku: line.sku.clone(),
            planned: line.planned,
            received: line.received,
            pending: line.incoming,
        }
    }
}

/// Transfers with what is told of each.
pub(crate) async fn show_transfers(
    db: &Reader,
    orders: Vec<TransferOrder>,
) -> Result<Vec<TransferOrderItem>, StorageError> {
    let locations = db.location_names().await?;
    let item = |order: TransferOrder| {
        let sum = |of: fn(&TransferLine) -> i64| order.lines.iter().map(of).sum();
        let name = |id: &LocationId| locations.get(id).cloned().unwrap_or_default();
        TransferOrderItem {
            origin_name: name(&order.origin),
            destination_name: name(&order.destination),
            line_count: order.lines.len(),
            planned: sum(|line| line.planned),
            received: sum(|line| line.received),
            in_transit: sum(|line| line.incoming),
            transfer_order_id: order.id,
            number: order.number,
            name: order.name,
            origin_location_id: order.origin,
            destination_location_id: order.destination,
            status: order.status,
            previous_status: order.previous,
            notes: order.notes,
            dates: order.dates,
            version: order.version,
            created_at: order.created_at,
            updated_at: order.updated_at,
        }
    };
    Ok(orders.into_iter().map(item).collect())
}

/// A transfer order that was changed or made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TransferChanged {
    /// As it is now.
    pub(crate) order: TransferOrderItem,
}

/// One transfer, as it is told.
pub(crate) async fn show_transfer(db: &Reader, order: TransferOrder) -> Result<TransferOrderItem, OperationError> {
    let shown = show_transfers(db, vec![order]).await?.pop();
    shown.ok_or_else(|| OperationError::internal("a transfer order is not shown"))
}

/// The same, as the answer of a change.
pub(crate) async fn changed(db: &Reader, order: TransferOrder) -> Result<TransferChanged, OperationError> {
    Ok(TransferChanged {
        order: show_transfer(db, order).await?,
    })
}

/// A line to be added.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewTransferLine {
    /// What is moved, from `app.variants.list({ search })`. Each variant once.
    variant_id: VariantId,
    /// How many, at least 1.
    quantity: Units,
}

/// Lines to be added, with what the catalogue says of them.
pub(crate) async fn new_lines(
    cx: &Context,
    db: &Reader,
    given: Vec<NewTransferLine>,
) -> Result<Vec<TransferLine>, OperationError> {
    let ids: Vec<VariantId> = given.iter().map(|line| line.variant_id.clone()).collect();
    let variants = found::variants(db, &ids).await?;
    let line = |line: NewTransferLine| {
        let variant = variants
            .get(&line.variant_id)
            .ok_or_else(|| found::no_variant(&line.variant_id))?;
        Ok(TransferLine {
            id: LineId::new(cx.new_uuid()),
            variant: variant.id.clone(),
            title: variant.full_title(),
            sku: variant.sku.clone(),
            planned: line.quantity.get(),
            received: 0,
            taken: 0,
            incoming: 0,
            put: 0,
        })
    };
    given.into_iter().map(line).collect()
}

/// The next number of a transfer, in a row and on paper. One that people gave to a transfer already is left out.
pub(crate) async fn next_number(db: &Writer) -> Result<(i64, String), OperationError> {
    loop {
        let seq = db.next(Counter::TransferOrder).await?;
        let number = Counter::TransferOrder.number(seq);
        if db.reader().transfer_order_numbered(&number).await?.is_none() {
            return Ok((seq, number));
        }
    }
}

/// Refuses a number that another transfer has.
pub(crate) async fn check_number(
    db: &Reader,
    number: &Name,
    own: Option<&TransferOrderId>,
) -> Result<(), OperationError> {
    match db.transfer_order_numbered(number.as_str()).await? {
        Some(other) if Some(&other) != own => Err(OperationError::new(
            ErrorCode::Conflict,
            format!("transfer order `{other}` is called `{number}` already; choose another `number`, or leave it out"),
        )),
        Some(_) | None => Ok(()),
    }
}
