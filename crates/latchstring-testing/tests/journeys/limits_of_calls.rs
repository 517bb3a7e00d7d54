//! How fast a key or an app may call, and what becomes of whoever floods the doors without one, or sends drop by drop.

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use chrono::TimeDelta;
use futures_util::{StreamExt, stream};
use latchstring::{Scope, access::AuditQuery};
use latchstring_testing::{Agent, Reply, Setup, TestApp};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{assembly, open};

/// The default, which other tests do without: their clock stands still.
async fn limited() -> TestApp {
    let setup = Setup {
        calls_per_minute: latchstring::oauth::CALLS_PER_MINUTE,
        ..Setup::default()
    };
    TestApp::with(setup, open).await
}

async fn list(agent: &Agent) -> Reply {
    agent.rpc("tools/list", json!({})).await
}

fn at_rest(agent: &Agent) -> Request<Body> {
    let mut request = agent.request("{}");
    *request.uri_mut() = "/api/v1/boms.list".parse().unwrap();
    request
}

#[tokio::test]
async fn a_key_over_its_rate_is_told_when_to_come_back_and_others_go_on() {
    let app = limited().await;
    let (busy, neighbour) = (app.agent(Scope::Read).await, app.agent(Scope::Read).await);
    for _ in 0..59 {
        assert_eq!(list(&busy).await.status, StatusCode::OK);
    }
    assert_eq!(
        busy.send(at_rest(&busy)).await.status,
        StatusCode::OK,
        "the 60th, at the other door"
    );

    let reply = list(&busy).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        (reply.header("retry-after"), reply.header("cache-control")),
        ("1", "no-store")
    );
    insta::assert_snapshot!(reply.text, @r#"{"error":"rate_limited","error_description":"too many calls with this credential: 600 a minute are let through, 60 of them at once. Nothing was done; wait 1 s and call again. One program can do the work of many calls"}"#);

    let reply = busy.send(at_rest(&busy)).await;
    assert_eq!(
        (reply.status, reply.header("retry-after")),
        (StatusCode::TOO_MANY_REQUESTS, "1")
    );
    let error = reply.json()["error"].clone();
    assert_eq!(error["code"], json!("RATE_LIMITED"));
    assert!(error["message"].as_str().unwrap().contains("wait 1 s"), "{error}");
    let document = app.get("/api/v1/openapi.json").await.json();
    assert!(document["paths"]["/api/v1/boms.list"]["post"]["responses"]["429"].is_object());

    assert_eq!(list(&neighbour).await.status, StatusCode::OK);
    app.clock.advance(TimeDelta::milliseconds(100));
    assert_eq!(list(&busy).await.status, StatusCode::OK);
    assert_eq!(list(&busy).await.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn an_app_over_its_rate_is_told_so_and_leaves_no_trace() {
    let app = limited().await;
    let connection = app.connect(Scope::ReadWrite).await;
    let agent = connection.agent();
    for _ in 0..60 {
        assert_eq!(list(&agent).await.status, StatusCode::OK);
    }
    let write = "return await app.rawMaterials.createVirtual({ name: 'Beeswax' })";
    let reply = agent.run_write(write).await;
    assert_eq!(reply.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(reply.json()["error"], json!("rate_limited"));
    app.access.shutdown().await;
    let audit = app.access.read_audit(app.tenants[0].id, &AuditQuery::latest(10)).await;
    assert!(audit.unwrap().is_empty());
}

/// As it comes from this network.
fn from(network: [u8; 4], mut request: Request<Body>) -> Request<Body> {
    let caller = SocketAddr::from((network, 40_000));
    request.extensions_mut().insert(ConnectInfo(caller));
    request
}

/// How a request for the tools is answered there.
async fn answered(agent: &Agent, network: [u8; 4]) -> (u16, Value) {
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    let reply = agent.send(from(network, agent.request(list))).await;
    (reply.status.as_u16(), reply.json()["error"].clone())
}

/// A well-formed key that nobody was given.
fn forged(app: &TestApp) -> Agent {
    let token = latchstring::access::Token::generate(&"asmk".parse().unwrap());
    app.stranger(token.into_secret().expose())
}

const NOISY: [u8; 4] = [8, 8, 4, 4];
const QUIET: [u8; 4] = [1, 1, 1, 1];

#[tokio::test]
async fn h09_a_flood_without_a_credential_asks_the_store_nothing_and_ends_in_429() {
    let app = assembly().await;
    let nobody = app.anonymous();
    let junk = app.stranger("asmk_nonsense");
    let wrong_door = app.connect(Scope::Read).await.agent();
    let wrong_door = app.stranger(wrong_door.key());
    // Never, if nothing is asked.
    app.watch.before_nth(1, async {});
    for _ in 0..200 {
        for agent in [&nobody, &junk, &wrong_door] {
            assert_eq!(answered(agent, NOISY).await.0, 401);
        }
    }
    for agent in [&nobody, &junk, &wrong_door] {
        assert_eq!(answered(agent, NOISY).await, (429, json!("rate_limited")));
        assert_eq!(answered(agent, QUIET).await.0, 401, "other networks do not notice");
    }
    let reply = nobody.send(from(NOISY, at_rest(&nobody))).await;
    assert_eq!((reply.status.as_u16(), reply.header("retry-after")), (429, "1"));
    assert_eq!(reply.json()["error"]["code"], json!("RATE_LIMITED"));
    assert!(app.watch.forget(), "the store was asked");

    let agent = app.agent(Scope::Read).await;
    assert_eq!(answered(&agent, NOISY).await.0, 200, "a key is looked up all the same");
    app.clock.advance(TimeDelta::seconds(1));
    assert_eq!(answered(&nobody, NOISY).await.0, 401);
}

#[tokio::test]
async fn h09_a_flood_of_forged_keys_costs_no_more_look_ups_than_its_network_may_and_spares_good_keys() {
    let app = assembly().await;
    let neighbour = app.agent(Scope::Read).await;
    let fresh = app.agent(Scope::Read).await;
    assert_eq!(
        answered(&neighbour, QUIET).await.0,
        200,
        "it works, wherever it comes from"
    );

    let before = app.watch.asked("find_bearer");
    let (mut unauthorized, mut too_many) = (0, 0);
    for _ in 0..700 {
        match answered(&forged(&app), NOISY).await.0 {
            401 => unauthorized += 1,
            429 => too_many += 1,
            other => panic!("{other}"),
        }
    }
    assert_eq!((unauthorized, too_many), (600, 100));
    assert_eq!(app.watch.asked("find_bearer"), before + 600);

    assert_eq!(
        answered(&neighbour, NOISY).await.0,
        200,
        "behind the same address as the flood"
    );
    assert_eq!(
        answered(&fresh, NOISY).await.0,
        429,
        "it has never worked here, so nothing tells it from a forged one"
    );
    assert_eq!(answered(&fresh, QUIET).await.0, 200);
    assert_eq!(answered(&fresh, NOISY).await.0, 200, "now it has");

    app.revoke(neighbour.summary()).await;
    assert_eq!(answered(&neighbour, NOISY).await.0, 401, "known is not welcome");
    assert_eq!(answered(&neighbour, NOISY).await.0, 429);
}

/// One byte each second, for hours. From the first one on, waiting takes no time.
fn drip() -> Body {
    let drops = stream::iter(0..30_000).then(async |at| {
        if at == 0 {
            tokio::time::pause();
        }
        sleep(Duration::from_secs(1)).await;
        Ok::<_, std::io::Error>("x")
    });
    Body::from_stream(drops)
}

#[tokio::test]
async fn h04_a_body_that_comes_drop_by_drop_breaks_off_at_every_door() {
    let app = assembly().await;
    let (agent, connected) = (app.agent(Scope::Read).await, app.connect(Scope::Read).await.agent());
    let post = |path: &str, kind: &str| {
        let request = Request::post(path).header("host", "127.0.0.1:8787");
        request.header("content-type", kind).body(drip()).unwrap()
    };
    let form = "application/x-www-form-urlencoded";
    for request in [
        post("/token", form),
        post("/authorize", form),
        post("/revoke", form),
        post("/register", "application/json"),
        post("/webhooks/tenant", "application/json"),
        at_rest(&agent).map(|_| drip()),
        agent.request(drip()),
        connected.request(drip()),
    ] {
        let (path, began) = (request.uri().path().to_owned(), Instant::now());
        let reply = agent.send(request).await;
        assert_eq!(began.elapsed().as_secs(), 30, "{path}");
        assert!(!reply.status.is_success(), "{path}: {}", reply.status);
        tokio::time::resume();
    }
}
