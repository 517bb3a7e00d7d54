//! One run on its thread: a guest, what it may still use, and its turns.

use std::{
    any::Any,
    collections::HashMap,
    ptr::NonNull,
    sync::Arc,
    time::{Duration, Instant},
};

use latchstring_core::Console;
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;
use wasmer::RuntimeError;

use crate::{
    budget::PageBudget,
    error::Broken,
    guest::{Answer, Guest, Halt, Settings, Status, Tally, Thrown},
    ready::Ready,
    reins::{Pull, Reins},
    request::Request,
    slot::Pool,
    watchdog::Watchdog,
};

/// What a run thread keeps.
pub(crate) struct RunThread {
    pub(crate) index: usize,
    pub(crate) watchdog: Arc<Watchdog>,
    /// Runs that wait for the host, by number.
    pub(crate) waiting: HashMap<u64, Run>,
    /// The guest of the last program that ended, as if new.
    pub(crate) kept: Option<Ready>,
}

impl RunThread {
    /// Runs one turn, keeps the run if it has to wait, and tells. A panic drops the run and the sender.
    pub(crate) fn take_turn(
        &mut self,
        number: u64,
        mut run: Run,
        sender: oneshot::Sender<Result<Turn, Broken>>,
        go: impl FnOnce(&mut Run, &OnThread<'_>) -> Result<Turn, Broken>,
    ) {
        let turn = go(
            &mut run,
            &OnThread {
                index: self.index,
                watchdog: &self.watchdog,
            },
        );
        if matches!(turn, Ok(Turn::Calls(_))) {
            self.waiting.insert(number, run);
            // If nobody listens any more, the job that removes it is already queued.
            let _ = sender.send(turn);
        } else {
            // Told before the memory is restored, which takes about as long as a small program.
            let _ = sender.send(turn);
            self.kept = run.end();
        }
    }
}

/// What one turn came to.
#[derive(Debug)]
pub(crate) enum Turn {
    /// The program made these calls and waits for the answers.
    Calls(Vec<Request>),
    Ended(Ending),
}

/// How a program ended, before it is put into words.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Ending {
    pub(crate) verdict: Verdict,
    pub(crate) spent: Spent,
}

/// What a program left and used.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Spent {
    #[serde(with = "ConsoleText")]
    pub(crate) console: Console,
    pub(crate) calls: u32,
    pub(crate) guest_time: Duration,
}

/// [`Console`] between processes.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Console")]
struct ConsoleText {
    text: String,
    dropped_bytes: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Verdict {
    Done(String),
    Failed(Thrown),
    Stuck,
    /// Stopped at a deadline; told by the engine when it could be.
    Late(Deadline, Option<Thrown>),
    TooLarge(u32),
    NotJson(Thrown),
    Unawaited(Thrown),
    OutOfMemory(Option<Thrown>),
    /// The compiled code trapped by itself.
    Crashed(String),
    /// Nobody waits for it any more.
    Cancelled,
}

/// Which limit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Deadline {
    /// Computing.
    Guest,
    /// From start to end.
    Wall,
    /// Computing, in interrupt polls.
    Polls,
}

/// What a run is allowed and who holds its reins.
pub(crate) struct Terms {
    pub(crate) settings: Settings,
    pub(crate) guest_time: Duration,
    pub(crate) wall_deadline: Instant,
    pub(crate) reins: Arc<Reins>,
    /// The budgets of its grant and tenant, which its memory takes from.
    pub(crate) own: Vec<Arc<PageBudget>>,
    /// What is given back when the run's memory is.
    pub(crate) _held: Box<dyn Any + Send>,
}

/// A program between its start and its end. Lives on one thread.
pub(crate) struct Run {
    ready: Ready,
    /// Whether compiled code ended each time as code does.
    is_whole: bool,
    terms: Terms,
    guest_time: Duration,
    /// Calls it may still make. The guest counts them too, and may have been made to forget.
    calls_left: usize,
}

/// Why compiled code gave nothing.
enum Stopped {
    Cancelled,
    Late(Deadline, Pull),
    Crashed(RuntimeError),
}

