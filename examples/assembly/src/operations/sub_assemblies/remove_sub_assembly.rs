//! `sub_assemblies.remove_sub_assembly`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{SubAssemblyId, structure::Rows},
    operations::shared::change_rows::{Made, SubAssemblyRows, change_rows, sub_assembly_at, without},
};

/// Takes one sub-assembly out of another sub-assembly. The sub-assembly itself and what lies ready of it stay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemoveSubAssembly {
    /// The sub-assembly that the other one goes into.
    #[schemars(example = &"sub_desk_lamp_core")]
    parent_id: SubAssemblyId,
    /// The sub-assembly, which must be in it.
    #[schemars(example = &"sub_cable_set")]
    sub_assembly_id: SubAssemblyId,
    /// Refuse unless the sub-assembly is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for RemoveSubAssembly {
    const NAME: &'static str = "sub_assemblies.remove_sub_assembly";
    const TITLE: &'static str = "Take a sub-assembly out of another sub-assembly";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such sub-assembly, or the sub-assembly is not in it",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyRows, OperationError> {
        let made = sub_assembly_at(db.reader(), &self.parent_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let after = Rows {
            components: before.components.clone(),
            nested: without(&made.owner(), before.nested.clone(), &self.sub_assembly_id)?,
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        SubAssemblyRows::shown(db.reader(), changed).await
    }
}
