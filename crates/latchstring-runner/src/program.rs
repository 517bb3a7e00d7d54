//! Programs: `run` and `run_write`, instead of a chain of calls.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use latchstring_core::{
    Change, Code, Context, Effect, ErrorCode, Failure, Finish, Gate, Limits, OperationError, Outcome, Program,
    ProgramRecord, Sandbox, SandboxError, Session, output_schema_of, schema_of,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use crate::{
    change_set,
    dry_run::{self, Handle},
    gone::Gone,
    shares::{Place, Shares},
};

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

/// Reading a program takes a millisecond or less. Only what was written to take longer is charged like computing.
const FREE_READING: Duration = Duration::from_millis(50);

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
    program: Option<String>,
    /// Run it, tell what it would change, and undo everything.
    #[serde(default)]
    dry_run: bool,
    /// Instead of a program: the `handle` of a dry run of the last hour. Does what that told of, or nothing.
    commit: Option<String>,
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
    /// After a dry run: the changes as text, for a person to approve.
    #[serde(skip_serializing_if = "Option::is_none")]
    change_set: Option<String>,
    /// After a dry run: for `commit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<String>,
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
    pub(crate) gate: &'a dyn Gate,
    pub(crate) limits: &'a Limits,
    pub(crate) shares: &'a Shares,
    pub(crate) gone: Gone,
}

/// How a program is to end.
#[derive(Clone, Copy)]
enum End {
    Read,
    DryRun,
    Commit,
    /// Only if all is as it was in this dry run.
    Reviewed(Handle),
}

impl End {
    fn effect(self) -> Effect {
        match self {
            Self::Read => Effect::Read,
            Self::DryRun | Self::Commit | Self::Reviewed(_) => Effect::Write,
        }
    }
}

impl Run<'_> {
    pub(crate) async fn read(&self, session: Session, input: RunInput) -> Result<Ran, OperationError> {
        self.program(session, &input.program, End::Read, self.limits).await
    }

    pub(crate) async fn write(&self, session: Session, input: RunWriteInput) -> Result<Ran, OperationError> {
        let limits = Limits {
            wall: self.limits.wall.min(LONGEST_WRITE),
            ..self.limits.clone()
        };
        let (session, program, end): (_, Arc<str>, _) = match (input.program, input.commit, input.dry_run) {
            (Some(program), None, true) => (session, program.into(), End::DryRun),
            (Some(program), None, false) => (session, program.into(), End::Commit),
            (None, Some(handle), false) => match self.reviewed(session.context().clone(), &handle).await {
                Ok((handle, program)) => (session.repeating(handle.call), program, End::Reviewed(handle)),
                Err(error) => return refused(session, error).await,
            },
            _ => {
                let error = OperationError::invalid_input(
                    "`run_write` takes a `program`, with `dryRun: true` or without, or else `commit` with the handle of a dry \
                     run and nothing beside it",
                );
                return refused(session, error).await;
            }
        };
        self.program(session, &program, end, &limits).await
    }

    /// The dry run that a caller wants committed, and its program.
    async fn reviewed(&self, cx: Context, handle: &str) -> Result<(Handle, Arc<str>), OperationError> {
        let handle = Handle::read(handle, cx.now())?;
        let program = self.gate.program_of(cx.grant(), handle.call).await?;
        Ok((handle, program.ok_or_else(dry_run::unknown)?))
    }

    async fn program(&self, session: Session, source: &str, end: End, limits: &Limits) -> Result<Ran, OperationError> {
        // Stores need not be able to keep U+0000, and what is kept is what runs.
        let source: Arc<str> = source.replace('\0', "\u{FFFD}").into();
        let mut session = session.with_program(ProgramRecord {
            sha256: sha256(&source),
            // What is too long to run is not kept either.
            source: (source.len() <= limits.program_bytes).then(|| source.clone()),
        });
        let effect = end.effect();
        let grant = session.context().grant().clone();
        let run = async {
            let mut place = self.shares.place(&grant, effect, limits.guest_time).await?;
            let outcome = self.checked(source, (limits, effect), &mut session, &mut place).await;
            place.done();
            Ok((outcome?, place))
        };
        // The place is given back after the session's end: until then it may hold what the next one waits for.
        match self.gone.or(run).await.and_then(|ran| ran) {
            Ok((outcome, _place)) => self.ended(session, outcome, end).await,
            Err(error) if self.gone.caller.is_cancelled() => {
                drop(session);
                Err(error)
            }
            Err(error) => refused(session, error).await,
        }
    }

    /// Runs a program that can work; of one that cannot, tells why, and calls nothing.
    async fn checked(
        &self,
        source: Arc<str>,
        (limits, effect): (&Limits, Effect),
        session: &mut Session,
        place: &mut Place,
    ) -> Result<Outcome, OperationError> {
        let surface = session.surface().clone();
        let began = Instant::now();
        // One that is too long is for the sandbox to refuse.
        let code = if source.len() > limits.program_bytes {
            Ok(Code::from(source.as_ref()))
        } else {
            latchstring_check::prepare(&source, &surface, effect).await
        };
        place.computed(began.elapsed().saturating_sub(FREE_READING));
        let code = match code {
            Ok(code) => code,
            Err(failure) => return Ok(Outcome::refused(*failure)),
        };
        let origin = session.context().origin();
        let program = Program {
            source,
            code,
            now_ms: i64::try_from(origin.began_ms()).unwrap_or(i64::MAX),
            seed: origin.seed(),
        };
        let outcome = self.sandbox.run(&program, limits, session).await;
        let mut outcome = outcome.map_err(sandbox_failed)?;
        place.computed(outcome.guest_time);
        if let Err(failure) = outcome.ended {
            outcome.ended = Err(latchstring_check::explain(&program.source, &surface, failure).await);
        }
        Ok(outcome)
    }

    async fn ended(&self, session: Session, outcome: Outcome, end: End) -> Result<Ran, OperationError> {
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
        // Read before anything is kept: a result that cannot be told must not leave changes behind. Told last, because one
        // that is long is cut, and would hide what comes after it.
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
        self.kept(session, end, &mut told).await?;
        told["result"] = result;
        Ok(Ran::Returned(told))
    }

    /// Ends the session of a program that returned. An error here says that what it did could not be kept, or may not be told.
    async fn kept(&self, session: Session, end: End, told: &mut Value) -> Result<(), OperationError> {
        let (finish, handle) = match end {
            End::Reviewed(handle) if !handle.is_the_same(&session, self.gate) => {
                return refused(session, dry_run::changed()).await;
            }
            End::DryRun => (Finish::DryRun, Handle::of(&session, self.gate)),
            End::Read | End::Commit | End::Reviewed(_) => (Finish::Commit, None),
        };
        let finished = session.finish(finish).await?;
        if end.effect() == Effect::Read {
            return Ok(());
        }
        told["committed"] = json!(finished.committed);
        told["changeCount"] = json!(finished.changes.len());
        if let Some(handle) = handle {
            told["handle"] = json!(handle.to_string());
            told["changeSet"] = json!(change_set::text(&finished.changes));
        }
        told["changes"] = json!(finished.changes.iter().take(MOST_CHANGES).collect::<Vec<_>>());
        Ok(())
    }
}

/// Ends a session for this reason.
async fn refused<T>(session: Session, error: OperationError) -> Result<T, OperationError> {
    let finished = session.finish(Finish::Fail(error.code())).await;
    Err(finished.err().unwrap_or(error))
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
