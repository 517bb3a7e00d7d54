//! JSON schemas as the clients of MCP like them: plain, without what only some validators understand.

use schemars::{JsonSchema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value};

/// The schema of `T` as input: everything inlined that can be, no `$schema`, no Rust-only formats.
pub fn of<T: JsonSchema>() -> Map<String, Value> {
    generate::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

/// The schema of `T` as output: what is always there is required, also where it may be null.
pub fn of_output<T: JsonSchema>() -> Map<String, Value> {
    generate::<T>(SchemaSettings::draft2020_12().for_serialize())
}

fn generate<T: JsonSchema>(settings: SchemaSettings) -> Map<String, Value> {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let schema = settings
        .with_transform(RecursiveTransform(drop_rust_formats))
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

/// `uint32` and the like mean something to Rust alone, and some clients refuse what they do not know.
fn drop_rust_formats(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let is_rust_only = object
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|format| format.starts_with("uint") || format.starts_with("int") || format == "double");
    if is_rust_only {
        object.remove("format");
    }
}

/// The type of a property in a word or two, in TypeScript's terms. Null is left out: an absent field says the same.
pub fn type_word(schema: &Value) -> String {
    let mut words: Vec<String> = Vec::new();
    collect_words(schema, &mut words);
    words.retain(|word| word != "null");
    if words.is_empty() {
        "object".to_owned()
    } else {
        words.join(" | ")
    }
}

fn collect_words(schema: &Value, words: &mut Vec<String>) {
    let mut add = |word: String| {
        if !words.contains(&word) {
            words.push(word);
        }
    };
    if let Some(constant) = schema.get("const") {
        return add(constant.to_string());
    }
    if let Some(values) = schema.get("enum").and_then(Value::as_array) {
        return values.iter().for_each(|value| add(value.to_string()));
    }
    match schema.get("type") {
        Some(Value::String(one)) => add(word(one, schema)),
        Some(Value::Array(several)) => {
            several
                .iter()
                .filter_map(Value::as_str)
                .for_each(|one| add(word(one, schema)));
        }
        _ => {
            let several = schema
                .get("anyOf")
                .or_else(|| schema.get("oneOf"))
                .and_then(Value::as_array);
            several.into_iter().flatten().for_each(|one| collect_words(one, words));
        }
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
