//! The examples of `docs/assembly.md`, number by number, and the corners of the rules.

use assembly::model::{LocationResult, Structure, StructureError, buildable, unit_cost};

use crate::structures::{Workshop, bom, location, material, quantity, sub, sub_assembly};

fn only(workshop: &Workshop) -> LocationResult {
    workshop.buildable().locations.remove(0)
}

/// BOM ⊃ SA (4 on the shelf) ⊃ SB (3 on the shelf) ⊃ material, one of each.
fn shelves(stock: &str) -> Workshop {
    Workshop::default()
        .material("m", stock)
        .sub_assembly("sa", "4")
        .sub_assembly("sb", "3")
        .contains(&bom(), "sa", "1")
        .contains(&sub("sa"), "sb", "1")
        .uses(&sub("sb"), "m", "1")
}

/// Two branches that share a cable: an arm takes 2 of it, a base takes 1 and has 6 ready.
fn shared_cable() -> Workshop {
    Workshop::default()
        .material("cable", "20")
        .sub_assembly("arm", "0")
        .sub_assembly("base", "6")
        .contains(&bom(), "arm", "1")
        .contains(&bom(), "base", "1")
        .uses(&sub("arm"), "cable", "2")
        .uses(&sub("base"), "cable", "1")
}

#[test]
fn nine_units_over_shelves_of_four_and_three_need_two_of_the_material() {
    assert_eq!(only(&shelves("2")).buildable, Some(9));
    assert_eq!(only(&shelves("1")).buildable, Some(8));
    assert_eq!(only(&shelves("0")).buildable, Some(7));
    let at = only(&shelves("2"));
    assert_eq!(at.limiting[0].id, material("m").to_string());
    assert_eq!(at.limiting[0].available, quantity("2"));
    assert_eq!(at.limiting[0].needed_per_unit, quantity("1"));
    assert_eq!(at.limiting[0].short_by, quantity("1"));
}

#[test]
fn a_sub_assembly_sold_from_its_shelf_only_caps_sales_and_not_builds() {
    let at = only(&shelves("2").shelf_only_for_sales("sa"));
    assert_eq!(at.sellable, Some(quantity("4")));
    assert_eq!(at.buildable, Some(9));
    assert_eq!(at.limiting_sales[0].id, sub_assembly("sa").to_string());
    assert_eq!(at.limiting_sales[0].short_by, quantity("1"));
}

#[test]
fn a_material_shared_by_two_branches_is_counted_once() {
    // N units take 2·N + max(0, N − 6): 8 take 18, 9 take 21. A minimum over rows would say 10.
    let at = only(&shared_cable());
    assert_eq!(at.buildable, Some(8));
    assert_eq!(at.limiting[0].needed_per_unit, quantity("3"));
    assert_eq!(at.limiting[0].short_by, quantity("1"));
}

#[test]
fn a_shelf_reached_along_two_branches_is_taken_from_once() {
    let workshop = Workshop::default()
        .material("m", "0")
        .sub_assembly("left", "0")
        .sub_assembly("right", "0")
        .sub_assembly("clip", "10")
        .contains(&bom(), "left", "1")
        .contains(&bom(), "right", "1")
        .contains(&sub("left"), "clip", "1")
        .contains(&sub("right"), "clip", "1")
        .uses(&sub("clip"), "m", "1");
    assert_eq!(only(&workshop).buildable, Some(5));
}

#[test]
fn finished_goods_on_the_shelf_can_be_sold_but_are_not_built() {
    let workshop = shared_cable().finished("3");
    let at = only(&workshop);
    assert_eq!(
        (at.buildable, at.from_components, at.sellable),
        (Some(8), Some(8), Some(quantity("11")))
    );
    let shelf_only = buildable(&workshop.structure(), &workshop.supply, true, &[location("here")]);
    assert_eq!(shelf_only.locations[0].sellable, Some(quantity("3")));
}

#[test]
fn waste_is_a_share_on_top_of_the_quantity() {
    // 0.5 m with 10 % waste takes 0.55 m; 5.5 m make ten, and not one less for a rounding error.
    let wire = |stock| {
        Workshop::default()
            .material("wire", stock)
            .uses_with_waste(&bom(), "wire", "0.5", "10")
            .cost("wire", "2.00")
    };
    assert_eq!(only(&wire("5.5")).buildable, Some(10));
    assert_eq!(only(&wire("5.499999")).buildable, Some(9));
    assert_eq!(unit_cost(&wire("0").structure()).cost.unwrap().to_string(), "1.10");
}

#[test]
fn a_third_of_something_is_never_rounded_in_our_favour() {
    let workshop = |stock| {
        Workshop::default()
            .material("m", stock)
            .sub_assembly("sa", "0")
            .contains(&bom(), "sa", "0.333333")
            .uses(&sub("sa"), "m", "0.333333")
    };
    // Nine of them take 0.999998000001, which is less than one.
    assert_eq!(only(&workshop("0.999998")).buildable, Some(8));
    assert_eq!(only(&workshop("0.999999")).buildable, Some(9));
}

#[test]
fn what_never_runs_out_limits_nothing() {
    let workshop = shared_cable()
        .material("screw", "0")
        .non_essential("screw")
        .uses(&bom(), "screw", "8");
    assert_eq!(only(&workshop).buildable, Some(8));
    let screws = Workshop::default()
        .material("screw", "0")
        .non_essential("screw")
        .uses(&bom(), "screw", "8");
    let at = only(&screws);
    assert_eq!((at.buildable, at.sellable), (None, None));
    assert!(!screws.buildable().has_essential);
    assert!(at.limiting.is_empty());
}

