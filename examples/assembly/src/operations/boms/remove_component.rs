//! `boms.remove_component`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{BomId, VariantId, structure::Rows},
    operations::shared::change_rows::{BomRows, Made, bom_at, change_rows, without},
};

/// Takes one material out of a BOM. The material itself and its stock stay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemoveComponent {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// The material, which must be in it.
    #[schemars(example = &"50007")]
    variant_id: VariantId,
    /// Refuse unless the BOM is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for RemoveComponent {
    const NAME: &'static str = "boms.remove_component";
    const TITLE: &'static str = "Take a material out of a BOM";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such BOM, or the material is not in it",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidState, "the BOM is active and would have no rows left"),
    ];
    type Domain = Assembly;
    type Output = BomRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomRows, OperationError> {
        let made = bom_at(db.reader(), &self.bom_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let after = Rows {
            components: without(&made.owner(), before.components.clone(), &self.variant_id)?,
            nested: before.nested.clone(),
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        BomRows::shown(db.reader(), changed).await
    }
}
