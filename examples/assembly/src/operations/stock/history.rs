//! `stock.history`

use chrono::{DateTime, Utc};
use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use crate::{
    Assembly, Reader,
    model::{BomId, LocationId, Quantity, SubAssemblyId, VariantId},
    operations::shared::{
        levels::only,
        paging::{Listed, Paging},
    },
    storage::{Adjustment, AdjustmentFilter, AdjustmentSource, Kind},
};

/// Lists how counts changed, the latest first: of one raw material, one BOM's shelf, one sub-assembly's shelf, or of
/// everything. Filters combine; the result is one page.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct StockHistory {
    /// Only this raw material. At most one of `variantId`, `bomId` and `subAssemblyId`.
    variant_id: Option<VariantId>,
    /// Only the shelf of this BOM.
    bom_id: Option<BomId>,
    /// Only the shelf of this sub-assembly.
    sub_assembly_id: Option<SubAssemblyId>,
    /// Only this location.
    location_id: Option<LocationId>,
    /// Only what happened at this moment or later: RFC 3339, such as `2026-03-01T00:00:00Z`.
    #[serde(default, deserialize_with = "moment")]
    since: Option<DateTime<Utc>>,
    /// Only what was counted or set by an assistant (`agent`), or by orders (`order`).
    source: Option<AdjustmentSource>,
    /// Which page, from 1; 1 if left out.
    page: Option<i64>,
    /// How many on a page, 1 to 1000; 100 if left out.
    page_size: Option<i64>,
}

/// A change of a count.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HistoryItem {
    at: DateTime<Utc>,
    /// What was counted: `material`, `bom` (its shelf), `sub_assembly` (its shelf) or `displayed` (what the shop shows of a
    /// finished good).
    kind: Kind,
    /// The id of the material, BOM or sub-assembly; of what is displayed, the variant's. It may be gone by now.
    item_id: String,
    location_id: LocationId,
    before: Quantity,
    after: Quantity,
    /// `after` less `before`.
    change: Quantity,
    /// `agent`: an assistant set it. `order`: an order, a cancellation or a refund moved it.
    source: AdjustmentSource,
    /// Who or what did it, in words.
    actor: String,
}

impl From<Adjustment> for HistoryItem {
    fn from(adjustment: Adjustment) -> Self {
        Self {
            at: adjustment.at,
            kind: adjustment.kind,
            item_id: adjustment.item,
            location_id: adjustment.location,
            before: adjustment.before,
            after: adjustment.after,
            change: adjustment.after.minus(adjustment.before),
            source: adjustment.source,
            actor: adjustment.actor,
        }
    }
}

/// Reads a moment; of a text that is none, says how to write one.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else {
        return Ok(None);
    };
    let wrong = |_| {
        let shown: String = text.chars().take(40).collect();
        de::Error::custom(format!("`{shown}` is no moment; write it like `2026-03-01T00:00:00Z`"))
    };
    text.parse().map(Some).map_err(wrong)
}

impl StockHistory {
    fn item(&self) -> Result<Option<(Kind, String)>, OperationError> {
        match (&self.variant_id, &self.bom_id, &self.sub_assembly_id) {
            (None, None, None) => Ok(None),
            (Some(id), None, None) => Ok(Some((Kind::Material, id.to_string()))),
            (None, Some(id), None) => Ok(Some((Kind::Bom, id.to_string()))),
            (None, None, Some(id)) => Ok(Some((Kind::SubAssembly, id.to_string()))),
            _ => Err(OperationError::invalid_input(
                "give at most one of `variantId`, `bomId` and `subAssemblyId`; leave all out for everything",
            )),
        }
    }
}

impl Query for StockHistory {
    const NAME: &'static str = "stock.history";
    const TITLE: &'static str = "History of counts";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.stock.history({ variantId: "VMAT-VAR-1001", pageSize: 20 });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(
        ErrorCode::InvalidInput,
        "more than one thing is named, the location is unknown, or the page is not one there is",
    )];
    type Domain = Assembly;
    type Output = Listed<HistoryItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<HistoryItem>, OperationError> {
        let paging = Paging::new(self.page, self.page_size)?;
        let filter = AdjustmentFilter {
            item: self.item()?,
            location: self.location_id,
            since: self.since,
            source: self.source,
        };
        if let Some(location) = &filter.location {
            only(db.locations().await?, std::slice::from_ref(location))?;
        }
        let (adjustments, total) = db.adjustment_page(&filter, paging.rows()).await?;
        let items = adjustments.into_iter().map(HistoryItem::from).collect();
        Ok(paging.envelope(items, total))
    }
}
