//! What an order takes, and what a return puts back.
//!
//! An execution is what was known when an order came: what the finished good is made of, and what there was of everything. From
//! it follows what any number of units holds. Taking is holding more, returning is holding less: so what is returned, in one
//! go or in many, is exactly what was taken, whatever has changed since. What was taken last goes back first: units that were
//! made of materials before units that lay ready.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{
    Bom, BomId, Expansion, LocationId, Origin, Quantity, SubAssemblyId, Unit, VariantId, amount::Amount,
    expansion::Pass,
};

/// What an order of one finished good at one location takes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Which BOM.
    pub bom: BomId,
    name: String,
    variant: VariantId,
    /// Whether only what lies ready is sold.
    only_ready: bool,
    /// Whether counts may go below zero.
    may_go_below_zero: bool,
    /// Finished goods that lay ready.
    shelf: Quantity,
    /// How many the shop showed, if orders lower that.
    shown: Option<Quantity>,
    expansion: Expansion,
}

/// Which returned things stay assembled.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Kept {
    /// The finished good itself.
    pub finished: bool,
    /// These sub-assemblies.
    pub parts: BTreeSet<SubAssemblyId>,
}

/// Where something moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The stock of a raw material that the shop platform keeps.
    PlatformStock,
    /// The stock of a raw material that is kept here.
    OwnStock,
    /// A sub-assembly's shelf.
    SubAssemblyShelf,
    /// A BOM's shelf.
    BomShelf,
    /// What the shop shows of a finished good.
    Shown,
}

/// So much of something, somewhere: a change of a count, or what is missing of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Move {
    /// Where.
    pub place: Place,
    /// The id of the material, the sub-assembly, the BOM or, where it is shown, the variant.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What one is.
    pub unit: Unit,
    /// At which location.
    pub location: LocationId,
    /// How much: more than zero is put there, less is taken.
    pub quantity: Quantity,
}

/// What a number of units holds, in the order of the expansion; and what is missing for it.
struct Held {
    shelf: Quantity,
    shown: Quantity,
    parts: Vec<Quantity>,
    cells: Vec<Quantity>,
    missing: Vec<Move>,
}

impl Execution {
    /// What an order of this BOM takes from. `shelf` is what lies ready, `shown` how many the shop shows, if orders
    /// lower that.
    pub fn new(
        bom: &Bom,
        expansion: Expansion,
        shelf: Quantity,
        shown: Option<Quantity>,
        may_go_below_zero: bool,
    ) -> Self {
        Self {
            bom: bom.id.clone(),
            name: bom.name.clone(),
            variant: bom.variant.clone(),
            only_ready: bom.settings.only_sell_preassembled,
            may_go_below_zero,
            shelf,
            shown,
            expansion,
        }
    }

    /// The finished good.
    pub fn variant(&self) -> &VariantId {
        &self.variant
    }

    /// Where it was made.
    pub fn location(&self) -> &LocationId {
        &self.expansion.location
    }

    /// The sub-assemblies that may be in it.
    pub fn sub_assemblies(&self) -> impl Iterator<Item = &SubAssemblyId> {
        self.expansion.branches.iter().map(|branch| &branch.id)
    }

    /// What moves when `units` are taken.
    pub fn take(&self, units: u64) -> Vec<Move> {
        self.moves(0, units, &Kept::default())
    }

    /// What moves when the order holds `after` units instead of `before`, which are more.
    pub fn give_back(&self, before: u64, after: u64, kept: &Kept) -> Vec<Move> {
        self.moves(before, after, kept)
    }

    /// What is missing for `units`.
    pub fn missing(&self, units: u64) -> Vec<Move> {
        self.held(units, &Kept::default()).missing
    }