impl Run {
    pub(crate) fn new(ready: Ready, mut terms: Terms) -> Self {
        ready.snapshot.pool().charge(ready.base, std::mem::take(&mut terms.own));
        Self {
            ready,
            is_whole: true,
            calls_left: terms.settings.calls as usize,
            terms,
            guest_time: Duration::ZERO,
        }
    }

    /// Restores the memory and gives back what was held. The guest, if it can be used for another program.
    pub(crate) fn end(self) -> Option<Ready> {
        if self.is_whole { self.ready.renewed() } else { None }
    }

    /// The first turn.
    pub(crate) fn start(&mut self, source: &str, on: &OnThread<'_>) -> Result<Turn, Broken> {
        let put = self.ready.guest.put_program(source, &self.terms.settings);
        let put = self.with_room(put, on, |run| run.ready.guest.put_program(source, &run.terms.settings))?;
        self.turn(put, on, Guest::start)
    }

    /// A later turn.
    pub(crate) fn resume(&mut self, answers: &[Answer], on: &OnThread<'_>) -> Result<Turn, Broken> {
        let put = self.ready.guest.put_answers(answers);
        let put = self.with_room(put, on, |run| run.ready.guest.put_answers(answers))?;
        self.turn(put, on, Guest::resume)
    }

    /// What it used so far.
    pub(crate) fn spent(&self) -> Result<Spent, Broken> {
        let Tally {
            console,
            console_dropped,
            calls,
        } = self.ready.guest.tally(&self.terms.settings)?;
        Ok(Spent {
            console: Console {
                text: console,
                dropped_bytes: console_dropped,
            },
            calls,
            guest_time: self.guest_time,
        })
    }

    /// Writes over the guest's memory, as whoever broke the engine can.
    #[cfg(any(test, fuzzing))]
    pub(crate) fn write_over(&mut self, address: u32, change: impl FnOnce(u32) -> u32) {
        self.ready.guest.write_over(address, change);
    }

    /// Makes room if putting failed for lack of it, and puts again.
    fn with_room(
        &mut self,
        put: Result<u32, Halt>,
        on: &OnThread<'_>,
        again: impl FnOnce(&mut Self) -> Result<u32, Halt>,
    ) -> Result<Result<u32, Verdict>, Broken> {
        let put = match put {
            Err(Halt::NeedsRoom(length)) => match self.compiled(on, |guest| guest.reserve(length)) {
                Ok(true) => again(self),
                Ok(false) => Err(Halt::NoRoom),
                Err(stopped) => return Ok(Err(stopped.into())),
            },
            put => put,
        };
        match put {
            Ok(length) => Ok(Ok(length)),
            Err(Halt::NoRoom | Halt::NeedsRoom(_)) => Ok(Err(Verdict::OutOfMemory(None))),
            Err(Halt::Broken(broken)) => Err(broken),
        }
    }

    fn turn(
        &mut self,
        put: Result<u32, Verdict>,
        on: &OnThread<'_>,
        go: fn(&mut Guest, u32) -> Result<i32, RuntimeError>,
    ) -> Result<Turn, Broken> {
        let verdict = match put {
            Err(verdict) => verdict,
            Ok(length) => match self.compiled(on, |guest| go(guest, length)) {
                Err(stopped) => stopped.into(),
                Ok(code) => match self.ready.guest.status(code, &self.terms.settings)? {
                    Status::Pending(requests) => return self.asked(requests),
                    Status::Done(json) => Verdict::Done(json),
                    Status::Failed(thrown) => Verdict::Failed(thrown),
                    Status::Stuck => Verdict::Stuck,
                    Status::Interrupted(thrown) => Verdict::Late(self.interrupted_by(), Some(thrown)),
                    Status::TooLarge(bytes) => Verdict::TooLarge(bytes),
                    Status::NotJson(thrown) => Verdict::NotJson(thrown),
                    Status::Unawaited(thrown) => Verdict::Unawaited(thrown),
                    Status::OutOfMemory(thrown) => Verdict::OutOfMemory(Some(thrown)),
                },
            },
        };
        let spent = match verdict {
            // Its memory may be out of bounds for us too.
            Verdict::Cancelled => Spent::default(),
            _ if self.terms.reins.leave() == Pull::Protect => Spent {
                guest_time: self.guest_time,
                ..Spent::default()
            },
            _ => self.spent()?,
        };
        Ok(Turn::Ended(Ending { verdict, spent }))
    }

