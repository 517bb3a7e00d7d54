//! What a model reads when it got something wrong. Reviewed as a whole, because the next try depends on it.

use std::fmt::Write;

use serde_json::json;

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
    let mut texts = String::new();
    for (path, arguments) in calls {
        let (code, message) = stores.refused(path, arguments.clone()).await;
        writeln!(texts, "{path}({arguments})\n    {code}: {message}").unwrap();
    }
    insta::assert_snapshot!(texts);
}
