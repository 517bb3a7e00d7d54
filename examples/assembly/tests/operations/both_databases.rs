//! What an operation answers does not depend on the database.

use chrono::TimeDelta;
use latchstring::{Scope, db::testing::FreshDatabase};
use serde_json::{Value, json};

use crate::{examples::arguments, stores::Stores};

/// Names that are sorted differently by rules for people and byte by byte.
const NAMES: [&str; 8] = ["apfel", "Apfel", "äpfel", "Zeder", "zeder", "a b", "ab", "A-b"];

/// Calls that read, with every sort there is.
fn looks() -> Vec<(&'static str, Value)> {
    let mut calls = vec![
        ("locations.list", json!({})),
        ("locations.get", json!({ "locationId": "70001" })),
        ("catalog.searchVariants", json!({ "pageSize": 1000 })),
        (
            "catalog.searchVariants",
            json!({ "hasBom": true, "isRawMaterial": true }),
        ),
        ("catalog.searchVariants", json!({ "query": "LAMP 100%" })),
        ("catalog.searchVariants", json!({ "query": "_\\" })),
        ("rawMaterials.list", json!({ "search": "ÄPFEL" })),
        (
            "rawMaterials.list",
            json!({ "usageFilter": "unused", "originFilter": "virtual", "pageSize": 7, "page": 2 }),
        ),
        ("rawMaterials.list", json!({ "vendorFilter": ["Zeder", "apfel"] })),
        ("rawMaterials.get", json!({ "variantId": "50001" })),
        ("rawMaterials.inventory", json!({ "variantId": "VMAT-VAR-1001" })),
        ("boms.list", json!({ "search": "lamp brass", "usageFilter": "used" })),
        ("boms.list", json!({ "vendorFilter": ["Nobody"] })),
        ("boms.get", json!({ "bomId": "bom_desk_lamp" })),
        ("boms.buildable", json!({ "bomId": "bom_desk_lamp" })),
        (
            "subAssemblies.list",
            json!({ "usageFilter": "used", "sortOrder": "desc" }),
        ),
        ("subAssemblies.get", json!({ "subAssemblyId": "sub_desk_lamp_core" })),
        ("shop.get", json!({})),
        ("stock.history", json!({})),
        (
            "stock.history",
            json!({ "variantId": "VMAT-VAR-1001", "locationId": "70001", "since": "2026-03-01T12:00:02Z", "source": "agent" }),
        ),
        ("boms.buildableMany", json!({ "pageSize": 7, "page": 2 })),
        (
            "boms.buildableMany",
            json!({ "bomIds": ["bom_trio", "bom_desk_lamp"], "locationIds": ["70003"] }),
        ),
        ("catalog.getProducts", json!({ "ids": ["311001", "320001"] })),
        ("catalog.getVariants", json!({ "ids": ["50001", "41001"] })),
        (
            "rawMaterials.list",
            json!({ "includeConnections": true, "pageSize": 1000 }),
        ),
    ];
    for query in [
        "",
        "LAMP tag:brass",
        "sku:LO-*",
        "vendor:\"Glashütte Lauscha\"",
        "barcode:4050001*",
        "product_type:part status:active",
        "id:41001",
        "title:\"wall shelf\"",
        "_ %",
    ] {
        calls.push(("catalog.searchProducts", json!({ "query": query, "pageSize": 1000 })));
        calls.push(("catalog.searchVariants", json!({ "query": query, "pageSize": 1000 })));
    }
    for order in ["asc", "desc"] {
        for by in ["productName", "variantName", "inventoryQuantity"] {
            let arguments = json!({ "sortBy": by, "sortOrder": order, "pageSize": 1000 });
            calls.push(("rawMaterials.list", arguments));
        }
        for by in ["name", "createdAt", "updatedAt"] {
            calls.push((
                "boms.list",
                json!({ "sortBy": by, "sortOrder": order, "pageSize": 1000 }),
            ));
        }
    }
    calls
}

