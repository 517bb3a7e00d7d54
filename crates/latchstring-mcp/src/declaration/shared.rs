//! Types that stand in several places: found by what they are, and named after the fields that hold them.

use std::collections::{HashMap, HashSet};

use latchstring_core::Operation;
use serde_json::{Map, Value, json};

/// The types that are told by name.
#[derive(Default)]
pub(super) struct Shared<'s> {
    names: HashMap<String, String>,
    /// As they were found.
    types: Vec<(String, &'s Map<String, Value>)>,
}

impl<'s> Shared<'s> {
    /// Nothing has a name.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// The objects that stand in more than one place of these operations' arguments and results.
    pub(super) fn of(operations: &[&'s Operation]) -> Self {
        let mut found = Found::default();
        for operation in operations {
            found.arguments(operation);
            found.result(operation);
        }
        found.named(operations)
    }

    /// The same, of their arguments alone.
    pub(super) fn of_arguments(operations: &[&'s Operation]) -> Self {
        let mut found = Found::default();
        for operation in operations {
            found.arguments(operation);
        }
        found.named(operations)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &'s Map<String, Value>)> {
        self.types.iter().map(|(name, schema)| (name.as_str(), *schema))
    }

    /// The name of an object, if it has one.
    pub(super) fn name_of(&self, schema: &Map<String, Value>) -> Option<&str> {
        if self.names.is_empty() {
            return None;
        }
        self.names.get(&key(schema)?).map(String::as_str)
    }
}

/// The types that a schema refers to by names of its own.
pub(super) fn definitions(schema: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("$defs").and_then(Value::as_object).into_iter().flatten()
}

/// What an object is, whatever is said of the place where it stands; `None` where a name would be no shorter.
fn key(schema: &Map<String, Value>) -> Option<String> {
    let properties = schema.get("properties").and_then(Value::as_object)?;
    if properties.len() < 2 {
        return None;
    }
    // What makes schemas is free to order them, and does.
    let mut all = json!([properties, schema.get("required")]);
    all.sort_all_objects();
    Some(all.to_string())
}

/// Where an object was found first, what it is called, and how often it was found.
struct Place<'s> {
    schema: &'s Map<String, Value>,
    name: String,
    is_item: bool,
    times: u32,
}

#[derive(Default)]
struct Found<'s> {
    places: HashMap<String, Place<'s>>,
    order: Vec<String>,
}

impl<'s> Found<'s> {
    /// Names for what was found more than once.
    fn named(mut self, operations: &[&Operation]) -> Shared<'s> {
        let schemas = operations
            .iter()
            .flat_map(|operation| [&operation.input_schema, &operation.output_schema]);
        let mut taken: HashSet<String> = schemas.flat_map(definitions).map(|(name, _)| name.clone()).collect();
        let mut shared = Shared::default();
        for key in self.order {
            let Some(place) = self.places.remove(&key).filter(|place| place.times > 1) else {
                continue;
            };
            let mut name = place.name.clone();
            let mut number = 2;
            while !taken.insert(name.clone()) {
                name = format!("{}{number}", place.name);
                number += 1;
            }
            shared.types.push((name.clone(), place.schema));
            shared.names.insert(key, name);
        }
        shared
    }

    /// The argument of an operation; in its bulk form each item is one.
    fn arguments(&mut self, operation: &'s Operation) {
        let (namespace, method) = parts(operation);
        let item = method
            .strip_suffix("Many")
            .map_or_else(|| singular(namespace), ToOwned::to_owned);
        let schema = &operation.input_schema;
        self.seen(schema, method, false);
        self.within(schema, &item);
    }

    fn result(&mut self, operation: &'s Operation) {
        let (namespace, method) = parts(operation);
        let schema = &operation.output_schema;
        if self.seen(schema, &format!("{method}Result"), false) {
            self.within(schema, &singular(namespace));
        }
    }

    /// Counts an object that is called `name`; whether it is new. An item of a page has the better name.
    fn seen(&mut self, schema: &'s Map<String, Value>, name: &str, is_item: bool) -> bool {
        let Some(key) = key(schema) else { return true };
        if let Some(place) = self.places.get_mut(&key) {
            place.times += 1;
            if is_item && !place.is_item {
                (place.name, place.is_item) = (capitalized(name), true);
            }
            return false;
        }
        let place = Place {
            schema,
            name: capitalized(name),
            is_item,
            times: 1,
        };
        self.places.insert(key.clone(), place);
        self.order.push(key);
        true
    }

    /// The fields of an object. Each item of a page of BOMs is one.
    fn within(&mut self, schema: &'s Map<String, Value>, item: &str) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            if name == "items" {
                self.value(property, item, true);
            } else {
                self.value(property, &singular(name), false);
            }
        }
    }

    fn value(&mut self, schema: &'s Value, name: &str, is_item: bool) {
        let Some(object) = schema.as_object() else { return };
        if object.contains_key("properties") && self.seen(object, name, is_item) {
            self.within(object, name);
        }
        if let Some(items) = object.get("items") {
            self.value(items, name, is_item);
        }
        for key in ["anyOf", "oneOf"] {
            let several = object.get(key).and_then(Value::as_array);
            several
                .into_iter()
                .flatten()
                .for_each(|one| self.value(one, name, is_item));
        }
    }
}

fn parts(operation: &Operation) -> (&str, &str) {
    operation.name.program().split_once('.').unwrap_or_default()
}

/// `rawMaterials` holds one `rawMaterial`, `branches` a `branch`.
fn singular(field: &str) -> String {
    let endings = [("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("ss", "ss"), ("s", "")];
    let singular = endings
        .iter()
        .find_map(|(end, singular)| Some(format!("{}{singular}", field.strip_suffix(end)?)));
    singular.unwrap_or_else(|| field.to_owned())
}

fn capitalized(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect());
    first.unwrap_or_default()
}
