//! What strangers can bring about as often as they like is told to the log once a minute: it must not fill the log, nor
//! bury there what an operator has to see. How often it was not told is told the next time.

use std::{
    collections::HashMap,
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::Clock;

const BETWEEN: TimeDelta = TimeDelta::minutes(1);

/// Tells the log of each thing at most once a minute.
pub(crate) struct OnceAMinute {
    clock: Arc<dyn Clock>,
    told: Mutex<HashMap<&'static str, Told>>,
}

struct Told {
    at: DateTime<Utc>,
    untold_since: u64,
}

impl OnceAMinute {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            told: Mutex::default(),
        }
    }

    /// Warns that `what` happened, unless that was told less than a minute ago.
    pub(crate) fn warn(&self, what: &'static str, cause: &dyn Display) {
        if let Some(untold) = self.untold(what) {
            tracing::warn!(%cause, untold, "{what}");
        }
    }

    /// If it is to be told now, how often it was not told before.
    fn untold(&self, what: &'static str) -> Option<u64> {
        let now = self.clock.now();
        let mut all = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let untold = match all.get_mut(what) {
            // Not if the clock was set back: it would be silent until it has caught up.
            Some(told) if now >= told.at && now - told.at < BETWEEN => {
                told.untold_since += 1;
                return None;
            }
            Some(told) => told.untold_since,
            None => 0,
        };
        let told = Told {
            at: now,
            untold_since: 0,
        };
        all.insert(what, told);
        Some(untold)
    }
}

#[cfg(test)]
mod tests {
    use latchstring_core::ManualClock;

    use super::*;

    #[test]
    fn each_thing_is_told_once_a_minute_with_how_often_it_was_not() {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        let log = OnceAMinute::new(Arc::<ManualClock>::clone(&clock));
        assert_eq!(log.untold("a"), Some(0));
        assert_eq!(log.untold("b"), Some(0));
        for _ in 0..1_000 {
            assert_eq!(log.untold("a"), None);
        }
        clock.advance(TimeDelta::seconds(59));
        assert_eq!(log.untold("a"), None);
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(log.untold("a"), Some(1_001));
        assert_eq!(log.untold("b"), Some(0));
        clock.advance(TimeDelta::hours(-1));
        assert_eq!(log.untold("a"), Some(0), "the clock was set back");
    }
}
