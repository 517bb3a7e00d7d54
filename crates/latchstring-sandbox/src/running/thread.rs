//! A run on a thread of this process, as seen by whoever waits for it.

use std::{
    any::Any,
    sync::{
        Arc, OnceLock,
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
    pace::{Crowd, Pace, Who},
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
    /// One for each thread, once it has begun.
    paces: Arc<[OnceLock<Pace>]>,
    snapshots: Arc<Snapshots>,
    next_run: AtomicU64,
}

impl ThreadWall {
    /// Starts `count` threads.
    pub(crate) fn new(count: usize, compiled: Arc<Compiled>, limits: MemoryLimits) -> Result<Arc<Self>, StartError> {
        let count = count.max(2);
        let crowd = Arc::<Crowd>::default();
        let paces: Arc<[OnceLock<Pace>]> = (0..count).map(|_| OnceLock::new()).collect();
        let known = Arc::clone(&paces);
        let watchdog = Arc::new(Watchdog::new(count).map_err(StartError::Threads)?);
        let threads = Threads::new(count, move |index| {
            let pace = Pace::new(Who::Thread(rustix::thread::gettid()), Arc::clone(&crowd));
            let _ = known[index].set(pace);
            RunThread {
                index,
                watchdog: Arc::clone(&watchdog),
                waiting: std::collections::HashMap::new(),
                kept: None,
            }
        })
        .map_err(StartError::Threads)?;
        Ok(Arc::new(Self {
            threads,
            paces,
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
        let (snapshots, paths, paces) = (Arc::clone(&wall.snapshots), Arc::clone(paths), Arc::clone(&wall.paces));
        wall.threads.submit(thread, move |thread| {
            if terms.reins.is_cancelled() {
                return;
            }
            // The last program may have computed long.
            if let Some(pace) = paces[thread.index].get() {
                pace.recovers();
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
        let pace = async {
            match self.wall.paces[self.thread].get() {
                Some(pace) => pace.watch().await,
                None => std::future::pending().await,
            }
        };
        let turn = tokio::select! {
            biased;
            turn = &mut self.turn => turn,
            never = pace => match never {},
        };
        let turn = turn.map_err(|_| Broken::Panicked)??;
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
