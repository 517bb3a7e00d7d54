//! What things are made of, as it is entered: rows, and the checks they must pass before anything is written.

use std::collections::BTreeSet;

use latchstring::{ChangeAction, Context, OperationError};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::{
    Reader, Writer,
    error::{cycle, no_sub_assembly, no_variant},
    model::{
        ComponentRow, LocationId, Material, NestedRow, Node, Owner, Quantity, SubAssemblyId, VariantId, Waste,
        graph::Graph, structure::Rows,
    },
    storage::StorageError,
};

/// A material in a BOM or a sub-assembly.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ComponentInput {
    /// The material: a numeric variant id, or `VMAT-VAR-…`. A variant of the catalogue that is no raw material yet is
    /// registered as one.
    variant_id: VariantId,
    /// How much one unit of the parent takes, before waste, in the material's unit. More than 0, at most 1000000000, six
    /// decimals.
    quantity: Quantity,
    /// What is lost on top, in percent of the quantity: 10 makes 2 m into 2.2 m. 0 to 1000; 0 if left out.
    waste_percentage: Option<Waste>,
    /// Always take it from this location, wherever one builds. If left out, it is taken where one builds.
    location_id: Option<LocationId>,
    /// Variants that could be used instead; a note for people, not counted in buildable. At most 20.
    alternatives: Option<Vec<VariantId>>,
}

/// A sub-assembly in a BOM or in another sub-assembly.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NestedInput {
    /// The sub-assembly.
    sub_assembly_id: SubAssemblyId,
    /// How many one unit of the parent takes. More than 0, at most 1000000000, six decimals.
    quantity: Quantity,
}

impl From<ComponentInput> for ComponentRow {
    fn from(input: ComponentInput) -> Self {
        Self {
            material: input.variant_id,
            quantity: input.quantity,
            waste: input.waste_percentage.unwrap_or_default(),
            location: input.location_id,
            alternatives: input.alternatives.unwrap_or_default(),
        }
    }
}

impl From<NestedInput> for NestedRow {
    fn from(input: NestedInput) -> Self {
        Self {
            sub_assembly: input.sub_assembly_id,
            quantity: input.quantity,
        }
    }
}

/// Checks rows against what the store has, without writing anything.
///
/// Answers the catalogue variants among them that are to be registered as materials.
pub(crate) async fn check_rows(cx: &Context, db: &Reader, rows: &Rows) -> Result<Vec<Material>, OperationError> {
    let named: BTreeSet<&LocationId> = rows.components.iter().filter_map(|row| row.location.as_ref()).collect();
    super::set_levels::check_locations(&db.locations().await?, named)?;
    let nested: Vec<SubAssemblyId> = rows.nested.iter().map(|row| row.sub_assembly.clone()).collect();
    let known = db.sub_assemblies(&nested).await?;
    if let Some(missing) = nested.iter().find(|id| !known.contains_key(id)) {
        return Err(no_sub_assembly(missing));
    }
    let wanted: BTreeSet<&VariantId> = rows
        .components
        .iter()
        .flat_map(|row| std::iter::once(&row.material).chain(&row.alternatives))
        .collect();
    let wanted: Vec<VariantId> = wanted.into_iter().cloned().collect();
    let known = db.materials(&wanted).await?;
    let unknown: Vec<VariantId> = wanted.into_iter().filter(|id| !known.contains_key(id)).collect();
    let variants = db.variants(&unknown).await?;
    if let Some(missing) = unknown.iter().find(|id| !variants.contains_key(id)) {
        let find = if missing.is_virtual() {
            crate::error::no_material
        } else {
            no_variant
        };
        return Err(find(missing));
    }
    for row in &rows.components {
        if row.alternatives.len() > 20 || row.alternatives.contains(&row.material) {
            let text = format!("`alternatives` of `{}` must be at most 20 other variants", row.material);
            return Err(OperationError::invalid_input(text));
        }
    }
    let to_register = rows.components.iter().filter_map(|row| variants.get(&row.material));
    Ok(to_register
        .map(|variant| Material::of_variant(variant, cx.now()))
        .collect())
}

/// Checks that nothing would be made of itself if `owner`, which makes `product`, had these rows.
pub(crate) async fn check_cycles(
    db: &Reader,
    owner: &Node,
    product: &VariantId,
    rows: &Rows,
) -> Result<(), OperationError> {
    let mut graph: Graph = db.graph().await?;
    graph.clear(owner);
    for row in &rows.nested {
        graph.add(owner.clone(), Owner::SubAssembly(row.sub_assembly.clone()));
    }
    let materials: Vec<VariantId> = rows.components.iter().map(|row| row.material.clone()).collect();
    for (_, bom) in db.finished_goods(&materials).await? {
        graph.add(owner.clone(), Owner::Bom(bom));
    }
    if materials.contains(product) {
        graph.add(owner.clone(), owner.clone());
    }
    for user in db.users_of(product).await? {
        graph.add(user, owner.clone());
    }
    match graph.cycle_through(owner) {
        Some(way) => Err(cycle(&way)),
        None => Ok(()),
    }
}

/// Registers catalogue variants as materials.
pub(crate) async fn register(db: &mut Writer, materials: &[Material]) -> Result<(), StorageError> {
    db.add_materials(materials).await?;
    for material in materials {
        let after = json!({ "name": material.name(), "origin": material.origin });
        db.record(
            "raw_material",
            material.id.clone(),
            ChangeAction::Created,
            None,
            Some(after),
        );
    }
    Ok(())
}

/// Rows in few words, for the record of changes.
pub(crate) fn compact(rows: &Rows) -> serde_json::Value {
    let components: serde_json::Map<_, _> = rows
        .components
        .iter()
        .map(|row| (row.material.to_string(), json!(row.quantity)))
        .collect();
    let nested: serde_json::Map<_, _> = rows
        .nested
        .iter()
        .map(|row| (row.sub_assembly.to_string(), json!(row.quantity)))
        .collect();
    json!({ "components": components, "subAssemblies": nested })
}
