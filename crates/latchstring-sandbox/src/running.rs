//! The waiting side of a run: sends its turns to its thread and carries out its calls.

use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};

use latchstring_core::{ErrorCode, Json, Limits, OperationError, Program, SandboxError};
use serde_json::{
    json,
    value::{RawValue, to_raw_value},
};
use tokio::{
    sync::{OwnedSemaphorePermit, oneshot},
    time::{timeout, timeout_at},
};

use crate::{
    Calls,
    error::Broken,
    failure::FailedCall,
    guest::{Answer, Settings},
    reins::Reins,
    request::Request,
    run::{Deadline, Ending, Run, Spent, Terms, Turn, Verdict},
    sandbox::Shared,
};

/// How long after a deadline the run's thread is given to say what became of it.
const GRACE: Duration = Duration::from_millis(300);

/// How long a run's thread is given to tell what an ended program printed. Short: it may be busy with another program,
/// and the caller's transaction is open until then.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Longest arguments of one call, as JSON text.
const ARGUMENT_BYTES: usize = 1 << 20;

/// What became of the calls of a turn.
pub(crate) enum Carried {
    Out(Vec<Answer>),
    Late,
    Ended(FailedCall),
}

/// The waiting side of a run. Dropped before the end, it ends the run.
pub(crate) struct Running {
    shared: Arc<Shared>,
    thread: usize,
    number: u64,
    reins: Arc<Reins>,
    wall_deadline: tokio::time::Instant,
    turn: oneshot::Receiver<Result<Turn, Broken>>,
    /// Calls the program made so far, for when its thread has no time to tell.
    calls: u32,
    ended: bool,
}

impl Running {
    pub(crate) fn start(
        shared: Arc<Shared>,
        paths: &Arc<[String]>,
        program: &Program,
        limits: &Limits,
        permit: OwnedSemaphorePermit,
    ) -> Self {
        let started = Instant::now();
        let wall_deadline = started + limits.wall;
        let reins = Arc::new(Reins::new());
        let settings = Settings {
            polls: shared.polls,
            now_ms: program.now_ms,
            seed: program.seed,
            // To the engine zero is no limit.
            heap_bytes: limits.heap_bytes.max(1),
            calls: limits.calls,
            result_bytes: limits.result_bytes,
            console_bytes: limits.console_bytes,
        };
        let (thread, seat) = shared.threads.take_seat();
        let terms = Terms {
            settings,
            guest_time: limits.guest_time,
            started,
            wall_deadline,
            reins: Arc::clone(&reins),
            _permit: permit,
            _seat: seat,
        };
        let (sender, turn) = oneshot::channel();
        let number = shared.next_run.fetch_add(1, Ordering::Relaxed);
        let (snapshots, paths, code) = (
            Arc::clone(&shared.snapshots),
            Arc::clone(paths),
            program.code.text().to_owned(),
        );
        shared.threads.submit(thread, move |thread| {
            if terms.reins.is_cancelled() {
                return;
            }
            match snapshots.of(&paths).and_then(|snapshot| Run::new(snapshot, terms)) {
                Err(broken) => drop(sender.send(Err(broken))),
                Ok(run) => thread.take_turn(number, run, sender, |run, on| run.start(&code, on)),
            }
        });
        Self {
            shared,
            thread,
            number,
            reins,
            wall_deadline: wall_deadline.into(),
            turn,
            calls: 0,
            ended: false,
        }
    }

    /// The end of the turn under way.
    pub(crate) async fn turn(&mut self) -> Result<Turn, SandboxError> {
        match timeout_at(self.wall_deadline + GRACE, &mut self.turn).await {
            Ok(Ok(Ok(turn))) => {
                self.ended = matches!(turn, Turn::Ended(_));
                Ok(turn)
            }
            Ok(Ok(Err(broken))) => Err(broken.into()),
            Ok(Err(_)) => Err(Broken::Panicked.into()),
            // Its thread had no time for it. Dropping `self` ends it.
            Err(_) => {
                let verdict = Verdict::Late(Deadline::Wall, None);
                Ok(Turn::Ended(Ending {
                    verdict,
                    spent: self.known(),
                }))
            }
        }
    }

    /// Carries out the calls of a turn, in order: they share one unit of work.
    pub(crate) async fn carry_out(
        &mut self,
        requests: Vec<Request>,
        calls: &mut dyn Calls,
        failed: &mut Vec<FailedCall>,
    ) -> Carried {
        self.calls = self
            .calls
            .saturating_add(u32::try_from(requests.len()).unwrap_or(u32::MAX));
        let mut answers = Vec::with_capacity(requests.len());
        for Request { id, path, arguments } in requests {
            let call = async {
                fitting(&path, &arguments)?;
                calls.call(&path, &arguments).await
            };
            let (failure, json) = match timeout_at(self.wall_deadline, call).await {
                Err(_) => return Carried::Late,
                Ok(Ok(json)) => (None, json),
                Ok(Err(error)) => {
                    let failed_call = FailedCall {
                        operation: path,
                        arguments,
                        error,
                    };
                    if failed_call.error.ends_program() {
                        return Carried::Ended(failed_call);
                    }
                    let number = u32::try_from(failed.len()).unwrap_or(u32::MAX);
                    let json = told_to_program(&failed_call);
                    failed.push(failed_call);
                    (Some(number), json)
                }
            };
            answers.push(Answer { id, failure, json });
        }
        Carried::Out(answers)
    }

    pub(crate) fn resume(&mut self, answers: Vec<Answer>) {
        let (sender, turn) = oneshot::channel();
        self.turn = turn;
        let number = self.number;
        self.shared.threads.submit(self.thread, move |thread| {
            if let Some(run) = thread.waiting.remove(&number) {
                thread.take_turn(number, run, sender, |run, on| run.resume(&answers, on));
            }
        });
    }

    /// Ends a run that waits for us, and asks what it used.
    pub(crate) async fn abandon(mut self) -> Spent {
        self.ended = true;
        let (sender, spent) = oneshot::channel();
        let number = self.number;
        self.shared.threads.submit(self.thread, move |thread| {
            if let Some(run) = thread.waiting.remove(&number) {
                let _ = sender.send(run.spent());
            }
        });
        match timeout(LAST_WORDS, spent).await {
            Ok(Ok(Ok(spent))) => spent,
            // Only the console text and the time are lost.
            Ok(Ok(Err(_)) | Err(_)) | Err(_) => self.known(),
        }
    }

    /// What is known without asking its thread.
    fn known(&self) -> Spent {
        Spent {
            calls: self.calls,
            ..Spent::default()
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        self.reins.cancel();
        let number = self.number;
        self.shared
            .threads
            .submit(self.thread, move |thread| drop(thread.waiting.remove(&number)));
    }
}

/// Refuses arguments that are too long before anybody reads them.
fn fitting(path: &str, arguments: &str) -> Result<(), OperationError> {
    if arguments.len() <= ARGUMENT_BYTES {
        return Ok(());
    }
    Err(OperationError::new(
        ErrorCode::LimitExceeded,
        format!(
            "the arguments of `{path}` are {} bytes of JSON; {ARGUMENT_BYTES} at most; send fewer at once",
            arguments.len()
        ),
    ))
}

/// What a program finds in a call's error.
fn told_to_program(failed: &FailedCall) -> Json {
    let error = &failed.error;
    let told = json!({
        "code": error.code(),
        "message": error.message(),
        "details": error.details(),
        "operation": failed.operation,
    });
    to_raw_value(&told).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
