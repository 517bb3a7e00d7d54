//! Every place in the input of an operation where an id goes, found in its schema.

use latchstring::Operation;
use serde_json::{Map, Value, json};

use super::{Apart, Kind};

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
        last_field(&self.steps)
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

fn last_field(steps: &[Step]) -> &str {
    let last = steps.iter().rev().find_map(|step| match step {
        Step::Field(name, _) => Some(name),
        Step::First => None,
    });
    last.unwrap()
}

/// Every place in an operation's input where an id goes.
pub(super) fn of(apart: &Apart, operation: &Operation) -> Vec<Place> {
    let root = Value::Object(operation.input_schema.clone());
    let name = operation.name.as_str();
    let mut walk = Walk {
        apart,
        // What an item of many is, the single one is.
        operation: name.strip_suffix("_many").unwrap_or(name),
        root: &root,
        way: Vec::new(),
        places: Vec::new(),
    };
    walk.through(&root);
    walk.places
}

struct Walk<'a> {
    apart: &'a Apart,
    operation: &'a str,
    root: &'a Value,
    way: Vec<Step>,
    places: Vec<Place>,
}

impl<'a> Walk<'a> {
    fn through(&mut self, schema: &'a Value) {
        if let Some(reference) = schema["$ref"].as_str() {
            let name = reference.rsplit('/').next().unwrap();
            return self.through(&self.root["$defs"][name]);
        }
        for choice in ["anyOf", "oneOf"] {
            for schema in schema[choice].as_array().into_iter().flatten() {
                self.through(schema);
            }
        }
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            self.way.push(Step::Field(name.clone(), self.required(schema)));
            self.through(field);
            self.way.pop();
        }
        if schema["items"].is_object() {
            self.way.push(Step::First);
            self.through(&schema["items"]);
            self.way.pop();
        }
        let types = match &schema["type"] {
            Value::Array(types) => types.clone(),
            one => vec![one.clone()],
        };
        let is_choice = schema.get("enum").is_some() || schema.get("const").is_some();
        if types.contains(&json!("string"))
            && !is_choice
            && let Some(kind) = Kind::of(self.apart, self.operation, last_field(&self.way))
        {
            let steps = self.way.clone();
            self.places.push(Place { kind, steps });
        }
    }

    /// What an object must have, filled in: ids of ours, and one of everything.
    fn required(&self, schema: &Value) -> Map<String, Value> {
        let names = schema["required"].as_array().into_iter().flatten();
        let names = names.map(|name| name.as_str().unwrap().to_owned());
        let filled = |name: String| {
            let value = match schema["properties"][&name]["type"].as_str() {
                Some("number" | "integer") => json!(1),
                Some("string") => {
                    let kind = Kind::of(self.apart, self.operation, &name);
                    kind.map_or(json!("x"), |kind| json!(kind.ours))
                }
                _ => Value::Null,
            };
            (name, value)
        };
        names.map(filled).collect()
    }
}
