//! The schemas of all operations in one place, where references find them.
//!
//! A schema of schemars refers to its own `$defs`, and to itself as `#`. Inside a document both would mean the document.

use serde_json::{Map, Value};

/// The `schemas` among a document's components.
#[derive(Default)]
pub(super) struct Schemas(Map<String, Value>);

/// The reference to a schema.
pub(super) fn pointer(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

impl Schemas {
    /// Adds a schema, its own definitions beside it.
    pub(super) fn add(&mut self, name: &str, mut schema: Map<String, Value>) {
        if let Some(Value::Object(definitions)) = schema.shift_remove("$defs") {
            for (definition, mut schema) in definitions {
                redirect(&mut schema, name);
                self.0.insert(format!("{name}.{definition}"), schema);
            }
        }
        let mut schema = Value::Object(schema);
        redirect(&mut schema, name);
        self.0.insert(name.to_owned(), schema);
    }

    pub(super) fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

/// Makes references within the schema called `name` references within the document.
fn redirect(schema: &mut Value, name: &str) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get_mut("$ref") {
                *reference = match reference.strip_prefix("#/$defs/") {
                    Some(definition) => pointer(&format!("{name}.{definition}")),
                    None => pointer(name),
                };
            }
            fields.values_mut().for_each(|field| redirect(field, name));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| redirect(item, name)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_lead_to_the_components() {
        let schema = json!({
            "properties": { "root": { "$ref": "#/$defs/Node" }, "again": { "$ref": "#" } },
            "$defs": { "Node": { "items": [{ "$ref": "#/$defs/Node" }] } }
        });
        let mut schemas = Schemas::default();
        schemas.add("tree", schema.as_object().unwrap().clone());
        let expected = json!({
            "tree": { "properties": {
                "root": { "$ref": "#/components/schemas/tree.Node" },
                "again": { "$ref": "#/components/schemas/tree" }
            } },
            "tree.Node": { "items": [{ "$ref": "#/components/schemas/tree.Node" }] }
        });
        assert_eq!(Value::Object(schemas.into_map()), expected);
    }
}
