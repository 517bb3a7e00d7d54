//! Worker processes: the second wall around programs.
//!
//! A program that corrupts its engine and gets out of the engine's memory is in a worker: a process that has nothing but
//! a socket to the server. Workers are forked from a [zygote], so that they share the compiled guest and the
//! snapshots. A worker belongs to one grant and one surface from its first program on, and is used again for those
//! alone.
//!
//! [zygote]: zygote

use std::{
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::{Arc, Mutex, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::process::{Signal, pidfd_send_signal};
use tokio::{sync::oneshot, time::timeout};

use crate::{
    Options, Owner, StartError,
    budget::{Allowance, PageBudget},
    engine,
    error::Broken,
    lock::lock,
    pace::{Crowd, Pace},
    slot::PAGE,
};

#[cfg(any(test, fuzzing))]
mod alone;
mod confine;
mod launch;
mod link;
mod serve;
mod wire;
mod zygote;

use launch::Launcher;
use link::{Ask, Bell};
#[cfg(any(test, fuzzing))]
pub(crate) use serve::{Desk, answer};
pub(crate) use wire::{Death, FromWorker, HEAD, Start, ToWorker, frame, length, message};
pub(crate) use zygote::become_zygote;

/// How many lists of paths have a snapshot.
const SURFACES: usize = 16;

/// How long a run waits for a worker that is being made: a process, and perhaps a snapshot or a new zygote.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a run asks again because the zygote died meanwhile.
const ATTEMPTS: usize = 3;

/// How long a worker is kept after a program for the next one of the same owner.
const WARM: Duration = Duration::from_mins(1);

/// How many programs one worker runs, and how long they may compute together. The system ends a worker that computes three times
/// as long (`confine.rs`), whichever program it has then.
const RUNS: u32 = 1_000;
const COMPUTED: Duration = Duration::from_secs(100);

/// The worker processes of one sandbox.
#[derive(Debug)]
pub(crate) struct Processes {
    pool: Arc<Pool>,
    asks: mpsc::Sender<Ask>,
    bell: Option<Bell>,
    thread: Option<JoinHandle<()>>,
    budget: Arc<PageBudget>,
    max_pages: usize,
}

/// A worker, as the server holds it. Dropped, it is killed.
#[derive(Debug)]
pub(crate) struct Worker {
    pub(crate) socket: Arc<UnixStream>,
    /// Which snapshot its programs begin with, once it is taken.
    pub(crate) surface: u64,
    /// How it ended, once it has. Closed when its zygote is gone.
    pub(crate) death: oneshot::Receiver<Death>,
    /// Whether it has said so.
    pub(crate) is_ready: bool,
    /// How it stands to the others that compute.
    pub(crate) pace: Arc<Pace>,
    process: OwnedFd,
    number: u64,
    generation: u64,
    /// The last snapshot made before it was forked: it has those up to there.
    newest: u64,
    pub(crate) owner: Option<Owner>,
    runs: u32,
    /// How long its programs computed.
    computed: Duration,
    idle_since: Instant,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Fails only when it is dead already.
        let _ = pidfd_send_signal(&self.process, Signal::KILL);
    }
}

impl Worker {
    /// Whether it keeps silent while it has nothing to say.
    fn is_quiet(&self) -> bool {
        let mut byte = [0];
        let flags = rustix::net::RecvFlags::PEEK | rustix::net::RecvFlags::DONTWAIT;
        rustix::net::recv(&*self.socket, &mut byte, flags).is_err_and(|error| error == rustix::io::Errno::AGAIN)
    }
}

/// What the server's side has ready.
#[derive(Debug)]
pub(crate) struct Pool {
    state: Mutex<State>,
    spare_limit: usize,
    warm_limit: usize,
    /// Turns that compute for some time already, beside each other.
    crowd: Arc<Crowd>,
}

#[derive(Debug, Default)]
struct State {
    /// Counts zygotes.
    generation: u64,
    surfaces: Vec<Surface>,
    last_surface: u64,
    clock: u64,
    /// Bound to nobody.
    spares: Vec<Worker>,
    spares_coming: usize,
    /// Bound, and used last at the end.
    warm: Vec<Worker>,
}

#[derive(Debug)]
struct Surface {
    paths: Arc<[String]>,
    number: u64,
    used: u64,
}

/// What a search for a worker came to.
enum Found {
    Worker(Worker),
    Coming(oneshot::Receiver<Worker>, u64),
}

impl Processes {
    /// Starts the zygote and sees one worker locked in.
    pub(crate) fn start(options: &Options) -> Result<Arc<Self>, StartError> {
        if options.worker_binary.is_none() && !crate::worker::was_called() {
            return Err(StartError::NotEntered);
        }
        let failed = |error: std::io::Error| StartError::Processes(error.to_string());
        let launcher = Launcher {
            binary: options.worker_binary.clone(),
            artifact: engine::artifact(options.cache_dir.as_deref())?,
            hard_heap_bytes: options.hard_heap_bytes,
            require_landlock: options.require_landlock,
        };
        let pool = Arc::new(Pool {
            state: Mutex::default(),
            spare_limit: options.spare_workers,
            warm_limit: options.warm_workers,
            crowd: Arc::default(),
        });
        let (asks, asked) = mpsc::channel();
        let (bell, rung) = Bell::new().map_err(failed)?;
        let (started, is_started) = mpsc::channel();
        let kept = Arc::clone(&pool);
        // A thread of its own: the zygote is to die with the thread that started it.
        let thread = thread::Builder::new()
            .name("sandbox-processes".to_owned())
            .spawn(move || link::keep(&launcher, &kept, &asked, &rung, &started))
            .map_err(StartError::Threads)?;
        is_started
            .recv()
            .map_err(|_| StartError::Processes("its thread ended".to_owned()))??;
        Ok(Arc::new(Self {
            pool,
            asks,
            bell: Some(bell),
            thread: Some(thread),
            budget: Arc::new(PageBudget::new(options.grown_bytes / PAGE)),
            max_pages: options.hard_heap_bytes / PAGE,
        }))
    }

    /// A worker for a program of `owner` with these paths.
    pub(crate) async fn worker(&self, owner: Option<Owner>, paths: &Arc<[String]>) -> Result<Worker, Broken> {
        for _ in 0..ATTEMPTS {
            let (found, generation) = self.find(owner, paths);
            let mut worker = match found {
                Found::Worker(worker) => worker,
                Found::Coming(worker, surface) => match timeout(PATIENCE, worker).await {
                    Ok(Ok(mut worker)) => {
                        worker.surface = surface;
                        worker
                    }
                    // The zygote died, or could not fork.
                    Ok(Err(_)) => continue,
                    Err(_) => return Err(Broken::NoWorker("none was ready within ten seconds")),
                },
            };
            // A zygote that began meanwhile does not know the surface.
            if worker.generation == generation {
                worker.owner = owner;
                // One that is new stands in front.
                worker.pace.begin(owner);
                return Ok(worker);
            }
        }
        Err(Broken::NoWorker("the process they are forked from does not stay alive"))
    }

    /// Takes a worker back after a program that ended as programs do and computed so long.
    pub(crate) fn give_back(&self, mut worker: Worker, computed: Duration) {
        worker.runs += 1;
        worker.computed += computed;
        if worker.owner.is_none() || worker.runs >= RUNS || worker.computed >= COMPUTED {
            return;
        }
        worker.idle_since = Instant::now();
        let mut state = lock(&self.pool.state);
        if worker.generation != state.generation {
            return;
        }
        state.warm.push(worker);
        let oldest = (state.warm.len() > self.pool.warm_limit).then(|| state.warm.remove(0));
        drop(state);
        drop(oldest);
    }

    /// Pages for one run, from these budgets and that of all.
    pub(crate) fn allowance(&self, own: &[Arc<PageBudget>]) -> Allowance {
        let budgets = own.iter().chain([&self.budget]).cloned().collect();
        Allowance::new(budgets, self.max_pages)
    }

    /// Longest frame that is taken from a worker: all of a guest's memory, and a little around it.
    pub(crate) fn longest_frame(&self) -> usize {
        self.max_pages * PAGE + PAGE
    }

    fn find(&self, owner: Option<Owner>, paths: &Arc<[String]>) -> (Found, u64) {
        let mut state = lock(&self.pool.state);
        let generation = state.generation;
        let surface = self.surface(&mut state, paths);
        let is_known = |worker: &Worker| owner.is_some() && worker.owner == owner && worker.surface == surface;
        while let Some(at) = state.warm.iter().rposition(is_known) {
            let worker = state.warm.remove(at);
            if worker.is_quiet() {
                if worker.pace.begin(owner) {
                    return (Found::Worker(worker), generation);
                }
                continue;
            }
            tracing::warn!(
                worker = worker.number,
                "an idle worker of the sandbox spoke or ended, and is replaced"
            );
        }
        let spare = state.spares.iter().position(|worker| worker.newest >= surface);
        let found = if let Some(mut worker) = spare.map(|at| state.spares.remove(at)) {
            worker.surface = surface;
            Found::Worker(worker)
        } else {
            let (sender, worker) = oneshot::channel();
            self.ask(Ask::Fork(Some(sender)));
            Found::Coming(worker, surface)
        };
        // One that is forked now has every snapshot, so the oldest makes way if it has to.
        let has_use = state.spares.iter().filter(|worker| worker.newest >= surface).count();
        for _ in has_use + state.spares_coming..self.pool.spare_limit {
            state.spares_coming += 1;
            self.ask(Ask::Fork(None));
        }
        (found, generation)
    }

    /// The number of the snapshot for `paths`; has it made if need be.
    fn surface(&self, state: &mut State, paths: &Arc<[String]>) -> u64 {
        state.clock += 1;
        let used = state.clock;
        let is_it = |one: &&mut Surface| Arc::ptr_eq(&one.paths, paths) || one.paths == *paths;
        if let Some(surface) = state.surfaces.iter_mut().find(is_it) {
            surface.used = used;
            return surface.number;
        }
        let oldest = (state.surfaces.len() >= SURFACES)
            .then(|| (0..state.surfaces.len()).min_by_key(|at| state.surfaces[*at].used))
            .flatten();
        let forget = oldest.map(|at| state.surfaces.swap_remove(at).number);
        state.last_surface += 1;
        let number = state.last_surface;
        state.surfaces.push(Surface {
            paths: Arc::clone(paths),
            number,
            used,
        });
        self.ask(Ask::Prepare {
            surface: number,
            forget,
            paths: Arc::clone(paths),
        });
        number
    }

    fn ask(&self, ask: Ask) {
        // Without its thread nothing comes, and whoever waits is told.
        if self.asks.send(ask).is_ok()
            && let Some(bell) = &self.bell
        {
            bell.ring();
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.bell = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Pool {
    /// A new zygote has begun: what the last one forked is dead, and the new one has no snapshots.
    fn begin(&self) -> u64 {
        let mut state = lock(&self.state);
        state.generation += 1;
        state.surfaces.clear();
        state.spares.clear();
        state.spares_coming = 0;
        state.warm.clear();
        state.generation
    }

    fn add_spare(&self, worker: Option<Worker>) {
        let mut state = lock(&self.state);
        state.spares_coming = state.spares_coming.saturating_sub(1);
        let Some(worker) = worker.filter(|worker| worker.generation == state.generation) else {
            return;
        };
        state.spares.push(worker);
        if state.spares.len() > self.spare_limit {
            state.spares.remove(0);
        }
    }

    /// Takes out a worker that ended while nobody used it. False when there is none.
    fn forget(&self, number: u64) -> bool {
        let mut state = lock(&self.state);
        let before = state.spares.len() + state.warm.len();
        state.spares.retain(|worker| worker.number != number);
        state.warm.retain(|worker| worker.number != number);
        state.spares.len() + state.warm.len() < before
    }

    /// Ends workers that were kept long enough.
    fn expire(&self, now: Instant) {
        lock(&self.state)
            .warm
            .retain(|worker| now.saturating_duration_since(worker.idle_since) < WARM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_worker_that_has_computed_for_long_enough_is_replaced_before_the_system_ends_it() {
        let wall = Processes::alone(0, 0);
        let (server, _worker) = UnixStream::pair().unwrap();
        wall.give(server, oneshot::channel().1).unwrap();
        let owner = Some(Owner::for_test(1));
        let paths: Arc<[String]> = Arc::new([]);
        for _ in 0..2 {
            let worker = wall.worker(owner, &paths).await.unwrap();
            wall.give_back(worker, COMPUTED / 2);
        }
        assert!(lock(&wall.pool.state).warm.is_empty());
    }
}
