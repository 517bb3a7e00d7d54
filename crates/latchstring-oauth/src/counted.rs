//! So many a minute for each key, in memory, by
//! [GCRA](https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm).
//!
//! What is remembered of a key is one moment: until when it has used up what it may do. So one that was counted can be given
//! back, by setting that moment back.

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
    Quota, RateLimiter,
    clock::Clock as _,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{
        StateStore,
        keyed::{HashMapStateStore, ShrinkableKeyedStateStore},
    },
};
use latchstring_core::Clock;

/// How many are admitted at once whatever the rate is: what a client sends when it opens, and again.
const AT_ONCE: u32 = 10;

/// How many keys are remembered. Those that are as good as new are forgotten first.
pub(crate) const REMEMBERED: usize = 100_000;
/// How often it is looked through for them at most; it takes a millisecond or so.
const BETWEEN_SWEEPS: Duration = Duration::from_secs(1);

/// So many a minute for each key.
pub(crate) struct Counted<K: Hash + Eq + Clone> {
    quota: Quota,
    a_minute: NonZeroU32,
    moments: Moments<K>,
    limiter: RateLimiter<K, Moments<K>, Elapsed, NoOpMiddleware<Nanos>>,
    swept: AtomicU64,
}

impl<K: Hash + Eq + Clone> Counted<K> {
    /// `at_once` are admitted after a pause, or a few if that is less.
    pub(crate) fn new(a_minute: NonZeroU32, at_once: u32, time: Elapsed) -> Self {
        let at_once = NonZeroU32::new(at_once.max(AT_ONCE)).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_minute(a_minute).allow_burst(at_once);
        let moments = Moments(Arc::default());
        Self {
            quota,
            a_minute,
            limiter: RateLimiter::new(quota, Moments(Arc::clone(&moments.0)), time),
            moments,
            swept: AtomicU64::new(0),
        }
    }

    /// How many there may be in the long run.
    pub(crate) fn a_minute(&self) -> NonZeroU32 {
        self.a_minute
    }

    /// How many there may be after a pause.
    pub(crate) fn at_once(&self) -> NonZeroU32 {
        self.quota.burst_size()
    }

    /// One more; or else how long until there may be one.
    pub(crate) fn count(&self, key: &K) -> Result<(), Duration> {
        self.limiter
            .check_key(key)
            .map_err(|refused| refused.wait_time_from(self.limiter.clock().now()))
    }

    /// One less than were counted.
    pub(crate) fn give_back(&self, key: &K) {
        let one = Nanos::from(self.quota.replenish_interval());
        // A key that was forgotten meanwhile has nothing to get back.
        let _ = self.moments.measure_and_replace(key, |until| {
            let until = until.ok_or(())?;
            Ok::<_, ()>(((), until.saturating_sub(one)))
        });
    }

    /// Whether another key can be remembered, once those that are as good as new are forgotten.
    pub(crate) fn has_room(&self) -> bool {
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

    #[cfg(test)]
    pub(crate) fn remembered(&self) -> usize {
        self.limiter.len()
    }
}

/// What is remembered of each key. The limiter shows nobody its own, so it has one that is shared.
struct Moments<K>(Arc<HashMapStateStore<K>>);

impl<K: Hash + Eq + Clone> StateStore for Moments<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        self.0.measure_and_replace(key, measure)
    }
}

impl<K: Hash + Eq + Clone> ShrinkableKeyedStateStore<K> for Moments<K> {
    fn retain_recent(&self, drop_below: Nanos) {
        self.0.retain_recent(drop_below);
    }

    fn len(&self) -> usize {
        ShrinkableKeyedStateStore::len(&*self.0)
    }

    fn is_empty(&self) -> bool {
        ShrinkableKeyedStateStore::is_empty(&*self.0)
    }
}

/// The time that has passed, as `governor` counts it. It never runs backwards: if the clock is set back by an hour, nobody
/// waits for an hour.
#[derive(Clone)]
pub(crate) struct Elapsed(Arc<Mutex<Passed>>);

struct Passed {
    clock: Arc<dyn Clock>,
    last: DateTime<Utc>,
    nanos: u64,
}

impl Elapsed {
    pub(crate) fn since_now(clock: Arc<dyn Clock>) -> Self {
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
