//! What a model reads when it got something wrong. Reviewed as a whole, because the next try depends on it.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::stores::Stores;

#[tokio::test]
async fn every_refusal_names_the_value_and_the_way_on() {
    let stores = Stores::open().await;
    let calls = [
        ("boms.get", json!({})),
        ("boms.get", json!({ "bomId": "bom_nobody" })),
        ("boms.get", json!({ "id": "bom_trio" })),
        (
            "boms.buildable",
            json!({ "bomId": "bom_trio", "locationIds": ["nowhere"] }),
        ),
        ("boms.list", json!({ "pageSize": 5000 })),
        ("boms.list", json!({ "page": 0 })),
        ("boms.list", json!({ "page": -1 })),
        ("boms.list", json!({ "vendorFilter": [] })),
        ("boms.list", json!({ "sortBy": "price" })),
        ("boms.buildable", json!({ "bomId": "bom_trio", "locationIds": [] })),
        (
            "rawMaterials.get",
            json!({ "variantId": "gid://shopify/ProductVariant/50001" }),
        ),
        ("rawMaterials.get", json!({ "variantId": "oak board" })),
        (
            "rawMaterials.setStock",
            json!({ "variantId": "50001", "levels": [{ "locationId": "70001", "quantity": 1 }] }),
        ),
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001", "levels": [{ "locationId": "70001", "quantity": "12" }] }),
        ),
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001", "levels": [{ "locationId": "70001", "quantity": -10_000_000_000_i64 }] }),
        ),
        (
            "rawMaterials.createVirtual",
            json!({ "name": "Rivet", "cost": 0.1 + 0.2 }),
        ),
        ("rawMaterials.createVirtual", json!({ "name": "Rivet", "cost": true })),
        ("rawMaterials.createVirtual", json!({ "name": "Rivet", "sku": "" })),
        ("rawMaterials.createVirtual", json!({ "name": "Riv\net" })),
        (
            "rawMaterials.createVirtual",
            json!({ "name": "Rivet", "specifications": "4 mm\r\n" }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "50001", "quantity": 0.1 + 0.2 }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "50001", "quantity": 1, "wastePercentage": 0.1 + 0.2 }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "50001", "quantity": 1, "wastePercentage": "5" }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "50001", "quantity": 0 }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "50001", "quantity": 1, "wastePercentage": 2000 }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "77777", "quantity": 1 }] }),
        ),
        ("boms.create", json!({ "variantId": "41001" })),
        (
            "boms.configure",
            json!({ "bomId": "bom_desk_lamp", "maintainInventoryLevel": true }),
        ),
        ("catalog.searchVariants", json!({ "query": "lamp", "pageSize": 5000 })),
    ];
    insta::assert_snapshot!(texts(&stores, &calls).await);
}

#[tokio::test]
async fn every_refusal_of_a_change_says_what_is_in_the_way() {
    let stores = Stores::open().await;
    let rivet = json!({ "name": "Rivet", "idempotencyKey": "k-1" });
    stores.ok("rawMaterials.createVirtual", rivet).await;
    let at = |level: Value| json!({ "variantId": "VMAT-VAR-1001", "levels": [level] });
    let calls = [
        (
            "boms.update",
            json!({ "bomId": "bom_trio", "name": "Trio", "expectedVersion": 7 }),
        ),
        (
            "rawMaterials.setStock",
            at(json!({ "locationId": "70001", "quantity": 1, "expectedQuantity": 9 })),
        ),
        (
            "rawMaterials.setStock",
            at(json!({ "locationId": "70001", "quantity": -1 })),
        ),
        ("rawMaterials.setStock", at(json!({ "locationId": "7", "quantity": 1 }))),
        (
            "rawMaterials.createVirtual",
            json!({ "name": "Bolt", "idempotencyKey": "k-1" }),
        ),
        (
            "rawMaterials.createVirtual",
            json!({ "name": "Bolt", "idempotencyKey": "k 1" }),
        ),
        ("rawMaterials.remove", json!({ "variantId": "50001" })),
        ("subAssemblies.delete", json!({ "subAssemblyId": "sub_led_engine" })),
        (
            "rawMaterials.update",
            json!({ "variantId": "50001", "sku": "X", "unit": "m" }),
        ),
        (
            "boms.addComponent",
            json!({ "bomId": "bom_trio", "variantId": "50039", "quantity": 1 }),
        ),
        (
            "boms.removeSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_cable_set" }),
        ),
        (
            "subAssemblies.addComponent",
            json!({ "subAssemblyId": "sub_led_engine", "variantId": "41001", "quantity": 1 }),
        ),
        (
            "boms.create",
            json!({ "variantId": "41016", "components": [{ "variantId": "41016", "quantity": 1 }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_care_kit", "components": [], "mode": "replace" }),
        ),
        (
            "boms.create",
            json!({ "variantId": "41016", "settings": { "active": true } }),
        ),
        ("boms.configure", json!({ "bomId": "bom_trio" })),
        (
            "boms.configure",
            json!({ "bomId": "bom_trio", "settings": { "active": false } }),
        ),
        ("boms.updateMany", json!({ "items": [] })),
        ("boms.updateMany", json!({ "items": vec![json!({}); 251] })),
        ("rawMaterials.register", json!({ "variantIds": [] })),
        ("stock.history", json!({ "bomId": "bom_trio", "variantId": "50001" })),
        ("stock.history", json!({ "since": "yesterday" })),
        ("catalog.searchVariants", json!({ "query": "colour:red" })),
    ];
    let mut texts = texts(&stores, &calls).await;
    stores.behind_the_scenes("UPDATE shops SET plan = 'standard'").await;
    let plan = (
        "boms.configure",
        json!({ "bomId": "bom_trio", "onlySellPreassembled": true }),
    );
    texts.push_str(&self::texts(&stores, &[plan]).await);
    insta::assert_snapshot!(texts);
}

/// Each call with its refusal.
async fn texts(stores: &Stores, calls: &[(&str, Value)]) -> String {
    let mut texts = String::new();
    for (path, arguments) in calls {
        let error = stores.refusal(path, arguments.clone()).await;
        let shown: String = arguments.to_string().chars().take(200).collect();
        writeln!(texts, "{path}({shown})\n    {error}").unwrap();
        if let Some(details) = error.details() {
            writeln!(texts, "    {details}").unwrap();
        }
    }
    texts
}
