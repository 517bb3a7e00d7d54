//! Documents that were fetched and found good, kept while they are fresh.
//!
//! Good documents and failures are kept apart: a failure is remembered for moments, never as a document, and however
//! many there are, they push out no document. Each address is fetched by one caller at a time; the others wait, and
//! find what the first one brought.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::Clock;
use url::Url;

use super::{Allowance, Documents, FetchError};
use crate::net::Net;

/// The most documents, and the most failures, that are remembered.
const CAPACITY: usize = 1_000;

/// For how long a document that is no longer fresh stands in while its server cannot be reached.
const WHILE_OUT_OF_REACH: TimeDelta = TimeDelta::hours(1);

/// For how long it stands in while we may not fetch it again, so that its server was not asked. Longer, because else
/// whoever uses up our fetches would cut off every client whose document has aged.
const WHILE_NOT_ASKED: TimeDelta = TimeDelta::hours(24);

/// Documents of one kind.
pub(crate) struct DocumentCache<T> {
    documents: Arc<dyn Documents>,
    clock: Arc<dyn Clock>,
    allowance: Arc<Allowance>,
    keeping: Keeping<T>,
    state: Mutex<State<T>>,
}

/// How documents of one kind are read and kept.
pub(crate) struct Keeping<T> {
    /// The document at that address, from its bytes, or what is wrong with it.
    pub(crate) read: fn(&Url, &[u8]) -> Result<T, String>,
    /// The most bytes it may have.
    pub(crate) limit: usize,
    /// For how long a failure is remembered.
    pub(crate) failed_for: TimeDelta,
}

/// Why there is no document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DocumentError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Invalid(String),
    /// The network that asks has made us fetch enough for now. How long it has to wait.
    #[error("too many documents were fetched for your network in the last minute; try again in a minute")]
    Allowance(Duration),
}

impl DocumentError {
    /// As [`FetchError::is_temporary`].
    pub(crate) fn is_temporary(&self) -> bool {
        match self {
            Self::Fetch(error) => error.is_temporary(),
            Self::Allowance(_) => true,
            Self::Invalid(_) => false,
        }
    }

    /// For how long a document that is no longer fresh stands in when this is why there is no newer one.
    fn stands_in_for(&self) -> TimeDelta {
        match self {
            Self::Fetch(FetchError::TooMany) | Self::Allowance(_) => WHILE_NOT_ASKED,
            error if error.is_temporary() => WHILE_OUT_OF_REACH,
            // What its server has taken back does not stand in for anything.
            Self::Fetch(_) | Self::Invalid(_) => TimeDelta::zero(),
        }
    }
}

struct State<T> {
    good: HashMap<Url, Good<T>>,
    failed: HashMap<Url, Failed>,
    /// Held by whoever fetches an address, and waited for by those who want the same.
    under_way: HashMap<Url, Arc<tokio::sync::Mutex<()>>>,
    /// Counts up with every use.
    uses: u64,
}

struct Good<T> {
    document: Arc<T>,
    fetched_at: DateTime<Utc>,
    fresh_until: DateTime<Utc>,
    last_use: u64,
}

struct Failed {
    error: DocumentError,
    until: DateTime<Utc>,
}

impl<T> DocumentCache<T> {
    /// An empty one. What it fetches is counted in `allowance`.
    pub(crate) fn new(
        documents: Arc<dyn Documents>,
        clock: Arc<dyn Clock>,
        allowance: Arc<Allowance>,
        keeping: Keeping<T>,
    ) -> Self {
        let state = State {
            good: HashMap::new(),
            failed: HashMap::new(),
            under_way: HashMap::new(),
            uses: 0,
        };
        Self {
            documents,
            clock,
            allowance,
            keeping,
            state: Mutex::new(state),
        }
    }

    /// The document at `url`, which `net` asks for.
    ///
    /// # Errors
    /// When it cannot be fetched, may not be fetched for that network, or is not what it should be.
    pub(crate) async fn get(&self, url: &Url, net: &Net) -> Result<Arc<T>, DocumentError> {
        let found = self.newer_than(url, TimeDelta::MAX, net).await;
        found.or_else(|error| self.stand_in(url, &error).ok_or(error))
    }

