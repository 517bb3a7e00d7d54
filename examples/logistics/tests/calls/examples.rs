//! The example of each operation, as the arguments that it passes. Models copy them, so they must work.

use latchstring::{Effect, Finish, Operation, Scope};
use serde_json::{Value, json};

use crate::stores::Stores;

/// What the example of an operation passes to it.
pub(crate) fn arguments(operation: &Operation) -> Value {
    let call = format!("app.{}(", operation.name.program());
    let (_, behind) = operation.example.split_once(&call).unwrap();
    let (argument, _) = behind.rsplit_once(')').unwrap();
    serde_json::from_str(&quoted(argument)).unwrap_or_else(|error| panic!("{}: {error}", operation.example))
}

/// Whether an operation has this field.
pub(crate) fn takes(operation: &Operation, field: &str) -> bool {
    let fields = operation.input_schema.get("properties");
    fields.is_some_and(|fields| fields.get(field).is_some())
}

/// An object of JavaScript with its keys in quotes, as JSON has them.
fn quoted(object: &str) -> String {
    let (mut json, mut word, mut is_text) = (String::new(), String::new(), false);
    for letter in object.chars() {
        if !is_text && letter.is_ascii_alphabetic() {
            word.push(letter);
            continue;
        }
        let mark = if letter == ':' && !is_text { "\"" } else { "" };
        if word.is_empty() {
            json.push(letter);
        } else {
            json.push_str(&format!("{mark}{word}{mark}{letter}"));
            word.clear();
        }
        is_text ^= letter == '"';
    }
    json
}

#[tokio::test]
async fn every_example_works_on_the_demo_data() {
    let stores = Stores::open().await;
    let surface = stores.catalog.surface(Stores::grant(stores.harbor, Scope::ReadWrite));
    let mut wrong = Vec::new();
    for operation in surface.operations() {
        let mut session = stores.session(stores.harbor, Scope::ReadWrite, Effect::Write);
        let arguments = arguments(operation).to_string();
        let answer = session.call_from_program(operation.name.program(), &arguments).await;
        session.finish(Finish::DryRun).await.unwrap();
        match answer.map(|answer| serde_json::from_str::<Value>(answer.get()).unwrap()) {
            Ok(answer) if answer.get("failed").is_none_or(|failed| *failed == json!(0)) => {}
            other => wrong.push(format!("{}: {other:?}", operation.example)),
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
