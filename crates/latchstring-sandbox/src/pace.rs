//! Programs that compute long give way to those that do not.
//!
//! All programs have the same claim to the processors. So beside a crowd that computes without end, one of half a
//! millisecond would wait for all of them at each of its turns. But most programs are short, and those that are not are
//! late already. So whoever has computed for a while has long slices from then on, whose end nobody waits for who wakes up
//! ([`claim`]).
//!
//! They get a larger nice value, too, the larger the more of them there are: together they claim about a third of what one
//! other does. They still get to one where something else keeps all of them busy, but seldom. A server without privileges cannot
//! take that back: then another worker or thread takes the place of one that stood behind.
//!
//! Even so, who wakes up may wait for the system's next tick, some milliseconds, when it has just had more than its share. So a
//! crowd of many for each processor leaves one to the others.
//!
//! Whatever the same owner sends within as long again begins there, if others did the same. Otherwise a crowd that reaches its limits in one moment
//! would be in front in the next, all at once.

use std::{
    collections::HashMap,
    convert::Infallible,
    mem::MaybeUninit,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::{
    process::{Pid, getpriority_process},
    thread::CpuSet,
};
use tokio::time::sleep;

use crate::{Owner, claim, lock::lock};

/// How long all programs that compute now may do so, together, before they stand further back.
const TOGETHER: Duration = Duration::from_millis(10);

/// How long a turn takes before it is looked at, and how often then.
const LOOK: Duration = Duration::from_millis(2);

/// How often one that stands further back is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The largest nice value there is.
const LAST: i32 = 19;

/// Turns of all programs that take long.
#[derive(Debug, Default)]
pub(crate) struct Crowd {
    /// Those that may still compute for a while where they are.
    in_front: AtomicUsize,
    behind: AtomicUsize,
    /// Whose turns stood further back, and until when their programs begin there.
    late: Mutex<HashMap<Owner, Instant>>,
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
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// Known once it runs.
    who: OnceLock<Who>,
    crowd: Arc<Crowd>,
    /// What it had before it stood further back, if it does.
    before: Mutex<Option<Before>>,
}

#[derive(Debug, Clone, Copy)]
struct Before {
    nice: i32,
    /// If it has one less since.
    processors: Option<CpuSet>,
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

/// A turn that stands further back, until it is over.
struct Late<'a> {
    pace: &'a Pace,
    owner: Option<Owner>,
    /// What it had computed before.
    before: Option<Duration>,
    _place: Place<'a>,
}

impl Drop for Late<'_> {
    fn drop(&mut self) {
        // By what it computed and not by how long it took: on a busy machine that would be as good as never again.
        if let (Some(owner), Some(before), Some(after)) = (self.owner, self.before, self.pace.processor_time()) {
            self.pace.crowd.remember(owner, after.saturating_sub(before));
        }
    }
}

impl Crowd {
    /// That somebody computed for so long further back: for as long again, whatever the owner sends begins there.
    pub(crate) fn remember(&self, owner: Owner, computed: Duration) {
        let now = Instant::now();
        let mut late = lock(&self.late);
        late.retain(|_, until| *until > now);
        let until = late.entry(owner).or_insert(now);
        *until = (*until).max(now + computed);
    }

    /// Whether a program of this owner has to begin further back: if it computed there of late, and another did, too, or a program does now. One
    /// alone is no crowd, and where other things keep the processors busy it would hardly get to one.
    pub(crate) fn is_late(&self, owner: Option<Owner>) -> bool {
        let now = Instant::now();
        let late = lock(&self.late);
        let is_it = |owner| late.get(owner).is_some_and(|until| *until > now);
        let others = || late.values().filter(|until| **until > now).count() - 1 + self.behind.load(Ordering::Relaxed);
        owner.as_ref().is_some_and(is_it) && others() > 0
    }
}

impl Pace {
    pub(crate) fn of(who: Who, crowd: Arc<Crowd>) -> Self {
        Self {
            who: who.into(),
            ..Self::new(crowd)
        }
    }

    /// Of somebody who does not run yet.
    pub(crate) fn new(crowd: Arc<Crowd>) -> Self {
        Self {
            crowd,
            ..Self::default()
        }
    }

    /// Says who it is. Once.
    pub(crate) fn is_of(&self, who: Who) {
        let _ = self.who.set(who);
    }

