//! Each command, when all is well.

use latchstring::ChangeAction;
use serde_json::json;

use crate::stores::Stores;

#[tokio::test]
async fn creating_a_bom_registers_its_unregistered_materials_and_starts_inactive() {
    let stores = Stores::open().await;
    let arguments = json!({
        "variantId": "41016",
        "components": [
            { "variantId": "50033", "quantity": 1 },
            { "variantId": "41018", "quantity": 0.5, "wastePercentage": 10, "locationId": "70003", "alternatives": ["50001"] },
        ],
        "subAssemblies": [{ "subAssemblyId": "sub_lamp_head", "quantity": 2 }],
    });
    let (made, finished) = stores.change(stores.lumen, "boms.create", arguments).await.unwrap();
    assert_eq!(made["bom"]["name"], "Wall lamp / Oak / Brass");
    assert_eq!(made["bom"]["active"], json!(false));
    assert_eq!(made["registeredVariantIds"], json!(["41018"]));
    assert_eq!(made["bom"]["createdAt"], "2026-03-01T12:00:00.123456Z");
    let entities: Vec<_> = finished
        .changes
        .iter()
        .map(|change| (change.entity.as_str(), change.action))
        .collect();
    assert_eq!(
        entities,
        [("raw_material", ChangeAction::Created), ("bom", ChangeAction::Created)]
    );
    let shown = stores.ok("boms.get", json!({ "variantId": "41016" })).await;
    assert_eq!(shown["components"][1]["wastePercentage"], json!(10));
    assert_eq!(shown["components"][1]["locationId"], "70003");
    assert_eq!(shown["components"][1]["alternatives"], json!(["50001"]));
    assert_eq!(shown["subAssemblies"][0]["name"], "Lamp head, brass");
    assert_eq!(shown["materialsWithoutCost"][0]["variantId"], "41018");
    let material = stores
        .ok(
            "rawMaterials.get",
            json!({ "variantId": "41018", "includeConnections": true }),
        )
        .await;
    assert_eq!(
        material["rawMaterial"]["connections"][0]["name"],
        "Wall lamp / Oak / Brass"
    );
}

#[tokio::test]
async fn renaming_a_bom_leaves_its_switches() {
    let stores = Stores::open().await;
    let arguments = json!({ "bomId": "bom_desk_lamp", "name": "  Desk lamp  " });
    let (updated, finished) = stores
        .change(stores.lumen, "boms.update", arguments.clone())
        .await
        .unwrap();
    assert_eq!(updated["bom"]["name"], "Desk lamp");
    assert_eq!(updated["bom"]["settings"]["dynamicAdjustment"], json!(true));
    assert_eq!(updated["bom"]["version"], json!(2));
    assert_eq!(
        finished.changes[0].before,
        Some(json!({ "name": "Arc desk lamp / Oak / Brass" }))
    );
    let (_, again) = stores.change(stores.lumen, "boms.update", arguments).await.unwrap();
    assert!(again.changes.is_empty(), "doing it twice is doing it once");
}

#[tokio::test]
async fn configuring_a_bom_sets_the_named_switches_and_no_others() {
    let stores = Stores::open().await;
    let arguments = json!({ "bomId": "bom_desk_lamp", "keepAssembledOnReturn": true });
    let (set, finished) = stores
        .change(stores.lumen, "boms.configure", arguments.clone())
        .await
        .unwrap();
    let switches = |keep: bool| {
        json!({
            "active": true, "dynamicAdjustment": true, "maintainInventoryLevel": false,
            "autoGenerateMaterialList": false, "keepAssembledOnReturn": keep, "onlySellPreassembled": false,
        })
    };
    assert_eq!(set["bom"]["settings"], switches(true));
    let told = json!({ "name": "Arc desk lamp / Oak / Brass", "settings": switches(false) });
    assert_eq!(finished.changes[0].before, Some(told));
    let (_, again) = stores.change(stores.lumen, "boms.configure", arguments).await.unwrap();
    assert!(again.changes.is_empty(), "doing it twice is doing it once");
}

