//! Tells open streams when their grant ends.
//!
//! A stream outlives the look-up at its beginning. One worker asks the store about all grants that have streams on this
//! server, twice a second, and at once after a revocation on this server. A grant that is gone, or that cannot be asked
//! about, ends its streams: a client opens them again, and is told what is the matter.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use latchstring_core::GrantId;
use tokio::{
    sync::{Notify, watch},
    time::timeout,
};

use crate::{AccessStore, PlanRule, StoreError};

/// How often the store is asked. A stream must end within a second.
const INTERVAL: Duration = Duration::from_millis(500);
/// Grants asked about in one question.
const CHUNK: usize = 500;

pub(crate) struct Watchers(Arc<Shared>);

struct Shared {
    watched: Mutex<HashMap<GrantId, Watched>>,
    look: Notify,
}

struct Watched {
    streams: usize,
    ended: watch::Sender<bool>,
}

/// Tells when one grant ends.
pub struct Watch {
    grant: GrantId,
    ended: watch::Receiver<bool>,
    shared: Arc<Shared>,
}

impl Watchers {
    pub(crate) fn start(store: Arc<dyn AccessStore>, plan: PlanRule) -> Self {
        let shared = Arc::new(Shared {
            watched: Mutex::default(),
            look: Notify::new(),
        });
        tokio::spawn(run(Arc::downgrade(&shared), store, plan));
        Self(shared)
    }

    pub(crate) fn watch(&self, grant: GrantId) -> Watch {
        let mut watched = self.0.lock();
        if watched.is_empty() {
            self.look_now();
        }
        let entry = watched.entry(grant).or_insert_with(|| Watched {
            streams: 0,
            ended: watch::Sender::new(false),
        });
        entry.streams += 1;
        let ended = entry.ended.subscribe();
        drop(watched);
        Watch {
            grant,
            ended,
            shared: Arc::clone(&self.0),
        }
    }

    /// How many grants are watched.
    #[cfg(test)]
    pub(crate) fn grants(&self) -> usize {
        self.0.lock().len()
    }

    /// Asks the store without waiting for the next turn.
    pub(crate) fn look_now(&self) {
        self.0.look.notify_one();
    }
}

impl Drop for Watchers {
    fn drop(&mut self) {
        // Lets the worker see that nobody is left.
        self.0.look.notify_one();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, HashMap<GrantId, Watched>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits until the grant ends.
    pub async fn ended(&mut self) {
        // An error would mean that the sender is gone, which lives as long as this.
        let _ = self.ended.wait_for(|ended| *ended).await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watched = self.shared.lock();
        // A grant that ended and was watched again has another entry.
        let is_ours = |entry: &&mut Watched| entry.ended.subscribe().same_channel(&self.ended);
        if let Some(entry) = watched.get_mut(&self.grant).filter(is_ours) {
            entry.streams -= 1;
            if entry.streams == 0 {
                watched.remove(&self.grant);
            }
            if watched.is_empty() {
                // Lets the worker rest, or see that nobody is left.
                self.shared.look.notify_one();
            }
        }
    }
}

async fn run(shared: Weak<Shared>, store: Arc<dyn AccessStore>, plan: PlanRule) {
    loop {
        let Some(strong) = shared.upgrade() else { return };
        let grants: Vec<GrantId> = strong.lock().keys().copied().collect();
        for chunk in grants.chunks(CHUNK) {
            let answer = timeout(2 * INTERVAL, store.standing_among(chunk)).await;
            let answer = answer.unwrap_or_else(|slow| Err(StoreError::unavailable(slow)));
            let standing = answer.unwrap_or_else(|error| {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "streams end, for their grants cannot be checked"
                );
                Vec::new()
            });
            let served: HashSet<GrantId> = standing
                .into_iter()
                .filter(|(_, standing)| standing.served(plan).is_ok())
                .map(|(grant, _)| grant)
                .collect();
            let mut watched = strong.lock();
            let over = chunk.iter().filter(|grant| !served.contains(grant));
            // Removed, so that who watches the grant once it is served again begins anew.
            for entry in over.filter_map(|grant| watched.remove(grant)) {
                entry.ended.send_replace(true);
            }
        }
        if grants.is_empty() {
            strong.look.notified().await;
        } else {
            let _ = timeout(INTERVAL, strong.look.notified()).await;
        }
    }
}
