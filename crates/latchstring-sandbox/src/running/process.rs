//! A run in a worker process, as seen by whoever waits for it.
//!
//! Nothing a worker says is believed. What it sends is bounded, and becomes what a program could have said: calls, or an
//! end. A worker that does anything else has cost its run, and is killed.

use std::{
    any::Any,
    io::{self, ErrorKind, Read as _, Write as _},
    os::unix::net::UnixStream,
    sync::Arc,
    time::{Duration, Instant},
};

use latchstring_core::Limits;
use tokio::{
    io::unix::AsyncFd,
    time::{timeout, timeout_at},
};

use crate::{
    budget::{Allowance, PageBudget},
    error::Broken,
    guest::{Answer, Settings, Thrown, cut, whole_characters},
    process::{Death, FromWorker, HEAD, Processes, Start, ToWorker, Worker, frame, length, message},
    request::Request,
    run::{Deadline, Ending, Spent, Turn, Verdict},
    slot::PAGE,
};

/// How much longer than its limit a turn may take before the worker is killed. Its own watchdog ends a program 150 ms
/// after the limit at the latest; the rest is for a machine that is busy.
const GRACE: Duration = Duration::from_secs(1);

/// How long the word is waited for how a worker ended.
const OBITUARY: Duration = Duration::from_secs(1);

/// How much is read at once.
const CHUNK: usize = 16 << 10;

/// Pages of a frame that are taken without counting: 1 MiB.
const FREE_PAGES: usize = 16;

/// How much longer a text may get when bytes that are no characters are replaced in it.
const MENDED: usize = 3;

/// Longest text of a trap, or of what is wrong with a worker, that is kept.
const TRAP_BYTES: usize = 4 << 10;

/// Dropped before the end, it kills the worker.
pub(crate) struct InProcess {
    wall: Arc<Processes>,
    /// Until the worker is given back.
    line: Option<Line>,
    settings: Settings,
    guest_time: Duration,
    started: Instant,
    outgoing: Vec<u8>,
    inbox: Vec<u8>,
    /// Calls the program may still make.
    calls_left: u32,
    /// The budgets of its grant and tenant.
    own: Vec<Arc<PageBudget>>,
    /// Pages the guest grew by.
    grown: Allowance,
    /// How often the worker may still ask for pages.
    asks_left: usize,
    /// Given back when the worker is dead or free.
    _permit: Box<dyn Any + Send>,
}

/// A worker whose socket is watched by the runtime.
struct Line {
    // Dropped first: nothing may be watched under this number when another run watches it.
    watched: AsyncFd<Arc<UnixStream>>,
    worker: Worker,
}

/// What a worker that ends, or says what cannot be, means for its run.
enum Lost {
    Ended,
    Impossible(&'static str),
}

impl From<io::Error> for Lost {
    fn from(_: io::Error) -> Self {
        Self::Ended
    }
}

impl InProcess {
    pub(crate) fn start(
        wall: Arc<Processes>,
        worker: Worker,
        source: String,
        (settings, limits): (Settings, &Limits),
        (own, permit): (Vec<Arc<PageBudget>>, impl Any + Send),
    ) -> Result<Self, Broken> {
        let start = Start {
            surface: worker.surface,
            settings: settings.clone(),
            guest_time: limits.guest_time,
            wall: limits.wall,
            source,
        };
        let broken = |error: io::Error| Broken::Worker(error.to_string());
        let outgoing = frame(&ToWorker::Start(Box::new(start))).map_err(broken)?;
        #[expect(unsafe_code, reason = "tokio cannot see that a descriptor stays open")]
        // SAFETY: the `Arc` keeps the socket open and is what `AsyncFd` owns; a `UnixStream` has one descriptor for life.
        let watched = unsafe { AsyncFd::register(Arc::clone(&worker.socket)) };
        let watched = watched.map_err(|error| broken(error.into()))?;
        let grown = wall.allowance(&own);
        Ok(Self {
            // Each gives it a page at least, or is refused and for fewer than the one that was refused before.
            asks_left: 2 * grown.most() + 1,
            wall,
            line: Some(Line { watched, worker }),
            calls_left: settings.calls,
            settings,
            guest_time: limits.guest_time,
            started: Instant::now(),
            outgoing,
            inbox: Vec::new(),
            own,
            grown,
            _permit: Box::new(permit),
        })
    }

