//! Transfers, where the rules meet the rest of the store: numbers, preferences, holds.

use latchstring::ErrorCode;
use logistics::shop;
use serde_json::{Value, json};

use crate::stores::Stores;

async fn level(stores: &Stores, variant: &str, at: &str) -> (i64, i64) {
    let asked = json!({ "variantIds": [variant], "locationIds": [at] });
    let answer = stores.ok("inventory.levels", asked).await;
    let of = |field: &str| answer["items"][0][field].as_i64().unwrap_or(0);
    (of("onHand"), of("incoming"))
}

/// A new transfer of four tabletops from the warehouse to the shop.
async fn create(stores: &Stores, more: Value) -> Value {
    let mut arguments = json!({
        "originLocationId": "81001", "destinationLocationId": "81002",
        "lines": [{ "variantId": "42001", "quantity": 4 }],
    });
    for (name, value) in more.as_object().unwrap() {
        arguments[name] = value.clone();
    }
    stores.ok("transferOrders.create", arguments).await["order"].clone()
}

async fn prefer(stores: &Stores, disable_available_movements: bool) {
    let change = shop::ShopChange {
        disable_available_movements: Some(disable_available_movements),
        ..shop::ShopChange::default()
    };
    shop::change(&stores.database, stores.harbor, change).await.unwrap();
}

#[tokio::test]
async fn a_number_that_people_chose_is_left_out_when_its_turn_comes() {
    let stores = Stores::open().await;
    let first = create(&stores, json!({})).await["number"].as_str().unwrap().to_owned();
    let next: i64 = first.trim_start_matches("TO-").parse::<i64>().unwrap() + 1;
    create(&stores, json!({ "number": format!("TO-{}", next + 1) })).await;
    create(&stores, json!({ "number": format!("TO-{}", next + 2) })).await;
    let taken = create(&stores, json!({})).await;
    assert_eq!(taken["number"], json!(format!("TO-{}", next + 3)));
    let copied = stores
        .ok("transferOrders.duplicate", json!({ "transferOrderId": "to_1005" }))
        .await;
    assert_eq!(copied["order"]["number"], json!(format!("TO-{}", next + 4)));
    let (code, text) = stores
        .refused(
            "transferOrders.update",
            json!({ "transferOrderId": taken["transferOrderId"], "number": first }),
        )
        .await;
    assert_eq!(code, ErrorCode::Conflict, "{text}");
}

