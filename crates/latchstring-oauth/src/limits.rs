//! How often one network may try. The secrets cannot be guessed; these limits keep noise from the logs and the tables.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use latchstring_core::{Clock, OnceAMinute};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{error::OAuthError, net::Net, state::AuthorizationServer};

/// A thing that may be tried only so often.
pub(crate) struct Limit {
    name: &'static str,
    per_net: u32,
    window: Duration,
}

/// Connection codes that are typed.
pub(crate) const CODES: Limit = Limit {
    name: "code",
    per_net: 10,
    window: Duration::from_mins(1),
};

/// Clients that register.
pub(crate) const REGISTRATIONS: Limit = Limit {
    name: "register",
    per_net: 30,
    window: Duration::from_hours(1),
};

/// Clients that register from all networks of one site ([`Net::site`]).
pub(crate) const REGISTRATIONS_OF_SITE: Limit = Limit {
    name: "register-site",
    per_net: 4 * REGISTRATIONS.per_net,
    window: REGISTRATIONS.window,
};

impl AuthorizationServer {
    /// Counts one more try.
    ///
    /// # Errors
    /// [`OAuthError::TooMany`] when it was one too many, or the store cannot be asked.
    pub(crate) async fn count(&self, limit: &Limit, net: &Net) -> Result<(), OAuthError> {
        let bucket = format!("{}:{net}", limit.name);
        if let Some(wait) = self.noise().over_for(&bucket) {
            return Err(OAuthError::TooMany(wait));
        }
        let _place = self.noise().place()?;
        let count = self.access().count(&bucket, limit.window).await?;
        if count.so_far > u64::from(net.share_of(limit.per_net)) {
            self.noise().is_over(bucket, count.ends_in);
            return Err(OAuthError::TooMany(count.ends_in));
        }
        Ok(())
    }
}

/// Keeps strangers away from the store's writer, of which revocations and commits need their turn, and from the log.
pub(crate) struct Noise {
    clock: Arc<dyn Clock>,
    /// Until when a bucket is over its limit. Who is in it is not counted any more.
    over: Mutex<HashMap<String, DateTime<Utc>>>,
    places: Semaphore,
    log: OnceAMinute,
}

/// How much that strangers ask for may wait for the writer at once.
const PLACES: usize = 16;
/// How many buckets are remembered to be over. Beyond it the store remembers alone.
const REMEMBERED: usize = 10_000;

impl Noise {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            log: OnceAMinute::new(Arc::clone(&clock)),
            clock,
            over: Mutex::default(),
            places: Semaphore::new(PLACES),
        }
    }

    /// Room to write for a stranger, or else no wait: whoever waited would stand before a revocation.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, OAuthError> {
        self.places.try_acquire().map_err(|error| {
            self.log.warn("too many strangers write at once", &error);
            OAuthError::NotNow
        })
    }

    /// Where what strangers bring about is logged.
    pub(crate) fn log(&self) -> &OnceAMinute {
        &self.log
    }

    fn over_for(&self, bucket: &str) -> Option<Duration> {
        let now = self.clock.now();
        let over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        over.get(bucket)
            .and_then(|until| (*until - now).to_std().ok())
            .filter(|wait| !wait.is_zero())
    }

    fn is_over(&self, bucket: String, ends_in: Duration) {
        let now = self.clock.now();
        let mut over = self.over.lock().unwrap_or_else(PoisonError::into_inner);
        if over.len() >= REMEMBERED {
            over.retain(|_, until| *until > now);
        }
        if over.len() < REMEMBERED {
            over.insert(bucket, now + ends_in);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use latchstring_core::ManualClock;

    use super::*;

    #[test]
    fn r08_strangers_that_come_in_a_crowd_are_told_to_come_later_which_is_no_failure_of_ours() {
        let noise = Noise::new(Arc::new(ManualClock::at(DateTime::UNIX_EPOCH)));
        let places: Vec<_> = (0..PLACES).map(|_| noise.place().expect("room")).collect();
        assert!(matches!(noise.place(), Err(OAuthError::NotNow)));
        drop(places);
        assert!(noise.place().is_ok());
    }

    #[test]
    fn r08_who_is_over_the_limit_is_known_until_the_window_ends() {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        let noise = Noise::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let minute = Duration::from_mins(1);
        noise.is_over("one".to_owned(), minute);
        assert_eq!((noise.over_for("one"), noise.over_for("two")), (Some(minute), None));
        clock.advance(TimeDelta::seconds(59));
        assert_eq!(noise.over_for("one"), Some(Duration::from_secs(1)));
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(noise.over_for("one"), None);
    }

    #[test]
    fn r08_no_more_are_known_than_there_is_room_for() {
        let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
        let noise = Noise::new(Arc::clone(&clock) as Arc<dyn Clock>);
        let minute = Duration::from_mins(1);
        for number in 0..REMEMBERED {
            noise.is_over(format!("{number}"), minute);
        }
        noise.is_over("late".to_owned(), minute);
        assert_eq!((noise.over_for("0"), noise.over_for("late")), (Some(minute), None));
        clock.advance(TimeDelta::minutes(1));
        noise.is_over("late".to_owned(), minute);
        assert_eq!(
            noise.over_for("late"),
            Some(minute),
            "those whose window is over made room"
        );
    }
}
