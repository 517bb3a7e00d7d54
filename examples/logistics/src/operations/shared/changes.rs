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

/// The same with the lines that differ.
pub(crate) fn with_lines<T: Serialize, L: Serialize + PartialEq>(
    (before, lines_before): (&T, &[L]),
    (after, lines_after): (&T, &[L]),
) -> (Value, Value) {
    let (mut was, mut is) = differences(before, after);
    // Most lines are where they were; looking for each among all would take the square of their number.
    let differing = |of: &[L], other: &[L]| {
        let lines = of.iter().enumerate();
        let lines = lines.filter(|(at, line)| other.get(*at) != Some(*line) && !other.contains(line));
        lines
            .filter_map(|(_, line)| serde_json::to_value(line).ok())
            .collect::<Vec<_>>()
    };
    let (gone, come) = (
        differing(lines_before, lines_after),
        differing(lines_after, lines_before),
    );
    for (value, lines) in [(&mut was, gone), (&mut is, come)] {
        if let (Value::Object(fields), false) = (value, lines.is_empty()) {
            fields.insert("lines".to_owned(), Value::Array(lines));
        }
    }
    (was, is)
}
