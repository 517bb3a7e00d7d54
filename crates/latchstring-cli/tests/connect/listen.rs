//! `subscriptions/listen`: the client has one stream, however often it breaks.

use serde_json::{Value, json};

use crate::{
    client::{Client, modern},
    server::{Request, Server, Then, event, events, status},
};

const LISTEN: &str = "subscriptions/listen";
const TOOLS_CHANGED: &str = "notifications/tools/list_changed";

fn listen(client: &mut Client) -> u64 {
    client.request(
        LISTEN,
        &modern(json!({ "notifications": { "toolsListChanged": true } })),
    )
}

fn answer(request: &Request) -> Value {
    json!({ "jsonrpc": "2.0", "id": request.body["id"], "result": { "resultType": "complete" } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_stream_is_asked_for_again_and_acknowledged_once() {
    let server = Server::start(async |request: Request| {
        let acknowledged = request.acknowledgement();
        match request.before {
            0 => events(&[acknowledged], Then::Breaks),
            1 => status(503, &[], "not yet"),
            2 => events(&[acknowledged], Then::Ends),
            _ => events(&[acknowledged, event(&answer(&request))], Then::Stays),
        }
    })
    .await;
    let mut client = Client::connect(&server.url);
    let id = listen(&mut client);
    assert_eq!(
        client.hear()["method"],
        json!("notifications/subscriptions/acknowledged")
    );
    for _ in 0..2 {
        let told = client.hear();
        assert_eq!(
            told["method"],
            json!(TOOLS_CHANGED),
            "what was missed is not known: {told}"
        );
        assert_eq!(
            told["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"],
            json!(id)
        );
    }
    assert_eq!(client.hear()["id"], json!(id));
    let seen = server.seen();
    assert_eq!(seen.len(), 4);
    assert!(
        seen.iter().all(|request| request.body == seen[0].body),
        "the same each time"
    );
    client.hears_nothing();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_was_answered_has_ended() {
    let server = Server::start(async |request: Request| {
        events(&[request.acknowledgement(), event(&answer(&request))], Then::Ends)
    })
    .await;
    let mut client = Client::connect(&server.url);
    let id = listen(&mut client);
    client.hear();
    assert_eq!(client.hear()["id"], json!(id));
    std::thread::sleep(std::time::Duration::from_secs(1));
    client.hears_nothing();
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_whose_key_was_revoked_meanwhile_ends_with_the_reason() {
    let server = Server::start(async |request: Request| match request.before {
        0 => events(&[request.acknowledgement()], Then::Breaks),
        _ => status(401, &[], ""),
    })
    .await;
    let mut client = Client::connect(&server.url);
    let id = listen(&mut client);
    client.hear();
    let ended = client.hear();
    assert_eq!(ended["id"], json!(id));
    assert!(
        ended["error"]["message"]
            .as_str()
            .unwrap()
            .contains("the key is not valid"),
        "{ended}"
    );
    client.hears_nothing();
    assert_eq!(server.seen().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_never_began_is_refused_like_any_request() {
    let server = Server::start(async |_| status(503, &[("retry-after", "3")], "")).await;
    let mut client = Client::connect(&server.url);
    listen(&mut client);
    assert_eq!(
        client.hear()["error"]["data"],
        json!({ "httpStatus": 503, "retryAfter": 3 })
    );
    assert_eq!(server.seen().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_taken_back_stays_closed() {
    let server = Server::start(async |request: Request| match request.method() {
        LISTEN => events(&[request.acknowledgement()], Then::Breaks),
        _ => request.result(json!({})),
    })
    .await;
    let streams = || {
        server
            .seen()
            .iter()
            .filter(|request| request.method() == LISTEN)
            .count()
    };
    let mut client = Client::connect(&server.url);
    let id = listen(&mut client);
    client.hear();
    client.cancel(id);
    // What comes after it was read after it.
    client.ask("ping", &json!({}));
    let before = streams();
    std::thread::sleep(std::time::Duration::from_secs(1));
    client.hears_nothing();
    assert_eq!(streams(), before);
}
