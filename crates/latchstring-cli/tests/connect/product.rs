//! Against the product, on a socket.

use std::{future::pending, time::Duration};

use assembly::{Assembly, demo};
use latchstring::{Scope, access::Tenant, db::Database};
use latchstring_testing::{Agent, TestApp};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    client::{Client, modern},
    server::tell,
};

const COUNT: &str = "return (await app.boms.list({})).totalCount";

async fn serve() -> (TestApp, String) {
    let app = TestApp::start(open).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let router = app.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (app, url)
}

async fn open(database: Database, tenants: [Tenant; 2]) -> Assembly {
    let domain = Assembly::open(database.clone()).await.unwrap();
    demo::seed(&database, &tenants.map(|tenant| tenant.id)).await.unwrap();
    domain
}

fn connect(url: &str, agent: &Agent) -> Client {
    Client::with_key(url, agent.key())
}

fn run(program: &str) -> Value {
    json!({ "name": "run", "arguments": { "program": program } })
}

fn names(listed: &Value) -> Vec<&str> {
    let tools = listed["result"]["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_2025_lists_tools_and_runs_a_program() {
    let (app, url) = serve().await;
    let mut client = connect(&url, &app.agent(Scope::Read).await);
    let hello = json!({
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "0" },
    });
    let welcome = client.ask("initialize", &hello);
    assert_eq!(welcome["result"]["protocolVersion"], json!("2025-11-25"), "{welcome}");
    client.say(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
    let listed = client.ask("tools/list", &json!({}));
    assert!(
        names(&listed).contains(&"run") && !names(&listed).contains(&"run_write"),
        "{listed}"
    );
    let answer = client.ask("tools/call", &run(COUNT));
    assert_eq!(answer["result"]["structuredContent"]["result"], json!(15), "{answer}");
    assert_eq!(client.end().rest, [Value::Null; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_2026_discovers_listens_and_runs_programs_at_once() {
    let (app, url) = serve().await;
    let mut client = connect(&url, &app.agent(Scope::ReadWrite).await);
    let found = client.ask_modern("server/discover", json!({}));
    let versions = found["result"]["supportedVersions"].as_array().expect("versions");
    assert!(versions.contains(&json!("2026-07-28")), "{found}");
    let wanted = json!({ "notifications": { "toolsListChanged": true } });
    let stream = client.request("subscriptions/listen", &modern(wanted));
    let acknowledged = client.hear();
    assert_eq!(
        acknowledged["method"],
        json!("notifications/subscriptions/acknowledged")
    );
    let listed = client.ask_modern("tools/list", json!({}));
    assert!(names(&listed).contains(&"run_write"), "{listed}");

    let mut ids: Vec<u64> = (0..4)
        .map(|_| client.request("tools/call", &modern(run(COUNT))))
        .collect();
    while !ids.is_empty() {
        let answer = client.hear();
        assert_eq!(answer["result"]["structuredContent"]["result"], json!(15), "{answer}");
        ids.retain(|id| answer["id"] != json!(id));
    }

    let unknown = client.ask_modern("logging/setLevel", json!({ "level": "info" }));
    assert_eq!(
        unknown["error"]["code"],
        json!(-32601),
        "an error with HTTP 404: {unknown}"
    );
    app.latchstring.drain(Duration::from_mins(1)).await;
    let last = client.hear();
    assert_eq!(
        (&last["id"], &last["result"]["resultType"]),
        (&json!(stream), &json!("complete"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_is_taken_back_ends_and_is_not_answered() {
    let (app, url) = serve().await;
    let mut client = connect(&url, &app.agent(Scope::Read).await);
    let (ended, told) = tell();
    let (begins, begun) = tokio::sync::oneshot::channel();
    // The program's first call never comes back.
    app.watch.before_nth_of("standing", 2, async move {
        let _ended = ended;
        begins.send(()).unwrap();
        pending::<()>().await;
    });
    let id = client.request("tools/call", &run(COUNT));
    begun.await.unwrap();
    client.hears_nothing();
    client.cancel(id);
    told.await.unwrap();
    client.hears_nothing();
    let answer = client.ask("tools/call", &run("return 1 + 1"));
    assert_eq!(answer["result"]["structuredContent"]["result"], json!(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_revoked_ends_the_stream_and_the_next_request_and_says_so() {
    let (app, url) = serve().await;
    let agent = app.agent(Scope::Read).await;
    let mut client = connect(&url, &agent);
    let wanted = modern(json!({ "notifications": { "toolsListChanged": true } }));
    let stream = client.request("subscriptions/listen", &wanted);
    client.hear();
    app.revoke(agent.summary()).await;
    let says_so = |answer: &Value| {
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("the key is not valid any more") && message.contains("/access"),
            "{message}"
        );
    };
    let request = client.request("tools/call", &modern(run(COUNT)));
    let refused = client.hear();
    assert_eq!(refused["id"], json!(request));
    says_so(&refused);
    let ended = client.hear();
    assert_eq!(ended["id"], json!(stream));
    says_so(&ended);
    assert!(!client.end().log.contains(agent.key()), "t13: a key in the log");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_too_large_is_told() {
    let (app, url) = serve().await;
    let mut client = connect(&url, &app.agent(Scope::Read).await);
    let error = client.ask("tools/call", &run(&"x".repeat(2 << 20)))["error"].clone();
    assert!(
        error["message"].as_str().unwrap().contains("send less in one request"),
        "{error}"
    );
}
