//! Input schemas as every client can take them: one `type` each.
//!
//! A list of types is good JSON Schema, but clients that map schemas onto a dialect without it drop the property or refuse the
//! tool. What is listed is never wider than what is taken: an optional argument may still be null, and says nothing by it that
//! it would not say by being absent. Where null has a meaning of its own, the argument's description speaks of it, and the list
//! has it. Examples are left out: each token of the list is paid for in every conversation, and not every dialect has them.

use serde_json::{Map, Value, json};

/// Rewrites `schema` and all that is in it.
pub(crate) fn one_type_each(schema: &mut Map<String, Value>) {
    schema.shift_remove("examples");
    leave_out_null(schema);
    split_type(schema);
    for (key, inner) in schema.iter_mut() {
        match (key.as_str(), inner) {
            ("properties" | "patternProperties" | "$defs", Value::Object(named)) => {
                named
                    .values_mut()
                    .filter_map(Value::as_object_mut)
                    .for_each(one_type_each);
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(listed)) => {
                listed
                    .iter_mut()
                    .filter_map(Value::as_object_mut)
                    .for_each(one_type_each);
            }
            ("items" | "additionalProperties", Value::Object(inner)) => one_type_each(inner),
            _ => {}
        }
    }
}

/// Takes null from the properties that may be absent, unless it means something there.
fn leave_out_null(schema: &mut Map<String, Value>) {
    let required = schema.get("required").cloned().unwrap_or_default();
    let is_required = |name: &str| {
        required
            .as_array()
            .is_some_and(|names| names.iter().any(|one| one == name))
    };
    let Some(Value::Object(properties)) = schema.get_mut("properties") else {
        return;
    };
    for (name, property) in properties {
        let means_something = property["description"]
            .as_str()
            .is_some_and(|text| text.contains("null"));
        if is_required(name) || means_something {
            continue;
        }
        let Some(property) = property.as_object_mut() else {
            continue;
        };
        if let Some(Value::Array(types)) = property.get_mut("type") {
            types.retain(|one| one != "null");
            if let Some(Value::Array(values)) = property.get_mut("enum") {
                values.retain(|value| !value.is_null());
            }
        }
    }
}

/// Says with `anyOf` what a list of types says. The other keywords stay: each applies to values of its own type alone.
fn split_type(schema: &mut Map<String, Value>) {
    let Some(Value::Array(types)) = schema.get("type") else {
        return;
    };
    if let [only] = types.as_slice() {
        let only = only.clone();
        schema.insert("type".to_owned(), only);
    } else if !schema.contains_key("anyOf") {
        let each: Vec<Value> = types.iter().map(|one| json!({ "type": one })).collect();
        schema.shift_remove("type");
        schema.insert("anyOf".to_owned(), Value::Array(each));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rewritten(schema: Value) -> Value {
        let Value::Object(mut schema) = schema else {
            panic!("not an object")
        };
        one_type_each(&mut schema);
        Value::Object(schema)
    }

    #[test]
    fn an_optional_property_loses_null_and_a_required_one_keeps_it() {
        let schema = json!({
            "type": "object",
            "properties": {
                "free": { "type": ["string", "null"], "maxLength": 5 },
                "choice": { "type": ["string", "null"], "enum": ["a", "b", null] },
                "given": { "type": ["integer", "null"], "minimum": 1 },
            },
            "required": ["given"],
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "free": { "type": "string", "maxLength": 5 },
                "choice": { "type": "string", "enum": ["a", "b"] },
                "given": { "anyOf": [{ "type": "integer" }, { "type": "null" }], "minimum": 1 },
            },
            "required": ["given"],
        });
        assert_eq!(rewritten(schema), expected);
    }

    #[test]
    fn null_stays_where_the_description_gives_it_a_meaning() {
        let description = "Where it comes from; null: from anywhere.";
        let schema = json!({ "properties": { "from": { "type": ["string", "null"], "description": description } } });
        let both = json!([{ "type": "string" }, { "type": "null" }]);
        let expected = json!({ "properties": { "from": { "anyOf": both, "description": description } } });
        assert_eq!(rewritten(schema), expected);
    }

    #[test]
    fn what_is_inside_is_rewritten_too() {
        let schema = json!({
            "properties": {
                "rows": {
                    "type": ["array", "null"],
                    "items": { "type": "object", "properties": { "cost": { "type": ["string", "number", "null"] } } },
                },
            },
        });
        let cost = json!({ "anyOf": [{ "type": "string" }, { "type": "number" }] });
        let items = json!({ "type": "object", "properties": { "cost": cost } });
        let expected = json!({ "properties": { "rows": { "type": "array", "items": items } } });
        assert_eq!(rewritten(schema), expected);
    }
}
