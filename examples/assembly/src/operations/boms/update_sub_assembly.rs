//! `boms.update_sub_assembly`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{BomId, NestedRow, Quantity, SubAssemblyId, structure::Rows},
    operations::shared::change_rows::{BomRows, Made, bom_at, change_rows, with_changed},
};

/// Changes how many of one sub-assembly a BOM takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateSubAssembly {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// The sub-assembly, which must be in it.
    #[schemars(example = &"sub_desk_lamp_core")]
    sub_assembly_id: SubAssemblyId,
    /// How many one unit takes. More than 0, at most 1000000000, six decimals.
    #[schemars(example = 2)]
    quantity: Quantity,
    /// Refuse unless the BOM is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateSubAssembly {
    const NAME: &'static str = "boms.update_sub_assembly";
    const TITLE: &'static str = "Change a sub-assembly of a BOM";
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such BOM, or the sub-assembly is not in it",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidInput, "the quantity is not positive"),
    ];
    type Domain = Assembly;
    type Output = BomRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomRows, OperationError> {
        let made = bom_at(db.reader(), &self.bom_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let change = |row: NestedRow| NestedRow {
            quantity: self.quantity,
            ..row
        };
        let after = Rows {
            components: before.components.clone(),
            nested: with_changed(&made.owner(), before.nested.clone(), &self.sub_assembly_id, change)?,
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        BomRows::shown(db.reader(), changed).await
    }
}
