//! What strangers can bring about as often as they like is told to the log once a minute: it must not fill the log, nor
//! bury there what an operator has to see. How often it was not told is told the next time.

use std::{
    collections::HashMap,
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

use crate::Clock;

const BETWEEN: TimeDelta = TimeDelta::minutes(1);

/// Tells the log of each thing at most once a minute. There must not be endlessly many things: what strangers choose is
/// not part of one.
pub struct OnceAMinute {
    clock: Arc<dyn Clock>,
    told: Mutex<HashMap<String, Told>>,
}

/// As what a request was refused. An answer carries it among its extensions, so that it can be counted; it says nothing
/// that the answer does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedAs(pub &'static str);

struct Told {
    at: DateTime<Utc>,
    untold_since: u64,
}

impl OnceAMinute {
    /// Has told nothing yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            told: Mutex::default(),
        }
    }

    /// Warns that `what` happened, unless that was told less than a minute ago.
    pub fn warn(&self, what: &'static str, cause: &dyn Display) {
        if let Some(untold) = self.untold(what) {
            tracing::warn!(%cause, untold, "{what}");
        }
    }

    /// Tells that a request was refused at this door, unless that was told less than a minute ago.
    pub fn refused(&self, door: &str, class: &'static str) {
        if let Some(untold) = self.untold(&format!("{door} {class}")) {
            tracing::info!(door, class, untold, "a request was refused");
        }
    }

    /// If it is to be told now, how often it was not told before.
    fn untold(&self, what: &str) -> Option<u64> {
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
        all.insert(what.to_owned(), told);
        Some(untold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ManualClock;

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
