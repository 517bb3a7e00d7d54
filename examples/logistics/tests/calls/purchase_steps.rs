//! Purchase orders in whatever order of calls, while the store changes its mind about how it receives: the figures of the
//! whole database stay right.

use std::collections::BTreeMap;

use latchstring::{ErrorCode, OperationError};
use logistics::shop::{self, ShopChange};
use sea_orm::{ConnectionTrait, Statement};
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

    fn of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        let at = self.roll(all.len().max(1) as u64);
        all.get(usize::try_from(at).unwrap())
    }

    fn is(&mut self) -> bool {
        self.roll(2) == 0
    }
}

/// Every step that there is, and with what it is called.
fn step(dice: &mut Dice, id: &str, other: &str, line: &str) -> (&'static str, Value) {
    let units = dice.roll(9);
    let of = |path: &'static str, more: Value| {
        let mut arguments = json!({ "purchaseOrderId": id });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        (path, arguments)
    };
    let variants = ["42001", "42003", "42005", "42012"];
    let modes = ["warehouse", "hold_at_supplier", "consignment"];
    match dice.roll(46) {
        0..=2 => of("send", json!({})),
        3 => of("confirm", json!({ "lines": [{ "lineId": line, "confirmed": units }] })),
        4 | 5 => of("confirmAll", json!({})),
        6 => of("start", json!({})),
        7..=13 | 40..=45 => of(
            "receive",
            json!({
                "lines": [{ "lineId": line, "received": units, "rejected": dice.roll(2), "cancelled": dice.roll(2) }],
                "allowOverReceipt": dice.is(),
            }),
        ),
        14 => of("unreceive", json!({ "allowNegative": true })),
        15 | 16 => of(
            "unreceive",
            json!({ "lines": [{ "lineId": line, "received": 1 + dice.roll(2) }], "allowNegative": dice.is() }),
        ),
        17 => of("syncInventory", json!({})),
        18 => of("complete", json!({ "force": dice.is() })),
        19 => of("quickComplete", json!({})),
        20 => of("pause", json!({})),
        21 => of("resume", json!({})),
        22 => of("dispute", json!({})),
        23 => of("resolveDispute", json!({})),
        24 => of("cancel", json!({})),
        25 | 26 => of("reopen", json!({})),
        27 => of("fixIncoming", json!({})),
        28 => of("splitLines", json!({ "lineIds": [line] })),
        29 => of("splitBySupplier", json!({})),
        30 => ("merge", json!({ "sourceIds": [other], "targetId": id })),
        31 => of("updateLine", json!({ "lineId": line, "ordered": units * 3 })),
        32 => of("updateLine", json!({ "lineId": line, "fulfilment": dice.of(&modes) })),
        33 => of(
            "addLines",
            json!({ "lines": [{ "variantId": dice.of(&variants), "quantity": 1 + units, "fulfilment": dice.of(&modes) }] }),
        ),
        34 => of("removeLine", json!({ "lineId": line })),
        35 | 36 => of("update", json!({ "locationId": dice.of(&["81001", "81002", "81003"]) })),
        37 => of("delete", json!({})),
        38 => of(
            "addPayment",
            json!({ "amount": "1", "currency": "EUR", "date": "2026-03-01", "method": "cash" }),
        ),
        _ => of("setMarkedAsPaid", json!({ "markedAsPaid": dice.is() })),
    }
}

async fn texts(stores: &Stores, sql: &str) -> Vec<String> {
    let read = stores.database.begin_read().await.unwrap();
    let rows = read.query_all_raw(Statement::from_string(read.get_database_backend(), sql));
    let rows = rows.await.unwrap();
    rows.iter().map(|row| row.try_get("", "t").unwrap()).collect()
}

/// Levels of incoming that are not what the lines of open orders have put there.
const WRONG_INCOMING: &str = "
    SELECT l.variant_id || ' at ' || l.location_id || ': ' || CAST(l.incoming AS text) || ', and lines say '
        || CAST(COALESCE(d.due, 0) AS text) AS t
    FROM levels l LEFT JOIN (
        SELECT variant_id, location_id, SUM(incoming) AS due FROM (
            SELECT variant_id, location_id, incoming FROM purchase_order_lines
            UNION ALL SELECT variant_id, location_id, incoming FROM transfer_order_lines
        ) lines GROUP BY variant_id, location_id
    ) d ON d.variant_id = l.variant_id AND d.location_id = l.location_id
    WHERE l.incoming <> COALESCE(d.due, 0)";

/// What each level is: variant, location, on hand.
const ON_HAND: &str = "SELECT variant_id || ' ' || location_id || ' ' || CAST(on_hand AS text) AS t FROM levels";