#[tokio::test]
async fn what_is_over_moves_no_stock_when_a_preference_turns() {
    let stores = Stores::open().await;
    prefer(&stores, true).await;
    let before = (
        level(&stores, "42001", "81001").await,
        level(&stores, "42001", "81002").await,
    );
    let order = create(&stores, json!({})).await;
    let id = json!({ "transferOrderId": order["transferOrderId"] });
    for step in ["send", "receive", "complete"] {
        stores.ok(&format!("transferOrders.{step}"), id.clone()).await;
    }
    prefer(&stores, false).await;
    let fixed = stores.ok("transferOrders.fixIncoming", id).await;
    assert_eq!(fixed["fixed"], json!([]));
    let after = (
        level(&stores, "42001", "81001").await,
        level(&stores, "42001", "81002").await,
    );
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_transfer_goes_by_the_preference_that_held_when_it_was_sent() {
    let stores = Stores::open().await;
    let both = async || {
        (
            level(&stores, "42001", "81001").await,
            level(&stores, "42001", "81002").await,
        )
    };
    let (from, (destination, incoming)) = both().await;
    let left = (from.0 - 4, from.1);
    let order = create(&stores, json!({})).await;
    let id = json!({ "transferOrderId": order["transferOrderId"] });
    stores.ok("transferOrders.send", id.clone()).await;
    // What left arrives, although from now on others move the stock.
    prefer(&stores, true).await;
    stores.ok("transferOrders.hold", id.clone()).await;
    stores.ok("transferOrders.resume", id.clone()).await;
    assert_eq!(both().await, (left, (destination, incoming + 4)));
    stores.ok("transferOrders.receive", id.clone()).await;
    assert_eq!(both().await, (left, (destination + 4, incoming)));
    stores.ok("transferOrders.cancel", id).await;
    assert_eq!(both().await, (from, (destination, incoming)));
    // And what others began to move they move to the end.
    let order = create(&stores, json!({})).await;
    let id = json!({ "transferOrderId": order["transferOrderId"] });
    stores.ok("transferOrders.send", id.clone()).await;
    prefer(&stores, false).await;
    let named = json!({ "transferOrderId": order["transferOrderId"], "name": "Theirs" });
    stores.ok("transferOrders.update", named).await;
    assert_eq!(both().await, (from, (destination, incoming + 4)));
    stores.ok("transferOrders.receive", id).await;
    assert_eq!(both().await, (from, (destination, incoming)));
}

#[tokio::test]
async fn a_transfer_on_hold_is_planned_anew_and_called_off_and_everything_is_where_it_was() {
    let stores = Stores::open().await;
    let both = async || {
        (
            level(&stores, "42001", "81001").await,
            level(&stores, "42001", "81002").await,
        )
    };
    let before = both().await;
    let order = create(&stores, json!({})).await;
    let id = order["transferOrderId"].clone();
    let lines = stores
        .ok("transferOrders.lineItems", json!({ "transferOrderId": id }))
        .await;
    let line = lines["items"][0]["lineId"].clone();
    stores.ok("transferOrders.send", json!({ "transferOrderId": id })).await;
    let part = json!({ "transferOrderId": id, "lines": [{ "lineId": line, "received": 1 }] });
    stores.ok("transferOrders.receive", part).await;
    stores.ok("transferOrders.hold", json!({ "transferOrderId": id })).await;
    let (code, _) = stores
        .refused(
            "transferOrders.updatePlanned",
            json!({ "transferOrderId": id, "lineId": line, "planned": 0 }),
        )
        .await;
    assert_eq!(code, ErrorCode::InvalidInput);
    let planned = json!({ "transferOrderId": id, "lineId": line, "planned": 3 });
    stores.ok("transferOrders.updatePlanned", planned).await;
    let ((origin, _), (destination, incoming)) = both().await;
    assert_eq!(origin, before.0.0 - 3);
    assert_eq!((destination, incoming), (before.1.0 + 1, before.1.1 + 2));
    stores
        .ok("transferOrders.cancel", json!({ "transferOrderId": id }))
        .await;
    assert_eq!(both().await, before);
    let activity = stores
        .ok("transferOrders.activity", json!({ "transferOrderId": id }))
        .await;
    assert_eq!(activity["totalCount"], json!(6));
}

#[tokio::test]
async fn a_line_that_is_left_out_on_the_way_is_at_its_origin_again() {
    let stores = Stores::open().await;
    let before = (
        level(&stores, "42005", "81001").await,
        level(&stores, "42005", "81002").await,
    );
    let lines = json!([{ "variantId": "42001", "quantity": 4 }, { "variantId": "42005", "quantity": 3 }]);
    let order = create(&stores, json!({ "lines": lines })).await;
    let id = order["transferOrderId"].clone();
    let lines = stores
        .ok("transferOrders.lineItems", json!({ "transferOrderId": id }))
        .await;
    stores.ok("transferOrders.send", json!({ "transferOrderId": id })).await;
    let (first, second) = (&lines["items"][0]["lineId"], &lines["items"][1]["lineId"]);
    let all_of_first = json!({ "transferOrderId": id, "lines": [{ "lineId": first, "received": 4 }] });
    stores.ok("transferOrders.receive", all_of_first).await;
    let (code, _) = stores
        .refused(
            "transferOrders.removeLine",
            json!({ "transferOrderId": id, "lineId": first }),
        )
        .await;
    assert_eq!(code, ErrorCode::InvalidState);
    let left = stores
        .ok(
            "transferOrders.removeLine",
            json!({ "transferOrderId": id, "lineId": second }),
        )
        .await;
    assert_eq!(left["order"]["status"], json!("received"));
    assert!(left["order"]["dates"]["receivedAt"].is_string(), "{left}");
    let after = (
        level(&stores, "42005", "81001").await,
        level(&stores, "42005", "81002").await,
    );
    assert_eq!(after, before);
}

#[tokio::test]
async fn only_a_draft_is_sent_elsewhere() {
    let stores = Stores::open().await;
    let elsewhere = |id: &str| json!({ "transferOrderId": id, "destinationLocationId": "81003" });
    let moved = stores.ok("transferOrders.update", elsewhere("to_1001")).await;
    assert_eq!(moved["order"]["destinationLocationId"], json!("81003"));
    let back = json!({ "transferOrderId": "to_1001", "originLocationId": "81003" });
    let (code, _) = stores.refused("transferOrders.update", back).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    for (id, status) in [
        ("to_1002", "sent"),
        ("to_1003", "partially_received"),
        ("to_1006", "on_hold"),
    ] {
        let refused = stores.refusal("transferOrders.update", elsewhere(id)).await;
        assert_eq!(refused.code(), ErrorCode::InvalidState, "{status}");
        assert_eq!(refused.details().unwrap()["allowedFrom"], json!(["draft"]), "{status}");
    }
}
