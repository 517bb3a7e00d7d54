//! O: the token endpoint: who may spend an authorization code, how often, and what is made of requests that are wrong.

use axum::http::header;
use chrono::TimeDelta;
use latchstring_access::AccessEventKind;
use latchstring_core::Scope;
use serde_json::json;

use crate::door::{App, Door, Tokens, at_once, form};

pub(crate) async fn connectable() -> (Door, App) {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    (door, app)
}

#[tokio::test]
async fn o01_only_the_right_client_with_the_right_proof_spends_a_code() {
    let (door, app) = connectable().await;
    let other = App {
        client_id: App::registered(&door).await.client_id,
        ..app.clone()
    };
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let challenge = app.challenge();
    let (short, long) = ("a".repeat(42), "a".repeat(129));
    let elsewhere = door.connector_url(&door.beta);
    let refused: [(&str, Option<&str>, &str); 13] = [
        ("code_verifier", None, "invalid_request"),
        ("code_verifier", Some(""), "invalid_request"),
        ("code_verifier", Some(&challenge), "invalid_grant"),
        ("code_verifier", Some(&format!("{}x", app.verifier)), "invalid_grant"),
        ("code_verifier", Some(&app.verifier.to_lowercase()), "invalid_grant"),
        ("code_verifier", Some(&short), "invalid_grant"),
        ("code_verifier", Some(&long), "invalid_grant"),
        ("code", Some("lsc_nonsense"), "invalid_grant"),
        ("code", None, "invalid_request"),
        (
            "redirect_uri",
            Some("https://claude.com/api/mcp/auth_callback"),
            "invalid_grant",
        ),
        ("client_id", Some(&other.client_id), "invalid_grant"),
        ("resource", Some(&elsewhere), "invalid_target"),
        ("resource", Some("https://mcp.example.com/mcp"), "invalid_target"),
    ];
    for (name, value, error) in refused {
        let reply = app.exchange(&door, &code, &[(name, value)]).await;
        assert_eq!(reply.verdict(), (400, error.into()), "{name} {value:?}");
        assert_eq!(reply.header(header::CACHE_CONTROL), Some("no-store"));
    }
    let own = door.connector_url(&door.alpha);
    let reply = app.exchange(&door, &code, &[("resource", Some(&own))]).await;
    assert_eq!(reply.status, 200, "none of them spent it");
    assert_eq!(reply.header(header::CACHE_CONTROL), Some("no-store"));
    assert_eq!(reply.header(header::PRAGMA), Some("no-cache"));
    assert_eq!(reply.json()["token_type"], json!("Bearer"));
}

#[tokio::test]
async fn an_authorization_code_works_for_a_minute_and_without_its_address() {
    let (door, app) = connectable().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    door.advance(TimeDelta::minutes(1) - TimeDelta::microseconds(1));
    Tokens::of(app.exchange(&door, &code, &[("redirect_uri", None)]).await);
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    door.advance(TimeDelta::minutes(1));
    assert_eq!(
        app.exchange(&door, &code, &[]).await.verdict(),
        (400, "invalid_grant".into())
    );
}

