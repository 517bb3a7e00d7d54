//! The waiting side of a run: has its turns taken and carries out its calls.
//!
//! Where the turns are taken is behind [`Place`]: on a thread of this process, or in a process of its own.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use latchstring_core::{ErrorCode, Limits, OperationError, Program, SandboxError};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{timeout, timeout_at},
};

use crate::{
    Calls, Owner,
    failure::FailedCall,
    guest::{Answer, Settings},
    request::Request,
    run::{Deadline, Ending, Spent, Turn, Verdict},
    sandbox::{Shared, Wall},
};

mod process;
mod thread;

use process::InProcess;
use thread::OnThread;
pub(crate) use thread::ThreadWall;

/// How long after a deadline the run's place is given to say what became of it.
const GRACE: Duration = Duration::from_millis(300);

/// How long a run's place is given to tell what an ended program printed. Short: it may be busy with another program,
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

/// Where a run's turns are taken.
enum Place {
    Thread(OnThread),
    Process(Box<InProcess>),
}

/// The waiting side of a run. Dropped before the end, it ends the run.
pub(crate) struct Running {
    place: Place,
    wall_deadline: tokio::time::Instant,
    /// Calls the program made so far, for when its place has no time to tell.
    calls: u32,
}

impl Running {
    pub(crate) async fn start(
        shared: &Shared,
        paths: &Arc<[String]>,
        program: &Program,
        limits: &Limits,
        (owner, permit): (Option<Owner>, OwnedSemaphorePermit),
    ) -> Result<Self, SandboxError> {
        let wall_deadline = Instant::now() + limits.wall;
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
        let code = program.code.text().to_owned();
        let own = shared.own.of(owner);
        let place = match &shared.wall {
            Wall::Thread(wall) => {
                let held = (owner, own, permit);
                Place::Thread(OnThread::start(Arc::clone(wall), paths, code, (settings, limits), held))
            }
            Wall::Process(wall) => {
                let worker = wall.worker(owner, paths).await?;
                let run = InProcess::start(Arc::clone(wall), worker, code, (settings, limits), (own, permit))?;
                Place::Process(Box::new(run))
            }
        };
        Ok(Self {
            place,
            wall_deadline: wall_deadline.into(),
            calls: 0,
        })
    }

    /// The end of the turn under way.
    pub(crate) async fn turn(&mut self) -> Result<Turn, SandboxError> {
        let turn = async {
            match &mut self.place {
                Place::Thread(run) => run.turn().await,
                Place::Process(run) => run.turn().await,
            }
        };
        match timeout_at(self.wall_deadline + GRACE, turn).await {
            Ok(turn) => Ok(turn?),
            // Its place had no time for it. Dropping `self` ends it.
            Err(_) => Ok(Turn::Ended(Ending {
                verdict: Verdict::Late(Deadline::Wall, None),
                spent: self.known(),
            })),
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
                    let failed_call = FailedCall::new(path, &arguments, error);
                    if failed_call.error.ends_program() {
                        return Carried::Ended(failed_call);
                    }
                    let number = u32::try_from(failed.len()).unwrap_or(u32::MAX);
                    let json = failed_call.told_to_program();
                    failed.push(failed_call);
                    (Some(number), json)
                }
            };
            answers.push(Answer {
                id,
                failure,
                json: json.into(),
            });
        }
        Carried::Out(answers)
    }

    pub(crate) fn resume(&mut self, answers: Vec<Answer>) {
        match &mut self.place {
            Place::Thread(run) => run.resume(answers),
            Place::Process(run) => run.resume(answers),
        }
    }

    /// Ends a run that waits for us, and asks what it used.
    pub(crate) async fn abandon(self) -> Spent {
        let known = self.known();
        let last_words = async {
            match self.place {
                Place::Thread(run) => run.last_words().await,
                Place::Process(run) => run.last_words().await,
            }
        };
        // Only the console text and the time are lost.
        timeout(LAST_WORDS, last_words).await.ok().flatten().unwrap_or(known)
    }

    /// What is known without asking its place.
    fn known(&self) -> Spent {
        Spent {
            calls: self.calls,
            ..Spent::default()
        }
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
