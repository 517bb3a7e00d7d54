//! How many can be built, how many can be sold, and what stands in the way of one more.
//!
//! Shelves make demand bend: the first units take ready sub-assemblies, later ones take materials. And one material may
//! be reached along several branches. So a minimum over rows would be wrong; instead the demand for a given number is
//! computed exactly, and the largest number whose demand is met is found by halving.

use std::collections::BTreeMap;

use super::{
    LocationId, Quantity, Structure, SubAssemblyId, VariantId, amount::Amount, material::Origin, structure::Branch,
};

/// The search ends here: a thousand million.
pub const MOST: u64 = 1_000_000_000;

/// What lies where.
#[derive(Debug, Clone, Default)]
pub struct Supply {
    /// Materials.
    pub stock: BTreeMap<(VariantId, LocationId), Quantity>,
    /// Sub-assemblies that are ready on a shelf.
    pub shelves: BTreeMap<(SubAssemblyId, LocationId), Quantity>,
    /// The finished good itself, ready on a shelf.
    pub finished: BTreeMap<LocationId, Quantity>,
}

/// Which question is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    /// A deliberate build may take every sub-assembly apart into its materials.
    Build,
    /// A sale takes sub-assemblies that are `onlyConsumePreassembled` from their shelf or not at all.
    Sales,
}

impl Mode {
    /// Whether nothing of a sub-assembly is made beyond what its shelf has.
    fn stops_at(self, branch: &Branch<'_>) -> bool {
        self == Self::Sales && branch.sub_assembly.only_consume_preassembled
    }
}

/// The answer for one location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationResult {
    /// Which location.
    pub location: LocationId,
    /// What can be built; `None` if nothing limits it.
    pub buildable: Option<u64>,
    /// What a sale could have made of components; `None` if nothing limits it.
    pub from_components: Option<u64>,
    /// What lies ready.
    pub pre_assembled: Quantity,
    /// What can be sold; `None` if nothing limits it.
    pub sellable: Option<Quantity>,
    /// What is short for building one more.
    pub limiting: Vec<LimitingPart>,
    /// What is short for selling one more from components.
    pub limiting_sales: Vec<LimitingPart>,
}

/// The answer for several locations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buildable {
    /// Whether any material could limit a build.
    pub has_essential: bool,
    /// One answer per location, in the order asked.
    pub locations: Vec<LocationResult>,
}

impl Buildable {
    /// What can be built at all these locations together; `None` if nothing limits it.
    pub fn total_buildable(&self) -> Option<u64> {
        self.locations.iter().map(|at| at.buildable).sum()
    }

    /// What can be sold from all these locations together; `None` if nothing limits it.
    pub fn total_sellable(&self) -> Option<Quantity> {
        self.locations.iter().map(|at| at.sellable).sum()
    }
}

/// What kind of thing is short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitingKind {
    /// A raw material.
    Material,
    /// A sub-assembly that sales may take from its shelf only.
    SubAssembly,
}

/// Something of which there is too little for one more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitingPart {
    /// Its id.
    pub id: String,
    /// What kind of thing.
    pub kind: LimitingKind,
    /// Its name.
    pub name: String,
    /// Where it is taken from.
    pub location: LocationId,
    /// What there is.
    pub available: Quantity,
    /// What one unit takes when nothing comes from a shelf that need not; exact, not in whole pieces.
    pub needed_per_unit: Quantity,
    /// What is missing for one more.
    pub short_by: Quantity,
}

/// How many of `structure` can be built and sold at each of `locations`.
pub fn buildable(
    structure: &Structure<'_>,
    supply: &Supply,
    only_sell_preassembled: bool,
    locations: &[LocationId],
) -> Buildable {
    let at = |location| buildable_at(structure, supply, only_sell_preassembled, location);
    Buildable {
        has_essential: has_essential(structure),
        locations: locations.iter().map(at).collect(),
    }
}

/// Whether any material could limit a build.
pub fn has_essential(structure: &Structure<'_>) -> bool {
    let mut components = structure.all_components();
    components.any(|(_, material)| !material.is_non_essential)
}

