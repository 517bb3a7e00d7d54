//! Which tools a surface has: one list, used to show them and to call them.

use std::{borrow::Cow, sync::Arc};

use latchstring_core::{Effect, Operation, Surface, output_schema_of};
use latchstring_runner::{READ_INPUT, WRITE_INPUT, read_output, write_output};
use rmcp::model::{Tool as Listed, ToolAnnotations};
use serde_json::{Map, Value, json};

use crate::{declaration, describe, run, search};

/// One tool that a client may see.
pub(crate) enum Tool {
    Search,
    Describe,
    Run,
    RunWrite,
    Direct(Arc<Operation>),
}

/// The tools of `surface`, always in the same order.
pub(crate) fn of(surface: &Surface) -> impl Iterator<Item = Tool> {
    let run_write = surface.has(Effect::Write).then_some(Tool::RunWrite);
    let pinned = surface
        .operations()
        .filter(|operation| operation.is_pinned)
        .cloned()
        .map(Tool::Direct);
    [Tool::Search, Tool::Describe, Tool::Run]
        .into_iter()
        .chain(run_write)
        .chain(pinned)
}

/// The tool called `name`, if `surface` has it.
pub(crate) fn find(surface: &Surface, name: &str) -> Option<Tool> {
    of(surface).find(|tool| tool.name() == name)
}

impl Tool {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Search => "search",
            Self::Describe => "describe",
            Self::Run => "run",
            Self::RunWrite => "run_write",
            Self::Direct(operation) => operation.name.tool(),
        }
    }

    /// The tool as clients see it.
    pub(crate) fn listed(&self, surface: &Surface) -> Listed {
        let (title, description, input, output) = match self {
            Self::Search => (
                "Search operations",
                "Finds operations that programs can call, by words. An empty query lists every namespace. \
                 Then read their declarations with `describe`.\n\
                 Returns {operations: {name: string, signature: string, summary: string, effect: \"read\" | \"write\"}[], \
                 namespaces?: Record<string, string[]>}."
                    .to_owned(),
                search::INPUT.clone(),
                output_schema_of::<search::SearchOutput>(),
            ),
            Self::Describe => (
                "Describe operations",
                "TypeScript declarations of operations: arguments with units and limits, return types, errors, an example \
                 each. Takes operation names such as \"boms.list\", or whole namespaces.\n\
                 Returns {declarations: string}."
                    .to_owned(),
                describe::INPUT.clone(),
                output_schema_of::<describe::DescribeOutput>(),
            ),
            Self::Run => ("Run a program", run::description(surface, Effect::Read), READ_INPUT.clone(), read_output()),
            Self::RunWrite => (
                "Run a program that changes data",
                run::description(surface, Effect::Write),
                WRITE_INPUT.clone(),
                write_output(),
            ),
            Self::Direct(operation) => (
                operation.title,
                format!("{}\nReturns {}", operation.description.trim(), declaration::return_type(operation)),
                operation.input_schema.clone(),
                operation.output_schema.clone(),
            ),
        };
        let mut listed = Listed::new(
            Cow::Owned(self.name().to_owned()),
            description,
            Arc::new(plain_object(input)),
        );
        listed.title = Some(title.to_owned());
        listed.output_schema = Some(Arc::new(plain_object(output)));
        listed.annotations = Some(self.annotations(title));
        listed
    }

    /// All four hints, always explicit: clients fill gaps with the worst case.
    fn annotations(&self, title: &str) -> ToolAnnotations {
        let (reads, destroys, repeats) = match self {
            Self::Search | Self::Describe | Self::Run => (true, false, true),
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
    schema.remove("description");
    schema.entry("type").or_insert_with(|| json!("object"));
    schema.entry("properties").or_insert_with(|| json!({}));
    schema
}
