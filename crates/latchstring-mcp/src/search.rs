//! `search`: from words to operations and documentation pages, and `fetch`: from what was found to all of it.
//!
//! The two have the shape that ChatGPT's deep research asks for: `{query}` to `{results: [{id, title, url}]}`, and `{id}` to
//! `{id, title, text, url, metadata}` (<https://platform.openai.com/docs/mcp>).

use std::{cmp::Ordering, collections::BTreeMap, sync::LazyLock};

use bm25::{Document, SearchEngineBuilder, Tokenizer};
use latchstring_core::{Effect, ErrorCode, Operation, OperationError, Page, Surface, schema_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    declaration::{self, declaration},
    kept::Kept,
    knowledge::Knowledge,
};

/// How much is found at most.
const MOST: usize = 10;
/// A page is found after an operation that fits as well: most people who search want to do something.
const OF_A_PAGE: f32 = 0.7;

/// Finds operations and documentation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct SearchInput {
    /// Words, such as "stock of a material". Empty lists the namespaces.
    query: String,
}

/// Its schema; made once, for it is read at every call.
pub(crate) static SEARCH_INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<SearchInput>);

/// Gets one thing that was found.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct FetchInput {
    /// An id from `search`, or of the rest of a result that was cut.
    id: String,
}

/// Its schema.
pub(crate) static FETCH_INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<FetchInput>);

/// What was found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Results {
    /// The best first.
    results: Vec<Found>,
    /// Every namespace with its methods; when the query is empty or nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    namespaces: Option<BTreeMap<String, Vec<String>>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    /// For `fetch`; of an operation, also its name for `describe`.
    id: String,
    title: String,
    url: String,
    /// What it does or tells, in a sentence.
    summary: String,
    /// How an operation is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    signature: Option<String>,
    /// Whether an operation reads or writes.
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'static str>,
}

/// All of one thing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Fetched {
    pub(crate) id: String,
    title: String,
    pub(crate) text: String,
    url: String,
    metadata: BTreeMap<&'static str, String>,
}

/// Something that can be found.
enum Thing<'a> {
    Operation(&'a Operation),
    Page(&'a Page),
}

pub(crate) fn search(surface: &Surface, knowledge: &Knowledge, input: &SearchInput) -> Results {
    let things: Vec<Thing<'_>> = surface
        .operations()
        .map(|operation| Thing::Operation(operation))
        .chain(knowledge.pages().iter().map(Thing::Page))
        .collect();
    let query: String = input.query.chars().take(1_000).collect();
    let results: Vec<Found> = ranked(&things, &query)
        .into_iter()
        .take(MOST)
        .map(|at| things[at].found(knowledge))
        .collect();
    let namespaces = results.is_empty().then(|| namespaces(surface));
    Results { results, namespaces }
}

/// The places of those that fit, the best first. Ranked by BM25; the index is made anew each time, of what this
/// grant may see and nothing else.
fn ranked(things: &[Thing<'_>], query: &str) -> Vec<usize> {
    let documents = things
        .iter()
        .enumerate()
        .map(|(at, thing)| Document::new(at, thing.words()));
    let engine = SearchEngineBuilder::<usize, u32, Words>::with_tokenizer_and_documents(Words, documents).build();
    let mut found: Vec<(f32, usize)> = engine
        .search(query, None)
        .into_iter()
        .map(|one| {
            let weight = match things[one.document.id] {
                Thing::Operation(_) => 1.0,
                Thing::Page(_) => OF_A_PAGE,
            };
            (one.score * weight, one.document.id)
        })
        .collect();
    found.sort_by(|(a, x), (b, y)| b.partial_cmp(a).unwrap_or(Ordering::Equal).then(x.cmp(y)));
    found.into_iter().map(|(_, at)| at).collect()
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

impl Thing<'_> {
    /// What it is found by. A word counts most in the name, then in the title, then in the descriptions.
    fn words(&self) -> String {
        match self {
            Self::Operation(operation) => {
                let name = format!("{} ", operation.name.as_str()).repeat(4);
                let title = format!("{} ", operation.title).repeat(2);
                format!("{name}{title}{} {}", operation.description, fields_of(operation))
            }
            Self::Page(page) => format!("{}{}", format!("{} {} ", page.title, page.summary).repeat(2), page.text),
        }
    }

    fn found(&self, knowledge: &Knowledge) -> Found {
        match self {
            Self::Operation(operation) => Found {
                id: operation.name.program().to_owned(),
                title: operation.title.clone().into_owned(),
                url: knowledge.url_of_operation(operation),
                summary: operation.summary().to_owned(),
                signature: Some(declaration::signature(operation)),
                effect: Some(match operation.effect {
                    Effect::Read => "read",
                    Effect::Write => "write",
                }),
            },
            Self::Page(page) => Found {
                id: Knowledge::id_of(page),
                title: page.title.to_owned(),
                url: knowledge.url_of(page),
                summary: page.summary.to_owned(),
                signature: None,
                effect: None,
            },
        }
    }
}

pub(crate) fn fetch(
    surface: &Surface,
    knowledge: &Knowledge,
    kept: &Kept,
    input: &FetchInput,
) -> Result<Fetched, OperationError> {
    let id = input.id.trim();
    if let Some(part) = kept.part(surface.grant().id(), id)? {
        return Ok(Fetched {
            id: id.to_owned(),
            title: format!("part {} of {}", part.number, part.of),
            url: knowledge.home(),
            metadata: part.next.map(|next| ("next", next)).into_iter().collect(),
            text: part.text,
        });
    }
    if let Some(page) = knowledge.page(id) {
        return Ok(Fetched {
            id: Knowledge::id_of(page),
            title: page.title.to_owned(),
            text: page.text.to_owned(),
            url: knowledge.url_of(page),
            metadata: BTreeMap::from([("kind", "page".to_owned())]),
        });
    }
    let operation = surface.find(id).map_err(|error| match error.code() {
        ErrorCode::UnknownOperation => OperationError::new(
            ErrorCode::NotFound,
            format!(
                "nothing has the id `{}`; take one from `search`",
                id.chars().take(100).collect::<String>()
            ),
        ),
        _ => error,
    })?;
    Ok(Fetched {
        id: operation.name.program().to_owned(),
        title: operation.title.clone().into_owned(),
        text: declaration(operation),
        url: knowledge.url_of_operation(operation),
        metadata: BTreeMap::from([("kind", "operation".to_owned())]),
    })
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

/// Words as they are compared: in lower case, `setStock` and `set_stock` as two, plural and singular as one.
struct Words;

impl Tokenizer for Words {
    fn tokenize(&self, text: &str) -> Vec<String> {
        let mut spaced = String::with_capacity(text.len());
        let mut after_lower = false;
        for letter in text.chars() {
            if letter.is_uppercase() && after_lower {
                spaced.push(' ');
            }
            after_lower = letter.is_lowercase();
            spaced.extend(letter.to_lowercase());
        }
        spaced
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| {
                word.len() > 1 && !matches!(*word, "the" | "of" | "to" | "an" | "in" | "is" | "it" | "and" | "or")
            })
            .map(|word| {
                word.strip_suffix("ies")
                    .map_or_else(|| word.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"))
            })
            .collect()
    }
}
