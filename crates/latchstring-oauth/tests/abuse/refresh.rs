//! T: refresh tokens, spent by many at once, again, by others, for more; and given back.

use axum::{body::Body, http::Request};
use chrono::TimeDelta;
use latchstring_access::{AccessEventKind, RevokeOutcome};
use latchstring_core::Scope;

use crate::door::{App, Door, Tokens, ann, at_once};

/// Refreshes one token fifty times at once through these servers; the answers, without those that are the same.
async fn refreshed_at_once(app: &App, servers: &[Door], token: &str) -> Vec<(u16, String)> {
    let runners = (0..50).map(|at| {
        let (app, server, token) = (app.clone(), servers[at % servers.len()].clone(), token.to_owned());
        async move {
            let reply = app.refresh(&server, &token).await;
            (reply.status.as_u16(), reply.text())
        }
    });
    let mut answers = at_once(runners.collect()).await;
    answers.sort();
    answers.dedup();
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn t07_fifty_refreshes_at_once_get_one_answer() {
    let door = Door::new().await;
    let servers = [door.clone(), door.replica().await];
    let app = App::registered(&door).await;
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    let answers = refreshed_at_once(&app, &servers, &first.refresh).await;
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(answers[0].0, 200);
    // There is one branch: it goes on, and nobody was taken for a thief.
    let second = Tokens::of(app.refresh(&servers[1], &first.refresh).await);
    assert_eq!(second.reply.text(), answers[0].1);
    assert!(door.opens(&door.alpha, &second.access).await);
    let third = Tokens::of(app.refresh(&servers[0], &second.refresh).await);
    assert!(servers[1].opens(&door.alpha, &third.access).await);
    assert_eq!(
        door.count_events(&door.alpha, AccessEventKind::RefreshTokenReused)
            .await,
        0
    );
}

#[tokio::test]
async fn t07_a_store_that_does_not_look_again_gives_many_answers() {
    let door = Door::naive().await;
    let app = App::registered(&door).await;
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    let servers = [door.clone(), door.replica().await];
    let answers = refreshed_at_once(&app, &servers, &first.refresh).await;
    assert!(answers.len() > 1, "the test cannot see the race it is about");
}

#[tokio::test]
async fn t07_within_a_minute_the_same_token_gets_the_same_bytes() {
    let door = Door::new().await;
    let other = door.replica().await;
    let app = App::registered(&door).await;
    let first = app.connect(&door, &door.alpha, Scope::ReadWrite).await;
    let second = Tokens::of(app.refresh(&door, &first.refresh).await);
    door.advance(TimeDelta::seconds(60) - TimeDelta::microseconds(1));
    let again = app.refresh(&other, &first.refresh).await;
    assert_eq!((again.status.as_u16(), &again.body), (200, &second.reply.body));
}

#[tokio::test]
async fn t08_a_spent_token_after_the_window_ends_the_grant() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    let second = Tokens::of(app.refresh(&door, &first.refresh).await);
    door.advance(TimeDelta::seconds(60));
    assert_eq!(
        app.refresh(&door, &first.refresh).await.verdict(),
        (400, "invalid_grant".into())
    );
    assert_grant_ended(&door, &app, &second).await;
}

#[tokio::test]
async fn t08_a_spent_token_after_its_successor_was_spent_ends_the_grant() {
    let door = Door::new().await;
    let other = door.replica().await;
    let app = App::registered(&door).await;
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    let second = Tokens::of(app.refresh(&door, &first.refresh).await);
    let third = Tokens::of(app.refresh(&other, &second.refresh).await);
    assert_eq!(
        app.refresh(&other, &first.refresh).await.verdict(),
        (400, "invalid_grant".into())
    );
    assert_grant_ended(&door, &app, &third).await;
}

async fn assert_grant_ended(door: &Door, app: &App, last: &Tokens) {
    assert!(!door.opens(&door.alpha, &last.access).await);
    assert_eq!(
        app.refresh(door, &last.refresh).await.verdict(),
        (400, "invalid_grant".into())
    );
    assert_eq!(door.live_apps(&door.alpha).await, 0);
    let reuse = AccessEventKind::RefreshTokenReused;
    assert_eq!(door.count_events(&door.alpha, reuse).await, 1, "noted once");
    let events = door.event_list(&door.alpha).await;
    let event = events.iter().find(|event| event.kind == reuse).expect("noted");
    assert_eq!(
        event.by.as_ref().map(latchstring_access::Person::sub),
        Some("latchstring")
    );
    assert!(event.grant.is_some());
}

#[tokio::test]
async fn t08_a_token_that_was_not_used_for_ninety_days_is_over() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    door.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    let second = Tokens::of(app.refresh(&door, &first.refresh).await);
    door.advance(TimeDelta::days(90));
    // The registration is as old, so that either may be said first.
    let (status, error) = app.refresh(&door, &second.refresh).await.verdict();
    assert!(
        [(400, "invalid_grant"), (401, "invalid_client")].contains(&(status, &*error)),
        "{error}"
    );
}

#[tokio::test]
async fn t09_nobody_else_can_use_or_burn_a_refresh_token() {
    let door = Door::new().await;
    let (app, thief) = (App::registered(&door).await, App::registered(&door).await);
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    assert_eq!(
        thief.refresh(&door, &first.refresh).await.verdict(),
        (400, "invalid_grant".into())
    );
    let second = Tokens::of(app.refresh(&door, &first.refresh).await);
    // Nor a spent one, whenever.
    door.advance(TimeDelta::seconds(61));
    assert_eq!(
        thief.refresh(&door, &first.refresh).await.verdict(),
        (400, "invalid_grant".into())
    );
    assert!(door.opens(&door.alpha, &second.access).await);
    Tokens::of(app.refresh(&door, &second.refresh).await);
    assert_eq!(
        door.count_events(&door.alpha, AccessEventKind::RefreshTokenReused)
            .await,
        0
    );
}

