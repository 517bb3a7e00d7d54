//! `search`: from words to operations.

use std::collections::BTreeMap;

use latchstring_core::{Effect, Operation, Surface};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

fn ten() -> u32 {
    10
}

/// What was found.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SearchOutput {
    /// The best first.
    operations: Vec<Found>,
    /// Every namespace with its methods; only for an empty query.
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

pub(crate) fn search(surface: &Surface, input: &SearchInput) -> SearchOutput {
    let limit = usize::try_from(input.limit.clamp(1, 50)).unwrap_or(10);
    let words = words_of(&input.query);
    if words.is_empty() {
        let mut namespaces: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for path in surface.program_paths().iter() {
            if let Some((namespace, method)) = path.split_once('.') {
                namespaces
                    .entry(namespace.to_owned())
                    .or_default()
                    .push(method.to_owned());
            }
        }
        return SearchOutput {
            operations: Vec::new(),
            namespaces: Some(namespaces),
        };
    }
    let mut scored: Vec<(u32, &Operation)> = surface
        .operations()
        .map(|operation| (score(operation, &words), operation.as_ref()))
        .filter(|(score, _)| *score > 0)
        .collect();
    scored.sort_by(|(a, x), (b, y)| b.cmp(a).then(x.name.cmp(&y.name)));
    let operations = scored
        .into_iter()
        .take(limit)
        .map(|(_, operation)| found(operation))
        .collect();
    SearchOutput {
        operations,
        namespaces: None,
    }
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

/// A word counts most in the name, then in the title, then in the description; plural and singular are one.
fn score(operation: &Operation, words: &[String]) -> u32 {
    let fields = [
        (8, words_of(operation.name.as_str())),
        (4, words_of(operation.title)),
        (1, words_of(&operation.description)),
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

fn words_of(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len());
    for letter in text.chars().take(4_000) {
        if letter.is_uppercase() {
            spaced.push(' ');
        }
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
