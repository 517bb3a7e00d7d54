//! The laws every [`AccessStore`] keeps, to be run on each implementation.
//!
//! ```
//! # mod tests {
//! use latchstring_access::MemoryStore;
//!
//! /// A new, empty store, and whatever has to live as long as it (such as its folder).
//! async fn fresh() -> (MemoryStore, ()) {
//!     (MemoryStore::new(), ())
//! }
//!
//! latchstring_access::access_store_contract!(fresh);
//! # }
//! ```

#![expect(clippy::missing_panics_doc, reason = "every law panics when it is broken")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{
    CallRecord, Change, ChangeAction, Channel, Effect, GrantId, OperationRecord, RequestId, Scope, TenantId,
};
use serde_json::json;
use tokio::{task::JoinSet, time::timeout};

use crate::{
    AccessStore, AuditEntry, IssuedKey, MAX_LIVE_KEYS, NewKey, NewTenant, Person, RevokeOutcome, RingCheck, SecretHash,
    StoreError, Tenant, TenantStatus,
};

/// Makes one test of each law. `$fresh` is an `async fn` that returns a new store and something to keep alive with it.
#[macro_export]
macro_rules! access_store_contract {
    ($fresh:path) => {
        $crate::access_store_contract! { @each $fresh,
            a_created_key_is_found_by_its_hash_and_by_no_other,
            a_key_lists_as_it_was_created,
            a_revoked_key_is_not_found_and_does_not_stand,
            revoking_twice_keeps_the_first_revocation,
            a_key_stands_until_the_moment_it_expires,
            another_tenant_can_neither_see_nor_revoke_a_key,
            a_suspended_tenant_is_shut_until_it_is_active_again,
            an_uninstalled_tenant_is_shut_for_good,
            only_an_active_tenant_gets_keys,
            a_hold_keeps_a_grant_from_being_revoked,
            a_hold_keeps_a_tenant_from_being_shut,
            nothing_holds_a_grant_that_does_not_stand,
            a_tenant_has_fifty_live_keys_at_most,
            parallel_creation_stops_at_the_limit,
            live_keys_list_before_revoked_ones,
            a_tenant_is_stored_once_per_host_key,
            a_tenant_is_found_by_host_key_first_and_by_name_next,
            the_last_use_never_moves_back,
            audit_is_read_back_whole_and_newest_first,
            a_call_is_written_down_once,
            the_first_ring_becomes_the_stores_own,
        }
    };
    (@each $fresh:path, $($law:ident,)+) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $law() {
                let (store, _alive) = $fresh().await;
                $crate::contract::$law(std::sync::Arc::new(store)).await;
            }
        )+
    };
}

/// A store under test.
pub type Store = Arc<dyn AccessStore>;

/// Looking up returns the key whose hash is among those asked for, with what was stored of it.
pub async fn a_created_key_is_found_by_its_hash_and_by_no_other(store: Store) {
    let tenant = tenant(&store, "one").await;
    let key = issue(&store, &tenant, 1).await;
    let found = store
        .find_key(&[hash(9), hash(1)], now())
        .await
        .expect("answered")
        .expect("found");
    assert_eq!(
        (found.grant, found.tenant, found.scope),
        (key.grant, tenant.id, Scope::ReadWrite)
    );
    assert_eq!(
        (found.label.as_str(), found.hint.as_str()),
        ("key 1", "asmk_0001...0001")
    );
    assert!(stands(&store, &key).await);
    assert_eq!(store.find_key(&[hash(2)], now()).await.expect("answered"), None);
    assert_eq!(store.find_key(&[], now()).await.expect("answered"), None);
}

/// The list tells all that was stored, and what creation returned.
pub async fn a_key_lists_as_it_was_created(store: Store) {
    let tenant = tenant(&store, "one").await;
    let mut key = issued(&tenant, 1);
    key.asked.expires_at = Some(now() + TimeDelta::days(90));
    key.asked.scope = Scope::Read;
    let created = store.create_key(&key).await.expect("created");
    let listed = store.list_keys(tenant.id).await.expect("listed");
    assert_eq!(listed, std::slice::from_ref(&created));
    assert_eq!(created.grant, key.grant);
    assert_eq!((created.tenant, created.scope), (tenant.id, Scope::Read));
    assert_eq!(
        (created.label.as_str(), created.hint.as_str()),
        ("key 1", "asmk_0001...0001")
    );
    assert_eq!(created.created_by, ann());
    assert_eq!((created.created_at, created.expires_at), (now(), key.asked.expires_at));
    assert_eq!((created.last_used_at, created.revoked), (None, None));
}

