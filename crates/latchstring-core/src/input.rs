//! Arguments, checked so that a wrong one is named and the right one suggested.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::OperationError;

/// Up to three of `candidates` that `wanted` was probably meant to be, best first.
pub fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let fold = |text: &str| text.replace(['_', '-', '.', ' '], "").to_lowercase();
    let folded = fold(wanted);
    let method = wanted.rsplit('.').next().unwrap_or(wanted);
    let mut scored: Vec<(f64, &str)> = candidates
        .map(|candidate| {
            let same_method = candidate.contains('.') && candidate.rsplit('.').next() == Some(method);
            let bonus = if same_method { 0.1 } else { 0.0 };
            (strsim::jaro_winkler(&folded, &fold(candidate)) + bonus, candidate)
        })
        .filter(|(score, _)| *score > 0.75)
        .collect();
    scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
    scored.truncate(3);
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Reads the input of an operation or tool from JSON text, by the schema that [`schema_of`](crate::schema_of) gives.
///
/// # Errors
/// `INVALID_INPUT`, naming every wrong field at once and the expected shape.
pub fn parse<T: DeserializeOwned>(
    operation: &str,
    schema: &Map<String, Value>,
    arguments: &str,
) -> Result<T, OperationError> {
    let value: Value = serde_json::from_str(arguments).map_err(|error| {
        OperationError::invalid_input(format!("the arguments of `{operation}` are not JSON: {error}"))
    })?;
    read(Place { operation, item: None }, schema, value)
}

/// What is read: the argument of an operation, or one of the `items` of its bulk form.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) operation: &'a str,
    pub(crate) item: Option<usize>,
}

impl Place<'_> {
    /// The operation and where in its argument `path` is, as `` `boms.create` at `name` ``.
    fn at(self, path: &str) -> String {
        let mut whole = self.item.map(|index| format!("items[{index}]")).unwrap_or_default();
        if path != "." {
            if !whole.is_empty() {
                whole.push('.');
            }
            whole.push_str(path);
        }
        let operation = self.operation;
        if whole.is_empty() {
            format!("`{operation}`")
        } else {
            format!("`{operation}` at `{whole}`")
        }
    }

    fn needs_an_object(self, schema: &Map<String, Value>) -> OperationError {
        let (operation, shape) = (self.operation, shape(schema));
        OperationError::invalid_input(match self.item {
            None => format!("`{operation}` takes one object, as in `{operation}({shape})`"),
            Some(index) => format!("`items[{index}]` of `{operation}` is no object. Expected {shape}"),
        })
    }
}

/// Reads one input from JSON, as [`parse`] does from text.
pub(crate) fn read<T: DeserializeOwned>(
    place: Place<'_>,
    schema: &Map<String, Value>,
    value: Value,
) -> Result<T, OperationError> {
    let Value::Object(fields) = &value else {
        return Err(place.needs_an_object(schema));
    };
    check_fields(place, schema, fields)?;
    serde_path_to_error::deserialize(value).map_err(|error| {
        let place = place.at(&error.path().to_string());
        let inner = in_plain_words(&error.into_inner().to_string());
        OperationError::invalid_input(format!(
            "wrong argument for {place}: {inner}. Expected {}",
            shape(schema)
        ))
    })
}

/// Rust's names for numbers mean nothing to who writes JavaScript.
fn in_plain_words(message: &str) -> String {
    let mut message = message.to_owned();
    for (names, meaning) in [
        (["u8", "u16", "u32", "u64", "usize"], "a whole number of at least 0"),
        (["i8", "i16", "i32", "i64", "isize"], "a whole number"),
    ] {
        for name in names {
            message = message.replace(&format!("expected {name}"), &format!("expected {meaning}"));
        }
    }
    message
}

/// More faults than this are counted, not named.
const MOST_FAULTS: usize = 10;

/// Names every unknown and every missing field at once, each unknown one with what was probably meant.
fn check_fields(
    place: Place<'_>,
    schema: &Map<String, Value>,
    given: &Map<String, Value>,
) -> Result<(), OperationError> {
    let empty = Map::new();
    let known = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut faults: Vec<String> = Vec::new();
    let unknown: Vec<&String> = given.keys().filter(|field| !known.contains_key(*field)).collect();
    for field in unknown.iter().take(MOST_FAULTS) {
        let field: String = field.chars().take(64).collect();
        match nearest(&field, known.keys().map(String::as_str)).first() {
            Some(meant) => faults.push(format!("unknown field `{field}` (did you mean `{meant}`?)")),
            None => faults.push(format!("unknown field `{field}`")),
        }
    }
    for field in required
        .iter()
        .filter_map(Value::as_str)
        .filter(|field| !given.contains_key(*field))
    {
        faults.push(format!("missing field `{field}`"));
    }
    if faults.is_empty() {
        return Ok(());
    }
    if unknown.len() > MOST_FAULTS {
        faults.push(format!("and {} more", unknown.len() - MOST_FAULTS + 1));
    }
    Err(OperationError::invalid_input(format!(
        "wrong arguments for {}: {}. Expected {}",
        place.at("."),
        faults.join(", "),
        shape(schema)
    )))
}

/// The fields of an object schema in one line: `{bomId: string, expand?: boolean}`.
fn shape(schema: &Map<String, Value>) -> String {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return "{}".to_owned();
    };
    let required = schema
        .get("required")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let fields: Vec<String> = properties
        .iter()
        .map(|(name, property)| {
            let mark = if required.iter().any(|one| one == name) {
                ""
            } else {
                "?"
            };
            format!("{name}{mark}: {}", crate::schema::type_word(property))
        })
        .collect();
    format!("{{{}}}", fields.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_survives_typing_and_other_spellings() {
        let names = ["boms.list", "boms.get", "rawMaterials.setStock", "rawMaterials.list"];
        assert_eq!(nearest("boms.lst", names.into_iter()).first(), Some(&"boms.list"));
        assert_eq!(
            nearest("raw_materials.set_stock", names.into_iter()).first(),
            Some(&"rawMaterials.setStock")
        );
        assert!(nearest("weather", names.into_iter()).is_empty());
    }
}
