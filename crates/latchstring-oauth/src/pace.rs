//! How fast a grant may call, and how fast a network may present what opens nothing.
//!
//! Counted in memory, by [GCRA](https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm): each server counts for itself,
//! and a flood makes nobody write. Three counts:
//!
//! - **Calls of a grant**, once it is known whose they are.
//! - **Requests of a network with nothing that could be a credential**: none, not of the form, of another door's form. They
//!   never cost a look-up, so they never keep a credential from its own.
//! - **Credentials of a network that have the form, and did not work here lately.** Anybody can make one with the right
//!   checksum, and each costs a look-up. One that did work lately is looked up whatever its network does, so whoever is
//!   behind the same address as a flood goes on working. It is no more than leave to ask the store, which decides.

use std::{
    hash::Hash,
    num::NonZeroU32,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use governor::{
    Quota, RateLimiter, clock::Clock as _, middleware::NoOpMiddleware, nanos::Nanos, state::keyed::HashMapStateStore,
};
use latchstring_core::{Clock, GrantId};

use crate::{known::Known, net::Net};

/// How many calls a minute a grant may make unless told otherwise: ten a second.
pub const CALLS_PER_MINUTE: u32 = 600;
/// How many calls are admitted at once whatever the rate is: what a client sends when it opens, and again.
const AT_ONCE: u32 = 10;

/// How often a network may fail in a minute, each way. Hosted chats send thousands of people's requests from one network:
/// each begins without a token, and comes once with one that has just expired.
const FAILURES_PER_MINUTE: u32 = 600;

/// How many keys each count remembers. Those that are as good as new are forgotten first.
const REMEMBERED: usize = 100_000;
/// How often it is looked through for them at most; it takes a millisecond or so.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);

/// The counts of one server.
pub(crate) struct Pace {
    grants: Option<Counted<GrantId>>,
    junk: CountedNets,
    strange: CountedNets,
    known: Known,
}

/// One too many.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooMany {
    /// Of what, as somebody who calls is told.
    pub(crate) of: Of,
    /// How long until there may be another one.
    pub(crate) wait: Duration,
}

/// What there was too much of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// Calls with one credential.
    Calls {
        /// This many are let through in the long run.
        a_minute: u32,
        /// This many after a pause.
        at_once: u32,
    },
    /// Requests from one network without a credential that works.
    Failures,
}

impl Pace {
    /// `calls_per_minute` is each grant's; 0 for as many as it likes.
    pub(crate) fn new(calls_per_minute: u32, clock: Arc<dyn Clock>) -> Self {
        let time = Elapsed::since_now(clock);
        let a_minute = NonZeroU32::new(calls_per_minute);
        Self {
            grants: a_minute.map(|a_minute| Counted::new(a_minute, a_minute.get() / 10, time.clone())),
            junk: CountedNets::new(time.clone()),
            strange: CountedNets::new(time),
            known: Known::default(),
        }
    }

    /// Counts a call of this grant.
    pub(crate) fn call(&self, grant: GrantId) -> Result<(), TooMany> {
        let Some(grants) = &self.grants else { return Ok(()) };
        // Should ever more grants be busy than are remembered, nobody is turned away for it.
        if !grants.has_room() {
            return Ok(());
        }
        let of = Of::Calls {
            a_minute: grants.a_minute.get(),
            at_once: grants.at_once.get(),
        };
        grants.count(&grant).map_err(|wait| TooMany { of, wait })
    }

    /// Counts a request that is refused without a look-up.
    pub(crate) fn junk(&self, net: &Net) -> Result<(), TooMany> {
        self.junk.count(net)
    }

    /// Counts a credential that is to be looked up, unless it worked lately.
    pub(crate) fn look_up(&self, credential: &str, net: &Net) -> Result<(), TooMany> {
        if self.known.has(credential) {
            return Ok(());
        }
        self.strange.count(net)
    }

    /// The credential worked.
    pub(crate) fn worked(&self, credential: &str) {
        self.known.keep(credential);
    }

    /// The credential does not work, or not any more.
    pub(crate) fn failed(&self, credential: &str) {
        self.known.forget(credential);
    }
}

