//! Whatever is called in whatever order: the figures of the whole database stay right.

use std::collections::BTreeMap;

use latchstring::{ErrorCode, OperationError};
use serde_json::{Value, json};

use crate::stores::Stores;

/// Numbers that look like chance and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.roll(all.len() as u64)).unwrap()]
    }
}

async fn ids(stores: &Stores, path: &str, field: &str) -> Vec<String> {
    let listed = stores.ok(path, json!({ "limit": 50 })).await;
    let items = listed["items"].as_array().unwrap().clone();
    items
        .iter()
        .map(|item| item[field].as_str().unwrap().to_owned())
        .collect()
}

/// A call made up by dice.
async fn call(stores: &Stores, dice: &mut Dice) -> (String, Value) {
    let plain = [
        "send",
        "confirmAll",
        "start",
        "complete",
        "quickComplete",
        "pause",
        "resume",
        "dispute",
        "resolveDispute",
        "cancel",
        "reopen",
        "unreceive",
        "syncInventory",
        "splitBySupplier",
    ];
    let of_transfers = [
        "send",
        "receive",
        "hold",
        "resume",
        "complete",
        "cancel",
        "revertToDraft",
        "revertToSent",
        "duplicate",
    ];
    let of_returns = ["advance", "back", "hold", "resume", "reject", "cancel", "moveInventory"];
    match dice.roll(8) {
        0 | 1 => {
            let ids = ids(stores, "purchaseOrders.list", "purchaseOrderId").await;
            let path = format!("purchaseOrders.{}", dice.of(&plain));
            (path, json!({ "purchaseOrderId": dice.of(&ids) }))
        }
        2 | 3 => {
            let ids = ids(stores, "purchaseOrders.list", "purchaseOrderId").await;
            let id = dice.of(&ids);
            let lines = stores
                .ok("purchaseOrders.lineItems", json!({ "purchaseOrderId": id }))
                .await;
            let lines = lines["items"].as_array().unwrap().clone();
            let line = if lines.is_empty() {
                json!("none")
            } else {
                dice.of(&lines)["lineId"].clone()
            };
            let (units, more) = (dice.roll(8), dice.roll(3));
            match dice.roll(4) {
                0 => (
                    "purchaseOrders.confirm".to_owned(),
                    json!({ "purchaseOrderId": id, "lines": [{ "lineId": line, "confirmed": units }] }),
                ),
                1 => (
                    "purchaseOrders.updateLine".to_owned(),
                    json!({ "purchaseOrderId": id, "lineId": line, "ordered": units * 4 }),
                ),
                2 => (
                    "purchaseOrders.removeLine".to_owned(),
                    json!({ "purchaseOrderId": id, "lineId": line }),
                ),
                _ => (
                    "purchaseOrders.receive".to_owned(),
                    json!({
                        "purchaseOrderId": id, "lines": [{ "lineId": line, "received": units, "rejected": more }],
                        "allowOverReceipt": more == 2,
                    }),
                ),
            }
        }
        4 | 5 => {
            let ids = ids(stores, "transferOrders.list", "transferOrderId").await;
            let id = dice.of(&ids);
            let path = format!("transferOrders.{}", dice.of(&of_transfers));
            (path, json!({ "transferOrderId": id }))
        }
        6 => {
            let ids = ids(stores, "returnOrders.list", "returnOrderId").await;
            let path = format!("returnOrders.{}", dice.of(&of_returns));
            (path, json!({ "returnOrderId": dice.of(&ids) }))
        }
        _ => {
            let variants = ["42001", "42003", "42005", "42012"];
            let lines = json!([{ "variantId": dice.of(&variants), "quantity": 1 + dice.roll(9) }]);
            if dice.roll(2) == 0 {
                (
                    "purchaseOrders.create".to_owned(),
                    json!({ "supplierId": "sup_nordtimber", "locationId": "81001", "lines": lines }),
                )
            } else {
                (
                    "transferOrders.create".to_owned(),
                    json!({ "originLocationId": "81001", "destinationLocationId": "81002", "lines": lines }),
                )
            }
        }
    }
}

