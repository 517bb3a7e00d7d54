//! What things are made of, as it is shown.

use std::collections::BTreeMap;

use latchstring::{ErrorCode, OperationError};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use crate::{
    Reader,
    model::{
        ComponentRow, LocationId, Material, Money, NestedRow, Origin, Owner, Quantity, Structure, SubAssemblyId, Unit,
        VariantId, structure::Parts,
    },
    storage::{StorageError, Usage},
};

/// The structure of a stored thing.
pub(crate) fn structure<'a>(owner: &Owner, parts: &'a Parts) -> Result<Structure<'a>, StorageError> {
    Structure::of(owner, parts).map_err(|source| StorageError::Together {
        what: owner.to_string(),
        source: source.into(),
    })
}

/// A material in a BOM or a sub-assembly.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Component {
    variant_id: VariantId,
    name: String,
    origin: Origin,
    /// What the quantity counts.
    unit: Unit,
    /// How much one unit of the parent takes, before waste.
    quantity: Quantity,
    /// What is lost on top, in percent of the quantity.
    waste_percentage: Quantity,
    /// Where it is always taken from; null: where one builds.
    location_id: Option<LocationId>,
    /// Variants that could be used instead; not counted in buildable.
    alternatives: Vec<VariantId>,
    /// Whether it is left out when it is asked what limits a build.
    non_essential: bool,
    /// What one unit of the material costs; null if unknown.
    cost: Option<Money>,
    /// In how many BOMs and sub-assemblies the material is used, this one included.
    usage: UsageCount,
}

/// A sub-assembly in a BOM or in another sub-assembly.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Nested {
    sub_assembly_id: SubAssemblyId,
    name: String,
    /// How many one unit of the parent takes.
    quantity: Quantity,
    /// In how many BOMs and sub-assemblies it is used, this one included.
    usage: UsageCount,
}

/// What is needed to show rows: what they name, the store's currency, and how often each thing is used.
pub(crate) struct Shown<'a> {
    parts: &'a Parts,
    currency: String,
    materials: BTreeMap<VariantId, Usage>,
    sub_assemblies: BTreeMap<SubAssemblyId, Usage>,
}

impl<'a> Shown<'a> {
    /// Reads it: three queries, however many rows.
    pub(crate) async fn read(db: &Reader, parts: &'a Parts) -> Result<Self, StorageError> {
        let materials: Vec<VariantId> = parts.materials.keys().cloned().collect();
        let sub_assemblies: Vec<SubAssemblyId> = parts.sub_assemblies.keys().cloned().collect();
        Ok(Self {
            parts,
            currency: db.shop().await?.currency,
            materials: db.material_usage(&materials).await?,
            sub_assemblies: db.sub_assembly_usage(&sub_assemblies).await?,
        })
    }

    /// What a thing is directly made of.
    pub(crate) fn rows(&self, owner: &Owner) -> (Vec<Component>, Vec<Nested>) {
        let Some(rows) = self.parts.rows.get(owner) else {
            return (Vec::new(), Vec::new());
        };
        let components = rows.components.iter().filter_map(|row| self.component(row));
        let nested = rows.nested.iter().filter_map(|row| self.nested(row));
        (components.collect(), nested.collect())
    }

    fn component(&self, row: &ComponentRow) -> Option<Component> {
        let material = self.parts.materials.get(&row.material)?;
        let cost = material.cost.map(|amount| Money {
            amount,
            currency: self.currency.clone(),
        });
        Some(Component {
            variant_id: row.material.clone(),
            name: material.name(),
            origin: material.origin,
            unit: material.unit.clone(),
            quantity: row.quantity,
            waste_percentage: row.waste.percent(),
            location_id: row.location.clone(),
            alternatives: row.alternatives.clone(),
            non_essential: material.is_non_essential,
            cost,
            usage: self.materials.get(&row.material).copied().unwrap_or_default().into(),
        })
    }

    fn nested(&self, row: &NestedRow) -> Option<Nested> {
        let id = &row.sub_assembly;
        Some(Nested {
            name: self.parts.sub_assemblies.get(id)?.name.clone(),
            sub_assembly_id: id.clone(),
            quantity: row.quantity,
            usage: self.sub_assemblies.get(id).copied().unwrap_or_default().into(),
        })
    }

