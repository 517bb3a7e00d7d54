//! `sub_assemblies.get`

use latchstring::{Context, ErrorCode, OperationError, Query};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::list::{SubAssemblyItem, shown_one_with};
use crate::{
    Assembly, Reader,
    error::no_sub_assembly,
    model::{Owner, SubAssemblyId, unit_cost},
    operations::shared::{
        levels::{Level, levels_at},
        made_of::{
            Branch, Component, Connection, MaterialTotal, Named, Nested, Shown, material_totals, named, structure,
        },
    },
    storage::Kind,
};

/// Shows one sub-assembly: what it is made of over all levels, what it costs, what lies ready, and what
/// uses it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GetSubAssembly {
    /// The sub-assembly's id, from `app.subAssemblies.list({})`.
    sub_assembly_id: SubAssemblyId,
}

/// A sub-assembly with everything in it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubAssemblyTree {
    sub_assembly: SubAssemblyItem,
    /// What lies ready at each location, by location name.
    levels: Vec<Level>,
    /// Materials directly in it.
    components: Vec<Component>,
    /// Sub-assemblies directly in it.
    sub_assemblies: Vec<Nested>,
    /// Every sub-assembly anywhere below, once each, parents before their parts.
    branches: Vec<Branch>,
    /// What one takes of each material over all levels, with waste, when nothing comes from a shelf.
    material_totals: Vec<MaterialTotal>,
    /// Materials that have no cost; while there are any, `unitCost` is null.
    materials_without_cost: Vec<Named>,
    /// What uses it, by name, 1000 at most.
    connections: Vec<Connection>,
}

impl Query for GetSubAssembly {
    const NAME: &'static str = "sub_assemblies.get";
    const TITLE: &'static str = "Get a sub-assembly";
    const ERRORS: &'static [(ErrorCode, &'static str)] = &[(ErrorCode::NotFound, "the store has no such sub-assembly")];
    type Domain = Assembly;
    type Output = SubAssemblyTree;

    async fn run(self, _: &Context, db: &mut Reader) -> Result<SubAssemblyTree, OperationError> {
        let id = self.sub_assembly_id;
        let found = db.sub_assembly(&id).await?.ok_or_else(|| no_sub_assembly(&id))?;
        let owner = Owner::SubAssembly(id.clone());
        let parts = db.parts(std::slice::from_ref(&owner)).await?;
        let structure = structure(&owner, &parts)?;
        let shown = Shown::read(db, &parts).await?;
        let (components, sub_assemblies) = shown.rows(&owner);
        let locations = db.locations().await?;
        Ok(SubAssemblyTree {
            levels: levels_at(db, (Kind::SubAssembly, id.as_str()), locations).await?,
            sub_assembly: shown_one_with(db, found, &parts).await?,
            components,
            sub_assemblies,
            branches: shown.branches(&structure),
            material_totals: material_totals(&structure),
            materials_without_cost: named(&unit_cost(&structure).without_cost, &parts),
            connections: db
                .sub_assembly_referrers(&id)
                .await?
                .into_iter()
                .map(Connection::from)
                .collect(),
        })
    }
}