    /// The document at `url`, fetched less than `age` ago even if it would be fresh for longer.
    ///
    /// # Errors
    /// As [`DocumentCache::get`].
    pub(crate) async fn newer_than(&self, url: &Url, age: TimeDelta, net: &Net) -> Result<Arc<T>, DocumentError> {
        if let Some(found) = self.remembered(url, age) {
            return found;
        }
        let flight = self.flight(url);
        let _turn = flight.gate.lock().await;
        // Somebody may have brought it while we waited.
        if let Some(found) = self.remembered(url, age) {
            return found;
        }
        self.allowance
            .take(net, url.host_str().unwrap_or_default(), self.clock.now())
            .map_err(DocumentError::Allowance)?;
        let fetched = match self.documents.fetch(url, self.keeping.limit).await {
            Ok(document) => (self.keeping.read)(url, &document.body)
                .map(|read| (Arc::new(read), document.fresh_for))
                .map_err(DocumentError::Invalid),
            Err(error) => Err(error.into()),
        };
        let now = self.clock.now();
        match fetched {
            Ok((document, fresh_for)) => {
                let fresh_for = TimeDelta::from_std(fresh_for).unwrap_or(TimeDelta::zero());
                self.lock().keep(url, Arc::clone(&document), now, now + fresh_for);
                Ok(document)
            }
            Err(error) => {
                // Nobody was asked, so there is nothing to remember.
                if error != DocumentError::Fetch(FetchError::TooMany) {
                    self.lock()
                        .remember(url, error.clone(), now, now + self.keeping.failed_for);
                }
                Err(error)
            }
        }
    }

    fn remembered(&self, url: &Url, age: TimeDelta) -> Option<Result<Arc<T>, DocumentError>> {
        let now = self.clock.now();
        let mut state = self.lock();
        let is_good = |good: &Good<T>| now < good.fresh_until && now - good.fetched_at < age;
        if let Some(document) = state.used(url, is_good) {
            return Some(Ok(document));
        }
        let failed = state.failed.get(url).filter(|failed| now < failed.until)?;
        Some(Err(failed.error.clone()))
    }

    fn stand_in(&self, url: &Url, error: &DocumentError) -> Option<Arc<T>> {
        let (now, longest) = (self.clock.now(), error.stands_in_for());
        self.lock().used(url, |good| now < good.fresh_until + longest)
    }

    fn flight(&self, url: &Url) -> Flight<'_, T> {
        let gate = Arc::clone(self.lock().under_way.entry(url.clone()).or_default());
        Flight {
            cache: self,
            url: url.clone(),
            gate,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn used(&mut self, url: &Url, is_good: impl Fn(&Good<T>) -> bool) -> Option<Arc<T>> {
        let good = self.good.get_mut(url).filter(|good| is_good(good))?;
        self.uses += 1;
        good.last_use = self.uses;
        Some(Arc::clone(&good.document))
    }

    /// Keeps a document. If there are too many, the one that was not used for longest goes.
    fn keep(&mut self, url: &Url, document: Arc<T>, fetched_at: DateTime<Utc>, fresh_until: DateTime<Utc>) {
        self.failed.remove(url);
        make_room(&mut self.good, url, |good| good.last_use);
        self.uses += 1;
        let good = Good {
            document,
            fetched_at,
            fresh_until,
            last_use: self.uses,
        };
        self.good.insert(url.clone(), good);
    }

    /// Remembers a failure. If there are too many, those that are over go, or else the one that is over next.
    fn remember(&mut self, url: &Url, error: DocumentError, now: DateTime<Utc>, until: DateTime<Utc>) {
        // A document that this was too much for does not stand in later, for a lesser reason.
        let longest = error.stands_in_for();
        if self.good.get(url).is_some_and(|good| now >= good.fresh_until + longest) {
            self.good.remove(url);
        }
        if self.failed.len() >= CAPACITY {
            self.failed.retain(|_, failed| now < failed.until);
        }
        make_room(&mut self.failed, url, |failed| failed.until);
        self.failed.insert(url.clone(), Failed { error, until });
    }
}

/// Takes out the entry with the lowest rank if there is no place for `url`.
fn make_room<V, R: Ord>(entries: &mut HashMap<Url, V>, url: &Url, rank: impl Fn(&V) -> R) {
    if entries.len() < CAPACITY || entries.contains_key(url) {
        return;
    }
    if let Some(lowest) = entries
        .iter()
        .min_by_key(|(_, value)| rank(value))
        .map(|(url, _)| url.clone())
    {
        entries.remove(&lowest);
    }
}

/// One caller's wish for an address. When the last one is over, or given up, nothing of it remains.
struct Flight<'a, T> {
    cache: &'a DocumentCache<T>,
    url: Url,
    gate: Arc<tokio::sync::Mutex<()>>,
}

impl<T> Drop for Flight<'_, T> {
    fn drop(&mut self) {
        let mut state = self.cache.lock();
        // The map's and ours: nobody else waits. Counted under the lock that whoever joins has to take.
        if Arc::strong_count(&self.gate) == 2 {
            state.under_way.remove(&self.url);
        }
    }
}

#[cfg(test)]
mod tests;
