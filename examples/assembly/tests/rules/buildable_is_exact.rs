//! Laws: buildable agrees with taking units one by one, and never falls when there is more of anything.

use assembly::model::{Buildable, LimitingKind, Origin, Quantity, Waste, buildable};
use proptest::{collection, option, prelude::*, sample};

use crate::{
    brute_force::{Small, SmallMaterial, SmallRow, Thing, count},
    structures::{Workshop, bom, location, sub},
};

const MATERIALS: usize = 3;
const THINGS: usize = 5;
const MOST: u64 = 300;

fn quarters(count: i64) -> Quantity {
    Quantity::from_micros(count * 250_000)
}

fn row() -> impl Strategy<Value = SmallRow> {
    (
        1..=8_i64,
        sample::select(vec![0_i64, 0, 1, 2, 4]),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(quarters, waste_quarters, from_depot)| SmallRow {
            quarters,
            waste_quarters,
            from_depot,
        })
}

fn thing(at: usize) -> impl Strategy<Value = Thing> {
    let components = collection::btree_map(0..MATERIALS, row(), 0..=2);
    let later: Vec<usize> = (at + 1..THINGS).collect();
    let nested = if later.is_empty() {
        Just(std::collections::BTreeMap::new()).boxed()
    } else {
        collection::btree_map(sample::select(later), 1..=8_i64, 0..=3).boxed()
    };
    (0..=24_i64, prop::bool::weighted(0.3), components, nested).prop_map(
        |(shelf_quarters, shelf_only_for_sales, components, nested)| Thing {
            shelf_quarters,
            shelf_only_for_sales,
            components,
            nested,
        },
    )
}

fn small() -> impl Strategy<Value = Small> {
    let material = (0..=120_i64, option::of(0..=120_i64), prop::bool::weighted(0.2)).prop_map(
        |(quarters_here, at_depot, is_non_essential)| SmallMaterial {
            quarters_here,
            quarters_at_depot: at_depot.unwrap_or(0),
            is_non_essential,
        },
    );
    let things = (thing(0), thing(1), thing(2), thing(3), thing(4)).prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e]);
    (things, collection::vec(material, MATERIALS)).prop_map(|(things, materials)| Small { things, materials })
}

fn workshop(small: &Small) -> Workshop {
    let mut workshop = Workshop::default();
    for (at, material) in small.materials.iter().enumerate() {
        let id = at.to_string();
        workshop.add_material(&id, Origin::Virtual, material.is_non_essential);
        workshop.stock(&id, "here", quarters(material.quarters_here));
        workshop.stock(&id, "depot", quarters(material.quarters_at_depot));
    }
    for (at, thing) in small.things.iter().enumerate() {
        let owner = if at == 0 { bom() } else { sub(&at.to_string()) };
        if at > 0 {
            workshop.add_sub_assembly(
                &at.to_string(),
                quarters(thing.shelf_quarters),
                thing.shelf_only_for_sales,
            );
        }
        for (material, row) in &thing.components {
            let waste = Waste::try_from(Quantity::whole(25 * u32::try_from(row.waste_quarters).unwrap())).unwrap();
            let from = row.from_depot.then_some("depot");
            workshop.add_component(&owner, &material.to_string(), quarters(row.quarters), waste, from);
        }
        for (part, each) in &thing.nested {
            workshop.add_nested(&owner, &part.to_string(), quarters(*each));
        }
    }
    workshop
}

fn answer(workshop: &Workshop) -> Buildable {
    buildable(&workshop.structure(), &workshop.supply, false, &[location("here")])
}

fn capped(units: Option<u64>) -> u64 {
    units.map_or(MOST, |units| units.min(MOST))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn buildable_agrees_with_taking_units_one_by_one(small in small()) {
        let at = answer(&workshop(&small)).locations.remove(0);
        prop_assert_eq!(capped(at.buildable), count(&small, false, MOST));
        prop_assert_eq!(capped(at.from_components), count(&small, true, MOST));
    }

    #[test]
    fn more_of_anything_never_lowers_what_can_be_built_or_sold(
        small in small(),
        at in 0..MATERIALS + THINGS,
        more in 1..40_i64,
    ) {
        let before = answer(&workshop(&small)).locations.remove(0);
        let mut richer = small;
        match at.checked_sub(MATERIALS) {
            None => richer.materials[at].quarters_here += more,
            Some(thing) => richer.things[thing].shelf_quarters += more,
        }
        let after = answer(&workshop(&richer)).locations.remove(0);
        prop_assert!(capped(after.buildable) >= capped(before.buildable));
        prop_assert!(capped(after.from_components) >= capped(before.from_components));
    }

    #[test]
    fn what_limits_is_exactly_what_one_more_unit_lacks(small in small()) {
        let workshop = workshop(&small);
        let at = answer(&workshop).locations.remove(0);
        prop_assume!(at.buildable.is_some());
        prop_assert!(!at.limiting.is_empty());
        // Giving each limiting material what it is short by makes one more.
        let mut helped = workshop.clone();
        for part in &at.limiting {
            let key = (part.id.clone().try_into().unwrap(), part.location.clone());
            let stock = helped.supply.stock.entry(key).or_default();
            *stock = stock.or_none().plus(part.short_by);
        }
        prop_assert!(answer(&helped).locations[0].buildable > at.buildable);
    }

    #[test]
    fn what_limits_sales_is_exactly_what_selling_one_more_lacks(small in small()) {
        let workshop = workshop(&small);
        let at = answer(&workshop).locations.remove(0);
        prop_assume!(at.from_components.is_some());
        prop_assert!(!at.limiting_sales.is_empty());
        let mut helped = workshop.clone();
        for part in &at.limiting_sales {
            let more = match part.kind {
                LimitingKind::Material => {
                    let key = (part.id.clone().try_into().unwrap(), part.location.clone());
                    helped.supply.stock.entry(key).or_default()
                }
                LimitingKind::SubAssembly => {
                    let key = (part.id.clone().try_into().unwrap(), part.location.clone());
                    helped.supply.shelves.entry(key).or_default()
                }
            };
            *more = more.or_none().plus(part.short_by);
        }
        prop_assert!(answer(&helped).locations[0].from_components > at.from_components);
        // And each of them is needed: with one left out, selling one more still fails.
        for left_out in &at.limiting_sales {
            let mut helped = helped.clone();
            match left_out.kind {
                LimitingKind::Material => {
                    let key = (left_out.id.clone().try_into().unwrap(), left_out.location.clone());
                    helped.supply.stock.insert(key, left_out.available);
                }
                LimitingKind::SubAssembly => {
                    let key = (left_out.id.clone().try_into().unwrap(), left_out.location.clone());
                    helped.supply.shelves.insert(key, left_out.available);
                }
            }
            prop_assert_eq!(answer(&helped).locations[0].from_components, at.from_components);
        }
    }
}
