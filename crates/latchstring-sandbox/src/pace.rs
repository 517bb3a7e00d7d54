//! Programs that compute long give way to those that do not.
//!
//! All programs have the same claim to the processors. So beside a crowd that computes without end, one of half a
//! millisecond would wait for all of them at each of its turns. But most programs are short, and those that are not are
//! late already. So whoever has computed for a while has long slices from then on, whose end nobody waits for who wakes up
//! ([`claim`]).
//!
//! A worker process gets a larger nice value, too, the larger the more of them there are: together they claim about a third of
//! what one worker does. None is starved by that, even where something else keeps all processors busy. A server without
//! privileges cannot take that back, so such a worker runs no other program then, and a thread's nice value is left as it is.

use std::{
    convert::Infallible,
    mem::MaybeUninit,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use rustix::process::{Pid, getpriority_process};
use tokio::time::sleep;

use crate::{claim, lock::lock};

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

/// Who computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// A worker, with all its threads.
    Process(Pid),
    /// A thread of this process, by its number.
    Thread(Pid),
}

/// What stands between a program and the other programs' processors.
#[derive(Debug)]
pub(crate) struct Pace {
    who: Who,
    crowd: Arc<Crowd>,
    /// The nice value that it had before it stood further back, if it does.
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
    pub(crate) fn new(who: Who, crowd: Arc<Crowd>) -> Self {
        Self {
            who,
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
        let began = self.who.processor_time()?;
        loop {
            sleep(LOOK).await;
            let crowd = u32::try_from(self.crowd.in_front.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
            if self.who.processor_time()?.saturating_sub(began) >= TOGETHER / crowd.max(1) {
                return Some(());
            }
        }
    }

    /// Puts it as far back as one of so many has to be, or leaves it where it is if that is further.
    ///
    /// By its number. While the server holds a worker, the zygote may have waited for it after its death, and the number may
    /// be another process's of the same user for a moment: then that one stands back, and nothing else happens to it.
    fn stand_back(&self) {
        let further = match self.who {
            Who::Process(_) => further(self.crowd.behind.load(Ordering::Relaxed)),
            Who::Thread(_) => 0,
        };
        let mut before = lock(&self.before);
        // It is gone when there is no value.
        let Ok(now) = getpriority_process(Some(self.who.pid())) else {
            return;
        };
        let first = before.unwrap_or(now);
        let wanted = (first + further).min(LAST).max(now);
        if (before.is_none() || wanted > now) && claim::set(self.who.pid(), wanted, claim::LONG).is_ok() {
            *before = Some(first);
        }
    }

    fn is_behind(&self) -> bool {
        lock(&self.before).is_some()
    }

    /// Whether it can compute beside the others again.
    pub(crate) fn recovers(&self) -> bool {
        let mut before = lock(&self.before);
        let is_back = before.is_none_or(|nice| claim::set(self.who.pid(), nice, claim::SHORT).is_ok());
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

impl Who {
    fn pid(self) -> Pid {
        match self {
            Self::Process(pid) | Self::Thread(pid) => pid,
        }
    }

    /// Its clock, as Linux numbers them for whoever is not itself (`clock_getcpuclockid(3)`).
    fn clock(self) -> libc::clockid_t {
        let of = !self.pid().as_raw_nonzero().get() << 3;
        match self {
            Self::Process(_) => of | 2,
            Self::Thread(_) => of | 6,
        }
    }

    /// What it has computed in its life.
    #[expect(unsafe_code, reason = "the clock of another process or thread has no safe wrapper")]
    fn processor_time(self) -> Option<Duration> {
        let mut time = MaybeUninit::<libc::timespec>::uninit();
        // SAFETY: it only writes to the place it is given, which is ours.
        if unsafe { libc::clock_gettime(self.clock(), time.as_mut_ptr()) } != 0 {
            return None;
        }
        // SAFETY: it was written, as the call told.
        let time = unsafe { time.assume_init() };
        Some(Duration::new(
            time.tv_sec.try_into().ok()?,
            time.tv_nsec.try_into().ok()?,
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_of_another_thread_is_its_own() {
        let (ask, asked) = std::sync::mpsc::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let other = std::thread::spawn(move || {
            let mut sum = 0_u64;
            for number in 0..3_000_000 {
                sum = std::hint::black_box(sum ^ number);
            }
            tell.send((rustix::thread::gettid(), sum)).unwrap();
            let _ = asked.recv();
        });
        let (thread, _) = told.recv().unwrap();
        let of_thread = Who::Thread(thread).processor_time().unwrap();
        let of_all = Who::Process(rustix::process::getpid()).processor_time().unwrap();
        assert!(
            !of_thread.is_zero() && of_thread <= of_all,
            "{of_thread:?} of {of_all:?}"
        );
        let mine = Who::Thread(rustix::thread::gettid()).processor_time().unwrap();
        assert!(mine < of_thread, "{mine:?}, {of_thread:?}");
        drop(ask);
        other.join().unwrap();
        assert_eq!(Who::Thread(thread).processor_time(), None, "it is gone");
    }

    #[test]
    fn a_thread_that_stood_back_can_come_back_without_privileges() {
        let me = rustix::thread::gettid();
        let pace = Pace::new(Who::Thread(me), Arc::default());
        let nice = getpriority_process(Some(me)).unwrap();
        pace.stand_back();
        assert!(pace.is_behind());
        assert_eq!(getpriority_process(Some(me)).unwrap(), nice);
        assert!(pace.recovers() && !pace.is_behind());
    }

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
