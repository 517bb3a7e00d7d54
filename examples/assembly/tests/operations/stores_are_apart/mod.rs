//! Two stores, one database: neither can see, name or change anything of the other.
//!
//! What is tried is taken from the schemas of all operations, so a new one is tried without a word here.

use std::collections::BTreeSet;

use latchstring::{Effect, ErrorCode, Finish, Operation, OperationError, Scope, Surface, TenantId};
use serde_json::{Value, json};

use crate::{
    examples::{arguments, with_a_spare_head},
    stores::Stores,
};

use places::Place;

mod places;
mod statements;

fn surface(stores: &Stores) -> Surface {
    stores.catalog.surface(Stores::grant(stores.lumen, Scope::ReadWrite))
}

/// Where a call has one field or the other: an operation, the field, what is ours there, and the field that must go.
const ONE_OR_THE_OTHER: [(&str, &str, &str, &str); 4] = [
    ("boms.get", "variantId", "41007", "bomId"),
    ("boms.buildable_many", "bomIds", "bom_trio", "active"),
    ("stock.history", "bomId", "bom_trio", "variantId"),
    ("stock.history", "subAssemblyId", "sub_cable_set", "variantId"),
];

/// The history may be asked about what is gone, so it answers an empty page where others refuse.
fn may_be_gone(operation: &Operation, place: &Place) -> bool {
    operation.name.as_str() == "stock.history" && place.field() != "locationId"
}

/// A call that works, as far as this place goes: the operation's example with an id of our own.
fn valid(operation: &Operation, place: &Place) -> Value {
    let mut arguments = arguments(operation);
    for (name, field, ours, other) in ONE_OR_THE_OTHER {
        if name == operation.name.as_str() && field == place.field() {
            arguments.as_object_mut().unwrap().remove(other);
            place.put(&mut arguments, ours);
        }
    }
    if !place.is_filled(&arguments) {
        place.put(&mut arguments, place.kind.ours());
    }
    arguments
}

/// What a call is answered, or how it is refused: also as an item of many.
fn told(answer: Result<Value, OperationError>) -> (bool, Value) {
    match answer {
        Err(error) => {
            let is_refusal = [ErrorCode::NotFound, ErrorCode::InvalidInput].contains(&error.code());
            (is_refusal, error.to_value())
        }
        Ok(answer) => {
            let done = |field| answer.get(field).is_none_or(|count| *count == json!(0));
            let is_refused =
                answer["failed"] == json!(1) && ["succeeded", "created", "refreshed"].into_iter().all(done);
            (is_refused, answer)
        }
    }
}

#[tokio::test]
async fn x01_an_id_of_another_store_is_refused_like_one_that_nobody_has() {
    let stores = with_a_spare_head().await;
    let before = stores.stored().await;
    let mut tried = 0;
    for operation in surface(&stores).operations() {
        let path = operation.name.program();
        for place in places::of(operation) {
            let valid = valid(operation, &place);
            let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
            let own = session.call_from_program(path, &valid.to_string()).await;
            session.finish(Finish::DryRun).await.unwrap();
            assert!(
                own.is_ok_and(|own| !own.get().contains("\"failed\":1")),
                "{path}({valid}) is no valid call"
            );
            for theirs in place.kind.theirs() {
                let nobodys = place.kind.nobodys(theirs);
                let (mut with_theirs, mut with_nobodys) = (valid.clone(), valid.clone());
                place.put(&mut with_theirs, theirs);
                place.put(&mut with_nobodys, nobodys);
                let shown = with_theirs.to_string();
                let (is_refused, theirs_is) = told(stores.call(stores.lumen, path, with_theirs).await);
                let (_, nobodys_is) = told(stores.call(stores.lumen, path, with_nobodys).await);
                if may_be_gone(operation, &place) {
                    assert_eq!(theirs_is["items"], json!([]), "{path}({shown})");
                } else {
                    assert!(is_refused, "{path}({shown}) is not refused: {theirs_is}");
                }
                let made_up = theirs_is.to_string().replace(theirs, nobodys);
                assert_eq!(made_up, nobodys_is.to_string(), "{path}({shown})");
                tried += 1;
            }
        }
        let changes = before.changes(&stores.stored().await);
        assert!(changes.is_empty(), "{path} changed {changes:#?}");
    }
    assert!(tried > 250, "{tried} tries");
}

