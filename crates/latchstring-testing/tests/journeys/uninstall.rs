//! The app is uninstalled from a store, as its webhook tells: everything ends, and nothing comes back.

use axum::{body::Body, http::StatusCode};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring::{Clock, Scope};
use latchstring_testing::{Agent, TestApp, Tokens, WEBHOOK_SECRET, delivery};
use serde_json::{Value, json};

use crate::assembly;

const COUNT: &str = "return (await app.rawMaterials.list({ search: 'Beeswax' })).totalCount";

fn event(kind: &str, at: DateTime<Utc>) -> Value {
    json!({ "type": kind, "occurredAt": at, "tenant": { "key": "first.example", "name": "First store" }, "plan": "active" })
}

/// Tells of it under a new id, a second after the last, and gives what was made of it.
async fn tell(app: &TestApp, kind: &str) -> Value {
    app.clock.advance(TimeDelta::seconds(1));
    let now = app.clock.now();
    let reply = app
        .deliver(&format!("{kind}-{}", now.timestamp()), &event(kind, now))
        .await;
    assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
    reply.json()["result"].clone()
}

async fn status(agent: &Agent) -> StatusCode {
    agent.rpc("tools/list", json!({})).await.status
}

#[tokio::test]
async fn v05_an_uninstall_ends_everything_and_a_new_installation_begins_with_nothing() {
    let app = assembly().await;
    let (key, connected) = (app.agent(Scope::ReadWrite).await, app.connect(Scope::ReadWrite).await);
    let neighbour = app.agent_of(1, Scope::Read).await;
    let (code, _) = app.code(Scope::Read).await;
    let chat = app.chat().await;
    let waiting = chat.approved(&app.code(Scope::Read).await.0).await.unwrap();
    let mut stream = connected.agent().listen().await;
    assert!(stream.message().await.is_some());

    assert_eq!(tell(&app, "uninstalled").await, json!("done"));
    let is_all_over = async |when: &str| {
        assert_eq!(status(&key).await, StatusCode::UNAUTHORIZED, "{when}");
        assert_eq!(status(&connected.agent()).await, StatusCode::UNAUTHORIZED, "{when}");
        let refreshed = connected.chat.refresh(&connected.tokens.refresh).await;
        assert_eq!(refreshed.json()["error"], json!("invalid_grant"), "{when}");
        assert_eq!(
            chat.exchange(&waiting).await.json()["error"],
            json!("invalid_grant"),
            "{when}"
        );
        assert!(chat.approved(&code).await.is_err(), "{when}");
    };
    is_all_over("uninstalled").await;
    assert_eq!(stream.message().await, None, "the stream ended");
    assert_eq!(status(&neighbour).await, StatusCode::OK);

    assert_eq!(tell(&app, "installed").await, json!("done"));
    is_all_over("installed again").await;
    assert_eq!(app.access.list_apps(connected.tenant).await.unwrap(), []);
    assert_eq!(app.access.list_keys(connected.tenant).await.unwrap(), []);
    assert_eq!(
        status(&app.agent(Scope::Read).await).await,
        StatusCode::OK,
        "new access can be given"
    );
}

