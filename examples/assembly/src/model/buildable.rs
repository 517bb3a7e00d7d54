//! How many can be built, how many can be sold, and what stands in the way of one more.
//!
//! A minimum over rows would be wrong (see [`Expansion`]); instead the demand for a given number is computed exactly, and
//! the largest number whose demand is met is searched for. What can be built without any shelf is a first guess that is
//! never too high, and shelves seldom add much: so the search doubles its steps upward from there, and then halves.

use std::collections::BTreeMap;

use super::{
    Expansion, LocationId, Quantity, Structure, SubAssemblyId, VariantId,
    amount::Amount,
    expansion::{Branch, Cell, Demand, Pass},
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
    /// What becomes of a need for a sub-assembly.
    fn pass(self, branch: &Branch) -> Pass {
        match self {
            Self::Sales if branch.only_ready => Pass::Missing,
            Self::Build | Self::Sales => Pass::Made,
        }
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
    let walk = Walk::new(Expansion::at(structure, supply, location));
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

/// An expansion, ready for many walks.
struct Walk {
    expansion: Expansion,
    /// What is ready of each branch.
    shelves: Vec<Amount>,
    /// What there is in each cell.
    stocks: Vec<Amount>,
}

impl Walk {
    fn new(expansion: Expansion) -> Self {
        Self {
            shelves: expansion.shelves(),
            stocks: expansion.stocks(),
            expansion,
        }
    }

    fn demand(&self, units: u64, shelves: &[Amount], mode: Mode) -> Demand {
        let units = Amount::whole(units);
        self.expansion.demand(&units, shelves, |branch| mode.pass(branch))
    }

    fn is_met(&self, units: u64, shelves: &[Amount], mode: Mode) -> bool {
        let demand = self.demand(units, shelves, mode);
        self.short_cells(&demand).next().is_none() && self.short_branches(&demand, mode).next().is_none()
    }

    /// What is missing of a cell for this need.
    fn lacks(&self, at: usize, cell: &Cell, need: &Amount) -> Option<Amount> {
        let missing = cell.in_pieces(need).less(&self.stocks[at]);
        (!missing.is_zero()).then_some(missing)
    }

    fn short_cells<'b>(&'b self, demand: &'b Demand) -> impl Iterator<Item = (usize, &'b Cell)> {
        let cells = self.expansion.cells.iter().enumerate();
        cells.filter(|(at, cell)| !cell.is_non_essential && self.lacks(*at, cell, &demand.needs[*at]).is_some())
    }

    fn short_branches<'b>(&'b self, demand: &'b Demand, mode: Mode) -> impl Iterator<Item = usize> + 'b {
        let branches = self.expansion.branches.iter().enumerate();
        branches.filter_map(move |(at, branch)| {
            let is_short = mode.pass(branch) == Pass::Missing && !demand.beyond_shelf[at].is_zero();
            is_short.then_some(at)
        })
    }

    /// The largest number whose demand is met; `None` if there is nothing that could run short.
    fn most(&self, mode: Mode) -> Option<u64> {
        let mut branches = self.expansion.branches.iter();
        let can_limit = self.expansion.cells.iter().any(|cell| !cell.is_non_essential)
            || branches.any(|branch| mode.pass(branch) == Pass::Missing);
        if !can_limit {
            return None;
        }
        let mut met = self.without_shelves(mode);
        let (mut step, mut unmet) = (1, MOST + 1);
        while met < MOST && unmet > MOST {
            let next = met.saturating_add(step).min(MOST);
            if self.is_met(next, &self.shelves, mode) {
                (met, step) = (next, step * 2);
            } else {
                unmet = next;
            }
        }
        while unmet - met > 1 {
            let middle = u64::midpoint(met, unmet);
            if self.is_met(middle, &self.shelves, mode) {
                met = middle;
            } else {
                unmet = middle;
            }
        }
        Some(met)
    }

    /// How many could be built if nothing lay ready: then demand is in proportion. Never more than with shelves.
    fn without_shelves(&self, mode: Mode) -> u64 {
        let none = vec![Amount::default(); self.shelves.len()];
        let each = self.demand(1, &none, mode);
        if self.short_branches(&each, mode).next().is_some() {
            return 0;
        }
        let cells = self.expansion.cells.iter().enumerate();
        let essential = cells.filter(|(_, cell)| !cell.is_non_essential);
        let allowed = essential.filter_map(|(at, cell)| cell.out_of(&self.stocks[at]).how_often(&each.needs[at]));
        allowed.min().unwrap_or(MOST).min(MOST)
    }

    /// What is short for one more than `units`, by name.
    fn limiting(&self, units: Option<u64>, mode: Mode) -> Vec<LimitingPart> {
        let Some(units) = units.filter(|units| *units < MOST) else {
            return Vec::new();
        };
        let demand = self.demand(units + 1, &self.shelves, mode);
        let per_unit = self.demand(1, &vec![Amount::default(); self.shelves.len()], mode);
        let materials = self.short_cells(&demand).map(|(at, cell)| LimitingPart {
            id: cell.material.to_string(),
            kind: LimitingKind::Material,
            name: cell.name.clone(),
            location: cell.location.clone(),
            available: cell.stock.or_none(),
            needed_per_unit: per_unit.needs[at].to_quantity(),
            short_by: self
                .lacks(at, cell, &demand.needs[at])
                .unwrap_or_default()
                .to_quantity(),
        });
        let sub_assemblies = self.short_branches(&demand, mode).map(|at| {
            let branch = &self.expansion.branches[at];
            LimitingPart {
                id: branch.id.to_string(),
                kind: LimitingKind::SubAssembly,
                name: branch.name.clone(),
                location: self.expansion.location.clone(),
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
