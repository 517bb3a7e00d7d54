//! What a number of units takes, at one location: a structure together with what there is for it.
//!
//! Shelves make demand bend: the first units take ready sub-assemblies, later ones take materials. And one material may be
//! reached along several branches. So what `n` units take is computed for `n` as a whole; what one more takes, or one less
//! gives back, is the difference of two such answers. An expansion can be stored: an order keeps the one it was made with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ComponentRow, LocationId, Material, NestedRow, Origin, Quantity, Structure, SubAssemblyId, Supply, Unit, VariantId,
    Waste, amount::Amount,
};

/// A structure with what there is for it at one location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Expansion {
    /// Where one builds.
    pub(super) location: LocationId,
    /// Where materials are taken from: one cell per material and place.
    pub(super) cells: Vec<Cell>,
    top: Level,
    /// Parents before their parts.
    pub(super) branches: Vec<Branch>,
}

/// A material at a place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Cell {
    pub(super) material: VariantId,
    pub(super) name: String,
    pub(super) unit: Unit,
    pub(super) origin: Origin,
    pub(super) is_non_essential: bool,
    pub(super) location: LocationId,
    pub(super) stock: Quantity,
}

/// A sub-assembly in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Branch {
    pub(super) id: SubAssemblyId,
    pub(super) name: String,
    /// Whether sales may take it from its shelf only.
    pub(super) only_ready: bool,
    /// What is ready of it.
    pub(super) shelf: Quantity,
    level: Level,
}

/// What one of something is directly made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Level {
    components: Vec<Take>,
    /// Which branch, and how many.
    nested: Vec<(usize, Quantity)>,
}

/// How much of a cell one unit of the parent takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Take {
    cell: usize,
    quantity: Quantity,
    waste: Waste,
}

/// What becomes of a need for a sub-assembly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// What the shelf does not have is made.
    Made,
    /// What the shelf does not have is missing; materials would not help.
    Missing,
    /// All of it is the sub-assembly as it is, whatever the shelf has.
    Whole,
}

/// What a number of units takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Demand {
    /// From each cell, exactly.
    pub(super) needs: Vec<Amount>,
    /// Of each branch, from its shelf.
    pub(super) from_shelf: Vec<Amount>,
    /// Of each branch, beyond its shelf.
    pub(super) beyond_shelf: Vec<Amount>,
}

impl Cell {
    /// A need in what can be taken: the platform counts in whole pieces, so it can only give whole pieces.
    pub(super) fn in_pieces(&self, need: &Amount) -> Amount {
        match self.origin {
            Origin::Shopify => need.rounded_up_to_whole(),
            Origin::Virtual => need.clone(),
        }
    }

    /// As much of a stock as can be taken.
    pub(super) fn out_of(&self, stock: &Amount) -> Amount {
        match self.origin {
            Origin::Shopify => stock.rounded_down_to_whole(),
            Origin::Virtual => stock.clone(),
        }
    }
}

impl Expansion {
    /// The structure at a location.
    pub fn at(structure: &Structure<'_>, supply: &Supply, location: &LocationId) -> Self {
        let mut making = Making {
            supply,
            location,
            cells: Vec::new(),
            known: BTreeMap::new(),
        };
        let top = making.level(&structure.components, &structure.nested);
        let mut branches = Vec::with_capacity(structure.branches.len());
        for branch in &structure.branches {
            let key = (branch.sub_assembly.id.clone(), location.clone());
            branches.push(Branch {
                id: key.0.clone(),
                name: branch.sub_assembly.name.clone(),
                only_ready: branch.sub_assembly.only_consume_preassembled,
                shelf: supply.shelves.get(&key).copied().unwrap_or_default(),
                level: making.level(&branch.components, &branch.nested),
            });
        }
        Self {
            location: location.clone(),
            cells: making.cells,
            top,
            branches,
        }
    }

    /// What is ready of each branch.
    pub(super) fn shelves(&self) -> Vec<Amount> {
        self.branches.iter().map(|branch| Amount::of(branch.shelf)).collect()
    }

    /// What there is in each cell.
    pub(super) fn stocks(&self) -> Vec<Amount> {
        self.cells.iter().map(|cell| Amount::of(cell.stock)).collect()
    }

    /// What `units` take. A shelf is shared by every branch that leads to it: the whole demand for a sub-assembly is known
    /// before any of it goes further down, and the shelf is taken from once.
    pub(super) fn demand(&self, units: &Amount, shelves: &[Amount], pass: impl Fn(&Branch) -> Pass) -> Demand {
        let mut demand = Demand {
            needs: vec![Amount::default(); self.cells.len()],
            from_shelf: Vec::with_capacity(self.branches.len()),
            beyond_shelf: Vec::with_capacity(self.branches.len()),
        };
        let mut wanted = vec![Amount::default(); self.branches.len()];
        descend(&self.top, units, &mut demand.needs, &mut wanted);
        for (at, branch) in self.branches.iter().enumerate() {
            let need = std::mem::take(&mut wanted[at]);
            let rest = match pass(branch) {
                Pass::Made | Pass::Missing => need.less(&shelves[at]),
                Pass::Whole => Amount::default(),
            };
            if pass(branch) == Pass::Made {
                descend(&branch.level, &rest, &mut demand.needs, &mut wanted);
            }
            demand.from_shelf.push(need.less(&rest));
            demand.beyond_shelf.push(rest);
        }
        demand
    }
}

fn descend(level: &Level, units: &Amount, needs: &mut [Amount], wanted: &mut [Amount]) {
    if units.is_zero() {
        return;
    }
    for take in &level.components {
        needs[take.cell].add(&units.times(take.quantity).with_waste(take.waste));
    }
    for (part, quantity) in &level.nested {
        wanted[*part].add(&units.times(*quantity));
    }
}

/// The cells of an expansion while it is made.
struct Making<'a> {
    supply: &'a Supply,
    location: &'a LocationId,
    cells: Vec<Cell>,
    known: BTreeMap<(&'a VariantId, &'a LocationId), usize>,
}

impl<'a> Making<'a> {
    fn level(&mut self, components: &[(&'a ComponentRow, &'a Material)], nested: &[(usize, &'a NestedRow)]) -> Level {
        let take = |(row, material): &(&'a ComponentRow, &'a Material)| Take {
            cell: self.cell(row, material),
            quantity: row.quantity,
            waste: row.waste,
        };
        Level {
            components: components.iter().map(take).collect(),
            nested: nested.iter().map(|(part, row)| (*part, row.quantity)).collect(),
        }
    }

    fn cell(&mut self, row: &'a ComponentRow, material: &'a Material) -> usize {
        let place = row.location.as_ref().unwrap_or(self.location);
        let (supply, cells) = (self.supply, &mut self.cells);
        *self.known.entry((&material.id, place)).or_insert_with(|| {
            let key = (material.id.clone(), place.clone());
            cells.push(Cell {
                stock: supply.stock.get(&key).copied().unwrap_or_default(),
                material: key.0,
                location: key.1,
                name: material.name(),
                unit: material.unit.clone(),
                origin: material.origin,
                is_non_essential: material.is_non_essential,
            });
            cells.len() - 1
        })
    }
}