#[tokio::test]
async fn deleting_a_bom_touches_neither_materials_nor_stock() {
    let stores = Stores::open().await;
    let stock = async || {
        stores
            .ok("rawMaterials.list", json!({ "sortBy": "inventoryQuantity" }))
            .await["items"]
            .clone()
    };
    let quantities = |items: &serde_json::Value| -> Vec<_> {
        items
            .as_array()
            .unwrap()
            .iter()
            .map(|item| (item["variantId"].clone(), item["inventoryQuantity"].clone()))
            .collect()
    };
    let before = quantities(&stock().await);
    let (_, finished) = stores
        .change(stores.lumen, "boms.delete", json!({ "bomId": "bom_desk_lamp" }))
        .await
        .unwrap();
    assert_eq!(
        finished.changes[0].before.as_ref().unwrap()["preAssembledQuantity"],
        json!(4)
    );
    assert_eq!(quantities(&stock().await), before);
    assert!(
        stores
            .call(stores.lumen, "boms.get", json!({ "bomId": "bom_desk_lamp" }))
            .await
            .is_err()
    );
    assert_eq!(
        stores
            .number("SELECT COUNT(*) AS n FROM component_rows WHERE owner_id = 'bom_desk_lamp'")
            .await,
        0
    );
    assert_eq!(
        stores
            .number("SELECT COUNT(*) AS n FROM adjustments WHERE item_id = 'bom_desk_lamp'")
            .await,
        2
    );
    // The finished good is free for a new BOM.
    stores.ok("boms.create", json!({ "variantId": "41001" })).await;
}

#[tokio::test]
async fn merging_components_keeps_the_others_and_replacing_does_not() {
    let stores = Stores::open().await;
    let call = |mode: &str, components: serde_json::Value| json!({ "bomId": "bom_care_kit", "mode": mode, "components": components });
    let row = json!([{ "variantId": "VMAT-VAR-1025", "quantity": 5 }, { "variantId": "50049", "quantity": 1 }]);
    let merged = stores.ok("boms.setComponents", call("merge", row.clone())).await;
    assert_eq!(merged["bom"]["componentCount"], json!(5));
    assert_eq!(merged["components"][3]["quantity"], json!(5));
    let replaced = stores.ok("boms.setComponents", call("replace", row)).await;
    assert_eq!(replaced["bom"]["componentCount"], json!(2));
    assert_eq!(
        replaced["bom"]["unitCost"],
        json!({ "amount": "3.95", "currency": "EUR" })
    );
    let nested =
        json!({ "bomId": "bom_care_kit", "subAssemblies": [{ "subAssemblyId": "sub_flat_pack", "quantity": 0.5 }] });
    let nested = stores.ok("boms.setComponents", nested).await;
    assert_eq!(
        (
            nested["bom"]["componentCount"].as_u64(),
            nested["bom"]["subAssemblyCount"].as_u64()
        ),
        (Some(2), Some(1))
    );
}

#[tokio::test]
async fn a_virtual_material_is_created_without_stock() {
    let stores = Stores::open().await;
    let arguments = json!({ "name": " Rivet ", "sku": "RV-4", "unit": "kg", "cost": "12.345", "vendor": "Schraubenhaus", "nonEssential": true });
    let made = stores.ok("rawMaterials.createVirtual", arguments).await["rawMaterial"].clone();
    assert!(made["variantId"].as_str().unwrap().starts_with("VMAT-VAR-"));
    assert_eq!(
        (made["name"].as_str(), made["origin"].as_str()),
        (Some("Rivet"), Some("virtual"))
    );
    assert_eq!(made["cost"], json!({ "amount": "12.345", "currency": "EUR" }));
    assert_eq!(
        (made["inventoryQuantity"].as_u64(), made["nonEssential"].as_bool()),
        (Some(0), Some(true))
    );
}

#[tokio::test]
async fn setting_stock_sets_the_named_locations_and_writes_history() {
    let stores = Stores::open().await;
    let arguments = json!({ "variantId": "VMAT-VAR-1001", "levels": [
        { "locationId": "70001", "quantity": 12.345_678 }, { "locationId": "70002", "quantity": 0 },
    ] });
    let (set, finished) = stores
        .change(stores.lumen, "rawMaterials.setStock", arguments)
        .await
        .unwrap();
    assert_eq!(
        set["levels"][0],
        json!({ "locationId": "70001", "locationName": "Workshop", "before": 182.5, "after": 12.345_678 })
    );
    assert_eq!(set["total"], json!(312.345_678), "the barn store keeps its 300");
    let change = &finished.changes[0];
    assert_eq!(
        (change.entity.as_str(), change.before.clone().unwrap()),
        (
            "raw_material_stock",
            json!({ "name": "Textile cable", "levels": { "70001": { "name": "Workshop", "quantity": 182.5 } } })
        )
    );
    assert_eq!(stores.number("SELECT COUNT(*) AS n FROM adjustments").await, 2);
    let row = "SELECT before || ' ' || after || ' ' || actor || ' ' || source AS t FROM adjustments WHERE location_id = '70001'";
    assert_eq!(
        stores.texts(row).await,
        ["182500000 12345678 AI assistant via Test desk (test_1234...abcd) agent"]
    );
}