    /// Watches one turn of a program of `owner`. Dropped when the turn is over.
    pub(crate) async fn watch(&self, owner: Option<Owner>) -> Infallible {
        sleep(LOOK).await;
        if !self.is_behind() {
            let _place = Place::among(&self.crowd.in_front);
            if self.has_computed_for_a_while().await.is_none() {
                return std::future::pending().await;
            }
        }
        let _late = Late {
            pace: self,
            owner,
            before: self.processor_time(),
            _place: Place::among(&self.crowd.behind),
        };
        loop {
            self.stand_back();
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Returns when it has; none when it cannot be known.
    async fn has_computed_for_a_while(&self) -> Option<()> {
        let who = loop {
            match self.who.get() {
                Some(who) => break who,
                None => sleep(LOOK).await,
            }
        };
        let began = who.processor_time()?;
        loop {
            sleep(LOOK).await;
            let crowd = u32::try_from(self.crowd.in_front.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
            if who.processor_time()?.saturating_sub(began) >= TOGETHER / crowd.max(1) {
                return Some(());
            }
        }
    }

    /// Puts it as far back as one of so many has to be, or leaves it where it is if that is further. A processor that it was kept off, it gets
    /// back as soon as they are fewer: nobody else may need it.
    ///
    /// By its number. While the server holds a worker, the zygote may have waited for it after its death, and the number may
    /// be another process's of the same user for a moment: then that one stands back, on one processor less, and nothing else happens to it.
    fn stand_back(&self) {
        let Some(who) = self.who.get() else { return };
        let mut before = lock(&self.before);
        // It is gone when there is no value.
        let Ok(now) = getpriority_process(Some(who.pid())) else {
            return;
        };
        let crowd = self.crowd.behind.load(Ordering::Relaxed);
        let first = before.map_or(now, |before| before.nice);
        let wanted = (first + further(crowd)).min(LAST).max(now);
        if (before.is_none() || wanted > now) && claim::set(who.pid(), wanted, claim::LONG).is_ok() {
            let nice = first;
            before.get_or_insert(Before { nice, processors: None });
        }
        if let Some(before) = &mut *before {
            before.processors = claim::leave_one_processor(who.pid(), before.processors, crowd);
        }
    }

    /// None if it does not run, or no more.
    #[cfg(test)]
    pub(crate) fn nice(&self) -> Option<i32> {
        getpriority_process(Some(self.who.get()?.pid())).ok()
    }

    fn processor_time(&self) -> Option<Duration> {
        self.who.get()?.processor_time()
    }

    pub(crate) fn is_behind(&self) -> bool {
        lock(&self.before).is_some()
    }

    /// Goes where a program of `owner` has to begin. False if it cannot come back to the others.
    pub(crate) fn begin(&self, owner: Option<Owner>) -> bool {
        if self.crowd.is_late(owner) {
            self.stand_back();
            return true;
        }
        self.recovers()
    }

    fn recovers(&self) -> bool {
        let mut before = lock(&self.before);
        let (Some(had), Some(who)) = (&mut *before, self.who.get()) else {
            return before.is_none();
        };
        had.processors = claim::leave_one_processor(who.pid(), had.processors, 0);
        let is_back = had.processors.is_none() && claim::set(who.pid(), had.nice, claim::SHORT).is_ok();
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
    use crate::claim::CROWDED;

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

    #[tokio::test]
    async fn whose_turn_stood_back_begins_there_for_as_long_again() {
        let [who, other] = [1, 2].map(Owner::for_test);
        let crowd = Arc::<Crowd>::default();
        // Of this test, which is a thread of its own.
        let pace = Pace::of(Who::Thread(rustix::thread::gettid()), Arc::clone(&crowd));
        let usual = nice();
        let compute = async {
            let mut since = None;
            while since.is_none_or(|since: Instant| since.elapsed() < 50 * LOOK) {
                let now = Instant::now();
                while now.elapsed() < LOOK {
                    std::hint::spin_loop();
                }
                if pace.is_behind() {
                    since.get_or_insert(now);
                }
                sleep(Duration::from_millis(1)).await;
            }
        };
        tokio::select! {
            () = compute => {}
            never = pace.watch(Some(who)) => match never {},
        }
        assert!(nice() > usual);
        assert!(!crowd.is_late(Some(who)), "one is no crowd");
        crowd.remember(Owner::for_test(3), Duration::from_mins(1));
        assert_eq!(
            [Some(who), Some(other), None].map(|owner| crowd.is_late(owner)),
            [true, false, false]
        );
        // Longer than it took, of which it did not compute all.
        sleep(60 * LOOK).await;
        assert!(!crowd.is_late(Some(who)));
    }

    /// Of this thread.
    fn nice() -> i32 {
        getpriority_process(Some(rustix::thread::gettid())).unwrap()
    }

    #[test]
    fn a_crowd_leaves_a_processor_to_the_others_until_it_comes_back() {
        let me = rustix::thread::gettid();
        let processors = || rustix::thread::sched_getaffinity(Some(me)).unwrap().count();
        let (all, usual) = (processors(), nice());
        let crowd = Arc::<Crowd>::default();
        let pace = Pace::of(Who::Thread(me), Arc::clone(&crowd));
        let many = CROWDED * all as usize;
        let mut places: Vec<_> = (1..many).map(|_| Place::among(&crowd.behind)).collect();
        pace.stand_back();
        assert!(nice() > usual && processors() == all, "so few take none away");
        places.push(Place::among(&crowd.behind));
        pace.stand_back();
        assert_eq!(processors(), (all - 1).max(1));
        pace.stand_back();
        assert_eq!(processors(), (all - 1).max(1), "one and no more");
        places.pop();
        pace.stand_back();
        assert_eq!(processors(), all, "they are fewer");
        places.push(Place::among(&crowd.behind));
        pace.stand_back();
        // A server without privileges does not get the nice value back.
        if pace.recovers() {
            assert_eq!(nice(), usual);
        }
        assert_eq!(processors(), all);
    }

    #[test]
    fn who_is_late_begins_behind_beside_another_that_was_or_is() {
        let [who, other] = [1, 2].map(Owner::for_test);
        let crowd = Crowd::default();
        crowd.remember(who, Duration::from_mins(1));
        assert!(!crowd.is_late(Some(who)), "one is no crowd");
        let computes = Place::among(&crowd.behind);
        assert_eq!([who, other].map(|owner| crowd.is_late(Some(owner))), [true, false]);
        drop(computes);
        assert!(!crowd.is_late(Some(who)));
        crowd.remember(other, Duration::from_mins(1));
        assert_eq!([who, other].map(|owner| crowd.is_late(Some(owner))), [true, true]);
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
