//! Whether a grant stands: revoked, held, shut with its tenant.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{SubsecRound, TimeDelta};
use latchstring_core::GrantId;
use tokio::time::timeout;

use super::{
    Bearer,
    given::{Given, ann, bob, text},
    records::call,
};
use crate::{
    AccessEvent, AccessEventKind, AuditQuery, GrantKind, Plan, RegisteredClient, Revocation, RevokeOutcome, Standing,
    StoreError, Tenant, TenantEventKind,
};

/// Long enough for a store that does not wait to show it; one that does passes however long this is.
const A_WHILE: Duration = Duration::from_millis(100);

/// Expiry goes by the store's clock, and the store says what it shows.
pub async fn the_store_tells_the_time(given: Given) {
    assert_eq!(given.store.now().await.expect("answered"), given.now());
    given.advance(TimeDelta::microseconds(90_000_001));
    assert_eq!(given.store.now().await.expect("answered"), given.now());
}

/// (R): once revoked, the next look-up and the next check refuse. Others go on.
pub async fn a_revoked_key_is_not_found_and_does_not_stand(given: Given) {
    let tenant = given.tenant("one").await;
    let (key, other) = (given.key(&tenant).await, given.key(&tenant).await);
    let app = given.app(&tenant).await;
    assert_eq!(given.revoke(&key).await, RevokeOutcome::Revoked);
    assert!(!given.opens(&key).await);
    assert!(given.opens(&other).await, "the other key is untouched");
    assert!(given.opens(&app).await, "the app is untouched");
    assert_eq!(given.revoke(&app).await, RevokeOutcome::Revoked);
    assert!(!given.opens(&app).await);
    assert!(given.opens(&other).await, "the other key is untouched");
}

/// A second revocation succeeds and changes nothing.
pub async fn revoking_twice_keeps_the_first_revocation(given: Given) {
    let tenant = given.tenant("one").await;
    let key = given.key(&tenant).await;
    let first = given.revocation();
    given.revoke(&key).await;
    given.advance(TimeDelta::hours(1));
    let second = Revocation {
        at: given.now(),
        by: bob(),
    };
    let again = given.store.revoke(GrantKind::Key, tenant.id, key.grant, &second).await;
    assert_eq!(again.expect("answered"), RevokeOutcome::AlreadyRevoked);
    let listed = given.store.list_keys(tenant.id).await.expect("listed");
    assert_eq!(listed[0].revoked, Some(first));
}

/// Whoever means a key does not revoke an app, and the reverse.
pub async fn a_grant_is_revoked_as_its_own_kind_only(given: Given) {
    let tenant = given.tenant("one").await;
    let (key, app) = (given.key(&tenant).await, given.app(&tenant).await);
    for (kind, grant) in [(GrantKind::App, key.grant), (GrantKind::Key, app.grant())] {
        let refused = given.store.revoke(kind, tenant.id, grant, &given.revocation()).await;
        assert!(
            matches!(refused, Err(StoreError::NotFound(id)) if id == grant),
            "{refused:?}"
        );
    }
    assert!(given.opens(&key).await && given.opens(&app).await);
}

/// The store says that a tenant is paused, of each of its grants and of no other's. Access shuts them.
pub async fn a_pause_is_told_until_it_is_over(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let (key, app, other) = (given.key(&one).await, given.app(&one).await, given.key(&two).await);
    let is_paused = async |tenant: &Tenant, grant| {
        let standing = given.store.standing(tenant.id, grant).await.expect("answered");
        let held = given.store.hold(tenant.id, grant).await.expect("answered");
        assert_eq!(standing, held.map(|(standing, _)| standing));
        standing.expect("stands").is_paused
    };
    for expected in [true, false] {
        let by = ann();
        let switch = if expected {
            TenantEventKind::Paused { by }
        } else {
            TenantEventKind::Resumed { by }
        };
        given.happens(&one, switch).await;
        assert_eq!(is_paused(&one, key.grant).await, expected);
        assert_eq!(is_paused(&one, app.grant()).await, expected);
        assert!(!is_paused(&two, other.grant).await);
        assert!(
            given.opens(&key).await && given.opens(&app).await,
            "who it is can still be told"
        );
    }
}

