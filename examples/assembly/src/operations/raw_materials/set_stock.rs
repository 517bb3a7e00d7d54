//! `raw_materials.set_stock`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Writer,
    error::no_material,
    model::{Origin, Quantity, VariantId},
    operations::shared::set_levels::{LevelInput, LevelSet, set_levels},
    storage::Kind,
};

/// Sets how much of a virtual raw material lies at one or more locations. Quantities are the new counts, not
/// differences; locations that are not named stay as they are. The stock of `shopify` materials cannot be
/// set, not even in a dry run.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetStock {
    /// The virtual material, `VMAT-VAR-…`.
    variant_id: VariantId,
    /// The new counts, each location at most once.
    levels: Vec<LevelInput>,
}

/// The new stock of a raw material.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StockSet {
    variant_id: VariantId,
    /// The locations that were named.
    levels: Vec<LevelSet>,
    /// The stock at all locations together, now.
    total: Quantity,
}

impl Command for SetStock {
    const NAME: &'static str = "raw_materials.set_stock";
    const TITLE: &'static str = "Set stock of a virtual material";
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::Conflict, "a location does not have its `expectedQuantity`"),
        (ErrorCode::NotFound, "the store has no such raw material"),
        (
            ErrorCode::InvalidInput,
            "the material is not virtual, a location is unknown or named twice, or a count is negative",
        ),
    ];
    type Domain = Assembly;
    type Output = StockSet;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<StockSet, OperationError> {
        let material = db
            .reader()
            .material(&self.variant_id)
            .await?
            .ok_or_else(|| no_material(&self.variant_id))?;
        match material.origin {
            Origin::Virtual => {}
            Origin::Shopify => {
                let text = format!(
                    "stock of `{}` is kept by the shop platform and read only here; set it there, or use a virtual \
                     material (`VMAT-VAR-…`)",
                    material.id
                );
                return Err(OperationError::invalid_input(text));
            }
        }
        let set = set_levels(
            cx,
            db,
            (Kind::Material, material.id.as_str(), &material.name()),
            &self.levels,
        )
        .await?;
        Ok(StockSet {
            variant_id: material.id,
            levels: set.levels,
            total: set.total,
        })
    }
}
