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
    let surface = stores.catalog.surface(Stores::grant(stores.lumen, Scope::ReadWrite));
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

#[tokio::test]
async fn every_command_that_makes_something_new_takes_a_key() {
    let stores = Stores::open().await;
    let paths: Vec<String> = replayable(&stores).into_iter().map(|(path, _)| path).collect();
    let expected = [
        "boms.create",
        "boms.createMany",
        "rawMaterials.createVirtual",
        "rawMaterials.createVirtualMany",
        "subAssemblies.create",
        "subAssemblies.createMany",
    ];
    assert_eq!(paths, expected);
}

#[tokio::test]
async fn sent_again_it_gets_the_first_answer_and_does_nothing() {
    for (path, arguments) in replayable(&Stores::open().await) {
        let stores = Stores::open().await;
        let first = stores.ok(&path, keyed(&arguments, "k-1")).await;
        assert_eq!(first["replayed"], json!(false), "{path}");
        let before = stores.stored().await;
        stores.later(TimeDelta::hours(24) - TimeDelta::microseconds(1));
        let (again, finished) = stores
            .change(stores.lumen, &path, keyed(&arguments, "k-1"))
            .await
            .unwrap();
        assert_eq!(again["replayed"], json!(true), "{path}");
        assert_eq!(with_replayed(first, true), again, "{path}");
        assert!(finished.changes.is_empty(), "{path}");
        assert_eq!(before.changes(&stores.stored().await), [""; 0], "{path}");
    }
}

fn with_replayed(mut answer: Value, replayed: bool) -> Value {
    answer["replayed"] = json!(replayed);
    answer
}

#[tokio::test]
async fn the_order_of_fields_does_not_make_another_change() {
    let stores = Stores::open().await;
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    for (arguments, replayed) in [
        (r#"{ "name": "Rivet", "unit": "kg", "idempotencyKey": "k" }"#, false),
        (r#"{ "idempotencyKey": "k", "unit": "kg", "name": "Rivet" }"#, true),
    ] {
        let answer = session
            .call_from_program("rawMaterials.createVirtual", arguments)
            .await
            .unwrap();
        let answer: Value = serde_json::from_str(answer.get()).unwrap();
        assert_eq!(answer["replayed"], json!(replayed));
    }
}

#[tokio::test]
async fn with_other_arguments_a_key_is_refused() {
    let stores = Stores::open().await;
    stores
        .ok("rawMaterials.createVirtual", keyed(&json!({ "name": "Rivet" }), "k"))
        .await;
    let other = keyed(&json!({ "name": "Rivet, long" }), "k");
    let (code, message) = stores.refused("rawMaterials.createVirtual", other).await;
    assert_eq!(code, ErrorCode::Conflict);
    assert!(
        message.contains("`k`") && message.contains("new `idempotencyKey`"),
        "{message}"
    );
}

#[tokio::test]
async fn after_a_day_it_is_forgotten() {
    let stores = Stores::open().await;
    let rivet = keyed(&json!({ "name": "Rivet" }), "k");
    let first = stores.ok("rawMaterials.createVirtual", rivet.clone()).await;
    stores.later(TimeDelta::hours(24));
    let second = stores.ok("rawMaterials.createVirtual", rivet.clone()).await;
    assert_eq!(second["replayed"], json!(false));
    assert_ne!(first["rawMaterial"]["variantId"], second["rawMaterial"]["variantId"]);
    let other = keyed(&json!({ "name": "Rivet, long" }), "k");
    stores.refused("rawMaterials.createVirtual", other.clone()).await;
    stores.later(TimeDelta::hours(24));
    stores.ok("rawMaterials.createVirtual", other).await;
    assert_eq!(
        stores.number("SELECT COUNT(*) AS n FROM latchstring_replay").await,
        1,
        "what is forgotten is deleted"
    );
}

#[tokio::test]
async fn what_was_not_done_is_not_remembered() {
    let stores = Stores::open().await;
    let rivet = keyed(&json!({ "name": "Rivet" }), "k");
    for finish in [Finish::DryRun, Finish::Fail(ErrorCode::ProgramError)] {
        let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
        session
            .call_from_program("rawMaterials.createVirtual", &rivet.to_string())
            .await
            .unwrap();
        session.finish(finish).await.unwrap();
    }
    // A refusal is no answer to keep either: once put right, the same key may be used.
    let wrong = keyed(&json!({ "variantId": "41001" }), "k");
    assert_eq!(stores.refused("boms.create", wrong).await.0, ErrorCode::Conflict);
    let right = keyed(&json!({ "variantId": "41016" }), "k");
    assert_eq!(stores.ok("boms.create", right).await["replayed"], json!(false));
    let done = stores.ok("rawMaterials.createVirtual", rivet).await;
    assert_eq!(done["replayed"], json!(false));
}

#[tokio::test]
async fn a_key_belongs_to_one_grant_of_one_store_and_to_one_operation() {
    let stores = Stores::open().await;
    let rivet = keyed(&json!({ "name": "Rivet" }), "k");
    let desks = [
        Stores::grant(stores.lumen, Scope::ReadWrite),
        stores.another_grant(stores.lumen),
        Stores::grant(stores.volt, Scope::ReadWrite),
    ];
    for desk in &desks {
        let done = call_of(&stores, desk, "rawMaterials.createVirtual", &rivet).await;
        assert_eq!(done["replayed"], json!(false));
    }
    for (path, arguments) in [
        ("subAssemblies.create", rivet.clone()),
        (
            "rawMaterials.createVirtualMany",
            keyed(&json!({ "items": [{ "name": "Rivet" }] }), "k"),
        ),
    ] {
        assert_eq!(stores.ok(path, arguments).await["replayed"], json!(false), "{path}");
    }
    for desk in &desks {
        let again = call_of(&stores, desk, "rawMaterials.createVirtual", &rivet).await;
        assert_eq!(again["replayed"], json!(true));
    }
}

#[tokio::test]
async fn a_bulk_with_failures_is_answered_again_as_it_was() {
    let stores = Stores::open().await;
    let items = json!({ "items": [{ "name": "Rivet" }, { "name": "" }, { "name": "Bolt" }] });
    let first = stores.ok("rawMaterials.createVirtualMany", keyed(&items, "k")).await;
    assert_eq!((&first["succeeded"], &first["failed"]), (&json!(2), &json!(1)));
    let before = stores.stored().await;
    let again = stores.ok("rawMaterials.createVirtualMany", keyed(&items, "k")).await;
    assert_eq!(with_replayed(first, true), again);
    assert_eq!(before.changes(&stores.stored().await), [""; 0]);
}

#[tokio::test]
async fn sent_twice_at_once_it_is_done_once() {
    let stores = Stores::open().await;
    let rivet = keyed(&json!({ "name": "Rivet" }), "k");
    let desk = Stores::grant(stores.lumen, Scope::ReadWrite);
    let (one, other) = tokio::join!(
        call_of(&stores, &desk, "rawMaterials.createVirtual", &rivet),
        call_of(&stores, &desk, "rawMaterials.createVirtual", &rivet)
    );
    assert_eq!(one["rawMaterial"], other["rawMaterial"]);
    assert_ne!(one["replayed"], other["replayed"]);
}
