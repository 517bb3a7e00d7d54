//! Every place in the input of an operation where an id goes, found in its schema.

use latchstring::Operation;
use serde_json::{Map, Value, json};

/// What an id names: which fields have it, one of Harbor & Pine, one of Kiln & Clay, and one that nobody has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    fields: &'static [&'static str],
    ours: &'static str,
    theirs: &'static str,
    nobodys: &'static str,
}

const fn kind(
    fields: &'static [&'static str],
    ours: &'static str,
    theirs: &'static str,
    nobodys: &'static str,
) -> Kind {
    Kind {
        fields,
        ours,
        theirs,
        nobodys,
    }
}

const KINDS: [Kind; 15] = [
    kind(&["variantId", "variantIds"], "42001", "43001", "99999"),
    kind(&["productId"], "31001", "32001", "39999"),
    kind(
        &[
            "locationId",
            "locationIds",
            "originLocationId",
            "destinationLocationId",
            "stockLocationIds",
            "demandLocationIds",
        ],
        "81003",
        "82001",
        "89999",
    ),
    kind(&["supplierId"], "sup_nordtimber", "sup_claysupply", "sup_nobody"),
    kind(
        &["purchaseOrderId", "sourceIds", "targetId"],
        "po_1001",
        "po_2001",
        "po_9999",
    ),
    kind(&["transferOrderId"], "to_1001", "to_2001", "to_9999"),
    kind(&["returnOrderId"], "rma_1001", "rma_2001", "rma_9999"),
    kind(&["stockTakeId"], "st_1001", "st_2001", "st_9999"),
    kind(&["lineId", "lineIds"], "line_1002_1", "line_2002_1", "line_9999_1"),
    kind(&["paymentId"], "pay_1006_1", "pay_2003_1", "pay_9999_1"),
    kind(&["creditId"], "crd_1001", "crd_2001", "crd_9999"),
    kind(&["applicationId"], "app_1", "app_2001", "app_9999"),
    kind(&["viewId", "viewIds"], "view_all", "view_glazes", "view_nobody"),
    kind(&["reportId"], "rep_weekly", "rep_monday", "rep_nobody"),
    kind(
        &["recipientId", "recipientIds"],
        "rcp_buyer",
        "rcp_studio",
        "rcp_nobody",
    ),
];

impl Kind {
    fn of(operation: &str, field: &str) -> Option<Self> {
        if field == "documentId" {
            return KINDS.into_iter().find(|kind| kind.fields.contains(&"purchaseOrderId"));
        }
        let found = KINDS.into_iter().find(|kind| kind.fields.contains(&field));
        let is_id = field.ends_with("Id") || field.ends_with("Ids");
        assert!(
            found.is_some() || !is_id,
            "`{field}` of `{operation}` is new: say here what it names"
        );
        found
    }

    pub(super) fn ours(self) -> &'static str {
        self.ours
    }

    pub(super) fn theirs(self) -> &'static str {
        self.theirs
    }

    pub(super) fn nobodys(self) -> &'static str {
        self.nobodys
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
