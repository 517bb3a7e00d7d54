//! The example of each operation, as the arguments that it passes. Models copy them, so they must work.

use latchstring::{Operation, Scope};
use serde_json::{Value, json};

use crate::Stores;

/// What the example of an operation passes to it.
pub fn arguments(operation: &Operation) -> Value {
    let call = format!("app.{}(", operation.name.program());
    let (_, behind) = operation.example.split_once(&call).unwrap();
    let (argument, _) = behind.rsplit_once(')').unwrap();
    serde_json::from_str(&quoted(argument)).unwrap_or_else(|error| panic!("{}: {error}", operation.example))
}

/// Whether an operation has this field.
pub fn takes(operation: &Operation, field: &str) -> bool {
    let fields = operation.input_schema.get("properties");
    fields.is_some_and(|fields| fields.get(field).is_some())
}

/// The examples that fail on the data of the first store, each with what it is answered.
pub async fn broken(stores: &Stores) -> Vec<String> {
    let mut broken = Vec::new();
    for operation in stores.surface(Scope::ReadWrite).operations() {
        match stores.rehearse(operation.name.program(), &arguments(operation)).await {
            Ok(answer) if answer.get("failed").is_none_or(|failed| *failed == json!(0)) => {}
            other => broken.push(format!("{}: {other:?}", operation.example)),
        }
    }
    broken
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
