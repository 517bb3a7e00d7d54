//! What something is made of cannot be taken away; what is deleted takes only its own with it.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::{refused, sub_assembly};
use crate::stores::Stores;

#[tokio::test]
async fn a_material_in_use_is_not_removed_and_its_users_are_named() {
    let stores = Stores::open().await;
    for (id, users) in [
        (
            "VMAT-VAR-1024",
            json!([
                { "kind": "bom", "id": "bom_gift_desk_lamp", "name": "Gift box desk lamp / Oak / Brass", "quantity": 1.5 },
                { "kind": "bom", "id": "bom_reading_set", "name": "Reading corner set / Oak / Brass", "quantity": 1.2 },
            ]),
        ),
        (
            "50026",
            json!([{ "kind": "sub_assembly", "id": "sub_lamp_head", "name": "Lamp head, brass", "quantity": 1 }]),
        ),
    ] {
        let error = stores.refusal("rawMaterials.remove", json!({ "variantId": id })).await;
        assert_eq!(error.code(), ErrorCode::InUse);
        assert_eq!(error.details(), Some(&json!({ "usedBy": users })));
        let first = users[0]["name"].as_str().unwrap();
        assert!(
            error.message().contains(first) && error.message().contains(id),
            "{error}"
        );
        assert!(error.message().contains("take it out"), "{error}");
    }
}

#[tokio::test]
async fn a_material_is_removed_once_nothing_uses_it() {
    let stores = Stores::open().await;
    let lens = json!({ "variantId": "VMAT-VAR-1026" });
    let gone = stores.ok("rawMaterials.remove", lens.clone()).await;
    assert_eq!(gone["name"], "Old stock veneer");
    refused(&stores, "rawMaterials.get", lens.clone(), &["VMAT-VAR-1026"]).await;
    refused(&stores, "rawMaterials.remove", lens, &["VMAT-VAR-1026"]).await;
    let ring = json!({ "subAssemblyId": "sub_globe_drop", "variantId": "VMAT-VAR-1022" });
    stores.ok("subAssemblies.removeComponent", ring).await;
    stores
        .ok("rawMaterials.remove", json!({ "variantId": "VMAT-VAR-1022" }))
        .await;
}

#[tokio::test]
async fn a_platform_material_that_is_removed_stays_in_the_catalogue_with_its_stock() {
    let stores = Stores::open().await;
    let lens = json!({ "variantId": "50050" });
    stores.ok("rawMaterials.remove", lens.clone()).await;
    let search = stores
        .ok("catalog.searchVariants", json!({ "query": "id:50050" }))
        .await;
    assert_eq!(search["items"][0]["isRawMaterial"], json!(false));
    stores
        .ok("rawMaterials.register", json!({ "variantIds": ["50050"] }))
        .await;
    assert_eq!(stores.ok("rawMaterials.inventory", lens).await["total"], json!(3));
}

#[tokio::test]
async fn a_material_that_was_noted_as_an_alternative_leaves_the_bom_changeable() {
    let stores = Stores::open().await;
    let rivet = stores
        .ok("rawMaterials.createVirtual", json!({ "name": "Rivet" }))
        .await["rawMaterial"]["variantId"]
        .clone();
    let note = json!({ "bomId": "bom_trio", "variantId": "50039", "alternatives": [rivet] });
    stores.ok("boms.updateComponent", note).await;
    // A note is no use: the material may go.
    stores.ok("rawMaterials.remove", json!({ "variantId": rivet })).await;
    let other = json!({ "bomId": "bom_trio", "variantId": "50001", "quantity": 1 });
    stores.ok("boms.addComponent", other).await;
    let read = stores.ok("boms.get", json!({ "bomId": "bom_trio" })).await;
    let back = json!({ "bomId": "bom_trio", "components": read["components"], "mode": "replace" });
    stores.ok("boms.setComponents", back).await;
}