/// (R): once revoked, the next look-up and the next check refuse.
pub async fn a_revoked_key_is_not_found_and_does_not_stand(store: Store) {
    let tenant = tenant(&store, "one").await;
    let (key, other) = (issue(&store, &tenant, 1).await, issue(&store, &tenant, 2).await);
    let outcome = store
        .revoke_key(tenant.id, key.grant, &ann(), now())
        .await
        .expect("revoked");
    assert_eq!(outcome, RevokeOutcome::Revoked);
    assert_eq!(store.find_key(&[hash(1)], now()).await.expect("answered"), None);
    assert!(!stands(&store, &key).await);
    assert!(stands(&store, &other).await, "the other key is untouched");
    assert!(store.find_key(&[hash(2)], now()).await.expect("answered").is_some());
}

/// A second revocation succeeds and changes nothing.
pub async fn revoking_twice_keeps_the_first_revocation(store: Store) {
    let tenant = tenant(&store, "one").await;
    let key = issue(&store, &tenant, 1).await;
    store
        .revoke_key(tenant.id, key.grant, &ann(), now())
        .await
        .expect("revoked");
    let later = now() + TimeDelta::hours(1);
    let again = store
        .revoke_key(tenant.id, key.grant, &Person::new("b", "Bob"), later)
        .await
        .expect("answered");
    assert_eq!(again, RevokeOutcome::AlreadyRevoked);
    let revoked = store
        .list_keys(tenant.id)
        .await
        .expect("listed")
        .remove(0)
        .revoked
        .expect("revoked");
    assert_eq!((revoked.at, revoked.by), (now(), ann()));
}

/// Expiry is exact: the last microsecond before counts, the moment itself does not.
pub async fn a_key_stands_until_the_moment_it_expires(store: Store) {
    let tenant = tenant(&store, "one").await;
    let end = now() + TimeDelta::minutes(10);
    let mut key = issued(&tenant, 1);
    key.asked.expires_at = Some(end);
    store.create_key(&key).await.expect("created");
    for (moment, expected) in [
        (now(), true),
        (end - TimeDelta::microseconds(1), true),
        (end, false),
        (end + TimeDelta::microseconds(1), false),
        (end + TimeDelta::days(400), false),
    ] {
        let found = store.find_key(&[hash(1)], moment).await.expect("answered");
        assert_eq!(found.is_some(), expected, "found at {moment}");
        assert_eq!(
            store.stands(tenant.id, key.grant, moment).await.expect("answered"),
            expected,
            "stands at {moment}"
        );
        let hold = store.hold(tenant.id, key.grant, moment).await.expect("answered");
        assert_eq!(hold.is_some(), expected, "held at {moment}");
    }
}

/// To another tenant a key does not exist.
pub async fn another_tenant_can_neither_see_nor_revoke_a_key(store: Store) {
    let (one, two) = (tenant(&store, "one").await, tenant(&store, "two").await);
    let key = issue(&store, &one, 1).await;
    let refused = store.revoke_key(two.id, key.grant, &ann(), now()).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound(id)) if id == key.grant),
        "{refused:?}"
    );
    let unknown = store.revoke_key(one.id, GrantId::new(now()), &ann(), now()).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))), "{unknown:?}");
    assert!(store.list_keys(two.id).await.expect("listed").is_empty());
    assert!(!store.stands(two.id, key.grant, now()).await.expect("answered"));
    assert!(store.hold(two.id, key.grant, now()).await.expect("answered").is_none());
    assert!(stands(&store, &key).await);
}

/// A pause shuts every key and opens them again afterwards.
pub async fn a_suspended_tenant_is_shut_until_it_is_active_again(store: Store) {
    let (one, two) = (tenant(&store, "one").await, tenant(&store, "two").await);
    let (key, other) = (issue(&store, &one, 1).await, issue(&store, &two, 2).await);
    set(&store, &one, TenantStatus::Suspended).await;
    assert!(is_shut(&store, &key).await);
    assert!(stands(&store, &other).await, "the other tenant is served");
    set(&store, &one, TenantStatus::Active).await;
    assert!(stands(&store, &key).await);
    assert!(store.find_key(&[key.hash], now()).await.expect("answered").is_some());
}

