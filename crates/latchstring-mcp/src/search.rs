//! `search`: from words to operations.

use std::{collections::BTreeMap, sync::LazyLock};

use latchstring_core::{Effect, Operation, OperationError, Surface, schema_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::declaration;

/// Finds operations by words.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SearchInput {
    /// Words, such as "stock of a material". Empty lists the namespaces.
    #[serde(default)]
    query: String,
    /// How many operations at most.
    #[serde(default = "ten")]
    #[schemars(range(min = 1, max = 50))]
    limit: u32,
}

/// Its schema; made once, for it is read at every call.
pub(crate) static INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<SearchInput>);

fn ten() -> u32 {
    10
}

/// What was found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchOutput {
    /// The best first.
    operations: Vec<Found>,
    /// Every namespace with its methods; when the query is empty or nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespaces: Option<BTreeMap<String, Vec<String>>>,
}

/// One operation in a few words.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Found {
    /// The name in programs, after `app.`.
    name: String,
    /// How it is called.
    signature: String,
    /// What it does, in a sentence.
    summary: String,
    /// Whether it reads or writes.
    effect: &'static str,
}

pub(crate) fn search(surface: &Surface, input: &SearchInput) -> Result<SearchOutput, OperationError> {
    if !(1..=50).contains(&input.limit) {
        return Err(OperationError::invalid_input(format!(
            "`limit` is {}; use 1 to 50",
            input.limit
        )));
    }
    let words = words_of(&input.query);
    let mut scored: Vec<(u32, &Operation)> = surface
        .operations()
        .map(|operation| (score(operation, &words), operation.as_ref()))
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.name.cmp(&y.name)));
    let limit = usize::try_from(input.limit).unwrap_or(50);
    let operations: Vec<Found> = scored
        .into_iter()
        .take(limit)
        .map(|(_, operation)| found(operation))
        .collect();
    let namespaces = operations.is_empty().then(|| namespaces(surface));
    Ok(SearchOutput { operations, namespaces })
}

/// Every namespace with its methods: where to look when no word helps.
fn namespaces(surface: &Surface) -> BTreeMap<String, Vec<String>> {
    let mut namespaces: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in surface.program_paths().iter() {
        if let Some((namespace, method)) = path.split_once('.') {
            namespaces
                .entry(namespace.to_owned())
                .or_default()
                .push(method.to_owned());
        }
    }
    namespaces
}

fn found(operation: &Operation) -> Found {
    Found {
        name: operation.name.program().to_owned(),
        signature: declaration::signature(operation),
        summary: operation.summary().to_owned(),
        effect: match operation.effect {
            Effect::Read => "read",
            Effect::Write => "write",
        },
    }
}

/// A word counts most in the name, then in the title, then in the descriptions of the operation and its fields; plural
/// and singular are one.
fn score(operation: &Operation, words: &[String]) -> u32 {
    let fields = [
        (8, words_of(operation.name.as_str())),
        (4, words_of(operation.title)),
        (1, words_of(&operation.description)),
        (1, words_of(&fields_of(operation))),
    ];
    words
        .iter()
        .map(|word| {
            fields
                .iter()
                .filter(|(_, field)| field.contains(word))
                .map(|(weight, _)| weight)
                .sum::<u32>()
        })
        .sum()
}

/// The input fields with what is said of them.
fn fields_of(operation: &Operation) -> String {
    let properties = operation.input_schema.get("properties").and_then(Value::as_object);
    let said = |property: &Value| property["description"].as_str().unwrap_or_default().to_owned();
    let fields = properties.into_iter().flatten();
    fields
        .map(|(name, property)| format!("{name} {}", said(property)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn words_of(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len());
    let mut after_lower = false;
    for letter in text.chars().take(4_000) {
        if letter.is_uppercase() && after_lower {
            spaced.push(' ');
        }
        after_lower = letter.is_lowercase();
        spaced.extend(letter.to_lowercase());
    }
    spaced
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| word.len() > 1)
        .map(|word| {
            word.strip_suffix("ies")
                .map_or_else(|| word.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"))
        })
        .collect()
}
