//! A run on a thread of this process, as seen by whoever waits for it.

use std::{
    any::Any,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use latchstring_core::Limits;
use tokio::sync::oneshot;

use crate::{
    Owner, StartError,
    budget::PageBudget,
    engine::Compiled,
    error::Broken,
    guest::{Answer, Settings},
    lock::lock,
    pace::{Crowd, Pace, Who},
    ready::Ready,
    reins::Reins,
    run::{Run, RunThread, Spent, Terms, Turn},
    snapshot::{MemoryLimits, Snapshots},
    threads::{Seat, Threads},
    watchdog::Watchdog,
};

type Paces = Arc<[Mutex<Arc<Pace>>]>;

/// The threads that run programs, and what they begin with.
pub(crate) struct ThreadWall {
    threads: Threads<RunThread>,
    /// One for each thread.
    paces: Paces,
    crowd: Arc<Crowd>,
    /// Held while a seat is taken, so that no thread is replaced which somebody has a seat on.
    seating: Mutex<()>,
    snapshots: Arc<Snapshots>,
    next_run: AtomicU64,
}

impl ThreadWall {
    /// Starts `count` threads.
    pub(crate) fn new(count: usize, compiled: Arc<Compiled>, limits: MemoryLimits) -> Result<Arc<Self>, StartError> {
        let count = count.max(2);
        let crowd = Arc::<Crowd>::default();
        let pace = |_| Mutex::new(Arc::new(Pace::new(Arc::clone(&crowd))));
        let paces: Paces = (0..count).map(pace).collect();
        let known = Arc::clone(&paces);
        let watchdog = Arc::new(Watchdog::new(count).map_err(StartError::Threads)?);
        let threads = Threads::new(count, move |index| {
            lock(&known[index]).is_of(Who::Thread(rustix::thread::gettid()));
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
            crowd,
            seating: Mutex::default(),
            snapshots: Arc::new(Snapshots::new(compiled, limits)),
            next_run: AtomicU64::new(0),
        }))
    }

    /// A seat for a program of `owner`, on a thread that stands where such a program has to begin.
    fn seat(&self, owner: Option<Owner>) -> (usize, Seat, Arc<Pace>) {
        let _seating = lock(&self.seating);
        let is_late = self.crowd.is_late(owner);
        let suits = |thread: usize| lock(&self.paces[thread]).is_behind() == is_late;
        let (thread, seat) = self.threads.take_seat(suits);
        let mut pace = Arc::clone(&lock(&self.paces[thread]));
        if !pace.begin(owner) && seat.is_the_only_one() {
            let new = Arc::new(Pace::new(Arc::clone(&self.crowd)));
            // First, because the thread tells it who it is.
            *lock(&self.paces[thread]) = Arc::clone(&new);
            match self.threads.replace(thread) {
                Ok(()) => pace = new,
                // It computes where it stands, and the next program tries again.
                Err(error) => {
                    tracing::warn!(%error, "a thread of the sandbox could not be replaced");
                    *lock(&self.paces[thread]) = Arc::clone(&pace);
                }
            }
        }
        (thread, seat, pace)
    }

    /// Seats on all threads but the first. While they are held, each run goes there, behind what is left of the last.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn all_but_the_first(&self) -> Vec<Seat> {
        let taken: Vec<_> = (0..64).map(|_| self.threads.take_seat(|_| true)).collect();
        let others = taken.into_iter().filter(|(thread, _)| *thread != 0);
        others.map(|(_, seat)| seat).collect()
    }
}

/// Dropped before the end, it ends the run.
pub(crate) struct OnThread {
    wall: Arc<ThreadWall>,
    owner: Option<Owner>,
    thread: usize,
    pace: Arc<Pace>,
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
        (owner, own, permit): (Option<Owner>, Vec<Arc<PageBudget>>, impl Any + Send),
    ) -> Self {
        let reins = Arc::new(Reins::new());
        let (thread, seat, pace) = wall.seat(owner);
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
            owner,
            thread,
            pace,
            number,
            reins,
            turn,
            ended: false,
        }
    }

    /// The end of the turn under way.
    pub(crate) async fn turn(&mut self) -> Result<Turn, Broken> {
        let turn = tokio::select! {
            biased;
            turn = &mut self.turn => turn,
            never = self.pace.watch(self.owner) => match never {},
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::snapshot::tests::compiled;

    /// Of the thread, once it runs.
    async fn nice(pace: &Pace) -> i32 {
        loop {
            match pace.nice() {
                Some(nice) => return nice,
                None => tokio::time::sleep(Duration::from_millis(1)).await,
            }
        }
    }

    #[tokio::test]
    async fn who_computed_long_begins_behind_and_another_in_front_also_on_the_same_thread() {
        let wall = ThreadWall::new(2, compiled(), MemoryLimits::new(1 << 20, 1 << 20)).unwrap();
        let any = Arc::clone(&lock(&wall.paces[0]));
        let usual = nice(&any).await;
        let [late, other] = [1, 2].map(|number| Some(Owner::for_test(number)));
        let (first, seat, pace) = wall.seat(late);
        assert!(!pace.is_behind(), "nobody knows anything of it");
        drop(seat);

        let time = Duration::from_millis(300);
        wall.crowd.remember(Owner::for_test(3), 10 * time);
        wall.crowd.remember(late.unwrap(), time);
        let (behind, seat, pace) = wall.seat(late);
        assert!(behind == first && pace.is_behind() && nice(&pace).await > usual);
        drop(seat);
        let (front, _held, pace) = wall.seat(other);
        assert!(front != behind && !pace.is_behind());
        assert_eq!(wall.seat(late).0, behind);

        tokio::time::sleep(time).await;
        // The only one that is free.
        let (thread, _held, pace) = wall.seat(late);
        assert!(thread == behind && !pace.is_behind());
        assert_eq!(nice(&pace).await, usual, "it came back, or is another");
    }
}
