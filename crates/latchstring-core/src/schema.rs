//! JSON schemas as the clients of MCP like them: plain, without what only some validators understand.

use schemars::{JsonSchema, generate::SchemaSettings, transform::RecursiveTransform};
use serde_json::{Map, Value};

/// The schema of `T` as input: everything inlined that can be, no `$schema`, no Rust-only formats.
pub fn of<T: JsonSchema>() -> Map<String, Value> {
    generate::<T>(SchemaSettings::draft2020_12().for_deserialize())
}

/// The schema of `T` as output: what is always there is required, also where it may be null. Without examples, which are
/// for who writes a value.
pub fn of_output<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    generate::<T>(settings.with_transform(RecursiveTransform(drop_examples)))
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
    object.shift_remove("title");
    object.shift_remove("$schema");
    object
}

fn drop_examples(schema: &mut schemars::Schema) {
    if let Some(object) = schema.as_object_mut() {
        object.shift_remove("examples");
    }
}

/// `uint32` and the like mean something to Rust alone, and some clients refuse what they do not know.
fn drop_rust_formats(schema: &mut schemars::Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let is_rust_only = object
        .get("format")
        .and_then(Value::as_str)
        .is_some_and(|format| format.starts_with("uint") || format.starts_with("int") || format == "double");
    if is_rust_only {
        object.shift_remove("format");
    }
}

/// The fields of an object in one line, in TypeScript's terms: `{bomId: string, expand?: boolean}`. Objects among them are
/// told the same way, what is deeper inside is an `object`.
pub fn shape(schema: &Map<String, Value>) -> String {
    fields(schema, 1)
}

fn fields(schema: &Map<String, Value>, depth: usize) -> String {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return "{}".to_owned();
    };
    let required = schema.get("required").and_then(Value::as_array);
    let is_required = |name: &str| required.is_some_and(|required| required.iter().any(|one| one == name));
    let field = |(name, property): (&String, &Value)| {
        let mark = if is_required(name) { "" } else { "?" };
        format!("{name}{mark}: {}", type_word(property, depth))
    };
    let fields: Vec<String> = properties.iter().map(field).collect();
    format!("{{{}}}", fields.join(", "))
}

/// The type of a property in a word or two. Null is left out: an absent field says the same.
fn type_word(schema: &Value, depth: usize) -> String {
    let mut words: Vec<String> = Vec::new();
    collect_words(schema, depth, &mut words);
    words.retain(|word| word != "null");
    if words.is_empty() {
        "object".to_owned()
    } else {
        words.join(" | ")
    }
}

fn collect_words(schema: &Value, depth: usize, words: &mut Vec<String>) {
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
        Some(Value::String(one)) => add(word(one, schema, depth)),
        Some(Value::Array(several)) => {
            several
                .iter()
                .filter_map(Value::as_str)
                .for_each(|one| add(word(one, schema, depth)));
        }
        _ => {
            let several = schema
                .get("anyOf")
                .or_else(|| schema.get("oneOf"))
                .and_then(Value::as_array);
            several
                .into_iter()
                .flatten()
                .for_each(|one| collect_words(one, depth, words));
        }
    }
}

fn word(one: &str, schema: &Value, depth: usize) -> String {
    match (one, schema.as_object()) {
        ("integer", _) => "number".to_owned(),
        ("array", _) => {
            let items = schema.get("items");
            let item = items.map_or_else(|| "unknown".to_owned(), |items| type_word(items, depth));
            if item.contains(" | ") && !item.starts_with('{') {
                format!("({item})[]")
            } else {
                format!("{item}[]")
            }
        }
        ("object", Some(inner)) if depth > 0 && inner.contains_key("properties") => fields(inner, depth - 1),
        (other, _) => other.to_owned(),
    }
}
