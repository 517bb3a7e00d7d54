//! JSON schemas as the clients of MCP like them: plain, without what only some validators understand.

use schemars::{JsonSchema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value};

/// The schema of `T`: everything inlined that can be, no `$schema`, no Rust-only formats.
pub fn of<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let drop_formats = RecursiveTransform(|schema: &mut schemars::Schema| {
        let Some(object) = schema.as_object_mut() else { return };
        let is_rust_only = object
            .get("format")
            .and_then(Value::as_str)
            .is_some_and(|format| format.starts_with("uint") || format.starts_with("int") || format == "double");
        if is_rust_only {
            object.remove("format");
        }
    });
    let schema = settings
        .with_transform(drop_formats)
        .into_generator()
        .into_root_schema_for::<T>();
    let mut object = match Value::from(schema) {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    object.remove("title");
    object.remove("$schema");
    object
}

/// The type of a property in a word or two, in TypeScript's terms.
pub fn type_word(schema: &Value) -> String {
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    }
    match schema.get("type") {
        Some(Value::String(one)) => word(one, schema),
        Some(Value::Array(several)) => {
            let words: Vec<_> = several
                .iter()
                .filter_map(Value::as_str)
                .map(|one| word(one, schema))
                .collect();
            words.join(" | ")
        }
        _ => match schema
            .get("anyOf")
            .or_else(|| schema.get("oneOf"))
            .and_then(Value::as_array)
        {
            Some(several) => several.iter().map(type_word).collect::<Vec<_>>().join(" | "),
            None => "object".to_owned(),
        },
    }
}

fn word(one: &str, schema: &Value) -> String {
    match one {
        "integer" => "number".to_owned(),
        "array" => format!(
            "{}[]",
            schema.get("items").map_or_else(|| "unknown".to_owned(), type_word)
        ),
        other => other.to_owned(),
    }
}