#[tokio::test]
async fn setting_shelves_changes_what_can_be_sold() {
    let stores = Stores::open().await;
    let buildable = async |bom: &str| {
        let answer = stores
            .ok("boms.buildable", json!({ "bomId": bom, "locationIds": ["70001"] }))
            .await;
        answer["locations"][0].clone()
    };
    let before = buildable("bom_desk_lamp_walnut").await;
    assert_eq!(
        (before["sellable"].as_u64(), before["split"]["fromComponents"].as_u64()),
        (Some(4), Some(3))
    );
    assert!(
        before["buildable"].as_u64() > Some(3),
        "a build may make black lamp heads, a sale may not"
    );
    assert_eq!(before["limitingSales"][0]["id"], "sub_lamp_head_black");
    let levels = |quantity: u32| json!([{ "locationId": "70001", "quantity": quantity }]);
    let set = stores
        .ok(
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": "sub_lamp_head_black", "levels": levels(5) }),
        )
        .await;
    assert_eq!(set["preAssembledQuantity"], json!(5));
    let set = stores
        .ok(
            "boms.setPreassembled",
            json!({ "bomId": "bom_desk_lamp_walnut", "levels": levels(10) }),
        )
        .await;
    assert_eq!(set["preAssembledQuantity"], json!(10));
    let after = buildable("bom_desk_lamp_walnut").await;
    assert_eq!(
        (after["sellable"].as_u64(), after["split"]["fromComponents"].as_u64()),
        (Some(15), Some(5))
    );
    // Only what lies ready may be sold of the reading set.
    let set = buildable("bom_reading_set").await;
    assert_eq!(
        (set["sellable"].as_u64(), set["split"]["preAssembled"].as_u64()),
        (Some(2), Some(2))
    );
}

#[tokio::test]
async fn every_field_of_a_changed_row_is_recorded_and_no_other_row() {
    let stores = Stores::open().await;
    let waste = json!({ "bomId": "bom_trio", "components": [{ "variantId": "50022", "quantity": 3, "wastePercentage": 12.5 }] });
    stores.ok("boms.setComponents", waste).await;
    let row = json!({ "variantId": "50022", "quantity": 3, "wastePercentage": 20, "locationId": "70003", "alternatives": ["50001"] });
    let arguments = json!({ "bomId": "bom_trio", "components": [row] });
    let (_, finished) = stores
        .change(stores.lumen, "boms.setComponents", arguments)
        .await
        .unwrap();
    let change = &finished.changes[0];
    let told = |row: serde_json::Value| json!({ "name": "Trio pendant", "rows": { "components": { "50022": row } } });
    assert_eq!(
        change.before,
        Some(told(
            json!({ "quantity": 3, "wastePercentage": 12.5, "locationId": null, "alternatives": [] })
        ))
    );
    assert_eq!(
        change.after,
        Some(told(
            json!({ "quantity": 3, "wastePercentage": 20, "locationId": "70003", "alternatives": ["50001"] })
        ))
    );
    let nested = json!({ "bomId": "bom_trio", "mode": "replace", "components": [{ "variantId": "50022", "quantity": 1 }],
        "subAssemblies": [{ "subAssemblyId": "sub_lamp_head", "quantity": 2 }] });
    let (_, finished) = stores.change(stores.lumen, "boms.setComponents", nested).await.unwrap();
    let after = &finished.changes[0].after.as_ref().unwrap()["rows"];
    assert_eq!(after["components"].as_object().unwrap().len(), 1);
    assert_eq!(after["subAssemblies"]["sub_lamp_head"], json!({ "quantity": 2 }));
    let before = &finished.changes[0].before.as_ref().unwrap()["rows"];
    assert!(
        before["components"].as_object().unwrap().len() > 1,
        "rows that are gone are recorded"
    );
    let (_, finished) = stores
        .change(stores.lumen, "boms.delete", json!({ "bomId": "bom_trio" }))
        .await
        .unwrap();
    let gone = &finished.changes[0].before.as_ref().unwrap()["rows"];
    assert_eq!(gone["components"]["50022"]["wastePercentage"], json!(0));
}