/// Installing an app again does not bring back the keys of the earlier installation.
pub async fn an_uninstalled_tenant_is_shut_for_good(store: Store) {
    let tenant = tenant(&store, "one").await;
    let key = issue(&store, &tenant, 1).await;
    set(&store, &tenant, TenantStatus::Uninstalled).await;
    assert!(is_shut(&store, &key).await);
    set(&store, &tenant, TenantStatus::Active).await;
    assert!(
        is_shut(&store, &key).await,
        "still shut after the app was installed again"
    );
    let new = issue(&store, &tenant, 2).await;
    assert!(stands(&store, &new).await, "a key made since then stands");
    let unknown = store
        .set_tenant_status(TenantId::new(now()), TenantStatus::Active, now())
        .await;
    assert!(matches!(unknown, Err(StoreError::TenantUnknown(_))), "{unknown:?}");
}

/// No key for a tenant that is unknown or not served.
pub async fn only_an_active_tenant_gets_keys(store: Store) {
    let tenant = tenant(&store, "one").await;
    for status in [TenantStatus::Suspended, TenantStatus::Uninstalled] {
        set(&store, &tenant, status).await;
        let refused = store.create_key(&issued(&tenant, 1)).await;
        assert!(
            matches!(refused, Err(StoreError::TenantUnknown(id)) if id == tenant.id),
            "{status}: {refused:?}"
        );
    }
    let stranger = Tenant {
        id: TenantId::new(now()),
        ..tenant
    };
    let refused = store.create_key(&issued(&stranger, 2)).await;
    assert!(matches!(refused, Err(StoreError::TenantUnknown(_))), "{refused:?}");
}

/// (W): while a commit holds the grant, a revocation waits; when the hold is dropped, it goes through.
pub async fn a_hold_keeps_a_grant_from_being_revoked(store: Store) {
    let tenant = tenant(&store, "one").await;
    let key = issue(&store, &tenant, 1).await;
    let hold = store
        .hold(tenant.id, key.grant, now())
        .await
        .expect("answered")
        .expect("held");
    let is_dropped = Arc::new(AtomicBool::new(false));
    let mut revocation = tokio::spawn({
        let (store, grant, is_dropped) = (Arc::clone(&store), key.grant, Arc::clone(&is_dropped));
        async move {
            let outcome = store.revoke_key(tenant.id, grant, &ann(), now()).await;
            (outcome, is_dropped.load(Ordering::SeqCst))
        }
    });
    // Only so that a store which does not wait has the time to show it; one that does passes however long this is.
    assert!(
        timeout(Duration::from_millis(100), &mut revocation).await.is_err(),
        "revoked in spite of the hold"
    );
    assert!(stands(&store, &key).await, "the grant stands while it is held");
    is_dropped.store(true, Ordering::SeqCst);
    drop(hold);
    let (outcome, was_dropped) = revocation.await.expect("no panic");
    assert_eq!(outcome.expect("revoked"), RevokeOutcome::Revoked);
    assert!(was_dropped);
    assert!(is_shut(&store, &key).await);
}

/// The same for uninstalling.
pub async fn a_hold_keeps_a_tenant_from_being_shut(store: Store) {
    let tenant = tenant(&store, "one").await;
    let key = issue(&store, &tenant, 1).await;
    let hold = store
        .hold(tenant.id, key.grant, now())
        .await
        .expect("answered")
        .expect("held");
    let mut uninstallation = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            store
                .set_tenant_status(tenant.id, TenantStatus::Uninstalled, now())
                .await
        }
    });
    assert!(
        timeout(Duration::from_millis(100), &mut uninstallation).await.is_err(),
        "shut in spite of the hold"
    );
    drop(hold);
    uninstallation.await.expect("no panic").expect("uninstalled");
    assert!(is_shut(&store, &key).await);
}