    /// Everything below: each sub-assembly once, parents before their parts.
    pub(crate) fn branches(&self, structure: &Structure<'_>) -> Vec<Branch> {
        let branch = |sub_assembly: &crate::model::SubAssembly| {
            let (components, sub_assemblies) = self.rows(&Owner::SubAssembly(sub_assembly.id.clone()));
            Branch {
                sub_assembly_id: sub_assembly.id.clone(),
                name: sub_assembly.name.clone(),
                only_consume_preassembled: sub_assembly.only_consume_preassembled,
                components,
                sub_assemblies,
            }
        };
        structure.sub_assemblies().map(branch).collect()
    }
}

/// A sub-assembly somewhere below, with what it is directly made of.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Branch {
    sub_assembly_id: SubAssemblyId,
    name: String,
    /// Whether sales may take it from its shelf only.
    only_consume_preassembled: bool,
    components: Vec<Component>,
    sub_assemblies: Vec<Nested>,
}

/// What one unit takes of a material, over all levels, with waste and without shelves.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MaterialTotal {
    variant_id: VariantId,
    name: String,
    unit: Unit,
    /// Rounded up to six decimals.
    quantity: Quantity,
}

/// What one unit takes of each material, by name.
pub(crate) fn material_totals(structure: &Structure<'_>) -> Vec<MaterialTotal> {
    let total = |(material, quantity): (&Material, Quantity)| MaterialTotal {
        variant_id: material.id.clone(),
        name: material.name(),
        unit: material.unit.clone(),
        quantity,
    };
    let mut totals: Vec<_> = crate::model::cost::materials_per_unit(structure)
        .into_iter()
        .map(total)
        .collect();
    totals.sort_by(|a, b| (&a.name, &a.variant_id).cmp(&(&b.name, &b.variant_id)));
    totals
}

/// A material or variant that something is missing for.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Named {
    variant_id: VariantId,
    name: String,
}

/// These materials with their names.
pub(crate) fn named(ids: &[VariantId], parts: &Parts) -> Vec<Named> {
    let named = |id: &VariantId| {
        Some(Named {
            variant_id: id.clone(),
            name: parts.materials.get(id)?.name(),
        })
    };
    ids.iter().filter_map(named).collect()
}

/// Something that uses what was asked about.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Connection {
    /// `bom` or `sub_assembly`.
    kind: &'static str,
    id: String,
    name: String,
    /// How much one unit of it takes, before waste.
    quantity: Quantity,
}

impl From<crate::storage::Referrer> for Connection {
    fn from(referrer: crate::storage::Referrer) -> Self {
        let kind = match &referrer.owner {
            Owner::Bom(_) => "bom",
            Owner::SubAssembly(_) => "sub_assembly",
        };
        Self {
            kind,
            id: referrer.owner.id().to_owned(),
            name: referrer.name,
            quantity: referrer.quantity,
        }
    }
}

/// In how many BOMs and sub-assemblies something is used.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UsageCount {
    bom_count: u64,
    sub_assembly_count: u64,
}

impl From<Usage> for UsageCount {
    fn from(usage: Usage) -> Self {
        Self {
            bom_count: usage.boms,
            sub_assembly_count: usage.sub_assemblies,
        }
    }
}

/// Refuses to take away what something uses; the users are named.
pub(crate) fn in_use(what: &str, referrers: Vec<crate::storage::Referrer>) -> Result<(), OperationError> {
    let Some(first) = referrers.first() else {
        return Ok(());
    };
    let others = match referrers.len() {
        1 => String::new(),
        2 => " and one other".to_owned(),
        several => format!(" and {} others", several - 1),
    };
    let text = format!(
        "{what} is used by {} (`{}`){others}; take it out of what `details.usedBy` names first",
        first.owner, first.name
    );
    let users: Vec<Connection> = referrers.into_iter().take(50).map(Connection::from).collect();
    Err(OperationError::new(ErrorCode::InUse, text).with_details(json!({ "usedBy": users })))
}
