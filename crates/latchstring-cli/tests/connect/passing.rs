//! What is passed on, and how.

use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::{
    client::{Client, KEY, command, modern},
    lines::until,
    server::{Request, Server, Then, event, events, never, status, tell},
};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_2026_has_its_headers_from_each_message() {
    let server = Server::start(async |request| request.result(json!({}))).await;
    let mut client = Client::connect(&server.url);
    client.ask_modern("server/discover", json!({}));
    client.ask_modern("tools/call", json!({ "name": "naïve", "arguments": {} }));
    client.ask_modern("resources/read", json!({ "uri": "file:///a b" }));
    let named = |name: &'static str| -> Vec<String> {
        server
            .seen()
            .iter()
            .map(|request| request.header(name).to_owned())
            .collect()
    };
    assert_eq!(named("mcp-protocol-version"), ["2026-07-28"; 3]);
    assert_eq!(named("mcp-method"), ["server/discover", "tools/call", "resources/read"]);
    assert_eq!(named("mcp-name"), ["", "=?base64?bmHDr3Zl?=", "file:///a b"]);
    assert_eq!(
        named("authorization"),
        [
            format!("Bearer {KEY}"),
            format!("Bearer {KEY}"),
            format!("Bearer {KEY}")
        ]
    );
    assert_eq!(named("accept"), ["application/json, text/event-stream"; 3]);
    assert_eq!(named("content-type"), ["application/json"; 3]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_2025_has_the_revision_that_was_agreed_on() {
    let server = Server::start(async |request: Request| match request.method() {
        "initialize" => request.result(json!({ "protocolVersion": "2025-06-18" })),
        "notifications/initialized" => status(202, &[], ""),
        _ => request.result(json!({})),
    })
    .await;
    let mut client = Client::connect(&server.url);
    client.ask("initialize", &json!({ "protocolVersion": "2025-11-25" }));
    client.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    until(|| server.seen().len() == 2);
    client.ask("tools/list", &json!({}));
    let seen = server.seen();
    let revisions: Vec<_> = seen
        .iter()
        .map(|request| request.header("mcp-protocol-version"))
        .collect();
    assert_eq!(revisions, ["", "2025-06-18", "2025-06-18"]);
    assert!(seen.iter().all(|request| request.header("mcp-method").is_empty()));
    assert_eq!(client.end().rest, [Value::Null; 0], "a notification has no answer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notification_that_is_not_taken_is_for_the_log() {
    let server = Server::start(async |_| status(400, &[], "no")).await;
    let mut client = Client::connect(&server.url);
    client.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    until(|| !server.seen().is_empty());
    client.hears_nothing();
    let log = client.end().log;
    assert!(
        log.contains("notifications/initialized") && log.contains("400"),
        "{log}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_as_they_are_ready_and_whole() {
    let go_on = Arc::new(Notify::new());
    let held = Arc::clone(&go_on);
    let server = Server::start(move |request: Request| {
        let held = Arc::clone(&held);
        async move {
            if request.method() == "slow" {
                held.notified().await;
            }
            request.result(json!("x".repeat(200 << 10)))
        }
    })
    .await;
    let mut client = Client::connect(&server.url);
    let slow = client.request("slow", &json!({}));
    let mut others: Vec<u64> = (0..8).map(|_| client.request("quick", &json!({}))).collect();
    while !others.is_empty() {
        let heard = client.hear()["id"].as_u64().unwrap();
        assert_ne!(heard, slow, "it is held back");
        others.retain(|id| *id != heard);
    }
    go_on.notify_one();
    assert_eq!(client.hear()["id"], json!(slow));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_passed_on_event_by_event() {
    let server = Server::start(async |request: Request| {
        let progress = json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": { "progress": 1 } });
        let parts = [
            ": a sign of life\n\n".to_owned(),
            "id: 1\ndata:\n\n".to_owned(),
            event(&progress),
            format!(
                "data: {{ \"id\": {},\ndata: \"result\": [1,\r\ndata: 2] }}\n\n",
                request.body["id"]
            ),
            event(&json!({ "jsonrpc": "2.0", "method": "notifications/message", "params": "after the answer" })),
        ];
        events(&parts, Then::Stays)
    })
    .await;
    let mut client = Client::connect(&server.url);
    let id = client.request("tools/call", &json!({}));
    assert_eq!(client.hear()["method"], json!("notifications/progress"));
    assert_eq!(client.hear(), json!({ "id": id, "result": [1, 2] }));
    client.hears_nothing();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_taken_back_is_closed_and_never_answered() {
    let (gone, told) = tell();
    let gone = Arc::new(Mutex::new(Some(gone)));
    let server = Server::start(move |request: Request| {
        let gone = (request.method() == "slow").then(|| gone.lock().unwrap().take().unwrap());
        async move {
            match gone {
                Some(gone) => never(gone).await,
                None => request.result(json!({})),
            }
        }
    })
    .await;
    let mut client = Client::connect(&server.url);
    let id = client.request("slow", &json!({}));
    until(|| !server.seen().is_empty());
    client.cancel(id);
    told.await.unwrap();
    client.cancel(id);
    client.cancel(99);
    client.hears_nothing();
    assert_eq!(client.ask("ping", &modern(json!({})))["result"], json!({}));
    let methods: Vec<_> = server
        .seen()
        .iter()
        .map(|request| request.method().to_owned())
        .collect();
    assert_eq!(methods, ["slow", "ping"], "closing is what tells the server");
}

#[tokio::test(flavor = "multi_thread")]
async fn t13_what_is_for_this_machine_does_not_go_to_a_proxy() {
    let server = Server::start(async |request| request.result(json!({}))).await;
    let proxy = Server::start(async |request| request.result(json!("the proxy's"))).await;
    let mut client = Client::start(
        command()
            .env("LATCHSTRING_KEY", KEY)
            .env("HTTP_PROXY", proxy.url.trim_end_matches("/mcp"))
            .args(["connect", "--url", &server.url]),
    );
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
    assert!(proxy.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn t13_the_log_has_neither_the_key_nor_what_is_said() {
    let server = Server::start(async |request: Request| match request.before {
        0 => request.result(json!({ "secret": "in the answer" })),
        _ => status(401, &[], r#"{ "error_description": "said by the server" }"#),
    })
    .await;
    let mut client = Client::connect(&server.url);
    client.ask("tools/call", &json!({ "secret": "in the question" }));
    let error = client.refusal("tools/call");
    assert!(
        error["message"].as_str().unwrap().contains("said by the server"),
        "{error}"
    );
    client.say_line("{ nonsense in a line");
    client.hear();
    let log = client.end().log;
    assert!(
        log.contains("tools/call") && log.contains("the key is not valid any more"),
        "{log}"
    );
    for kept in [
        KEY,
        "in the answer",
        "in the question",
        "said by the server",
        "nonsense",
    ] {
        assert!(!log.contains(kept), "`{kept}` is in the log: {log}");
    }
}