/// Installing an app again does not bring back the grants of the earlier installation.
pub async fn an_uninstalled_tenant_is_shut_for_good(given: Given) {
    let tenant = given.tenant("one").await;
    let (key, app) = (given.key(&tenant).await, given.app(&tenant).await);
    given.happens(&tenant, TenantEventKind::Uninstalled).await;
    assert!(!given.opens(&key).await && !given.opens(&app).await);
    given.is_installed(&tenant).await;
    assert!(!given.opens(&key).await, "still shut after the app was installed again");
    assert!(!given.opens(&app).await, "still shut after the app was installed again");
    assert!(given.rotate(&app.tokens).await.is_none());
    let new = given.key(&tenant).await;
    assert!(given.opens(&new).await, "a key made since then stands");
}

/// The store says what the plan is. Whether it matters is for access to decide.
pub async fn the_plan_is_told_and_shuts_nothing(given: Given) {
    let tenant = given.tenant("one").await;
    let key = given.key(&tenant).await;
    let plan = async || {
        let standing = given.store.standing(tenant.id, key.grant).await.expect("answered");
        standing.expect("stands").plan
    };
    assert_eq!(plan().await, Plan::Active);
    for lapsed in [Plan::Lapsed, Plan::Active] {
        given.happens(&tenant, TenantEventKind::PlanChanged(lapsed)).await;
        assert_eq!(plan().await, lapsed);
        assert!(given.opens(&key).await);
    }
}

/// Many are asked about in one question, each with its tenant's plan.
pub async fn those_that_stand_are_told_from_those_that_do_not(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let (key, gone, app) = (given.key(&one).await, given.key(&one).await, given.app(&two).await);
    given.revoke(&gone).await;
    given.happens(&two, TenantEventKind::PlanChanged(Plan::Lapsed)).await;
    let asked = [key.grant, gone.grant, app.grant(), GrantId::new(given.now())];
    let of = |plan, is_paused| Standing { plan, is_paused };
    let mut standing = given.store.standing_among(&asked).await.expect("answered");
    standing.sort_by_key(|(grant, _)| *grant);
    let mut expected = vec![
        (key.grant, of(Plan::Active, false)),
        (app.grant(), of(Plan::Lapsed, false)),
    ];
    expected.sort_by_key(|(grant, _)| *grant);
    assert_eq!(standing, expected);
    assert!(given.store.standing_among(&[]).await.expect("answered").is_empty());

    given.happens(&one, TenantEventKind::Paused { by: ann() }).await;
    given.revoke(&app).await;
    let standing = given.store.standing_among(&asked).await.expect("answered");
    assert_eq!(standing, [(key.grant, of(Plan::Active, true))]);
}

/// (W): while a commit holds the grant, a revocation waits; when the hold is dropped, it goes through.
pub async fn a_hold_keeps_a_grant_from_being_revoked(given: Given) {
    let tenant = given.tenant("one").await;
    let key = given.key(&tenant).await;
    let hold = given
        .store
        .hold(tenant.id, key.grant)
        .await
        .expect("answered")
        .expect("held");
    let is_dropped = Arc::new(AtomicBool::new(false));
    let mut revocation = tokio::spawn({
        let (given, bearer, is_dropped) = (given.clone(), Bearer::from(&key), Arc::clone(&is_dropped));
        async move { (given.revoke(bearer).await, is_dropped.load(Ordering::SeqCst)) }
    });
    assert!(
        timeout(A_WHILE, &mut revocation).await.is_err(),
        "revoked in spite of the hold"
    );
    let standing = given.store.standing(tenant.id, key.grant).await.expect("answered");
    assert!(standing.is_some(), "the grant stands while it is held");
    is_dropped.store(true, Ordering::SeqCst);
    drop(hold);
    let outcome = revocation.await.expect("no panic");
    assert_eq!(outcome, (RevokeOutcome::Revoked, true));
    assert!(!given.opens(&key).await);
}

