//! Which tools a surface has: one list, used to show them and to call them.

use std::{borrow::Cow, sync::Arc};

use latchstring_core::{Effect, Operation, Surface};
use latchstring_runner::{READ_INPUT, WRITE_INPUT};
use rmcp::model::{Tool as Listed, ToolAnnotations};
use serde_json::{Map, Value, json};

use crate::{
    declaration, describe, docs,
    mode::Tools,
    portable, run,
    search::{FETCH_INPUT, SEARCH_INPUT},
    view,
};

/// One tool that a client may see.
pub(crate) enum Tool {
    Search,
    Fetch,
    Describe,
    Docs,
    Run,
    RunWrite,
    Direct(Arc<Operation>),
}

/// The tools of `surface`, always in the same order.
pub(crate) fn of(surface: &Surface, tools: Tools) -> impl Iterator<Item = Tool> {
    let code = (tools != Tools::Direct).then(|| {
        let run_write = surface.has(Effect::Write).then_some(Tool::RunWrite);
        [Tool::Describe, Tool::Run].into_iter().chain(run_write)
    });
    let direct = (tools != Tools::Code).then(|| surface.operations().cloned().map(Tool::Direct));
    [Tool::Search, Tool::Fetch, Tool::Docs]
        .into_iter()
        .chain(code.into_iter().flatten())
        .chain(direct.into_iter().flatten())
}

/// The tool called `name`, if `surface` has it.
pub(crate) fn find(surface: &Surface, tools: Tools, name: &str) -> Option<Tool> {
    of(surface, tools).find(|tool| tool.name() == name)
}

impl Tool {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Search => "search",
            Self::Fetch => "fetch",
            Self::Describe => "describe",
            Self::Docs => "docs",
            Self::Run => "run",
            Self::RunWrite => "run_write",
            Self::Direct(operation) => operation.name.tool(),
        }
    }

    /// The tool as clients see it. Return types are said in words, for clients read output schemas but do not show them
    /// to the model, and each token of the list is paid for in every conversation. `shown_by` is the product whose page shows
    /// results, for clients that show pages.
    pub(crate) fn listed(&self, surface: &Surface, shown_by: Option<&str>) -> Listed {
        let (title, description, input) = match self {
            Self::Search => (
                "Search operations and documentation",
                "Finds what can be called and read about, by words; an empty query lists all namespaces. Returns \
                 {results: {id, title, url, summary, signature?, effect?}[], namespaces?}."
                    .to_owned(),
                SEARCH_INPUT.clone(),
            ),
            Self::Fetch => (
                "Fetch what was found",
                "The whole text of one id from `search`, or the next part of a result that was cut. Returns \
                 {id, title, text, url, metadata}."
                    .to_owned(),
                FETCH_INPUT.clone(),
            ),
            Self::Describe => (
                "Describe operations",
                "TypeScript declarations of operations or whole namespaces: arguments with units and limits, return \
                 types, errors, an example each."
                    .to_owned(),
                describe::INPUT.clone(),
            ),
            Self::Docs => (
                "Read the documentation",
                "Lists the product's documentation pages, or returns one in Markdown.".to_owned(),
                docs::INPUT.clone(),
            ),
            Self::Run => (
                "Run a program",
                match shown_by {
                    Some(_) => format!("{}\n{}", run::description(surface, Effect::Read), view::SHAPES),
                    None => run::description(surface, Effect::Read),
                },
                READ_INPUT.clone(),
            ),
            Self::RunWrite => (
                "Run a program that changes data",
                run::description(surface, Effect::Write),
                WRITE_INPUT.clone(),
            ),
            Self::Direct(operation) => (
                operation.title.as_ref(),
                format!(
                    "{}\nReturns {}",
                    operation.description.trim(),
                    declaration::return_type(operation)
                ),
                operation.input_schema.clone(),
            ),
        };
        let mut listed = Listed::new(
            Cow::Owned(self.name().to_owned()),
            description,
            Arc::new(plain_object(input)),
        );
        listed.title = Some(title.to_owned());
        listed.annotations = Some(self.annotations(title));
        if matches!(self, Self::Run | Self::RunWrite) {
            listed.meta = shown_by.map(view::of_tool);
        }
        listed
    }

    /// All four hints, always explicit: clients fill gaps with the worst case.
    fn annotations(&self, title: &str) -> ToolAnnotations {
        let (reads, destroys, repeats) = match self {
            Self::Search | Self::Fetch | Self::Describe | Self::Docs | Self::Run => (true, false, true),
            Self::RunWrite => (false, true, false),
            Self::Direct(operation) => (
                operation.effect == Effect::Read,
                operation.is_destructive,
                operation.is_idempotent,
            ),
        };
        ToolAnnotations::with_title(title)
            .read_only(reads)
            .destructive(destroys)
            .idempotent(repeats)
            .open_world(false)
    }
}

/// The schema of a tool's own input or output without the type's description, which the tool's description repeats.
fn plain_object(mut schema: Map<String, Value>) -> Map<String, Value> {
    schema.shift_remove("description");
    schema.entry("type").or_insert_with(|| json!("object"));
    schema.entry("properties").or_insert_with(|| json!({}));
    portable::one_type_each(&mut schema);
    schema
}