/// A hold is only for a grant that stands, and refusing one blocks nobody.
pub async fn nothing_holds_a_grant_that_does_not_stand(store: Store) {
    let tenant = tenant(&store, "one").await;
    let (key, other) = (issue(&store, &tenant, 1).await, issue(&store, &tenant, 2).await);
    store
        .revoke_key(tenant.id, key.grant, &ann(), now())
        .await
        .expect("revoked");
    assert!(
        store
            .hold(tenant.id, key.grant, now())
            .await
            .expect("answered")
            .is_none()
    );
    assert!(
        store
            .hold(tenant.id, GrantId::new(now()), now())
            .await
            .expect("answered")
            .is_none()
    );
    let hold = store.hold(tenant.id, other.grant, now()).await.expect("answered");
    assert!(hold.is_some());
    drop(hold);
    store
        .revoke_key(tenant.id, other.grant, &ann(), now())
        .await
        .expect("revoked");
}

/// The limit counts live keys of this tenant only: revoked and expired ones make room.
pub async fn a_tenant_has_fifty_live_keys_at_most(store: Store) {
    let (one, two) = (tenant(&store, "one").await, tenant(&store, "two").await);
    let mut short_lived = issued(&one, 0);
    short_lived.asked.expires_at = Some(now() + TimeDelta::minutes(1));
    store.create_key(&short_lived).await.expect("created");
    let mut last = None;
    for number in 1..MAX_LIVE_KEYS {
        last = Some(issue(&store, &one, number).await);
    }
    let refused = store.create_key(&issued(&one, 100)).await;
    assert!(matches!(refused, Err(StoreError::TooManyKeys)), "{refused:?}");
    issue(&store, &two, 101).await;

    let last = last.expect("made above").grant;
    store.revoke_key(one.id, last, &ann(), now()).await.expect("revoked");
    issue(&store, &one, 102).await;
    let mut after_expiry = issued(&one, 103);
    after_expiry.created_at = now() + TimeDelta::minutes(1);
    store
        .create_key(&after_expiry)
        .await
        .expect("the expired key makes room");
}

/// However many ask at once, the limit is exact.
pub async fn parallel_creation_stops_at_the_limit(store: Store) {
    let tenant = tenant(&store, "one").await;
    let mut creations = JoinSet::new();
    for number in 0..MAX_LIVE_KEYS + 14 {
        let (store, key) = (Arc::clone(&store), issued(&tenant, number));
        creations.spawn(async move { store.create_key(&key).await });
    }
    let outcomes = creations.join_all().await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), MAX_LIVE_KEYS);
    let refused = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Err(StoreError::TooManyKeys)))
        .count();
    assert_eq!(refused, 14);
    assert_eq!(store.list_keys(tenant.id).await.expect("listed").len(), MAX_LIVE_KEYS);
}

/// However many keys were revoked, the live ones are on top, each part newest first.
pub async fn live_keys_list_before_revoked_ones(store: Store) {
    let tenant = tenant(&store, "one").await;
    let mut keys = Vec::new();
    for number in 0..4_i32 {
        let mut key = issued(&tenant, 0);
        key.created_at = now() + TimeDelta::seconds(i64::from(number));
        key.grant = GrantId::new(key.created_at);
        key.hash = hash(usize::try_from(number).expect("small"));
        store.create_key(&key).await.expect("created");
        keys.push(key.grant);
    }
    for revoked in [keys[0], keys[3]] {
        store
            .revoke_key(tenant.id, revoked, &ann(), now())
            .await
            .expect("revoked");
    }
    let listed: Vec<GrantId> = store
        .list_keys(tenant.id)
        .await
        .expect("listed")
        .into_iter()
        .map(|key| key.grant)
        .collect();
    assert_eq!(listed, [keys[2], keys[1], keys[3], keys[0]]);
}

/// Asking again for a host key returns the tenant that is there, unchanged.
pub async fn a_tenant_is_stored_once_per_host_key(store: Store) {
    let first = tenant(&store, "one").await;
    assert_eq!(first.status, TenantStatus::Active);
    let again = store
        .ensure_tenant(&NewTenant::new("one", "Other name", now()))
        .await
        .expect("found");
    assert_eq!(again, first);
    let second = tenant(&store, "two").await;
    assert_ne!(second.public_id, first.public_id);
    assert_eq!(store.list_tenants().await.expect("listed"), [first.clone(), second]);

    let later = now() + TimeDelta::days(1);
    store
        .set_tenant_status(first.id, TenantStatus::Uninstalled, later)
        .await
        .expect("set");
    let gone = store
        .ensure_tenant(&NewTenant::new("one", "one", later))
        .await
        .expect("found");
    let expected = Tenant {
        status: TenantStatus::Uninstalled,
        uninstalled_at: Some(later),
        ..first
    };
    assert_eq!(gone, expected, "finding a tenant does not install it again");
}

