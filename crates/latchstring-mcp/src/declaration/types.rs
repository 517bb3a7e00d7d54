//! Schemas as TypeScript types.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::shared::Shared;

/// How a type is laid out.
#[derive(Clone, Copy)]
pub(super) enum Layout {
    /// One field a line, at this depth, with its documentation behind it.
    Documented(usize),
    /// In one line, without a word more.
    OneLine,
}

impl Layout {
    /// What stands between the members of a union.
    fn or(self) -> &'static str {
        match self {
            Self::Documented(_) => " | ",
            Self::OneLine => "|",
        }
    }
}

/// Writes types; those that are shared by their names.
pub(super) struct Types<'s>(pub(super) &'s Shared<'s>);

impl Types<'_> {
    /// What an operation takes or returns: an object, or the name of one.
    pub(super) fn named(&self, schema: &Map<String, Value>, layout: Layout) -> String {
        match self.0.name_of(schema) {
            Some(name) => name.to_owned(),
            None => self.object(schema, layout),
        }
    }

    /// An object type with its fields; `{}` when there are none.
    pub(super) fn object(&self, schema: &Map<String, Value>, layout: Layout) -> String {
        let properties = schema
            .get("properties")
            .and_then(Value::as_object)
            .filter(|all| !all.is_empty());
        let Some(properties) = properties else {
            return match schema.get("additionalProperties") {
                Some(values @ Value::Object(_)) => format!("Record<string, {}>", self.of(values, layout)),
                _ => "{}".to_owned(),
            };
        };
        let inner = match layout {
            Layout::Documented(depth) => Layout::Documented(depth + 1),
            Layout::OneLine => Layout::OneLine,
        };
        let fields = properties.iter().map(|(name, property)| {
            let kind = self.of(property, inner);
            if is_required(schema, name) {
                (format!("{name}: {kind}"), property)
            } else {
                // What may be left out need not be written as null.
                let null = format!("{}null", layout.or());
                (format!("{name}?: {}", kind.trim_end_matches(&null)), property)
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

    pub(super) fn of(&self, schema: &Value, layout: Layout) -> String {
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
            return values
                .iter()
                .map(ToString::to_string)
                .collect::<Vec<_>>()
                .join(layout.or());
        }
        for key in ["anyOf", "oneOf"] {
            if let Some(several) = fields.get(key).and_then(Value::as_array) {
                return several
                    .iter()
                    .map(|one| self.of(one, layout))
                    .collect::<Vec<_>>()
                    .join(layout.or());
            }
        }
        match fields.get("type") {
            Some(Value::String(one)) => self.plain(one, fields, layout),
            Some(Value::Array(several)) => {
                let all = several
                    .iter()
                    .filter_map(Value::as_str)
                    .map(|one| self.plain(one, fields, layout));
                all.collect::<Vec<_>>().join(layout.or())
            }
            _ => "unknown".to_owned(),
        }
    }

    fn plain(&self, one: &str, schema: &Map<String, Value>, layout: Layout) -> String {
        match one {
            "integer" => "number".to_owned(),
            "object" => self.named(schema, layout),
            "array" => {
                let item = schema
                    .get("items")
                    .map_or_else(|| "unknown".to_owned(), |items| self.of(items, layout));
                let is_union = item.contains(layout.or()) && !item.starts_with('{');
                if is_union {
                    format!("({item})[]")
                } else {
                    format!("{item}[]")
                }
            }
            other => other.to_owned(),
        }
    }
}

/// The names of an object's fields: `{items[], totalCount}`.
pub(super) fn field_names(schema: &Map<String, Value>) -> String {
    let fields = schema.get("properties").and_then(Value::as_object);
    let shown = |(name, field): (&String, &Value)| {
        let is_list = match &field["type"] {
            Value::Array(several) => several.iter().any(|one| one == "array"),
            one => one == "array",
        };
        format!("{name}{}", if is_list { "[]" } else { "" })
    };
    let names: Vec<String> = fields.into_iter().flatten().map(shown).collect();
    format!("{{{}}}", names.join(", "))
}

fn is_required(schema: &Map<String, Value>, field: &str) -> bool {
    schema
        .get("required")
        .and_then(Value::as_array)
        .is_some_and(|all| all.iter().any(|one| one == field))
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
