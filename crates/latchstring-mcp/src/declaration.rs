//! Operations as TypeScript declarations: the form in which models write correct calls.
//!
//! The return type stands in the text, because clients read output schemas but do not show them to the model.

use std::fmt::Write;

use latchstring_core::{Effect, Operation};
use serde_json::{Map, Value};

/// How a type is laid out.
#[derive(Clone, Copy)]
enum Layout {
    /// One field a line, at this depth, with its documentation behind it.
    Documented(usize),
    /// In one line, without a word more.
    OneLine,
}

/// The declaration of one operation: its documentation, its failures, an example, and its signature.
pub fn declaration(operation: &Operation) -> String {
    let mut text = String::from("/**\n");
    for line in operation.description.trim().lines() {
        let _ = writeln!(text, " * {}", line.trim_end());
    }
    if operation.effect == Effect::Write {
        text.push_str(" * Changes data: call it from `run_write`.\n");
    }
    for (code, when) in &operation.errors {
        let _ = writeln!(text, " * @throws {code} {when}");
    }
    let _ = writeln!(text, " * @example {}\n */", operation.example);
    let layout = Layout::Documented(0);
    let _ = writeln!(
        text,
        "app.{}(args: {}): Promise<{}>",
        operation.name.program(),
        object(&operation.input_schema, layout),
        object(&operation.output_schema, layout)
    );
    for (name, schema) in definitions(&operation.input_schema).chain(definitions(&operation.output_schema)) {
        let _ = writeln!(text, "type {name} = {}", type_of(schema, layout));
    }
    text
}

/// The signature alone, in one line.
pub(crate) fn signature(operation: &Operation) -> String {
    format!(
        "app.{}({})",
        operation.name.program(),
        object(&operation.input_schema, Layout::OneLine)
    )
}

/// The type that an operation returns, in one line.
pub(crate) fn return_type(operation: &Operation) -> String {
    let mut text = object(&operation.output_schema, Layout::OneLine);
    for (name, schema) in definitions(&operation.output_schema) {
        let _ = write!(text, "; type {name} = {}", type_of(schema, Layout::OneLine));
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

/// An object type; `{}` when there are no fields.
fn object(schema: &Map<String, Value>, layout: Layout) -> String {
    let properties = schema
        .get("properties")
        .and_then(Value::as_object)
        .filter(|all| !all.is_empty());
    let Some(properties) = properties else {
        return match schema.get("additionalProperties") {
            Some(values @ Value::Object(_)) => format!("Record<string, {}>", type_of(values, layout)),
            _ => "{}".to_owned(),
        };
    };
    let inner = match layout {
        Layout::Documented(depth) => Layout::Documented(depth + 1),
        Layout::OneLine => Layout::OneLine,
    };
    let fields = properties.iter().map(|(name, property)| {
        let kind = type_of(property, inner);
        if is_required(schema, name) {
            (format!("{name}: {kind}"), property)
        } else {
            // What may be left out need not be written as null.
            (format!("{name}?: {}", kind.trim_end_matches(" | null")), property)
        }
    });
    let Layout::Documented(depth) = layout else {
        return format!("{{{}}}", fields.map(|(field, _)| field).collect::<Vec<_>>().join(", "));
    };
    let indent = "  ".repeat(depth);
    let mut text = String::from("{\n");
    for (field, property) in fields {
        let note = note(property).map(|note| format!(" // {note}")).unwrap_or_default();
        let _ = writeln!(text, "{indent}  {field}{note}");
    }
    text + &indent + "}"
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

fn type_of(schema: &Value, layout: Layout) -> String {
    let Some(fields) = schema.as_object() else {
        return "unknown".to_owned();
    };
    if let Some(reference) = fields.get("$ref").and_then(Value::as_str) {
        return reference.rsplit('/').next().unwrap_or("unknown").to_owned();
    }
    if let Some(constant) = fields.get("const") {
        return constant.to_string();
    }
    if let Some(values) = fields.get("enum").and_then(Value::as_array) {
        return values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    }
    for key in ["anyOf", "oneOf"] {
        if let Some(several) = fields.get(key).and_then(Value::as_array) {
            return several
                .iter()
                .map(|one| type_of(one, layout))
                .collect::<Vec<_>>()
                .join(" | ");
        }
    }
    match fields.get("type") {
        Some(Value::String(one)) => plain(one, fields, layout),
        Some(Value::Array(several)) => {
            let all = several
                .iter()
                .filter_map(Value::as_str)
                .map(|one| plain(one, fields, layout));
            all.collect::<Vec<_>>().join(" | ")
        }
        _ => "unknown".to_owned(),
    }
}

fn plain(one: &str, schema: &Map<String, Value>, layout: Layout) -> String {
    match one {
        "integer" => "number".to_owned(),
        "object" => object(schema, layout),
        "array" => {
            let item = schema
                .get("items")
                .map_or_else(|| "unknown".to_owned(), |items| type_of(items, layout));
            let is_union = item.contains(" | ") && !item.starts_with('{');
            if is_union {
                format!("({item})[]")
            } else {
                format!("{item}[]")
            }
        }
        other => other.to_owned(),
    }
}

#[cfg(test)]
mod tests;