#[test]
fn negative_stock_counts_as_none() {
    let workshop = Workshop::default().material("m", "-5").uses(&bom(), "m", "1");
    let at = only(&workshop);
    assert_eq!(at.buildable, Some(0));
    assert_eq!(
        (at.limiting[0].available, at.limiting[0].short_by),
        (quantity("0"), quantity("1"))
    );
}

#[test]
fn a_row_bound_to_a_location_is_taken_from_there_wherever_one_builds() {
    let mut workshop = Workshop::default().material("m", "1");
    workshop.stock("m", "depot", quantity("7"));
    workshop.add_component(&bom(), "m", quantity("1"), assembly::model::Waste::NONE, Some("depot"));
    let at = only(&workshop);
    assert_eq!(at.buildable, Some(7));
    assert_eq!(at.limiting[0].location, location("depot"));
}

#[test]
fn the_largest_numbers_neither_overflow_nor_panic() {
    let most = "1000000000";
    let mut workshop = Workshop::default().material("m", most).cost("m", most);
    workshop = workshop.contains(&bom(), "s0", most);
    for depth in 0..10 {
        workshop = workshop.sub_assembly(&format!("s{depth}"), "0");
        if depth < 9 {
            workshop = workshop.contains(&sub(&format!("s{depth}")), &format!("s{}", depth + 1), most);
        }
    }
    workshop = workshop.uses_with_waste(&sub("s9"), "m", most, "1000");
    let at = only(&workshop);
    assert_eq!(at.buildable, Some(0));
    assert!(unit_cost(&workshop.structure()).cost.is_some());
    let plenty = Workshop::default().material("m", most).uses(&bom(), "m", "0.000001");
    assert_eq!(only(&plenty).buildable, Some(1_000_000_000));
    assert!(only(&plenty).limiting.is_empty());
}

#[test]
fn a_cost_goes_through_every_level_and_is_unknown_if_any_part_of_it_is() {
    let workshop = shared_cable().cost("cable", "1.25");
    assert_eq!(unit_cost(&workshop.structure()).cost.unwrap().to_string(), "3.75");
    let without = workshop.material("knob", "1").uses(&bom(), "knob", "1");
    let cost = unit_cost(&without.structure());
    assert_eq!((cost.cost, cost.without_cost), (None, vec![material("knob")]));
}

#[test]
fn a_structure_made_of_itself_or_nested_too_deep_is_refused() {
    let cycle = shelves("1").contains(&sub("sb"), "sa", "1");
    assert!(matches!(
        Structure::of(&bom(), &cycle.parts),
        Err(StructureError::Cycle(_))
    ));
    let mut deep = Workshop::default().contains(&bom(), "s0", "1");
    for depth in 0..=10 {
        deep = deep.sub_assembly(&format!("s{depth}"), "0");
        if depth < 10 {
            deep = deep.contains(&sub(&format!("s{depth}")), &format!("s{}", depth + 1), "1");
        }
    }
    assert!(matches!(
        Structure::of(&bom(), &deep.parts),
        Err(StructureError::TooDeep)
    ));
}

#[test]
fn what_limits_sales_is_the_shelf_and_not_the_materials_below_it() {
    // Two of SA per unit, one ready; SB and the material below it are short, too, but more of them would not help.
    let workshop = Workshop::default()
        .material("m", "0")
        .material("screw", "0")
        .sub_assembly("sa", "1")
        .sub_assembly("sb", "0")
        .contains(&bom(), "sa", "2")
        .contains(&sub("sa"), "sb", "1")
        .uses(&sub("sa"), "screw", "1")
        .uses(&sub("sb"), "m", "1")
        .uses(&bom(), "m", "0.25")
        .shelf_only_for_sales("sa")
        .shelf_only_for_sales("sb");
    let at = only(&workshop);
    let limiting: Vec<_> = at.limiting_sales.iter().map(|part| part.id.as_str()).collect();
    assert_eq!(limiting, [material("m").to_string(), sub_assembly("sa").to_string()]);
    assert_eq!(
        at.limiting_sales[0].needed_per_unit,
        quantity("0.25"),
        "only what the BOM itself takes"
    );
    assert_eq!(at.limiting_sales[1].short_by, quantity("1"));
    let building: Vec<_> = at.limiting.iter().map(|part| part.id.clone()).collect();
    assert_eq!(building, [material("m").to_string(), material("screw").to_string()]);
    assert_eq!(at.limiting[0].needed_per_unit, quantity("2.25"));
}

#[test]
fn what_one_unit_takes_is_exact_even_of_whole_pieces() {
    // Four units share one board of the platform's; a fifth would open the second.
    let mut workshop = Workshop::default();
    workshop.add_material("board", assembly::model::Origin::Shopify, false);
    workshop.stock("board", "here", quantity("1"));
    let at = only(&workshop.uses(&bom(), "board", "0.25"));
    assert_eq!(at.buildable, Some(4));
    assert_eq!(at.limiting[0].needed_per_unit, quantity("0.25"));
    assert_eq!(at.limiting[0].short_by, quantity("1"));
}

#[test]
fn what_is_made_of_nothing_has_no_cost() {
    let cost = unit_cost(&Workshop::default().structure()).cost;
    assert_eq!(cost, None);
    let empty = Workshop::default().sub_assembly("sa", "1").contains(&bom(), "sa", "1");
    let cost = unit_cost(&empty.structure());
    assert_eq!((cost.cost, cost.reason()), (None, Some("no_components")));
}
