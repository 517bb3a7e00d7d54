//! What a schema takes, as kinds of values.

use serde_json::{Map, Value};

use crate::types::resolved;

/// The kinds of value that a schema takes.
pub(super) struct Kinds<'o> {
    found: Vec<(&'o str, &'o Value)>,
    pub(super) constants: Vec<&'o str>,
    pub(super) is_anything: bool,
}

impl<'o> Kinds<'o> {
    pub(super) fn of(schema: &'o Value, root: &'o Map<String, Value>) -> Self {
        let mut kinds = Self {
            found: Vec::new(),
            constants: Vec::new(),
            is_anything: false,
        };
        kinds.collect(schema, root);
        // A string that may be anything makes its constants examples.
        let is_free = kinds
            .found
            .iter()
            .any(|(kind, schema)| *kind == "string" && schema.get("enum").is_none() && schema.get("const").is_none());
        if is_free {
            kinds.constants.clear();
        }
        kinds
    }

    fn collect(&mut self, schema: &'o Value, root: &'o Map<String, Value>) {
        let schema = resolved(schema, root);
        for key in ["anyOf", "oneOf"] {
            if let Some(several) = schema.get(key).and_then(Value::as_array) {
                for one in several {
                    self.collect(one, root);
                }
                return;
            }
        }
        let constants = schema
            .get("const")
            .into_iter()
            .chain(schema.get("enum").and_then(Value::as_array).into_iter().flatten());
        for constant in constants {
            if let Some(text) = constant.as_str() {
                self.constants.push(text);
                self.found.push(("string", schema));
            }
        }
        match schema.get("type") {
            Some(Value::String(one)) => self.found.push((one, schema)),
            Some(Value::Array(several)) => self
                .found
                .extend(several.iter().filter_map(Value::as_str).map(|one| (one, schema))),
            _ if self.constants.is_empty() => self.is_anything = true,
            _ => {}
        }
    }

    pub(super) fn has(&self, kind: &str) -> bool {
        self.found.iter().any(|(own, _)| *own == kind)
    }

    pub(super) fn first(&self, kind: &str) -> Option<&'o Value> {
        self.found
            .iter()
            .find(|(own, _)| *own == kind)
            .map(|(_, schema)| *schema)
    }

    /// The schema of that kind, if there is only one.
    pub(super) fn only(&self, kind: &str) -> Option<&'o Value> {
        let mut all = self.found.iter().filter(|(own, _)| *own == kind);
        let one = all.next()?;
        all.next().is_none().then_some(one.1)
    }

    pub(super) fn word(&self) -> &'static str {
        let mut kinds: Vec<&str> = self
            .found
            .iter()
            .map(|(kind, _)| *kind)
            .filter(|kind| *kind != "null")
            .collect();
        kinds.dedup();
        match kinds.as_slice() {
            ["string"] => "a string",
            ["number"] => "a number",
            ["integer"] => "a whole number",
            ["boolean"] => "true or false",
            ["array"] => "a list",
            ["object"] => "an object",
            all if all.iter().all(|kind| matches!(*kind, "string" | "number" | "integer")) => "a string or a number",
            _ => "something else",
        }
    }
}
