//! Revocation against requests and commits that run at the same time, on two servers with one file.
//!
//! Each law is tried on a gate that breaks it, too: a test that cannot fail proves nothing.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use latchstring_access::{Access, NewKey, Person};
use latchstring_core::{CallRecord, Gate, Grant, Hold, Refusal, RequestId, Scope, Seal};
use tokio::task::JoinSet;

use crate::place::Place;

/// Two servers, and a grant that the first is going to revoke.
struct Setup {
    here: Arc<Access>,
    there: Arc<Access>,
    grant: Grant,
}

async fn setup(place: &Place) -> Setup {
    let here = Arc::new(place.server().await);
    let there = Arc::new(place.server().await);
    let asked = NewKey {
        tenant: here.ensure_tenant("shop.example", "Shop").await.expect("stored").id,
        scope: Scope::ReadWrite,
        label: "Claude".parse().expect("a label"),
        created_by: Person::new("user-1", "Ann"),
        expires_at: None,
    };
    let (key, _) = here.create_key(asked).await.expect("created");
    let grant = there.authenticate_key(key.expose()).await.expect("recognised");
    Setup { here, there, grant }
}

/// What a caller does over and over: the moment that counts, or `None` once it is refused.
#[async_trait]
trait Attempt: Send + Sync + 'static {
    async fn succeed(&self, grant: &Grant) -> Option<Instant>;
}

/// Revokes while callers make attempts. How many succeeded with their moment after the revocation was answered?
async fn late_successes(setup: &Setup, attempt: Arc<impl Attempt>) -> usize {
    let answered: Arc<OnceLock<Instant>> = Arc::default();
    let successes: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let mut callers = JoinSet::new();
    for _ in 0..4 {
        let (attempt, grant) = (Arc::clone(&attempt), setup.grant.clone());
        let (answered, successes) = (Arc::clone(&answered), Arc::clone(&successes));
        callers.spawn(async move {
            let is_over = || {
                answered
                    .get()
                    .is_some_and(|moment| moment.elapsed() > Duration::from_millis(100))
            };
            while !is_over() {
                if let Some(moment) = attempt.succeed(&grant).await {
                    successes.lock().expect("not poisoned").push(moment);
                }
            }
        });
    }
    let succeeded = || successes.lock().expect("not poisoned").len();
    while succeeded() < 12 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let revoked = setup
        .here
        .revoke_key(setup.grant.tenant(), setup.grant.id(), &Person::new("user-1", "Ann"))
        .await;
    let moment = *answered.get_or_init(Instant::now);
    revoked.expect("revoked");
    callers.join_all().await;
    successes
        .lock()
        .expect("not poisoned")
        .iter()
        .filter(|success| **success > moment)
        .count()
}

/// A request: it counts from when it began.
struct Request<G>(Arc<G>);

#[async_trait]
impl<G: Gate + 'static> Attempt for Request<G> {
    async fn succeed(&self, grant: &Grant) -> Option<Instant> {
        let began = Instant::now();
        self.0.check(grant).await.ok().map(|()| began)
    }
}

/// A commit: it counts when it happens, a moment after it was allowed.
struct Commit<G>(Arc<G>);