#[tokio::test]
async fn a_merged_row_keeps_what_is_left_out_and_a_replaced_one_does_not() {
    let stores = Stores::open().await;
    let full = json!({ "variantId": "50022", "quantity": 3, "wastePercentage": 20, "locationId": "70003", "alternatives": ["50001"] });
    let short = json!({ "variantId": "50022", "quantity": 4 });
    let set = async |mode: &str, row: &serde_json::Value| {
        let arguments = json!({ "bomId": "bom_trio", "mode": mode, "components": [row] });
        let answer = stores.ok("boms.setComponents", arguments).await;
        let rows = answer["components"].as_array().unwrap().clone();
        let row = rows.into_iter().find(|row| row["variantId"] == "50022").unwrap();
        json!([
            row["quantity"],
            row["wastePercentage"],
            row["locationId"],
            row["alternatives"]
        ])
    };
    assert_eq!(set("merge", &full).await, json!([3, 20, "70003", ["50001"]]));
    assert_eq!(set("merge", &short).await, json!([4, 20, "70003", ["50001"]]));
    let cleared = json!({ "variantId": "50022", "quantity": 4, "locationId": null, "alternatives": [] });
    assert_eq!(set("merge", &cleared).await, json!([4, 20, null, []]));
    set("merge", &full).await;
    assert_eq!(set("replace", &short).await, json!([4, 0, null, []]));
}

#[tokio::test]
async fn rows_that_were_read_can_be_passed_back() {
    let stores = Stores::open().await;
    for bom in ["bom_desk_lamp", "bom_care_kit"] {
        let read = stores.ok("boms.get", json!({ "bomId": bom })).await;
        for mode in ["merge", "replace"] {
            let arguments = json!({ "bomId": bom, "mode": mode, "components": read["components"], "subAssemblies": read["subAssemblies"] });
            let (_, finished) = stores
                .change(stores.lumen, "boms.setComponents", arguments)
                .await
                .unwrap();
            assert!(finished.changes.is_empty(), "{:?}", finished.changes);
        }
    }
    for (kind, row) in [
        ("components", json!({ "variantId": "50001", "quantity": 1, "waste": 5 })),
        (
            "subAssemblies",
            json!({ "subAssemblyId": "sub_lamp_head", "quantity": 1, "cost": null }),
        ),
    ] {
        let (_, message) = stores
            .refused("boms.setComponents", json!({ "bomId": "bom_trio", kind: [row] }))
            .await;
        assert!(message.contains("unknown field"), "{message}");
    }
}

#[tokio::test]
async fn what_lies_ready_is_shown_per_location() {
    let stores = Stores::open().await;
    let levels = json!([{ "locationId": "70002", "quantity": 2.5 }]);
    stores
        .ok("boms.setPreassembled", json!({ "bomId": "bom_trio", "levels": levels }))
        .await;
    stores
        .ok(
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": "sub_lamp_head", "levels": levels }),
        )
        .await;
    for (path, arguments) in [
        ("boms.get", json!({ "bomId": "bom_trio" })),
        ("subAssemblies.get", json!({ "subAssemblyId": "sub_lamp_head" })),
    ] {
        let shown = stores.ok(path, arguments).await["levels"].clone();
        assert_eq!(shown.as_array().unwrap().len(), 3, "{path}");
        assert_eq!(
            shown[1],
            json!({ "locationId": "70002", "locationName": "Showroom", "quantity": 2.5 }),
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_cost_may_be_a_number_and_nothing_costs_nothing() {
    let stores = Stores::open().await;
    let made = stores
        .ok("rawMaterials.createVirtual", json!({ "name": "Rivet", "cost": 0.5 }))
        .await;
    assert_eq!(made["rawMaterial"]["cost"]["amount"], "0.50");
    let made = stores.ok("boms.create", json!({ "variantId": "41016" })).await;
    assert_eq!(made["bom"]["unitCost"], json!(null));
    assert_eq!(made["bom"]["unitCostReason"], "no_components");
    let unknown = json!({ "bomId": made["bom"]["bomId"], "components": [{ "variantId": "41018", "quantity": 1 }] });
    let set = stores.ok("boms.setComponents", unknown).await;
    assert_eq!(set["bom"]["unitCostReason"], "materials_without_cost");
    let known = json!({ "bomId": made["bom"]["bomId"], "mode": "replace", "components": [{ "variantId": "VMAT-VAR-1001", "quantity": 1 }] });
    let set = stores.ok("boms.setComponents", known).await;
    assert!(set["bom"]["unitCost"].is_object());
    assert_eq!(set["bom"]["unitCostReason"], json!(null));
}