/// A host key is never hidden by another tenant's name.
pub async fn a_tenant_is_found_by_host_key_first_and_by_name_next(store: Store) {
    let one = store
        .ensure_tenant(&NewTenant::new("one", "Twin", now()))
        .await
        .expect("stored");
    let two = store
        .ensure_tenant(&NewTenant::new("two", "Twin", now()))
        .await
        .expect("stored");
    let impostor = store
        .ensure_tenant(&NewTenant::new("three", "one", now()))
        .await
        .expect("stored");
    assert_eq!(
        store.find_tenants("one").await.expect("answered"),
        std::slice::from_ref(&one)
    );
    assert_eq!(store.find_tenants("three").await.expect("answered"), [impostor]);
    let twins = store.find_tenants("Twin").await.expect("answered");
    assert!(
        twins.len() == 2 && twins.contains(&one) && twins.contains(&two),
        "{twins:?}"
    );
    assert!(store.find_tenants("Twi%").await.expect("answered").is_empty());
}

/// Late news of an early use changes nothing, and unknown grants disturb nobody.
pub async fn the_last_use_never_moves_back(store: Store) {
    let tenant = tenant(&store, "one").await;
    let key = issue(&store, &tenant, 1).await;
    let later = now() + TimeDelta::minutes(5);
    for at in [now(), later, now()] {
        store
            .note_used(&[(GrantId::new(now()), at), (key.grant, at)])
            .await
            .expect("noted");
    }
    let listed = store.list_keys(tenant.id).await.expect("listed");
    assert_eq!(listed[0].last_used_at, Some(later));
}

/// What was appended comes back in the reverse order, with its operations and changes in theirs, for its tenant only.
pub async fn audit_is_read_back_whole_and_newest_first(store: Store) {
    let (one, two) = (tenant(&store, "one").await, tenant(&store, "two").await);
    let key = issue(&store, &one, 1).await;
    let calls: Vec<CallRecord> = (0..5).map(|_| call(one.id, key.grant)).collect();
    let foreign = call(two.id, key.grant);
    store
        .append_audit(&[&calls[0], &calls[1], &foreign])
        .await
        .expect("appended");
    store
        .append_audit(&[&calls[2], &calls[3], &calls[4]])
        .await
        .expect("appended");
    store.append_audit(&[]).await.expect("appended");

    let expected: Vec<AuditEntry> = calls.iter().rev().map(AuditEntry::from).collect();
    assert_eq!(store.read_audit(one.id, 100).await.expect("read"), expected);
    assert_eq!(store.read_audit(one.id, 2).await.expect("read"), expected[..2]);
    assert_eq!(
        store.read_audit(two.id, 100).await.expect("read"),
        [AuditEntry::from(&foreign)]
    );
}

/// A batch that is sent again, because nobody knows whether it arrived, is not written twice.
pub async fn a_call_is_written_down_once(store: Store) {
    let tenant = tenant(&store, "one").await;
    let (first, second) = (
        call(tenant.id, GrantId::new(now())),
        call(tenant.id, GrantId::new(now())),
    );
    store.append_audit(&[&first]).await.expect("appended");
    store.append_audit(&[&first, &second]).await.expect("appended");
    let expected = [AuditEntry::from(&second), AuditEntry::from(&first)];
    assert_eq!(store.read_audit(tenant.id, 100).await.expect("read"), expected);
}