/// The answer for one location.
pub fn buildable_at(
    structure: &Structure<'_>,
    supply: &Supply,
    only_sell_preassembled: bool,
    location: &LocationId,
) -> LocationResult {
    let walk = Walk::at(structure, supply, location);
    let buildable = walk.most(Mode::Build);
    let from_components = walk.most(Mode::Sales);
    let pre_assembled = supply.finished.get(location).copied().unwrap_or_default().or_none();
    let sellable = match (only_sell_preassembled, from_components) {
        (true, _) => Some(pre_assembled),
        (false, Some(units)) => Some(pre_assembled.plus(Amount::whole(units).to_quantity())),
        (false, None) => None,
    };
    LocationResult {
        location: location.clone(),
        buildable,
        from_components,
        pre_assembled,
        sellable,
        limiting: walk.limiting(buildable, Mode::Build),
        limiting_sales: walk.limiting(from_components, Mode::Sales),
    }
}

/// A structure with what there is for it at one location, ready for many walks.
struct Walk<'a> {
    structure: &'a Structure<'a>,
    location: &'a LocationId,
    /// What is ready of each branch.
    shelves: Vec<Amount>,
    /// Where materials are taken from: one cell per material and place.
    cells: Vec<Cell<'a>>,
    /// The cell of each row, in the order of [`Structure::all_components`].
    cell_of_row: Vec<usize>,
}

struct Cell<'a> {
    material: &'a super::Material,
    location: &'a LocationId,
    stock: Quantity,
    available: Amount,
}

impl Cell<'_> {
    /// What is missing for this need. The platform counts in whole pieces, so it can only give whole pieces.
    fn lacks(&self, need: &Amount) -> Option<Amount> {
        let missing = match self.material.origin {
            Origin::Shopify => need.rounded_up_to_whole().less(&self.available),
            Origin::Virtual => need.less(&self.available),
        };
        (!missing.is_zero()).then_some(missing)
    }
}

/// What a number of units takes.
struct Demand {
    /// From each cell, exactly.
    needs: Vec<Amount>,
    /// Of each branch, beyond its shelf.
    beyond_shelf: Vec<Amount>,
}

impl<'a> Walk<'a> {
    fn at(structure: &'a Structure<'a>, supply: &Supply, location: &'a LocationId) -> Self {
        let shelf = |id: &SubAssemblyId| {
            supply
                .shelves
                .get(&(id.clone(), location.clone()))
                .copied()
                .unwrap_or_default()
        };
        let shelves = structure
            .branches
            .iter()
            .map(|branch| Amount::of(shelf(&branch.sub_assembly.id)))
            .collect();
        let mut cells = Vec::new();
        let mut known: BTreeMap<(&VariantId, &LocationId), usize> = BTreeMap::new();
        let mut cell_of_row = Vec::new();
        for (row, material) in structure.all_components() {
            let place = row.location.as_ref().unwrap_or(location);
            let cell = *known.entry((&material.id, place)).or_insert_with(|| {
                let stock = supply
                    .stock
                    .get(&(material.id.clone(), place.clone()))
                    .copied()
                    .unwrap_or_default();
                cells.push(Cell {
                    material,
                    location: place,
                    stock,
                    available: Amount::of(stock),
                });
                cells.len() - 1
            });
            cell_of_row.push(cell);
        }
        Self {
            structure,
            location,
            shelves,
            cells,
            cell_of_row,
        }
    }

