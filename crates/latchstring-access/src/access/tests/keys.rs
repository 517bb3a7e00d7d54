//! API keys.

use super::*;
use crate::{CreateKeyError, RevokeOutcome};

#[tokio::test]
async fn a_key_opens_what_it_was_made_for() {
    let Setup { access, tenant, .. } = setup().await;
    let (key, summary) = access.create_key(asked(&tenant)).await.expect("created");
    let grant = access.authenticate_key(key.expose()).await.expect("recognised");
    assert_eq!(
        (grant.id(), grant.tenant(), grant.scope()),
        (summary.grant, tenant.id, Scope::Read)
    );
    assert_eq!(grant.holder().to_string(), format!("Claude ({})", summary.hint));
    assert!(access.check(&grant).await.is_ok());
    assert!(access.hold(&grant).await.is_ok());
}

#[tokio::test]
async fn a_revoked_key_opens_nothing_from_then_on() {
    let Setup { access, tenant, .. } = setup().await;
    let (key, summary) = access.create_key(asked(&tenant)).await.expect("created");
    let grant = access.authenticate_key(key.expose()).await.expect("recognised");
    assert_eq!(
        access
            .revoke_key(tenant.id, summary.grant, &ann())
            .await
            .expect("revoked"),
        RevokeOutcome::Revoked
    );
    assert!(matches!(
        access.authenticate_key(key.expose()).await,
        Err(AuthenticateError::Refused)
    ));
    assert!(
        matches!(access.check(&grant).await, Err(Refusal::Revoked)),
        "not even a call that already runs"
    );
    assert!(
        matches!(access.hold(&grant).await, Err(Refusal::Revoked)),
        "nor its commit"
    );
}

#[tokio::test]
async fn a_key_expires_by_the_clock() {
    let Setup {
        access, clock, tenant, ..
    } = setup().await;
    let end = access.now().await.expect("a clock") + TimeDelta::hours(1);
    let (key, _) = access
        .create_key(NewKey {
            expires_at: Some(end),
            ..asked(&tenant)
        })
        .await
        .expect("created");
    let grant = access.authenticate_key(key.expose()).await.expect("recognised");
    clock.advance(TimeDelta::hours(1));
    assert!(matches!(
        access.authenticate_key(key.expose()).await,
        Err(AuthenticateError::Refused)
    ));
    assert!(matches!(access.check(&grant).await, Err(Refusal::Revoked)));
    let late = access
        .create_key(NewKey {
            expires_at: Some(end),
            ..asked(&tenant)
        })
        .await;
    assert!(matches!(late, Err(CreateKeyError::ExpiresInThePast)));
}

#[tokio::test]
async fn t01_junk_never_reaches_the_store() {
    let Setup {
        access, store, tenant, ..
    } = setup().await;
    let (key, _) = access.create_key(asked(&tenant)).await.expect("created");
    store.cut_off(true); // whoever asks now gets another error
    let mut mistyped = key.expose().to_owned();
    let last = mistyped.pop().expect("not empty");
    mistyped.push(if last == '0' { '1' } else { '0' });
    for junk in [
        "",
        "asmk_",
        &mistyped,
        &key.expose().replace("asmk", "lstk"),
        &"asmk_".repeat(2_000),
    ] {
        assert!(
            matches!(access.authenticate_key(junk).await, Err(AuthenticateError::Refused)),
            "{junk:.60}"
        );
    }
    assert!(matches!(
        access.authenticate_key(key.expose()).await,
        Err(AuthenticateError::Unavailable(_))
    ));
}

#[tokio::test]
async fn a_well_formed_key_that_nobody_made_is_refused() {
    let Setup { access, .. } = setup().await;
    let key = Token::generate(&"asmk".parse().expect("a prefix"));
    assert!(matches!(
        access.authenticate_key(key.secret().expose()).await,
        Err(AuthenticateError::Refused)
    ));
}

#[tokio::test]
async fn a_store_out_of_reach_is_no_verdict_on_a_key() {
    let Setup {
        access, store, tenant, ..
    } = setup().await;
    let (key, _) = access.create_key(asked(&tenant)).await.expect("created");
    let grant = access.authenticate_key(key.expose()).await.expect("recognised");
    store.cut_off(true);
    assert!(matches!(
        access.authenticate_key(key.expose()).await,
        Err(AuthenticateError::Unavailable(_))
    ));
    assert!(
        matches!(access.check(&grant).await, Err(Refusal::Unavailable(_))),
        "shut, but not for good"
    );
    assert!(matches!(access.hold(&grant).await, Err(Refusal::Unavailable(_))));
    store.cut_off(false);
    assert!(access.check(&grant).await.is_ok());
}

#[tokio::test]
async fn when_a_key_was_last_used_is_listed() {
    let Setup {
        access, clock, tenant, ..
    } = setup().await;
    let (key, _) = access.create_key(asked(&tenant)).await.expect("created");
    clock.advance(TimeDelta::hours(2));
    access.authenticate_key(key.expose()).await.expect("recognised");
    access.shutdown().await;
    let listed = access.list_keys(tenant.id).await.expect("listed");
    assert_eq!(listed[0].last_used_at, Some(DateTime::UNIX_EPOCH + TimeDelta::hours(2)));
}

#[tokio::test]
async fn a_database_of_another_ring_is_refused_at_the_start() {
    let Setup { store, .. } = setup().await;
    let error = open(&store, KeyRing::generate(), PlanRule::Free)
        .await
        .err()
        .expect("refused");
    assert_eq!(
        error.to_string(),
        "the key ring is not the one this database was used with; restore that ring, or start with a new database"
    );
}

#[tokio::test]
async fn t13_nothing_that_prints_tells_the_key() {
    let Setup { access, tenant, .. } = setup().await;
    let (key, summary) = access.create_key(asked(&tenant)).await.expect("created");
    let grant = access.authenticate_key(key.expose()).await.expect("recognised");
    let listed = access.list_keys(tenant.id).await.expect("listed");
    let printed = format!("{key:?} {summary:?} {grant:?} {listed:?}");
    assert!(!printed.contains(key.expose()));
    let random_part = &key.expose()[9..key.expose().len() - 4];
    assert!(
        !printed.contains(random_part) && !printed.contains(&random_part[..8]),
        "{printed}"
    );
}
