//! Keys: made, found, listed, limited.

use chrono::TimeDelta;
use latchstring_core::{GrantId, Holder, Scope, TenantId};

use super::given::{Given, ann, hash};
use crate::{GrantKind, MAX_LIVE_KEYS, StoreError, Tenant, TenantEventKind};

/// Looking up returns the key whose hash is among those asked for, with what was stored of it.
pub async fn a_created_key_is_found_by_its_hash_and_by_no_other(given: Given) {
    let tenant = given.tenant("one").await;
    let key = given.key(&tenant).await;
    given.key(&tenant).await;
    let find = async |hashes: &[_]| given.store.find_bearer(GrantKind::Key, hashes).await.expect("answered");
    let found = find(&[hash(), key.secret.hash]).await.expect("found");
    assert_eq!((found.grant, found.tenant), (key.grant, tenant.id));
    assert_eq!((found.connector, found.scope), (tenant.connector, Scope::ReadWrite));
    let holder = Holder::Key {
        label: "Claude on my laptop".into(),
        hint: "asmk_Ab12...9xYz".into(),
    };
    assert_eq!((found.holder, found.at), (holder, given.now()));
    assert_eq!(find(&[hash()]).await, None);
    assert_eq!(find(&[]).await, None);
    assert!(given.opens(&key).await);
}

/// The list tells all that was stored, and what creation returned.
pub async fn a_key_lists_as_it_was_created(given: Given) {
    let tenant = given.tenant("one").await;
    let mut key = given.issued_key(&tenant);
    key.asked.expires_at = Some(given.now() + TimeDelta::days(90));
    key.asked.scope = Scope::Read;
    let created = given.store.create_key(&key).await.expect("created");
    let listed = given.store.list_keys(tenant.id).await.expect("listed");
    assert_eq!(listed, std::slice::from_ref(&created));
    assert_eq!((created.grant, created.tenant), (key.grant, tenant.id));
    assert_eq!((created.scope, created.created_by), (Scope::Read, ann()));
    assert_eq!(created.label, "Claude on my laptop");
    assert_eq!(created.hint, "asmk_Ab12...9xYz");
    assert_eq!(
        (created.created_at, created.expires_at),
        (given.now(), key.asked.expires_at)
    );
    assert_eq!((created.last_used_at, created.revoked), (None, None));
}

/// Expiry is exact: the last microsecond before counts, the moment itself does not.
pub async fn a_key_stands_until_the_moment_it_expires(given: Given) {
    let tenant = given.tenant("one").await;
    let mut key = given.issued_key(&tenant);
    key.asked.expires_at = Some(given.now() + TimeDelta::minutes(10));
    given.store.create_key(&key).await.expect("created");
    let microsecond = TimeDelta::microseconds(1);
    for (step, expected) in [
        (TimeDelta::zero(), true),
        (TimeDelta::minutes(10) - microsecond, true),
        (microsecond, false),
        (microsecond, false),
        (TimeDelta::days(400), false),
    ] {
        given.advance(step);
        assert_eq!(given.opens(&key).await, expected, "at {}", given.now());
    }
    assert_eq!(given.store.list_keys(tenant.id).await.expect("listed").len(), 1);
}

/// To another tenant a key does not exist.
pub async fn another_tenant_can_neither_see_nor_revoke_a_key(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    let key = given.key(&one).await;
    let revoke = async |tenant, grant| {
        let revocation = given.revocation();
        given.store.revoke(GrantKind::Key, tenant, grant, &revocation).await
    };
    let refused = revoke(two.id, key.grant).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound(id)) if id == key.grant),
        "{refused:?}"
    );
    let unknown = revoke(one.id, GrantId::new(given.now())).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))), "{unknown:?}");
    assert!(given.store.list_keys(two.id).await.expect("listed").is_empty());
    assert!(!given.stands(two.id, key.grant).await);
    assert!(given.opens(&key).await);
}

/// No key for a tenant that is unknown or not served.
pub async fn only_an_active_tenant_gets_keys(given: Given) {
    let tenant = given.tenant("one").await;
    let tenant = given.happens(&tenant, TenantEventKind::Uninstalled).await;
    let refused = given.store.create_key(&given.issued_key(&tenant)).await;
    assert!(
        matches!(refused, Err(StoreError::TenantUnknown(id)) if id == tenant.id),
        "{refused:?}"
    );
    let stranger = Tenant {
        id: TenantId::new(given.now()),
        ..tenant
    };
    let refused = given.store.create_key(&given.issued_key(&stranger)).await;
    assert!(matches!(refused, Err(StoreError::TenantUnknown(_))), "{refused:?}");
}

/// The limit counts live keys of this tenant only: revoked and expired ones make room, and apps take none.
pub async fn a_tenant_has_fifty_live_keys_at_most(given: Given) {
    let (one, two) = (given.tenant("one").await, given.tenant("two").await);
    given.app(&one).await;
    let mut short_lived = given.issued_key(&one);
    short_lived.asked.expires_at = Some(given.now() + TimeDelta::minutes(1));
    given.store.create_key(&short_lived).await.expect("created");
    let mut last = short_lived;
    for _ in 1..MAX_LIVE_KEYS {
        last = given.key(&one).await;
    }
    let refused = given.store.create_key(&given.issued_key(&one)).await;
    assert!(matches!(refused, Err(StoreError::TooManyKeys)), "{refused:?}");
    given.key(&two).await;

    given.revoke(&last).await;
    given.key(&one).await;
    given.advance(TimeDelta::minutes(1));
    given.key(&one).await;
    let refused = given.store.create_key(&given.issued_key(&one)).await;
    assert!(matches!(refused, Err(StoreError::TooManyKeys)), "{refused:?}");
}

/// However many keys have expired, the live ones are on top, and none of them is cut off.
pub async fn live_keys_list_before_expired_ones(given: Given) {
    let tenant = given.tenant("one").await;
    let live = given.key(&tenant).await;
    for _ in 0..11 {
        for _ in 1..MAX_LIVE_KEYS {
            let mut key = given.issued_key(&tenant);
            key.asked.expires_at = Some(given.now() + TimeDelta::minutes(1));
            given.store.create_key(&key).await.expect("created");
        }
        given.advance(TimeDelta::minutes(1));
    }
    let listed = given.store.list_keys(tenant.id).await.expect("listed");
    assert_eq!(listed.len(), 500);
    assert_eq!(listed[0].grant, live.grant);
}

/// However many keys were revoked, the live ones are on top, each part newest first.
pub async fn live_keys_list_before_revoked_ones(given: Given) {
    let tenant = given.tenant("one").await;
    let mut keys = Vec::new();
    for _ in 0..4 {
        given.advance(TimeDelta::seconds(1));
        keys.push(given.key(&tenant).await);
    }
    given.revoke(&keys[0]).await;
    given.revoke(&keys[3]).await;
    let listed = given.store.list_keys(tenant.id).await.expect("listed");
    let listed: Vec<GrantId> = listed.into_iter().map(|key| key.grant).collect();
    assert_eq!(listed, [2, 1, 3, 0].map(|number: usize| keys[number].grant));
}
