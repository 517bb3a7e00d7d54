//! One thread that ends programs at their deadlines.
//!
//! At the deadline a program is asked to stop; if it has not by [`TO_KILL`] later it is made to trap, and by
//! [`TO_PROTECT`] after that its memory is taken away. The thread sleeps while nothing runs, and a new deadline wakes
//! it only when it is earlier than the one it sleeps towards.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError, mpsc},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::{
    lock::lock,
    reins::{Pull, Reins},
};

// The fuzzer finds what does not end again and again, and would do little but wait for it.
const TO_KILL: Duration = Duration::from_millis(if cfg!(fuzzing) { 2 } else { 50 });
const TO_PROTECT: Duration = Duration::from_millis(if cfg!(fuzzing) { 4 } else { 100 });

/// Watches one program per run thread.
#[derive(Debug)]
pub(crate) struct Watchdog {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    /// One per run thread.
    armed: Vec<Option<Armed>>,
    /// When the thread looks again by itself; none is never.
    wakes_at: Option<Instant>,
    closed: bool,
}

#[derive(Debug)]
struct Armed {
    due: Instant,
    pull: Pull,
    reins: Arc<Reins>,
}

impl Watchdog {
    pub(crate) fn new(threads: usize) -> io::Result<Self> {
        let armed = (0..threads).map(|_| None).collect();
        let state = State {
            armed,
            wakes_at: None,
            closed: false,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
        });
        let watched = Arc::clone(&shared);
        // A worker process confines itself next, and a thread that is still starting makes calls that are refused then.
        let (begins, begun) = mpsc::channel();
        let thread = thread::Builder::new()
            .name("sandbox-watchdog".to_owned())
            .spawn(move || {
                let _ = begins.send(());
                watched.watch();
            })?;
        let _ = begun.recv();
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// From `deadline` on, pulls at what runs on `thread`, until [`disarm`](Self::disarm).
    pub(crate) fn arm(&self, thread: usize, deadline: Instant, reins: &Arc<Reins>) {
        let mut state = lock(&self.shared.state);
        state.armed[thread] = Some(Armed {
            due: deadline,
            pull: Pull::Stop,
            reins: Arc::clone(reins),
        });
        if state.wakes_at.is_none_or(|wakes_at| deadline < wakes_at) {
            // So that the next ones, whose deadlines are later, find it set and wake nobody.
            state.wakes_at = Some(deadline);
            drop(state);
            self.shared.changed.notify_one();
        }
    }

    /// After this nothing is pulled any more on behalf of the last [`arm`](Self::arm).
    pub(crate) fn disarm(&self, thread: usize) {
        let armed = lock(&self.shared.state).armed[thread].take();
        drop(armed);
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        lock(&self.shared.state).closed = true;
        self.shared.changed.notify_one();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn watch(&self) {
        let mut state = lock(&self.state);
        while !state.closed {
            let next = state.pull_what_is_due(Instant::now());
            state.wakes_at = next;
            state = match next {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(next) => {
                    let wait = next.saturating_duration_since(Instant::now());
                    self.changed
                        .wait_timeout(state, wait)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
            };
        }
    }
}

impl State {
    /// Returns when there is something to do next.
    fn pull_what_is_due(&mut self, now: Instant) -> Option<Instant> {
        let mut next: Option<Instant> = None;
        for slot in &mut self.armed {
            let Some(armed) = slot else { continue };
            if armed.due <= now {
                armed.reins.pull(armed.pull);
                let Some(harder) = armed.pull.harder() else {
                    *slot = None;
                    continue;
                };
                armed.due = now + if harder == Pull::Kill { TO_KILL } else { TO_PROTECT };
                armed.pull = harder;
            }
            next = Some(next.map_or(armed.due, |next| next.min(armed.due)));
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use std::ptr::NonNull;

    use super::*;

    fn state(reins: &Arc<Reins>, due: Instant) -> State {
        let armed = Armed {
            due,
            pull: Pull::Stop,
            reins: Arc::clone(reins),
        };
        State {
            armed: vec![None, Some(armed)],
            wakes_at: None,
            closed: false,
        }
    }

    #[test]
    fn the_watchdog_pulls_harder_and_harder() {
        let mut memory = [0_u32; 2];
        let reins = Arc::new(Reins::new());
        assert!(reins.enter(NonNull::from(&mut memory).cast(), 0));
        let start = Instant::now();
        let mut state = state(&reins, start + Duration::from_secs(1));

        assert_eq!(state.pull_what_is_due(start), Some(start + Duration::from_secs(1)));
        assert_eq!(memory, [0, 0]);
        let stopped = start + Duration::from_secs(1);
        assert_eq!(state.pull_what_is_due(stopped), Some(stopped + TO_KILL));
        assert_eq!(memory, [1, 0]);
        let killed = stopped + TO_KILL;
        assert_eq!(state.pull_what_is_due(killed), Some(killed + TO_PROTECT));
        assert_eq!(memory, [1, 1]);
        assert_eq!(reins.leave(), Pull::Kill);
        // What has ended meanwhile is left alone: protecting this memory would end the test.
        assert_eq!(state.pull_what_is_due(killed + TO_PROTECT), None);
        assert_eq!(memory, [1, 1]);
    }

    #[test]
    fn an_idle_watchdog_sleeps_until_it_is_needed() {
        let reins = Arc::new(Reins::new());
        let mut state = state(&reins, Instant::now());
        state.armed[1] = None;
        assert_eq!(state.pull_what_is_due(Instant::now()), None);
    }
}
