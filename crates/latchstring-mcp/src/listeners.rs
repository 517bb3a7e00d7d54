//! Open `subscriptions/listen` streams: so many for each grant, so many in all, and an end to them when the server stops.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use latchstring_core::{ErrorCode, GrantId, OperationError};
use tokio_util::sync::CancellationToken;

/// Streams of one grant. Its clients share it: windows, machines.
const PER_GRANT: usize = 8;
/// Streams in all. Each costs a task and a place among the grants that are watched.
const IN_ALL: usize = 4_096;

/// The streams that are open.
#[derive(Default)]
pub(crate) struct Listeners {
    open: Mutex<HashMap<GrantId, usize>>,
    closed: CancellationToken,
}

/// One stream's place, given back when it is dropped.
pub(crate) struct Listener {
    grant: GrantId,
    listeners: Arc<Listeners>,
}

impl Listeners {
    /// A place for one more stream of this grant.
    pub(crate) fn admit(self: &Arc<Self>, grant: GrantId) -> Result<Listener, OperationError> {
        let refuse = |text: String| Err(OperationError::new(ErrorCode::Unavailable, text));
        let mut open = self.lock();
        if open.values().sum::<usize>() >= IN_ALL {
            return refuse(
                "the server has as many open streams as it may; go on without, for nothing is sent on them".to_owned(),
            );
        }
        let mine = open.entry(grant).or_default();
        if *mine >= PER_GRANT {
            return refuse(format!(
                "{PER_GRANT} streams are open with this credential already, the most there may be; close one, or go on \
                 without, for nothing is sent on them"
            ));
        }
        *mine += 1;
        Ok(Listener {
            grant,
            listeners: Arc::clone(self),
        })
    }

    /// Ends all of them, and those to come.
    pub(crate) fn close(&self) {
        self.closed.cancel();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<GrantId, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener {
    /// Waits until the server stops.
    pub(crate) async fn closed(&self) {
        self.listeners.closed.cancelled().await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let mut open = self.listeners.lock();
        if let Some(mine) = open.get_mut(&self.grant) {
            *mine -= 1;
            if *mine == 0 {
                open.remove(&self.grant);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(number: u128) -> GrantId {
        GrantId::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[test]
    fn h04_a_grant_has_its_share_and_gets_it_back() {
        let listeners = Arc::new(Listeners::default());
        let mut places: Vec<_> = (0..PER_GRANT).map(|_| listeners.admit(grant(1)).unwrap()).collect();
        let refused = listeners.admit(grant(1)).err().unwrap();
        assert_eq!(refused.code(), ErrorCode::Unavailable);
        assert!(listeners.admit(grant(2)).is_ok(), "another grant's share is its own");
        places.pop();
        assert!(listeners.admit(grant(1)).is_ok());
        drop(places);
        assert!(listeners.lock().is_empty(), "who has none is forgotten");
    }

    #[test]
    fn h04_there_are_so_many_in_all() {
        let listeners = Arc::new(Listeners::default());
        let places: Vec<_> = (0..IN_ALL)
            .map(|n| listeners.admit(grant((n / PER_GRANT) as u128)).unwrap())
            .collect();
        assert!(listeners.admit(grant(u128::MAX)).is_err());
        drop(places);
        assert!(listeners.admit(grant(u128::MAX)).is_ok());
    }
}