#[tokio::test]
async fn v05_a_delivery_counts_once_in_its_time_and_only_from_the_app() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let before = app.clock.now();
    app.clock.advance(TimeDelta::minutes(1));
    let now = app.clock.now();
    let uninstalled = event("uninstalled", now);
    let nobody = app.anonymous();

    // Forged, altered on the way, unsigned, and recorded long ago.
    let forged = delivery("another secret, just as long as it", "one", now, &uninstalled);
    let mut altered = delivery(WEBHOOK_SECRET, "two", now, &event("plan_changed", now));
    *altered.body_mut() = Body::from(uninstalled.to_string());
    let mut unsigned = delivery(WEBHOOK_SECRET, "three", now, &uninstalled);
    unsigned.headers_mut().remove("webhook-signature");
    let recorded = delivery(WEBHOOK_SECRET, "four", now - TimeDelta::minutes(6), &uninstalled);
    for request in [forged, altered, unsigned, recorded] {
        assert_eq!(nobody.send(request).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(status(&agent).await, StatusCode::OK, "none of them did anything");

    // Late: it happened before the store was installed again.
    app.deliver("installed", &event("installed", now)).await;
    let agent = app.agent(Scope::Read).await;
    let late = app.deliver("late", &event("uninstalled", before)).await;
    assert_eq!(late.json()["result"], json!("late"));
    assert_eq!(status(&agent).await, StatusCode::OK);

    // Twice in parallel, on two servers.
    app.clock.advance(TimeDelta::minutes(1));
    let (replica, event) = (app.replica().await, event("uninstalled", app.clock.now()));
    let (one, other) = tokio::join!(app.deliver("twice", &event), replica.deliver("twice", &event));
    let mut results = [one.json()["result"].clone(), other.json()["result"].clone()];
    results.sort_by_key(ToString::to_string);
    assert_eq!(results, ["done", "duplicate"]);
    assert_eq!(status(&agent).await, StatusCode::UNAUTHORIZED);

    // And replayed, after a new installation.
    tell(&app, "installed").await;
    let agent = app.agent(Scope::Read).await;
    assert_eq!(app.deliver("twice", &event).await.json()["result"], json!("duplicate"));
    assert_eq!(status(&agent).await, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn v06_connecting_and_writing_while_the_app_is_uninstalled_leaves_nothing_alive() {
    let app = assembly().await;
    let replica = app.replica().await;
    let witness = app.agent(Scope::Read).await;
    let before = witness.run(COUNT).await.as_u64().unwrap();

    // Forty writers, forty apps with a code to exchange, seventeen that refresh, three with a code to paste.
    let mut work = tokio::task::JoinSet::<(Vec<Tokens>, bool)>::new();
    let start = std::sync::Arc::new(tokio::sync::Barrier::new(101));
    for n in 0..40 {
        let server = if n % 2 == 0 { &app } else { &replica };
        let (agent, start) = (server.agent(Scope::ReadWrite).await, start.clone());
        work.spawn(async move {
            start.wait().await;
            let reply = agent
                .call(
                    "raw_materials_create_virtual",
                    json!({ "name": format!("Beeswax {n}") }),
                )
                .await;
            (
                Vec::new(),
                reply.status == StatusCode::OK && reply.result()["isError"] == json!(false),
            )
        });
    }
    for n in 0..60 {
        let server = if n % 2 == 0 { &app } else { &replica };
        let (chat, start) = (app.chat().await.at(server.router.clone()), start.clone());
        let (code, _) = app.code(Scope::ReadWrite).await;
        let ready = if n < 57 {
            Some(chat.approved(&code).await.unwrap())
        } else {
            None
        };
        let tokens = match &ready {
            Some(authorization_code) if n < 17 => Some(Tokens::of(&chat.exchange(authorization_code).await)),
            _ => None,
        };
        if n % 4 == 0 {
            // Ten codes in a minute are as many as one network may try, fifty times that where many share one.
            app.clock.advance(TimeDelta::seconds(1));
        }
        work.spawn(async move {
            start.wait().await;
            let mut held = Vec::new();
            let reply = match (tokens, ready) {
                (Some(tokens), _) => {
                    held.push(tokens.clone());
                    Some(chat.refresh(&tokens.refresh).await)
                }
                (None, Some(authorization_code)) => Some(chat.exchange(&authorization_code).await),
                (None, None) => match chat.approved(&code).await {
                    Ok(authorization_code) => Some(chat.exchange(&authorization_code).await),
                    Err(_) => None,
                },
            };
            held.extend(
                reply
                    .filter(|reply| reply.status == StatusCode::OK)
                    .map(|reply| Tokens::of(&reply)),
            );
            (held, false)
        });
    }
    app.clock.advance(TimeDelta::seconds(1));
    let now = app.clock.now();
    start.wait().await;
    let uninstalled = app.deliver("the end", &event("uninstalled", now)).await;
    assert_eq!(uninstalled.json()["result"], json!("done"), "{}", uninstalled.text);

    // Read at once by a key of the next installation: no write may be added to what is there now.
    assert_eq!(tell(&app, "installed").await, json!("done"));
    let witness = app.agent(Scope::Read).await;
    let then = witness.run(COUNT).await.as_u64().unwrap();
    let (mut held, mut written) = (Vec::new(), 0);
    while let Some(ended) = work.join_next().await {
        let (tokens, has_written) = ended.unwrap();
        held.extend(tokens);
        written += u64::from(has_written);
    }
    assert_eq!(
        witness.run(COUNT).await.as_u64().unwrap(),
        then,
        "a write came after the end"
    );
    assert_eq!(then, before + written, "every write was told as it was");
    assert!(held.len() >= 17);
    for tokens in held {
        assert_eq!(
            status(&app.chat().await.agent(&tokens.access)).await,
            StatusCode::UNAUTHORIZED
        );
    }
    assert_eq!(app.access.list_apps(app.tenants[0].id).await.unwrap(), []);
}
