//! `run` and `run_write`: a program instead of a chain of calls.

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use latchstring_core::{
    Change, Effect, ErrorCode, Failure, Finish, Limits, OperationError, Outcome, Program, ProgramRecord, Sandbox,
    Session, Surface, output_schema_of, random, schema_of,
};
use rmcp::model::{CallToolResult, ContentBlock};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::{error, shares::Shares};

/// A program that may write has less time than one that reads: while it holds a database's one writer, others wait.
const LONGEST_WRITE: Duration = Duration::from_secs(8);

/// So many changes are told one by one; all of them are in the audit trail.
const MOST_CHANGES: usize = 100;

/// Below this many operations the description names them all; beyond it, only the namespaces.
const NAME_ALL_BELOW: usize = 40;

/// A program that reads.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunInput {
    /// JavaScript: the body of an async function, 64 KiB at most.
    program: String,
}

/// A program that may write.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RunWriteInput {
    /// JavaScript: the body of an async function, 64 KiB at most.
    program: String,
    /// Run it, tell what it would change, and undo everything.
    #[serde(default)]
    dry_run: bool,
}

/// What a program left. Serialised only for its schema; the answer itself keeps the program's JSON as it is.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RunOutput {
    /// Whether it returned.
    ok: bool,
    /// What it returned.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    /// What it printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    console: Option<String>,
    /// How many operations it called.
    calls: u32,
    /// How long it took, in milliseconds.
    duration_ms: u64,
    /// Why it did not return: `code`, `message`, and where known `line`, `column`, `sourceLine`, `operation`, `details`.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Map<String, Value>>,
}

/// The same for a program that may write.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct RunWriteOutput {
    #[serde(flatten)]
    run: RunOutput,
    /// Whether its changes were made to last.
    #[serde(skip_serializing_if = "Option::is_none")]
    committed: Option<bool>,
    /// How many changes it made or, after a dry run, would have made.
    #[serde(skip_serializing_if = "Option::is_none")]
    change_count: Option<usize>,
    /// The changes; the first 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<Vec<Change>>,
}

/// The schema of [`RunInput`]; made once, for it is read at every call.
pub(crate) static READ_INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<RunInput>);

/// The schema of [`RunWriteInput`].
pub(crate) static WRITE_INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<RunWriteInput>);

pub(crate) fn read_output() -> Map<String, Value> {
    output_schema_of::<RunOutput>()
}

pub(crate) fn write_output() -> Map<String, Value> {
    output_schema_of::<RunWriteOutput>()
}

/// What the model reads before it writes its first program.
pub(crate) fn description(surface: &Surface, effect: Effect) -> String {
    let surface = match effect {
        Effect::Read => surface.reads_only(),
        Effect::Write => surface.clone(),
    };
    let mut namespaces: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for operation in surface.operations() {
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
            "Runs a JavaScript program that reads this store's data.",
            "It sees one consistent snapshot and can change nothing.",
        ),
        Effect::Write => (
            "Runs a JavaScript program that may change this store's data.",
            "All or nothing: its changes are kept if it returns, and undone if it throws or hits a limit. \
             `dryRun: true` tells what would change and undoes it.",
        ),
    };
    let returns = match effect {
        Effect::Read => "{ok: boolean, result?: unknown, console?: string, calls: number, durationMs: number}",
        Effect::Write => {
            "{ok: boolean, result?: unknown, console?: string, calls: number, durationMs: number, committed?: boolean, \
             changeCount?: number, changes?: {entity: string, id: string, action: \"created\" | \"updated\" | \"deleted\", before?: object, after?: object}[]}"
        }
    };
    format!(
        "{purpose} The program is the body of an async function: `await` operations, `return` the answer. \
         Each operation is `await app.<namespace>.<method>({{...}})`, takes one object and returns an object, never a string to parse. \
         {rule} Read declarations with `describe` before the first use of an operation. Filter and add up in the program and \
         return only what is needed. No network, files, timers or imports.\n\
         Example of a call: `{}`\n\
         In `app`: {}.\n\
         Returns {returns}.",
        example(&surface),
        names.join("; ")
    )
}

/// A call that works here: the first pinned query's.
fn example(surface: &Surface) -> &'static str {
    let pinned = surface
        .operations()
        .find(|operation| operation.is_pinned && operation.effect == Effect::Read);
    pinned.map_or("return 1 + 1", |operation| operation.example)
}

/// Why a program is not waited for any more.
pub(crate) struct Gone {
    pub(crate) caller: CancellationToken,
    pub(crate) stop: CancellationToken,
}

