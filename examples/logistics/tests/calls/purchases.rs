//! Rules of purchase orders that are about more than one call: what moves stock and what does not, numbers, dates, deleting.

use latchstring::ErrorCode;
use logistics::shop::{self, ShopChange};
use serde_json::{Value, json};

use crate::stores::Stores;

/// On hand and incoming of a variant at a location.
async fn level(stores: &Stores, variant: &str, at: &str) -> (i64, i64) {
    let narrowed = json!({ "variantIds": [variant], "locationIds": [at] });
    let answer = stores.ok("inventory.levels", narrowed).await;
    let of = |field: &str| answer["items"][0][field].as_i64().unwrap_or(0);
    (of("onHand"), of("incoming"))
}

async fn prefer(stores: &Stores, change: ShopChange) {
    shop::change(&stores.database, stores.harbor, change).await.unwrap();
}

/// An order that was sent, with its lines.
async fn sent(stores: &Stores, supplier: &str, lines: Value) -> (String, Vec<String>) {
    let draft = json!({ "supplierId": supplier, "locationId": "81003", "lines": lines });
    let created = stores.ok("purchaseOrders.create", draft).await;
    let id = created["order"]["purchaseOrderId"].as_str().unwrap().to_owned();
    stores.ok("purchaseOrders.send", json!({ "purchaseOrderId": id })).await;
    let lines = lines_of(stores, &id).await;
    let lines = lines.iter().map(|line| line["lineId"].as_str().unwrap().to_owned());
    (id, lines.collect())
}

async fn lines_of(stores: &Stores, id: &str) -> Vec<Value> {
    let lines = stores
        .ok("purchaseOrders.lineItems", json!({ "purchaseOrderId": id }))
        .await;
    lines["items"].as_array().unwrap().clone()
}

async fn receive(stores: &Stores, id: &str, line: &str, units: i64) -> Value {
    let delivery = json!({ "purchaseOrderId": id, "lines": [{ "lineId": line, "received": units }] });
    stores.ok("purchaseOrders.receive", delivery).await
}

#[tokio::test]
async fn a_number_that_people_chose_stops_no_later_order() {
    let stores = Stores::open().await;
    let new = || json!({ "supplierId": "sup_nordtimber", "locationId": "81001" });
    let first = stores.ok("purchaseOrders.create", new()).await;
    assert_eq!(first["order"]["number"], json!("PO-1016"));
    let rename = json!({ "purchaseOrderId": first["order"]["purchaseOrderId"], "number": "PO-1017" });
    stores.ok("purchaseOrders.update", rename).await;
    let mut chosen = new();
    chosen["number"] = json!("PO-1018");
    stores.ok("purchaseOrders.create", chosen).await;
    let next = stores.ok("purchaseOrders.create", new()).await;
    assert_eq!(next["order"]["number"], json!("PO-1019"));
    let line = json!({ "purchaseOrderId": "po_1002", "lineIds": ["line_1002_2"] });
    let rename = json!({ "purchaseOrderId": "po_1003", "number": "PO-1020" });
    stores.ok("purchaseOrders.update", rename).await;
    let split = stores.ok("purchaseOrders.splitLines", line).await;
    assert_eq!(split["newOrders"][0]["number"], json!("PO-1021"));
}

