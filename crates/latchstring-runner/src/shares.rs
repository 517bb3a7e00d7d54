//! Whose program runs next, so that those of one grant or one tenant cannot use up what all share.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use latchstring_core::{Effect, ErrorCode, Grant, GrantId, OperationError, TenantId};
use serde_json::json;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout_at},
};

use crate::budgets::{Bucket, Budget, Budgets};

/// The shares of all grants and tenants that run something now, or did a short time ago.
pub(crate) struct Shares {
    budgets: Budgets,
    of: Mutex<HashMap<Whose, Arc<Share>>>,
    waiting: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Grant(GrantId),
    Tenant(TenantId),
}

/// What the programs of one grant or of one tenant have together.
struct Share {
    readers: Arc<Semaphore>,
    writers: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    computing: Mutex<Bucket>,
}

impl Share {
    fn new(budget: &Budget, writers: usize) -> Self {
        Self {
            readers: Arc::new(Semaphore::new(budget.programs)),
            writers: Arc::new(Semaphore::new(writers)),
            waiting: Arc::default(),
            computing: Mutex::new(Bucket::full(budget, Instant::now())),
        }
    }

    fn places(&self, effect: Effect) -> &Arc<Semaphore> {
        match effect {
            Effect::Read => &self.readers,
            Effect::Write => &self.writers,
        }
    }
}

/// A running program's place. Dropping it gives the place to the next.
pub(crate) struct Place {
    shares: [Arc<Share>; 2],
    _permits: [OwnedSemaphorePermit; 2],
    /// Since when something is computed of which nobody has said yet how much it was.
    since: Instant,
    is_known: bool,
    /// What that is charged with at most.
    most: Duration,
    computed: Duration,
}

impl Place {
    /// Says for how long something was computed since the place was taken, or since this was said last.
    pub(crate) fn computed(&mut self, time: Duration) {
        self.computed += time;
        self.since = Instant::now();
    }

    /// Says that nothing more is computed.
    pub(crate) fn done(&mut self) {
        self.is_known = true;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut computed = self.computed;
        if !self.is_known {
            // Of one whose caller went away it is not known: it may have computed all the time.
            computed += self.since.elapsed().min(self.most);
        }
        for share in &self.shares {
            lock(&share.computing).charge(computed, Instant::now());
        }
    }
}

