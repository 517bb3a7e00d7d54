//! Quantities are finite, positive in rows, not negative as counts, and a thousand million at most.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::refused;
use crate::stores::Stores;

/// Every way to give a row a quantity.
fn rows(quantity: &Value) -> Vec<(&'static str, Value)> {
    let material = json!([{ "variantId": "50001", "quantity": quantity }]);
    let part = json!([{ "subAssemblyId": "sub_cable_set", "quantity": quantity }]);
    vec![
        ("boms.create", json!({ "variantId": "41016", "components": material })),
        ("boms.create", json!({ "variantId": "41016", "subAssemblies": part })),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": material }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "subAssemblies": part }),
        ),
        (
            "boms.addComponent",
            json!({ "bomId": "bom_trio", "variantId": "50001", "quantity": quantity }),
        ),
        (
            "boms.updateComponent",
            json!({ "bomId": "bom_trio", "variantId": "50039", "quantity": quantity }),
        ),
        (
            "boms.addSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_cable_set", "quantity": quantity }),
        ),
        (
            "boms.updateSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_globe_drop", "quantity": quantity }),
        ),
        (
            "subAssemblies.create",
            json!({ "name": "Foot", "components": material, "subAssemblies": part }),
        ),
        (
            "subAssemblies.setComponents",
            json!({ "subAssemblyId": "sub_lamp_head", "components": material }),
        ),
        (
            "subAssemblies.addComponent",
            json!({ "subAssemblyId": "sub_lamp_head", "variantId": "50001", "quantity": quantity }),
        ),
        (
            "subAssemblies.updateComponent",
            json!({ "subAssemblyId": "sub_lamp_head", "variantId": "50026", "quantity": quantity }),
        ),
        (
            "subAssemblies.addSubAssembly",
            json!({ "parentId": "sub_lamp_head", "subAssemblyId": "sub_cable_set", "quantity": quantity }),
        ),
        (
            "subAssemblies.updateSubAssembly",
            json!({ "parentId": "sub_lamp_head", "subAssemblyId": "sub_led_engine", "quantity": quantity }),
        ),
    ]
}

/// Every way to set a count.
fn counts(level: &Value) -> [(&'static str, Value); 3] {
    [
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001", "levels": [level] }),
        ),
        (
            "boms.setPreassembled",
            json!({ "bomId": "bom_trio", "levels": [level] }),
        ),
        (
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": "sub_lamp_head", "levels": [level] }),
        ),
    ]
}

#[tokio::test]
async fn a_row_takes_more_than_nothing() {
    let stores = Stores::open().await;
    for wrong in [json!(0), json!(-0.5)] {
        for (path, arguments) in rows(&wrong) {
            let code = refused(&stores, path, arguments, &["more than 0", &format!("`{wrong}`")]).await;
            assert_eq!(code, ErrorCode::InvalidInput);
        }
    }
}

#[tokio::test]
async fn a_row_takes_a_quantity_that_can_be_kept_exactly() {
    let stores = Stores::open().await;
    for wrong in [json!(1_000_000_001_i64), json!(1e300), json!(0.000_000_1), json!("2")] {
        for (path, arguments) in rows(&wrong) {
            assert_eq!(
                refused(&stores, path, arguments, &["quantity"]).await,
                ErrorCode::InvalidInput
            );
        }
    }
    // What programs send for `NaN` and `Infinity`.
    let nothing = json!({ "bomId": "bom_trio", "variantId": "50001", "quantity": null });
    refused(&stores, "boms.addComponent", nothing, &["quantity", "null"]).await;
    let most = json!({ "bomId": "bom_trio", "variantId": "50001", "quantity": 1_000_000_000 });
    stores.ok("boms.addComponent", most).await;
    stores.ok("boms.buildable", json!({ "bomId": "bom_trio" })).await;
}

#[tokio::test]
async fn waste_lies_between_nothing_and_ten_times_as_much() {
    let stores = Stores::open().await;
    let row = |waste: Value| json!({ "bomId": "bom_trio", "variantId": "50039", "wastePercentage": waste });
    for wrong in [json!(-1), json!(1000.5), json!(1e300), json!("5")] {
        refused(
            &stores,
            "boms.updateComponent",
            row(wrong),
            &["wastePercentage", "1000"],
        )
        .await;
    }
    stores.ok("boms.updateComponent", row(json!(1000))).await;
}

#[tokio::test]
async fn a_count_is_bounded_and_exact() {
    let stores = Stores::open().await;
    for wrong in [
        json!(1_000_000_001_i64),
        json!(-1_000_000_001_i64),
        json!(1e300),
        json!(0.000_000_1),
        json!("12"),
        json!(null),
    ] {
        for field in ["quantity", "expectedQuantity"] {
            let mut level = json!({ "locationId": "70001", "quantity": 1 });
            level[field] = wrong.clone();
            for (path, arguments) in counts(&level) {
                if field == "expectedQuantity" && wrong.is_null() {
                    continue; // as if it was left out
                }
                let place = format!("levels[0].{field}");
                assert_eq!(
                    refused(&stores, path, arguments, &[&place]).await,
                    ErrorCode::InvalidInput
                );
            }
        }
    }
    for (path, arguments) in counts(&json!({ "locationId": "70001", "quantity": 1_000_000_000 })) {
        stores.ok(path, arguments).await;
    }
}

#[tokio::test]
async fn a_count_goes_below_zero_only_where_the_store_allows_it() {
    let stores = Stores::open().await;
    let level = json!({ "locationId": "70001", "quantity": -1 });
    for (path, arguments) in counts(&level) {
        refused(&stores, path, arguments, &["`-1`", "70001", "negative"]).await;
    }
    stores
        .behind_the_scenes("UPDATE shops SET allow_negative_inventory = TRUE WHERE name = 'Lumen & Oak'")
        .await;
    for (path, arguments) in counts(&level) {
        assert_eq!(stores.ok(path, arguments).await["levels"][0]["after"], json!(-1));
    }
}