async fn exchanged_at_once(servers: &[Door], app: &App, code: &str) -> usize {
    let runners = (0..100).map(|at| {
        let (server, app, code) = (servers[at % servers.len()].clone(), app.clone(), code.to_owned());
        async move { app.exchange(&server, &code, &[]).await.status.as_u16() }
    });
    let answers = at_once(runners.collect()).await;
    assert!(answers.iter().all(|status| [200, 400].contains(status)), "{answers:?}");
    answers.into_iter().filter(|status| *status == 200).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn o02_of_a_hundred_exchanges_at_once_one_gets_tokens() {
    let (door, app) = connectable().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let servers = [door.clone(), door.replica().await, door.replica().await];
    assert_eq!(exchanged_at_once(&servers, &app, &code).await, 1);
    assert_eq!(door.count_events(&door.alpha, AccessEventKind::AppConnected).await, 1);
    assert_eq!(
        door.live_apps(&door.alpha).await,
        1,
        "and those who came late revoked nothing"
    );
}

#[tokio::test]
async fn o02_a_store_that_does_not_look_again_gives_tokens_more_than_once() {
    let door = Door::naive().await;
    let app = App::registered(&door).await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let exchanged = exchanged_at_once(&[door.clone(), door.replica().await], &app, &code).await;
    assert!(exchanged > 1, "the test cannot see the race it is about");
}

#[tokio::test]
async fn o03_a_code_that_comes_again_late_ends_the_grant_but_only_from_its_client() {
    let (door, app) = connectable().await;
    let thief = App {
        client_id: App::registered(&door).await.client_id,
        ..app.clone()
    };
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let tokens = Tokens::of(app.exchange(&door, &code, &[]).await);
    let refused = (400, "invalid_grant".to_owned());
    // A request that was sent twice.
    door.advance(TimeDelta::seconds(30) - TimeDelta::microseconds(1));
    assert_eq!(app.exchange(&door, &code, &[]).await.verdict(), refused);
    assert!(door.opens(&door.alpha, &tokens.access).await);
    // A copy, in the hands of somebody who is not the client, or has no proof.
    door.advance(TimeDelta::seconds(1));
    assert_eq!(thief.exchange(&door, &code, &[]).await.verdict(), refused);
    let guess = "a".repeat(43);
    assert_eq!(
        app.exchange(&door, &code, &[("code_verifier", Some(&guess))])
            .await
            .verdict(),
        refused
    );
    let elsewhere = app
        .exchange(&door, &code, &[("redirect_uri", Some("https://evil.example/"))])
        .await;
    assert_eq!(elsewhere.verdict(), refused);
    assert!(door.opens(&door.alpha, &tokens.access).await);
    // A copy of everything.
    assert_eq!(app.exchange(&door, &code, &[]).await.verdict(), refused);
    assert!(!door.opens(&door.alpha, &tokens.access).await);
    assert_eq!(app.refresh(&door, &tokens.refresh).await.verdict(), refused);
    assert_eq!(
        door.count_events(&door.alpha, AccessEventKind::AuthorizationCodeReused)
            .await,
        1
    );
}

#[tokio::test]
async fn o07_parameters_come_once_and_in_the_body() {
    let (door, app) = connectable().await;
    let code = app.authorized(&door, &door.alpha, Scope::Read).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", app.client_id.as_str()),
        ("code", &code),
        ("code_verifier", &app.verifier),
    ];
    for twice in fields
        .iter()
        .chain([&("client_id", "client_other"), &("scope", "a\0b")])
    {
        let mut more = [&fields[..], &[*twice]].concat();
        if twice.0 == "scope" {
            more.push(("nul", "\0"));
        }
        assert_eq!(
            door.post("/token", &more).await.verdict(),
            (400, "invalid_request".into()),
            "{twice:?}"
        );
    }
    for query in [form(&fields), form(&fields[1..2]), "x".to_owned()] {
        let reply = door.post(&format!("/token?{query}"), &fields).await;
        assert_eq!(reply.verdict(), (400, "invalid_request".into()), "{query}");
    }
    let array = [("grant_type[]", "authorization_code"), fields[1], fields[2], fields[3]];
    assert_eq!(
        door.post("/token", &array).await.verdict(),
        (400, "invalid_request".into())
    );
    assert_eq!(door.post("/token", &fields).await.status, 200);
}

#[tokio::test]
async fn o09_there_are_two_ways_to_tokens_and_no_others() {
    let (door, app) = connectable().await;
    for grant_type in [
        "password",
        "client_credentials",
        "implicit",
        "Authorization_Code",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:token-exchange",
    ] {
        let fields = [
            ("grant_type", grant_type),
            ("client_id", app.client_id.as_str()),
            ("username", "ann"),
            ("password", "x"),
            ("scope", "read"),
        ];
        let reply = door.post("/token", &fields).await;
        assert_eq!(reply.verdict(), (400, "unsupported_grant_type".into()), "{grant_type}");
    }
    let missing = [("client_id", app.client_id.as_str())];
    assert_eq!(
        door.post("/token", &missing).await.verdict(),
        (400, "invalid_request".into())
    );
}