impl Gone {
    /// The result of `work`; or, if the caller goes away or the server stops first, why there is none. `work` is dropped
    /// then.
    pub(crate) async fn or<T>(&self, work: impl Future<Output = T>) -> Result<T, OperationError> {
        let text = tokio::select! {
            biased;
            () = self.caller.cancelled() => "the caller is gone; nothing was changed",
            () = self.stop.cancelled() => "the server is stopping; nothing was changed. Try again shortly",
            done = work => return Ok(done),
        };
        Err(OperationError::new(ErrorCode::Unavailable, text))
    }
}

pub(crate) struct Run<'a> {
    pub(crate) sandbox: &'a dyn Sandbox,
    pub(crate) limits: &'a Limits,
    pub(crate) shares: &'a Shares,
    pub(crate) gone: Gone,
}

impl Run<'_> {
    pub(crate) async fn read(&self, session: Session, input: RunInput) -> CallToolResult {
        self.program(session, input.program, Finish::Commit, Effect::Read, self.limits)
            .await
    }

    pub(crate) async fn write(&self, session: Session, input: RunWriteInput) -> CallToolResult {
        let finish = if input.dry_run { Finish::DryRun } else { Finish::Commit };
        let limits = Limits {
            wall: self.limits.wall.min(LONGEST_WRITE),
            ..self.limits.clone()
        };
        self.program(session, input.program, finish, Effect::Write, &limits)
            .await
    }

    async fn program(
        &self,
        session: Session,
        source: String,
        finish: Finish,
        effect: Effect,
        limits: &Limits,
    ) -> CallToolResult {
        let mut session = session.with_program(ProgramRecord {
            sha256: sha256(&source),
            // What is too long to run is not kept either.
            source: (source.len() <= limits.program_bytes).then(|| source.as_str().into()),
        });
        let program = Program {
            source,
            now_ms: session.context().now().timestamp_millis(),
            seed: u64::from_le_bytes(random::bytes()),
        };
        let tenant = session.context().tenant();
        let run = async {
            let place = self.shares.place(tenant, effect).await?;
            let outcome = self
                .sandbox
                .run(&program, limits, &mut session)
                .await
                .map_err(error::sandbox_failed)?;
            Ok((outcome, place))
        };
        // The place is given back after the session's end: until then it may hold what the next one waits for.
        match self.gone.or(run).await.and_then(|ran| ran) {
            Ok((outcome, _place)) => ended(session, outcome, finish, effect).await,
            Err(error) if self.gone.caller.is_cancelled() => {
                drop(session);
                error::refused(&error)
            }
            Err(error) => {
                let finished = session.finish(Finish::Fail(error.code())).await;
                error::refused(&finished.err().unwrap_or(error))
            }
        }
    }
}

async fn ended(session: Session, outcome: Outcome, finish: Finish, effect: Effect) -> CallToolResult {
    let duration_ms = u64::try_from(session.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut console = outcome.console.text;
    if outcome.console.dropped_bytes > 0 {
        console.push_str(&format!(
            "\n({} more bytes were dropped)",
            outcome.console.dropped_bytes
        ));
    }
    let mut structured = json!({ "ok": true, "calls": outcome.calls, "durationMs": duration_ms });
    if !console.is_empty() {
        structured["console"] = json!(console);
    }
    // Read before anything is kept: a result that cannot be told must not leave changes behind.
    let failure = match outcome.ended {
        Ok(json) => match serde_json::from_str(json.get()) {
            Ok(value) => {
                structured["result"] = value;
                None
            }
            Err(_) => Some(too_deep()),
        },
        Err(failure) => Some(failure),
    };
    if let Some(failure) = failure {
        // The program has failed already; that the record could not be kept changes nothing for the caller.
        let _ = session.finish(Finish::Fail(failure.code)).await;
        return error::program_failed(&failure, structured, &console);
    }
    match session.finish(finish).await {
        Ok(finished) => {
            if effect == Effect::Write {
                structured["committed"] = json!(finished.committed);
                structured["changeCount"] = json!(finished.changes.len());
                structured["changes"] = json!(finished.changes.iter().take(MOST_CHANGES).collect::<Vec<_>>());
            }
            let mut result = CallToolResult::success(vec![ContentBlock::text(structured.to_string())]);
            result.structured_content = Some(structured);
            result
        }
        // The program returned, but what it did could not be kept, or may not be told.
        Err(error) => error::refused(&error),
    }
}

fn too_deep() -> Failure {
    Failure {
        code: ErrorCode::ResultNotSerializable,
        name: "RangeError".to_owned(),
        message: "the result is nested too deeply; return something flatter".to_owned(),
        at: None,
        operation: None,
        details: None,
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"))
}