#[tokio::test]
async fn only_receiving_and_who_asks_for_it_puts_units_into_stock() {
    let stores = Stores::open().await;
    let by_hand = |auto| ShopChange {
        auto_sync_on_receive: Some(auto),
        ..ShopChange::default()
    };
    prefer(&stores, by_hand(false)).await;
    let lines = json!([{ "variantId": "42001", "quantity": 10 }, { "variantId": "42002", "quantity": 5 }]);
    let (id, lines) = sent(&stores, "sup_nordtimber", lines).await;
    receive(&stores, &id, &lines[0], 4).await;
    let before = level(&stores, "42001", "81003").await;
    prefer(&stores, by_hand(true)).await;
    let of = |more: Value| {
        let mut arguments = json!({ "purchaseOrderId": id });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        arguments
    };
    let payment = json!({ "amount": "5", "currency": "EUR", "date": "2026-03-01", "method": "cash" });
    for (path, arguments) in [
        ("addPayment", payment.clone()),
        ("setMarkedAsPaid", json!({ "markedAsPaid": true })),
        ("update", json!({ "notes": "soon" })),
        ("setShipment", json!({ "shipment": { "carrier": "Post" } })),
        ("pause", json!({})),
        ("resume", json!({})),
        ("dispute", json!({})),
        ("resolveDispute", json!({})),
        ("fixIncoming", json!({})),
        ("updateLine", json!({ "lineId": lines[1], "ordered": 6 })),
        ("unreceive", json!({ "lines": [{ "lineId": lines[0], "received": 1 }] })),
        ("receive", json!({ "lines": [{ "lineId": lines[0], "cancelled": 1 }] })),
    ] {
        if path == "receive" {
            break;
        }
        stores.ok(&format!("purchaseOrders.{path}"), of(arguments)).await;
        assert_eq!(level(&stores, "42001", "81003").await, before, "{path}");
    }
    let cancelled = stores.ok("purchaseOrders.cancel", of(json!({}))).await;
    assert_eq!(cancelled["order"]["units"]["unsynced"], json!(3));
    stores.ok("purchaseOrders.addPayment", of(payment)).await;
    assert_eq!(level(&stores, "42001", "81003").await.0, before.0);
    // Taken up again, the next receipt puts everything there.
    stores.ok("purchaseOrders.reopen", of(json!({}))).await;
    assert_eq!(level(&stores, "42001", "81003").await, before);
    receive(&stores, &id, &lines[0], 1).await;
    assert_eq!(level(&stores, "42001", "81003").await, (before.0 + 4, before.1 - 4));
}

#[tokio::test]
async fn what_somebody_else_put_into_stock_is_not_put_there_again_when_that_ends() {
    let stores = Stores::open().await;
    let block = |block_sync| ShopChange {
        block_sync: Some(block_sync),
        ..ShopChange::default()
    };
    let start = level(&stores, "42001", "81003").await;
    let lines = json!([{ "variantId": "42001", "quantity": 10 }]);
    let (id, lines) = sent(&stores, "sup_nordtimber", lines).await;
    prefer(&stores, block(true)).await;
    receive(&stores, &id, &lines[0], 6).await;
    assert_eq!(level(&stores, "42001", "81003").await, (start.0, start.1 + 4));
    prefer(&stores, block(false)).await;
    receive(&stores, &id, &lines[0], 1).await;
    assert_eq!(level(&stores, "42001", "81003").await, (start.0 + 1, start.1 + 3));
    stores
        .ok("purchaseOrders.syncInventory", json!({ "purchaseOrderId": id }))
        .await;
    assert_eq!(level(&stores, "42001", "81003").await, (start.0 + 1, start.1 + 3));
    let line = lines_of(&stores, &id).await.remove(0);
    assert_eq!((&line["synced"], &line["syncedElsewhere"]), (&json!(1), &json!(6)));
    // The units lie at the location, whoever put them there.
    let (code, text) = stores
        .refused(
            "purchaseOrders.update",
            json!({ "purchaseOrderId": id, "locationId": "81001" }),
        )
        .await;
    assert_eq!(code, ErrorCode::InvalidState);
    assert!(text.contains("7 received units"), "{text}");
}

#[tokio::test]
async fn an_order_moves_while_its_units_lie_elsewhere() {
    let stores = Stores::open().await;
    let lines = json!([
        { "variantId": "42003", "quantity": 10, "fulfilment": "hold_at_supplier" },
        { "variantId": "42004", "quantity": 3 },
    ]);
    let (id, lines) = sent(&stores, "sup_glass", lines).await;
    stores
        .ok(
            "purchaseOrders.addCustomLine",
            json!({ "purchaseOrderId": id, "title": "Crate", "quantity": 1, "unitCost": "9" }),
        )
        .await;
    receive(&stores, &id, &lines[0], 10).await;
    let (here, there) = (
        level(&stores, "42004", "81003").await,
        level(&stores, "42004", "81001").await,
    );
    stores
        .ok(
            "purchaseOrders.update",
            json!({ "purchaseOrderId": id, "locationId": "81001" }),
        )
        .await;
    assert_eq!(level(&stores, "42004", "81003").await, (here.0, here.1 - 3));
    assert_eq!(level(&stores, "42004", "81001").await, (there.0, there.1 + 3));
}