    /// The end of the turn under way.
    pub(crate) async fn turn(&mut self) -> Result<Turn, Broken> {
        let deadline = tokio::time::Instant::now() + self.guest_time + GRACE;
        let watched = self
            .line
            .as_ref()
            .map(|Line { worker, .. }| (Arc::clone(&worker.pace), worker.owner));
        let watched = async {
            match &watched {
                Some((pace, owner)) => pace.watch(*owner).await,
                None => std::future::pending().await,
            }
        };
        let said = tokio::select! {
            biased;
            said = timeout_at(deadline, self.said()) => said,
            never = watched => match never {},
        };
        let Ok(said) = said else {
            // Its watchdog does nothing any more.
            return Ok(self.lost(Verdict::Late(Deadline::Guest, None)));
        };
        match said.and_then(|said| self.believed(said)) {
            Ok(turn) => turn,
            Err(Lost::Impossible(what)) => Ok(self.lost(Verdict::Crashed(format!(
                "its worker said something impossible: {what}"
            )))),
            Err(Lost::Ended) => self.ended().await,
        }
    }

    pub(crate) fn resume(&mut self, answers: Vec<Answer>) {
        self.say(&ToWorker::Answers(answers));
    }

    /// Asks a run that waits for us what it used, and ends it.
    pub(crate) async fn last_words(mut self) -> Option<Spent> {
        self.say(&ToWorker::Tell);
        match self.said().await {
            Ok(FromWorker::Spent(spent)) => self.believable(spent).ok(),
            Ok(_) | Err(_) => None,
        }
    }

    /// What a message means, if it can be.
    fn believed(&mut self, said: FromWorker) -> Result<Result<Turn, Broken>, Lost> {
        match said {
            FromWorker::Calls(requests) => {
                let count = u32::try_from(requests.len()).unwrap_or(u32::MAX);
                if count == 0 || count > self.calls_left {
                    return Err(Lost::Impossible("more calls than it may make, or none"));
                }
                self.calls_left -= count;
                let requests = requests.into_iter().map(Request::checked);
                Ok(Ok(Turn::Calls(requests.collect())))
            }
            FromWorker::Ended(Ending { verdict, spent }) => {
                let may_stay = may_stay(&verdict);
                let verdict = self.possible(verdict)?;
                let spent = self.believable(spent)?;
                if let Some(Line { watched, worker }) = self.line.take()
                    && may_stay
                    && self.inbox.is_empty()
                {
                    drop(watched);
                    self.wall.give_back(worker, spent.guest_time);
                }
                Ok(Ok(Turn::Ended(Ending { verdict, spent })))
            }
            FromWorker::Broken(error) => Ok(Err(Broken::Worker(cut(error, TRAP_BYTES)))),
            FromWorker::Ready | FromWorker::NotReady(_) | FromWorker::Spent(_) | FromWorker::More(..) => {
                Err(Lost::Impossible("an answer to nothing"))
            }
        }
    }

    fn possible(&self, verdict: Verdict) -> Result<Verdict, Lost> {
        match verdict {
            Verdict::Done(json) if json.len() > MENDED * self.settings.result_bytes as usize => {
                Err(Lost::Impossible("a result longer than it may be"))
            }
            // Looked at here, so that what is no JSON costs the program and is no fault of the server.
            Verdict::Done(json) if serde_json::from_str::<serde::de::IgnoredAny>(&whole_characters(&json)).is_err() => {
                Err(Lost::Impossible("a result that is not JSON"))
            }
            Verdict::Crashed(trap) if trap.len() > TRAP_BYTES => Err(Lost::Impossible("a long trap")),
            Verdict::Cancelled => Err(Lost::Impossible("that it was cancelled")),
            Verdict::Failed(thrown) => Ok(Verdict::Failed(thrown.short())),
            Verdict::Late(deadline, thrown) => Ok(Verdict::Late(deadline, thrown.map(Thrown::short))),
            Verdict::NotJson(thrown) => Ok(Verdict::NotJson(thrown.short())),
            Verdict::Unawaited(thrown) => Ok(Verdict::Unawaited(thrown.short())),
            Verdict::OutOfMemory(thrown) => Ok(Verdict::OutOfMemory(thrown.map(Thrown::short))),
            same @ (Verdict::Done(_) | Verdict::Stuck | Verdict::TooLarge(_) | Verdict::Crashed(_)) => Ok(same),
        }
    }

    fn believable(&self, spent: Spent) -> Result<Spent, Lost> {
        if spent.console.text.len() > MENDED * self.settings.console_bytes as usize {
            return Err(Lost::Impossible("more console text than is kept"));
        }
        Ok(Spent {
            calls: spent.calls.min(self.settings.calls),
            guest_time: spent.guest_time.min(self.started.elapsed()),
            ..spent
        })
    }

    /// A worker that is not asked for anything more.
    fn lost(&self, verdict: Verdict) -> Turn {
        Turn::Ended(Ending {
            verdict,
            spent: Spent {
                calls: self.settings.calls - self.calls_left,
                guest_time: self.started.elapsed().min(self.guest_time),
                ..Spent::default()
            },
        })
    }

