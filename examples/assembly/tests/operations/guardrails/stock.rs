//! Counts are set where they are named, at locations of the store, and only where this app keeps them.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::refused;
use crate::stores::Stores;

/// The three kinds of counts: how to set them, and how to read them.
const COUNTS: [(&str, &str, &str, &str); 3] = [
    (
        "rawMaterials.setStock",
        "variantId",
        "VMAT-VAR-1001",
        "rawMaterials.inventory",
    ),
    ("boms.setPreassembled", "bomId", "bom_desk_lamp", "boms.get"),
    (
        "subAssemblies.setPreassembled",
        "subAssemblyId",
        "sub_dowel_leg_set",
        "subAssemblies.get",
    ),
];

#[tokio::test]
async fn an_unknown_location_is_refused_with_those_there_are() {
    let stores = Stores::open().await;
    let known = json!([
        { "locationId": "70003", "name": "Barn store" }, { "locationId": "70002", "name": "Showroom" },
        { "locationId": "70001", "name": "Workshop" },
    ]);
    let mut calls = vec![
        (
            "boms.addComponent",
            json!({ "bomId": "bom_trio", "variantId": "50001", "quantity": 1, "locationId": "70009" }),
        ),
        (
            "boms.buildable",
            json!({ "bomId": "bom_trio", "locationIds": ["70001", "70009"] }),
        ),
        ("boms.buildableMany", json!({ "locationIds": ["70009"] })),
        ("stock.history", json!({ "locationId": "70009" })),
        (
            "rawMaterials.inventory",
            json!({ "variantId": "50001", "locationIds": ["70009"] }),
        ),
    ];
    for (path, key, id, _) in COUNTS {
        let levels = json!([{ "locationId": "70001", "quantity": 1 }, { "locationId": "70009", "quantity": 1 }]);
        calls.push((path, json!({ key: id, "levels": levels })));
    }
    for (path, arguments) in calls {
        let error = stores.refusal(path, arguments).await;
        assert_eq!(error.code(), ErrorCode::InvalidInput, "{path}");
        assert!(
            error.message().contains("`70009`; find ids with `app.locations.list"),
            "{error}"
        );
        assert_eq!(error.details(), Some(&json!({ "locations": known })), "{path}");
    }
}

#[tokio::test]
async fn locations_that_are_not_named_keep_their_counts() {
    let stores = Stores::open().await;
    for (path, key, id, read) in COUNTS {
        let levels = async || stores.ok(read, json!({ key: id })).await["levels"].clone();
        let before = levels().await;
        let set = json!({ key: id, "levels": [{ "locationId": "70002", "quantity": 0.25 }] });
        stores.ok(path, set).await;
        let mut expected = before.clone();
        expected[1]["quantity"] = json!(0.25);
        assert_eq!(levels().await, expected, "{path}");
        assert_ne!(before, expected);
    }
}

#[tokio::test]
async fn counts_name_each_location_once_and_at_least_one() {
    let stores = Stores::open().await;
    for (path, key, id, _) in COUNTS {
        let call = |levels: Value| json!({ key: id, "levels": levels });
        let none = refused(&stores, path, call(json!([])), &["`levels` is empty"]).await;
        assert_eq!(none, ErrorCode::InvalidInput);
        let twice = json!([{ "locationId": "70001", "quantity": 1 }, { "locationId": "70001", "quantity": 2 }]);
        refused(&stores, path, call(twice), &["`70001`", "twice"]).await;
    }
}

#[tokio::test]
async fn stock_that_the_platform_keeps_is_read_only() {
    let stores = Stores::open().await;
    // A part, and a finished good that is a material as well.
    for id in ["50001", "41001"] {
        let arguments = json!({ "variantId": id, "levels": [{ "locationId": "70001", "quantity": 1 }] });
        let code = refused(&stores, "rawMaterials.setStock", arguments, &[id, "shop platform"]).await;
        assert_eq!(code, ErrorCode::InvalidInput);
    }
}

#[tokio::test]
async fn what_lies_ready_can_be_set_while_a_bom_is_not_active() {
    let stores = Stores::open().await;
    let set = json!({ "bomId": "bom_gift_desk_lamp", "levels": [{ "locationId": "70001", "quantity": 2 }] });
    assert_eq!(
        stores.ok("boms.setPreassembled", set).await["preAssembledQuantity"],
        json!(2)
    );
}
