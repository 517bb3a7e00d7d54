//! Two stores, one database: neither can see, name or change anything of the other.
//!
//! What is tried is taken from the schemas of all operations, so a new one is tried without a word here.

use std::collections::BTreeSet;

use latchstring::{Effect, ErrorCode, Finish, OperationError, Scope, Surface, TenantId};
use serde_json::{Value, json};

use crate::{examples::arguments, stores::Stores};

mod places;
mod statements;

fn surface(stores: &Stores) -> Surface {
    stores.catalog.surface(Stores::grant(stores.harbor, Scope::ReadWrite))
}

/// Where an id that nobody has is not refused: it narrows a list, or is told to be missing.
const NARROWS: [(&str, &str); 3] = [
    ("inventory.levels", "variantIds"),
    ("inventory.history", "variantId"),
    ("variants.get_many", "variantIds"),
];

/// What a call is answered, or how it is refused: also as an item of many.
fn told(answer: Result<Value, OperationError>) -> (bool, Value) {
    match answer {
        Err(error) => {
            let is_refusal = [ErrorCode::NotFound, ErrorCode::InvalidInput].contains(&error.code());
            (is_refusal, error.to_value())
        }
        Ok(answer) => (answer["failed"] == json!(1) && answer["succeeded"] == json!(0), answer),
    }
}

#[tokio::test]
async fn x01_an_id_of_another_store_is_answered_like_one_that_nobody_has() {
    let stores = Stores::open().await;
    let before = stores.stored().await;
    let (mut tried, mut refused) = (0, 0);
    for operation in surface(&stores).operations() {
        let path = operation.name.program();
        let example = arguments(operation);
        for place in places::of(operation) {
            let (theirs, nobodys) = (place.kind.theirs(), place.kind.nobodys());
            let (mut with_theirs, mut with_nobodys) = (example.clone(), example.clone());
            place.put(&mut with_theirs, theirs);
            place.put(&mut with_nobodys, nobodys);
            let shown = with_theirs.to_string();
            let mut answers = Vec::new();
            for arguments in [with_theirs, with_nobodys] {
                let mut session = stores.session(stores.harbor, Scope::ReadWrite, Effect::Write);
                let answer = session.call_from_program(path, &arguments.to_string()).await;
                session.finish(Finish::DryRun).await.unwrap();
                answers.push(told(answer.map(|answer| serde_json::from_str(answer.get()).unwrap())));
            }
            let (is_refused, theirs_is) = answers.remove(0);
            let (_, nobodys_is) = answers.remove(0);
            assert_eq!(
                theirs_is.to_string().replace(theirs, nobodys),
                nobodys_is.to_string(),
                "{path}({shown})"
            );
            // The example works, so an id in it that is refused is refused for what it is.
            let narrows = NARROWS.contains(&(operation.name.as_str(), place.field()));
            if place.is_filled(&example) && !narrows {
                assert!(is_refused, "{path}({shown}) is not refused: {theirs_is}");
                refused += 1;
            }
            tried += 1;
        }
    }
    assert_eq!(before.changes(&stores.stored().await), [""; 0]);
    assert!(tried > 200 && refused > 120, "{tried} tries, {refused} refused");
}

#[tokio::test]
async fn x01_no_answer_holds_a_word_of_another_store() {
    let stores = Stores::open().await;
    let (ours, theirs) = (words(&stores, stores.harbor).await, words(&stores, stores.kiln).await);
    let only_theirs: BTreeSet<&String> = theirs.difference(&ours).collect();
    assert!(only_theirs.len() > 60, "{}", only_theirs.len());
    for operation in surface(&stores).operations() {
        let path = operation.name.program();
        let mut calls = vec![arguments(operation)];
        let takes = |field: &str| {
            operation
                .input_schema
                .get("properties")
                .is_some_and(|all| all.get(field).is_some())
        };
        if operation.effect == Effect::Read && takes("search") {
            calls.extend(SEARCHED.map(|text| json!({ "search": text })));
        }
        for arguments in calls {
            let mut session = stores.session(stores.harbor, Scope::ReadWrite, Effect::Write);
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
const SEARCHED: [&str; 6] = ["po_2002", "43001", "KC-MUG-C", "clay", "sup_claysupply", "Glaze House"];

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
    let stores = Stores::open().await;
    // The same ids in another store: ids are only unique within one.
    let third = TenantId::new(stores.now());
    logistics::demo::seed(&stores.database, &[third]).await.unwrap();
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
        drop(stores.call(stores.harbor, path, arguments(operation)).await);
        let now = stores.stored().await;
        assert_eq!(before.of(third).changes(&now.of(third)), [""; 0], "{path}");
        assert_eq!(before.of(stores.kiln).changes(&now.of(stores.kiln)), [""; 0], "{path}");
        last = now;
    }
    let changes = before.of(stores.harbor).changes(&last.of(stores.harbor));
    assert!(changes.len() > 50, "the commands did something: {changes:#?}");
    assert_eq!(answers().await, told);
}
