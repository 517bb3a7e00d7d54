//! A surface at work: one call, one unit of work, one ending.
//!
//! A session is opened for one tool call or one program. Everything it does happens in one transaction, which ends in
//! exactly one commit or one rollback; dropping a session rolls back. The gate is asked before every operation and
//! held shut against revocation for the moment of the commit.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, timeout_at};
use tracing::Instrument;

use crate::{
    CallRecord, Change, Context, Effect, ErrorCode, Fence, Gate, Json, OperationError, OperationRecord, ProgramRecord,
    RequestId, Surface, operation::Operation, rows, transcript::Transcript, unit::ErasedUnit,
};

/// How much one session may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Commands, of all calls.
    pub writes: u32,
    /// The arguments of one call as JSON, in bytes.
    pub argument_bytes: usize,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self {
            writes: 100,
            argument_bytes: 1 << 20,
        }
    }
}

/// How a session is to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finish {
    /// Keep the changes.
    Commit,
    /// Undo the changes, but tell what they would have been.
    DryRun,
    /// Undo the changes, for this reason.
    Fail(ErrorCode),
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Finished {
    /// Whether changes were made to last.
    pub committed: bool,
    /// What was changed or, after a dry run, would have been.
    pub changes: Vec<Change>,
}

/// A surface at work.
pub struct Session {
    surface: Surface,
    cx: Context,
    gate: Arc<dyn Gate>,
    unit: Option<Box<dyn ErasedUnit>>,
    limits: SessionLimits,
    writes: u32,
    started: Instant,
    tool: String,
    program: Option<ProgramRecord>,
    records: Vec<OperationRecord>,
    /// Of a session that may write.
    transcript: Option<Transcript>,
    is_recorded: bool,
}

impl Session {
    /// A session for `tool`. With [`Effect::Read`] it sees no operation that writes and its transaction is read-only;
    /// with [`Effect::Write`] it reads, too, through the transaction that it writes in.
    pub fn open(surface: &Surface, effect: Effect, cx: Context, gate: Arc<dyn Gate>, tool: impl Into<String>) -> Self {
        let surface = match effect {
            Effect::Read => surface.reads_only(),
            Effect::Write => surface.clone(),
        };
        let unit = Some(surface.open(effect));
        let transcript = (effect == Effect::Write).then(|| Transcript::new(cx.now()));
        Self {
            surface,
            cx,
            gate,
            unit,
            limits: SessionLimits::default(),
            writes: 0,
            started: Instant::now(),
            tool: tool.into(),
            program: None,
            records: Vec::new(),
            transcript,
            is_recorded: false,
        }
    }

    /// Sets other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: SessionLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Says which program this session serves, for the record.
    #[must_use]
    pub fn with_program(mut self, program: ProgramRecord) -> Self {
        self.program = Some(program);
        self
    }

    /// Says that this session does again what an earlier call did; what it creates gets the ids it had there.
    #[must_use]
    pub fn repeating(mut self, earlier: RequestId) -> Self {
        self.cx = self.cx.clone().repeating(earlier);
        self
    }

    /// What the session saw and did so far, as one number: the same for the same calls with the same answers and changes,
    /// whenever they were made. `None` for a session that only reads.
    pub fn transcript(&self) -> Option<[u8; 32]> {
        self.transcript.as_ref().map(Transcript::digest)
    }

    /// The call's circumstances.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// What this session sees.
    pub fn surface(&self) -> &Surface {
        &self.surface
    }

    /// What `app` holds in this session's program.
    pub fn program_paths(&self) -> Arc<[String]> {
        self.surface.program_paths()
    }

    /// Calls an operation as a program does, by `rawMaterials.setStock`, or by its plain name.
    ///
    /// # Errors
    /// When no such operation is visible, the arguments do not fit, the operation refuses, the grant was revoked, or
    /// time is up.
    pub async fn call_from_program(&mut self, path: &str, arguments: &str) -> Result<Json, OperationError> {
        let started = Instant::now();
        let found = self.surface.find(path).map(Arc::clone);
        let (name, effect) = match &found {
            Ok(operation) => (operation.name.as_str().to_owned(), Some(operation.effect)),
            Err(_) => (path.chars().take(100).collect(), None),
        };
        let span = tracing::info_span!("operation", operation = %name);
        // Written down before it begins: if it is cut off, the record says that it was under way.
        let (outcome, duration, changes) = ("CANCELLED", Duration::ZERO, Vec::new());
        self.records.push(OperationRecord {
            operation: name,
            effect,
            outcome,
            duration,
            rows: 0,
            changes,
        });
        let result = async {
            let operation = found?;
            self.guarded(&operation, arguments).await
        }
        .instrument(span)
        .await;
        let changes = self.unit.as_mut().map(|unit| unit.take_changes()).unwrap_or_default();
        if let Some(transcript) = &mut self.transcript {
            transcript.call(path, arguments, &result, &changes);
        }
        if let Some(record) = self.records.last_mut() {
            record.outcome = result.as_ref().map_or_else(|error| error.code().as_str(), |_| "OK");
            record.duration = started.elapsed();
            record.rows = result.as_deref().map_or(0, rows::of);
            record.changes = changes;
        }
        result
    }

