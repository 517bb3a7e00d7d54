//! `sub_assemblies.add_sub_assembly`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{NestedRow, Quantity, SubAssemblyId, structure::Rows},
    operations::shared::change_rows::{Made, SubAssemblyRows, change_rows, sub_assembly_at, with_new},
};

/// Adds one sub-assembly to another sub-assembly. One that is there already is refused: change its row with
/// `app.subAssemblies.updateSubAssembly`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddSubAssembly {
    /// The sub-assembly that the other one goes into.
    #[schemars(example = &"sub_desk_lamp_core")]
    parent_id: SubAssemblyId,
    /// The sub-assembly to add.
    #[schemars(example = &"sub_globe_drop")]
    sub_assembly_id: SubAssemblyId,
    /// How many one unit takes. More than 0, at most 1000000000, six decimals.
    quantity: Quantity,
    /// Refuse unless the sub-assembly is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for AddSubAssembly {
    const NAME: &'static str = "sub_assemblies.add_sub_assembly";
    const TITLE: &'static str = "Add a sub-assembly to another sub-assembly";
    const DESTRUCTIVE: bool = false;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "one of the two does not exist"),
        (
            ErrorCode::Conflict,
            "it is in it already, or it is not at `expectedVersion`",
        ),
        (
            ErrorCode::InvalidInput,
            "the quantity is not positive, something would be made of itself, or be nested more than 10 deep",
        ),
        (ErrorCode::LimitExceeded, "more than 250 sub-assemblies"),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyRows, OperationError> {
        let made = sub_assembly_at(db.reader(), &self.parent_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let row = NestedRow {
            sub_assembly: self.sub_assembly_id,
            quantity: self.quantity,
        };
        let other = "app.subAssemblies.updateSubAssembly";
        let after = Rows {
            components: before.components.clone(),
            nested: with_new(&made.owner(), before.nested.clone(), row, other)?,
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        SubAssemblyRows::shown(db.reader(), changed).await
    }
}
