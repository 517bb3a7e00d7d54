//! The sandbox as the server sees it: programs in, outcomes out.

use std::{
    path::PathBuf,
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use async_trait::async_trait;
use latchstring_core::{Failure, Json, Limits, OperationError, Outcome, Program, Sandbox, SandboxError, Session};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    StartError,
    engine::Compiled,
    failure::{Story, operation_failed, too_long},
    run::{Deadline, Ending, RunThread, Spent, Turn, Verdict},
    running::{Carried, Running},
    snapshot::{MemoryLimits, Snapshots},
    threads::Threads,
    watchdog::Watchdog,
};

/// Where the calls of a program go. [`Session`] is the one that matters; a fake is three lines.
#[async_trait]
pub trait Calls: Send {
    /// Carries out the call of `path` with `arguments`, which are JSON text.
    ///
    /// # Errors
    /// The program sees the error and can catch it, unless it [ends the program](OperationError::ends_program).
    async fn call(&mut self, path: &str, arguments: &str) -> Result<Json, OperationError>;
}

#[async_trait]
impl Calls for Session {
    async fn call(&mut self, path: &str, arguments: &str) -> Result<Json, OperationError> {
        let answer = self.call_from_program(path, arguments).await;
        // The program may catch it, and what is behind it is not told to programs.
        answer.inspect_err(OperationError::log)
    }
}

/// What all programs together may use, and where the sandbox keeps its compiled guest.
#[derive(Debug, Clone)]
pub struct Options {
    /// A directory for the compiled guest, owned by the server's user. Without one each start of the process compiles,
    /// which takes about a second. The first sandbox of a process decides for all.
    pub cache_dir: Option<PathBuf>,
    /// Threads that run programs. Eight per processor, and at least sixteen, when not given: a program that waits is
    /// held up by one that computes on the same thread, and the operating system shares processors well.
    pub threads: Option<usize>,
    /// Programs between their start and their end, waiting ones included.
    pub live_runs: usize,
    /// How long a new program waits for its turn before the caller is told [`SandboxError::Busy`].
    pub busy_wait: Duration,
    /// Memory that one program may have in all, engine included, whatever its [`Limits`] say.
    pub hard_heap_bytes: usize,
    /// Memory that all programs together may add to what they start with.
    pub grown_bytes: usize,
    /// A limit on computing that does not depend on the machine: interrupt polls, of about 10,000 branches and calls
    /// each.
    pub polls: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            cache_dir: None,
            threads: None,
            live_runs: 64,
            busy_wait: Duration::from_secs(5),
            hard_heap_bytes: 64 << 20,
            grown_bytes: 1 << 30,
            polls: None,
        }
    }
}

/// Runs programs. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct WasmSandbox {
    shared: Arc<Shared>,
}

impl std::fmt::Debug for WasmSandbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WasmSandbox").finish_non_exhaustive()
    }
}

/// What clones of a sandbox share.
pub(crate) struct Shared {
    pub(crate) threads: Threads<RunThread>,
    pub(crate) snapshots: Arc<Snapshots>,
    live: Arc<Semaphore>,
    pub(crate) next_run: AtomicU64,
    busy_wait: Duration,
    pub(crate) polls: u32,
}

impl WasmSandbox {
    /// Compiles or loads the guest and starts the threads. Blocks, for a second at worst (several in a debug build).
    ///
    /// # Errors
    /// When the guest does not compile or a thread does not start.
    pub fn new(options: &Options) -> Result<Self, StartError> {
        let compiled = Compiled::shared(options.cache_dir.as_deref())?;
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = options.threads.unwrap_or((8 * processors).max(16)).max(2);
        let watchdog = Arc::new(Watchdog::new(threads).map_err(StartError::Threads)?);
        let threads = Threads::new(threads, move |index| RunThread {
            index,
            watchdog: Arc::clone(&watchdog),
            waiting: std::collections::HashMap::new(),
        })
        .map_err(StartError::Threads)?;
        let limits = MemoryLimits::new(options.grown_bytes, options.hard_heap_bytes);
        let shared = Shared {
            threads,
            snapshots: Arc::new(Snapshots::new(compiled, limits)),
            live: Arc::new(Semaphore::new(options.live_runs)),
            next_run: AtomicU64::new(0),
            busy_wait: options.busy_wait,
            polls: options.polls.unwrap_or(0),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Runs `program` with `app` made of `paths`, and its calls going to `calls`. Dropping the future ends the program.
    ///
    /// # Errors
    /// As [`Sandbox::run`].
    pub async fn run_with(
        &self,
        paths: &Arc<[String]>,
        program: &Program,
        limits: &Limits,
        calls: &mut dyn Calls,
    ) -> Result<Outcome, SandboxError> {
        let mut failed = Vec::new();
        let source = &program.source;
        if source.len() > limits.program_bytes {
            return Ok(outcome(Err(too_long(source, limits)), Spent::default()));
        }
        let permit = self.permit().await?;
        let mut run = Running::start(Arc::clone(&self.shared), paths, program, limits, permit);
        loop {
            let ending = match run.turn().await? {
                Turn::Ended(ending) => ending,
                Turn::Calls(requests) => match run.carry_out(requests, calls, &mut failed).await {
                    Carried::Out(answers) => {
                        run.resume(answers);
                        continue;
                    }
                    Carried::Late => Ending {
                        verdict: Verdict::Late(Deadline::Wall, None),
                        spent: run.abandon().await,
                    },
                    Carried::Ended(call) => {
                        return Ok(outcome(Err(operation_failed(&call, None)), run.abandon().await));
                    }
                },
            };
            let story = Story {
                program,
                limits,
                failed: &failed,
            };
            let ended = story.tell(ending.verdict)?;
            return Ok(outcome(ended, ending.spent));
        }
    }

    async fn permit(&self) -> Result<OwnedSemaphorePermit, SandboxError> {
        if let Ok(permit) = Arc::clone(&self.shared.live).try_acquire_owned() {
            return Ok(permit);
        }
        match timeout(self.shared.busy_wait, Arc::clone(&self.shared.live).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            Ok(Err(_)) | Err(_) => Err(SandboxError::Busy),
        }
    }
}

#[async_trait]
impl Sandbox for WasmSandbox {
    async fn run(&self, program: &Program, limits: &Limits, session: &mut Session) -> Result<Outcome, SandboxError> {
        let paths = session.program_paths();
        self.run_with(&paths, program, limits, session).await
    }
}

fn outcome(ended: Result<Json, Failure>, spent: Spent) -> Outcome {
    Outcome {
        ended,
        console: spent.console,
        calls: spent.calls,
        guest_time: spent.guest_time,
    }
}
