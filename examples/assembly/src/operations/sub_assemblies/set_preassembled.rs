//! `sub_assemblies.set_preassembled`

use latchstring::{Command, Context, ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Writer,
    error::no_sub_assembly,
    model::{Quantity, SubAssemblyId},
    operations::shared::set_levels::{LevelInput, LevelSet, set_levels},
    storage::Kind,
};

/// Sets how many of a sub-assembly lie ready on the shelf at one or more locations. Quantities are the new counts, not
/// differences; locations that are not named stay as they are. Materials are not used up by this.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SetSubAssemblyShelf {
    /// The sub-assembly's id, from `app.subAssemblies.list({})`.
    sub_assembly_id: SubAssemblyId,
    /// The new counts, each location at most once.
    levels: Vec<LevelInput>,
}

/// The new shelves of a sub-assembly.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubAssemblyShelfSet {
    sub_assembly_id: SubAssemblyId,
    /// The locations that were named.
    levels: Vec<LevelSet>,
    /// What lies ready at all locations together, now.
    pre_assembled_quantity: Quantity,
}

impl Command for SetSubAssemblyShelf {
    const NAME: &'static str = "sub_assemblies.set_preassembled";
    const TITLE: &'static str = "Set ready sub-assemblies";
    const IDEMPOTENT: bool = true;
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[
        (ErrorCode::Conflict, "a location does not have its `expectedQuantity`"),
        (ErrorCode::NotFound, "the store has no such sub-assembly"),
        (
            ErrorCode::InvalidInput,
            "a location is unknown or named twice, or a count is negative",
        ),
    ];
    type Domain = Assembly;
    type Output = SubAssemblyShelfSet;

    async fn run(self, cx: &Context, db: &mut Writer) -> Result<SubAssemblyShelfSet, OperationError> {
        let id = self.sub_assembly_id;
        let found = db.reader().sub_assembly(&id).await?;
        let made = found.ok_or_else(|| no_sub_assembly(&id))?;
        let set = set_levels(cx, db, (Kind::SubAssembly, id.as_str(), &made.name), &self.levels).await?;
        Ok(SubAssemblyShelfSet {
            sub_assembly_id: id,
            levels: set.levels,
            pre_assembled_quantity: set.total,
        })
    }
}
