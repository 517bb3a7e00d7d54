//! Everything that a tenant gave, taken back at once.

use chrono::TimeDelta;
use latchstring_core::GrantId;
use tokio::task::yield_now;

use super::{
    at_once::{Runner, at_once},
    given::{Given, ann},
};
use crate::{CodeState, RevokedAll, StoreError, TenantEventKind};

/// Keys, apps, apps that have yet to fetch their tokens, and codes; nobody else's, and nothing that had ended before.
pub async fn v01_everything_a_tenant_gave_is_revoked_at_once(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let mut expired = given.issued_key(&one);
    expired.asked.expires_at = Some(given.now() + TimeDelta::seconds(1));
    given.store.create_key(&expired).await.expect("created");
    let (revoked, kept) = (given.key(&one).await, given.key(&one).await);
    given.revoke(&revoked).await;
    given.advance(TimeDelta::seconds(1));
    let (app, unfetched) = (given.app(&one).await, given.redeemed(&one).await);
    let code = given.code(&one).await;
    let (foreign, foreign_app, foreign_code) = (given.key(&two).await, given.app(&two).await, given.code(&two).await);
    let earlier = given.store.list_keys(one.id).await.expect("listed");

    given.advance(TimeDelta::seconds(1));
    let all = given
        .store
        .revoke_all(one.id, &given.revocation(), None)
        .await
        .expect("revoked");
    let mut apps = vec![app.grant(), unfetched.grant];
    apps.sort();
    let expected = RevokedAll {
        keys: vec![kept.grant],
        apps,
        codes: vec![code.id],
        session_generation: one.session_generation + 1,
    };
    assert_eq!(all, expected);
    assert!(!given.opens(&kept).await && !given.opens(&app).await);
    assert!(given.exchange(&unfetched).await.is_none() && given.rotate(&app.tokens).await.is_none());
    assert!(given.redeem(&code).await.is_none());
    let codes = given.store.list_codes(one.id).await.expect("listed");
    let cancelled = codes.iter().find(|listed| listed.id == code.id).expect("listed");
    assert_eq!(cancelled.state, CodeState::Cancelled(given.revocation()));
    let of = |keys: &[crate::KeySummary], grant: GrantId| {
        let key = keys.iter().find(|key| key.grant == grant).expect("listed");
        key.revoked.clone()
    };
    let keys = given.store.list_keys(one.id).await.expect("listed");
    assert_eq!(of(&keys, kept.grant), Some(given.revocation()));
    assert_eq!(
        of(&keys, revoked.grant),
        of(&earlier, revoked.grant),
        "the first revocation stays"
    );
    assert_eq!(of(&keys, expired.grant), None, "it had ended by itself");

    assert!(given.opens(&foreign).await && given.opens(&foreign_app).await);
    assert!(given.redeem(&foreign_code).await.is_some());
    let tenants = given.store.find_tenants("one").await.expect("found");
    assert_eq!(tenants[0].session_generation, one.session_generation + 1);
    let tenants = given.store.find_tenants("two").await.expect("found");
    assert_eq!(tenants[0].session_generation, two.session_generation);

    let again = given
        .store
        .revoke_all(one.id, &given.revocation(), None)
        .await
        .expect("answered");
    let nothing = RevokedAll {
        session_generation: one.session_generation + 2,
        ..RevokedAll::default()
    };
    assert_eq!(again, nothing);
    let new = given.key(&one).await;
    assert!(given.opens(&new).await, "the tenant may give again");
}

/// A commit that is held goes through before it.
pub async fn v01_revoking_all_waits_for_holds(given: Given) {
    let tenant = given.tenant("one").await;
    let key = given.key(&tenant).await;
    let hold = given
        .store
        .hold(tenant.id, key.grant)
        .await
        .expect("answered")
        .expect("stands");
    let (shutter, id) = (given.clone(), tenant.id);
    let revoking = tokio::spawn(async move { shutter.store.revoke_all(id, &shutter.revocation(), None).await });
    for _ in 0..20 {
        yield_now().await;
    }
    assert!(!revoking.is_finished());
    drop(hold);
    let all = revoking.await.expect("ended").expect("revoked");
    assert_eq!(all.keys, [key.grant]);
}

/// New keys and redemptions run into it: what stands afterwards was made after it.
pub async fn v01_nothing_stands_that_raced_the_revocation_of_all(given: Given) {
    let tenant = given.tenant("one").await;
    let codes = [given.code(&tenant).await, given.code(&tenant).await];
    let mut runners: Vec<Runner<Option<GrantId>>> = Vec::new();
    for number in 0..30 {
        let (maker, maker_tenant, code) = (given.clone(), tenant.clone(), codes[number % 2].clone());
        runners.push(Box::pin(async move {
            if number % 3 == 0 {
                return maker.redeem(&code).await.map(|redemption| redemption.grant);
            }
            Some(maker.key(&maker_tenant).await.grant)
        }));
        if number == 15 {
            let (shutter, id) = (given.clone(), tenant.id);
            runners.push(Box::pin(async move {
                shutter
                    .store
                    .revoke_all(id, &shutter.revocation(), None)
                    .await
                    .expect("revoked");
                None
            }));
        }
    }
    let made: Vec<GrantId> = at_once(runners).await.into_iter().flatten().collect();
    let last = given
        .store
        .revoke_all(tenant.id, &given.revocation(), None)
        .await
        .expect("revoked");
    assert!(
        last.keys.iter().chain(&last.apps).all(|grant| made.contains(grant)),
        "known ones"
    );
    assert_eq!(given.store.standing_among(&made).await.expect("answered"), []);
    for code in &codes {
        assert!(given.redeem(code).await.is_none());
    }
}

/// There is nothing to take back where the app is not installed.
pub async fn only_an_active_tenants_grants_are_revoked_at_once(given: Given) {
    let tenant = given.tenant("one").await;
    given.key(&tenant).await;
    given.happens(&tenant, TenantEventKind::Uninstalled).await;
    let refused = given.store.revoke_all(tenant.id, &given.revocation(), None).await;
    assert!(
        matches!(refused, Err(StoreError::TenantUnknown(id)) if id == tenant.id),
        "{refused:?}"
    );
}

/// Who may no longer speak for a tenant must not go on in a session from before.
pub async fn a_removed_person_ends_the_sessions(given: Given) {
    let tenant = given.tenant("one").await;
    let removal = TenantEventKind::PersonRemoved {
        sub: "user-2".into(),
        by: ann(),
    };
    let after = given.happens(&tenant, removal).await;
    assert_eq!(after.session_generation, tenant.session_generation + 1);
    let found = given.store.find_tenants("one").await.expect("found");
    assert_eq!(found, [after]);
}

/// Of two who revoke everything in their sessions, the second one's was ended by the first.
pub async fn a02_a_session_that_is_over_revokes_nothing(given: Given) {
    let tenant = given.tenant("one").await;
    let revoke = async |session| {
        given
            .store
            .revoke_all(tenant.id, &given.revocation(), Some(session))
            .await
    };
    let first = revoke(tenant.session_generation).await.expect("revoked");
    let key = given.key(&tenant).await;
    let refused = revoke(tenant.session_generation).await;
    assert!(matches!(refused, Err(StoreError::SessionOver)), "{refused:?}");
    assert!(given.opens(&key).await);
    assert!(revoke(first.session_generation).await.is_ok());
    assert!(!given.opens(&key).await);
}
