//! What one costs to make: materials with waste, through every level.

use std::collections::BTreeMap;

use super::{Material, Money, Price, Quantity, Structure, VariantId, amount::Amount};

/// What one unit costs, if every material has a cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitCost {
    /// The sum, to four decimals; `None` if any material has no cost, or if there is no material.
    pub cost: Option<Price>,
    /// The materials without a cost, each once.
    pub without_cost: Vec<VariantId>,
}

impl UnitCost {
    /// The sum with its currency.
    pub fn money(&self, currency: &str) -> Option<Money> {
        self.cost.map(|amount| Money {
            amount,
            currency: currency.to_owned(),
        })
    }

    /// Why there is no sum.
    pub fn reason(&self) -> Option<&'static str> {
        match (self.cost, self.without_cost.is_empty()) {
            (Some(_), _) => None,
            (None, true) => Some("no_components"),
            (None, false) => Some("materials_without_cost"),
        }
    }
}

/// What one unit costs: cost × quantity × (1 + waste/100), added up over every row of every level. Shelves do not
/// matter here: a part on the shelf has cost what it is made of. A finished good that is a material counts with its own
/// cost as a material, not with what its BOM costs.
pub fn unit_cost(structure: &Structure<'_>) -> UnitCost {
    let mut without_cost: Vec<VariantId> = structure
        .all_components()
        .filter(|(_, material)| material.cost.is_none())
        .map(|(_, material)| material.id.clone())
        .collect();
    without_cost.sort();
    without_cost.dedup();
    let needs = per_unit(structure);
    if needs.is_empty() || !without_cost.is_empty() {
        return UnitCost {
            cost: None,
            without_cost,
        };
    }
    let mut sum = Amount::default();
    for (material, need) in needs {
        let cost = material.cost.map_or(0, Price::micros);
        sum.add(&need.times(Quantity::from_micros(cost)));
    }
    UnitCost {
        cost: Some(Price::from_micros(sum.to_micros_of_money())),
        without_cost,
    }
}

/// How much of each material one unit takes, with waste, when nothing comes from a shelf; each material once.
pub fn materials_per_unit<'a>(structure: &Structure<'a>) -> Vec<(&'a Material, Quantity)> {
    let mut totals: BTreeMap<&VariantId, (&Material, Amount)> = BTreeMap::new();
    for (material, need) in per_unit(structure) {
        totals
            .entry(&material.id)
            .or_insert_with(|| (material, Amount::default()))
            .1
            .add(&need);
    }
    totals
        .into_values()
        .map(|(material, amount)| (material, amount.to_quantity()))
        .collect()
}

/// How much of each row's material one unit takes when nothing comes from a shelf.
fn per_unit<'a>(structure: &Structure<'a>) -> Vec<(&'a Material, Amount)> {
    let mut demand = vec![Amount::default(); structure.branches.len()];
    let mut needs = Vec::new();
    let one = Amount::whole(1);
    for (at, row) in &structure.nested {
        demand[*at].add(&one.times(row.quantity));
    }
    for (row, material) in &structure.components {
        needs.push((*material, one.times(row.quantity).with_waste(row.waste)));
    }
    for (at, branch) in structure.branches.iter().enumerate() {
        let wanted = std::mem::take(&mut demand[at]);
        for (part, row) in &branch.nested {
            demand[*part].add(&wanted.times(row.quantity));
        }
        for (row, material) in &branch.components {
            needs.push((*material, wanted.times(row.quantity).with_waste(row.waste)));
        }
    }
    needs
}