#[tokio::test]
async fn a_sub_assembly_in_use_is_not_deleted_and_its_users_are_named() {
    let stores = Stores::open().await;
    let error = stores
        .refusal("subAssemblies.delete", json!({ "subAssemblyId": "sub_lamp_head" }))
        .await;
    assert_eq!(error.code(), ErrorCode::InUse);
    let users = json!([
        { "kind": "bom", "id": "bom_floor_lamp", "name": "Arc floor lamp / Oak / Brass", "quantity": 1 },
        { "kind": "sub_assembly", "id": "sub_desk_lamp_core", "name": "Desk lamp core, brass", "quantity": 1 },
    ]);
    assert_eq!(error.details(), Some(&json!({ "usedBy": users })));
    assert!(error.message().contains("and one other"), "{error}");
}

#[tokio::test]
async fn a_sub_assembly_is_deleted_with_its_rows_and_shelf_and_nothing_else() {
    let stores = Stores::open().await;
    let foot = sub_assembly(&stores, "Foot", &["sub_cable_set"]).await;
    let row = json!({ "subAssemblyId": foot, "variantId": "50001", "quantity": 1 });
    stores.ok("subAssemblies.addComponent", row).await;
    let ready = json!({ "subAssemblyId": foot, "levels": [{ "locationId": "70001", "quantity": 2 }] });
    stores.ok("subAssemblies.setPreassembled", ready).await;
    let before = stores.stored().await;
    let gone = json!({ "subAssemblyId": foot });
    stores.ok("subAssemblies.delete", gone.clone()).await;
    let changes = before.changes(&stores.stored().await);
    assert_eq!(
        changed_tables(&changes),
        [
            "+ adjustments",
            "- component_rows",
            "- levels",
            "- nested_rows",
            "- sub_assemblies"
        ]
    );
    refused(&stores, "subAssemblies.get", gone, &[&foot]).await;
}

#[tokio::test]
async fn deleting_a_bom_leaves_materials_product_and_stock() {
    let stores = Stores::open().await;
    let before = stores.stored().await;
    stores.ok("boms.delete", json!({ "bomId": "bom_desk_lamp" })).await;
    let changes = before.changes(&stores.stored().await);
    assert_eq!(
        changed_tables(&changes),
        [
            "+ adjustments",
            "- boms",
            "- component_rows",
            "- levels",
            "- nested_rows"
        ]
    );
    let levels: Vec<&String> = changes.iter().filter(|row| row.starts_with("- levels")).collect();
    assert!(levels.iter().all(|row| row.contains("bom_desk_lamp")), "{levels:?}");
    // The lamp itself is still a product, a material of the gift box, and on the shelves of the shop.
    let lamp = stores.ok("catalog.getVariants", json!({ "ids": ["41001"] })).await;
    assert_eq!(lamp["items"][0]["isRawMaterial"], json!(true));
    let stock = stores
        .ok("rawMaterials.inventory", json!({ "variantId": "41001" }))
        .await;
    assert_eq!(stock["total"], json!(6));
}

/// Which tables have fewer or more rows.
fn changed_tables(changes: &[String]) -> Vec<&str> {
    let mut tables: Vec<&str> = changes.iter().map(|row| row.split(':').next().unwrap()).collect();
    tables.sort_unstable();
    tables.dedup();
    tables
}

#[tokio::test]
async fn what_uses_a_material_is_told_before_one_asks_to_remove_it() {
    let stores = Stores::open().await;
    let read = json!({ "variantId": "VMAT-VAR-1024", "includeConnections": true });
    let material = stores.ok("rawMaterials.get", read).await["rawMaterial"].clone();
    let refusal = stores
        .refusal("rawMaterials.remove", json!({ "variantId": "VMAT-VAR-1024" }))
        .await;
    assert_eq!(refusal.details().unwrap()["usedBy"], material["connections"]);
    let one = |users: &Value| users.as_array().unwrap().len();
    assert_eq!(one(&material["connections"]), 2);
}
