//! Refresh tokens: rotation, the same answer twice, and the end when there is a copy.

use std::time::Duration;

use super::*;
use crate::{REFRESH_TOKEN_LIFETIME, REFRESHES, REPLAY_WINDOW};

fn texts(tokens: &TokenTexts) -> (String, String, TimeDelta, Scope) {
    let (access, refresh) = (tokens.access.expose().to_owned(), tokens.refresh.expose().to_owned());
    (access, refresh, tokens.expires_in, tokens.scope)
}

#[tokio::test]
async fn a_refresh_gives_new_tokens_and_leaves_the_old_access_token_to_its_time() {
    let setup = setup().await;
    let first = setup.connect(Scope::ReadWrite).await;
    let second = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("refreshed");
    assert_ne!(texts(&first), texts(&second));
    assert_eq!(second.scope, Scope::ReadWrite);
    assert!(setup.app(&first).await.is_ok());
    assert!(setup.app(&second).await.is_ok());
    let third = setup
        .access
        .refresh(Setup::refresh(&second.refresh))
        .await
        .expect("refreshed");
    assert!(setup.app(&third).await.is_ok());
}

#[tokio::test]
async fn t07_the_same_token_within_a_minute_gives_the_same_answer() {
    let setup = setup().await;
    let first = setup.connect(Scope::Read).await;
    let answer = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("refreshed");
    setup.clock.advance(REPLAY_WINDOW - TimeDelta::microseconds(1));
    let again = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("answered again");
    assert_eq!(texts(&answer), texts(&again));
    assert!(setup.app(&again).await.is_ok());
}

#[tokio::test]
async fn an_app_that_refreshes_without_end_has_to_wait_and_loses_nothing() {
    let setup = setup().await;
    let mut tokens = setup.connect(Scope::Read).await;
    let other = setup.connect(Scope::Read).await;
    for _ in 0..REFRESHES {
        let refreshed = setup.access.refresh(Setup::refresh(&tokens.refresh)).await;
        tokens = refreshed.expect("refreshed");
    }
    let refused = setup.access.refresh(Setup::refresh(&tokens.refresh)).await;
    let Err(SpendError::TooMany(wait)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(wait, Duration::from_hours(1));
    let others = setup.access.refresh(Setup::refresh(&other.refresh)).await;
    others.expect("another app has an allowance of its own");
    setup.clock.advance(TimeDelta::hours(1));
    let refreshed = setup.access.refresh(Setup::refresh(&tokens.refresh)).await;
    refreshed.expect("the token was not spent");
}

#[tokio::test]
async fn t08_a_spent_token_after_a_minute_ends_the_grant() {
    let setup = setup().await;
    let first = setup.connect(Scope::Read).await;
    let second = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("refreshed");
    setup.clock.advance(REPLAY_WINDOW);
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&first.refresh)).await));
    assert!(setup.app(&second).await.is_err());
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&second.refresh)).await));
    assert_eq!(setup.events().await[0], AccessEventKind::RefreshTokenReused);
    let app = &setup.access.list_apps(setup.tenant.id).await.expect("listed")[0];
    assert_eq!(
        app.revoked.as_ref().expect("revoked").by.name(),
        "reuse of a spent token"
    );
}

#[tokio::test]
async fn t08_a_spent_token_whose_successor_was_used_ends_the_grant() {
    let setup = setup().await;
    let first = setup.connect(Scope::Read).await;
    let second = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("refreshed");
    let third = setup
        .access
        .refresh(Setup::refresh(&second.refresh))
        .await
        .expect("refreshed");
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&first.refresh)).await));
    assert!(setup.app(&third).await.is_err());
    assert_eq!(setup.events().await[0], AccessEventKind::RefreshTokenReused);
}

#[tokio::test]
async fn t08_a_copy_that_shows_while_the_tenant_is_paused_ends_the_grant_all_the_same() {
    let setup = setup().await;
    let first = setup.connect(Scope::Read).await;
    let second = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("refreshed");
    setup.clock.advance(REPLAY_WINDOW);
    setup.happens(TenantEventKind::Paused { by: ann() }).await;
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&first.refresh)).await));
    assert!(setup.app(&second).await.is_err());
}

#[tokio::test]
async fn t09_another_client_learns_nothing_and_ends_nothing() {
    let setup = setup().await;
    let first = setup.connect(Scope::Read).await;
    let stranger = |token| RefreshPresented {
        client_id: "another",
        ..Setup::refresh(token)
    };
    assert!(is_refused(&setup.access.refresh(stranger(&first.refresh)).await));
    let second = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("not spent by the stranger");
    setup.clock.advance(REPLAY_WINDOW);
    assert!(is_refused(&setup.access.refresh(stranger(&first.refresh)).await));
    assert!(
        setup.app(&second).await.is_ok(),
        "whoever finds a spent token cannot end its grant"
    );
}

