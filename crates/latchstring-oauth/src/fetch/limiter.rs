//! How often we fetch: enough for people who connect apps, too little to be anybody's hammer.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use super::FetchError;

const WINDOW: TimeDelta = TimeDelta::minutes(1);
const PER_HOST: u32 = 30;
const IN_ALL: u32 = 100;

/// Counts the fetches of this process by the minute. Around the turn of a minute twice as many can come together.
///
/// It remembers the hosts of one minute, which are never more than the fetches permitted in it.
#[derive(Debug, Default)]
pub(super) struct Limiter(Mutex<Option<Window>>);

#[derive(Debug)]
struct Window {
    began: DateTime<Utc>,
    total: u32,
    hosts: HashMap<String, u32>,
}

impl Limiter {
    /// Counts one more fetch from `host`.
    ///
    /// # Errors
    /// [`FetchError::TooMany`] when there were enough in this minute.
    pub(super) fn admit(&self, host: &str, now: DateTime<Utc>) -> Result<(), FetchError> {
        let mut slot = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back begins a new minute, or the old one would last until it has caught up.
        let current = slot
            .take()
            .filter(|window| now >= window.began && now - window.began < WINDOW);
        let window = slot.insert(current.unwrap_or_else(|| Window {
            began: now,
            total: 0,
            hosts: HashMap::new(),
        }));
        let from_host = window.hosts.get(host).copied().unwrap_or_default();
        if window.total >= IN_ALL || from_host >= PER_HOST {
            return Err(FetchError::TooMany);
        }
        window.total += 1;
        window.hosts.insert(host.to_owned(), from_host + 1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r08_a_host_is_asked_thirty_times_a_minute_and_all_together_a_hundred_times() {
        let limiter = Limiter::default();
        let now = DateTime::UNIX_EPOCH;
        let admitted =
            |host: &dyn Fn(u32) -> String, now| (0..1_000).filter(|i| limiter.admit(&host(*i), now).is_ok()).count();
        assert_eq!(admitted(&|_| "victim.example.com".to_owned(), now), 30);
        assert_eq!(admitted(&|i| format!("{i}.example.com"), now), 70);
        assert_eq!(
            limiter.admit("other.example.com", now + TimeDelta::seconds(59)),
            Err(FetchError::TooMany)
        );
        assert_eq!(admitted(&|_| "victim.example.com".to_owned(), now + WINDOW), 30);
        assert_eq!(admitted(&|i| format!("{i}.example.com"), now + WINDOW), 70);
        assert_eq!(
            admitted(&|i| format!("{i}.example.com"), now),
            100,
            "the clock was set back"
        );
    }

    #[test]
    fn r08_what_is_remembered_does_not_grow() {
        let limiter = Limiter::default();
        for i in 0..10_000 {
            let _ = limiter.admit(
                &format!("{i}.example.com"),
                DateTime::UNIX_EPOCH + TimeDelta::seconds(i / 200),
            );
        }
        assert_eq!(limiter.0.lock().unwrap().as_ref().unwrap().hosts.len(), 100);
    }
}
