//! `raw_materials.inventory`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Reader,
    error::no_material,
    model::{LocationId, Origin, Quantity, Unit, VariantId},
    operations::shared::levels::{Level, levels_at, only},
    storage::Kind,
};

/// Shows how much of a raw material lies at each location, and in total.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetInventory {
    /// The material: a numeric variant id, or `VMAT-VAR-…`.
    variant_id: VariantId,
    /// Only these locations; every location if left out.
    location_ids: Option<Vec<LocationId>>,
}

/// The stock of a raw material.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Inventory {
    variant_id: VariantId,
    name: String,
    origin: Origin,
    unit: Unit,
    /// Whether it can be set here: true for virtual materials.
    can_be_set: bool,
    /// By location name; a location without an entry has 0.
    levels: Vec<Level>,
    /// The sum of `levels`.
    total: Quantity,
}

impl Query for GetInventory {
    const NAME: &'static str = "raw_materials.inventory";
    const TITLE: &'static str = "Stock of a raw material";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such raw material"),
        (
            ErrorCode::InvalidInput,
            "`locationIds` is empty, or the store has no such location",
        ),
    ];
    type Domain = Assembly;
    type Output = Inventory;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<Inventory, OperationError> {
        let material = db
            .material(&self.variant_id)
            .await?
            .ok_or_else(|| no_material(&self.variant_id))?;
        let mut locations = db.locations().await?;
        if let Some(ids) = self.location_ids {
            locations = only(locations, &ids)?;
        }
        let levels = levels_at(db, (Kind::Material, material.id.as_str()), locations).await?;
        Ok(Inventory {
            name: material.name(),
            variant_id: material.id,
            origin: material.origin,
            unit: material.unit,
            can_be_set: material.origin == Origin::Virtual,
            total: levels.iter().map(|level| level.quantity).sum(),
            levels,
        })
    }
}
