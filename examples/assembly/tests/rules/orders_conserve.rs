//! Laws of what orders take and give back: nothing appears or vanishes, shelves come first, and the way back is the way there.

use std::collections::BTreeMap;

use assembly::model::{Bom, BomId, BomSettings, Execution, Expansion, Kept, Move, Origin, Place, Quantity, Waste};
use chrono::DateTime;
use proptest::{collection, prelude::*, sample};

use crate::structures::{Workshop, bom, location, sub};

const MATERIALS: usize = 3;
const PARTS: usize = 4;

/// A finished good of whole parts and of materials in quarters, so that every amount is exact. Thing 0 is the finished
/// good; each thing only holds later ones.
#[derive(Debug, Clone)]
struct Made {
    shelves: Vec<u32>,
    components: Vec<BTreeMap<usize, i64>>,
    nested: Vec<BTreeMap<usize, u32>>,
}

fn made() -> impl Strategy<Value = Made> {
    let components = collection::btree_map(0..MATERIALS, 1..=8_i64, 0..=2);
    let nested = |at: usize| {
        let later: Vec<usize> = (at + 1..=PARTS).collect();
        if later.is_empty() {
            return Just(BTreeMap::new()).boxed();
        }
        collection::btree_map(sample::select(later), 1..=3_u32, 0..=2).boxed()
    };
    let nested = (nested(0), nested(1), nested(2), nested(3), nested(4));
    let shelves = collection::vec(0..12_u32, PARTS + 1);
    (shelves, collection::vec(components, PARTS + 1), nested).prop_map(|(shelves, components, (a, b, c, d, e))| Made {
        shelves,
        components,
        nested: vec![a, b, c, d, e],
    })
}

fn quarters(count: i64) -> Quantity {
    Quantity::from_micros(count * 250_000)
}

impl Made {
    /// As an order finds it, with so much of every material.
    fn execution(&self, stock: u32) -> Execution {
        let mut workshop = Workshop::default();
        for material in 0..MATERIALS {
            workshop.add_material(&material.to_string(), Origin::Virtual, false);
            workshop.stock(&material.to_string(), "here", Quantity::whole(stock));
        }
        for part in 1..=PARTS {
            workshop.add_sub_assembly(&part.to_string(), Quantity::whole(self.shelves[part]), false);
        }
        for (thing, (components, nested)) in self.components.iter().zip(&self.nested).enumerate() {
            let owner = if thing == 0 { bom() } else { sub(&thing.to_string()) };
            for (material, each) in components {
                workshop.add_component(&owner, &material.to_string(), quarters(*each), Waste::NONE, None);
            }
            for (part, each) in nested {
                workshop.add_nested(&owner, &part.to_string(), Quantity::whole(*each));
            }
        }
        let finished = Bom {
            id: BomId::try_from("bom".to_owned()).unwrap(),
            name: "Good".to_owned(),
            variant: "41001".to_owned().try_into().unwrap(),
            settings: BomSettings::default(),
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        let expansion = Expansion::at(&workshop.structure(), &workshop.supply, &location("here"));
        Execution::new(&finished, expansion, Quantity::whole(self.shelves[0]), None, false)
    }

    /// How many quarters of a material are in one of a thing.
    fn content(&self, thing: usize, material: usize) -> i64 {
        let direct = self.components[thing].get(&material).copied().unwrap_or(0);
        let parts = self.nested[thing].iter();
        direct
            + parts
                .map(|(part, each)| i64::from(*each) * self.content(*part, material))
                .sum::<i64>()
    }
}

/// How many quarters moved, by place and id.
fn moved(moves: &[Move]) -> BTreeMap<(Place, String), i64> {
    let each = moves
        .iter()
        .map(|one| ((one.place, one.id.clone()), one.quantity.micros() / 250_000));
    each.collect()
}

fn taken(moves: &BTreeMap<(Place, String), i64>, place: Place, id: &str) -> i64 {
    -moves.get(&(place, id.to_owned())).copied().unwrap_or(0)
}

const PLENTY: u32 = 1_000_000;

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn what_is_taken_holds_exactly_what_the_units_are_made_of(made in made(), units in 1..40_u64) {
        let moves = moved(&made.execution(PLENTY).take(units));
        for material in 0..MATERIALS {
            let id = format!("VMAT-VAR-{material}");
            let mut found = taken(&moves, Place::OwnStock, &id);
            found += taken(&moves, Place::BomShelf, "bom") / 4 * made.content(0, material);
            for part in 1..=PARTS {
                found += taken(&moves, Place::SubAssemblyShelf, &part.to_string()) / 4 * made.content(part, material);
            }
            let units = i64::try_from(units).unwrap();
            prop_assert_eq!(found, units * made.content(0, material), "of material {}", material);
        }
    }