#[tokio::test]
async fn t10_what_is_asked_wrongly_spends_nothing() {
    let setup = setup().await;
    let other = setup
        .access
        .ensure_tenant("other.example", "Other")
        .await
        .expect("stored");
    let first = setup.connect(Scope::Read).await;
    let right = Setup::refresh(&first.refresh);
    let wider = RefreshPresented {
        scope: Some(Scope::ReadWrite),
        ..right
    };
    assert!(matches!(setup.access.refresh(wider).await, Err(SpendError::WiderScope)));
    let elsewhere = RefreshPresented {
        connector: Some(&other.connector),
        ..right
    };
    assert!(matches!(
        setup.access.refresh(elsewhere).await,
        Err(SpendError::OtherConnector)
    ));
    let same = RefreshPresented {
        scope: Some(Scope::Read),
        connector: Some(&setup.tenant.connector),
        ..right
    };
    let second = setup.access.refresh(same).await.expect("not spent");
    setup.clock.advance(REPLAY_WINDOW);
    assert!(
        matches!(setup.access.refresh(wider).await, Err(SpendError::WiderScope)),
        "nor does it end the grant"
    );
    assert!(setup.app(&second).await.is_ok());
}

#[tokio::test]
async fn a_narrower_scope_is_answered_with_what_was_granted() {
    let setup = setup().await;
    let first = setup.connect(Scope::ReadWrite).await;
    let narrower = RefreshPresented {
        scope: Some(Scope::Read),
        ..Setup::refresh(&first.refresh)
    };
    assert_eq!(
        setup.access.refresh(narrower).await.expect("refreshed").scope,
        Scope::ReadWrite
    );
}

#[tokio::test]
async fn a_refresh_token_that_nobody_uses_is_over_after_ninety_days() {
    let setup = setup().await;
    let first = setup.connect(Scope::Read).await;
    setup.clock.advance(REFRESH_TOKEN_LIFETIME - TimeDelta::microseconds(1));
    let second = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("in time");
    setup.clock.advance(REFRESH_TOKEN_LIFETIME);
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&second.refresh)).await));
    let app = &setup.access.list_apps(setup.tenant.id).await.expect("listed")[0];
    assert!(app.revoked.is_none(), "late is no theft");
}

#[tokio::test]
async fn a_lapse_keeps_tokens_alive_for_when_the_plan_is_paid() {
    let setup = setup().await;
    let first = setup.connect(Scope::Read).await;
    setup.plan(Plan::Lapsed).await;
    let second = setup
        .access
        .refresh(Setup::refresh(&first.refresh))
        .await
        .expect("refreshed all the same");
    let grant = setup.app(&second).await.expect("recognised");
    assert!(matches!(setup.access.check(&grant).await, Err(Refusal::PlanLapsed)));
    setup.plan(Plan::Active).await;
    assert!(setup.access.check(&grant).await.is_ok());
}

#[tokio::test]
async fn v11_tokens_are_found_under_an_older_pepper_until_it_is_dropped() {
    const OLD: &str = r#"{"id":"old","pepper":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}"#;
    const NEW: &str = r#"{"id":"new","pepper":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="}"#;
    let ring = |entries: &[&str]| KeyRing::parse(&format!(r#"{{"keys":[{}]}}"#, entries.join(","))).expect("a ring");
    let mut setup = setup().await;
    let store = Arc::new(MemoryStore::with_clock(setup.clock.clone()));
    setup.access = open(&store, ring(&[OLD]), PlanRule::Free).await.expect("opened");
    setup.tenant = setup
        .access
        .ensure_tenant("shop.example", "Shop")
        .await
        .expect("stored");
    let (old, older) = (setup.connect(Scope::Read).await, setup.connect(Scope::Read).await);
    setup.access = open(&store, ring(&[NEW, OLD]), PlanRule::Free).await.expect("opened");
    assert!(setup.app(&old).await.is_ok());
    let new = setup
        .access
        .refresh(Setup::refresh(&old.refresh))
        .await
        .expect("refreshed");
    setup.access = open(&store, ring(&[NEW]), PlanRule::Free).await.expect("opened");
    assert!(setup.app(&new).await.is_ok());
    assert!(setup.app(&old).await.is_err());
    assert!(is_refused(&setup.access.refresh(Setup::refresh(&older.refresh)).await));
}