/// A place in a queue.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// `None` when `most` wait already.
    fn enter(queue: &Arc<AtomicUsize>, most: usize) -> Option<Self> {
        let entered = queue.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| {
            (now < most).then_some(now + 1)
        });
        entered.ok().map(|_| Self(Arc::clone(queue)))
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Shares {
    pub(crate) fn new(budgets: Budgets) -> Self {
        Self {
            budgets,
            of: Mutex::default(),
            waiting: Arc::default(),
        }
    }

    /// A place for one more program of `grant`, which may compute for `most`. Waited for in the order of asking.
    pub(crate) async fn place(&self, grant: &Grant, effect: Effect, most: Duration) -> Result<Place, OperationError> {
        let Budgets {
            grant: own,
            tenant: all,
            ..
        } = &self.budgets;
        let shares = [
            self.share(Whose::Grant(grant.id()), own),
            self.share(Whose::Tenant(grant.tenant()), all),
        ];
        for (share, (whose, budget)) in shares.iter().zip([("this access", own), ("this account", all)]) {
            if let Some(pause) = lock(&share.computing).empty_for(Instant::now()) {
                return Err(has_computed(whose, budget, pause));
            }
        }
        let permits = match Self::at_once(&shares, effect) {
            Some(permits) => permits,
            None => self.in_turn(&shares, effect).await?,
        };
        Ok(Place {
            shares,
            _permits: permits,
            since: Instant::now(),
            is_known: false,
            most,
            computed: Duration::ZERO,
        })
    }

    /// The permits, if they can be had without waiting.
    fn at_once(shares: &[Arc<Share>; 2], effect: Effect) -> Option<[OwnedSemaphorePermit; 2]> {
        let take = |share: &Share| Arc::clone(share.places(effect)).try_acquire_owned().ok();
        Some([take(&shares[0])?, take(&shares[1])?])
    }

    /// The permits, waited for.
    async fn in_turn(
        &self,
        shares: &[Arc<Share>; 2],
        effect: Effect,
    ) -> Result<[OwnedSemaphorePermit; 2], OperationError> {
        let Budgets { grant, tenant, .. } = &self.budgets;
        let queues = [
            (&shares[0].waiting, grant.waiting),
            (&shares[1].waiting, tenant.waiting),
            (&self.waiting, self.budgets.waiting),
        ];
        let places: Vec<Option<Waiting>> = queues.map(|(queue, most)| Waiting::enter(queue, most)).into();
        if places.iter().any(Option::is_none) {
            return Err(busy("so many programs wait for their turn already that no more may"));
        }
        let until = Instant::now() + self.budgets.wait;
        let take =
            async |share: &Share, whose, most| match timeout_at(until, share.places(effect).clone().acquire_owned())
                .await
            {
                Ok(Ok(permit)) => Ok(permit),
                Ok(Err(_)) | Err(_) => Err(Self::too_many(whose, most, effect)),
            };
        // The grant's first: so those of one grant that wait for the tenant's are no more than may run.
        let own = take(&shares[0], "this access", grant.programs).await?;
        let all = take(&shares[1], "this account", tenant.programs).await?;
        Ok([own, all])
    }

    fn too_many(whose: &str, most: usize, effect: Effect) -> OperationError {
        match effect {
            Effect::Read => busy(&format!(
                "{most} programs of {whose} are running already, the most there may be"
            )),
            Effect::Write => busy("another program is changing this account's data"),
        }
    }

    fn share(&self, whose: Whose, budget: &Budget) -> Arc<Share> {
        let mut shares = lock(&self.of);
        if shares.len() > 1_000 {
            // Whoever has a place or waits for one holds the share, too.
            let now = Instant::now();
            shares.retain(|_, share| Arc::strong_count(share) > 1 || !lock(&share.computing).is_full(now));
        }
        let share = shares
            .entry(whose)
            .or_insert_with(|| Arc::new(Share::new(budget, self.budgets.writers)));
        Arc::clone(share)
    }
}

fn busy(why: &str) -> OperationError {
    let text = format!("{why}; nothing was done. Try again in a few seconds");
    OperationError::new(ErrorCode::Unavailable, text)
}