/// What lies everywhere, by variant and location.
async fn levels(stores: &Stores) -> BTreeMap<(String, String), (i64, i64)> {
    let (mut all, mut cursor) = (BTreeMap::new(), Value::Null);
    loop {
        let mut arguments = json!({});
        if !cursor.is_null() {
            arguments["cursor"] = cursor;
        }
        let page = stores.ok("inventory.levels", arguments).await;
        for item in page["items"].as_array().unwrap() {
            let key = |field: &str| item[field].as_str().unwrap().to_owned();
            let of = |field: &str| item[field].as_i64().unwrap();
            let parts = [
                "available",
                "committed",
                "reserved",
                "damaged",
                "safetyStock",
                "qualityControl",
            ]
            .map(of);
            assert_eq!(of("onHand"), parts.iter().sum::<i64>(), "{item}");
            all.insert((key("variantId"), key("locationId")), (of("onHand"), of("incoming")));
        }
        cursor = page["cursor"].clone();
        if cursor.is_null() {
            return all;
        }
    }
}

/// What open orders have on their way, by variant and location.
async fn on_the_way(stores: &Stores) -> BTreeMap<(String, String), i64> {
    let mut all: BTreeMap<(String, String), i64> = BTreeMap::new();
    let open = [
        "sent",
        "partially_confirmed",
        "confirmed",
        "in_progress",
        "partially_received",
        "received",
        "on_hold",
        "disputed",
    ];
    let mut cursor = Value::Null;
    loop {
        let mut arguments = json!({ "status": open });
        if !cursor.is_null() {
            arguments["cursor"] = cursor;
        }
        let page = stores.ok("purchaseOrders.list", arguments).await;
        for order in page["items"].as_array().unwrap() {
            let lines = stores
                .ok(
                    "purchaseOrders.lineItems",
                    json!({ "purchaseOrderId": order["purchaseOrderId"] }),
                )
                .await;
            for line in lines["items"].as_array().unwrap() {
                if line["fulfilment"] == json!("warehouse") {
                    let key = (
                        line["variantId"].as_str().unwrap().to_owned(),
                        order["locationId"].as_str().unwrap().to_owned(),
                    );
                    *all.entry(key).or_default() += line["pending"].as_i64().unwrap();
                }
            }
        }
        cursor = page["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    for order in ids(stores, "transferOrders.list", "transferOrderId").await {
        let order = stores
            .ok("transferOrders.get", json!({ "transferOrderId": order }))
            .await;
        if ["sent", "partially_received", "received", "on_hold"].contains(&order["status"].as_str().unwrap()) {
            let lines = stores
                .ok(
                    "transferOrders.lineItems",
                    json!({ "transferOrderId": order["transferOrderId"] }),
                )
                .await;
            for line in lines["items"].as_array().unwrap() {
                let key = (
                    line["variantId"].as_str().unwrap().to_owned(),
                    order["destinationLocationId"].as_str().unwrap().to_owned(),
                );
                *all.entry(key).or_default() += line["pending"].as_i64().unwrap();
            }
        }
    }
    all
}

#[tokio::test]
async fn incoming_is_always_what_open_orders_have_on_their_way() {
    for seed in [1, 7] {
        let stores = Stores::open().await;
        let mut dice = Dice(seed);
        let mut done = 0;
        for step in 0..120 {
            let (path, arguments) = call(&stores, &mut dice).await;
            let shown = format!("seed {seed}, step {step}: {path}({arguments})");
            match stores.call(stores.harbor, &path, arguments).await {
                Ok(_) => done += 1,
                Err(error) => assert_ne!(OperationError::code(&error), ErrorCode::Internal, "{shown}: {error}"),
            }
            if step % 10 == 9 {
                let due = on_the_way(&stores).await;
                for (key, (_, incoming)) in levels(&stores).await {
                    assert_eq!(incoming, due.get(&key).copied().unwrap_or(0), "{key:?} after {shown}");
                }
            }
        }
        assert!(done > 40, "{done} of 120 calls did something");
    }
}
