//! The acceptance of the product: a purchase order, a transfer and a stock take from one end to the other.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use crate::stores::Stores;

/// On hand, available and incoming of a variant at a location.
async fn level(stores: &Stores, variant: &str, at: &str) -> (i64, i64, i64) {
    let answer = stores
        .ok(
            "inventory.levels",
            json!({ "variantIds": [variant], "locationIds": [at] }),
        )
        .await;
    let of = |field: &str| answer["items"][0][field].as_i64().unwrap_or(0);
    (of("onHand"), of("available"), of("incoming"))
}

async fn order(stores: &Stores, lines: Value) -> String {
    let created = stores
        .ok(
            "purchaseOrders.create",
            json!({ "supplierId": "sup_nordtimber", "locationId": "81003", "lines": lines }),
        )
        .await;
    created["order"]["purchaseOrderId"].as_str().unwrap().to_owned()
}

async fn first_line(stores: &Stores, id: &str) -> String {
    let lines = stores
        .ok("purchaseOrders.lineItems", json!({ "purchaseOrderId": id }))
        .await;
    lines["items"][0]["lineId"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_purchase_order_goes_round() {
    let stores = Stores::open().await;
    let (on_hand, available, incoming) = level(&stores, "42001", "81003").await;
    let id = order(&stores, json!([{ "variantId": "42001", "quantity": 20 }])).await;
    let line = first_line(&stores, &id).await;
    let now = async |stores: &Stores| level(stores, "42001", "81003").await;
    assert_eq!(now(&stores).await, (on_hand, available, incoming));

    let sent = stores.ok("purchaseOrders.send", json!({ "purchaseOrderId": id })).await;
    assert_eq!(sent["emailSent"], json!(false));
    assert_eq!(now(&stores).await, (on_hand, available, incoming + 20));

    let confirmed = json!({ "purchaseOrderId": id, "lines": [{ "lineId": line, "confirmed": 16 }] });
    let confirmed = stores.ok("purchaseOrders.confirm", confirmed).await;
    assert_eq!(confirmed["order"]["status"], json!("confirmed"));
    assert_eq!(now(&stores).await, (on_hand, available, incoming + 16));

    let delivery = json!({ "purchaseOrderId": id, "lines": [{ "lineId": line, "received": 5, "rejected": 1 }] });
    let received = stores.ok("purchaseOrders.receive", delivery.clone()).await;
    assert_eq!(received["order"]["status"], json!("partially_received"));
    assert_eq!(now(&stores).await, (on_hand + 5, available + 5, incoming + 10));

    stores.ok("purchaseOrders.unreceive", delivery).await;
    assert_eq!(now(&stores).await, (on_hand, available, incoming + 16));

    let credit = json!({ "purchaseOrderId": id, "creditId": "crd_1001", "amount": "30.00" });
    let applied = stores.ok("purchaseOrders.applyCredit", credit).await;
    assert_eq!(applied["credit"]["remaining"], json!("170.00"));
    let cancelled = stores
        .ok("purchaseOrders.cancel", json!({ "purchaseOrderId": id }))
        .await;
    assert_eq!(cancelled["order"]["totals"]["credited"], json!("30.00"));
    assert_eq!(now(&stores).await, (on_hand, available, incoming));
    let (code, text) = stores
        .refused("purchaseOrders.delete", json!({ "purchaseOrderId": id }))
        .await;
    assert_eq!(code, ErrorCode::InUse, "{text}");

    let history = stores.ok("inventory.history", json!({ "documentId": id })).await;
    // Sending, confirming, and for each of receiving and taking back three buckets, and cancelling.
    assert_eq!(history["totalCount"], json!(1 + 1 + 3 + 3 + 1));
    let activity = stores
        .ok("purchaseOrders.activity", json!({ "purchaseOrderId": id }))
        .await;
    let actions: Vec<&str> = activity["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["action"].as_str().unwrap())
        .collect();
    assert_eq!(
        actions,
        [
            "cancel",
            "applyCredit",
            "unreceive",
            "receive",
            "confirm",
            "send",
            "create"
        ]
    );
}

#[tokio::test]
async fn a_transfer_is_refused_where_too_little_is_available_and_goes_back_whole() {
    let stores = Stores::open().await;
    let both = async |stores: &Stores| {
        (
            level(stores, "42010", "81001").await,
            level(stores, "42010", "81003").await,
        )
    };
    let before = both(&stores).await;
    let lines = json!([{ "variantId": "42010", "quantity": 30 }]);
    let created = stores
        .ok(
            "transferOrders.create",
            json!({ "originLocationId": "81001", "destinationLocationId": "81003", "lines": lines }),
        )
        .await;
    let id = created["order"]["transferOrderId"].clone();
    let refused = stores
        .refusal("transferOrders.send", json!({ "transferOrderId": id }))
        .await;
    assert_eq!(refused.code(), ErrorCode::InvalidState);
    assert_eq!(refused.details().unwrap()["shortages"][0]["needed"], json!(30));
    stores
        .ok(
            "transferOrders.send",
            json!({ "transferOrderId": id, "allowNegative": true }),
        )
        .await;
    let sent = both(&stores).await;
    assert_eq!((sent.0.0, sent.1.2), (before.0.0 - 30, before.1.2 + 30));
    stores
        .ok("transferOrders.receive", json!({ "transferOrderId": id }))
        .await;
    let received = both(&stores).await;
    assert_eq!((received.1.0, received.1.2), (before.1.0 + 30, before.1.2));
    // Ten of them are sold, so not everything can go back.
    stores
        .behind_the_scenes(
            "UPDATE levels SET available = available - 10, on_hand = on_hand - 10 \
             WHERE variant_id = '42010' AND location_id = '81003'",
        )
        .await;
    let (code, text) = stores
        .refused("transferOrders.cancel", json!({ "transferOrderId": id }))
        .await;
    assert_eq!(code, ErrorCode::InvalidState);
    assert!(text.contains("keepReceived"), "{text}");
    stores
        .ok(
            "transferOrders.cancel",
            json!({ "transferOrderId": id, "keepReceived": true }),
        )
        .await;
    let after = both(&stores).await;
    assert_eq!((after.0, after.1.0), (received.0, received.1.0 - 10));
}

#[tokio::test]
async fn a_stock_take_sets_what_was_counted_and_tells_where_it_moved_meanwhile() {
    let stores = Stores::open().await;
    let created = stores
        .ok(
            "stockTakes.create",
            json!({ "locationId": "81003", "variantIds": ["42005", "42006"] }),
        )
        .await;
    let id = created["stockTake"]["stockTakeId"].clone();
    let again = stores
        .refusal(
            "stockTakes.create",
            json!({ "locationId": "81003", "variantIds": ["42005"] }),
        )
        .await;
    assert_eq!(again.code(), ErrorCode::Conflict);
    assert_eq!(again.details().unwrap()["stockTakeId"], id);
    stores.ok("stockTakes.start", json!({ "stockTakeId": id })).await;
    let before = level(&stores, "42005", "81003").await;
    let lines = json!([
        { "variantId": "42005", "counted": before.0 - 2, "reason": "lost" },
        { "sku": "HP-KNB-R", "counted": 3 }, { "sku": "HP-KNB-R", "counted": 4, "increment": true },
    ]);
    stores
        .ok("stockTakes.count", json!({ "stockTakeId": id, "lines": lines }))
        .await;
    // Three are sold between the count and its end.
    stores
        .behind_the_scenes(
            "UPDATE levels SET available = available - 3, on_hand = on_hand - 3 \
             WHERE variant_id = '42005' AND location_id = '81003'",
        )
        .await;
    let done = stores.ok("stockTakes.complete", json!({ "stockTakeId": id })).await;
    assert_eq!(done["drift"][0]["variantId"], json!("42005"));
    assert_eq!(done["drift"][0]["onHand"], json!(before.0 - 3));
    assert_eq!(done["drift"].as_array().unwrap().len(), 1);
    assert_eq!(level(&stores, "42005", "81003").await.0, before.0 - 2);
    assert_eq!(level(&stores, "42006", "81003").await.0, 7);
}

#[tokio::test]
async fn incoming_that_was_changed_by_somebody_else_is_set_right() {
    let stores = Stores::open().await;
    let before = level(&stores, "42001", "81001").await;
    stores
        .behind_the_scenes("UPDATE levels SET incoming = 7777 WHERE variant_id = '42001' AND location_id = '81001'")
        .await;
    let fixed = stores
        .ok("purchaseOrders.fixIncoming", json!({ "purchaseOrderId": "po_1002" }))
        .await;
    let expected = json!([{ "variantId": "42001", "before": 7777, "after": before.2 }]);
    assert_eq!(fixed["fixed"], expected);
    assert_eq!(level(&stores, "42001", "81001").await, before);
}

#[tokio::test]
async fn splitting_by_supplier_makes_a_draft_for_each_and_merging_puts_orders_together() {
    let stores = Stores::open().await;
    let split = stores
        .ok(
            "purchaseOrders.splitBySupplier",
            json!({ "purchaseOrderId": "po_1012" }),
        )
        .await;
    let new: Vec<(&str, &str, i64)> = split["newOrders"]
        .as_array()
        .unwrap()
        .iter()
        .map(|order| {
            (
                order["supplierId"].as_str().unwrap(),
                order["status"].as_str().unwrap(),
                order["lineCount"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(new, [("sup_glass", "draft", 1), ("sup_leimkontor", "draft", 1)]);
    assert_eq!(split["order"]["lineCount"], json!(1));
    let merged = stores
        .ok(
            "purchaseOrders.merge",
            json!({ "sourceIds": ["po_1012", "po_1013"], "targetId": "po_1001" }),
        )
        .await;
    // The boards of both are one line, for they cost the same.
    assert_eq!(merged["order"]["lineCount"], json!(3));
    let emptied = stores
        .ok("purchaseOrders.get", json!({ "purchaseOrderId": "po_1012" }))
        .await;
    assert_eq!(
        (&emptied["status"], &emptied["lineCount"]),
        (&json!("cancelled"), &json!(0))
    );
}

#[tokio::test]
async fn the_primary_supplier_is_always_exactly_one() {
    let stores = Stores::open().await;
    let of = async |stores: &Stores, supplier: &str| {
        let answer = stores.ok("suppliers.variants", json!({ "supplierId": supplier })).await;
        let items = answer["items"].as_array().unwrap().clone();
        items
            .iter()
            .any(|one| one["variantId"] == json!("42003") && one["primary"] == json!(true))
    };
    assert!(of(&stores, "sup_glass").await);
    stores
        .ok(
            "suppliers.setPrimary",
            json!({ "variantId": "42003", "supplierId": "sup_nordtimber" }),
        )
        .await;
    assert!(of(&stores, "sup_nordtimber").await && !of(&stores, "sup_glass").await);
    stores
        .ok(
            "suppliers.removeVariants",
            json!({ "supplierId": "sup_nordtimber", "variantIds": ["42003"] }),
        )
        .await;
    assert!(of(&stores, "sup_default").await);
}

#[tokio::test]
async fn a_dry_run_tells_what_becomes_of_a_credit() {
    let stores = Stores::open().await;
    let arguments = json!({ "purchaseOrderId": "po_1002", "creditId": "crd_1001", "amount": "25.00" });
    let (_, finished) = stores
        .change(stores.harbor, "purchaseOrders.applyCredit", arguments)
        .await
        .unwrap();
    let told = finished
        .changes
        .iter()
        .find(|change| change.entity == "credit")
        .unwrap();
    assert_eq!(told.before, Some(json!({ "remaining": "200.00" })));
    assert_eq!(told.after.as_ref().unwrap()["remaining"], json!("175.00"));
}
