//! The contract, what only this store can be asked for, and the proof that the contract sees a race.

use std::future::Future;

use chrono::TimeDelta;
use latchstring_core::ManualClock;

use super::*;
use crate::{
    IDLE_CLIENT_LIFETIME, MAX_UNUSED_CLIENTS, UNUSED_CLIENT_KEEPS_PLACE, UNUSED_CLIENT_LIFETIME,
    contract::{Given, races},
};

fn fresh(clock: Arc<ManualClock>) -> std::future::Ready<(MemoryStore, ())> {
    std::future::ready((MemoryStore::with_clock(clock), ()))
}

crate::access_store_contract!(fresh);

/// Runs a law on a store that looks first and acts later; the law must notice.
async fn is_broken<F>(law: impl FnOnce(Given) -> F) -> bool
where
    F: Future<Output = ()> + Send + 'static,
{
    let clock = Given::clock();
    let store = MemoryStore::naive(Arc::clone(&clock) as Arc<dyn Clock>);
    let outcome = tokio::spawn(law(Given::new(store, clock))).await;
    outcome.is_err_and(|error| error.is_panic())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn c01_a_careless_store_is_caught() {
    assert!(is_broken(races::c01_two_hundred_redemptions_of_one_code_give_one_grant).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o02_a_careless_store_is_caught() {
    assert!(is_broken(races::o02_of_a_hundred_exchanges_one_wins).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t07_a_careless_store_is_caught() {
    assert!(is_broken(races::t07_of_fifty_rotations_one_wins).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn r09_a_careless_store_is_caught() {
    assert!(is_broken(races::r09_of_fifty_uses_of_an_assertion_one_is_the_first).await);
}

#[tokio::test]
async fn r01_only_clients_that_were_never_used_count_against_the_limit() {
    let clock = Given::clock();
    let store = MemoryStore::with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    let client = |number: u64| RegisteredClient {
        client_id: format!("client-{number}"),
        metadata: "{}".into(),
        created_at: clock.now(),
        expires_at: clock.now() + UNUSED_CLIENT_LIFETIME,
    };
    for number in 0..MAX_UNUSED_CLIENTS {
        store.add_client(&client(number)).await.expect("stored");
    }
    let next = client(MAX_UNUSED_CLIENTS);
    let refused = store.add_client(&next).await;
    assert!(matches!(refused, Err(StoreError::TooManyClients)), "{refused:?}");
    let kept_until = clock.now() + IDLE_CLIENT_LIFETIME;
    store.keep_client("client-0", kept_until).await.expect("kept");
    store.add_client(&next).await.expect("one is used, so there is room");
    let refused = store.add_client(&client(MAX_UNUSED_CLIENTS + 1)).await;
    assert!(matches!(refused, Err(StoreError::TooManyClients)), "{refused:?}");
    clock.advance(UNUSED_CLIENT_LIFETIME);
    store.add_client(&next).await.expect("the others were forgotten");
}

#[tokio::test]
async fn r01_at_the_limit_the_oldest_makes_room_once_it_had_ten_minutes() {
    let clock = Given::clock();
    let store = MemoryStore::with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    let client = |number: u64| RegisteredClient {
        client_id: format!("client-{number}"),
        metadata: "{}".into(),
        created_at: clock.now(),
        expires_at: clock.now() + UNUSED_CLIENT_LIFETIME,
    };
    // In an order that is not that of their ids.
    for number in (0..MAX_UNUSED_CLIENTS).rev() {
        store.add_client(&client(number)).await.expect("stored");
        if number + 1 == MAX_UNUSED_CLIENTS {
            clock.advance(TimeDelta::seconds(1));
        }
    }
    let is_known = async |number: u64| {
        let found = store.find_client(&format!("client-{number}")).await;
        found.expect("answered").is_some()
    };
    let oldest = MAX_UNUSED_CLIENTS - 1;
    clock.advance(UNUSED_CLIENT_KEEPS_PLACE - TimeDelta::seconds(1) - TimeDelta::microseconds(1));
    let refused = store.add_client(&client(MAX_UNUSED_CLIENTS)).await;
    assert!(matches!(refused, Err(StoreError::TooManyClients)), "{refused:?}");
    assert!(is_known(oldest).await);
    clock.advance(TimeDelta::microseconds(1));
    store
        .add_client(&client(MAX_UNUSED_CLIENTS))
        .await
        .expect("room was made");
    assert!(!is_known(oldest).await);
    assert!(is_known(0).await && is_known(oldest - 1).await && is_known(MAX_UNUSED_CLIENTS).await);
    let refused = store.add_client(&client(MAX_UNUSED_CLIENTS + 1)).await;
    assert!(matches!(refused, Err(StoreError::TooManyClients)), "{refused:?}");
}

#[tokio::test]
async fn a_store_that_is_cut_off_answers_nothing_until_it_is_back() {
    let clock = Given::clock();
    let store = MemoryStore::with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    store.cut_off(true);
    assert!(matches!(store.now().await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.list_tenants().await, Err(StoreError::Unavailable(_))));
    store.cut_off(false);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(store.now().await.expect("answered"), clock.now());
}
