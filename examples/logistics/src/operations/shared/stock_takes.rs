//! Stock takes, as they are told and given.

use chrono::{DateTime, Utc};
use latchstring::{Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{
    Reader,
    model::{
        Currency, LineId, LocationId, Price, StockTake, StockTakeId, StockTakeLine, StockTakeStatus, Variant,
        VariantId, stock_take::StockTakeTotals,
    },
    storage::StorageError,
};

/// A stock take, without its lines.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockTakeItem {
    stock_take_id: StockTakeId,
    /// What it is called on paper.
    number: String,
    /// What people call it.
    name: Option<String>,
    location_id: LocationId,
    location_name: String,
    status: StockTakeStatus,
    line_count: usize,
    /// How many lines are counted.
    counted_lines: usize,
    /// What the counted lines are worth, in `currency`.
    totals: StockTakeTotals,
    /// The store's.
    currency: Currency,
    notes: Option<String>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    /// How often it has changed; for `expectedVersion`.
    version: u64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

/// A line of a stock take.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockTakeLineItem {
    pub(crate) line_id: LineId,
    variant_id: VariantId,
    title: String,
    sku: Option<String>,
    /// How many were on hand when counting began; 0 before.
    expected: i64,
    /// Null until it is counted.
    counted: Option<i64>,
    /// `counted` less `expected`; null until it is counted.
    difference: Option<i64>,
    /// Why they differ, as one of the store's reasons.
    reason: Option<String>,
    /// What one is worth, in the store's currency.
    unit_cost: Price,
    /// By how much the stock was changed in the end; null until then.
    adjusted: Option<i64>,
}

impl From<&StockTakeLine> for StockTakeLineItem {
    fn from(line: &StockTakeLine) -> Self {
        Self {
            line_id: line.id.clone(),
            variant_id: line.variant.clone(),
            title: line.title.clone(),
            sku: line.sku.clone(),
            expected: line.expected,
            counted: line.counted,
            difference: line.counted.map(|counted| counted - line.expected),
            reason: line.reason.clone(),
            unit_cost: line.unit_cost,
            adjusted: line.adjusted,
        }
    }
}

/// Stock takes with what is told of each.
pub(crate) async fn show_stock_takes(db: &Reader, takes: Vec<StockTake>) -> Result<Vec<StockTakeItem>, StorageError> {
    let locations = db.location_names().await?;
    let currency = db.shop().await?.currency;
    let item = |take: StockTake| StockTakeItem {
        location_name: locations.get(&take.location).cloned().unwrap_or_default(),
        line_count: take.lines.len(),
        counted_lines: take.lines.iter().filter(|line| line.counted.is_some()).count(),
        totals: take.totals(),
        currency: currency.clone(),
        stock_take_id: take.id,
        number: take.number,
        name: take.name,
        location_id: take.location,
        status: take.status,
        notes: take.notes,
        started_at: take.started_at,
        completed_at: take.completed_at,
        version: take.version,
        created_at: take.created_at,
        updated_at: take.updated_at,
    };
    Ok(takes.into_iter().map(item).collect())
}

/// A stock take that was changed or made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockTakeChanged {
    /// As it is now.
    pub(crate) stock_take: StockTakeItem,
}

/// One stock take, as it is told.
pub(crate) async fn show_stock_take(db: &Reader, take: StockTake) -> Result<StockTakeItem, OperationError> {
    let shown = show_stock_takes(db, vec![take]).await?.pop();
    shown.ok_or_else(|| OperationError::internal("a stock take is not shown"))
}

/// The same, as the answer of a change.
pub(crate) async fn changed(db: &Reader, take: StockTake) -> Result<StockTakeChanged, OperationError> {
    Ok(StockTakeChanged {
        stock_take: show_stock_take(db, take).await?,
    })
}

/// Lines for these variants.
pub(crate) fn new_lines<'a>(cx: &Context, variants: impl Iterator<Item = &'a Variant>) -> Vec<StockTakeLine> {
    let line = |variant: &Variant| StockTakeLine {
        id: LineId::new(cx.new_uuid()),
        variant: variant.id.clone(),
        title: variant.full_title(),
        sku: variant.sku.clone(),
        expected: 0,
        counted: None,
        reason: None,
        unit_cost: variant.cost.unwrap_or(Price::ZERO),
        adjusted: None,
    };
    variants.map(line).collect()
}

/// Refuses variants that are being counted at the location in another stock take.
pub(crate) async fn check_free(db: &Reader, take: &StockTake) -> Result<(), OperationError> {
    let variants: Vec<VariantId> = take.lines.iter().map(|line| line.variant.clone()).collect();
    let taken = db.being_counted(&variants, &take.location, &take.id).await?;
    let Some((variant, other)) = taken.first() else {
        return Ok(());
    };
    let text = format!(
        "variant `{variant}` is being counted at location `{}` in stock take `{other}` already{}; finish or cancel that one, or \
         leave the variant out",
        take.location,
        if taken.len() > 1 {
            format!(", and so are {} more", taken.len() - 1)
        } else {
            String::new()
        }
    );
    let ids: Vec<&VariantId> = taken.iter().map(|(variant, _)| variant).collect();
    Err(OperationError::new(ErrorCode::Conflict, text).with_details(json!({ "stockTakeId": other, "variantIds": ids })))
}
