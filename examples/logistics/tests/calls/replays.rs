//! A change that is sent twice under one key is made once.

use std::sync::Arc;

use chrono::TimeDelta;
use latchstring::{Effect, ErrorCode, Finish, Grant, Scope};
use serde_json::{Value, json};

use crate::{
    examples::{arguments, takes},
    stores::Stores,
};

/// The commands that take a key, with their examples.
fn replayable(stores: &Stores) -> Vec<(String, Value)> {
    let surface = stores.catalog.surface(Stores::grant(stores.harbor, Scope::ReadWrite));
    let calls = surface.operations().filter(|one| takes(one, "idempotencyKey"));
    calls
        .map(|one| (one.name.program().to_owned(), arguments(one)))
        .collect()
}

fn keyed(arguments: &Value, key: &str) -> Value {
    let mut arguments = arguments.clone();
    arguments["idempotencyKey"] = json!(key);
    arguments
}

/// The call as one of this grant.
async fn call_of(stores: &Stores, grant: &Arc<Grant>, path: &str, arguments: &Value) -> Value {
    let mut session = stores.session_of(grant.clone(), Effect::Write);
    let answer = session.call_from_program(path, &arguments.to_string()).await.unwrap();
    session.finish(Finish::Commit).await.unwrap();
    serde_json::from_str(answer.get()).unwrap()
}

fn with_replayed(mut answer: Value, replayed: bool) -> Value {
    answer["replayed"] = json!(replayed);
    answer
}

/// Five units of the first line of an order that is confirmed.
fn five() -> Value {
    json!({ "purchaseOrderId": "po_1004", "lines": [{ "lineId": "line_1004_1", "received": 5 }] })
}

fn draft(name: &str) -> Value {
    json!({ "supplierId": "sup_glass", "locationId": "81001", "name": name })
}

/// Units of the order that came, and what lies where they go.
async fn came(stores: &Stores) -> (Value, Value, Value) {
    let order = stores
        .ok("purchaseOrders.get", json!({ "purchaseOrderId": "po_1004" }))
        .await;
    let levels = json!({ "variantIds": ["42003"], "locationIds": ["81001"] });
    let levels = stores.ok("inventory.levels", levels).await["items"][0].clone();
    (
        order["units"]["received"].clone(),
        levels["onHand"].clone(),
        levels["incoming"].clone(),
    )
}

#[tokio::test]
async fn every_command_that_makes_or_moves_something_new_takes_a_key() {
    let stores = Stores::open().await;
    let paths: Vec<String> = replayable(&stores).into_iter().map(|(path, _)| path).collect();
    insta::assert_snapshot!(paths.join("\n"));
}

#[tokio::test]
async fn sent_again_it_gets_the_first_answer_and_does_nothing() {
    for (path, arguments) in replayable(&Stores::open().await) {
        let stores = Stores::open().await;
        let first = stores.ok(&path, keyed(&arguments, "k-1")).await;
        assert_eq!(first["replayed"], json!(false), "{path}");
        let before = stores.stored().await;
        stores.later(TimeDelta::hours(23));
        let (again, finished) = stores
            .change(stores.harbor, &path, keyed(&arguments, "k-1"))
            .await
            .unwrap();
        assert_eq!(with_replayed(first, true), again, "{path}");
        assert!(finished.changes.is_empty(), "{path}");
        assert_eq!(before.changes(&stores.stored().await), [""; 0], "{path}");
    }
}

#[tokio::test]
async fn what_is_received_twice_under_one_key_came_once() {
    let stores = Stores::open().await;
    let (received, on_hand, incoming) = came(&stores).await;
    let by = |number: &Value, by: i64| json!(number.as_i64().unwrap() + by);
    for _ in 0..3 {
        stores.ok("purchaseOrders.receive", keyed(&five(), "delivery-1")).await;
        assert_eq!(
            came(&stores).await,
            (by(&received, 5), by(&on_hand, 5), by(&incoming, -5))
        );
    }
    stores.ok("purchaseOrders.receive", keyed(&five(), "delivery-2")).await;
    assert_eq!(
        came(&stores).await,
        (by(&received, 10), by(&on_hand, 10), by(&incoming, -10))
    );
    stores.ok("purchaseOrders.receive", five()).await;
    assert_eq!(
        came(&stores).await,
        (by(&received, 15), by(&on_hand, 15), by(&incoming, -15))
    );
}

#[tokio::test]
async fn with_other_arguments_a_key_is_refused() {
    let stores = Stores::open().await;
    stores.ok("purchaseOrders.receive", keyed(&five(), "k")).await;
    let mut other = keyed(&five(), "k");
    other["lines"][0]["received"] = json!(6);
    let (code, message) = stores.refused("purchaseOrders.receive", other).await;
    assert_eq!(code, ErrorCode::Conflict);
    assert!(
        message.contains("`k`") && message.contains("new `idempotencyKey`"),
        "{message}"
    );
}

