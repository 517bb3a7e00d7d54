use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use latchstring_core::ManualClock;
use tokio::sync::Semaphore;

use super::*;
use crate::fetch::Document;

/// Answers once it is let, with how many were asked before.
struct Gate {
    open: Semaphore,
    asked: AtomicUsize,
    answer: Mutex<Result<(), FetchError>>,
}

impl Gate {
    fn open() -> Arc<Self> {
        Self::with(Semaphore::MAX_PERMITS)
    }

    fn closed() -> Arc<Self> {
        Self::with(0)
    }

    fn with(permits: usize) -> Arc<Self> {
        Arc::new(Self {
            open: Semaphore::new(permits),
            asked: AtomicUsize::new(0),
            answer: Mutex::new(Ok(())),
        })
    }

    fn answer(&self, answer: Result<(), FetchError>) {
        *self.answer.lock().unwrap() = answer;
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Documents for Gate {
    async fn fetch(&self, _: &Url, _: usize) -> Result<Document, FetchError> {
        let number = self.asked.fetch_add(1, Ordering::SeqCst);
        self.open.acquire().await.unwrap().forget();
        self.answer.lock().unwrap().clone()?;
        Ok(Document {
            body: number.to_string().into_bytes(),
            fresh_for: Duration::from_mins(1),
        })
    }
}

fn cache(gate: &Arc<Gate>) -> (Arc<DocumentCache<String>>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at(DateTime::UNIX_EPOCH));
    let keeping = Keeping {
        read: |_, bytes| String::from_utf8(bytes.to_vec()).map_err(|error| error.to_string()),
        limit: 10,
        failed_for: TimeDelta::seconds(30),
    };
    let cache = DocumentCache::new(
        Arc::clone(gate) as Arc<dyn Documents>,
        Arc::clone(&clock) as Arc<dyn Clock>,
        Arc::new(Allowance::without_end()),
        keeping,
    );
    (Arc::new(cache), clock)
}

fn url(number: usize) -> Url {
    Url::parse(&format!("https://a.example/{number}")).unwrap()
}

async fn settle() {
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn r08_an_address_is_fetched_once_however_many_want_it() {
    let gate = Gate::closed();
    let (cache, _) = cache(&gate);
    let callers: Vec<_> = (0..50)
        .map(|_| {
            let cache = Arc::clone(&cache);
            tokio::spawn(async move { cache.get(&url(1), &Net::default()).await.unwrap() })
        })
        .collect();
    settle().await;
    assert_eq!(gate.asked(), 1);
    gate.open.add_permits(50);
    for caller in callers {
        assert_eq!(*caller.await.unwrap(), "0");
    }
    assert_eq!(gate.asked(), 1);
    assert!(cache.lock().under_way.is_empty());
}

#[tokio::test]
async fn r08_a_caller_who_gives_up_leaves_the_others_to_it() {
    let gate = Gate::closed();
    let (cache, _) = cache(&gate);
    let get = |cache: &Arc<DocumentCache<String>>| {
        let cache = Arc::clone(cache);
        tokio::spawn(async move { cache.get(&url(1), &Net::default()).await })
    };
    let first = get(&cache);
    settle().await;
    let second = get(&cache);
    settle().await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    settle().await;
    assert_eq!(gate.asked(), 2);
    gate.open.add_permits(1);
    assert_eq!(*second.await.unwrap().unwrap(), "1");

    let given_up = tokio::spawn({
        let cache = Arc::clone(&cache);
        async move { cache.get(&url(2), &Net::default()).await }
    });
    settle().await;
    given_up.abort();
    given_up.await.unwrap_err();
    assert!(cache.lock().under_way.is_empty());
}

#[tokio::test]
async fn r06_failures_are_remembered_for_moments_and_bounded_and_push_out_no_document() {
    let gate = Gate::open();
    let (cache, clock) = cache(&gate);
    cache.get(&url(0), &Net::default()).await.unwrap();
    gate.answer(Err(FetchError::Status(404)));
    for number in 1..3_000 {
        cache.get(&url(number), &Net::default()).await.unwrap_err();
    }
    assert_eq!(cache.lock().failed.len(), CAPACITY);
    assert_eq!(*cache.get(&url(0), &Net::default()).await.unwrap(), "0");
    let asked = gate.asked();
    cache.get(&url(2_999), &Net::default()).await.unwrap_err();
    assert_eq!(gate.asked(), asked, "it is remembered");
    clock.advance(TimeDelta::seconds(30));
    gate.answer(Ok(()));
    cache.get(&url(2_999), &Net::default()).await.unwrap();
    assert!(!cache.lock().failed.contains_key(&url(2_999)));
}

#[tokio::test]
async fn r08_documents_are_bounded_and_the_unused_ones_go_first() {
    let gate = Gate::open();
    let (cache, _) = cache(&gate);
    for number in 0..CAPACITY {
        cache.get(&url(number), &Net::default()).await.unwrap();
    }
    cache.get(&url(0), &Net::default()).await.unwrap();
    cache.get(&url(CAPACITY), &Net::default()).await.unwrap();
    let state = cache.lock();
    assert_eq!(state.good.len(), CAPACITY);
    assert!(state.good.contains_key(&url(0)) && !state.good.contains_key(&url(1)));
}

#[tokio::test]
async fn r08_what_the_limiter_refused_is_asked_again_at_once() {
    let gate = Gate::open();
    let (cache, _) = cache(&gate);
    gate.answer(Err(FetchError::TooMany));
    cache.get(&url(1), &Net::default()).await.unwrap_err();
    gate.answer(Ok(()));
    cache.get(&url(1), &Net::default()).await.unwrap();
}

#[tokio::test]
async fn r07_a_document_stands_in_while_its_server_cannot_be_reached_but_not_once_it_is_gone() {
    let gate = Gate::open();
    let (cache, clock) = cache(&gate);
    cache.get(&url(1), &Net::default()).await.unwrap();
    cache.get(&url(2), &Net::default()).await.unwrap();
    for error in [
        FetchError::TooMany,
        FetchError::Unreachable,
        FetchError::NotPublic,
        FetchError::TimedOut,
        FetchError::Status(503),
    ] {
        clock.advance(TimeDelta::seconds(60));
        gate.answer(Err(error));
        assert_eq!(*cache.get(&url(1), &Net::default()).await.unwrap(), "0");
        assert_eq!(*cache.get(&url(1), &Net::default()).await.unwrap(), "0");
    }
    clock.advance(TimeDelta::seconds(60));
    gate.answer(Err(FetchError::Status(404)));
    cache.get(&url(1), &Net::default()).await.unwrap_err();
    clock.advance(TimeDelta::seconds(60));
    gate.answer(Err(FetchError::Unreachable));
    cache.get(&url(1), &Net::default()).await.unwrap_err();

    clock.advance(TimeDelta::minutes(53));
    assert_eq!(*cache.get(&url(2), &Net::default()).await.unwrap(), "1");
    clock.advance(TimeDelta::minutes(1));
    cache.get(&url(2), &Net::default()).await.unwrap_err();
}

#[tokio::test]
async fn r08_a_document_stands_in_for_a_day_while_its_server_is_not_asked() {
    let gate = Gate::open();
    let (cache, clock) = cache(&gate);
    cache.get(&url(1), &Net::default()).await.unwrap();
    gate.answer(Err(FetchError::TooMany));
    clock.advance(TimeDelta::minutes(1) + TimeDelta::hours(24) - TimeDelta::seconds(1));
    assert_eq!(*cache.get(&url(1), &Net::default()).await.unwrap(), "0");
    clock.advance(TimeDelta::seconds(1));
    cache.get(&url(1), &Net::default()).await.unwrap_err();
}

#[tokio::test]
async fn r07_a_document_whose_server_was_out_of_reach_for_too_long_does_not_come_back() {
    let gate = Gate::open();
    let (cache, clock) = cache(&gate);
    cache.get(&url(1), &Net::default()).await.unwrap();
    clock.advance(TimeDelta::minutes(61));
    gate.answer(Err(FetchError::Unreachable));
    cache.get(&url(1), &Net::default()).await.unwrap_err();
    clock.advance(TimeDelta::minutes(1));
    gate.answer(Err(FetchError::TooMany));
    cache.get(&url(1), &Net::default()).await.unwrap_err();
}

#[tokio::test]
async fn r08_a_network_that_used_its_allowance_up_has_nothing_fetched_and_old_documents_stand_in() {
    let gate = Gate::open();
    let (mut cache, clock) = cache(&gate);
    Arc::get_mut(&mut cache).unwrap().allowance = Arc::default();
    let (greedy, other) = (Net::around([8, 8, 4, 4].into()), Net::around([1, 1, 1, 1].into()));
    cache.get(&url(0), &greedy).await.unwrap();
    clock.advance(TimeDelta::hours(24));
    for number in 1..=5 {
        cache.get(&url(number), &greedy).await.unwrap();
    }
    let wait = DocumentError::Allowance(Duration::from_mins(1));
    assert_eq!(cache.get(&url(6), &greedy).await, Err(wait.clone()));
    assert_eq!(cache.newer_than(&url(1), TimeDelta::zero(), &greedy).await, Err(wait));
    assert_eq!(*cache.get(&url(0), &greedy).await.unwrap(), "0");
    assert_eq!(gate.asked(), 6);
    cache.get(&url(6), &other).await.unwrap();
    cache.get(&url(6), &greedy).await.unwrap();
    assert_eq!(gate.asked(), 7, "what is at hand is nobody's fetch");
}
