//! Operations as TypeScript declarations: the form in which models write correct calls.
//!
//! The return type stands in the text, because clients read output schemas but do not show them to the model.

use std::fmt::Write;

use latchstring_core::Operation;
use serde_json::{Map, Value};

/// The declaration of one operation: its documentation, its failures, an example, and its signature.
pub fn declaration(operation: &Operation) -> String {
    let mut text = String::from("/**\n");
    for line in operation.description.trim().lines() {
        let _ = writeln!(text, " * {}", line.trim_end());
    }
    if operation.effect == latchstring_core::Effect::Write {
        text.push_str(" * Changes data: call it from `run_write`.\n");
    }
    for (code, when) in operation.errors {
        let _ = writeln!(text, " * @throws {code} {when}");
    }
    let _ = writeln!(text, " * @example {}\n */", operation.example);
    let _ = writeln!(
        text,
        "app.{}(args: {}): Promise<{}>",
        operation.name.program(),
        render(&operation.input_schema, 0),
        render(&operation.output_schema, 0)
    );
    for (name, schema) in definitions(&operation.input_schema).chain(definitions(&operation.output_schema)) {
        let _ = writeln!(text, "type {name} = {}", type_of(schema, 0));
    }
    text
}

/// The signature alone, in one line.
pub(crate) fn signature(operation: &Operation) -> String {
    let properties = operation.input_schema.get("properties").and_then(Value::as_object);
    let fields: Vec<String> = properties
        .into_iter()
        .flatten()
        .map(|(name, property)| {
            let mark = if is_required(&operation.input_schema, name) {
                ""
            } else {
                "?"
            };
            format!("{name}{mark}: {}", latchstring_core::type_word(property))
        })
        .collect();
    format!("app.{}({{{}}})", operation.name.program(), fields.join(", "))
}

/// The type that an operation returns.
pub(crate) fn return_type(operation: &Operation) -> String {
    let mut text = render(&operation.output_schema, 0);
    for (name, schema) in definitions(&operation.output_schema) {
        let _ = write!(text, "\ntype {name} = {}", type_of(schema, 0));
    }
    text
}

fn definitions(schema: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("$defs").and_then(Value::as_object).into_iter().flatten()
}

fn is_required(schema: &Map<String, Value>, field: &str) -> bool {
    schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one == field))
}

/// An object type, one field a line with its documentation behind it; `{}` when there are no fields.
fn render(schema: &Map<String, Value>, depth: usize) -> String {
    let Some(properties) = schema
        .get("properties")
        .and_then(Value::as_object)
        .filter(|all| !all.is_empty())
    else {
        return match schema.get("additionalProperties") {
            Some(Value::Object(_)) => format!("Record<string, {}>", type_of(&schema["additionalProperties"], depth)),
            _ => "{}".to_owned(),
        };
    };
    let indent = "  ".repeat(depth + 1);
    let mut text = String::from("{\n");
    for (name, property) in properties {
        let mark = if is_required(schema, name) { "" } else { "?" };
        let _ = write!(text, "{indent}{name}{mark}: {}", type_of(property, depth + 1));
        match note(property) {
            Some(note) => {
                let _ = writeln!(text, " // {note}");
            }
            None => text.push('\n'),
        }
    }
    text.push_str(&"  ".repeat(depth));
    text.push('}');
    text
}

/// What stands behind a field: its documentation in one line, its bounds and its default.
fn note(property: &Value) -> Option<String> {
    let mut note = property["description"]
        .as_str()
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let mut add = |text: String| {
        if !note.is_empty() {
            note.push(' ');
        }
        note.push_str(&text);
    };
    match (property.get("minimum"), property.get("maximum")) {
        (Some(low), Some(high)) => add(format!("({low} to {high})")),
        (Some(low), None) if low != &Value::from(0) => add(format!("(at least {low})")),
        (None, Some(high)) => add(format!("(at most {high})")),
        (Some(_) | None, None) => {}
    }
    if let Some(default) = property.get("default").filter(|default| !default.is_null()) {
        add(format!("(default {default})"));
    }
    (!note.is_empty()).then_some(note)
}

fn type_of(schema: &Value, depth: usize) -> String {
    let Some(object) = schema.as_object() else {
        return "unknown".to_owned();
    };
    if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or("unknown").to_owned();
    }
    if let Some(constant) = object.get("const") {
        return constant.to_string();
    }
    if let Some(values) = object.get("enum").and_then(Value::as_array) {
        return values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(several) = object.get(key).and_then(Value::as_array) {
            return several
                .iter()
                .map(|one| type_of(one, depth))
                .collect::<Vec<_>>()
                .join(" | ");
        }
    }
    match object.get("type") {
        Some(Value::String(one)) => plain(one, object, depth),
        Some(Value::Array(several)) => {
            let all: Vec<_> = several
                .iter()
                .filter_map(Value::as_str)
                .map(|one| plain(one, object, depth))
                .collect();
            all.join(" | ")
        }
        _ => "unknown".to_owned(),
    }
}

fn plain(one: &str, schema: &Map<String, Value>, depth: usize) -> String {
    match one {
        "integer" => "number".to_owned(),
        "object" => render(schema, depth),
        "array" => {
            let item = schema
                .get("items")
                .map_or_else(|| "unknown".to_owned(), |items| type_of(items, depth));
            if item.contains(" | ") {
                format!("({item})[]")
            } else {
                format!("{item}[]")
            }
        }
        other => other.to_owned(),
    }
}
