//! `sub_assemblies.delete`

use latchstring::{ChangeAction, Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    Assembly, Writer,
    model::{Owner, SubAssemblyId, structure::Rows},
    operations::shared::{
        change_rows::sub_assembly_at, differences::differences, made_of::in_use, set_levels::emptied,
    },
    storage::Kind,
};

/// Deletes a sub-assembly for good, with its rows and its shelf counts. Refused while a BOM or another sub-assembly has it
/// as a part. Its materials and their stock stay as they are.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DeleteSubAssembly {
    /// The sub-assembly's id, from `app.subAssemblies.list({})`.
    #[schemars(example = &"sub_spare_head")]
    sub_assembly_id: SubAssemblyId,
    /// Refuse unless it is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

/// What was deleted.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubAssemblyDeleted {
    sub_assembly_id: SubAssemblyId,
    name: String,
}

impl Command for DeleteSubAssembly {
    const NAME: &'static str = "sub_assemblies.delete";
    const TITLE: &'static str = "Delete a sub-assembly";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::NotFound, "the store has no such sub-assembly"),
        (
            ErrorCode::InUse,
            "a BOM or another sub-assembly has it as a part; `details.usedBy` names them",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyDeleted;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyDeleted, OperationError> {
        let made = sub_assembly_at(db.reader(), &self.sub_assembly_id, self.expected_version).await?;
        let owner = Owner::SubAssembly(made.id.clone());
        in_use(&owner.to_string(), db.reader().sub_assembly_referrers(&made.id).await?)?;
        let rows = db.reader().rows_of(&owner).await?;
        let total = emptied(cx, db, (Kind::SubAssembly, made.id.as_str())).await?;
        db.delete_sub_assembly(&made.id).await?;
        let (rows, _) = differences(&rows, &Rows::default());
        let before = json!({ "name": made.name, "rows": rows, "preAssembledQuantity": total });
        db.record(
            "sub_assembly",
            made.id.clone(),
            ChangeAction::Deleted,
            Some(before),
            None,
        );
        Ok(SubAssemblyDeleted {
            sub_assembly_id: made.id,
            name: made.name,
        })
    }
}
