//! Every place in the input of an operation where an id goes, found in its schema.

use latchstring::Operation;
use serde_json::{Map, Value, json};

/// What an id names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Variant,
    Product,
    Bom,
    SubAssembly,
    Location,
}

/// Fields of text that are no ids.
const TEXTS: [&str; 13] = [
    "cost",
    "description",
    "idempotencyKey",
    "materialTag",
    "name",
    "query",
    "search",
    "since",
    "sku",
    "specifications",
    "unit",
    "vendor",
    "vendorFilter",
];

impl Kind {
    fn of(operation: &str, field: &str) -> Option<Self> {
        match (field, operation) {
            ("variantId" | "variantIds" | "alternatives", _) | ("ids", "catalog.get_variants") => Some(Self::Variant),
            ("ids", "catalog.get_products") => Some(Self::Product),
            ("bomId" | "bomIds", _) => Some(Self::Bom),
            ("subAssemblyId" | "parentId", _) => Some(Self::SubAssembly),
            ("locationId" | "locationIds", _) => Some(Self::Location),
            _ if TEXTS.contains(&field) => None,
            _ => panic!("`{field}` of `{operation}` is new: say here what it names, or that it is a text"),
        }
    }

    /// One of Lumen & Oak that goes where the examples have none.
    pub(super) fn ours(self) -> &'static str {
        match self {
            Self::Variant => "50001",
            Self::Product => "311001",
            Self::Bom => "bom_trio",
            Self::SubAssembly => "sub_cable_set",
            Self::Location => "70001",
        }
    }

    /// Some of Voltvelo: of variants one of each sort, for they are looked for in different tables.
    pub(super) fn theirs(self) -> &'static [&'static str] {
        match self {
            // A virtual material, a platform's, one that is a finished good, a finished good, and neither.
            Self::Variant => &["VMAT-VAR-2001", "60001", "42009", "42001", "42016"],
            Self::Product => &["312001"],
            Self::Bom => &["bom_brake_kit"],
            Self::SubAssembly => &["sub_cell_block"],
            Self::Location => &["80001"],
        }
    }

    /// One of the same form that nobody has.
    pub(super) fn nobodys(self, theirs: &str) -> &'static str {
        match self {
            Self::Variant if theirs.starts_with("VMAT") => "VMAT-VAR-9999",
            Self::Variant => "99999",
            Self::Product => "399999",
            Self::Bom => "bom_nobody",
            Self::SubAssembly => "sub_nobody",
            Self::Location => "99998",
        }
    }
}

/// A way into an input.
#[derive(Debug, Clone)]
enum Step {
    /// To a field. What else the object around it must have comes along, for where it is not there yet.
    Field(String, Map<String, Value>),
    /// To the first item of a list.
    First,
}

/// A place where an id goes.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) kind: Kind,
    steps: Vec<Step>,
}

impl Place {
    /// The field at the end of the way.
    pub(super) fn field(&self) -> &str {
        let last = self.steps.iter().rev().find_map(|step| match step {
            Step::Field(name, _) => Some(name),
            Step::First => None,
        });
        last.unwrap()
    }

    /// Whether these arguments have an id there.
    pub(super) fn is_filled(&self, arguments: &Value) -> bool {
        let mut at = Some(arguments);
        for step in &self.steps {
            at = at.and_then(|at| match step {
                Step::Field(name, _) => at.get(name),
                Step::First => at.get(0),
            });
        }
        at.is_some_and(Value::is_string)
    }

    /// Puts an id there.
    pub(super) fn put(&self, arguments: &mut Value, id: &str) {
        let mut at = arguments;
        for step in &self.steps {
            at = match step {
                Step::Field(name, around) => {
                    if !at.is_object() {
                        *at = Value::Object(around.clone());
                    }
                    at.as_object_mut().unwrap().entry(name).or_insert(Value::Null)
                }
                Step::First => {
                    if !at.is_array() {
                        *at = json!([null]);
                    }
                    // No other item that would be done whatever becomes of this one.
                    at.as_array_mut().unwrap().truncate(1);
                    &mut at[0]
                }
            };
        }
        *at = json!(id);
    }
}

/// Every place in an operation's input where an id goes.
pub(super) fn of(operation: &Operation) -> Vec<Place> {
    let root = Value::Object(operation.input_schema.clone());
    let mut places = Vec::new();
    walk(operation, &root, &root, &mut Vec::new(), &mut places);
    places
}

fn walk(operation: &Operation, root: &Value, schema: &Value, way: &mut Vec<Step>, places: &mut Vec<Place>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return walk(operation, root, &root["$defs"][name], way, places);
    }
    for choice in ["anyOf", "oneOf"] {
        for schema in schema[choice].as_array().into_iter().flatten() {
            walk(operation, root, schema, way, places);
        }
    }
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        way.push(Step::Field(name.clone(), required(operation, schema)));
        walk(operation, root, field, way, places);
        way.pop();
    }
    if schema["items"].is_object() {
        way.push(Step::First);
        walk(operation, root, &schema["items"], way, places);
        way.pop();
    }
    let types = match &schema["type"] {
        Value::Array(types) => types.clone(),
        one => vec![one.clone()],
    };
    let is_choice = schema.get("enum").is_some() || schema.get("const").is_some();
    if types.contains(&json!("string")) && !is_choice {
        let field = way.iter().rev().find_map(|step| match step {
            Step::Field(name, _) => Some(name.as_str()),
            Step::First => None,
        });
        let single = operation.name.as_str();
        let single = single.strip_suffix("_many").unwrap_or(single);
        if let Some(kind) = Kind::of(single, field.unwrap()) {
            let steps = way.clone();
            places.push(Place { kind, steps });
        }
    }
}

/// What an object must have, filled in: ids of our own, and one of everything.
fn required(operation: &Operation, schema: &Value) -> Map<String, Value> {
    let names = schema["required"].as_array().into_iter().flatten();
    let names = names.map(|name| name.as_str().unwrap().to_owned());
    let filled = |name: String| {
        let field = &schema["properties"][&name];
        let value = match field["type"].as_str() {
            Some("number" | "integer") => json!(1),
            Some("string") => Kind::of(operation.name.as_str(), &name).map_or(json!("x"), |kind| json!(kind.ours())),
            _ => Value::Null,
        };
        (name, value)
    };

    names.map(filled).collect()
}