    async fn guarded(&mut self, operation: &Operation, arguments: &str) -> Result<Json, OperationError> {
        self.gate.check(self.cx.grant()).await?;
        if arguments.len() > self.limits.argument_bytes {
            let (name, bytes, most) = (operation.name.program(), arguments.len(), self.limits.argument_bytes);
            return Err(OperationError::new(
                ErrorCode::LimitExceeded,
                format!("the arguments of `{name}` are {bytes} bytes of JSON, {most} at most; send fewer at once"),
            ));
        }
        if operation.effect == Effect::Write {
            if self.writes >= self.limits.writes {
                let most = self.limits.writes;
                return Err(OperationError::new(
                    ErrorCode::LimitExceeded,
                    format!(
                        "one call may make {most} writes at most; use operations that take lists, or split the work"
                    ),
                ));
            }
            self.writes += 1;
        }
        let Some(unit) = self.unit.as_mut() else {
            return Err(OperationError::internal("a call in a session that has ended"));
        };
        let work = operation.run(unit.as_any(), &self.cx, arguments);
        match timeout_at(self.cx.deadline(), work).await {
            Ok(result) => result,
            Err(_) => Err(out_of_time()),
        }
    }

    /// Ends the session. After a commit or a dry run the record of the call is stored before this returns. An end that has begun
    /// comes to its end, even if nobody waits for it any more: a commit that is under way cannot be called back, and
    /// it must not go unrecorded or outlive its fence.
    ///
    /// # Errors
    /// When the grant was revoked meanwhile, so that not even what was read may be told; or when the changes could not
    /// be committed, because time is up or storage failed. Then nothing was changed.
    pub async fn finish(self, finish: Finish) -> Result<Finished, OperationError> {
        let ended = tokio::spawn(self.end(finish).in_current_span()).await;
        ended.unwrap_or_else(|panicked| Err(OperationError::internal(panicked)))
    }

    async fn end(mut self, finish: Finish) -> Result<Finished, OperationError> {
        let changes: Vec<Change> = self
            .records
            .iter()
            .flat_map(|record| record.changes.iter().cloned())
            .collect();
        let unit = self.unit.take().filter(|unit| unit.has_writer());
        let ended = match (finish, unit) {
            (Finish::Commit, Some(unit)) => commit(&self.cx, self.gate.as_ref(), unit).await.map(|()| true),
            (Finish::Commit | Finish::DryRun, _) if self.records.is_empty() => Ok(false),
            (Finish::Commit | Finish::DryRun, _) => self
                .gate
                .check(self.cx.grant())
                .await
                .map(|()| false)
                .map_err(Into::into),
            (Finish::Fail(_), _) => Ok(false),
        };
        let outcome = match (&ended, finish) {
            (Err(error), _) => error.code().as_str(),
            (Ok(_), Finish::Fail(code)) => code.as_str(),
            (Ok(_), Finish::Commit | Finish::DryRun) => "OK",
        };
        let committed = matches!(ended, Ok(true));
        let call = self.record(outcome, committed);
        self.is_recorded = true;
        // A dry run is looked up again when it is to be committed.
        self.gate.record(call, committed || finish == Finish::DryRun).await;
        ended.map(|committed| Finished { committed, changes })
    }

    fn record(&mut self, outcome: &'static str, committed: bool) -> CallRecord {
        let grant = self.cx.grant();
        CallRecord {
            request: self.cx.request(),
            at: self.cx.now(),
            tenant: grant.tenant(),
            grant: grant.id(),
            holder: grant.holder().to_string(),
            channel: self.cx.channel(),
            tool: std::mem::take(&mut self.tool),
            outcome,
            committed,
            duration: self.started.elapsed(),
            program: self.program.take(),
            operations: std::mem::take(&mut self.records),
        }
    }

    /// How long the session has been open.
    pub fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.is_recorded {
            let call = self.record("CANCELLED", false);
            self.gate.record_abandoned(call);
        }
    }
}

async fn commit(cx: &Context, gate: &dyn Gate, unit: Box<dyn ErasedUnit>) -> Result<(), OperationError> {
    if Instant::now() >= cx.deadline() {
        return Err(out_of_time());
    }
    let hold = gate.hold(cx.grant()).await?;
    unit.commit(Fence::new(hold)).await
}

fn out_of_time() -> OperationError {
    OperationError::new(
        ErrorCode::Timeout,
        "time is up; nothing was changed. Ask for less in one call, or split the work over several",
    )
}
