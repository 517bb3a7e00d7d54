//! Laws of changing rows and switches.

use std::collections::BTreeSet;

use assembly::model::{
    BomSettings, NestedRow, Quantity, RowsError, SettingsChange, ShopPlan,
    rows::{check, merge},
};
use proptest::{array, collection, option, prelude::*};

fn row() -> impl Strategy<Value = NestedRow> {
    (0..6_u32, 1..4_u32).prop_map(|(id, quantity)| NestedRow {
        sub_assembly: format!("s{id}").try_into().unwrap(),
        quantity: Quantity::whole(quantity),
    })
}

/// Rows of which no two are about the same.
fn rows() -> impl Strategy<Value = Vec<NestedRow>> {
    collection::vec(row(), 0..6).prop_map(|mut rows| {
        let mut seen = BTreeSet::new();
        rows.retain(|row| seen.insert(row.sub_assembly.clone()));
        rows
    })
}

fn settings([active, dynamic, maintain, list, keep, only]: [bool; 6]) -> BomSettings {
    BomSettings {
        active,
        dynamic_adjustment: dynamic,
        maintain_inventory_level: maintain && !dynamic,
        auto_generate_material_list: list,
        keep_assembled_on_return: keep,
        only_sell_preassembled: only,
    }
}

fn told(settings: BomSettings) -> [bool; 6] {
    [
        settings.active,
        settings.dynamic_adjustment,
        settings.maintain_inventory_level,
        settings.auto_generate_material_list,
        settings.keep_assembled_on_return,
        settings.only_sell_preassembled,
    ]
}

proptest! {
    #[test]
    fn merging_all_at_once_is_merging_one_by_one(old in rows(), new in rows()) {
        let at_once = merge(&old, &new).unwrap();
        let one_by_one = new.iter().fold(old.clone(), |rows, row| merge(&rows, std::slice::from_ref(row)).unwrap());
        prop_assert_eq!(&at_once, &one_by_one);
        prop_assert_eq!(merge(&at_once, &new).unwrap(), at_once.clone(), "twice is once");
        prop_assert_eq!(check(&at_once), Ok(()));
        for row in old.iter().filter(|row| new.iter().all(|other| other.sub_assembly != row.sub_assembly)) {
            prop_assert!(at_once.contains(row), "what is not named stays");
        }
    }

    #[test]
    fn rows_are_refused_if_and_only_if_one_is_there_twice(rows in collection::vec(row(), 0..6)) {
        let different: BTreeSet<_> = rows.iter().map(|row| &row.sub_assembly).collect();
        match check(&rows) {
            Ok(()) => prop_assert_eq!(different.len(), rows.len()),
            Err(RowsError::Twice(id)) => {
                prop_assert!(rows.iter().filter(|row| row.sub_assembly.as_str() == id).count() > 1);
            }
            Err(other) => prop_assert!(false, "{other}"),
        }
    }

    #[test]
    fn switches_end_up_as_set_or_are_refused_for_a_reason(
        before in array::uniform6(any::<bool>()),
        set in array::uniform6(option::of(any::<bool>())),
        has_rows in any::<bool>(),
        is_enhanced in any::<bool>(),
    ) {
        let before = BomSettings { active: before[0] && has_rows, ..settings(before) };
        let [active, dynamic, maintain, list, keep, only] = set;
        let change = SettingsChange {
            active,
            dynamic_adjustment: dynamic,
            maintain_inventory_level: maintain,
            auto_generate_material_list: list,
            keep_assembled_on_return: keep,
            only_sell_preassembled: only,
        };
        let plan = if is_enhanced { ShopPlan::Enhanced } else { ShopPlan::Standard };
        let was = told(before);
        let wanted: Vec<bool> = was.iter().zip(set).map(|(was, set)| set.unwrap_or(*was)).collect();
        let turns_on = |at: usize| wanted[at] && !was[at];
        let clashes = wanted[1] && wanted[2];
        let is_empty = wanted[0] && !has_rows;
        let needs_more = !is_enhanced && (turns_on(3) || turns_on(5));
        match before.with(change, has_rows, plan) {
            Ok(after) => {
                prop_assert!(!clashes && !is_empty && !needs_more);
                prop_assert_eq!(told(after).to_vec(), wanted);
            }
            Err(_) => prop_assert!(clashes || is_empty || needs_more),
        }
    }
}
