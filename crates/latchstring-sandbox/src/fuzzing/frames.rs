//! Frames that lie: from a worker process to the server, and from a server to a worker.

use std::{
    collections::HashMap,
    io::{ErrorKind, Read as _, Write as _},
    net::Shutdown,
    os::{fd::AsFd as _, unix::net::UnixStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use latchstring_core::{Limits, Outcome, Program, SandboxError};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
};

use super::{
    guest::script,
    host::Host,
    input::Input,
    judge::{self, Case},
    memory::Size,
};

mod made;

use crate::{
    WasmSandbox,
    budget::PageBudget,
    engine::Compiled,
    error::Broken,
    process::{Death, Desk, FromWorker, HEAD, Processes, ToWorker, answer, frame, length, message},
    sandbox::Wall,
    snapshot::{MemoryLimits, Snapshot},
    watchdog::Watchdog,
};

/// Memory that all programs may add, and one program may have, in pages.
const GROWN: usize = 256;
const HARD: usize = 128;

/// How often memory is looked at.
const ROUND: u64 = 256;

/// The number of the liar's snapshot.
pub(super) const SURFACE: u64 = 1;

/// What the two owners send.
const LYING: &str = "the program of the worker that lies";
const HONEST: &str = "the program of another grant";

/// What both sides need.
pub struct Frames {
    runtime: Runtime,
    snapshots: HashMap<u64, Arc<Snapshot>>,
    budget: Arc<PageBudget>,
    watchdog: Watchdog,
    paths: Arc<[String]>,
    runs: u64,
    first: Option<Size>,
}

impl std::fmt::Debug for Frames {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Frames").finish_non_exhaustive()
    }
}

impl Frames {
    /// With the module that `fuzz/liar.wat` is the text of, as the guest of the worker.
    ///
    /// # Panics
    /// When it does not compile, or no thread can be had.
    pub fn new(liar: &[u8]) -> Self {
        let compiled = Compiled::other(liar).expect("it compiles");
        let limits = MemoryLimits {
            // A server that grants 4 MiB at a time.
            budget: Arc::new(PageBudget::asking(GROWN, |pages| pages <= 64)),
            max_pages: HARD,
        };
        let budget = Arc::clone(&limits.budget);
        let snapshot = Snapshot::new(&compiled, &["fuzz.it".to_owned()], &limits).expect("a snapshot");
        Self {
            runtime: Builder::new_current_thread().enable_all().build().expect("a runtime"),
            snapshots: HashMap::from([(SURFACE, Arc::new(snapshot))]),
            budget,
            watchdog: Watchdog::new(1).expect("a thread"),
            paths: Arc::new(["fuzz.it".to_owned()]),
            runs: 0,
            first: None,
        }
    }

    /// One conversation, in which one side does as `input` says.
    ///
    /// # Panics
    /// When something does not hold that has to.
    pub fn run(&mut self, input: &[u8]) {
        let mut input = Input::new(input);
        match input.byte() % 4 {
            0 | 1 => self.lying_worker(&mut input),
            2 => self.lying_server(input),
            _ => {
                comes_back::<FromWorker>(input.rest());
                comes_back::<ToWorker>(input.rest());
            }
        }
        self.runs += 1;
        if self.runs.is_multiple_of(ROUND) {
            self.first.get_or_insert_with(Size::now).has_not_grown();
        }
    }

    /// To the server: a worker that says what `input` has, then dies; and after it an honest one of another grant.
    fn lying_worker(&self, input: &mut Input<'_>) {
        let limits = judge::limits(input);
        let answers = input.byte();
        let flags = input.byte();
        let owner = (flags & 1 == 0).then_some(1);
        let stays = flags & 2 != 0;
        let death = death(flags >> 2 & 3);
        let (said, later) = made::from_worker(input);

        let processes = Processes::alone(GROWN, HARD);
        let sandbox = WasmSandbox::behind(Wall::Process(Arc::clone(&processes)));
        let mut liar = Liar::hired(&processes, death, stays);
        let program = Program::as_it_is(LYING, 0, 1);
        for said in [said, later] {
            let mut host = Host::new(owner, answers);
            let began = Instant::now();
            let run = sandbox.run_with(&self.paths, &program, &limits, &mut host);
            let result = self.runtime.block_on(liar.beside(run, &said));
            let case = Case {
                program: &program,
                limits: &limits,
                host: &host,
                began,
                result: &result,
            };
            case.judge(|broken| matches!(broken, Broken::Worker(_) | Broken::Gone | Broken::NoWorker(_)));
            if let Err(SandboxError::Broken(broken)) = &result {
                let is_none = matches!(broken.downcast_ref(), Some(Broken::NoWorker(_)));
                assert!(!(is_none && liar.is_new), "{broken}");
            }
            liar.is_new = false;
            if !stays {
                break;
            }
        }
        self.honest_worker(&sandbox, &processes);
        liar.leaves();
        drop(sandbox);
        assert_eq!(processes.pages_left(), GROWN, "pages that were not given back");
    }

    fn honest_worker(&self, sandbox: &WasmSandbox, processes: &Processes) {
        let mut honest = Liar::hired(processes, None, true);
        let limits = Limits {
            wall: Duration::from_mins(1),
            guest_time: Duration::from_mins(1),
            ..Limits::default()
        };
        let program = Program::as_it_is(HONEST, 0, 1);
        let mut host = Host::new(Some(2), 0);
        let run = sandbox.run_with(&self.paths, &program, &limits, &mut host);
        let outcome = self.runtime.block_on(honest.beside(run, &made::honest()));
        let result = outcome
            .expect("an honest run works")
            .ended
            .expect("an honest program returns");
        assert_eq!(result.get(), "true");
        assert!(honest.was_told(HONEST), "the honest worker ran the program");
    }

