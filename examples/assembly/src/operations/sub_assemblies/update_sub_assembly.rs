//! `sub_assemblies.update_sub_assembly`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{NestedRow, Quantity, SubAssemblyId, structure::Rows},
    operations::shared::change_rows::{Made, SubAssemblyRows, change_rows, sub_assembly_at, with_changed},
};

/// Changes how many of one sub-assembly another sub-assembly takes.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct UpdateSubAssembly {
    /// The sub-assembly that the other one goes into.
    #[schemars(example = &"sub_desk_lamp_core")]
    parent_id: SubAssemblyId,
    /// The sub-assembly, which must be in it.
    #[schemars(example = &"sub_cable_set")]
    sub_assembly_id: SubAssemblyId,
    /// How many one unit takes. More than 0, at most 1000000000, six decimals.
    #[schemars(example = 2)]
    quantity: Quantity,
    /// Refuse unless the sub-assembly is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for UpdateSubAssembly {
    const NAME: &'static str = "sub_assemblies.update_sub_assembly";
    const TITLE: &'static str = "Change a sub-assembly of another sub-assembly";
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such sub-assembly, or the sub-assembly is not in it",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
        (ErrorCode::InvalidInput, "the quantity is not positive"),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyRows, OperationError> {
        let made = sub_assembly_at(db.reader(), &self.parent_id, self.expected_version).await?;
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
        SubAssemblyRows::shown(db.reader(), changed).await
    }
}
