//! Variants of the catalogue become raw materials, as often as one likes; what the platform keeps stays the platform's.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::refused;
use crate::stores::Stores;

async fn register(stores: &Stores, ids: Value) -> Value {
    stores.ok("rawMaterials.register", json!({ "variantIds": ids })).await
}

async fn material(stores: &Stores, id: &str) -> Value {
    stores.ok("rawMaterials.get", json!({ "variantId": id })).await["rawMaterial"].clone()
}

#[tokio::test]
async fn each_variant_tells_what_became_of_it_and_none_stops_the_others() {
    let stores = Stores::open().await;
    let done = register(&stores, json!(["99999", "41018", "50001", "VMAT-VAR-1001", "41018"])).await;
    assert_eq!(
        (&done["created"], &done["refreshed"], &done["failed"]),
        (&json!(1), &json!(1), &json!(2))
    );
    let results = done["results"].as_array().unwrap();
    let outcomes: Vec<(&str, &str)> = results
        .iter()
        .map(|one| (one["variantId"].as_str().unwrap(), one["outcome"].as_str().unwrap()))
        .collect();
    assert_eq!(
        outcomes,
        [
            ("99999", "failed"),
            ("41018", "created"),
            ("50001", "refreshed"),
            ("VMAT-VAR-1001", "failed"),
        ]
    );
    assert_eq!(results[0]["error"]["code"], "NOT_FOUND");
    assert_eq!(results[3]["error"]["code"], "INVALID_INPUT");
    assert_eq!(results[1]["name"], "Coat hook / Brass");
    let hook = material(&stores, "41018").await;
    assert_eq!((&hook["origin"], &hook["version"]), (&json!("shopify"), &json!(1)));
}

#[tokio::test]
async fn doing_it_twice_is_doing_it_once() {
    let stores = Stores::open().await;
    register(&stores, json!(["41018"])).await;
    let before = stores.stored().await;
    let again = register(&stores, json!(["41018"])).await;
    assert_eq!(again["results"][0]["outcome"], "refreshed");
    assert_eq!(before.changes(&stores.stored().await), [""; 0]);
}

#[tokio::test]
async fn a_refresh_takes_what_the_catalogue_says_now_and_keeps_what_people_wrote() {
    let stores = Stores::open().await;
    let written = json!({ "variantId": "50001", "specifications": "dry", "materialTag": "wood", "nonEssential": true });
    stores.ok("rawMaterials.update", written).await;
    stores
        .behind_the_scenes(
            "UPDATE variants SET product_title = 'Ash board', title = '700 mm', sku = 'WD-ASH-700', vendor = 'Südholz', \
             cost = 9500000, inventory_item_id = '777' WHERE id = '50001'",
        )
        .await;
    assert_eq!(material(&stores, "50001").await["name"], "Oak board / 600 x 120 x 20");
    let (done, finished) = stores
        .change(
            stores.lumen,
            "rawMaterials.register",
            json!({ "variantIds": ["50001"] }),
        )
        .await
        .unwrap();
    assert_eq!(done["results"][0]["name"], "Ash board / 700 mm");
    assert_eq!(finished.changes[0].before.as_ref().unwrap()["sku"], "WD-OAK-600");
    let board = material(&stores, "50001").await;
    for (field, value) in [
        ("productName", json!("Ash board")),
        ("variantName", json!("700 mm")),
        ("sku", json!("WD-ASH-700")),
        ("vendor", json!("Südholz")),
        ("cost", json!({ "amount": "9.50", "currency": "EUR" })),
        ("inventoryItemId", json!("777")),
        ("specifications", json!("dry")),
        ("materialTag", json!("wood")),
        ("nonEssential", json!(true)),
        ("version", json!(3)),
    ] {
        assert_eq!(board[field], value, "{field}");
    }
    let found = stores.ok("rawMaterials.list", json!({ "search": "SÜDHOLZ ash" })).await;
    assert_eq!(found["totalCount"], json!(1));
}

#[tokio::test]
async fn a_cost_that_the_platform_does_not_know_is_kept() {
    let stores = Stores::open().await;
    stores
        .ok("rawMaterials.update", json!({ "variantId": "50043", "cost": "4.20" }))
        .await;
    register(&stores, json!(["50043"])).await;
    assert_eq!(material(&stores, "50043").await["cost"]["amount"], "4.20");
}

#[tokio::test]
async fn it_takes_1_to_250_variants() {
    let stores = Stores::open().await;
    let many: Vec<String> = (0..251).map(|number| format!("9{number:05}")).collect();
    for wrong in [json!([]), json!(many)] {
        let call = json!({ "variantIds": wrong });
        let code = refused(&stores, "rawMaterials.register", call, &["`variantIds`", "1 to 250"]).await;
        assert_eq!(code, ErrorCode::InvalidInput);
    }
    assert_eq!(register(&stores, json!(many[..250])).await["failed"], json!(250));
}

#[tokio::test]
async fn fields_that_the_platform_keeps_are_refused_and_named() {
    let stores = Stores::open().await;
    for (field, value) in [
        ("name", json!("Plank")),
        ("sku", json!("X")),
        ("sku", Value::Null),
        ("unit", json!("m")),
        ("vendor", json!("Nobody")),
        ("vendor", Value::Null),
    ] {
        let update = json!({ "variantId": "50001", field: value, "cost": "1" });
        let error = stores.refusal("rawMaterials.update", update).await;
        assert_eq!(error.code(), ErrorCode::InvalidInput);
        assert_eq!(error.details(), Some(&json!({ "fields": [field] })));
        assert!(error.message().contains("shop platform"), "{error}");
    }
    let all = json!({ "variantId": "50001", "name": "Plank", "unit": "m", "vendor": "Nobody", "sku": "X" });
    refused(
        &stores,
        "rawMaterials.update",
        all,
        &["`name`, `sku`, `unit`, `vendor`"],
    )
    .await;
    let own = json!({ "variantId": "50001", "cost": null, "specifications": "dry", "materialTag": "wood", "nonEssential": true });
    let board = stores.ok("rawMaterials.update", own).await["rawMaterial"].clone();
    assert_eq!(
        (&board["cost"], &board["specifications"]),
        (&Value::Null, &json!("dry"))
    );
}

#[tokio::test]
async fn every_field_of_a_virtual_material_can_be_changed_and_emptied() {
    let stores = Stores::open().await;
    let full = json!({ "variantId": "VMAT-VAR-1001", "name": "Cable", "sku": "C", "unit": "cm", "vendor": "V", "cost": 0.5,
        "specifications": "S", "materialTag": "T", "nonEssential": true });
    let cable = stores.ok("rawMaterials.update", full).await["rawMaterial"].clone();
    for (field, value) in [
        ("name", json!("Cable")),
        ("sku", json!("C")),
        ("unit", json!("cm")),
        ("vendor", json!("V")),
        ("cost", json!({ "amount": "0.50", "currency": "EUR" })),
        ("specifications", json!("S")),
        ("materialTag", json!("T")),
        ("nonEssential", json!(true)),
        ("inventoryQuantity", json!(482.5)),
    ] {
        assert_eq!(cable[field], value, "{field}");
    }
    let none = json!({ "variantId": "VMAT-VAR-1001", "sku": null, "vendor": null, "cost": null, "specifications": null, "materialTag": null });
    let cable = stores.ok("rawMaterials.update", none).await["rawMaterial"].clone();
    for field in ["sku", "vendor", "cost", "specifications", "materialTag"] {
        assert_eq!(cable[field], Value::Null, "{field}");
    }
    assert_eq!(cable["name"], "Cable", "what is left out stays");
}
