//! What differs between two states of something, for dry runs and the audit log.

use serde::Serialize;
use serde_json::{Map, Value};

/// The fields that differ: as they were, and as they are.
pub(crate) fn differences<T: Serialize>(before: &T, after: &T) -> (Value, Value) {
    let (Ok(Value::Object(before)), Ok(Value::Object(after))) =
        (serde_json::to_value(before), serde_json::to_value(after))
    else {
        return (Value::Null, Value::Null);
    };
    // How often and when it changed says itself.
    let is_told = |name: &str| !matches!(name, "version" | "updatedAt");
    let differing = |of: &Map<String, Value>, other: &Map<String, Value>| {
        let fields = of
            .iter()
            .filter(|(name, value)| is_told(name) && other.get(*name) != Some(value));
        fields.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    (
        Value::Object(differing(&before, &after)),
        Value::Object(differing(&after, &before)),
    )
}

/// The same with the lines that differ, each under its id: what people call it, and its fields that differ.
pub(crate) fn with_lines<T: Serialize, L: Serialize>(
    (before, lines_before): (&T, &[L]),
    (after, lines_after): (&T, &[L]),
) -> (Value, Value) {
    let (mut was, mut is) = differences(before, after);
    let (lines_before, lines_after) = (by_id(lines_before), by_id(lines_after));
    let (mut gone, mut come) = (Map::new(), Map::new());
    for (id, line) in &lines_before {
        match lines_after.get(id) {
            None => {
                gone.insert(id.clone(), brief(line));
            }
            Some(other) if other == line => {}
            Some(other) => {
                gone.insert(id.clone(), beside(line, other));
                come.insert(id.clone(), beside(other, line));
            }
        }
    }
    let new = lines_after.iter().filter(|(id, _)| !lines_before.contains_key(*id));
    come.extend(new.map(|(id, line)| (id.clone(), brief(line))));
    let is_changed = !(gone.is_empty() && come.is_empty());
    for (value, lines) in [(&mut was, gone), (&mut is, come)] {
        if let (Value::Object(fields), true) = (value, is_changed) {
            fields.insert("lines".to_owned(), Value::Object(lines));
        }
    }
    (was, is)
}

/// A new document: what is said of it, and each of its lines.
pub(crate) fn created<T: Serialize, L: Serialize>(new: &T, lines: &[L]) -> Value {
    let Ok(Value::Object(fields)) = serde_json::to_value(new) else {
        return Value::Null;
    };
    let is_of_itself = |name: &str| matches!(name, "id" | "seq" | "version" | "createdAt" | "updatedAt");
    let fields = fields.into_iter().filter(|(name, _)| !is_of_itself(name));
    let mut told: Map<String, Value> = fields.filter(|(_, value)| says_something(value)).collect();
    for (at, line) in by_id(lines).values().enumerate() {
        told.insert(format!("lines.{}", at + 1), brief(line));
    }
    Value::Object(told)
}

fn by_id<L: Serialize>(lines: &[L]) -> Map<String, Value> {
    let lines = lines.iter().filter_map(|line| serde_json::to_value(line).ok());
    lines
        .filter_map(|line| Some((line.get("id")?.as_str()?.to_owned(), line)))
        .collect()
}

/// What people call a line, and its fields that are not as in another one. Receipts are left out, for what was received is told.
fn beside(line: &Value, other: &Value) -> Value {
    let name = line.get("title").map(|title| ("name".to_owned(), title.clone()));
    let fields = line.as_object().into_iter().flatten();
    let differing = fields.filter(|(name, value)| *name != "receipts" && other.get(name.as_str()) != Some(*value));
    let differing = differing.map(|(name, value)| (name.clone(), value.clone()));
    Value::Object(name.into_iter().chain(differing).collect())
}

/// A line by itself: what people call it, how many, and the rest as far as it says something, its numbers in catalogues last.
fn brief(line: &Value) -> Value {
    let name = line.get("title").map(|title| ("name".to_owned(), title.clone()));
    let fields: Vec<_> = line.as_object().into_iter().flatten().collect();
    let is_number = |name: &str| matches!(name, "variant" | "sku" | "supplierSku");
    let (numbers, others): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| is_number(name));
    let said = others
        .into_iter()
        .chain(numbers)
        .filter(|(name, value)| !matches!(name.as_str(), "id" | "title" | "receipts") && says_something(value));
    let said = said.map(|(name, value)| (name.clone(), value.clone()));
    Value::Object(name.into_iter().chain(said).collect())
}

/// Whether a value is more than nothing: neither null nor 0, nor empty, nor made of such.
fn says_something(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) => true,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(fields) => fields.values().any(says_something),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn of_a_line_that_changed_its_name_and_what_differs_are_told() {
        let head = json!({ "status": "sent", "version": 1 });
        let line =
            |id: &str, received: i64| json!({ "id": id, "title": "Oak board", "ordered": 24, "received": received });
        let (was, is) = with_lines(
            (&head, &[line("a", 0), line("b", 0), line("c", 0)]),
            (&head, &[line("a", 0), line("b", 5), line("d", 0)]),
        );
        let whole = json!({ "name": "Oak board", "ordered": 24 });
        assert_eq!(
            was,
            json!({ "lines": { "b": { "name": "Oak board", "received": 0 }, "c": whole } })
        );
        assert_eq!(
            is,
            json!({ "lines": { "b": { "name": "Oak board", "received": 5 }, "d": whole } })
        );
    }

    #[test]
    fn a_line_that_goes_leaves_none_behind() {
        let (was, is) = with_lines(
            (&json!({}), &[json!({ "id": "a", "title": "Oak board" })]),
            (&json!({}), &[]),
        );
        assert_eq!(was, json!({ "lines": { "a": { "name": "Oak board" } } }));
        assert_eq!(is, json!({ "lines": {} }));
    }

    #[test]
    fn of_a_new_document_what_is_said_and_each_line_is_told() {
        let head = json!({ "id": "po", "seq": 7, "number": "PO-7", "notes": null, "dates": { "sentAt": null }, "payments": [] });
        let lines = [
            json!({ "id": "a", "variant": "42", "title": "Oak board", "ordered": 24, "received": 0, "unitCost": "7.40" }),
        ];
        let line = json!({ "name": "Oak board", "ordered": 24, "unitCost": "7.40", "variant": "42" });
        assert_eq!(created(&head, &lines), json!({ "number": "PO-7", "lines.1": line }));
        assert_eq!(
            serde_json::to_string(&brief(&lines[0])).unwrap(),
            r#"{"name":"Oak board","ordered":24,"unitCost":"7.40","variant":"42"}"#
        );
    }
}
