//! The example of an operation that has none of its own, made from its schemas: a call with every field that must be given.
//!
//! A value is the first that the schema has for its field: an example, the default, one of the allowed values; otherwise
//! one that its type allows.

use serde_json::{Map, Value, json};

use crate::Name;

/// Deeper than this lists and objects are empty, for a type may contain itself. What then does not fit is told to the author.
const DEEPEST: usize = 5;

/// So many fields of the answer are taken out of it.
const TAKEN: usize = 2;

/// The fields that must be given, each with a value.
pub(super) fn arguments(input: &Map<String, Value>) -> Map<String, Value> {
    Values { root: input }.object(input, 0)
}

/// A statement that calls `name` with these arguments.
pub(super) fn call(name: &Name, arguments: &Map<String, Value>, output: &Map<String, Value>) -> String {
    let mut call = format!("{}await app.{}(", taken(output), name.program());
    write_object(arguments, &mut call);
    call + ");"
}

/// `const { items } = `: what begins with the first fields of the answer that hold something, or with the first of all.
fn taken(output: &Map<String, Value>) -> String {
    let fields = output.get("properties").and_then(Value::as_object);
    let told = || fields.into_iter().flatten().filter(|(name, _)| is_identifier(name));
    let holds = |field: &Value| ["properties", "items"].iter().any(|inner| field.get(inner).is_some());
    let mut names: Vec<&str> = told()
        .filter(|(_, field)| holds(field))
        .map(|(name, _)| name.as_str())
        .collect();
    if names.is_empty() {
        names = told().map(|(name, _)| name.as_str()).collect();
    }
    names.truncate(TAKEN);
    if names.is_empty() {
        "const answer = ".to_owned()
    } else {
        format!("const {{ {} }} = ", names.join(", "))
    }
}

struct Values<'a> {
    root: &'a Map<String, Value>,
}

impl Values<'_> {
    fn object(&self, schema: &Map<String, Value>, depth: usize) -> Map<String, Value> {
        let required = schema.get("required").and_then(Value::as_array);
        let is_required = |name: &str| required.is_some_and(|all| all.iter().any(|one| one == name));
        let fields = schema.get("properties").and_then(Value::as_object);
        fields
            .into_iter()
            .flatten()
            .filter(|(name, _)| is_required(name))
            .map(|(name, field)| (name.clone(), self.value(field, name, depth)))
            .collect()
    }

    fn value(&self, schema: &Value, name: &str, depth: usize) -> Value {
        if depth > 2 * DEEPEST {
            return Value::Null;
        }
        let schema = self.resolved(schema);
        if let Some(given) = given(schema) {
            return given.clone();
        }
        for key in ["anyOf", "oneOf"] {
            let several = schema.get(key).and_then(Value::as_array);
            if let Some(one) = several.into_iter().flatten().find(|one| one["type"] != "null") {
                return self.value(one, name, depth + 1);
            }
        }
        let kinds = match schema.get("type") {
            Some(Value::Array(several)) => several.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        let kind = kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null");
        match (kind, schema.as_object()) {
            (Some("object"), Some(schema)) if depth < DEEPEST => Value::Object(self.object(schema, depth + 1)),
            (Some("object"), _) => json!({}),
            (Some("array"), _) => self.list(schema, name, depth),
            (Some("integer" | "number"), _) => number(schema),
            (Some("boolean"), _) => json!(true),
            (Some("string"), _) => json!(text(schema, name)),
            _ => json!(words(name)),
        }
    }

    fn list(&self, schema: &Value, name: &str, depth: usize) -> Value {
        let least = schema["minItems"].as_u64().unwrap_or(0).min(100);
        let many = if depth < DEEPEST { least.max(1) } else { least };
        let singular = name.strip_suffix('s').unwrap_or(name);
        let items = (0..many).map(|_| self.value(&schema["items"], singular, depth + 1));
        Value::Array(items.collect())
    }

    /// What a schema refers to. One that refers in a circle allows nothing that could be written down.
    fn resolved<'s>(&'s self, mut schema: &'s Value) -> &'s Value {
        for _ in 0..DEEPEST {
            let reference = schema.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|reference| reference.rsplit('/').next());
            let definitions = self.root.get("$defs");
            match name.and_then(|name| definitions?.get(name)) {
                Some(found) => schema = found,
                None => break,
            }
        }
        schema
    }
}

/// The value that a schema names itself.
fn given(schema: &Value) -> Option<&Value> {
    let first = |key: &str| schema.get(key).and_then(Value::as_array).and_then(|all| all.first());
    let default = schema.get("default").filter(|default| !default.is_null());
    first("examples")
        .or(default)
        .or_else(|| schema.get("const"))
        .or_else(|| first("enum"))
}

/// One, if that is within the bounds.
fn number(schema: &Value) -> Value {
    let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
    let least = bound("minimum").or_else(|| bound("exclusiveMinimum").map(|least| least + 1.0));
    let most = bound("maximum").or_else(|| bound("exclusiveMaximum").map(|most| most - 1.0));
    let one = 1_f64.max(least.unwrap_or(f64::MIN)).min(most.unwrap_or(f64::MAX));
    if one.fract() != 0.0 || one.abs() > 1e15 {
        return json!(one);
    }
    #[expect(
        clippy::cast_possible_truncation,
        reason = "it is a whole number of fifteen digits at most"
    )]
    let whole = one as i64;
    json!(whole)
}

fn text(schema: &Value, name: &str) -> String {
    let known = match schema["format"].as_str() {
        Some("date-time") => Some("2026-01-31T09:00:00Z"),
        Some("date") => Some("2026-01-31"),
        Some("time") => Some("09:00:00Z"),
        Some("email") => Some("name@example.com"),
        Some("uri") => Some("https://example.com/"),
        Some("uuid") => Some("0190163d-8694-739b-aea5-966c26f8ad91"),
        _ => None,
    };
    let text = known.map_or_else(|| words(name), ToOwned::to_owned);
    let length = |key: &str| schema[key].as_u64().and_then(|length| usize::try_from(length).ok());
    let text: String = text.chars().take(length("maxLength").unwrap_or(usize::MAX)).collect();
    let lacks = length("minLength").unwrap_or(0).saturating_sub(text.chars().count());
    text + &"x".repeat(lacks.min(1_000))
}

/// The name of a field in words: `finishedGood` is a `finished good`.
fn words(name: &str) -> String {
    let mut words = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

fn is_identifier(name: &str) -> bool {
    let is_first = |letter: char| letter.is_ascii_alphabetic() || letter == '_' || letter == '$';
    name.starts_with(is_first) && name.chars().all(|letter| is_first(letter) || letter.is_ascii_digit())
}

/// A value as JavaScript is written by hand.
fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => write_object(fields, text),
        Value::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push_str(", ");
                }
                write(item, text);
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

fn write_object(fields: &Map<String, Value>, text: &mut String) {
    if fields.is_empty() {
        return text.push_str("{}");
    }
    for (at, (name, value)) in fields.iter().enumerate() {
        text.push_str(if at == 0 { "{ " } else { ", " });
        if is_identifier(name) {
            text.push_str(name);
        } else {
            text.push_str(&json!(name).to_string());
        }
        text.push_str(": ");
        write(value, text);
    }
    text.push_str(" }");
}

#[cfg(test)]
mod tests;