    /// What `units` take. A shelf is shared by every branch that leads to it: the whole demand for a sub-assembly is
    /// known before any of it goes further down, and the shelf is taken from once. Of a sub-assembly that a sale takes
    /// from its shelf only, nothing goes further down: materials would not help.
    fn demand(&self, units: u64, shelves: &[Amount], mode: Mode) -> Demand {
        let mut needs = vec![Amount::default(); self.cells.len()];
        let mut wanted = vec![Amount::default(); self.structure.branches.len()];
        let mut beyond_shelf = Vec::with_capacity(wanted.len());
        let mut cells = self.cell_of_row.iter();
        let mut descend = |amount: &Amount, components: &[(&super::ComponentRow, &super::Material)]| {
            for ((row, _), cell) in components.iter().zip(&mut cells) {
                needs[*cell].add(&amount.times(row.quantity).with_waste(row.waste));
            }
        };
        let units = Amount::whole(units);
        descend(&units, &self.structure.components);
        for (part, row) in &self.structure.nested {
            wanted[*part].add(&units.times(row.quantity));
        }
        for (at, branch) in self.structure.branches.iter().enumerate() {
            let rest = wanted[at].less(&shelves[at]);
            let passed_on = if mode.stops_at(branch) {
                Amount::default()
            } else {
                rest.clone()
            };
            descend(&passed_on, &branch.components);
            for (part, row) in &branch.nested {
                wanted[*part].add(&passed_on.times(row.quantity));
            }
            beyond_shelf.push(rest);
        }
        Demand { needs, beyond_shelf }
    }

    fn is_met(&self, units: u64, mode: Mode) -> bool {
        let demand = self.demand(units, &self.shelves, mode);
        self.short_cells(&demand).next().is_none() && self.short_branches(&demand, mode).next().is_none()
    }

    fn short_cells<'b>(&'b self, demand: &'b Demand) -> impl Iterator<Item = (usize, &'b Cell<'a>)> {
        let is_short = |(at, cell): &(usize, &Cell<'_>)| {
            !cell.material.is_non_essential && cell.lacks(&demand.needs[*at]).is_some()
        };
        self.cells.iter().enumerate().filter(is_short)
    }

    fn short_branches<'b>(&'b self, demand: &'b Demand, mode: Mode) -> impl Iterator<Item = usize> + 'b {
        let branches = self.structure.branches.iter().enumerate();
        branches.filter_map(move |(at, branch)| {
            let is_short = mode.stops_at(branch) && !demand.beyond_shelf[at].is_zero();
            is_short.then_some(at)
        })
    }

    /// The largest number whose demand is met; `None` if there is nothing that could run short.
    fn most(&self, mode: Mode) -> Option<u64> {
        let can_limit = self.cells.iter().any(|cell| !cell.material.is_non_essential)
            || self.structure.branches.iter().any(|branch| mode.stops_at(branch));
        if !can_limit {
            return None;
        }
        let (mut met, mut unmet) = (0, MOST + 1);
        while unmet - met > 1 {
            let middle = u64::midpoint(met, unmet);
            if self.is_met(middle, mode) {
                met = middle;
            } else {
                unmet = middle;
            }
        }
        Some(met)
    }

    /// What is short for one more than `units`, by name.
    fn limiting(&self, units: Option<u64>, mode: Mode) -> Vec<LimitingPart> {
        let Some(units) = units.filter(|units| *units < MOST) else {
            return Vec::new();
        };
        let demand = self.demand(units + 1, &self.shelves, mode);
        let per_unit = self.demand(1, &vec![Amount::default(); self.shelves.len()], mode);
        let materials = self.short_cells(&demand).map(|(at, cell)| LimitingPart {
            id: cell.material.id.to_string(),
            kind: LimitingKind::Material,
            name: cell.material.name(),
            location: cell.location.clone(),
            available: cell.stock.or_none(),
            needed_per_unit: per_unit.needs[at].to_quantity(),
            short_by: cell.lacks(&demand.needs[at]).unwrap_or_default().to_quantity(),
        });
        let sub_assemblies = self.short_branches(&demand, mode).map(|at| {
            let sub_assembly = self.structure.branches[at].sub_assembly;
            LimitingPart {
                id: sub_assembly.id.to_string(),
                kind: LimitingKind::SubAssembly,
                name: sub_assembly.name.clone(),
                location: self.location.clone(),
                available: self.shelves[at].to_quantity(),
                needed_per_unit: per_unit.beyond_shelf[at].to_quantity(),
                short_by: demand.beyond_shelf[at].to_quantity(),
            }
        });
        let mut parts: Vec<LimitingPart> = materials.chain(sub_assemblies).collect();
        parts.sort_by(|a, b| (&a.name, a.kind, &a.id, &a.location).cmp(&(&b.name, b.kind, &b.id, &b.location)));
        parts
    }
}
