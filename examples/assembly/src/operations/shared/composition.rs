//! What things are made of, as it is entered: rows, and the checks they must pass before anything is written.

use std::collections::BTreeSet;

use latchstring::{ChangeAction, Context, OperationError, values::Patch};
use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::json;

use super::levels::check_locations;
use crate::{
    Reader, Writer,
    error::{cycle, no_sub_assembly, no_variant},
    model::{
        ComponentRow, LocationId, Material, NestedRow, Owner, Quantity, RowsError, SubAssemblyId, VariantId, Waste,
        graph::MAX_DEPTH,
        rows::{MAX_ROWS, Row},
        structure::Rows,
    },
    storage::StorageError,
};

/// A material in a BOM or a sub-assembly. A row as `app.boms.get` shows it can be passed, too: its `name`, `origin`, `unit`,
/// `nonEssential`, `cost` and `usage` belong to the material and are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ComponentInput {
    /// The material: a numeric variant id, or `VMAT-VAR-…`. A variant of the catalogue that is no raw material yet is
    /// registered as one.
    variant_id: VariantId,
    /// How much one unit of the parent takes, before waste, in the material's unit. More than 0, at most 1000000000, six
    /// decimals.
    quantity: Quantity,
    /// What is lost on top, in percent of the quantity: 10 makes 2 m into 2.2 m. 0 to 1000. If left out: 0, or what the
    /// row had if it is merged.
    waste_percentage: Option<Waste>,
    /// Always take it from this location, wherever one builds; null: where one builds. If left out: null, or what the row
    /// had if it is merged.
    #[serde(default)]
    location_id: Patch<LocationId>,
    /// Variants that could be used instead; a note for people, not counted in buildable. At most 20. If left out: none, or
    /// what the row had if it is merged.
    alternatives: Option<Vec<VariantId>>,
    #[serde(default, rename = "name")]
    #[schemars(skip)]
    _name: IgnoredAny,
    #[serde(default, rename = "origin")]
    #[schemars(skip)]
    _origin: IgnoredAny,
    #[serde(default, rename = "unit")]
    #[schemars(skip)]
    _unit: IgnoredAny,
    #[serde(default, rename = "nonEssential")]
    #[schemars(skip)]
    _non_essential: IgnoredAny,
    #[serde(default, rename = "cost")]
    #[schemars(skip)]
    _cost: IgnoredAny,
    #[serde(default, rename = "usage")]
    #[schemars(skip)]
    _usage: IgnoredAny,
}

/// A sub-assembly in a BOM or in another sub-assembly. A row as `app.boms.get` shows it can be passed, too: its `name` and
/// `usage` are ignored.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NestedInput {
    /// The sub-assembly.
    sub_assembly_id: SubAssemblyId,
    /// How many one unit of the parent takes. More than 0, at most 1000000000, six decimals.
    quantity: Quantity,
    #[serde(default, rename = "name")]
    #[schemars(skip)]
    _name: IgnoredAny,
    #[serde(default, rename = "usage")]
    #[schemars(skip)]
    _usage: IgnoredAny,
}

/// A row as it is entered.
pub(crate) trait RowInput {
    /// The row it becomes.
    type Row: Row;

    /// What it is about.
    fn key(&self) -> &<Self::Row as Row>::Key;

    /// The row; what is left out is as in the old row about the same thing, if there is one.
    fn over(self, old: Option<&Self::Row>) -> Self::Row;
}

impl RowInput for ComponentInput {
    type Row = ComponentRow;

    fn key(&self) -> &VariantId {
        &self.variant_id
    }

    fn over(self, old: Option<&ComponentRow>) -> ComponentRow {
        ComponentRow {
            material: self.variant_id,
            quantity: self.quantity,
            waste: self
                .waste_percentage
                .unwrap_or_else(|| old.map(|row| row.waste).unwrap_or_default()),
            location: self.location_id.over(old.and_then(|row| row.location.clone())),
            alternatives: self
                .alternatives
                .unwrap_or_else(|| old.map(|row| row.alternatives.clone()).unwrap_or_default()),
        }
    }
}

impl RowInput for NestedInput {
    type Row = NestedRow;

