//! Things by their ids, or the refusal that says where to look them up.

use std::collections::BTreeMap;

use latchstring::{ErrorCode, OperationError};
use serde_json::json;

use crate::{
    Reader,
    model::{
        Credit, CreditId, Location, LocationId, Plan, PurchaseOrder, PurchaseOrderId, RecipientId, ReportId,
        ReturnOrder, ReturnOrderId, StockTake, StockTakeId, Supplier, SupplierId, TransferOrder, TransferOrderId,
        Variant, VariantId, ViewId,
        notify::{Recipient, Report, View},
        returning::CodeKind,
    },
};

/// Refuses what the store's plan does not have. `what` begins the message.
pub(crate) async fn needs(db: &Reader, plan: Plan, what: &str) -> Result<(), OperationError> {
    if db.shop().await?.plan < plan {
        return Err(OperationError::needs_plan(plan.as_str(), what));
    }
    Ok(())
}

macro_rules! found {
    ($($name:ident: $id:ident -> $what:ident, $words:literal, $find:literal;)*) => {$(
        pub(crate) async fn $name(db: &Reader, id: &$id) -> Result<$what, OperationError> {
            db.$name(id).await?.ok_or_else(|| OperationError::not_found($words, id, $find))
        }
    )*};
}

found! {
    supplier: SupplierId -> Supplier, "supplier", "suppliers.list({ search: \"...\" })";
    location: LocationId -> Location, "location", "locations.list({})";
    credit: CreditId -> Credit, "credit", "suppliers.creditLedger({ supplierId })";
    view: ViewId -> View, "forecast view", "forecast.views({})";
    report: ReportId -> Report, "report", "reports.list({})";
    recipient: RecipientId -> Recipient, "recipient", "recipients.list({})";
}

macro_rules! documents {
    ($($name:ident: $id:ident -> $what:ident, $words:literal, $find:literal;)*) => {$(
        /// With its lines, and at the version that is expected of it.
        pub(crate) async fn $name(db: &Reader, id: &$id, expected: Option<u64>) -> Result<$what, OperationError> {
            let found = db.$name(id).await?;
            let found = found.ok_or_else(|| OperationError::not_found($words, id, $find))?;
            OperationError::check_version(expected, found.version, format_args!(concat!($words, " `{}`"), id))?;
            Ok(found)
        }
    )*};
}

documents! {
    purchase_order: PurchaseOrderId -> PurchaseOrder, "purchase order", "purchaseOrders.list({ search: \"...\" })";
    transfer_order: TransferOrderId -> TransferOrder, "transfer order", "transferOrders.list({ search: \"...\" })";
    return_order: ReturnOrderId -> ReturnOrder, "return order", "returnOrders.list({ search: \"...\" })";
    stock_take: StockTakeId -> StockTake, "stock take", "stockTakes.list({ search: \"...\" })";
}

pub(crate) fn no_variant(id: &VariantId) -> OperationError {
    OperationError::not_found("variant", id, "variants.list({ search: \"...\" })")
}

/// These variants, every one.
pub(crate) async fn variants(db: &Reader, ids: &[VariantId]) -> Result<BTreeMap<VariantId, Variant>, OperationError> {
    let found = db.variants(ids).await?;
    match ids.iter().find(|id| !found.contains_key(*id)) {
        Some(missing) => Err(no_variant(missing)),
        None => Ok(found),
    }
}

/// Refuses locations that the store does not have.
pub(crate) async fn check_locations(db: &Reader, ids: &[LocationId]) -> Result<(), OperationError> {
    let all = db.locations().await?;
    match ids.iter().find(|id| all.iter().all(|at| at.id != **id)) {
        Some(missing) => Err(OperationError::not_found("location", missing, "locations.list({})")),
        None => Ok(()),
    }
}

/// A location where something new may lie.
pub(crate) async fn open_location(db: &Reader, id: &LocationId) -> Result<Location, OperationError> {
    let at = location(db, id).await?;
    if !at.is_active {
        return Err(OperationError::new(
            ErrorCode::InvalidState,
            format!("location `{id}` is not in use; choose another with `app.locations.list({{}})`"),
        ));
    }
    Ok(at)
}

/// Refuses recipients that the store does not have, and names that are there twice.
pub(crate) async fn check_recipients(db: &Reader, ids: &[RecipientId]) -> Result<(), OperationError> {
    for (at, id) in ids.iter().enumerate() {
        recipient(db, id).await?;
        if ids[..at].contains(id) {
            return Err(OperationError::invalid_input(format!(
                "recipient `{id}` is named twice; name it once"
            )));
        }
    }
    Ok(())
}

/// Refuses a word that is not in one of the store's lists.
pub(crate) async fn check_code(
    db: &Reader,
    kind: CodeKind,
    field: &str,
    code: Option<&str>,
) -> Result<(), OperationError> {
    let Some(code) = code else { return Ok(()) };
    let all = db.codes(kind).await?;
    if all.iter().any(|one| one == code) {
        return Ok(());
    }
    let shown: String = code.chars().take(100).collect();
    Err(OperationError::invalid_input(format!(
        "`{field}` is `{shown}`, which is none of the store's: {}",
        all.join(", ")
    ))
    .with_details(json!({ "allowed": all })))
}