#[async_trait]
impl<G: Gate + 'static> Attempt for Commit<G> {
    async fn succeed(&self, grant: &Grant) -> Option<Instant> {
        let hold = self.0.hold(grant).await.ok()?;
        tokio::time::sleep(Duration::from_millis(30)).await;
        let committed = Instant::now();
        drop(hold);
        Some(committed)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_that_begins_after_a_revocation_succeeds() {
    let place = Place::new().await;
    for _ in 0..5 {
        let setup = setup(&place).await;
        let requests = Request(Arc::clone(&setup.there));
        assert_eq!(late_successes(&setup, Arc::new(requests)).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn control_a_gate_that_remembers_lets_late_requests_in() {
    let place = Place::new().await;
    let setup = setup(&place).await;
    let remembering = Remembering {
        inner: Arc::clone(&setup.there),
        good_until: Mutex::new(Instant::now()),
    };
    let requests = Request(Arc::new(remembering));
    assert_ne!(late_successes(&setup, Arc::new(requests)).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_committed_after_a_revocation() {
    let place = Place::new().await;
    for _ in 0..5 {
        let setup = setup(&place).await;
        let commits = Commit(Arc::clone(&setup.there));
        assert_eq!(late_successes(&setup, Arc::new(commits)).await, 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn control_a_gate_that_holds_nothing_lets_late_commits_through() {
    let place = Place::new().await;
    let mut late = 0;
    for _ in 0..10 {
        let setup = setup(&place).await;
        let glancing = Glancing(Arc::clone(&setup.there));
        late += late_successes(&setup, Arc::new(Commit(Arc::new(glancing)))).await;
        if late > 0 {
            break;
        }
    }
    assert_ne!(late, 0, "ten revocations, and no commit was late");
}

/// A grant whose holds follow each other without a gap is revoked all the same, within a few commits' time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_revocation_has_its_turn_however_busy_the_grant_is() {
    const COMMIT: Duration = Duration::from_millis(20);
    let place = Place::new().await;
    let Setup { here, there, grant } = setup(&place).await;
    let mut callers = JoinSet::new();
    for number in 0..6 {
        let (there, grant) = (Arc::clone(&there), grant.clone());
        callers.spawn(async move {
            tokio::time::sleep(COMMIT * number / 6).await;
            while let Ok(hold) = there.hold(&grant).await {
                tokio::time::sleep(COMMIT).await;
                drop(hold);
            }
        });
    }
    tokio::time::sleep(COMMIT * 5).await;
    let began = Instant::now();
    let ann = Person::new("user-1", "Ann");
    here.revoke_key(grant.tenant(), grant.id(), &ann)
        .await
        .expect("revoked");
    // On SQLite, where another process's writers go one by one and whoever finds a gap takes it, luck has a part.
    assert!(began.elapsed() < COMMIT * 60, "{:?}", began.elapsed());
    callers.join_all().await;
}

/// Remembers a good answer for a minute.
struct Remembering {
    inner: Arc<Access>,
    good_until: Mutex<Instant>,
}

#[async_trait]
impl Gate for Remembering {
    async fn check(&self, grant: &Grant) -> Result<(), Refusal> {
        tokio::time::sleep(Duration::from_millis(1)).await; // as asking would, this leaves room for others
        if Instant::now() < *self.good_until.lock().expect("not poisoned") {
            return Ok(());
        }
        self.inner.check(grant).await?;
        *self.good_until.lock().expect("not poisoned") = Instant::now() + Duration::from_mins(1);
        Ok(())
    }

    async fn hold(&self, grant: &Grant) -> Result<Hold, Refusal> {
        self.inner.hold(grant).await
    }

    async fn record(&self, _: CallRecord, _: bool) {}

    fn record_abandoned(&self, _: CallRecord) {}

    async fn program_of(&self, grant: &Grant, request: RequestId) -> Result<Option<Arc<str>>, Refusal> {
        self.inner.program_of(grant, request).await
    }

    fn seal(&self, text: &[u8]) -> Seal {
        self.inner.seal(text)
    }

    fn is_sealed(&self, text: &[u8], seal: &Seal) -> bool {
        self.inner.is_sealed(text, seal)
    }
}

/// Looks once before a commit, and holds nothing.
struct Glancing(Arc<Access>);

#[async_trait]
impl Gate for Glancing {
    async fn check(&self, grant: &Grant) -> Result<(), Refusal> {
        self.0.check(grant).await
    }

    async fn hold(&self, grant: &Grant) -> Result<Hold, Refusal> {
        self.0.check(grant).await?;
        Ok(Hold::new(()))
    }

    async fn record(&self, _: CallRecord, _: bool) {}

    fn record_abandoned(&self, _: CallRecord) {}

    async fn program_of(&self, grant: &Grant, request: RequestId) -> Result<Option<Arc<str>>, Refusal> {
        self.0.program_of(grant, request).await
    }

    fn seal(&self, text: &[u8]) -> Seal {
        self.0.seal(text)
    }

    fn is_sealed(&self, text: &[u8], seal: &Seal) -> bool {
        self.0.is_sealed(text, seal)
    }
}