/// What the history says that changed of it.
const CHANGED: &str = "
    SELECT variant_id || ' ' || location_id || ' ' || CAST(SUM(\"after\" - \"before\") AS text) AS t
    FROM adjustments WHERE bucket = 'on_hand' GROUP BY variant_id, location_id";

async fn by_place(stores: &Stores, sql: &str) -> BTreeMap<String, i64> {
    let rows = texts(stores, sql).await.into_iter();
    rows.map(|row| {
        let (place, units) = row.rsplit_once(' ').unwrap();
        (place.to_owned(), units.parse().unwrap())
    })
    .collect()
}

/// What the orders there are have put into stock: id, variant and location, units.
async fn put_by_orders(stores: &Stores) -> BTreeMap<String, i64> {
    let orders = ids(stores).await;
    let mut put = BTreeMap::new();
    for id in orders {
        let order = stores.ok("purchaseOrders.get", json!({ "purchaseOrderId": id })).await;
        let lines = stores
            .ok("purchaseOrders.lineItems", json!({ "purchaseOrderId": id }))
            .await;
        for line in lines["items"].as_array().unwrap() {
            if line["fulfilment"] == json!("warehouse") {
                let (variant, at) = (
                    line["variantId"].as_str().unwrap(),
                    order["locationId"].as_str().unwrap(),
                );
                *put.entry(format!("{id} {variant} {at}")).or_default() += line["synced"].as_i64().unwrap();
            }
        }
    }
    put
}

/// The same, as the history tells it.
const PUT: &str = "
    SELECT document_id || ' ' || variant_id || ' ' || location_id || ' ' || CAST(SUM(\"after\" - \"before\") AS text) AS t
    FROM adjustments WHERE bucket = 'on_hand' GROUP BY document_id, variant_id, location_id";

async fn ids(stores: &Stores) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut arguments = json!({ "includeArchived": true });
        if !cursor.is_null() {
            arguments["cursor"] = cursor;
        }
        let page = stores.ok("purchaseOrders.list", arguments).await;
        let items = page["items"].as_array().unwrap();
        ids.extend(
            items
                .iter()
                .map(|order| order["purchaseOrderId"].as_str().unwrap().to_owned()),
        );
        cursor = page["cursor"].clone();
        if cursor.is_null() {
            return ids;
        }
    }
}

#[tokio::test]
async fn whatever_is_called_levels_lines_and_history_tell_the_same() {
    for seed in [3, 5, 11] {
        let stores = Stores::open().await;
        let (start, put_before) = (by_place(&stores, ON_HAND).await, put_by_orders(&stores).await);
        let mut dice = Dice(seed);
        let (mut done, mut chosen): (BTreeMap<&str, u32>, Option<String>) = (BTreeMap::new(), None);
        for nth in 0..160 {
            if dice.roll(4) == 0 {
                let change = ShopChange {
                    auto_sync_on_receive: Some(dice.is()),
                    block_sync: Some(dice.roll(8) == 0),
                    track_incoming: Some(dice.roll(4) > 0),
                    ..ShopChange::default()
                };
                shop::change(&stores.database, stores.harbor, change).await.unwrap();
            }
            if nth % 20 == 0 {
                let lines = json!([{ "variantId": "42001", "quantity": 9 }, { "variantId": "42003", "quantity": 4 }]);
                let draft = json!({ "supplierId": "sup_nordtimber", "locationId": "81001", "lines": lines });
                stores.ok("purchaseOrders.create", draft).await;
            }
            // One for a while and a few tries, or none would get far.
            if dice.roll(8) == 0 {
                chosen = None;
            }
            for _ in 0..4 {
                let all = ids(&stores).await;
                let some = &all[..all.len().min(4)];
                let other = dice.of(some).unwrap().clone();
                let id = chosen
                    .take()
                    .filter(|id| all.contains(id))
                    .unwrap_or_else(|| other.clone());
                chosen = Some(id.clone());
                let lines = stores
                    .ok("purchaseOrders.lineItems", json!({ "purchaseOrderId": id }))
                    .await;
                let lines = lines["items"].as_array().unwrap().clone();
                let line = dice.of(&lines).map_or("none", |line| line["lineId"].as_str().unwrap());
                let (path, arguments) = step(&mut dice, &id, &other, line);
                let shown = format!("seed {seed}, step {nth}: {path}({arguments})");
                let lay = by_place(&stores, ON_HAND).await;
                let answer = stores
                    .call(stores.harbor, &format!("purchaseOrders.{path}"), arguments)
                    .await;
                if !["receive", "unreceive", "syncInventory", "quickComplete"].contains(&path) {
                    assert_eq!(by_place(&stores, ON_HAND).await, lay, "{shown} moves no stock");
                }
                assert_eq!(texts(&stores, WRONG_INCOMING).await, [""; 0], "{shown}");
                match answer {
                    Ok(_) => {
                        *done.entry(path).or_default() += 1;
                        break;
                    }
                    Err(error) => assert_ne!(OperationError::code(&error), ErrorCode::Internal, "{shown}: {error}"),
                }
            }
        }
        // What lies there is what lay there and what the history says that came.
        let mut lies = start;
        for (place, units) in by_place(&stores, CHANGED).await {
            *lies.entry(place).or_default() += units;
        }
        assert_eq!(by_place(&stores, ON_HAND).await, lies, "seed {seed}");
        // And each order has put there what its lines say.
        let told = by_place(&stores, PUT).await;
        for (key, units) in put_by_orders(&stores).await {
            let since = units - put_before.get(&key).copied().unwrap_or(0);
            assert_eq!(told.get(&key).copied().unwrap_or(0), since, "seed {seed}: {key}");
        }
        assert!(done.len() >= 18 && done["receive"] > 5, "seed {seed}: {done:?}");
    }
}
