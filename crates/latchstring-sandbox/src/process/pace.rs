//! Programs that compute long give way to those that do not.
//!
//! All workers have the same claim to the processors. So beside a crowd that computes without end, a program of half a
//! millisecond would wait for all of them at each of its turns. But most programs are short, and those that are not are
//! late already. So whoever has computed for a while stands further back (`nice`), the further the more there are: together
//! they claim about a third of what one worker does. None is starved by that, even where something else keeps all processors busy.
//!
//! A process without privileges cannot take that back, so a worker that stands further back runs no other program then.

use std::{
    convert::Infallible,
    mem::MaybeUninit,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustix::process::{Pid, getpriority_process, setpriority_process};
use tokio::time::sleep;

use crate::lock::lock;

/// How long all programs that compute now may do so, together, before they stand further back.
const TOGETHER: Duration = Duration::from_millis(10);

/// How long a turn takes before it is looked at, and how often then.
const LOOK: Duration = Duration::from_millis(2);

/// How often one that stands further back is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The largest nice value there is.
const LAST: i32 = 19;

/// Turns of all workers that take long.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    /// Those that may still compute for a while where they are.
    in_front: AtomicUsize,
    behind: AtomicUsize,
}

/// What stands between a worker's program and the other programs' processors.
#[derive(Debug)]
pub(crate) struct Pace {
    worker: Pid,
    crowd: Arc<Crowd>,
    /// The nice value that the worker had before it stood further back, if it does.
    before: Mutex<Option<i32>>,
}

/// One of several.
struct Place<'a>(&'a AtomicUsize);

impl<'a> Place<'a> {
    fn among(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Pace {
    pub(super) fn new(worker: Pid, crowd: Arc<Crowd>) -> Self {
        Self {
            worker,
            crowd,
            before: Mutex::default(),
        }
    }

    /// Watches one turn. Dropped when the turn is over.
    pub(crate) async fn watch(&self) -> Infallible {
        sleep(LOOK).await;
        if !self.is_behind() {
            let _place = Place::among(&self.crowd.in_front);
            if self.has_computed_for_a_while().await.is_none() {
                return std::future::pending().await;
            }
        }
        let _place = Place::among(&self.crowd.behind);
        loop {
            self.stand_back();
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Returns when it has; none when it cannot be known.
    async fn has_computed_for_a_while(&self) -> Option<()> {
        let began = processor_time(self.worker)?;
        loop {
            sleep(LOOK).await;
            let crowd = u32::try_from(self.crowd.in_front.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
            if processor_time(self.worker)?.saturating_sub(began) >= TOGETHER / crowd.max(1) {
                return Some(());
            }
        }
    }

    /// Puts the worker as far back as one of so many has to be, or leaves it where it is if that is further.
    ///
    /// By its number. While the server holds the worker, the zygote may have waited for it after its death, and the number may
    /// be another process's of the same user for a moment: then that one stands back, and nothing else happens to it.
    fn stand_back(&self) {
        let further = further(self.crowd.behind.load(Ordering::Relaxed));
        let mut before = lock(&self.before);
        // It is gone when there is no value.
        let Ok(now) = getpriority_process(Some(self.worker)) else {
            return;
        };
        let first = before.unwrap_or(now);
        let wanted = (first + further).min(LAST);
        if wanted > now && setpriority_process(Some(self.worker), wanted).is_ok() {
            *before = Some(first);
        }
    }

    fn is_behind(&self) -> bool {
        lock(&self.before).is_some()
    }

    /// Whether the worker can compute beside the others again.
    pub(super) fn recovers(&self) -> bool {
        let mut before = lock(&self.before);
        let is_back = before.is_none_or(|nice| setpriority_process(Some(self.worker), nice).is_ok());
        if is_back {
            *before = None;
        }
        is_back
    }
}

/// How much further back one of so many stands. A step of the nice value is a quarter less of a claim, so with three steps for
/// each doubling they have about as much together as one alone, which is a third of what it had.
fn further(crowd: usize) -> i32 {
    let doublings = crowd.max(1).next_power_of_two().trailing_zeros();
    i32::try_from(5 + 3 * doublings).unwrap_or(LAST).min(LAST)
}

/// What the process has computed in its life.
#[expect(unsafe_code, reason = "the clock of another process has no safe wrapper")]
fn processor_time(process: Pid) -> Option<Duration> {
    let mut clock = 0;
    let mut time = MaybeUninit::<libc::timespec>::uninit();
    // SAFETY: both only write to the places they are given, which are ours.
    let told = unsafe {
        libc::clock_getcpuclockid(process.as_raw_nonzero().get(), &raw mut clock) == 0
            && libc::clock_gettime(clock, time.as_mut_ptr()) == 0
    };
    if !told {
        return None;
    }
    // SAFETY: it was written, as the call told.
    let time = unsafe { time.assume_init() };
    Some(Duration::new(
        time.tv_sec.try_into().ok()?,
        time.tv_nsec.try_into().ok()?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_that_compute_long_claim_no_more_than_one_together() {
        // A nice value's claim, relative to another: 1.25 to the power of their difference.
        let claims = |crowd: usize| f64::from(u32::try_from(crowd).unwrap()) * 1.25_f64.powi(-further(crowd));
        for crowd in 1..=16 {
            let claims = claims(crowd);
            assert!((0.15..=0.37).contains(&claims), "{crowd}: {claims}");
        }
        assert_eq!([0, 1, 2, 3, 16, 1_000].map(further), [5, 5, 8, 11, 17, 19]);
    }
}