/// A ring that shares nothing with those before it is refused, and leaves no trace.
pub async fn the_first_ring_becomes_the_stores_own(store: Store) {
    let check = |id: &str, number| RingCheck {
        key_id: id.into(),
        check: hash(number),
    };
    let (old, new, stranger) = (check("old", 1), check("new", 2), check("stranger", 3));
    assert!(store.match_ring(std::slice::from_ref(&old)).await.expect("answered"));
    assert!(
        !store
            .match_ring(std::slice::from_ref(&stranger))
            .await
            .expect("answered")
    );
    assert!(
        !store.match_ring(&[check("old", 4)]).await.expect("answered"),
        "same id, other pepper"
    );
    assert!(store.match_ring(&[new.clone(), old.clone()]).await.expect("answered"));
    assert!(
        store.match_ring(&[new]).await.expect("answered"),
        "the new entry was remembered"
    );
    assert!(!store.match_ring(&[stranger]).await.expect("answered"));
}

/// A moment with microseconds, the resolution that stores keep.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp_micros(1_795_000_000_123_456).expect("a moment")
}

fn ann() -> Person {
    Person::new("user-1", "Ann Onymous")
}

fn hash(number: usize) -> SecretHash {
    let mut bytes = [0xA5; 32];
    bytes[..8].copy_from_slice(&(number as u64).to_be_bytes());
    SecretHash::from_bytes(bytes)
}

async fn tenant(store: &Store, host_key: &str) -> Tenant {
    store
        .ensure_tenant(&NewTenant::new(host_key, host_key, now()))
        .await
        .expect("stored")
}

fn issued(tenant: &Tenant, number: usize) -> IssuedKey {
    IssuedKey {
        grant: GrantId::new(now()),
        asked: NewKey {
            tenant: tenant.id,
            scope: Scope::ReadWrite,
            label: format!("key {number}").parse().expect("a label"),
            created_by: ann(),
            expires_at: None,
        },
        hint: format!("asmk_{number:04}...{number:04}"),
        hash: hash(number),
        hash_key_id: "k1".into(),
        created_at: now(),
    }
}

async fn issue(store: &Store, tenant: &Tenant, number: usize) -> IssuedKey {
    let key = issued(tenant, number);
    store.create_key(&key).await.expect("created");
    key
}

async fn set(store: &Store, tenant: &Tenant, status: TenantStatus) {
    store.set_tenant_status(tenant.id, status, now()).await.expect("set");
}

async fn stands(store: &Store, key: &IssuedKey) -> bool {
    store
        .stands(key.asked.tenant, key.grant, now())
        .await
        .expect("answered")
}

async fn is_shut(store: &Store, key: &IssuedKey) -> bool {
    !stands(store, key).await
        && store.find_key(&[key.hash], now()).await.expect("answered").is_none()
        && store
            .hold(key.asked.tenant, key.grant, now())
            .await
            .expect("answered")
            .is_none()
}

fn call(tenant: TenantId, grant: GrantId) -> CallRecord {
    let change = |id: &str, action, before, after| Change {
        entity: "bom".into(),
        id: id.into(),
        action,
        before,
        after,
    };
    CallRecord {
        request: RequestId::new(now()),
        at: now(),
        tenant,
        grant,
        holder: "Claude (asmk_0001...0001)".into(),
        channel: Channel::Mcp,
        tool: "run".into(),
        outcome: "OK",
        committed: true,
        duration: Duration::from_micros(1_234),
        program_sha256: Some("ab".repeat(32)),
        operations: vec![
            OperationRecord {
                operation: "boms.list".into(),
                effect: Some(Effect::Read),
                outcome: "OK",
                duration: Duration::from_micros(17),
                changes: Vec::new(),
            },
            OperationRecord {
                operation: "boms.upsert".into(),
                effect: Some(Effect::Write),
                outcome: "OK",
                duration: Duration::from_micros(0),
                changes: vec![
                    change(
                        "1",
                        ChangeAction::Created,
                        None,
                        Some(json!({ "name": "Tür \u{1F6AA}", "quantity": "0.5" })),
                    ),
                    change(
                        "2",
                        ChangeAction::Updated,
                        Some(json!({ "name": null })),
                        Some(json!({ "name": "x" })),
                    ),
                    change("3", ChangeAction::Deleted, Some(json!({})), None),
                ],
            },
            OperationRecord {
                operation: "nonsense'; DROP TABLE tenant; --".into(),
                effect: None,
                outcome: "UNKNOWN_OPERATION",
                duration: Duration::from_secs(3),
                changes: Vec::new(),
            },
        ],
    }
}
