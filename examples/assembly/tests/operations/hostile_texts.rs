//! Text that tries to be more than text, in every field that takes any.

use latchstring::{Effect, ErrorCode, Scope};
use serde_json::{Map, Value, json};

use crate::stores::Stores;

/// SQL, patterns, JSON paths, names of columns, other writings, and plain junk.
const CORPUS: [&str; 22] = [
    "' OR '1'='1",
    "'; DROP TABLE boms; --",
    "1; DELETE FROM shops",
    "\" OR \"\"=\"",
    "') UNION SELECT host_key, name FROM tenant --",
    "\\'; SELECT pg_sleep(10); --",
    "%",
    "_",
    "%%%_%",
    "\\",
    "$1",
    ":tenant_id",
    "?",
    "*",
    "\" NEAR \"x",
    "$.shop_id",
    "tenant_id",
    "name; DROP",
    "\u{0}",
    "\u{202E}\u{200B}",
    "\u{FFFF}\u{10FFFF}",
    "𝕊𝕂𝕌 ＇ OR 1=1",
];

/// A value that fits the schema, with this text wherever any text goes.
fn filled(schema: &Value, root: &Map<String, Value>, text: &str) -> Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return filled(&root["$defs"][name], root, text);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    for several in ["anyOf", "oneOf"] {
        if let Some(first) = schema[several].as_array().and_then(|all| all.first()) {
            return filled(first, root, text);
        }
    }
    let kind = match &schema["type"] {
        Value::Array(all) => all[0].clone(),
        one => one.clone(),
    };
    match kind.as_str() {
        Some("object") => {
            let fields = schema["properties"].as_object().cloned().unwrap_or_default();
            fields
                .iter()
                .map(|(name, field)| (name.clone(), filled(field, root, text)))
                .collect::<Map<_, _>>()
                .into()
        }
        Some("array") => json!([filled(&schema["items"], root, text)]),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        _ => json!(text),
    }
}

#[tokio::test]
async fn x03_no_text_in_any_field_of_any_operation_is_more_than_text() {
    let stores = Stores::open().await;
    let surface = stores.catalog.surface(Stores::grant(stores.lumen, Scope::ReadWrite));
    let before = everything(&stores).await;
    for operation in surface.operations() {
        let schema = &operation.input_schema;
        let fields = schema
            .get("properties")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        for text in CORPUS {
            // All fields at once, and each text field alone, for one that is refused hides the others.
            let mut tries = vec![filled(&Value::Object(schema.clone()), schema, text)];
            tries.extend(
                fields
                    .iter()
                    .map(|(name, field)| json!({ name: filled(field, schema, text) })),
            );
            for arguments in tries {
                // Dropped without an end, so nothing of it stays.
                let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
                let answer = session
                    .call_from_program(operation.name.program(), &arguments.to_string())
                    .await;
                let error = answer.as_ref().err().map(latchstring::OperationError::code);
                assert!(
                    !matches!(
                        error,
                        Some(ErrorCode::Internal | ErrorCode::Unavailable | ErrorCode::Timeout)
                    ),
                    "{} {arguments}: {answer:?}",
                    operation.name
                );
                let told = answer.map(|json| json.get().to_owned()).unwrap_or_default();
                assert!(
                    !told.contains("Voltvelo") && !told.contains("bom_brake_kit"),
                    "{}: {told}",
                    operation.name
                );
            }
        }
    }
    assert_eq!(everything(&stores).await, before);
}

#[tokio::test]
async fn x03_a_pattern_is_looked_for_as_it_is_written() {
    let stores = Stores::open().await;
    for list in ["boms.list", "rawMaterials.list", "subAssemblies.list"] {
        // Ids are looked through as well, and hold underscores.
        for pattern in ["%", "a_c", "\\", "%a%", "*"] {
            let found = stores
                .call(stores.lumen, list, json!({ "search": pattern }))
                .await
                .unwrap();
            assert_eq!(found["items"], json!([]), "{list} {pattern}");
        }
    }
}

/// What both stores hold, as their lists tell it.
async fn everything(stores: &Stores) -> Vec<Value> {
    let mut all = Vec::new();
    for tenant in [stores.lumen, stores.volt] {
        for list in ["boms.list", "rawMaterials.list", "subAssemblies.list"] {
            all.push(stores.call(tenant, list, json!({ "pageSize": 1000 })).await.unwrap());
        }
    }
    all
}
