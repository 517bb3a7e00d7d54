//! Buildable, done the slow way: one unit after the other, taking things until something is missing. It shares no code
//! and no arithmetic with the rule: amounts are counted in quarters of quarters.

use std::collections::BTreeMap;

/// Up to seven factors of a quarter are multiplied along one path.
const ONE: i64 = 4_i64.pow(7);

/// A structure whose every number is a multiple of a quarter.
#[derive(Debug, Clone)]
pub(crate) struct Small {
    /// The BOM first, then the sub-assemblies; each only holds later ones.
    pub(crate) things: Vec<Thing>,
    pub(crate) materials: Vec<SmallMaterial>,
}

#[derive(Debug, Clone)]
pub(crate) struct Thing {
    pub(crate) shelf_quarters: i64,
    pub(crate) shelf_only_for_sales: bool,
    pub(crate) components: BTreeMap<usize, SmallRow>,
    pub(crate) nested: BTreeMap<usize, i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct SmallRow {
    pub(crate) quarters: i64,
    pub(crate) waste_quarters: i64,
    pub(crate) from_depot: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct SmallMaterial {
    pub(crate) quarters_here: i64,
    pub(crate) quarters_at_depot: i64,
    pub(crate) is_non_essential: bool,
}

struct Shop<'a> {
    small: &'a Small,
    for_sale: bool,
    shelves: Vec<i64>,
    stock: BTreeMap<(usize, bool), i64>,
}

/// How many units can be taken one by one, but no more than `most`.
pub(crate) fn count(small: &Small, for_sale: bool, most: u64) -> u64 {
    let shelves = small
        .things
        .iter()
        .map(|thing| thing.shelf_quarters * ONE / 4)
        .collect();
    let mut stock = BTreeMap::new();
    for (at, material) in small.materials.iter().enumerate() {
        stock.insert((at, false), material.quarters_here * ONE / 4);
        stock.insert((at, true), material.quarters_at_depot * ONE / 4);
    }
    let mut shop = Shop {
        small,
        for_sale,
        shelves,
        stock,
    };
    (0..most).take_while(|_| shop.take(0, ONE)).count() as u64
}

impl Shop<'_> {
    /// Makes `amount` of a thing. False when something is missing.
    fn take(&mut self, thing: usize, amount: i64) -> bool {
        let thing = &self.small.things[thing];
        for (material, row) in &thing.components {
            let need = amount * row.quarters / 4 * (4 + row.waste_quarters) / 4;
            let left = self.stock.get_mut(&(*material, row.from_depot)).unwrap();
            *left -= need;
            if *left < 0 && !self.small.materials[*material].is_non_essential {
                return false;
            }
        }
        for (part, quarters) in &thing.nested {
            let mut wanted = amount * quarters / 4;
            let ready = wanted.min(self.shelves[*part]);
            self.shelves[*part] -= ready;
            wanted -= ready;
            if wanted > 0 && self.for_sale && self.small.things[*part].shelf_only_for_sales {
                return false;
            }
            if wanted > 0 && !self.take(*part, wanted) {
                return false;
            }
        }
        true
    }
}
