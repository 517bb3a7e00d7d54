//! How often one network may try. The secrets cannot be guessed; these limits keep noise from the logs and the tables.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use latchstring_core::Clock;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{error::OAuthError, net::Net, state::AuthorizationServer};

/// A thing that may be tried only so often.
pub(crate) struct Limit {
    name: &'static str,
    per_net: u64,
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

/// Client documents that have to be fetched. Without this, one network could use up the fetches of everybody.
pub(crate) const DOCUMENTS: Limit = Limit {
    name: "document",
    per_net: 20,
    window: Duration::from_mins(1),
};

/// Where requests of many people come from one place, they share this many times a network's allowance.
const SHARED: u64 = 50;

impl AuthorizationServer {
    /// Counts one more try.
    ///
    /// # Errors
    /// [`OAuthError::TooMany`] when it was one too many, or the store cannot be asked.
    pub(crate) async fn count(&self, limit: &Limit, net: &Net) -> Result<(), OAuthError> {
        let most = if net.is_shared() {
            limit.per_net * SHARED
        } else {
            limit.per_net
        };
        let bucket = format!("{}:{net}", limit.name);
        if let Some(wait) = self.noise().over_for(&bucket) {
            return Err(OAuthError::TooMany(wait));
        }
        let _place = self.noise().place()?;
        let count = self.access().count(&bucket, limit.window).await?;
        if count.so_far > most {
            self.noise().is_over(bucket, count.ends_in);
            return Err(OAuthError::TooMany(count.ends_in));
        }
        Ok(())
    }
}

/// Keeps strangers away from the store's writer, of which revocations and commits need their turn.
pub(crate) struct Noise {
    clock: Arc<dyn Clock>,
    /// Until when a bucket is over its limit. Who is in it is not counted any more.
    over: Mutex<HashMap<String, DateTime<Utc>>>,
    places: Semaphore,
}

/// How much that strangers ask for may wait for the writer at once.
const PLACES: usize = 16;
/// How many buckets are remembered to be over. Beyond it the store remembers alone.
const REMEMBERED: usize = 10_000;

impl Noise {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            over: Mutex::default(),
            places: Semaphore::new(PLACES),
        }
    }

    /// Room to write for a stranger, or else no wait: whoever waited would stand before a revocation.
    pub(crate) fn place(&self) -> Result<SemaphorePermit<'_>, OAuthError> {
        let full = |_| OAuthError::Unavailable("too many strangers write at once".into());
        self.places.try_acquire().map_err(full)
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