fn changes() -> Vec<(&'static str, Value)> {
    let levels = json!([{ "locationId": "70001", "quantity": 3 }, { "locationId": "70002", "quantity": 0.000_001 }]);
    let mut calls = vec![
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001", "levels": levels }),
        ),
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001", "levels": levels }),
        ),
        ("boms.setPreassembled", json!({ "bomId": "bom_trio", "levels": levels })),
        (
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": "sub_lamp_head", "levels": levels }),
        ),
        ("boms.update", json!({ "bomId": "bom_trio", "name": "étagère" })),
        (
            "boms.create",
            json!({ "variantId": "41016", "components": [{ "variantId": "41017", "quantity": 1 }] }),
        ),
        ("boms.create", json!({ "variantId": "41016" })),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "50001", "quantity": 2 }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_desk_lamp", "components": [{ "variantId": "41001", "quantity": 2 }] }),
        ),
        ("boms.delete", json!({ "bomId": "bom_care_kit" })),
        ("boms.get", json!({ "bomId": "bom_care_kit" })),
        (
            "rawMaterials.setStock",
            json!({ "variantId": "50001", "levels": levels }),
        ),
        ("rawMaterials.createVirtual", json!({ "name": "x".repeat(256) })),
        ("rawMaterials.createVirtual", json!({ "name": "nul \u{0}" })),
        ("rawMaterials.list", json!({ "search": "nul \u{0}" })),
        ("boms.get", json!({ "bomId": "nul\u{0}" })),
    ];
    for name in NAMES {
        let text = name.repeat(40).chars().take(255).collect::<String>();
        let arguments =
            json!({ "name": name, "vendor": name, "sku": text, "cost": "0.000001", "specifications": "1\n2" });
        calls.push(("rawMaterials.createVirtual", arguments));
    }
    calls
}

/// Changes of single fields and rows, under keys, and many at once.
fn further_changes() -> Vec<(&'static str, Value)> {
    vec![
        (
            "rawMaterials.register",
            json!({ "variantIds": ["41018", "50001", "99999"] }),
        ),
        (
            "rawMaterials.update",
            json!({ "variantId": "VMAT-VAR-1003", "cost": null, "materialTag": "äpfel", "vendor": "zeder" }),
        ),
        ("rawMaterials.remove", json!({ "variantId": "VMAT-VAR-1026" })),
        ("rawMaterials.remove", json!({ "variantId": "50001" })),
        (
            "boms.configureMany",
            json!({ "items": [
                { "bomId": "bom_trio", "onlySellPreassembled": true }, { "bomId": "bom_trio", "expectedVersion": 1 },
                { "bomId": "bom_trio", "active": false, "expectedVersion": 1 },
            ] }),
        ),
        (
            "boms.addComponent",
            json!({ "bomId": "bom_trio", "variantId": "50024", "quantity": 0.25, "locationId": "70003", "alternatives": ["50025"] }),
        ),
        (
            "boms.updateComponent",
            json!({ "bomId": "bom_trio", "variantId": "50024", "wastePercentage": 2.5, "locationId": null }),
        ),
        (
            "boms.removeComponent",
            json!({ "bomId": "bom_trio", "variantId": "50024" }),
        ),
        (
            "boms.addSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_lamp_head", "quantity": 0.5 }),
        ),
        (
            "boms.updateSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_lamp_head", "quantity": 2 }),
        ),
        (
            "boms.removeSubAssembly",
            json!({ "bomId": "bom_trio", "subAssemblyId": "sub_lamp_head" }),
        ),
        (
            "subAssemblies.addSubAssembly",
            json!({ "parentId": "sub_led_engine", "subAssemblyId": "sub_desk_lamp_core", "quantity": 1 }),
        ),
        (
            "subAssemblies.update",
            json!({ "subAssemblyId": "sub_lamp_head", "sku": null, "description": "1\n2" }),
        ),
        ("subAssemblies.delete", json!({ "subAssemblyId": "sub_lamp_head" })),
        (
            "subAssemblies.create",
            json!({ "name": "Apfel", "components": [{ "variantId": "50001", "quantity": 1 }], "idempotencyKey": "k" }),
        ),
        (
            "subAssemblies.create",
            json!({ "idempotencyKey": "k", "components": [{ "quantity": 1, "variantId": "50001" }], "name": "Apfel" }),
        ),
        (
            "subAssemblies.create",
            json!({ "name": "Birne", "idempotencyKey": "k" }),
        ),
        (
            "rawMaterials.createVirtualMany",
            json!({ "items": [{ "name": "Rivet" }, { "name": "" }], "idempotencyKey": "k" }),
        ),
    ]
}