    /// To a worker: a server that says what `input` has. Its guest lies, too.
    fn lying_server(&self, input: Input<'_>) {
        let Some((said, frames)) = made::to_worker(input) else {
            return;
        };
        let (server, worker) = UnixStream::pair().expect("a socket");
        let heard = thread::scope(|scope| {
            let speaking = server.try_clone().expect("a descriptor");
            scope.spawn(move || {
                let mut speaking = speaking;
                // The worker may have ended.
                let _ = speaking.write_all(&said);
                let _ = speaking.shutdown(Shutdown::Write);
            });
            let hearing = scope.spawn(move || {
                let (mut server, mut heard) = (server, Vec::new());
                let _ = server.read_to_end(&mut heard);
                heard
            });
            let desk = Desk {
                snapshots: &self.snapshots,
                budget: &self.budget,
                takeover: None,
            };
            let _ = answer(worker.as_fd(), &desk, &self.watchdog);
            drop(worker);
            hearing.join().expect("it only reads")
        });
        let told = messages::<FromWorker>(&heard);
        assert!(told.len() <= frames, "{} answers to {frames} frames", told.len());
    }
}

/// The other end of a worker's socket.
struct Liar {
    socket: UnixStream,
    heard: Vec<u8>,
    death: Option<oneshot::Sender<Death>>,
    end: Option<Death>,
    stays: bool,
    is_new: bool,
}

impl Liar {
    /// One that ends as `end` says, or whose zygote ends.
    fn hired(processes: &Processes, end: Option<Death>, stays: bool) -> Self {
        let (ours, socket) = UnixStream::pair().expect("a socket");
        socket.set_nonblocking(true).expect("a socket");
        let (death, dies) = oneshot::channel();
        processes.give(ours, dies).expect("a worker");
        Self {
            socket,
            heard: Vec::new(),
            death: Some(death),
            end,
            stays,
            is_new: true,
        }
    }

    /// What came of `run` while this said `said`, and then ended.
    async fn beside(
        &mut self,
        run: impl Future<Output = Result<Outcome, SandboxError>>,
        said: &[u8],
    ) -> Result<Outcome, SandboxError> {
        let socket = self.socket.try_clone().expect("a descriptor");
        let socket = tokio::net::UnixStream::from_std(socket).expect("a socket");
        let stays = self.stays;
        let (end, death, whole, heard) = (self.end, &mut self.death, &self.socket, &mut self.heard);
        let speaking = async {
            let mut left = said;
            while !left.is_empty() && socket.writable().await.is_ok() {
                match socket.try_write(left) {
                    Ok(written) => left = &left[written..],
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Err(_) => break,
                }
            }
            if stays {
                // The run ends meanwhile, if what was said ends it.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            if let (Some(end), Some(death)) = (end, death.take()) {
                let _ = death.send(end);
            }
            let _ = whole.shutdown(Shutdown::Write);
        };
        let hearing = async {
            let mut chunk = [0; 16 << 10];
            while socket.readable().await.is_ok() {
                match socket.try_read(&mut chunk) {
                    Ok(read) if read > 0 => heard.extend_from_slice(&chunk[..read]),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                    Ok(_) | Err(_) => break,
                }
            }
        };
        let alone = async {
            tokio::join!(speaking, hearing);
        };
        let result = {
            tokio::pin!(run, alone);
            tokio::select! {
                result = &mut run => result,
                () = &mut alone => run.await,
            }
        };
        // What was said last is still on its way.
        let mut chunk = [0; 16 << 10];
        while let Ok(read) = (&self.socket).read(&mut chunk)
            && read > 0
        {
            self.heard.extend_from_slice(&chunk[..read]);
        }
        result
    }

    fn was_told(&self, source: &str) -> bool {
        messages::<ToWorker>(&self.heard)
            .iter()
            .any(|told| matches!(told, ToWorker::Start(start) if start.source == source))
    }

    /// All that it heard is as the server says things, and is its own.
    fn leaves(self) {
        let told = messages::<ToWorker>(&self.heard);
        for (at, told) in told.iter().enumerate() {
            match told {
                ToWorker::Start(start) => assert_eq!(start.source, LYING, "a program of another"),
                ToWorker::Answers(_) | ToWorker::Granted(_) | ToWorker::Tell => assert!(at > 0, "before a program"),
            }
        }
    }
}

fn death(kind: u8) -> Option<Death> {
    match kind {
        0 => Some(Death::Exit(0)),
        1 => Some(Death::Signal(libc::SIGSEGV)),
        2 => Some(Death::Signal(libc::SIGKILL)),
        _ => None,
    }
}

/// All whole messages. The last may have been cut off.
fn messages<T: DeserializeOwned>(mut bytes: &[u8]) -> Vec<T> {
    let mut messages = Vec::new();
    while let Some(length) = length(bytes)
        && let Some(one) = bytes.get(HEAD..HEAD + length)
    {
        messages.push(message(one).expect("a message of ours"));
        bytes = &bytes[HEAD + length..];
    }
    messages
}

/// What is a message, is it again.
fn comes_back<T: DeserializeOwned + Serialize>(bytes: &[u8]) {
    let Ok(first) = message::<T>(bytes) else { return };
    let written = frame(&first).expect("it is short");
    let second: T = message(&written[HEAD..]).expect("what was written can be read");
    assert_eq!(written, frame(&second).expect("it is short"));
}

/// Whether the liar's guest would take its time with this.
fn takes_time(source: &str) -> bool {
    [0x08, 0x09, 0x0a, 0x0c, 0x0d]
        .iter()
        .any(|op| source.contains(&script(&[*op])))
}
