//! How many programs each tenant may run at once, so that one tenant's cannot use up what all share.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use latchstring_core::{Effect, ErrorCode, OperationError, TenantId};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

/// Programs of one tenant at once.
const PROGRAMS: usize = 8;
/// Programs of one tenant that may write at once: a database may have one writer only, and it is everybody's.
const WRITERS: usize = 1;
/// How long a program waits for its turn.
const WAIT: Duration = Duration::from_secs(5);

/// The shares of all tenants that run something now.
#[derive(Default)]
pub(crate) struct Shares(Mutex<HashMap<(TenantId, Effect), Arc<Semaphore>>>);

/// A running program's place. Dropping it gives the place to the next.
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Shares {
    /// A place for one more program of `tenant`, waited for in the order of asking.
    pub(crate) async fn place(&self, tenant: TenantId, effect: Effect) -> Result<Place, OperationError> {
        let share = self.share(tenant, effect);
        match timeout(WAIT, share.acquire_owned()).await {
            Ok(Ok(permit)) => Ok(Place { _permit: permit }),
            Ok(Err(_)) | Err(_) => Err(OperationError::new(
                ErrorCode::Unavailable,
                match effect {
                    Effect::Read => format!(
                        "{PROGRAMS} programs are running for this account already, the most there may be; nothing was \
                         done. Try again when one has ended"
                    ),
                    Effect::Write => "another program is changing this account's data; nothing was done. Try again \
                                      when it has ended"
                        .to_owned(),
                },
            )),
        }
    }

    fn share(&self, tenant: TenantId, effect: Effect) -> Arc<Semaphore> {
        let mut shares = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if shares.len() > 1_000 {
            // Whoever has a place or waits for one holds the share, too.
            shares.retain(|_, share| Arc::strong_count(share) > 1);
        }
        let places = match effect {
            Effect::Read => PROGRAMS,
            Effect::Write => WRITERS,
        };
        shares
            .entry((tenant, effect))
            .or_insert_with(|| Arc::new(Semaphore::new(places)))
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId::from_uuid(uuid::Uuid::from_u128(number))
    }

    #[tokio::test(start_paused = true)]
    async fn a_tenant_at_its_share_waits_and_others_do_not() {
        let shares = Shares::default();
        let mut places = Vec::new();
        for _ in 0..PROGRAMS {
            places.push(shares.place(tenant(1), Effect::Read).await.unwrap());
        }
        let error = shares.place(tenant(1), Effect::Read).await.err().unwrap();
        assert_eq!(error.code(), ErrorCode::Unavailable);
        assert!(shares.place(tenant(2), Effect::Read).await.is_ok());
        assert!(shares.place(tenant(1), Effect::Write).await.is_ok());
        places.pop();
        assert!(shares.place(tenant(1), Effect::Read).await.is_ok());
    }

    #[tokio::test]
    async fn shares_that_nobody_uses_are_forgotten() {
        let shares = Shares::default();
        let kept = shares.place(tenant(0), Effect::Read).await.unwrap();
        for number in 1..3_000 {
            drop(shares.place(tenant(number), Effect::Read).await.unwrap());
        }
        assert!(shares.0.lock().unwrap().len() <= 1_001);
        assert!(shares.0.lock().unwrap().contains_key(&(tenant(0), Effect::Read)));
        drop(kept);
    }
}