    /// A turn that ended in calls. One that makes none could be followed by others without end.
    fn asked(&mut self, requests: Vec<Request>) -> Result<Turn, Broken> {
        let left = self.calls_left.checked_sub(requests.len());
        self.calls_left = left
            .filter(|_| !requests.is_empty())
            .ok_or(Broken::Guest("more calls than it may make, or none"))?;
        Ok(Turn::Calls(requests))
    }

    /// Runs compiled code, watched and timed.
    fn compiled<T>(
        &mut self,
        on: &OnThread<'_>,
        go: impl FnOnce(&mut Guest) -> Result<T, RuntimeError>,
    ) -> Result<T, Stopped> {
        let (base, reins) = (self.ready.base, &self.terms.reins);
        let left = self.terms.guest_time.saturating_sub(self.guest_time);
        // Whoever broke the engine does not stop when asked to, but makes a call, and would go on in another turn.
        if left.is_zero() || Instant::now() >= self.terms.wall_deadline {
            return Err(self.late(Pull::Loose));
        }
        if !reins.enter(base, self.ready.snapshot.control()) {
            return Err(Stopped::Cancelled);
        }
        let pool = self.ready.snapshot.pool();
        let watched = Watched { on, reins, pool, base };
        let started = Instant::now();
        let deadline = later(started, left).min(self.terms.wall_deadline);
        on.watchdog.arm(on.index, deadline, reins);
        self.is_whole = false;
        let result = go(&mut self.ready.guest);
        drop(watched);
        let pull = reins.leave();
        self.guest_time += started.elapsed();
        match (result, pull) {
            (_, Pull::Protect) | (Err(_), Pull::Kill) => Err(self.late(pull)),
            (Ok(value), _) => {
                self.is_whole = true;
                Ok(value)
            }
            (Err(error), Pull::Loose | Pull::Stop) => Err(Stopped::Crashed(error)),
        }
    }

    fn late(&self, pull: Pull) -> Stopped {
        if self.terms.reins.is_cancelled() {
            Stopped::Cancelled
        } else {
            Stopped::Late(self.nearer_deadline(), pull)
        }
    }

    /// Nobody pulled: it stopped by its own count.
    fn interrupted_by(&self) -> Deadline {
        if self.terms.reins.leave() == Pull::Loose {
            Deadline::Polls
        } else {
            self.nearer_deadline()
        }
    }

    fn nearer_deadline(&self) -> Deadline {
        if Instant::now() >= self.terms.wall_deadline {
            Deadline::Wall
        } else {
            Deadline::Guest
        }
    }
}

impl From<Stopped> for Verdict {
    fn from(stopped: Stopped) -> Self {
        match stopped {
            Stopped::Cancelled => Self::Cancelled,
            Stopped::Late(deadline, pull) => {
                tracing::debug!(?deadline, ?pull, "a program had to be killed");
                Self::Late(deadline, None)
            }
            Stopped::Crashed(error) => Self::Crashed(error.message()),
        }
    }
}

/// The time `after` another, or what comes close to never when the clock has no such time.
pub(crate) fn later(time: Instant, after: Duration) -> Instant {
    const NEVER: Duration = Duration::from_hours(24 * 365);
    time.checked_add(after).unwrap_or_else(|| time + NEVER)
}

/// The thread a run is on, as far as a turn needs it.
pub(crate) struct OnThread<'a> {
    pub(crate) index: usize,
    pub(crate) watchdog: &'a Watchdog,
}

/// Compiled code runs while this lives. Also after a panic nobody may pull at memory that will be another's.
struct Watched<'a> {
    on: &'a OnThread<'a>,
    reins: &'a Reins,
    pool: &'a Pool,
    base: NonNull<u8>,
}

impl Drop for Watched<'_> {
    fn drop(&mut self) {
        self.on.watchdog.disarm(self.on.index);
        if self.reins.leave() == Pull::Protect {
            self.pool.was_taken_away(self.base);
        }
    }
}

#[cfg(test)]
mod tests;