#[tokio::test]
async fn nothing_is_to_come_of_an_order_that_is_over() {
    let stores = Stores::open().await;
    let lines =
        json!([{ "variantId": "42001", "quantity": 10, "schedule": [{ "date": "2026-04-01", "quantity": 4 }] }]);
    let (id, _) = sent(&stores, "sup_nordtimber", lines).await;
    let of = || json!({ "purchaseOrderId": id });
    let order = stores.ok("purchaseOrders.get", of()).await;
    // Twelve days from the day on which it was sent, as the supplier's terms say.
    assert_eq!(order["deliveryDate"], json!("2026-03-13"));
    let schedule = stores.ok("purchaseOrders.schedule", of()).await;
    let told: Vec<(&str, i64)> = schedule["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| (part["date"].as_str().unwrap(), part["quantity"].as_i64().unwrap()))
        .collect();
    assert_eq!(told, [("2026-03-13", 6), ("2026-04-01", 4)]);
    stores.ok("purchaseOrders.cancel", of()).await;
    assert_eq!(stores.ok("purchaseOrders.schedule", of()).await["items"], json!([]));
    let order = stores.ok("purchaseOrders.get", of()).await;
    assert_eq!(order["units"]["pending"], json!(0));
    assert_eq!(lines_of(&stores, &id).await[0]["pending"], json!(0));
}

#[tokio::test]
async fn cancelled_orders_are_listed_where_they_are_asked_for() {
    let stores = Stores::open().await;
    let ids = async |arguments: Value| {
        let listed = stores.ok("purchaseOrders.list", arguments).await;
        let items = listed["items"].as_array().unwrap().clone();
        items.iter().any(|order| order["purchaseOrderId"] == json!("po_1011"))
    };
    assert!(!ids(json!({})).await);
    assert!(ids(json!({ "status": ["cancelled"] })).await);
    assert!(ids(json!({ "includeArchived": true })).await);
    assert!(!ids(json!({ "status": ["cancelled"], "includeArchived": false })).await);
}

#[tokio::test]
async fn numbers_and_days_that_cannot_be_are_refused_with_how_to_write_them() {
    let stores = Stores::open().await;
    let line = |schedule: Value| json!({ "purchaseOrderId": "po_1001", "lineId": "line_1001_1", "schedule": schedule });
    let day = |date: &str, quantity: Value| json!({ "date": date, "quantity": quantity });
    let all = json!(i64::MAX);
    for (schedule, told) in [
        (
            json!([day("2026-04-01", all.clone()), day("2026-04-02", all)]),
            "1000000000",
        ),
        (json!([day("2026-04-01", json!(-3))]), "1000000000"),
        (json!([day("2026-04-01", json!(25))]), "24 are expected"),
        (json!([day("2026-04-01", json!(0))]), "at least 1"),
        (json!([day("tomorrow", json!(1))]), "2026-03-01"),
        (json!([day("+99999-01-01", json!(1))]), "1900 to 9999"),
    ] {
        let (code, text) = stores.refused("purchaseOrders.updateLine", line(schedule)).await;
        assert_eq!(code, ErrorCode::InvalidInput, "{text}");
        assert!(text.contains(told), "{text}");
    }
    let when = |field: &str, value: &str| json!({ "purchaseOrderId": "po_1001", "shipment": { "carrier": "Post", field: value } });
    for field in ["shippedAt", "expectedAt"] {
        let (code, text) = stores.refused("purchaseOrders.setShipment", when(field, "soon")).await;
        assert_eq!(code, ErrorCode::InvalidInput);
        assert!(text.contains("2026-03-01T00:00:00Z"), "{text}");
    }
    let (code, _) = stores
        .refused(
            "purchaseOrders.update",
            json!({ "purchaseOrderId": "po_1001", "expectedDelivery": "-0044-03-15" }),
        )
        .await;
    assert_eq!(code, ErrorCode::InvalidInput);
}

#[tokio::test]
async fn an_order_with_returns_of_it_is_not_deleted() {
    let stores = Stores::open().await;
    let lines = json!([{ "variantId": "42001", "quantity": 10 }]);
    let (id, lines) = sent(&stores, "sup_nordtimber", lines).await;
    receive(&stores, &id, &lines[0], 4).await;
    let back = json!({
        "supplierId": "sup_nordtimber", "locationId": "81003", "purchaseOrderId": id, "reason": "damaged_in_transit",
        "lines": [{ "variantId": "42001", "quantity": 2 }],
    });
    let made = stores.ok("returnOrders.create", back).await;
    stores
        .ok("purchaseOrders.cancel", json!({ "purchaseOrderId": id }))
        .await;
    let refused = stores
        .refusal("purchaseOrders.delete", json!({ "purchaseOrderId": id }))
        .await;
    assert_eq!(refused.code(), ErrorCode::InUse);
    let return_order = &made["order"]["returnOrderId"];
    assert_eq!(refused.details().unwrap()["returnOrderIds"][0], *return_order);
    stores
        .ok("returnOrders.delete", json!({ "returnOrderId": return_order }))
        .await;
    stores
        .ok("purchaseOrders.delete", json!({ "purchaseOrderId": id }))
        .await;
}

#[tokio::test]
async fn costs_are_taken_over_in_the_currency_of_the_order_only() {
    let stores = Stores::open().await;
    let lines = json!([{ "variantId": "42012", "quantity": 6 }]);
    let (id, lines) = sent(&stores, "sup_leimkontor", lines).await;
    assert_eq!(lines_of(&stores, &id).await[0]["unitCost"], json!("9.10"));
    for open in ["po_1007", "po_1010"] {
        stores
            .ok("purchaseOrders.cancel", json!({ "purchaseOrderId": open }))
            .await;
    }
    stores
        .ok("purchaseOrders.cancel", json!({ "purchaseOrderId": id }))
        .await;
    stores
        .ok(
            "suppliers.update",
            json!({ "supplierId": "sup_leimkontor", "currency": "USD" }),
        )
        .await;
    let item = json!({ "variantId": "42016", "cost": "5.10", "currency": "USD" });
    stores
        .ok(
            "suppliers.setVariants",
            json!({ "supplierId": "sup_leimkontor", "items": [item] }),
        )
        .await;
    // The order is in euros as before, and dollars are not euros.
    stores
        .ok("purchaseOrders.reopen", json!({ "purchaseOrderId": id }))
        .await;
    let more = json!({ "purchaseOrderId": id, "lines": [{ "variantId": "42016", "quantity": 10 }] });
    stores.ok("purchaseOrders.addLines", more).await;
    let lines_now = lines_of(&stores, &id).await;
    assert_eq!(lines_now.len(), lines.len() + 1);
    assert_eq!(lines_now[1]["unitCost"], json!("0.00"));
}

#[tokio::test]
async fn what_was_done_is_written_down_with_what() {
    let stores = Stores::open().await;
    let lines = json!([{ "variantId": "42001", "quantity": 10 }]);
    let (id, lines) = sent(&stores, "sup_nordtimber", lines).await;
    let of = |more: Value| json!({ "purchaseOrderId": id, "lines": [more] });
    let confirmed = json!({ "lineId": lines[0], "confirmed": 8 });
    stores.ok("purchaseOrders.confirm", of(confirmed.clone())).await;
    receive(&stores, &id, &lines[0], 5).await;
    stores
        .ok("purchaseOrders.unreceive", json!({ "purchaseOrderId": id }))
        .await;
    let activity = stores
        .ok("purchaseOrders.activity", json!({ "purchaseOrderId": id }))
        .await;
    let units = json!({ "lineId": lines[0], "received": 5, "rejected": 0, "cancelled": 0 });
    let told: Vec<(&str, &Value)> = activity["items"]
        .as_array()
        .unwrap()
        .iter()
        .take(3)
        .map(|one| (one["action"].as_str().unwrap(), &one["details"]["lines"][0]))
        .collect();
    assert_eq!(
        told,
        [("unreceive", &units), ("receive", &units), ("confirm", &confirmed)]
    );
}

#[tokio::test]
async fn payments_notes_and_the_flag_can_be_changed_in_every_status_and_nothing_else_when_it_is_over() {
    let stores = Stores::open().await;
    let payment = json!({ "amount": "5", "currency": "USD", "date": "2026-03-01", "method": "cash" });
    for nth in 1001..=1011 {
        let of = |more: Value| {
            let mut arguments = json!({ "purchaseOrderId": format!("po_{nth}") });
            arguments
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            arguments
        };
        let lay = stores.ok("inventory.levels", json!({})).await;
        stores.ok("purchaseOrders.addPayment", of(payment.clone())).await;
        stores
            .ok("purchaseOrders.setMarkedAsPaid", of(json!({ "markedAsPaid": true })))
            .await;
        let noted = stores
            .ok("purchaseOrders.update", of(json!({ "notes": "Paid." })))
            .await;
        let paid = noted["order"]["paid"].as_array().unwrap();
        assert!(
            paid.contains(&json!({ "amount": "5.00", "currency": "USD" })),
            "{paid:?}"
        );
        assert_eq!(stores.ok("inventory.levels", json!({})).await, lay);
    }
    for over in ["po_1008", "po_1011"] {
        for change in [
            json!({ "name": "x" }),
            json!({ "shippingCost": "1" }),
            json!({ "locationId": "81002" }),
            json!({ "expectedDelivery": null }),
        ] {
            let mut arguments = json!({ "purchaseOrderId": over });
            arguments
                .as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            let (code, _) = stores.refused("purchaseOrders.update", arguments).await;
            assert_eq!(code, ErrorCode::InvalidState);
        }
    }
}

#[tokio::test]
async fn the_supplier_changes_only_in_a_draft_and_within_its_currency() {
    let stores = Stores::open().await;
    let to = |order: &str, supplier: &str| json!({ "purchaseOrderId": order, "supplierId": supplier });
    let refused = stores
        .refusal("purchaseOrders.update", to("po_1002", "sup_leimkontor"))
        .await;
    assert_eq!(refused.code(), ErrorCode::InvalidState);
    assert_eq!(refused.details().unwrap()["allowedFrom"], json!(["draft"]));
    let (code, text) = stores
        .refused("purchaseOrders.update", to("po_1001", "sup_brassworks"))
        .await;
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(text.contains("EUR") && text.contains("USD"), "{text}");
    let (code, _) = stores
        .refused("purchaseOrders.update", to("po_1001", "sup_oldmill"))
        .await;
    assert_eq!(code, ErrorCode::InvalidState);
    let credit = json!({ "purchaseOrderId": "po_1001", "creditId": "crd_1001", "amount": "5" });
    stores.ok("purchaseOrders.applyCredit", credit).await;
    let (code, _) = stores
        .refused("purchaseOrders.update", to("po_1001", "sup_leimkontor"))
        .await;
    assert_eq!(code, ErrorCode::InUse);
    let moved = stores
        .ok("purchaseOrders.update", to("po_1012", "sup_leimkontor"))
        .await;
    assert_eq!(moved["order"]["supplierId"], json!("sup_leimkontor"));
}

#[tokio::test]
async fn an_order_that_is_sent_has_a_line_and_a_supplier_that_is_open() {
    let stores = Stores::open().await;
    let draft = json!({ "supplierId": "sup_leimkontor", "locationId": "81001" });
    let empty = stores.ok("purchaseOrders.create", draft).await;
    let id = empty["order"]["purchaseOrderId"].clone();
    let of = || json!({ "purchaseOrderId": id });
    let (code, text) = stores.refused("purchaseOrders.send", of()).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(text.contains("addLines"), "{text}");
    let mut line = of();
    line["lines"] = json!([{ "variantId": "42012", "quantity": 6 }]);
    stores.ok("purchaseOrders.addLines", line).await;
    let archived = |archived: bool| json!({ "supplierId": "sup_leimkontor", "archived": archived });
    stores.ok("suppliers.archive", archived(true)).await;
    let (code, text) = stores.refused("purchaseOrders.send", of()).await;
    assert_eq!(code, ErrorCode::InvalidState);
    assert!(text.contains("archived"), "{text}");
    stores.ok("suppliers.archive", archived(false)).await;
    stores.ok("purchaseOrders.send", of()).await;
    let line = lines_of(&stores, id.as_str().unwrap()).await[0]["lineId"].clone();
    let last = json!({ "purchaseOrderId": id, "lineId": line });
    let (code, text) = stores.refused("purchaseOrders.removeLine", last).await;
    assert_eq!(code, ErrorCode::InvalidState);
    assert!(text.contains("cancel"), "{text}");
}

#[tokio::test]
async fn merging_is_allowed_where_its_table_says_and_takes_nothing_that_would_be_lost() {
    let stores = Stores::open().await;
    let into = |target: &str, source: &str| json!({ "targetId": target, "sourceIds": [source] });
    for (target, source, expected) in [
        ("po_1008", "po_1013", ErrorCode::InvalidState),
        ("po_1001", "po_1008", ErrorCode::InvalidState),
        ("po_1002", "po_1013", ErrorCode::InvalidInput),
        ("po_1001", "po_1001", ErrorCode::InvalidInput),
        ("po_1001", "po_9999", ErrorCode::NotFound),
    ] {
        let (code, text) = stores.refused("purchaseOrders.merge", into(target, source)).await;
        assert_eq!(code, expected, "{target} {source}: {text}");
    }
    let twice = json!({ "targetId": "po_1001", "sourceIds": ["po_1013", "po_1013"] });
    let (code, text) = stores.refused("purchaseOrders.merge", twice).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(text.contains("named twice"), "{text}");
    let credit = json!({ "purchaseOrderId": "po_1013", "creditId": "crd_1001", "amount": "5" });
    stores.ok("purchaseOrders.applyCredit", credit).await;
    let (code, _) = stores.refused("purchaseOrders.merge", into("po_1001", "po_1013")).await;
    assert_eq!(code, ErrorCode::InUse);
}

#[tokio::test]
async fn a_delivery_that_is_sent_again_is_received_once() {
    let stores = Stores::open().await;
    let before = level(&stores, "42003", "81001").await;
    let delivery = json!({
        "purchaseOrderId": "po_1004", "lines": [{ "lineId": "line_1004_1", "received": 5 }], "idempotencyKey": "d-1",
    });
    for replayed in [false, true] {
        let answer = stores.ok("purchaseOrders.receive", delivery.clone()).await;
        assert_eq!(answer["replayed"], json!(replayed));
        assert_eq!(level(&stores, "42003", "81001").await, (before.0 + 5, before.1 - 5));
    }
    let mut other = delivery;
    other["lines"][0]["received"] = json!(6);
    let (code, _) = stores.refused("purchaseOrders.receive", other).await;
    assert_eq!(code, ErrorCode::Conflict);
}

#[tokio::test]
async fn too_much_at_once_is_refused_as_such() {
    let stores = Stores::open().await;
    let lines = |many: usize, quantity: Value| vec![json!({ "variantId": "42001", "quantity": quantity }); many];
    let add = |lines: Vec<Value>| json!({ "purchaseOrderId": "po_1001", "lines": lines });
    for (lines, expected) in [
        (lines(10_000, json!(1)), ErrorCode::InvalidInput),
        (lines(0, json!(1)), ErrorCode::InvalidInput),
        (lines(1, json!(0)), ErrorCode::InvalidInput),
        (lines(1, json!(-1)), ErrorCode::InvalidInput),
        (lines(1, json!(i64::MAX)), ErrorCode::InvalidInput),
        (lines(2, json!(1)), ErrorCode::InvalidInput),
    ] {
        let (code, text) = stores.refused("purchaseOrders.addLines", add(lines)).await;
        assert_eq!(code, expected, "{text}");
        assert!(text.len() < 600, "{text}");
    }
    let create = |lines: Vec<Value>| json!({ "supplierId": "sup_nordtimber", "locationId": "81001", "lines": lines });
    let (code, text) = stores
        .refused("purchaseOrders.create", create(lines(10_000, json!(1))))
        .await;
    assert_eq!(code, ErrorCode::LimitExceeded, "{text}");
    for (text, expected) in [
        ("x".repeat(1 << 20), ErrorCode::LimitExceeded),
        ("x".repeat(100_000), ErrorCode::InvalidInput),
        ("a\u{0}b".to_owned(), ErrorCode::InvalidInput),
        ("a\u{202E}b".to_owned(), ErrorCode::InvalidInput),
    ] {
        for change in [
            json!({ "notes": text }),
            json!({ "name": text }),
            json!({ "number": text }),
        ] {
            let mut arguments = json!({ "purchaseOrderId": "po_1001" });
            arguments
                .as_object_mut()
                .unwrap()
                .extend(change.as_object().unwrap().clone());
            let shown = text.chars().take(20).collect::<String>();
            let error = stores.call(stores.harbor, "purchaseOrders.update", arguments).await;
            let error = error.expect_err(&shown);
            assert_eq!(error.code(), expected, "{shown}: {error}");
            assert!(error.message().len() < 1200, "{shown}: {error}");
        }
    }
    // As many units as there can be, at the highest price there can be: sums hold them.
    let dear = json!([{ "variantId": "42015", "quantity": 1_000_000_000, "unitCost": "1000000000" }]);
    let dear = stores
        .ok("purchaseOrders.create", create(dear.as_array().unwrap().clone()))
        .await;
    assert_eq!(dear["order"]["totals"]["subtotal"], json!("1000000000000000000.00"));
}