fn has_computed(whose: &str, budget: &Budget, pause: Duration) -> OperationError {
    let (most, seconds) = (budget.computing.as_secs(), pause.as_secs_f64().ceil());
    let text = format!(
        "the programs of {whose} have computed for more than {most} s within a minute, the most they may; nothing was done. \
         Try again in {seconds} s, and let programs compute less: ask operations for what is needed only"
    );
    OperationError::new(ErrorCode::Unavailable, text).with_details(json!({ "retryAfterSeconds": seconds }))
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use latchstring_core::{Holder, Scope};
    use uuid::Uuid;

    use super::*;

    const MOST: Duration = Duration::from_secs(2);

    fn grant(tenant: u128, grant: u128) -> Grant {
        let holder = Holder::Key {
            label: "test".into(),
            hint: "asmk_0...0".into(),
        };
        let id = |number| Uuid::from_u128(number);
        #[expect(clippy::disallowed_methods, reason = "a test may vouch")]
        Grant::vouch(
            GrantId::from_uuid(id(grant)),
            TenantId::from_uuid(id(tenant)),
            Scope::Read,
            holder,
        )
    }

    async fn place(shares: &Shares, of: (u128, u128)) -> Result<Place, String> {
        let place = shares.place(&grant(of.0, of.1), Effect::Read, MOST).await;
        place.map_err(|error| {
            assert_eq!(error.code(), ErrorCode::Unavailable);
            error.message().to_owned()
        })
    }

    /// Runs a program that computes for as long as it may.
    async fn compute(shares: &Shares, of: (u128, u128)) {
        let mut place = place(shares, of).await.unwrap();
        place.computed(MOST);
        place.done();
    }

    #[tokio::test(start_paused = true)]
    async fn a_grant_and_a_tenant_at_their_share_wait_and_others_do_not() {
        let shares = Shares::new(Budgets::default());
        let mut places = Vec::new();
        for _ in 0..4 {
            places.push(place(&shares, (1, 1)).await.unwrap());
        }
        let error = place(&shares, (1, 1)).await.err().unwrap();
        assert!(
            error.starts_with("4 programs of this access are running already"),
            "{error}"
        );
        for _ in 0..4 {
            places.push(place(&shares, (1, 2)).await.unwrap());
        }
        let error = place(&shares, (1, 3)).await.err().unwrap();
        assert!(
            error.starts_with("8 programs of this account are running already"),
            "{error}"
        );
        assert!(place(&shares, (2, 4)).await.is_ok(), "another tenant's");
        let writes = shares.place(&grant(1, 3), Effect::Write, MOST).await;
        assert!(writes.is_ok(), "who writes does not wait for who reads");
        let error = shares.place(&grant(1, 2), Effect::Write, MOST).await.err().unwrap();
        assert!(error.message().starts_with("another program is changing"), "{error:?}");
        drop(places.pop());
        assert!(place(&shares, (1, 3)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_wait_than_may() {
        let shares = Arc::new(Shares::new(Budgets::default()));
        let mut places = Vec::new();
        for _ in 0..4 {
            places.push(place(&shares, (1, 1)).await.unwrap());
        }
        let wait = |of| {
            let shares = Arc::clone(&shares);
            tokio::spawn(async move { place(&shares, of).await.map(drop) })
        };
        let waiting: Vec<_> = (0..8).map(|_| wait((1, 1))).collect();
        tokio::task::yield_now().await;
        let started = Instant::now();
        let error = place(&shares, (1, 1)).await.err().unwrap();
        assert!(error.starts_with("so many programs wait"), "{error}");
        assert_eq!(started.elapsed(), Duration::ZERO, "it is told at once");
        assert!(place(&shares, (1, 2)).await.is_ok(), "another grant does not even wait");
        drop(places);
        for waiting in waiting {
            waiting.await.unwrap().unwrap();
        }
        assert_eq!(shares.waiting.load(Ordering::Relaxed), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_computed_enough_waits_until_the_minute_is_over() {
        let shares = Shares::new(Budgets::default());
        for _ in 0..10 {
            compute(&shares, (1, 1)).await;
        }
        let error = place(&shares, (1, 1)).await.err().unwrap();
        assert!(
            error.contains("of this access have computed for more than 20 s"),
            "{error}"
        );
        assert!(error.contains("Try again in 1 s"), "{error}");
        // One whose caller goes away pays for the time it had.
        let gone = place(&shares, (1, 2)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
        drop(gone);
        for _ in 0..9 {
            compute(&shares, (1, 2)).await;
        }
        assert!(place(&shares, (1, 2)).await.is_ok());
        compute(&shares, (1, 2)).await;
        let error = place(&shares, (1, 3)).await.err().unwrap();
        assert!(
            error.contains("of this account have computed for more than 40 s"),
            "{error}"
        );
        assert!(place(&shares, (2, 4)).await.is_ok());
        tokio::time::sleep(Duration::from_secs(10)).await;
        assert!(place(&shares, (1, 1)).await.is_ok());
        assert!(place(&shares, (1, 3)).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn shares_that_nobody_uses_are_forgotten() {
        let shares = Shares::new(Budgets::default());
        let kept = place(&shares, (0, 0)).await.unwrap();
        compute(&shares, (1, 1)).await;
        for number in 2..3_000 {
            place(&shares, (number, number)).await.unwrap().computed(Duration::ZERO);
        }
        let known = lock(&shares.of);
        assert!(known.len() <= 1_003, "{}", known.len());
        for number in [0, 1] {
            assert!(known.contains_key(&Whose::Tenant(TenantId::from_uuid(Uuid::from_u128(number)))));
        }
        drop(known);
        drop(kept);
    }
}
