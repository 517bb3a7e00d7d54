//! `run` and `run_write`: a program instead of a chain of calls.

use std::collections::BTreeMap;

use latchstring_core::{Effect, OperationError, Surface};
use latchstring_runner::Ran;
use rmcp::model::{CallToolResult, ContentBlock};

use crate::error;

/// Below this many operations the description names them all; beyond it, only the namespaces.
const NAME_ALL_BELOW: usize = 40;

/// How a program ended, as a tool's result.
pub(crate) fn answer(ran: Result<Ran, OperationError>) -> CallToolResult {
    match ran {
        Ok(Ran::Returned(told)) => {
            let mut result = CallToolResult::success(vec![ContentBlock::text(told.to_string())]);
            result.structured_content = Some(told);
            result
        }
        Ok(Ran::Failed(failure, told)) => error::program_failed(&failure, told),
        Err(error) => error::refused(&error),
    }
}

/// What the model reads before it writes its first program.
pub(crate) fn description(surface: &Surface, effect: Effect) -> String {
    let surface = match effect {
        Effect::Read => surface.reads_only(),
        Effect::Write => surface.clone(),
    };
    let mut namespaces: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for operation in surface.operations().filter(|operation| operation.effect == effect) {
        let (namespace, method) = operation.name.program().split_once('.').unwrap_or_default();
        namespaces.entry(namespace).or_default().push(method);
    }
    let names: Vec<String> = if surface.operations().len() < NAME_ALL_BELOW {
        namespaces
            .iter()
            .map(|(namespace, methods)| format!("{namespace}: {}", methods.join(", ")))
            .collect()
    } else {
        namespaces.keys().map(ToString::to_string).collect()
    };
    let (purpose, rule) = match effect {
        Effect::Read => (
            "Runs a JavaScript or TypeScript program that reads this store's data.",
            "It sees one consistent snapshot and can change nothing.",
        ),
        Effect::Write => (
            "Runs a JavaScript or TypeScript program that may change this store's data.",
            "All or nothing: its changes are kept if it returns, and undone if it throws or hits a limit. \
             With `dryRun: true` they are undone and told: show the person `changeSet`; if they agree, send `{commit: handle}`, \
             which does exactly that, or nothing if the data has changed since.",
        ),
    };
    let returns = match effect {
        Effect::Read => "{ok, result?, console?, calls, durationMs}",
        Effect::Write => {
            "the same with {committed?, changeCount?, handle?, changeSet?, changes?: {entity, id, action, before?, after?}[]}"
        }
    };
    match effect {
        Effect::Read => format!(
            "{purpose} It is the body of an async function: `await` operations, `return` the answer. An operation is \
             `await app.<namespace>.<method>({{...}})`, takes one object and returns an object. {rule} Read declarations with \
             `describe` before the first use. Filter and add up in the program; return only what is needed. No network, \
             files, timers or imports.\nExample: `{}`\nIn `app`: {}.\nReturns {returns}.",
            example(&surface),
            names.join("; ")
        ),
        Effect::Write => format!(
            "{purpose} As in `run`, with the operations that write: {}. {rule}\nReturns {returns}.",
            names.join("; ")
        ),
    }
}

/// A call that works here: the first query's.
fn example(surface: &Surface) -> &str {
    let query = surface.operations().find(|operation| operation.effect == Effect::Read);
    query.map_or("return 1 + 1", |operation| &operation.example)
}
