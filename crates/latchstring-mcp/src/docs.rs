//! `docs`: the product's documentation, page by page.

use std::sync::LazyLock;

use latchstring_core::{ErrorCode, OperationError, schema_of};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::knowledge::Knowledge;

/// Reads documentation.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct DocsInput {
    /// A page, such as "overview". Without it, the pages are listed.
    page: Option<String>,
}

/// Its schema; made once, for it is read at every call.
pub(crate) static INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<DocsInput>);

/// A page, or what pages there are.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase", untagged)]
pub(crate) enum Docs {
    Page { page: String, title: String, text: String },
    Pages { pages: Vec<Listed> },
}

#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    page: String,
    title: String,
    summary: String,
}

pub(crate) fn docs(knowledge: &Knowledge, input: &DocsInput) -> Result<Docs, OperationError> {
    let Some(wanted) = input.page.as_deref().map(str::trim).filter(|page| !page.is_empty()) else {
        let pages = knowledge.pages().iter().map(|page| Listed {
            page: page.slug.to_owned(),
            title: page.title.to_owned(),
            summary: page.summary.to_owned(),
        });
        return Ok(Docs::Pages { pages: pages.collect() });
    };
    let page = knowledge.page(wanted).ok_or_else(|| {
        let slugs: Vec<&str> = knowledge.pages().iter().map(|page| page.slug).collect();
        let shown: String = wanted.chars().take(100).collect();
        let there_are = slugs.join(", ");
        OperationError::new(
            ErrorCode::NotFound,
            format!("no page `{shown}`; there are: {there_are}"),
        )
    })?;
    Ok(Docs::Page {
        page: page.slug.to_owned(),
        title: page.title.to_owned(),
        text: page.text.to_owned(),
    })
}