#[tokio::test]
async fn after_a_day_it_is_forgotten() {
    let stores = Stores::open().await;
    let order = keyed(&draft("Panes"), "k");
    let first = stores.ok("purchaseOrders.create", order.clone()).await;
    stores.later(TimeDelta::hours(24));
    let second = stores.ok("purchaseOrders.create", order).await;
    assert_eq!(second["replayed"], json!(false));
    assert_ne!(first["order"]["purchaseOrderId"], second["order"]["purchaseOrderId"]);
    assert_eq!(
        stores.number("SELECT COUNT(*) AS n FROM latchstring_replay").await,
        1,
        "what is forgotten is deleted"
    );
}

#[tokio::test]
async fn what_was_not_done_is_not_remembered() {
    let stores = Stores::open().await;
    let delivery = keyed(&five(), "k");
    for finish in [Finish::DryRun, Finish::Fail(ErrorCode::ProgramError)] {
        let mut session = stores.session(stores.harbor, Scope::ReadWrite, Effect::Write);
        session
            .call_from_program("purchaseOrders.receive", &delivery.to_string())
            .await
            .unwrap();
        session.finish(finish).await.unwrap();
    }
    // A refusal is no answer to keep either: once put right, the same key may be used.
    let mut wrong = keyed(&five(), "k");
    wrong["lines"][0]["received"] = json!(5000);
    assert_eq!(
        stores.refused("purchaseOrders.receive", wrong).await.0,
        ErrorCode::InvalidInput
    );
    let done = stores.ok("purchaseOrders.receive", delivery).await;
    assert_eq!(done["replayed"], json!(false));
}

#[tokio::test]
async fn a_key_belongs_to_one_grant_of_one_store_and_to_one_operation() {
    let stores = Stores::open().await;
    let supplier = keyed(&json!({ "name": "Cork & Co", "currency": "EUR" }), "k");
    let desks = [
        (Stores::grant(stores.harbor, Scope::ReadWrite), "Cork & Co"),
        (stores.another_grant(stores.harbor), "Cork & Sons"),
        (Stores::grant(stores.kiln, Scope::ReadWrite), "Cork & Co"),
    ];
    let of = |name: &str| {
        let mut supplier = supplier.clone();
        supplier["name"] = json!(name);
        supplier
    };
    for (desk, name) in &desks {
        let done = call_of(&stores, desk, "suppliers.create", &of(name)).await;
        assert_eq!(done["replayed"], json!(false));
    }
    for (path, arguments) in [
        ("purchaseOrders.create", draft("Panes")),
        ("recipients.create", json!({ "email": "cork@harbor.example" })),
    ] {
        let done = stores.ok(path, keyed(&arguments, "k")).await;
        assert_eq!(done["replayed"], json!(false), "{path}");
    }
    for (desk, name) in &desks {
        let again = call_of(&stores, desk, "suppliers.create", &of(name)).await;
        assert_eq!(again["replayed"], json!(true));
    }
}

#[tokio::test]
async fn a_bulk_with_failures_is_answered_again_as_it_was() {
    let stores = Stores::open().await;
    let mut nobody = draft("Nobody's");
    nobody["supplierId"] = json!("sup_nobody");
    let items = json!({ "items": [draft("First"), nobody, draft("Second")] });
    let first = stores.ok("purchaseOrders.createMany", keyed(&items, "k")).await;
    assert_eq!((&first["succeeded"], &first["failed"]), (&json!(2), &json!(1)));
    let before = stores.stored().await;
    let again = stores.ok("purchaseOrders.createMany", keyed(&items, "k")).await;
    assert_eq!(with_replayed(first, true), again);
    assert_eq!(before.changes(&stores.stored().await), [""; 0]);
}

#[tokio::test]
async fn sent_twice_at_once_it_is_done_once() {
    let stores = Stores::open().await;
    let before = came(&stores).await.0.as_i64().unwrap();
    let delivery = keyed(&five(), "k");
    let desk = Stores::grant(stores.harbor, Scope::ReadWrite);
    let (one, other) = tokio::join!(
        call_of(&stores, &desk, "purchaseOrders.receive", &delivery),
        call_of(&stores, &desk, "purchaseOrders.receive", &delivery)
    );
    assert_eq!(one["order"], other["order"]);
    assert_ne!(one["replayed"], other["replayed"]);
    assert_eq!(came(&stores).await.0, json!(before + 5));
}
