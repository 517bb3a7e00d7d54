//! Two stores, one database: neither can see, name or change anything of the other.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use crate::stores::Stores;

/// Every operation that takes an id, with ids of Voltvelo.
fn calls() -> Vec<(&'static str, Value)> {
    let level = json!([{ "locationId": "70001", "quantity": 1 }]);
    vec![
        ("locations.get", json!({ "locationId": "80001" })),
        ("rawMaterials.get", json!({ "variantId": "VMAT-VAR-2001" })),
        ("rawMaterials.inventory", json!({ "variantId": "VMAT-VAR-2001" })),
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-2001", "levels": level }),
        ),
        ("subAssemblies.get", json!({ "subAssemblyId": "sub_cell_block" })),
        (
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": "sub_cell_block", "levels": level }),
        ),
        ("boms.get", json!({ "bomId": "bom_brake_kit" })),
        ("boms.get", json!({ "variantId": "42001" })),
        ("boms.buildable", json!({ "bomId": "bom_brake_kit" })),
        ("boms.create", json!({ "variantId": "42016" })),
        (
            "boms.create",
            json!({ "variantId": "41016", "components": [{ "variantId": "60001", "quantity": 1 }] }),
        ),
        (
            "boms.create",
            json!({ "variantId": "41016", "subAssemblies": [{ "subAssemblyId": "sub_cell_block", "quantity": 1 }] }),
        ),
        ("boms.update", json!({ "bomId": "bom_brake_kit", "name": "Mine" })),
        ("boms.delete", json!({ "bomId": "bom_brake_kit" })),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_brake_kit", "components": [] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_desk_lamp", "components": [{ "variantId": "VMAT-VAR-2001", "quantity": 1 }] }),
        ),
        (
            "boms.setPreassembled",
            json!({ "bomId": "bom_brake_kit", "levels": level }),
        ),
    ]
}

/// The same words with every id of Voltvelo made one that nobody has.
fn made_up(text: &str) -> String {
    let ids = [
        ("80001", "99999"),
        ("VMAT-VAR-2001", "VMAT-VAR-9999"),
        ("sub_cell_block", "sub_nobody"),
        ("bom_brake_kit", "bom_nobody"),
        ("42001", "99998"),
        ("42016", "99997"),
        ("60001", "99996"),
    ];
    ids.iter()
        .fold(text.to_owned(), |text, (theirs, nobodys)| text.replace(theirs, nobodys))
}

#[tokio::test]
async fn another_stores_id_is_answered_like_one_that_never_existed() {
    let stores = Stores::open().await;
    for (path, arguments) in calls() {
        let (code, theirs) = stores.refused(path, arguments.clone()).await;
        assert_eq!(code, ErrorCode::NotFound, "{path}: {theirs}");
        let arguments = serde_json::from_str(&made_up(&arguments.to_string())).unwrap();
        let (code, nobodys) = stores.refused(path, arguments).await;
        assert_eq!(code, ErrorCode::NotFound, "{path}");
        assert_eq!(made_up(&theirs), nobodys);
    }
}

#[tokio::test]
async fn another_stores_location_is_answered_like_one_that_never_existed() {
    let stores = Stores::open().await;
    let calls = [
        (
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001", "levels": [{ "locationId": "80001", "quantity": 1 }] }),
        ),
        (
            "rawMaterials.inventory",
            json!({ "variantId": "VMAT-VAR-1001", "locationIds": ["80001"] }),
        ),
        (
            "boms.buildable",
            json!({ "bomId": "bom_desk_lamp", "locationIds": ["80001"] }),
        ),
        (
            "boms.setPreassembled",
            json!({ "bomId": "bom_desk_lamp", "levels": [{ "locationId": "80001", "quantity": 1 }] }),
        ),
        (
            "subAssemblies.setPreassembled",
            json!({ "subAssemblyId": "sub_lamp_head", "levels": [{ "locationId": "80001", "quantity": 1 }] }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": "bom_desk_lamp", "components": [{ "variantId": "50001", "quantity": 1, "locationId": "80001" }] }),
        ),
    ];
    for (path, arguments) in calls {
        let (code, theirs) = stores.refused(path, arguments.clone()).await;
        assert_eq!(code, ErrorCode::InvalidInput, "{path}: {theirs}");
        let (_, nobodys) = stores
            .refused(path, serde_json::from_str(&made_up(&arguments.to_string())).unwrap())
            .await;
        assert_eq!(made_up(&theirs), nobodys);
    }
}

#[tokio::test]
async fn lists_and_searches_show_nothing_of_another_store() {
    let stores = Stores::open().await;
    let theirs = [
        "Voltvelo",
        "Cell block",
        "VMAT-VAR-20",
        "Kinetik",
        "\"80001\"",
        "Assembly hall",
    ];
    let calls = [
        ("boms.list", json!({})),
        ("rawMaterials.list", json!({})),
        ("subAssemblies.list", json!({})),
        ("locations.list", json!({})),
        ("catalog.searchVariants", json!({ "pageSize": 1000 })),
        ("catalog.searchVariants", json!({ "query": "battery" })),
    ];
    for (path, arguments) in calls {
        let answer = stores.ok(path, arguments).await.to_string();
        assert!(
            theirs.iter().all(|text| !answer.contains(text)),
            "{path} shows another store's data"
        );
    }
}

#[tokio::test]
async fn a_write_with_ids_that_both_stores_have_changes_one_store() {
    let stores = Stores::open().await;
    // The same ids in another store: made there on purpose, since ids are only unique within a store.
    let third = latchstring::TenantId::new(chrono::DateTime::UNIX_EPOCH);
    assembly::demo::seed(&stores.database, &[third]).await.unwrap();
    let levels = json!([{ "locationId": "70001", "quantity": 7 }]);
    stores
        .ok(
            "rawMaterials.setStock",
            json!({ "variantId": "VMAT-VAR-1001", "levels": levels }),
        )
        .await;
    stores.ok("boms.delete", json!({ "bomId": "bom_desk_lamp" })).await;
    let stock = stores
        .call(third, "rawMaterials.inventory", json!({ "variantId": "VMAT-VAR-1001" }))
        .await
        .unwrap();
    assert_eq!(stock["total"], json!(482.5));
    let lamp = stores
        .call(third, "boms.get", json!({ "bomId": "bom_desk_lamp" }))
        .await
        .unwrap();
    assert_eq!(lamp["components"].as_array().unwrap().len(), 5);
}

#[test]
fn every_statement_starts_out_bound_to_a_store() {
    // `Reader::all` and `Writer::insert`, `put`, `update` and `delete` are the only doors: only their files may begin a
    // statement in another way.
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut open = vec![folder];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let code = std::fs::read_to_string(&path).unwrap();
            let is_door = ["reader.rs", "writer.rs"].contains(&path.file_name().unwrap().to_str().unwrap());
            for call in [
                "::find(",
                "::find_by_id(",
                "::delete_many(",
                "::delete_by_id(",
                "::update_many(",
                "::update(",
                "::insert(",
                "::insert_many(",
                "::insert_select(",
                "Statement::from",
            ] {
                assert!(
                    is_door || !code.contains(call),
                    "{} calls `{call}` past the store",
                    path.display()
                );
            }
        }
    }
}
