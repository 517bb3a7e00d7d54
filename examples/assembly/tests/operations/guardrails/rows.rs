//! Rows: each material and each part once, 250 of a kind at most, alternatives that are others.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::{refused, sub_assembly};
use crate::stores::Stores;

/// Every command that takes lists of rows, with these rows.
fn whole(kind: &str, rows: &Value) -> Vec<(&'static str, Value)> {
    let mut calls = vec![
        ("boms.create", json!({ "variantId": "41016" })),
        ("subAssemblies.create", json!({ "name": "Foot" })),
    ];
    for mode in ["merge", "replace"] {
        calls.push(("boms.setComponents", json!({ "bomId": "bom_trio", "mode": mode })));
        calls.push((
            "subAssemblies.setComponents",
            json!({ "subAssemblyId": "sub_lamp_head", "mode": mode }),
        ));
    }
    for (_, arguments) in &mut calls {
        arguments[kind] = rows.clone();
    }
    calls
}

#[tokio::test]
async fn a_material_or_part_is_named_once() {
    let stores = Stores::open().await;
    let materials = json!([{ "variantId": "50001", "quantity": 1 }, { "variantId": "50001", "quantity": 2 }]);
    let parts = json!([{ "subAssemblyId": "sub_cable_set", "quantity": 1 }, { "subAssemblyId": "sub_cable_set", "quantity": 2 }]);
    for (kind, rows, id) in [
        ("components", materials, "`50001`"),
        ("subAssemblies", parts, "`sub_cable_set`"),
    ] {
        for (path, arguments) in whole(kind, &rows) {
            let code = refused(&stores, path, arguments, &[id, "twice", "added up"]).await;
            assert_eq!(code, ErrorCode::InvalidInput);
        }
    }
}

#[tokio::test]
async fn what_is_there_already_is_changed_and_not_added() {
    let stores = Stores::open().await;
    for (path, arguments, way_on) in [
        (
            "boms.addComponent",
            json!({ "bomId": "bom_trio", "variantId": "50039", "quantity": 1 }),
            "`app.boms.updateComponent`",
        ),
        (
            "boms.addSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_globe_drop", "quantity": 1 }),
            "`app.boms.updateSubAssembly`",
        ),
        (
            "subAssemblies.addComponent",
            json!({ "subAssemblyId": "sub_lamp_head", "variantId": "50026", "quantity": 1 }),
            "`app.subAssemblies.updateComponent`",
        ),
        (
            "subAssemblies.addSubAssembly",
            json!({ "parentId": "sub_lamp_head", "subAssemblyId": "sub_led_engine", "quantity": 1 }),
            "`app.subAssemblies.updateSubAssembly`",
        ),
    ] {
        let code = refused(&stores, path, arguments, &["already", way_on]).await;
        assert_eq!(code, ErrorCode::Conflict);
    }
}

#[tokio::test]
async fn what_is_not_there_cannot_be_changed_or_taken_out() {
    let stores = Stores::open().await;
    for (path, arguments, there) in [
        (
            "boms.updateComponent",
            json!({ "bomId": "bom_trio", "variantId": "50001", "quantity": 1 }),
            json!(["50019", "VMAT-VAR-1002", "50039", "50045"]),
        ),
        (
            "boms.removeComponent",
            json!({ "bomId": "bom_trio", "variantId": "50001" }),
            json!(["50019", "VMAT-VAR-1002", "50039", "50045"]),
        ),
        (
            "boms.updateSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_cable_set", "quantity": 1 }),
            json!(["sub_globe_drop"]),
        ),
        (
            "boms.removeSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_cable_set" }),
            json!(["sub_globe_drop"]),
        ),
        (
            "subAssemblies.removeSubAssembly",
            json!({ "parentId": "sub_lamp_head", "subAssemblyId": "sub_cable_set" }),
            json!(["sub_led_engine"]),
        ),
    ] {
        let error = stores.refusal(path, arguments).await;
        assert_eq!(error.code(), ErrorCode::NotFound, "{path}");
        assert_eq!(error.details(), Some(&json!({ "rows": there })), "{path}");
    }
}

#[tokio::test]
async fn there_are_at_most_250_rows_of_a_kind() {
    let stores = Stores::open().await;
    let rows = |count: u32| -> Value {
        let row = |number| json!({ "variantId": format!("VMAT-VAR-x{number}"), "quantity": 1 });
        (0..count).map(row).collect()
    };
    for (path, arguments) in whole("components", &rows(251)) {
        assert_eq!(
            refused(&stores, path, arguments, &["251", "250"]).await,
            ErrorCode::LimitExceeded
        );
    }
    // 249 more are fine; one more than that is not, however it comes.
    let items: Vec<Value> = (0..249)
        .map(|number| json!({ "name": format!("Rivet {number}") }))
        .collect();
    let made = stores
        .ok("rawMaterials.createVirtualMany", json!({ "items": items }))
        .await;
    let ids = made["results"].as_array().unwrap();
    let ids: Vec<&Value> = ids
        .iter()
        .map(|one| &one["result"]["rawMaterial"]["variantId"])
        .collect();
    let rows: Vec<Value> = ids.iter().map(|id| json!({ "variantId": id, "quantity": 1 })).collect();
    let foot = sub_assembly(&stores, "Foot", &[]).await;
    let set = |rows: Value| json!({ "subAssemblyId": foot, "components": rows });
    stores.ok("subAssemblies.setComponents", set(json!(rows))).await;
    let last = json!({ "subAssemblyId": foot, "variantId": "50001", "quantity": 1 });
    stores.ok("subAssemblies.addComponent", last).await;
    let over = json!({ "subAssemblyId": foot, "variantId": "50002", "quantity": 1 });
    let code = refused(&stores, "subAssemblies.addComponent", over, &["251", "250"]).await;
    assert_eq!(code, ErrorCode::LimitExceeded);
    let over = set(json!([{ "variantId": "50002", "quantity": 1 }]));
    refused(&stores, "subAssemblies.setComponents", over, &["251", "250"]).await;
}

#[tokio::test]
async fn alternatives_are_few_and_others() {
    let stores = Stores::open().await;
    let many: Vec<String> = (0..21).map(|number| format!("9{number:05}")).collect();
    for alternatives in [json!(many), json!(["50001"])] {
        // Counted before anything is looked up.
        let row = json!({ "variantId": "50001", "quantity": 1, "alternatives": alternatives, "locationId": "nowhere" });
        let mut calls = whole("components", &json!([row]));
        let mut added = row.clone();
        added["bomId"] = json!("bom_trio");
        calls.push(("boms.addComponent", added));
        for (path, arguments) in calls {
            refused(&stores, path, arguments, &["`alternatives`", "50001", "at most 20"]).await;
        }
    }
    let unknown = json!({ "bomId": "bom_trio", "variantId": "50039", "alternatives": ["99999"] });
    let code = refused(&stores, "boms.updateComponent", unknown, &["`99999`"]).await;
    assert_eq!(code, ErrorCode::NotFound);
}