#[tokio::test]
async fn x01_no_answer_holds_a_word_of_another_store() {
    let stores = with_a_spare_head().await;
    let (ours, theirs) = (words(&stores, stores.lumen).await, words(&stores, stores.volt).await);
    let only_theirs: BTreeSet<&String> = theirs.difference(&ours).collect();
    assert!(only_theirs.len() > 300, "{}", only_theirs.len());
    for operation in surface(&stores).operations() {
        let path = operation.name.program();
        let mut calls = vec![arguments(operation)];
        if operation.effect == Effect::Read {
            let largest = ["pageSize", "includeConnections", "expand"].map(|field| {
                let most = if field == "pageSize" { json!(250) } else { json!(true) };
                (field, most)
            });
            let is_there = |(field, _): &(&str, Value)| crate::examples::takes(operation, field);
            let all: serde_json::Map<String, Value> = largest
                .into_iter()
                .filter(is_there)
                .map(|(field, most)| (field.to_owned(), most))
                .collect();
            calls.push(Value::Object(all));
            for field in ["search", "query"]
                .into_iter()
                .filter(|field| crate::examples::takes(operation, field))
            {
                calls.extend(SEARCHED.map(|text| json!({ field: text })));
            }
        }
        for arguments in calls {
            let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
            let answer = session.call_from_program(path, &arguments.to_string()).await;
            session.finish(Finish::DryRun).await.unwrap();
            let mut seen = BTreeSet::new();
            if let Ok(answer) = answer {
                texts(&serde_json::from_str(answer.get()).unwrap(), &mut seen);
            }
            let shown: Vec<_> = only_theirs.intersection(&seen.iter().collect()).copied().collect();
            assert!(shown.is_empty(), "{path}({arguments}) shows {shown:?}");
        }
    }
}

/// What somebody would look for who knows what the other store has.
const SEARCHED: [&str; 8] = [
    "bom_brake_kit",
    "sub_cell_block",
    "VMAT-VAR-2001",
    "42016",
    "Kinetik",
    "battery",
    "id:42016",
    "vendor:Kinetik",
];

/// Every text that a store has: ids, names, vendors and the like.
async fn words(stores: &Stores, tenant: TenantId) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for row in stores.texts_of(tenant).await {
        words.extend(row.split('\u{1F}').filter(|word| !word.is_empty()).map(str::to_owned));
    }
    words
}

fn texts(answer: &Value, seen: &mut BTreeSet<String>) {
    match answer {
        Value::String(text) => drop(seen.insert(text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, seen)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, seen)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[tokio::test]
async fn x01_a_command_changes_one_store_where_both_have_the_same_ids() {
    let stores = with_a_spare_head().await;
    // The same ids in another store: ids are only unique within one.
    let third = TenantId::new(stores.now());
    assembly::demo::seed(&stores.database, &[third]).await.unwrap();
    let before = stores.stored().await;
    let answers = async || {
        let mut answers = Vec::new();
        for operation in surface(&stores).operations().filter(|one| one.effect == Effect::Read) {
            let answer = stores.call(third, operation.name.program(), arguments(operation)).await;
            answers.push(answer.unwrap());
        }
        answers
    };
    let told = answers().await;
    let mut last = before.clone();
    for operation in surface(&stores).operations().filter(|one| one.effect == Effect::Write) {
        let path = operation.name.program();
        // Some are refused by now, since those before them were committed.
        drop(stores.call(stores.lumen, path, arguments(operation)).await);
        let now = stores.stored().await;
        assert_eq!(before.of(third).changes(&now.of(third)), [""; 0], "{path}");
        assert_eq!(before.of(stores.volt).changes(&now.of(stores.volt)), [""; 0], "{path}");
        last = now;
    }
    let changes = before.of(stores.lumen).changes(&last.of(stores.lumen));
    assert!(changes.len() > 50, "the commands did something: {changes:#?}");
    assert_eq!(answers().await, told);
}