/// What networks did. Those from which many unrelated people may come have an allowance of their own.
struct CountedNets {
    own: Counted<Net>,
    shared: Counted<Net>,
}

impl CountedNets {
    fn new(time: Elapsed) -> Self {
        let counted = |net: &Net, time| {
            let a_minute = net.share_of(FAILURES_PER_MINUTE);
            let a_minute = NonZeroU32::new(a_minute).unwrap_or(NonZeroU32::MIN);
            Counted::new(a_minute, a_minute.get(), time)
        };
        Self {
            own: counted(&Net::around([192, 0, 2, 0].into()), time.clone()),
            shared: counted(&Net::default(), time),
        }
    }

    fn count(&self, net: &Net) -> Result<(), TooMany> {
        let counted = if net.is_shared() { &self.shared } else { &self.own };
        // While there is no room for another network, all have one allowance together.
        let counted = if counted.has_room() {
            counted.count(net)
        } else {
            self.shared.count(&Net::default())
        };
        counted.map_err(|wait| TooMany { of: Of::Failures, wait })
    }
}

/// So many a minute for each key.
struct Counted<K: Hash + Eq + Clone> {
    a_minute: NonZeroU32,
    at_once: NonZeroU32,
    limiter: RateLimiter<K, HashMapStateStore<K>, Elapsed, NoOpMiddleware<Nanos>>,
    swept: AtomicU64,
}

impl<K: Hash + Eq + Clone> Counted<K> {
    fn new(a_minute: NonZeroU32, at_once: u32, time: Elapsed) -> Self {
        let at_once = NonZeroU32::new(at_once.max(AT_ONCE)).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(a_minute).allow_burst(at_once);
        Self {
            a_minute,
            at_once,
            limiter: RateLimiter::hashmap_with_clock(quota, time),
            swept: AtomicU64::new(0),
        }
    }

    /// One more; or else how long until there may be one.
    fn count(&self, key: &K) -> Result<(), Duration> {
        self.limiter
            .check_key(key)
            .map_err(|refused| refused.wait_time_from(self.limiter.clock().now()))
    }

    /// Whether another key can be remembered, once those that are as good as new are forgotten.
    fn has_room(&self) -> bool {
        if self.limiter.len() < REMEMBERED {
            return true;
        }
        let (now, swept) = (self.limiter.clock().now().as_u64(), self.swept.load(Ordering::Relaxed));
        let is_due = u128::from(now.saturating_sub(swept)) >= BETWEEN_SWEEPS.as_nanos();
        let is_mine = || {
            self.swept
                .compare_exchange(swept, now, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
        };
        if is_due && is_mine() {
            self.limiter.retain_recent();
        }
        self.limiter.len() < REMEMBERED
    }
}

/// The time that has passed, as `governor` counts it. It never runs backwards: if the clock is set back by an hour, nobody
/// waits for an hour.
#[derive(Clone)]
struct Elapsed(Arc<Mutex<Passed>>);

struct Passed {
    clock: Arc<dyn Clock>,
    last: DateTime<Utc>,
    nanos: u64,
}

impl Elapsed {
    fn since_now(clock: Arc<dyn Clock>) -> Self {
        let last = clock.now();
        Self(Arc::new(Mutex::new(Passed { clock, last, nanos: 0 })))
    }
}

impl governor::clock::Clock for Elapsed {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let mut passed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = passed.clock.now();
        let step = (now - passed.last).num_nanoseconds().unwrap_or_default();
        passed.nanos += u64::try_from(step).unwrap_or_default();
        passed.last = now;
        Nanos::from(passed.nanos)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use latchstring_core::ManualClock;

    use super::*;

    fn pace(calls_per_minute: u32) -> (Pace, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        (Pace::new(calls_per_minute, Arc::<ManualClock>::clone(&clock)), clock)
    }

    fn grant() -> GrantId {
        GrantId::new(DateTime::UNIX_EPOCH)
    }

    fn net(address: [u8; 4]) -> Net {
        Net::around(address.into())
    }

    /// How many go through at once, of more than there may be.
    fn admitted(mut one: impl FnMut() -> Result<(), TooMany>) -> usize {
        (0..50_000).take_while(|_| one().is_ok()).count()
    }

