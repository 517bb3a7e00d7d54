//! What is forgotten, and what never is.

use std::time::Duration;

use chrono::TimeDelta;

use super::{
    given::{Given, text},
    records::call,
};
use crate::{
    AUTHORIZATION_CODE_LIFETIME, AccessEvent, AccessEventKind, AuditQuery, CODE_LIFETIME, GrantKind,
    IDLE_CLIENT_LIFETIME, REFRESH_TOKEN_LIFETIME, REPLAY_WINDOW, RegisteredClient, UNUSED_CLIENT_LIFETIME,
};

const DAY: TimeDelta = TimeDelta::days(1);
const SECOND: TimeDelta = TimeDelta::seconds(1);

async fn sweep_after(given: &Given, time: TimeDelta) {
    given.advance(time);
    given.store.sweep().await.expect("swept");
}

/// Connection codes stay in the list for a day, whatever became of them.
pub async fn codes_are_forgotten_a_day_after_their_end(given: Given) {
    let tenant = given.tenant("one").await;
    let redemption = given.redeemed(&tenant).await;
    given.code(&tenant).await;
    given.advance(SECOND * 2);
    let newer = given.code(&tenant).await;
    let list = async || given.store.list_codes(tenant.id).await.expect("listed");
    sweep_after(&given, TimeDelta::zero()).await;
    assert_eq!(list().await.len(), 3);
    sweep_after(&given, CODE_LIFETIME + DAY - SECOND * 3).await;
    assert_eq!(list().await.len(), 3);
    sweep_after(&given, SECOND * 2).await;
    let left = list().await;
    assert_eq!((left.len(), left[0].id), (1, newer.id));
    assert!(given.stands(tenant.id, redemption.grant).await, "the grant is kept");
}

/// Tokens that expired more than a day ago are unknown; the app can still be seen.
pub async fn tokens_are_forgotten_a_day_after_they_expired(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    let is_known = async || {
        let code = [app.redemption.authorization_code.secret.hash];
        let found = given.store.find_authorization_code(&code).await;
        found.expect("answered").is_some()
    };
    sweep_after(&given, DAY).await;
    assert!(is_known().await);
    sweep_after(&given, AUTHORIZATION_CODE_LIFETIME + SECOND).await;
    assert!(!is_known().await);
    assert_eq!(given.store.list_apps(tenant.id).await.expect("listed").len(), 1);
    assert!(given.rotate(&app.tokens).await.is_some());
}

/// A refresh token that was spent must be known when somebody presents it again.
pub async fn t08_a_spent_refresh_token_is_remembered_until_it_expires(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    let second = given.rotate(&app.tokens).await.expect("rotated");
    given.rotate(&second).await.expect("rotated");
    sweep_after(&given, REFRESH_TOKEN_LIFETIME - SECOND).await;
    let found = given.refresh_token(&app.tokens).await;
    assert!(found.token.spent_at.is_some() && found.successor_is_spent);
    sweep_after(&given, DAY + SECOND * 2).await;
    let refresh = [app.tokens.refresh.secret.hash];
    assert_eq!(given.store.find_refresh_token(&refresh).await.expect("answered"), None);
}

/// An answer that is sent again to nobody any more is not kept.
pub async fn sealed_answers_are_forgotten_after_the_replay_window(given: Given) {
    let tenant = given.tenant("one").await;
    let app = given.app(&tenant).await;
    given.rotate(&app.tokens).await.expect("rotated");
    let sealed = async || given.refresh_token(&app.tokens).await.sealed;
    sweep_after(&given, REPLAY_WINDOW - SECOND).await;
    assert_eq!(sealed().await.as_deref(), Some(b"sealed".as_slice()));
    sweep_after(&given, SECOND * 2).await;
    assert_eq!(sealed().await, None);
    assert!(given.refresh_token(&app.tokens).await.token.spent_at.is_some());
}

/// A client that is used stays; an assertion is remembered for as long as it could be used.
pub async fn clients_and_assertions_are_forgotten(given: Given) {
    let (used, unused) = (text(), text());
    for client_id in [&used, &unused] {
        let client = RegisteredClient {
            client_id: client_id.clone(),
            metadata: "{}".into(),
            created_at: given.now(),
            expires_at: given.now() + UNUSED_CLIENT_LIFETIME,
        };
        given.store.add_client(&client).await.expect("stored");
    }
    let kept_until = given.now() + IDLE_CLIENT_LIFETIME;
    given.store.keep_client(&used, kept_until).await.expect("kept");
    let (assertion, expires_at) = (text(), given.now() + TimeDelta::minutes(5));
    let is_first = async || {
        let is_first = given.store.use_assertion(&used, &assertion, expires_at).await;
        is_first.expect("answered")
    };
    assert!(is_first().await);
    sweep_after(&given, TimeDelta::minutes(5) - SECOND).await;
    assert!(!is_first().await);
    sweep_after(&given, DAY + UNUSED_CLIENT_LIFETIME).await;
    assert!(is_first().await, "it can be used no more, so nobody has to remember");
    assert_eq!(given.store.find_client(&unused).await.expect("answered"), None);
    assert!(given.store.find_client(&used).await.expect("answered").is_some());
}

/// A window goes on over a sweep: otherwise each sweep would give everybody a new allowance.
pub async fn counters_are_kept_while_their_window_lasts(given: Given) {
    let (bucket, window) = (text(), Duration::from_hours(1));
    let count = async || given.store.count(&bucket, window).await.expect("counted").so_far;
    assert_eq!(count().await, 1);
    sweep_after(&given, TimeDelta::minutes(59)).await;
    assert_eq!(count().await, 2);
    sweep_after(&given, DAY + TimeDelta::hours(1)).await;
    assert_eq!(count().await, 1);
}

/// Who had access, and what was done with it, is there years later.
pub async fn grants_tenants_and_records_are_never_forgotten(given: Given) {
    let tenant = given.tenant("one").await;
    let mut expiring = given.issued_key(&tenant);
    expiring.asked.expires_at = Some(given.now() + SECOND);
    given.store.create_key(&expiring).await.expect("created");
    let (key, app) = (given.key(&tenant).await, given.app(&tenant).await);
    let record = call(&given, tenant.id, key.grant);
    given
        .store
        .append_audit(&[&record], &Given::audit_key())
        .await
        .expect("appended");
    let event = AccessEvent {
        at: given.now(),
        tenant: tenant.id,
        kind: AccessEventKind::KeyCreated,
        grant: Some(key.grant),
        code: None,
        by: None,
    };
    given.store.append_event(&event).await.expect("appended");
    given.advance(SECOND);

    sweep_after(&given, DAY * 1_000).await;
    assert!(given.opens(&key).await);
    assert!(given.stands(tenant.id, app.grant()).await);
    assert_eq!(given.store.list_keys(tenant.id).await.expect("listed").len(), 2);
    assert_eq!(given.store.list_apps(tenant.id).await.expect("listed").len(), 1);
    assert_eq!(
        given
            .store
            .read_audit(tenant.id, &AuditQuery::latest(10))
            .await
            .expect("read")
            .len(),
        1
    );
    assert_eq!(given.store.read_events(tenant.id, 10).await.expect("read"), [event]);
    let expired = [expiring.secret.hash];
    let found = given
        .store
        .find_bearer(GrantKind::Key, &expired)
        .await
        .expect("answered");
    assert_eq!(found, None);
}