/// The same for whatever happens to the tenant.
pub async fn a_hold_keeps_a_tenant_from_being_changed(given: Given) {
    let tenant = given.tenant("one").await;
    let key = given.key(&tenant).await;
    for kind in [TenantEventKind::PlanChanged(Plan::Lapsed), TenantEventKind::Uninstalled] {
        let hold = given
            .store
            .hold(tenant.id, key.grant)
            .await
            .expect("answered")
            .expect("held");
        let mut change = tokio::spawn({
            let (given, tenant) = (given.clone(), tenant.clone());
            async move { given.happens(&tenant, kind).await }
        });
        assert!(
            timeout(A_WHILE, &mut change).await.is_err(),
            "changed in spite of the hold"
        );
        drop(hold);
        change.await.expect("no panic");
    }
    assert!(!given.opens(&key).await);
}

/// A hold is only for a grant that stands, and refusing one blocks nobody.
pub async fn nothing_holds_a_grant_that_does_not_stand(given: Given) {
    let tenant = given.tenant("one").await;
    let (key, other) = (given.key(&tenant).await, given.key(&tenant).await);
    given.revoke(&key).await;
    for grant in [key.grant, GrantId::new(given.now())] {
        let refused = given.store.hold(tenant.id, grant).await.expect("answered");
        assert!(refused.is_none());
    }
    let hold = given.store.hold(tenant.id, other.grant).await.expect("answered");
    assert!(hold.is_some());
    drop(hold);
    given.revoke(&other).await;
}

/// Late news of an early use changes nothing, and unknown grants disturb nobody.
pub async fn the_last_use_never_moves_back(given: Given) {
    let tenant = given.tenant("one").await;
    let (key, app) = (given.key(&tenant).await, given.app(&tenant).await);
    let (early, later) = (given.now(), given.now() + TimeDelta::minutes(5));
    for at in [early, later, early] {
        let uses = [(GrantId::new(early), at), (key.grant, at), (app.grant(), at)];
        given.store.note_used(&uses).await.expect("noted");
    }
    let keys = given.store.list_keys(tenant.id).await.expect("listed");
    assert_eq!(keys[0].last_used_at, Some(later));
    let apps = given.store.list_apps(tenant.id).await.expect("listed");
    assert_eq!(apps[0].last_used_at, Some(later));
}

/// What is finer than a microsecond is cut off, wherever a moment comes from.
pub async fn moments_are_kept_to_the_microsecond(given: Given) {
    given.advance(TimeDelta::nanoseconds(789));
    let cut = given.now().trunc_subsecs(6);
    let tenant = given.tenant("one").await;
    assert_eq!(tenant.installed_at, cut);
    let mut key = given.issued_key(&tenant);
    key.asked.expires_at = Some(given.now() + TimeDelta::minutes(1));
    let created = given.store.create_key(&key).await.expect("created");
    assert_eq!(
        (created.created_at, created.expires_at),
        (cut, Some(cut + TimeDelta::minutes(1)))
    );
    given.revoke(&key).await;
    let listed = given.store.list_keys(tenant.id).await.expect("listed");
    assert_eq!(listed[0].revoked.as_ref().map(|revoked| revoked.at), Some(cut));
    let event = AccessEvent {
        at: given.now(),
        tenant: tenant.id,
        kind: AccessEventKind::KeyCreated,
        grant: None,
        code: None,
        by: None,
    };
    given.store.append_event(&event).await.expect("appended");
    let events = given.store.read_events(tenant.id, 1).await.expect("read");
    let mut record = call(&given, tenant.id, key.grant);
    record.at = given.now();
    given
        .store
        .append_audit(&[&record], &Given::audit_key())
        .await
        .expect("appended");
    let audit = given
        .store
        .read_audit(tenant.id, &AuditQuery::latest(1))
        .await
        .expect("read");
    assert_eq!((events[0].at, audit[0].at), (cut, cut));
    let client = RegisteredClient {
        client_id: text(),
        metadata: "{}".into(),
        created_at: given.now(),
        expires_at: given.now() + TimeDelta::minutes(1),
    };
    given.store.add_client(&client).await.expect("stored");
    let found = given.store.find_client(&client.client_id).await.expect("answered");
    assert_eq!(
        found.map(|found| (found.created_at, found.expires_at)),
        Some((cut, cut + TimeDelta::minutes(1)))
    );
}