#[tokio::test]
async fn t10_asking_for_more_is_refused_and_spends_nothing() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    let other = door.connector_url(&door.beta);
    let no_connector = format!("{}/", door.connector_url(&door.alpha));
    let refused = [
        ("scope", "read write", "invalid_scope"),
        ("scope", "write", "invalid_scope"),
        ("scope", "read admin", "invalid_scope"),
        ("scope", "READ", "invalid_scope"),
        ("resource", other.as_str(), "invalid_target"),
        ("resource", &no_connector, "invalid_target"),
        ("resource", "https://mcp.example.com", "invalid_target"),
    ];
    for (name, value, error) in refused {
        let reply = app.refresh_with(&door, &first.refresh, &[(name, value)]).await;
        assert_eq!(reply.verdict(), (400, error.into()), "{value}");
    }
    // Had one of them spent it, this would be a replay after the window.
    door.advance(TimeDelta::seconds(61));
    let own = door.connector_url(&door.alpha);
    let more = [("scope", "read offline_access"), ("resource", own.as_str())];
    let second = Tokens::of(app.refresh_with(&door, &first.refresh, &more).await);
    assert_eq!(second.reply.member("scope"), "read");
    // The same holds for the answer that is given again.
    let wider = app
        .refresh_with(&door, &first.refresh, &[("scope", "read write")])
        .await;
    assert_eq!(wider.verdict(), (400, "invalid_scope".into()));
    let elsewhere = app.refresh_with(&door, &first.refresh, &[("resource", &other)]).await;
    assert_eq!(elsewhere.verdict(), (400, "invalid_target".into()));
    assert!(door.opens(&door.alpha, &second.access).await);
}

#[tokio::test]
async fn t11_a_client_gives_back_its_own_access_and_nobody_elses() {
    let door = Door::new().await;
    let (app, other) = (App::registered(&door).await, App::registered(&door).await);
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    let key = door.key(&door.alpha).await;
    let authorization_code = app.authorized(&door, &door.alpha, Scope::Read).await;
    for token in [first.access.as_str(), &first.refresh] {
        assert_eq!(other.revoke(&door, token).await.status, 200, "as if it were unknown");
    }
    for token in ["nonsense", "lsa_", key.expose(), &authorization_code] {
        assert_eq!(app.revoke(&door, token).await.status, 200);
    }
    assert!(door.opens(&door.alpha, &first.access).await);
    assert_eq!(door.present_key(key.expose()).await.status, 200);
    // A wrong hint is no hindrance, and the access token takes the refresh token with it.
    let fields = [
        ("client_id", app.client_id.as_str()),
        ("token", &first.access),
        ("token_type_hint", "refresh_token"),
    ];
    let reply = door.post("/revoke", &fields).await;
    assert_eq!((reply.status.as_u16(), reply.text().as_str()), (200, ""));
    assert!(!door.opens(&door.alpha, &first.access).await);
    assert_eq!(
        app.refresh(&door, &first.refresh).await.verdict(),
        (400, "invalid_grant".into())
    );
    assert_eq!(door.count_events(&door.alpha, AccessEventKind::AppLeft).await, 1);
    assert_eq!(
        app.revoke(&door, &first.refresh).await.status,
        200,
        "twice is as good as once"
    );
    assert_eq!(door.count_events(&door.alpha, AccessEventKind::AppLeft).await, 1);
}

#[tokio::test]
async fn t11_revocation_takes_a_form_by_post_from_a_known_client() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    let query = format!("/revoke?client_id={}&token={}", app.client_id, tokens.refresh);
    assert_eq!(door.get(&query).await.status, 405);
    let posted = Request::post(&query).header("content-type", "application/x-www-form-urlencoded");
    let reply = door.send(posted.body(Body::empty()).expect("a request")).await;
    assert_eq!(reply.verdict(), (400, "invalid_request".into()));
    let nobody = [("client_id", "client_nobody"), ("token", tokens.refresh.as_str())];
    assert_eq!(
        door.post("/revoke", &nobody).await.verdict(),
        (401, "invalid_client".into())
    );
    assert_eq!(
        door.post("/revoke", &nobody[1..]).await.verdict(),
        (401, "invalid_client".into())
    );
    let no_token = [("client_id", app.client_id.as_str())];
    assert_eq!(
        door.post("/revoke", &no_token).await.verdict(),
        (400, "invalid_request".into())
    );
    assert!(door.opens(&door.alpha, &tokens.access).await);
}

#[tokio::test]
async fn a_refresh_after_a_revocation_gets_nothing_not_even_the_last_answer_again() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let first = app.connect(&door, &door.alpha, Scope::Read).await;
    let second = Tokens::of(app.refresh(&door, &first.refresh).await);
    let listed = door.access.list_apps(door.alpha.id).await.expect("listed");
    let revoked = door
        .access
        .revoke_app(door.alpha.id, listed[0].grant, &ann())
        .await
        .expect("revoked");
    assert_eq!(revoked, RevokeOutcome::Revoked);
    for token in [&first.refresh, &second.refresh] {
        assert_eq!(app.refresh(&door, token).await.verdict(), (400, "invalid_grant".into()));
    }
    assert!(!door.opens(&door.alpha, &second.access).await);
}