    fn moves(&self, before: u64, after: u64, kept: &Kept) -> Vec<Move> {
        let (before, after) = (self.held(before, kept), self.held(after, kept));
        let change = |before: Quantity, after: Quantity| before.minus(after);
        let mut moves = vec![
            self.of_finished(Place::BomShelf, change(before.shelf, after.shelf)),
            self.of_finished(Place::Shown, change(before.shown, after.shown)),
        ];
        for (at, (before, after)) in before.parts.into_iter().zip(after.parts).enumerate() {
            moves.push(self.of_part(at, change(before, after)));
        }
        for (at, (before, after)) in before.cells.into_iter().zip(after.cells).enumerate() {
            moves.push(self.of_cell(at, change(before, after)));
        }
        moves.retain(|one| one.quantity != Quantity::ZERO);
        moves
    }

    fn held(&self, units: u64, kept: &Kept) -> Held {
        let all = Amount::whole(units);
        let ready = Amount::of(self.shelf.whole_part());
        let mut missing = Vec::new();
        let (from_shelf, rest) = if kept.finished || (self.only_ready && self.may_go_below_zero) {
            (all.clone(), Amount::default())
        } else {
            let rest = all.less(&ready);
            (all.less(&rest), rest)
        };
        let made = if self.only_ready {
            Amount::default()
        } else {
            rest.clone()
        };
        if self.only_ready && !rest.is_zero() {
            missing.push(self.of_finished(Place::BomShelf, rest.to_quantity()));
        }
        let demand = self.expansion.demand(&made, &self.expansion.shelves(), |branch| {
            if kept.parts.contains(&branch.id) || (branch.only_ready && self.may_go_below_zero) {
                Pass::Whole
            } else if branch.only_ready {
                Pass::Missing
            } else {
                Pass::Made
            }
        });
        for (at, branch) in self.expansion.branches.iter().enumerate() {
            let is_missing = branch.only_ready && !demand.beyond_shelf[at].is_zero();
            if is_missing {
                missing.push(self.of_part(at, demand.beyond_shelf[at].to_quantity()));
            }
        }
        let mut cells = Vec::with_capacity(self.expansion.cells.len());
        for (at, (cell, need)) in self.expansion.cells.iter().zip(&demand.needs).enumerate() {
            let need = cell.in_pieces(need).to_quantity();
            let taken = if self.may_go_below_zero {
                need
            } else {
                need.min(cell.stock.or_none())
            };
            if taken < need {
                missing.push(self.of_cell(at, need.minus(taken)));
            }
            cells.push(taken);
        }
        let shown = match self.shown {
            None => Quantity::ZERO,
            Some(_) if self.may_go_below_zero => all.to_quantity(),
            Some(shown) => all.to_quantity().min(shown.or_none()),
        };
        Held {
            shelf: from_shelf.to_quantity(),
            shown,
            parts: demand.from_shelf.iter().map(Amount::to_quantity).collect(),
            cells,
            missing,
        }
    }

    fn of_finished(&self, place: Place, quantity: Quantity) -> Move {
        let id = match place {
            Place::Shown => self.variant.to_string(),
            Place::BomShelf | Place::SubAssemblyShelf | Place::OwnStock | Place::PlatformStock => self.bom.to_string(),
        };
        Move {
            place,
            id,
            name: self.name.clone(),
            unit: Unit::pieces(),
            location: self.expansion.location.clone(),
            quantity,
        }
    }

    fn of_part(&self, at: usize, quantity: Quantity) -> Move {
        let branch = &self.expansion.branches[at];
        Move {
            place: Place::SubAssemblyShelf,
            id: branch.id.to_string(),
            name: branch.name.clone(),
            unit: Unit::pieces(),
            location: self.expansion.location.clone(),
            quantity,
        }
    }

    fn of_cell(&self, at: usize, quantity: Quantity) -> Move {
        let cell = &self.expansion.cells[at];
        Move {
            place: match cell.origin {
                Origin::Shopify => Place::PlatformStock,
                Origin::Virtual => Place::OwnStock,
            },
            id: cell.material.to_string(),
            name: cell.name.clone(),
            unit: cell.unit.clone(),
            location: cell.location.clone(),
            quantity,
        }
    }
}
