//! `boms.set_preassembled`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Writer,
    error::no_bom,
    model::{BomId, Quantity},
    operations::shared::set_levels::{LevelInput, LevelSet, set_levels},
    storage::Kind,
};

/// Sets how many finished goods of a BOM lie ready on the shelf at one or more locations. Quantities are the new counts,
/// not differences; locations that are not named stay as they are. Materials are not used up by this.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetBomShelf {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// The new counts, each location at most once.
    levels: Vec<LevelInput>,
}

/// The new shelves of a BOM.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BomShelfSet {
    bom_id: BomId,
    /// The locations that were named.
    levels: Vec<LevelSet>,
    /// What lies ready at all locations together, now.
    pre_assembled_quantity: Quantity,
}

impl Command for SetBomShelf {
    const NAME: &'static str = "boms.set_preassembled";
    const TITLE: &'static str = "Set ready finished goods";
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::Conflict, "a location does not have its `expectedQuantity`"),
        (ErrorCode::NotFound, "the store has no such BOM"),
        (
            ErrorCode::InvalidInput,
            "a location is unknown or named twice, or a count is negative",
        ),
    ];
    type Domain = Assembly;
    type Output = BomShelfSet;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomShelfSet, OperationError> {
        let id = self.bom_id;
        let bom = db.reader().bom(&id).await?.ok_or_else(|| no_bom(&id))?;
        let set = set_levels(cx, db, (Kind::Bom, id.as_str(), &bom.name), &self.levels).await?;
        Ok(BomShelfSet {
            bom_id: id,
            levels: set.levels,
            pre_assembled_quantity: set.total,
        })
    }
}
