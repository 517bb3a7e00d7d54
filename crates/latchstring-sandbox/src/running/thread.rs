//! A run on a thread of this process, as seen by whoever waits for it.

use std::{
    any::Any,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use latchstring_core::Limits;
use tokio::sync::oneshot;

use crate::{
    StartError,
    budget::PageBudget,
    engine::Compiled,
    error::Broken,
    guest::{Answer, Settings},
    ready::Ready,
    reins::Reins,
    run::{Run, RunThread, Spent, Terms, Turn},
    snapshot::{MemoryLimits, Snapshots},
    threads::Threads,
    watchdog::Watchdog,
};

/// The threads that run programs, and what they begin with.
pub(crate) struct ThreadWall {
    threads: Threads<RunThread>,
    snapshots: Arc<Snapshots>,
    next_run: AtomicU64,
}

impl ThreadWall {
    /// Starts `count` threads, or as many as fit the machine.
    pub(crate) fn new(
        count: Option<usize>,
        compiled: Arc<Compiled>,
        limits: MemoryLimits,
    ) -> Result<Arc<Self>, StartError> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let count = count.unwrap_or((8 * processors).max(16)).max(2);
        let watchdog = Arc::new(Watchdog::new(count).map_err(StartError::Threads)?);
        let threads = Threads::new(count, move |index| RunThread {
            index,
            watchdog: Arc::clone(&watchdog),
            waiting: std::collections::HashMap::new(),
            kept: None,
        })
        .map_err(StartError::Threads)?;
        Ok(Arc::new(Self {
            threads,
            snapshots: Arc::new(Snapshots::new(compiled, limits)),
            next_run: AtomicU64::new(0),
        }))
    }

    /// Seats on all threads but the first. While they are held, each run goes there, behind what is left of the last.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn all_but_the_first(&self) -> Vec<crate::threads::Seat> {
        let taken: Vec<_> = (0..64).map(|_| self.threads.take_seat()).collect();
        let others = taken.into_iter().filter(|(thread, _)| *thread != 0);
        others.map(|(_, seat)| seat).collect()
    }
}

/// Dropped before the end, it ends the run.
pub(crate) struct OnThread {
    wall: Arc<ThreadWall>,
    thread: usize,
    number: u64,
    reins: Arc<Reins>,
    turn: oneshot::Receiver<Result<Turn, Broken>>,
    ended: bool,
}

impl OnThread {
    pub(crate) fn start(
        wall: Arc<ThreadWall>,
        paths: &Arc<[String]>,
        source: String,
        (settings, limits): (Settings, &Limits),
        (own, permit): (Vec<Arc<PageBudget>>, impl Any + Send),
    ) -> Self {
        let reins = Arc::new(Reins::new());
        let (thread, seat) = wall.threads.take_seat();
        let terms = Terms {
            settings,
            guest_time: limits.guest_time,
            wall_deadline: Instant::now() + limits.wall,
            reins: Arc::clone(&reins),
            own,
            _held: Box::new((permit, seat)),
        };
        let (sender, turn) = oneshot::channel();
        let number = wall.next_run.fetch_add(1, Ordering::Relaxed);
        let (snapshots, paths) = (Arc::clone(&wall.snapshots), Arc::clone(paths));
        wall.threads.submit(thread, move |thread| {
            if terms.reins.is_cancelled() {
                return;
            }
            let ready = snapshots.of(&paths);
            match ready.and_then(|snapshot| Ready::kept_or_new(&mut thread.kept, snapshot)) {
                Err(broken) => drop(sender.send(Err(broken))),
                Ok(ready) => thread.take_turn(number, Run::new(ready, terms), sender, |run, on| run.start(&source, on)),
            }
        });
        Self {
            wall,
            thread,
            number,
            reins,
            turn,
            ended: false,
        }
    }

    /// The end of the turn under way.
    pub(crate) async fn turn(&mut self) -> Result<Turn, Broken> {
        let turn = (&mut self.turn).await.map_err(|_| Broken::Panicked)??;
        self.ended = matches!(turn, Turn::Ended(_));
        Ok(turn)
    }

    pub(crate) fn resume(&mut self, answers: Vec<Answer>) {
        let (sender, turn) = oneshot::channel();
        self.turn = turn;
        let number = self.number;
        self.wall.threads.submit(self.thread, move |thread| {
            if let Some(run) = thread.waiting.remove(&number) {
                thread.take_turn(number, run, sender, |run, on| run.resume(&answers, on));
            }
        });
    }

    /// Ends a run that waits for us, and asks what it used.
    pub(crate) async fn last_words(mut self) -> Option<Spent> {
        self.ended = true;
        let (sender, spent) = oneshot::channel();
        let number = self.number;
        self.wall.threads.submit(self.thread, move |thread| {
            if let Some(run) = thread.waiting.remove(&number) {
                let _ = sender.send(run.spent());
            }
        });
        spent.await.ok()?.ok()
    }
}

impl Drop for OnThread {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        self.reins.cancel();
        let number = self.number;
        self.wall
            .threads
            .submit(self.thread, move |thread| drop(thread.waiting.remove(&number)));
    }
}
