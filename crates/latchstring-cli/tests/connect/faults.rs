//! Servers that do not answer as they should, and networks.

use std::{io::Read, net, time::Duration};

use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{
    client::{Client, KEY, command},
    server::{Request, Server, Then, events, status},
};

/// The error that a request gets from a server that answers like this.
async fn refusal(code: u16, headers: &'static [(&'static str, &'static str)], body: &'static str) -> (Value, String) {
    let server = Server::start(move |_| async move { status(code, headers, body) }).await;
    let mut client = Client::connect(&server.url);
    let error = client.refusal("tools/list");
    assert_eq!(error["code"], json!(-32000), "{error}");
    let message = error["message"].as_str().unwrap().to_owned();
    (error, message)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_status_is_told_with_what_to_do() {
    for (code, headers, body, parts) in [
        (
            401,
            &[][..],
            "",
            &[
                "make a new one on the access page, http://127.0.0.1:",
                "/access",
                "LATCHSTRING_KEY",
            ][..],
        ),
        (403, &[], "", &["403", "public address"]),
        (404, &[], "", &["no MCP endpoint", "`/mcp`"]),
        (413, &[], "", &["larger than the server takes"]),
        (429, &[("retry-after", "7")], "", &["try again in 7 seconds"]),
        (
            502,
            &[],
            "<html>Bad Gateway</html>",
            &["502", "nothing about the key", "may have been carried out"],
        ),
        (
            503,
            &[("retry-after", "1")],
            r#"{ "error_description": "the database is away" }"#,
            &["1 second", "is away"],
        ),
        (418, &[], "", &["418"]),
    ] {
        let (error, message) = refusal(code, headers, body).await;
        assert_eq!(error["data"]["httpStatus"], json!(code));
        for part in parts {
            assert!(message.contains(part), "`{part}` is missing: {message}");
        }
        assert!(!message.contains("<html>"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t13_a_redirect_is_named_and_the_key_does_not_follow_it() {
    let other = Server::start(async |request| request.result(json!({}))).await;
    let target = other.url.clone();
    let server = Server::start(move |_| {
        let target = target.clone();
        async move { status(307, &[("location", &target)], "") }
    })
    .await;
    let mut client = Client::connect(&server.url);
    let message = client.refusal("tools/list")["message"].to_string();
    assert!(message.contains(&format!("--url {}", other.url)), "{message}");
    assert!(other.seen().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_instead_of_an_answer_is_no_answer() {
    let html = [("content-type", "text/html; charset=utf-8")];
    let server = Server::start(move |_| async move { status(200, &html, "<html>Sign in</html>") }).await;
    let mut client = Client::connect(&server.url);
    let message = client.refusal("tools/list")["message"].to_string();
    assert!(
        message.contains("`text/html`") && message.contains("proxy"),
        "{message}"
    );

    let other = json!({ "jsonrpc": "2.0", "id": "somebody else's", "result": {} }).to_string();
    for answer in ["<html>", "[]", "{}", &other] {
        let answer = answer.to_owned();
        let server = Server::start(move |_| {
            let answer = answer.clone();
            async move { status(200, &[("content-type", "application/json")], &answer) }
        })
        .await;
        let message = Client::connect(&server.url).refusal("tools/list")["message"].to_string();
        assert!(message.contains("no answer to this request"), "{message}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_protocol_is_passed_on_as_it_is() {
    let error = json!({ "code": -32022, "message": "no", "data": { "supported": ["2026-07-28"] } });
    let own = error.clone();
    let server = Server::start(move |request: Request| {
        // Found before the id was read, as a body that is too large is.
        let id = if request.method() == "early" {
            Value::Null
        } else {
            request.body["id"].clone()
        };
        let body = json!({ "jsonrpc": "2.0", "id": id, "error": own }).to_string();
        async move { status(400, &[("content-type", "application/json")], &body) }
    })
    .await;
    let mut client = Client::connect(&server.url);
    assert_eq!(client.refusal("tools/list"), error);
    assert_eq!(client.refusal("early"), error, "under the id of the request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_being_started_is_waited_for() {
    let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut client = Client::connect(&format!("http://{address}/mcp"));
    client.request("tools/list", &json!({}));
    client.hears_nothing();
    let server = Server::on(TcpListener::bind(address).await.unwrap(), async |request: Request| {
        request.result(json!({}))
    });
    assert_eq!(client.hear()["result"], json!({}));
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_named_after_a_while() {
    let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    drop(listener);
    let mut command = command();
    let mut client = Client::start(
        command
            .env("LATCHSTRING_KEY", KEY)
            .args(["connect", "--wait", "1", "--url", &url]),
    );
    let message = client.refusal("tools/list")["message"].to_string();
    assert!(message.contains(&format!("Is it running at {url}")), "{message}");
    assert!(message.contains("nothing was sent"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_is_never_sent_again() {
    // Takes each request, and hangs up without a word.
    let listener = net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/mcp", listener.local_addr().unwrap());
    let (sender, requests) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let read = stream.read(&mut [0; 4096]);
            if sender.send(read.unwrap()).is_err() {
                break;
            }
        }
    });
    let mut client = Client::connect(&url);
    let message = client.refusal("tools/call")["message"].to_string();
    assert!(message.contains("may have been carried out"), "{message}");
    assert!(requests.recv().unwrap() > 0);
    let second = requests.recv_timeout(Duration::from_millis(500));
    assert!(second.is_err(), "a second request");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_ends_without_the_answer_is_told() {
    for then in [Then::Ends, Then::Breaks] {
        let server = Server::start(move |_| async move { events(&[": a sign of life\n\n".to_owned()], then) }).await;
        let message = Client::connect(&server.url).refusal("tools/call")["message"].to_string();
        assert!(message.contains("before the answer came"), "{message}");
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_tls_is_told_at_once() {
    let server = Server::start(async |request| request.result(json!({}))).await;
    let mut client = Client::connect(&server.url.replace("http:", "https:"));
    let message = client.refusal("tools/list")["message"].to_string();
    assert!(message.contains("no safe connection"), "{message}");
    assert!(server.seen().is_empty());
}