    fn key(&self) -> &SubAssemblyId {
        &self.sub_assembly_id
    }

    fn over(self, _: Option<&NestedRow>) -> NestedRow {
        NestedRow {
            sub_assembly: self.sub_assembly_id,
            quantity: self.quantity,
        }
    }
}

/// The rows that are entered, merged into `old` ones.
pub(crate) fn rows_over<I: RowInput>(inputs: Vec<I>, old: &[I::Row]) -> Result<Vec<I::Row>, RowsError> {
    if inputs.len() > MAX_ROWS {
        return Err(RowsError::TooMany(inputs.len()));
    }
    let over = |input: I| {
        let old = old.iter().find(|row| row.key() == input.key());
        input.over(old)
    };
    Ok(inputs.into_iter().map(over).collect())
}

/// Checks rows against what the store has, without writing anything. Alternatives that were in the rows `before` may stay:
/// they are notes, and do not keep a material from being removed.
///
/// Answers the catalogue variants among them that are to be registered as materials.
pub(crate) async fn check_rows(
    cx: &Context,
    db: &Reader,
    before: &Rows,
    rows: &Rows,
) -> Result<Vec<Material>, OperationError> {
    check_alternatives(&rows.components)?;
    let named: BTreeSet<&LocationId> = rows.components.iter().filter_map(|row| row.location.as_ref()).collect();
    check_locations(&db.locations().await?, &named)?;
    let nested: Vec<SubAssemblyId> = rows.nested.iter().map(|row| row.sub_assembly.clone()).collect();
    let known = db.sub_assemblies(&nested).await?;
    if let Some(missing) = nested.iter().find(|id| !known.contains_key(id)) {
        return Err(no_sub_assembly(missing));
    }
    let noted: BTreeSet<&VariantId> = before.components.iter().flat_map(|row| &row.alternatives).collect();
    let wanted: BTreeSet<&VariantId> = rows
        .components
        .iter()
        .flat_map(|row| std::iter::once(&row.material).chain(row.alternatives.iter().filter(|id| !noted.contains(id))))
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
    let to_register = rows.components.iter().filter_map(|row| variants.get(&row.material));
    Ok(to_register
        .map(|variant| Material::of_variant(variant, cx.now()))
        .collect())
}

fn check_alternatives(components: &[ComponentRow]) -> Result<(), OperationError> {
    let is_wrong = |row: &&ComponentRow| row.alternatives.len() > 20 || row.alternatives.contains(&row.material);
    let Some(row) = components.iter().find(is_wrong) else {
        return Ok(());
    };
    let text = format!("`alternatives` of `{}` must be at most 20 other variants", row.material);
    Err(OperationError::invalid_input(text))
}

/// What is to have rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Whole<'a> {
    pub(crate) owner: &'a Owner,
    /// The finished good that it makes, if it makes one.
    pub(crate) product: Option<&'a VariantId>,
    /// Whether it does not exist yet.
    pub(crate) is_new: bool,
}

/// Checks that nothing would be made of itself or be nested too deep if `whole` had these rows.
pub(crate) async fn check_structure(db: &Reader, whole: Whole<'_>, rows: &Rows) -> Result<(), OperationError> {
    let Whole { owner, product, is_new } = whole;
    let below = db.graph_below(owner, product, rows).await?;
    if let Some(way) = below.cycle_through(owner) {
        return Err(cycle(&way, is_new.then_some(owner)));
    }
    // No cycle leads through here, and the store had none before.
    let below = below.depth_below(owner).unwrap_or_default();
    let depth = match owner {
        Owner::Bom(_) => below,
        Owner::SubAssembly(id) if !rows.nested.is_empty() => {
            let above = db.graph_above(id).await?;
            above.depth_below(owner).unwrap_or_default() + 1 + below
        }
        Owner::SubAssembly(_) => 1,
    };
    if depth > MAX_DEPTH {
        let text = format!(
            "sub-assemblies would be nested {depth} deep, {MAX_DEPTH} are allowed; put what one of them is made of directly \
             into what it goes into"
        );
        return Err(OperationError::invalid_input(text));
    }
    Ok(())
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