/// New ids are random: 32 hexadecimal digits with something in front.
fn without_new_ids(answer: &mut Value) {
    match answer {
        Value::String(text) => {
            let is_end = |one: char| !one.is_ascii_hexdigit();
            let new: Vec<String> = text
                .split(is_end)
                .filter(|run| run.len() == 32)
                .map(str::to_owned)
                .collect();
            for id in new {
                *text = text.replace(&id, "new");
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_new_ids),
        Value::Object(fields) => fields.values_mut().for_each(without_new_ids),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

async fn answers(stores: &Stores) -> Vec<(String, Value, Value)> {
    let mut answers = Vec::new();
    let surface = stores.catalog.surface(Stores::grant(stores.lumen, Scope::ReadWrite));
    let examples = surface.operations().map(|one| (one.name.program(), arguments(one)));
    let looks = || looks().into_iter();
    for (path, arguments) in looks()
        .chain(changes())
        .chain(further_changes())
        .chain(examples)
        .chain(looks())
    {
        stores.later(TimeDelta::milliseconds(1500));
        let mut answer = match stores.call(stores.lumen, path, arguments.clone()).await {
            Ok(answer) => answer,
            Err(error) => json!({ "code": error.code(), "message": error.message() }),
        };
        without_new_ids(&mut answer);
        answers.push((path.to_owned(), arguments, answer));
    }
    answers
}

#[tokio::test]
async fn both_databases_answer_alike() {
    if !FreshDatabase::is_on_postgres() {
        return;
    }
    let (on_sqlite, on_postgres) = (
        Stores::open_on(FreshDatabase::on_sqlite("app")).await,
        Stores::open().await,
    );
    let (sqlite, postgres) = (answers(&on_sqlite).await, answers(&on_postgres).await);
    for (theirs, ours) in sqlite.iter().zip(&postgres) {
        assert_eq!(theirs, ours);
    }
    let refused = sqlite
        .iter()
        .filter(|(_, _, answer)| answer.get("code").is_some())
        .count();
    assert!(refused >= 12, "refusals are compared, too");
}

#[tokio::test]
async fn names_are_sorted_byte_by_byte_and_what_has_no_name_comes_first() {
    let stores = Stores::open().await;
    for name in NAMES {
        stores
            .ok("rawMaterials.createVirtual", json!({ "name": name, "vendor": name }))
            .await;
    }
    let list = async |arguments: Value| {
        let page = stores.ok("rawMaterials.list", arguments).await;
        page["items"].as_array().unwrap().clone()
    };
    let names: Vec<String> = list(json!({ "vendorFilter": NAMES }))
        .await
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect();
    let mut expected = NAMES.map(str::to_owned).to_vec();
    expected.sort();
    assert_eq!(names, expected);
    for order in ["asc", "desc"] {
        let items = list(json!({ "sortBy": "variantName", "sortOrder": order, "pageSize": 1000 })).await;
        let mut has_none: Vec<bool> = items.iter().map(|item| item["variantName"].is_null()).collect();
        assert!(has_none.contains(&true) && has_none.contains(&false));
        if order == "asc" {
            has_none.reverse();
        }
        assert!(has_none.is_sorted(), "{order}: what has no name is on the wrong end");
    }
}

#[tokio::test]
async fn what_a_command_tells_is_what_is_read_later() {
    let stores = Stores::open().await;
    let told = stores.ok("boms.create", json!({ "variantId": "41016" })).await;
    let read = stores.ok("boms.get", json!({ "bomId": told["bom"]["bomId"] })).await;
    assert_eq!(told["bom"], read["bom"]);
    assert_eq!(told["bom"]["createdAt"], "2026-03-01T12:00:00.123456Z");
    let told = stores
        .ok("rawMaterials.createVirtual", json!({ "name": "Rivet" }))
        .await;
    let id = &told["rawMaterial"]["variantId"];
    let read = stores.ok("rawMaterials.get", json!({ "variantId": id })).await;
    assert_eq!(told["rawMaterial"], read["rawMaterial"]);
}
