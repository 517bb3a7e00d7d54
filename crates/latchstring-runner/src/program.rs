//! Programs: `run` and `run_write`, instead of a chain of calls.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use latchstring_core::{
    Change, Code, Effect, ErrorCode, Failure, Finish, Limits, OperationError, Outcome, Program, ProgramRecord, Sandbox,
    SandboxError, Session, output_schema_of, random, schema_of,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::{gone::Gone, shares::Shares};

/// How a program ended. Either way the value has the fields that callers are told, as [`read_output`] and
/// [`write_output`] describe them.
#[derive(Debug)]
pub enum Ran {
    /// It returned, and what it changed was kept or, after a dry run, undone.
    Returned(Value),
    /// It did not return, and nothing was changed.
    Failed(Box<Failure>, Value),
}

/// A program that may write has less time than one that reads: while it holds a database's one writer, others wait.
const LONGEST_WRITE: Duration = Duration::from_secs(8);

/// So many changes are told one by one; all of them are in the audit trail.
const MOST_CHANGES: usize = 100;

/// A program that reads.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunInput {
    /// JavaScript or TypeScript: the body of an async function, 64 KiB at most.
    program: String,
}

/// A program that may write.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunWriteInput {
    /// JavaScript or TypeScript: the body of an async function, 64 KiB at most.
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
    /// Why it did not return: `code`, `message`, and where known `line`, `column`, `sourceLine`, `operation`, `arguments`,
    /// `details`; `more` of what is wrong, if it was not run for that.
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
pub static READ_INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<RunInput>);

/// The schema of [`RunWriteInput`].
pub static WRITE_INPUT: LazyLock<Map<String, Value>> = LazyLock::new(schema_of::<RunWriteInput>);

/// The schema of what a program that reads leaves.
pub fn read_output() -> Map<String, Value> {
    output_schema_of::<RunOutput>()
}

/// The schema of what a program that may write leaves.
pub fn write_output() -> Map<String, Value> {
    output_schema_of::<RunWriteOutput>()
}

pub(crate) struct Run<'a> {
    pub(crate) sandbox: &'a dyn Sandbox,
    pub(crate) limits: &'a Limits,
    pub(crate) shares: &'a Shares,
    pub(crate) gone: Gone,
}

impl Run<'_> {
    pub(crate) async fn read(&self, session: Session, input: RunInput) -> Result<Ran, OperationError> {
        self.program(session, input.program, Finish::Commit, Effect::Read, self.limits)
            .await
    }

    pub(crate) async fn write(&self, session: Session, input: RunWriteInput) -> Result<Ran, OperationError> {
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
    ) -> Result<Ran, OperationError> {
        // Stores need not be able to keep U+0000, and the hash is that of what is kept.
        let kept = source.replace('\0', "\u{FFFD}");
        let mut session = session.with_program(ProgramRecord {
            sha256: sha256(&kept),
            // What is too long to run is not kept either.
            source: (source.len() <= limits.program_bytes).then(|| kept.as_str().into()),
        });
        let tenant = session.context().tenant();
        let run = async {
            let place = self.shares.place(tenant, effect).await?;
            let outcome = self.checked(source.into(), limits, effect, &mut session).await?;
            Ok((outcome, place))
        };
        // The place is given back after the session's end: until then it may hold what the next one waits for.
        match self.gone.or(run).await.and_then(|ran| ran) {
            Ok((outcome, _place)) => ended(session, outcome, finish, effect).await,
            Err(error) if self.gone.caller.is_cancelled() => {
                drop(session);
                Err(error)
            }
            Err(error) => {
                let finished = session.finish(Finish::Fail(error.code())).await;
                Err(finished.err().unwrap_or(error))
            }
        }
    }
}

impl Run<'_> {
    /// Runs a program that can work; of one that cannot, tells why, and calls nothing.
    async fn checked(
        &self,
        source: Arc<str>,
        limits: &Limits,
        effect: Effect,
        session: &mut Session,
    ) -> Result<Outcome, OperationError> {
        let surface = session.surface().clone();
        // One that is too long is for the sandbox to refuse.
        let code = if source.len() > limits.program_bytes {
            Code::from(source.as_ref())
        } else {
            match latchstring_check::prepare(&source, &surface, effect).await {
                Ok(code) => code,
                Err(failure) => return Ok(Outcome::refused(*failure)),
            }
        };
        let program = Program {
            source,
            code,
            now_ms: session.context().now().timestamp_millis(),
            seed: u64::from_le_bytes(random::bytes()),
        };
        let outcome = self.sandbox.run(&program, limits, session).await;
        let mut outcome = outcome.map_err(sandbox_failed)?;
        if let Err(failure) = outcome.ended {
            outcome.ended = Err(latchstring_check::explain(&program.source, &surface, failure).await);
        }
        Ok(outcome)
    }
}

async fn ended(session: Session, outcome: Outcome, finish: Finish, effect: Effect) -> Result<Ran, OperationError> {
    let duration_ms = u64::try_from(session.elapsed().as_millis()).unwrap_or(u64::MAX);
    let mut console = outcome.console.text;
    if outcome.console.dropped_bytes > 0 {
        console.push_str(&format!(
            "\n({} more bytes were dropped)",
            outcome.console.dropped_bytes
        ));
    }
    let mut told = json!({ "ok": true, "calls": outcome.calls, "durationMs": duration_ms });
    if !console.is_empty() {
        told["console"] = json!(console);
    }
    // Read before anything is kept: a result that cannot be told must not leave changes behind. Told last, because one that
    // is long is cut, and would hide what comes after it.
    let mut result = Value::Null;
    let failure = match outcome.ended {
        Ok(json) => match serde_json::from_str(json.get()) {
            Ok(value) => {
                result = value;
                None
            }
            Err(_) => Some(too_deep()),
        },
        Err(failure) => Some(failure),
    };
    if let Some(failure) = failure {
        // The program has failed already; that the record could not be kept changes nothing for the caller.
        let _ = session.finish(Finish::Fail(failure.code)).await;
        told["ok"] = json!(false);
        told["error"] = json!(failure);
        return Ok(Ran::Failed(failure.into(), told));
    }
    // The program returned; an error here says that what it did could not be kept, or may not be told.
    let finished = session.finish(finish).await?;
    if effect == Effect::Write {
        told["committed"] = json!(finished.committed);
        told["changeCount"] = json!(finished.changes.len());
        told["changes"] = json!(finished.changes.iter().take(MOST_CHANGES).collect::<Vec<_>>());
    }
    told["result"] = result;
    Ok(Ran::Returned(told))
}

fn sandbox_failed(error: SandboxError) -> OperationError {
    match error {
        SandboxError::Busy => OperationError::new(ErrorCode::Unavailable, error.to_string()),
        SandboxError::Broken(source) => OperationError::internal(source),
    }
}

fn too_deep() -> Failure {
    Failure {
        name: "RangeError".to_owned(),
        ..Failure::new(
            ErrorCode::ResultNotSerializable,
            "the result is nested too deeply; return something flatter",
        )
    }
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .fold(String::with_capacity(64), |hex, byte| hex + &format!("{byte:02x}"))
}
