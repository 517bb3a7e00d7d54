//! Whatever is refused leaves a line in the log, once a minute for each kind, and without what was presented.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use latchstring::{Clock, Scope};
use latchstring_testing::delivery;
use serde_json::json;
use tower::ServiceExt;

use crate::{assembly, capture::Capture};

const CONNECTOR: &str = "/c/{connector}/mcp-agent";

#[tokio::test]
async fn a05_every_kind_of_refusal_is_told_once_a_minute_and_without_the_secret() {
    Capture::start();
    let app = assembly().await;
    let chat = app.chat().await;
    let connection = app.connect(Scope::Read).await;
    let key = app.agent(Scope::Read).await;
    let (code, _) = app.code(Scope::Read).await;
    app.revoke(key.summary()).await;

    let call = json!({ "program": "return 1" });
    let agent = connection.agent();
    for _ in 0..3 {
        // T: keys and tokens.
        assert_eq!(key.call("run", call.clone()).await.status, StatusCode::UNAUTHORIZED);
        app.anonymous().call("run", call.clone()).await;
        app.stranger(agent.key()).call("run", call.clone()).await;
        app.published_chat(0).agent(key.key()).call("run", call.clone()).await;
        app.published_chat(0)
            .agent("lat_nonsense")
            .call("run", call.clone())
            .await;
        // C: connection codes.
        let mut browser = chat.browser().await;
        browser
            .submit(&[("code", "WRONG-CODE-WRONG-CODE-WR"), ("action", "continue")])
            .await;
        assert_eq!(browser.page.status, StatusCode::UNPROCESSABLE_ENTITY);
        // O: the endpoints.
        chat.browser_with(&[("request", "x")]).await;
        assert_eq!(chat.exchange(&code).await.json()["error"], "invalid_grant");
        post(&app, "/token", "grant_type=password").await;
        post(&app, "/authorize", "code=x").await;
        // R: registration.
        post(&app, "/register", "{}").await;
        // V: events, and what was revoked.
        let forged = delivery("not the secret of the app, but long", "1", app.clock.now(), &json!({}));
        app.router.clone().oneshot(forged).await.unwrap();
        // H: what is no address at all.
        app.get("/c/nonsense/mcp-agent").await;
    }
    let log = String::from_utf8(Capture::end()).unwrap();
    let told: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("a request was refused"))
        .collect();
    for (door, class) in [
        ("/mcp", "invalid_token"),
        ("/mcp", "no_credential"),
        ("/mcp", "wrong_door"),
        (CONNECTOR, "wrong_door"),
        (CONNECTOR, "invalid_token"),
        (CONNECTOR, "no_connector"),
        ("/authorize", "wrong_code"),
        ("/authorize", "request_not_supported"),
        ("/authorize", "cross_site"),
        ("/token", "invalid_grant"),
        ("/token", "invalid_client"),
        ("/register", "invalid_redirect_uri"),
        ("/webhooks/tenant", "wrong_signature"),
    ] {
        let is_it =
            |line: &&&str| line.contains(&format!("door=\"{door}\"")) && line.contains(&format!("class=\"{class}\""));
        assert_eq!(
            told.iter().filter(is_it).count(),
            1,
            "{door} {class}\n{}",
            told.join("\n")
        );
    }
    for secret in [key.key(), agent.key(), &code, "WRONG-CODE"] {
        assert!(!log.contains(secret), "{secret}");
    }

    Capture::start();
    app.clock.advance(TimeDelta::minutes(1));
    key.call("run", call).await;
    let log = String::from_utf8(Capture::end()).unwrap();
    assert!(log.contains("class=\"invalid_token\" untold=2"), "{log}");
}

async fn post(app: &latchstring_testing::TestApp, path: &str, body: &'static str) {
    let request = Request::post(path)
        .header(header::HOST, "127.0.0.1:8787")
        .header(
            header::CONTENT_TYPE,
            if path == "/register" {
                "application/json"
            } else {
                "application/x-www-form-urlencoded"
            },
        )
        .body(Body::from(body));
    let answer = app.router.clone().oneshot(request.unwrap()).await.unwrap();
    assert!(answer.status().is_client_error(), "{path}: {}", answer.status());
}