    /// What it means that the worker is gone.
    async fn ended(&mut self) -> Result<Turn, Broken> {
        let Some(line) = &mut self.line else {
            return Err(Broken::Gone);
        };
        let trap = match timeout(OBITUARY, &mut line.worker.death).await {
            Ok(Ok(death @ Death::Signal(libc::SIGKILL))) => return Err(Broken::Worker(death.to_string())),
            Ok(Ok(death)) => format!("its worker ended: {death}"),
            Ok(Err(_)) => return Err(Broken::Gone),
            Err(_) => "its worker closed its socket".to_owned(),
        };
        Ok(self.lost(Verdict::Crashed(trap)))
    }

    fn say(&mut self, message: &ToWorker) {
        match frame(message) {
            Ok(frame) => self.outgoing = frame,
            // Beyond 4 GiB. The worker waits in vain, and is killed when its time is over.
            Err(error) => tracing::warn!(%error, "answers to a program could not be sent"),
        }
    }

    /// Sends what is to be sent, and takes in what the worker says in the end, with pages granted meanwhile.
    async fn said(&mut self) -> Result<FromWorker, Lost> {
        self.send().await?;
        loop {
            match self.hear().await? {
                FromWorker::Ready if self.is_new() => {}
                FromWorker::NotReady(error) if self.is_new() => {
                    let error = cut(error, TRAP_BYTES);
                    tracing::error!(error, "a worker of the sandbox could not be locked in");
                    return Err(Lost::Ended);
                }
                FromWorker::More(pages) => {
                    self.asks_left =
                        (self.asks_left.checked_sub(1)).ok_or(Lost::Impossible("more memory, ever again"))?;
                    let is_granted = self.grown.grow(pages as usize);
                    self.say(&ToWorker::Granted(is_granted));
                    self.send().await?;
                }
                other => return Ok(other),
            }
        }
    }

    /// Whether the worker has not said that it is locked in. True once.
    fn is_new(&mut self) -> bool {
        self.line
            .as_mut()
            .is_some_and(|line| !std::mem::replace(&mut line.worker.is_ready, true))
    }

    async fn send(&mut self) -> io::Result<()> {
        let line = self.line.as_ref().ok_or(ErrorKind::NotConnected)?;
        let mut socket: &UnixStream = line.watched.get_ref();
        let mut sent = 0;
        while sent < self.outgoing.len() {
            match socket.write(&self.outgoing[sent..]) {
                Ok(written) => sent += written,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => line.watched.writable().await?.clear_ready(),
                Err(error) => return Err(error),
            }
        }
        self.outgoing = Vec::new();
        Ok(())
    }

    /// The next message.
    async fn hear(&mut self) -> Result<FromWorker, Lost> {
        let line = self.line.as_ref().ok_or(Lost::Ended)?;
        let mut socket: &UnixStream = line.watched.get_ref();
        // A long frame counts as memory that programs added, as long as it is here.
        let mut held = self.wall.allowance(&self.own);
        let mut pages = FREE_PAGES;
        loop {
            if let Some(length) = length(&self.inbox) {
                if length > self.wall.longest_frame() {
                    return Err(Lost::Impossible("a frame longer than its memory"));
                }
                if let Some(whole) = self.inbox.get(HEAD..HEAD + length) {
                    let message = message(whole).map_err(|_| Lost::Impossible("a message that is none"));
                    self.inbox.drain(..HEAD + length);
                    return message;
                }
            }
            if self.inbox.len() > pages * PAGE {
                pages += if held.grow(FREE_PAGES) { FREE_PAGES } else { 0 };
                if self.inbox.len() > pages * PAGE {
                    return Err(Lost::Impossible("more than the server has memory for"));
                }
            }
            let before = self.inbox.len();
            self.inbox.resize(before + CHUNK, 0);
            let read = socket.read(&mut self.inbox[before..]);
            self.inbox.truncate(before + read.as_ref().map_or(0, |read| *read));
            match read {
                Ok(0) => return Err(Lost::Ended),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => line.watched.readable().await?.clear_ready(),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Whether a worker may run another program of its owner after this end. A guest that was stopped at a limit leaves a worker
/// that is whole, and which makes itself another guest if need be. One that trapped by itself has a flaw that somebody found.
fn may_stay(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Done(_)
        | Verdict::Failed(_)
        | Verdict::Stuck
        | Verdict::TooLarge(_)
        | Verdict::NotJson(_)
        | Verdict::Unawaited(_)
        | Verdict::Late(..)
        | Verdict::OutOfMemory(_) => true,
        Verdict::Crashed(_) | Verdict::Cancelled => false,
    }
}
