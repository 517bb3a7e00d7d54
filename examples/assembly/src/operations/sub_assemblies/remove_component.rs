//! `sub_assemblies.remove_component`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::{
    Assembly, Writer,
    model::{SubAssemblyId, VariantId, structure::Rows},
    operations::shared::change_rows::{Made, SubAssemblyRows, change_rows, sub_assembly_at, without},
};

/// Takes one material out of a sub-assembly. The material itself and its stock stay.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RemoveComponent {
    /// The sub-assembly's id, from `app.subAssemblies.list({})`.
    sub_assembly_id: SubAssemblyId,
    /// The material, which must be in it.
    #[schemars(example = &"50015")]
    variant_id: VariantId,
    /// Refuse unless the sub-assembly is still at this version; it is in what `get`, `list` and every change of it answer.
    expected_version: Option<u64>,
}

impl Command for RemoveComponent {
    const NAME: &'static str = "sub_assemblies.remove_component";
    const TITLE: &'static str = "Take a material out of a sub-assembly";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (
            ErrorCode::NotFound,
            "the store has no such sub-assembly, or the material is not in it",
        ),
        (ErrorCode::Conflict, "it is not at `expectedVersion`"),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyRows;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyRows, OperationError> {
        let made = sub_assembly_at(db.reader(), &self.sub_assembly_id, self.expected_version).await?;
        let before = db.reader().rows_of(&made.owner()).await?;
        let after = Rows {
            components: without(&made.owner(), before.components.clone(), &self.variant_id)?,
            nested: before.nested.clone(),
        };
        let changed = change_rows(cx, db, made, &before, &after).await?;
        SubAssemblyRows::shown(db.reader(), changed).await
    }
}
