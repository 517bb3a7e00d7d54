//! `subscriptions/listen`: clients of 2026-07-28 open it at once, and nothing is ever sent on it.

use std::time::Duration;

use axum::http::StatusCode;
use latchstring::Scope;
use serde_json::json;
use tokio::time::timeout;

use crate::assembly;

#[tokio::test]
async fn a_stream_is_acknowledged_and_stays_silent_until_the_server_stops() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let mut stream = agent.listen().await;
    assert_eq!(stream.status, StatusCode::OK);
    let headers = ["content-type", "cache-control", "x-accel-buffering"].map(|name| stream.headers[name].clone());
    assert_eq!(
        headers,
        ["text/event-stream", "no-store", "no"],
        "kept by nobody on the way"
    );

    let acknowledged = stream.message().await.unwrap();
    assert_eq!(
        acknowledged["method"],
        json!("notifications/subscriptions/acknowledged")
    );
    assert_eq!(
        acknowledged["params"]["notifications"],
        json!({ "toolsListChanged": true }),
        "no more than there is"
    );

    agent.run("return 1").await;
    let silence = timeout(Duration::from_millis(50), stream.message()).await;
    assert!(silence.is_err(), "nothing is sent: {silence:?}");

    app.latchstring.drain(Duration::from_mins(1)).await;
    let last = stream.message().await.unwrap();
    assert_eq!(last["id"], json!(1), "the end is told: {last}");
    assert_eq!(last["result"]["resultType"], json!("complete"));
    assert_eq!(stream.message().await, None);
}

#[tokio::test]
async fn the_capability_is_declared_to_those_who_can_use_it() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let discovered = agent.modern_rpc("server/discover", json!({})).await.result();
    assert_eq!(discovered["capabilities"]["tools"], json!({ "listChanged": true }));
    let error = agent
        .rpc("subscriptions/listen", json!({ "notifications": {} }))
        .await
        .json()["error"]
        .clone();
    assert_eq!(error["code"], json!(-32601), "older revisions do not have it");
}

#[tokio::test]
async fn h04_a_grant_has_so_many_streams_and_gets_one_back_when_it_leaves_one() {
    let app = assembly().await;
    let (agent, other) = (app.agent(Scope::Read).await, app.agent(Scope::Read).await);
    let mut open = Vec::new();
    for _ in 0..8 {
        let mut stream = agent.listen().await;
        assert!(stream.message().await.is_some());
        open.push(stream);
    }
    let refused = agent.listen().await;
    assert_eq!(refused.headers["content-type"], "application/json");
    let error = refused.whole().await["error"].clone();
    assert!(
        error["message"].as_str().unwrap().contains("8 streams are open"),
        "{error}"
    );
    assert!(
        other.listen().await.message().await.is_some(),
        "another grant has its own"
    );
    assert_eq!(agent.run("return 1 + 1").await, json!(2), "and calls go on");

    open.pop();
    // The place is given back when the task behind the stream has seen that nobody listens.
    while agent.listen().await.headers["content-type"] != "text/event-stream" {
        tokio::task::yield_now().await;
    }
}
