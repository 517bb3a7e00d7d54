//! Standard input and output: what is a line, and when it ends.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::{
    client::{Client, KEY, command},
    server::{Server, never, tell},
};

async fn echo() -> Server {
    Server::start(async |request| request.result(json!("here"))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_answered_and_the_next_is_served() {
    let server = echo().await;
    let mut client = Client::connect(&server.url);
    let mut error = |line: &str| {
        client.say_line(line);
        let answer = client.hear();
        (answer["error"]["code"].as_i64().unwrap(), answer["id"].clone())
    };
    let too_long = format!("\"{}\"", "x".repeat(4 << 20));
    let batch = json!([{ "jsonrpc": "2.0", "id": 1, "method": "ping" }]).to_string();
    assert_eq!(error("{ nonsense"), (-32700, Value::Null));
    assert_eq!(error(&too_long), (-32600, Value::Null));
    assert_eq!(error(&batch), (-32600, Value::Null));
    assert_eq!(error(r#"{ "id": 7 }"#), (-32600, json!(7)));
    assert_eq!(client.ask("ping", &json!({}))["result"], json!("here"));
    assert_eq!(server.seen().len(), 1, "nothing else was passed on");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_when_its_input_does_and_answers_what_is_quick() {
    let server = echo().await;
    let mut client = Client::connect(&server.url);
    client.request("ping", &json!({}));
    let ended = client.end();
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(ended.rest.len(), 1, "{:?}", ended.rest);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_end_of_its_input_it_does_not_wait_for_what_is_slow() {
    let (tell, mut told) = tell();
    let tell = std::sync::Arc::new(std::sync::Mutex::new(Some(tell)));
    let server = Server::start(move |_| never(tell.lock().unwrap().take().unwrap())).await;
    let mut client = Client::connect(&server.url);
    client.request("tools/call", &json!({}));
    until(|| !server.seen().is_empty());
    assert!(told.try_recv().is_err());
    let since = Instant::now();
    let ended = client.end();
    assert_eq!((ended.status.code(), ended.rest.len()), (Some(0), 0));
    assert!(since.elapsed() < Duration::from_secs(4), "{:?}", since.elapsed());
    told.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn signals_and_a_client_that_is_gone_end_it() {
    let server = echo().await;
    for name in ["-TERM", "-INT"] {
        let mut client = Client::connect(&server.url);
        client.ask("ping", &json!({}));
        client.signal(name);
        assert_eq!(client.ended().status.code(), Some(0), "{name}");
    }
    let mut child = command()
        .env("LATCHSTRING_KEY", KEY)
        .args(["connect", "--url", &server.url])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"{ \"id\": 1, \"method\": \"ping\" }\n").unwrap();
    // Its input stays open: nobody reads its output, that is all.
    let status = tokio::task::spawn_blocking(move || child.wait().unwrap())
        .await
        .unwrap();
    assert_eq!(status.code(), Some(0));
    drop(input);
}

/// Waits until it holds.
pub(crate) fn until(holds: impl Fn() -> bool) {
    let since = Instant::now();
    while !holds() {
        assert!(since.elapsed() < Duration::from_secs(20), "it never came to be");
        std::thread::sleep(Duration::from_millis(10));
    }
}