    #[test]
    fn a_grant_that_calls_ten_times_a_second_is_never_stopped() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let busy = grant();
        for call in 0..10_000 {
            assert_eq!(pace.call(busy), Ok(()), "{call}");
            clock.advance(TimeDelta::milliseconds(100));
        }
    }

    #[test]
    fn a_grant_may_call_so_often_at_once_and_then_at_its_rate_and_others_do_not_notice() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let (busy, other) = (grant(), grant());
        assert_eq!(admitted(|| pace.call(busy)), 60);
        let of = Of::Calls {
            a_minute: 600,
            at_once: 60,
        };
        let wait = Duration::from_millis(100);
        assert_eq!(pace.call(busy), Err(TooMany { of, wait }));
        assert_eq!(pace.call(other), Ok(()));
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(admitted(|| pace.call(busy)), 10);
        clock.advance(TimeDelta::minutes(1));
        assert_eq!(admitted(|| pace.call(busy)), 60, "a pause saves up no more than that");
    }

    #[test]
    fn a_low_rate_still_lets_a_client_open_and_zero_is_no_limit() {
        assert_eq!(admitted(|| pace(1).0.call(grant())), 50_000, "each has its own");
        let (slow, none) = (pace(1).0, pace(0).0);
        let one = grant();
        assert_eq!(admitted(|| slow.call(one)), 10);
        assert_eq!(admitted(|| none.call(one)), 50_000);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nobody_wait() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let busy = grant();
        assert_eq!(admitted(|| pace.call(busy)), 60);
        clock.advance(TimeDelta::hours(-1));
        assert!(pace.call(busy).is_err());
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(admitted(|| pace.call(busy)), 10);
    }

    #[test]
    fn h09_a_network_may_fail_so_often_and_others_do_not_notice() {
        let (pace, clock) = pace(0);
        let noisy = net([8, 8, 4, 4]);
        assert_eq!(admitted(|| pace.junk(&noisy)), 600);
        assert_eq!(pace.junk(&net([8, 8, 5, 4])), Ok(()));
        assert_eq!(
            admitted(|| pace.junk(&net([10, 0, 0, 1]))),
            30_000,
            "a proxy of ours, maybe"
        );
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(admitted(|| pace.junk(&noisy)), 10);
    }

    #[test]
    fn h09_noise_keeps_no_credential_that_works_from_its_look_up() {
        let (pace, _) = pace(0);
        let noisy = net([8, 8, 4, 4]);
        pace.worked("good");
        admitted(|| pace.junk(&noisy));
        assert_eq!(pace.look_up("new", &noisy), Ok(()), "junk costs no look-up");
        assert_eq!(admitted(|| pace.look_up("forged", &noisy)), 599);
        assert!(pace.look_up("new", &noisy).is_err());
        assert_eq!(pace.look_up("good", &noisy), Ok(()));
        pace.failed("good");
        assert!(pace.look_up("good", &noisy).is_err());
    }

    #[test]
    fn h09_what_is_remembered_is_bounded_and_forgotten() {
        let (pace, clock) = pace(CALLS_PER_MINUTE);
        let network = |number: usize| {
            let [_, a, b, c] = u32::try_from(number).expect("a small number").to_be_bytes();
            net([100 + a, b, c, 0])
        };
        for number in 0..2 * REMEMBERED {
            let _ = pace.junk(&network(number));
            let _ = pace.call(grant());
        }
        let remembered = |pace: &Pace| {
            let grants = pace.grants.as_ref().expect("counted");
            (pace.junk.own.limiter.len(), grants.limiter.len())
        };
        assert_eq!(remembered(&pace), (REMEMBERED, REMEMBERED));
        assert!(pace.junk(&network(0)).is_err(), "all of the rest had one allowance");
        assert_eq!(pace.call(grant()), Ok(()), "and no grant is turned away for it");
        clock.advance(TimeDelta::minutes(2));
        let _ = pace.junk(&network(0));
        let _ = pace.call(grant());
        assert_eq!(remembered(&pace), (1, 1));
    }
}
