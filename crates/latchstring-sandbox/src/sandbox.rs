//! The sandbox as the server sees it: programs in, outcomes out.

use std::{path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use latchstring_core::{
    Failure, GrantId, Json, Limits, OperationError, Outcome, Program, Sandbox, SandboxError, Session, TenantId,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use crate::{
    StartError,
    budget::OwnBudgets,
    engine::Compiled,
    failure::{Story, operation_failed, too_long},
    process::Processes,
    run::{Deadline, Ending, Spent, Turn, Verdict},
    running::{Carried, Running, ThreadWall},
    snapshot::MemoryLimits,
};

/// Where the calls of a program go. [`Session`] is the one that matters; a fake is three lines.
#[async_trait]
pub trait Calls: Send {
    /// Whose program it is. A worker process that ran a program of one owner is used for no other's, and for nothing
    /// more when its owner is not known. Matters with [`Isolation::Process`] only.
    fn owner(&self) -> Option<Owner> {
        None
    }

    /// Carries out the call of `path` with `arguments`, which are JSON text.
    ///
    /// # Errors
    /// The program sees the error and can catch it, unless it [ends the program](OperationError::ends_program).
    async fn call(&mut self, path: &str, arguments: &str) -> Result<Json, OperationError>;
}

/// A grant of a tenant: what a worker process belongs to from its first program on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner {
    /// Whose data the program may touch.
    pub tenant: TenantId,
    /// By which grant.
    pub grant: GrantId,
}

#[cfg(test)]
impl Owner {
    pub(crate) fn for_test(number: u128) -> Self {
        let id = uuid::Uuid::from_u128(number);
        Self {
            tenant: TenantId::from_uuid(id),
            grant: GrantId::from_uuid(id),
        }
    }
}

#[async_trait]
impl Calls for Session {
    fn owner(&self) -> Option<Owner> {
        let cx = self.context();
        Some(Owner {
            tenant: cx.tenant(),
            grant: cx.grant().id(),
        })
    }

    async fn call(&mut self, path: &str, arguments: &str) -> Result<Json, OperationError> {
        let answer = self.call_from_program(path, arguments).await;
        // The program may catch it, and what is behind it is not told to programs.
        answer.inspect_err(OperationError::log)
    }
}

/// Where programs run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Isolation {
    /// On threads of this process. For development, and where no process may be started. A program that corrupts its
    /// engine and gets out of the engine's memory is in the server.
    #[default]
    Thread,
    /// In worker processes, which have no environment, no file, no network and almost no system call. What gets out of
    /// the engine's memory is in a process that holds one grant's programs. The app's `main` has to begin with
    /// [`worker::enter_if_asked`](crate::worker::enter_if_asked), and programs are to be run within a tokio runtime that
    /// has its I/O enabled.
    Process,
}

/// What all programs together may use, and where the sandbox keeps its compiled guest.
#[derive(Debug, Clone)]
pub struct Options {
    /// A directory for the compiled guest, owned by the server's user. Without one each start of the process compiles,
    /// which takes about a second. The first sandbox of a process decides for all.
    pub cache_dir: Option<PathBuf>,
    /// Threads that run programs. As many as `live_runs` when not given: a program is held up by one that computes on the same
    /// thread, and the operating system shares processors well.
    pub threads: Option<usize>,
    /// Programs between their start and their end, waiting ones included.
    pub live_runs: usize,
    /// How long a new program waits for its turn before the caller is told [`SandboxError::Busy`].
    pub busy_wait: Duration,
    /// Memory that one program may have in all, engine included, whatever its [`Limits`] say.
    pub hard_heap_bytes: usize,
    /// Memory that all programs together may add to what they start with.
    pub grown_bytes: usize,
    /// Memory that the programs of one grant may add together.
    pub grown_bytes_of_grant: usize,
    /// Memory that the programs of one tenant may add together.
    pub grown_bytes_of_tenant: usize,
    /// A limit on computing that does not depend on the machine: interrupt polls, of about 10,000 branches and calls
    /// each.
    pub polls: Option<u32>,
    /// Where programs run.
    pub isolation: Isolation,
    /// The binary that worker processes are made of, if not this one. Its `main` begins with
    /// [`worker::enter_if_asked`](crate::worker::enter_if_asked), and it is of the same build as this one.
    pub worker_binary: Option<PathBuf>,
    /// Worker processes started ahead, so that a new grant's program need not wait for one.
    pub spare_workers: usize,
    /// Worker processes kept after a program for the next one of the same grant, for a minute at most. The one used
    /// longest ago goes first.
    pub warm_workers: usize,
    /// Whether to refuse to start on a system that does not enforce Landlock. Otherwise the log says so once; the filter
    /// on system calls stands either way.
    pub require_landlock: bool,
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
            grown_bytes_of_grant: 128 << 20,
            grown_bytes_of_tenant: 256 << 20,
            polls: None,
            isolation: Isolation::default(),
            worker_binary: None,
            spare_workers: 4,
            warm_workers: 16,
            require_landlock: false,
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
    pub(crate) wall: Wall,
    pub(crate) polls: u32,
    pub(crate) own: OwnBudgets,
    live: Arc<Semaphore>,
    busy_wait: Duration,
}

/// What stands between a program and the server, beside the program's own memory.
pub(crate) enum Wall {
    Thread(Arc<ThreadWall>),
    Process(Arc<Processes>),
}

impl WasmSandbox {
    /// Compiles or loads the guest and starts the threads, or the first process. Blocks, for a second at worst (several
    /// in a debug build).
    ///
    /// # Errors
    /// When the guest does not compile, or a thread or a process does not start.
    pub fn new(options: &Options) -> Result<Self, StartError> {
        let wall = match options.isolation {
            Isolation::Thread => {
                let compiled = Compiled::shared(options.cache_dir.as_deref())?;
                let limits = MemoryLimits::new(options.grown_bytes, options.hard_heap_bytes);
                Wall::Thread(ThreadWall::new(
                    options.threads.unwrap_or(options.live_runs),
                    compiled,
                    limits,
                )?)
            }
            Isolation::Process => Wall::Process(Processes::start(options)?),
        };
        let shared = Shared {
            wall,
            polls: options.polls.unwrap_or(0),
            own: OwnBudgets::new(options),
            live: Arc::new(Semaphore::new(options.live_runs)),
            busy_wait: options.busy_wait,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Behind a wall that tests and fuzzing made.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn behind(wall: Wall) -> Self {
        let shared = Shared {
            wall,
            polls: 0,
            own: OwnBudgets::new(&Options::default()),
            live: Arc::new(Semaphore::new(1)),
            // The machine may be busy, too.
            busy_wait: Duration::from_secs(20),
        };
        Self {
            shared: Arc::new(shared),
        }
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
        let mut run = Running::start(&self.shared, paths, program, limits, (calls.owner(), permit)).await?;
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
