//! Watches on open streams. Time is paused: it moves on when everybody waits.

use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::*;

const SECOND: Duration = Duration::from_secs(1);

async fn grant(setup: &Setup) -> Grant {
    let tokens = setup.connect(Scope::Read).await;
    setup.app(&tokens).await.expect("recognised")
}

#[tokio::test(start_paused = true)]
async fn v03_a_watch_ends_at_once_after_a_revocation_here() {
    let setup = setup().await;
    let (gone, stays) = (grant(&setup).await, grant(&setup).await);
    let (mut one, mut two, mut other) = (
        setup.access.watch(&gone),
        setup.access.watch(&gone),
        setup.access.watch(&stays),
    );
    let nothing_happens = timeout(SECOND / 3, one.ended()).await;
    assert!(nothing_happens.is_err());
    let before = Instant::now();
    setup
        .access
        .revoke_app(setup.tenant.id, gone.id(), &ann())
        .await
        .expect("revoked");
    one.ended().await;
    two.ended().await;
    assert_eq!(before.elapsed(), Duration::ZERO);
    assert!(timeout(10 * SECOND, other.ended()).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn v03_a_watch_ends_within_a_second_of_a_revocation_elsewhere() {
    let setup = setup().await;
    let grant = grant(&setup).await;
    let mut watch = setup.access.watch(&grant);
    assert!(timeout(SECOND, watch.ended()).await.is_err());
    let revocation = crate::Revocation {
        at: setup.access.now().await.expect("a clock"),
        by: ann(),
    };
    setup
        .store
        .revoke(GrantKind::App, setup.tenant.id, grant.id(), &revocation)
        .await
        .expect("revoked");
    timeout(SECOND, watch.ended()).await.expect("within a second");
}

#[tokio::test(start_paused = true)]
async fn a_watch_ends_with_the_plan_and_with_the_tenant_and_without_the_store() {
    let setup = setup().await;
    let grant = grant(&setup).await;
    let mut watch = setup.access.watch(&grant);
    setup.plan(Plan::Lapsed).await;
    timeout(SECOND, watch.ended()).await.expect("ended by the plan");
    drop(watch);
    setup.plan(Plan::Active).await;
    let mut watch = setup.access.watch(&grant);
    assert!(timeout(SECOND, watch.ended()).await.is_err(), "it is served again");
    setup.store.cut_off(true);
    timeout(SECOND, watch.ended())
        .await
        .expect("what cannot be checked ends");
    drop(watch);
    setup.store.cut_off(false);
    let mut watch = setup.access.watch(&grant);
    setup.happens(TenantEventKind::Uninstalled).await;
    timeout(SECOND, watch.ended()).await.expect("ended with the tenant");
}

#[tokio::test(start_paused = true)]
async fn without_a_watch_the_store_is_left_alone() {
    let setup = setup().await;
    let grant = grant(&setup).await;
    drop((setup.access.watch(&grant), setup.access.watch(&grant)));
    assert_eq!(setup.access.watchers.grants(), 0);
    setup.store.cut_off(true);
    tokio::time::sleep(10 * SECOND).await;
    setup.store.cut_off(false);
    let mut watch = setup.access.watch(&grant);
    assert!(timeout(SECOND, watch.ended()).await.is_err());
    let revocation = crate::Revocation {
        at: DateTime::UNIX_EPOCH,
        by: ann(),
    };
    let revoked = setup
        .store
        .revoke(GrantKind::App, setup.tenant.id, grant.id(), &revocation);
    revoked.await.expect("revoked");
    timeout(SECOND, watch.ended()).await.expect("the worker is awake again");
}

#[tokio::test(start_paused = true)]
async fn of_two_streams_one_may_close() {
    let setup = setup().await;
    let grant = grant(&setup).await;
    let (one, mut two) = (setup.access.watch(&grant), setup.access.watch(&grant));
    drop(one);
    assert_eq!(setup.access.watchers.grants(), 1);
    assert!(timeout(SECOND, two.ended()).await.is_err());
    setup
        .access
        .revoke_app(setup.tenant.id, grant.id(), &ann())
        .await
        .expect("revoked");
    timeout(SECOND, two.ended())
        .await
        .expect("the other one still hears of it");
}

#[tokio::test(start_paused = true)]
async fn what_is_closed_leaves_no_worker_behind() {
    let Setup { access, store, .. } = setup().await;
    tokio::time::sleep(SECOND).await;
    access.shutdown().await;
    drop(access);
    tokio::time::sleep(SECOND).await;
    assert_eq!(Arc::strong_count(&store), 1);
}