    #[test]
    fn shelves_are_emptied_before_anything_is_made_at_every_level(made in made(), units in 1..40_u64) {
        let moves = moved(&made.execution(PLENTY).take(units));
        let ready = taken(&moves, Place::BomShelf, "bom") / 4;
        let mut built = vec![i64::try_from(units).unwrap() - ready];
        if built[0] > 0 {
            prop_assert_eq!(ready, i64::from(made.shelves[0]), "the finished good's shelf");
        }
        for part in 1..=PARTS {
            let wanted: i64 = (0..part)
                .map(|whole| built[whole] * i64::from(made.nested[whole].get(&part).copied().unwrap_or(0)))
                .sum();
            let ready = taken(&moves, Place::SubAssemblyShelf, &part.to_string()) / 4;
            let shelf = i64::from(made.shelves[part]);
            prop_assert_eq!(ready, wanted.min(shelf), "part {}", part);
            built.push(wanted - ready);
        }
        // What is made, and only that, takes materials.
        for material in 0..MATERIALS {
            let needed: i64 = (0..=PARTS)
                .map(|thing| built[thing] * made.components[thing].get(&material).copied().unwrap_or(0))
                .sum();
            let id = format!("VMAT-VAR-{material}");
            prop_assert_eq!(taken(&moves, Place::OwnStock, &id), needed);
        }
    }

    #[test]
    fn whatever_is_taken_comes_back_in_any_number_of_steps(
        made in made(),
        stock in 0..60_u32,
        units in 1..40_u64,
        steps in collection::vec(1..20_u64, 0..8),
    ) {
        // Also where there was too little of something, so that less was taken than was needed.
        let execution = made.execution(stock);
        let mut sum = moved(&execution.take(units));
        let mut held = units;
        for step in steps.into_iter().chain([units]) {
            let after = held.saturating_sub(step);
            for (place, quantity) in moved(&execution.give_back(held, after, &Kept::default())) {
                prop_assert!(quantity > 0, "{:?} is taken by a return", place);
                *sum.entry(place).or_default() += quantity;
            }
            held = after;
        }
        prop_assert!(sum.values().all(|quantity| *quantity == 0), "{:?}", sum);
    }

    #[test]
    fn a_count_is_never_taken_below_zero(made in made(), stock in 0..60_u32, units in 1..200_u64) {
        let execution = made.execution(stock);
        let moves = moved(&execution.take(units));
        for material in 0..MATERIALS {
            let id = format!("VMAT-VAR-{material}");
            prop_assert!(taken(&moves, Place::OwnStock, &id) <= i64::from(stock) * 4);
        }
        for part in 1..=PARTS {
            let shelf = i64::from(made.shelves[part]) * 4;
            prop_assert!(taken(&moves, Place::SubAssemblyShelf, &part.to_string()) <= shelf);
        }
    }

    #[test]
    fn a_whole_return_that_stays_assembled_is_so_many_finished_goods(made in made(), units in 1..40_u64) {
        let kept = Kept { finished: true, ..Kept::default() };
        let moves = moved(&made.execution(PLENTY).give_back(units, 0, &kept));
        let expected = BTreeMap::from([((Place::BomShelf, "bom".to_owned()), i64::try_from(units).unwrap() * 4)]);
        prop_assert_eq!(moves, expected);
    }
}
