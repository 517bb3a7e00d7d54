//! `boms.add_sub_assembly`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{BomId, NestedRow, Quantity, SubAssemblyId, structure::Rows},
    operations::shared::change_rows::{BomRows, Made, bom_at, change_rows, with_new},
};

/// Adds one sub-assembly to a BOM. One that is there already is refused: change its row with
/// `app.boms.updateSubAssembly`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct AddSubAssembly {
    /// The BOM's id, from `app.boms.list({})`.
    bom_id: BomId,
    /// The sub-assembly to add.
    #[schemars(example = &"sub_globe_drop")]
    sub_assembly_id: SubAssemblyId,
    /// How many one unit takes. More than 0, at most 1000000000, six decimals.
    quantity: Quantity,
    /// Refuse unless the BOM is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for AddSubAssembly {
    const NAME: &'static str = "boms.add_sub_assembly";
    const TITLE: &'static str = "Add a sub-assembly to a BOM";
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
    type Output = BomRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<BomRows, OperationError> {
        let made = bom_at(db.reader(), &self.bom_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let row = NestedRow {
            sub_assembly: self.sub_assembly_id,
            quantity: self.quantity,
        };
        let other = "app.boms.updateSubAssembly";
        let after = Rows {
            components: before.components.clone(),
            nested: with_new(&made.owner(), before.nested.clone(), row, other)?,
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        BomRows::shown(db.reader(), changed).await
    }
}
