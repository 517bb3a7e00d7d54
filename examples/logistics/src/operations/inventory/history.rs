//! `inventory.history`

use chrono::{DateTime, Utc};
use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::inventory::Bucket;
use crate::model::inventory::Source;
use crate::model::{LocationId, SupplierId, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::given::Moment;
use crate::operations::shared::paging::{Listed, search, window};
use crate::storage::{Adjustment, AdjustmentFilter};
use crate::{Logistics, Reader};

/// Lists how stock changed, the latest first: by which document, from what, to what. Filters combine.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct HistoryInventory {
    /// Only this variant.
    variant_id: Option<VariantId>,
    /// Only this location.
    location_id: Option<LocationId>,
    /// Only what this purchase order, transfer order, return or stock take did: its id.
    document_id: Option<String>,
    /// Only this bucket.
    bucket: Option<Bucket>,
    /// Only what happened at this moment or later, such as `2026-03-01T00:00:00Z`.
    since: Option<Moment>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

/// A change of stock.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct HistoryItem {
    at: DateTime<Utc>,
    variant_id: VariantId,
    /// Null for what lies at a supplier.
    location_id: Option<LocationId>,
    /// Null for what lies at a location.
    supplier_id: Option<SupplierId>,
    /// As in `app.inventory.levels`, in snake case; `held` and `consignment` at suppliers.
    bucket: String,
    before: i64,
    after: i64,
    /// `after` less `before`.
    change: i64,
    /// What kind of document did it.
    source: Source,
    /// Which one. It may be gone by now.
    document_id: Option<String>,
    /// Who or what did it, in words.
    actor: String,
}

impl From<Adjustment> for HistoryItem {
    fn from(adjustment: Adjustment) -> Self {
        Self {
            at: adjustment.at,
            variant_id: adjustment.variant,
            location_id: adjustment.location,
            supplier_id: adjustment.supplier,
            bucket: adjustment.bucket,
            before: adjustment.before,
            after: adjustment.after,
            change: adjustment.after - adjustment.before,
            source: adjustment.source,
            document_id: adjustment.document,
            actor: adjustment.actor,
        }
    }
}

impl Query for HistoryInventory {
    const NAME: &'static str = "inventory.history";
    const TITLE: &'static str = "History of stock";
    const EXAMPLE: &'static str =
        r#"const { items } = await app.inventory.history({ variantId: "42001", limit: 20 });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the location does not exist")];
    type Domain = Logistics;
    type Output = Listed<HistoryItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<HistoryItem>, OperationError> {
        if let Some(at) = &self.location_id {
            found::location(db, at).await?;
        }
        let filter = AdjustmentFilter {
            variant: self.variant_id,
            location: self.location_id,
            document: search("documentId", self.document_id)?,
            bucket: self.bucket,
            since: self.since.map(DateTime::from),
        };
        let window = window(self.limit, self.cursor.as_deref())?;
        let (items, total) = db.adjustment_page(&filter, &window).await?;
        Ok(Listed::new(items, total, &window, |one: &Adjustment| one.id).map(HistoryItem::from))
    }
}
