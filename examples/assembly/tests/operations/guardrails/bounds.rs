//! Lists of ids, names and pages are bounded and not empty.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::refused;
use crate::stores::Stores;

#[tokio::test]
async fn a_variant_has_one_bom() {
    let stores = Stores::open().await;
    let taken = json!({ "variantId": "41001" });
    let code = refused(&stores, "boms.create", taken, &["41001", "bom_desk_lamp"]).await;
    assert_eq!(code, ErrorCode::Conflict);
}

#[tokio::test]
async fn a_finished_good_is_a_variant_of_the_catalogue() {
    let stores = Stores::open().await;
    for id in ["99999", "VMAT-VAR-1001"] {
        let call = json!({ "variantId": id });
        let code = refused(&stores, "boms.create", call, &[id, "catalog.searchVariants"]).await;
        assert_eq!(code, ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn lists_of_locations_and_vendors_are_bounded_and_not_empty() {
    let stores = Stores::open().await;
    let leave_out = "`locationIds` is empty; leave it out for all locations";
    for (path, arguments) in [
        ("boms.buildable", json!({ "bomId": "bom_trio", "locationIds": [] })),
        ("boms.buildableMany", json!({ "locationIds": [] })),
        (
            "rawMaterials.inventory",
            json!({ "variantId": "50001", "locationIds": [] }),
        ),
    ] {
        assert_eq!(
            refused(&stores, path, arguments, &[leave_out]).await,
            ErrorCode::InvalidInput
        );
    }
    for path in ["boms.list", "rawMaterials.list"] {
        let names = |count: u32| json!({ "vendorFilter": (0..count).map(|one| format!("v{one}")).collect::<Vec<_>>() });
        let code = refused(&stores, path, names(33_000), &["33000", "name 1 to 100"]).await;
        assert_eq!(code, ErrorCode::InvalidInput);
        refused(&stores, path, names(0), &["leave it out"]).await;
        stores.ok(path, names(100)).await;
    }
}

#[tokio::test]
async fn lists_of_ids_are_bounded_and_not_empty() {
    let stores = Stores::open().await;
    let ids = |count: usize| vec!["41001"; count];
    for path in ["catalog.getProducts", "catalog.getVariants"] {
        for count in [0, 101] {
            let call = json!({ "ids": ids(count) });
            refused(&stores, path, call, &[&format!("{count} ids"), "1 to 100"]).await;
        }
    }
    stores.ok("catalog.getVariants", json!({ "ids": ids(100) })).await;
    for count in [0, 251] {
        let call = json!({ "bomIds": vec!["bom_trio"; count] });
        refused(&stores, "boms.buildableMany", call, &["`bomIds`", "1 to 250"]).await;
    }
    let both = json!({ "bomIds": ["bom_trio"], "active": true });
    refused(
        &stores,
        "boms.buildableMany",
        both,
        &["goes without `search` and `active`"],
    )
    .await;
    stores
        .ok("boms.buildableMany", json!({ "bomIds": vec!["bom_trio"; 250] }))
        .await;
}

#[tokio::test]
async fn pages_count_from_1_and_have_a_size() {
    let stores = Stores::open().await;
    for (path, most) in [
        ("boms.list", 1000),
        ("boms.buildableMany", 250),
        ("rawMaterials.list", 1000),
        ("subAssemblies.list", 1000),
        ("catalog.searchProducts", 1000),
        ("catalog.searchVariants", 1000),
        ("stock.history", 1000),
    ] {
        for page in [0, -1, -4_000_000_000_i64] {
            refused(&stores, path, json!({ "page": page }), &["pages count from 1"]).await;
        }
        for size in [0, -1, most + 1] {
            let words = format!("`{size}`; it lies between 1 and {most}");
            refused(&stores, path, json!({ "pageSize": size }), &[&words]).await;
        }
        let beyond = stores
            .ok(path, json!({ "page": 4_000_000_000_u32, "pageSize": most }))
            .await;
        assert_eq!(beyond["items"], Value::Array(Vec::new()), "{path}");
    }
}
