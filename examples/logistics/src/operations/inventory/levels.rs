//! `inventory.levels`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::{LocationId, Variant, VariantId};
use crate::operations::shared::found;
use crate::operations::shared::paging::{Listed, up_to, window};
use crate::storage::{LevelFilter, LevelRow};
use crate::{Logistics, Reader};

/// Lists what there is of each variant at each location, in eight buckets. `onHand` is `available`, `committed`,
/// `reserved`, `damaged`, `safetyStock` and `qualityControl` together; `incoming` is on its way.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LevelsInventory {
    /// Only these variants, at most 100.
    variant_ids: Option<Vec<VariantId>>,
    /// Only variants with these SKUs, at most 100.
    skus: Option<Vec<String>>,
    /// Only at these locations.
    location_ids: Option<Vec<LocationId>>,
    /// True for those only of which `onHand` or `available` is below zero.
    below_zero: Option<bool>,
    /// How many, 1 to 50; 50 if left out.
    limit: Option<i64>,
    /// The `cursor` of the answer before, for the next ones.
    cursor: Option<String>,
}

/// What there is of a variant at a location.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LevelItem {
    variant_id: VariantId,
    title: String,
    sku: Option<String>,
    location_id: LocationId,
    location_name: String,
    /// Everything that lies there.
    on_hand: i64,
    /// What can be sold.
    available: i64,
    /// What is on its way there.
    incoming: i64,
    /// Sold and not yet sent.
    committed: i64,
    /// Held back by hand.
    reserved: i64,
    damaged: i64,
    safety_stock: i64,
    quality_control: i64,
}

impl Query for LevelsInventory {
    const NAME: &'static str = "inventory.levels";
    const TITLE: &'static str = "Stock levels";
    const EXAMPLE: &'static str = r#"const { items } = await app.inventory.levels({ variantIds: ["42001"] });"#;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "a location does not exist"),
        (ErrorCode::InvalidInput, "a list is empty or has more than 100 entries"),
    ];
    type Domain = Logistics;
    type Output = Listed<LevelItem>;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Listed<LevelItem>, OperationError> {
        if let Some(ids) = &self.variant_ids {
            up_to(100, "variantIds", ids.len())?;
        }
        if let Some(skus) = &self.skus {
            up_to(100, "skus", skus.len())?;
        }
        if let Some(ids) = &self.location_ids {
            up_to(100, "locationIds", ids.len())?;
            found::check_locations(db, ids).await?;
        }
        let filter = LevelFilter {
            variants: self.variant_ids.unwrap_or_default(),
            skus: self.skus.unwrap_or_default(),
            locations: self.location_ids.unwrap_or_default(),
            below_zero: self.below_zero.unwrap_or_default(),
        };
        let window = window(self.limit, self.cursor.as_deref())?;
        let (rows, total) = db.level_page(&filter, &window).await?;
        let key = |row: &LevelRow| (row.variant.to_string(), row.location.to_string());
        let mut listed = Listed::new(rows, total, &window, key);
        let rows = listed.take_items();
        let ids: Vec<VariantId> = rows.iter().map(|row| row.variant.clone()).collect();
        let variants = db.variants(&ids).await?;
        let names = db.location_names().await?;
        let item = |row: LevelRow| {
            let variant = variants.get(&row.variant);
            let levels = row.levels;
            LevelItem {
                title: variant.map(Variant::full_title).unwrap_or_default(),
                sku: variant.and_then(|variant| variant.sku.clone()),
                location_name: names.get(&row.location).cloned().unwrap_or_default(),
                variant_id: row.variant,
                location_id: row.location,
                on_hand: levels.on_hand(),
                available: levels.available,
                incoming: levels.incoming,
                committed: levels.committed,
                reserved: levels.reserved,
                damaged: levels.damaged,
                safety_stock: levels.safety_stock,
                quality_control: levels.quality_control,
            }
        };
        Ok(listed.with(rows.into_iter().map(item).collect()))
    }
}
