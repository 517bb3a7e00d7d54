//! Arguments, checked so that a wrong one is named and the right one suggested.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::{OperationError, schema::shape};

/// Up to three of `candidates` that `wanted` was probably meant to be, best first.
pub fn nearest<'a>(wanted: &str, candidates: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let fold = |text: &str| text.replace(['_', '-', '.', ' '], "").to_lowercase();
    let folded = fold(wanted);
    let method = wanted.rsplit('.').next().unwrap_or(wanted);
    let asked = words(wanted);
    let mut scored: Vec<(f64, &str)> = candidates
        .map(|candidate| {
            let same_method = candidate.contains('.') && candidate.rsplit('.').next() == Some(method);
            let bonus = if same_method { 0.1 } else { 0.0 };
            let spelt = strsim::jaro_winkler(&folded, &fold(candidate)) + bonus;
            (spelt.max(said_otherwise(&asked, &words(candidate))), candidate)
        })
        .filter(|(score, _)| *score > 0.75)
        .collect();
    scored.sort_by(|(a, x), (b, y)| b.total_cmp(a).then(x.cmp(y)));
    scored.truncate(3);
    scored.into_iter().map(|(_, candidate)| candidate).collect()
}

/// How near a name is that has all the words that were asked for, in another order or with others among them:
/// `rawMaterials.setStock` for `stock.set`.
fn said_otherwise(asked: &[String], has: &[String]) -> f64 {
    if asked.len() < 2 || !asked.iter().all(|word| has.contains(word)) {
        return 0.0;
    }
    let lengths = [asked.len(), has.len()].map(|length| u32::try_from(length).unwrap_or(u32::MAX));
    0.8 + 0.2 * f64::from(lengths[0]) / f64::from(lengths[1])
}

/// The words that a name is made of, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for character in name.chars() {
        let begins = character.is_uppercase() || !character.is_alphanumeric();
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
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

/// Serde's messages name types as Rust and Serde do, which means nothing to who writes JavaScript.
fn in_plain_words(message: &str) -> String {
    if let Some((given, wanted)) = message
        .strip_prefix("invalid type: ")
        .and_then(|rest| rest.rsplit_once(", expected "))
    {
        return wrong_type(given, wanted);
    }
    if let Some(rest) = message.strip_prefix("unknown variant ") {
        return format!("unknown value {rest}");
    }
    if let Some((field, known)) = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split_once("`, expected "))
    {
        // The shape behind the message names the fields; here only the one that was probably meant.
        return unknown_field(field, known.split('`').skip(1).step_by(2));
    }
    message.to_owned()
}

/// What was given in place of what. Where quotes are all that is wrong, that is said.
fn wrong_type(given: &str, wanted: &str) -> String {
    let wanted = match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number of at least 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a sequence" => "a list",
        "a boolean" => "true or false",
        other => other,
    };
    let (kind, value) = given.split_once(' ').unwrap_or((given, ""));
    let told = match (kind, value) {
        ("sequence", "") => "a list".to_owned(),
        ("map", "") => "an object".to_owned(),
        ("null", "") => "null".to_owned(),
        ("integer", number) => format!("the number {number}"),
        ("floating", rest) => format!("the number {}", rest.trim_start_matches("point ")),
        ("string", text) => format!("the text {text}"),
        ("boolean", value) => value.to_owned(),
        _ => given.to_owned(),
    };
    let number = value.trim_matches(|quote| matches!(quote, '"' | '`'));
    let advice = match kind {
        "integer" if wanted == "a string" => format!("; put it in quotes: \"{number}\""),
        "string" if wanted.contains("number") && number.parse::<f64>().is_ok() => {
            format!("; leave the quotes out: {number}")
        }
        "string" if wanted == "a list" => format!("; put it in brackets: [{value}]"),
        _ => String::new(),
    };
    format!("{told} is given, {wanted} is expected{advice}")
}

/// An unknown field in words, with what of the `known` was probably meant.
pub fn unknown_field<'a>(field: &str, known: impl Iterator<Item = &'a str>) -> String {
    if field == "dryRun" {
        return "unknown field `dryRun`, which is an argument of `run_write` beside the program".to_owned();
    }
    let field: String = field.chars().take(64).collect();
    match nearest(&field, known).first() {
        Some(meant) => format!("unknown field `{field}` (did you mean `{meant}`?)"),
        None => format!("unknown field `{field}`"),
    }
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
        faults.push(unknown_field(field, known.keys().map(String::as_str)));
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
        assert_eq!(nearest("stock.set", names.into_iter()), ["rawMaterials.setStock"]);
        assert_eq!(nearest("setRawStock", names.into_iter()), ["rawMaterials.setStock"]);
        assert!(nearest("weather", names.into_iter()).is_empty());
        assert!(
            nearest("stock", names.into_iter()).is_empty(),
            "one word says too little"
        );
    }

    #[test]
    fn what_serde_says_is_told_in_javascripts_terms() {
        for (said, told) in [
            (
                "invalid type: integer `5`, expected a string",
                "the number `5` is given, a string is expected; put it in quotes: \"5\"",
            ),
            (
                "invalid type: string \"5\", expected i64",
                "the text \"5\" is given, a whole number is expected; leave the quotes out: 5",
            ),
            (
                "invalid type: string \"one\", expected i64",
                "the text \"one\" is given, a whole number is expected",
            ),
            (
                "invalid type: string \"a, expected b\", expected a sequence",
                "the text \"a, expected b\" is given, a list is expected; put it in brackets: [\"a, expected b\"]",
            ),
            (
                "invalid type: sequence, expected a string",
                "a list is given, a string is expected",
            ),
            (
                "invalid type: floating point `1.5`, expected u64",
                "the number `1.5` is given, a whole number of at least 0 is expected",
            ),
            (
                "invalid type: boolean `true`, expected a decimal",
                "`true` is given, a decimal is expected",
            ),
            (
                "unknown variant `DESC`, expected `asc` or `desc`",
                "unknown value `DESC`, expected `asc` or `desc`",
            ),
            (
                "unknown field `variant_id`, expected one of `variantId`, `sku`",
                "unknown field `variant_id` (did you mean `variantId`?)",
            ),
            ("missing field `name`", "missing field `name`"),
        ] {
            assert_eq!(in_plain_words(said), told);
        }
    }
}
