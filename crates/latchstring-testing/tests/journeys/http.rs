//! H: requests that are too large, too strange or say two things at once.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use assembly::demo;
use axum::{
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use futures_util::{StreamExt, future::join_all, stream};
use latchstring::{Scope, access::NewKey, db::Database};
use latchstring_testing::{Agent, Reply, TestApp, person};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::{assembly, open};

const MIB: usize = 1 << 20;
const DOORS: [&str; 2] = ["/mcp", "/api/v1/boms.list"];

fn at(path: &str, mut request: Request<Body>) -> Request<Body> {
    *request.uri_mut() = path.parse().unwrap();
    request
}

/// 4 MiB and a byte, in parts of 64 KiB; how many of them were taken.
fn endless() -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&taken);
    let parts = stream::iter(0..=64).map(move |part| {
        count.fetch_add(1, Ordering::SeqCst);
        let size = if part < 64 { 64 << 10 } else { 1 };
        Ok::<_, std::io::Error>(Bytes::from(vec![b' '; size]))
    });
    (Body::from_stream(parts), taken)
}

#[tokio::test]
async fn h02_a_body_that_is_too_large_is_refused_before_it_has_come_whatever_its_length_is_said_to_be() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    for path in DOORS {
        for told in [None, Some("2"), Some("4194305"), Some("18446744073709551615")] {
            let (body, taken) = endless();
            let mut request = at(path, agent.request(body));
            if let Some(told) = told {
                request
                    .headers_mut()
                    .insert(header::CONTENT_LENGTH, told.parse().unwrap());
            }
            let reply = agent.send(request).await;
            assert_eq!(reply.status, StatusCode::PAYLOAD_TOO_LARGE, "{path} {told:?}");
            assert!(reply.json()["error"].is_object());
            let taken = taken.load(Ordering::SeqCst);
            assert!(
                taken <= 17,
                "{taken} parts of 64 KiB, which is more than 1 MiB and the next part"
            );
        }
    }
}

#[tokio::test]
async fn h02_a_compressed_body_is_refused_unread() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    for path in DOORS {
        for encoding in ["gzip", "deflate", "br", "zstd", "identity, gzip", "GZIP", "x"] {
            let (body, taken) = endless();
            let mut request = at(path, agent.request(body));
            request
                .headers_mut()
                .insert(header::CONTENT_ENCODING, encoding.parse().unwrap());
            assert_eq!(
                agent.send(request).await.status,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{encoding}"
            );
            assert_eq!(taken.load(Ordering::SeqCst), 0);
        }
    }
}

/// What a server on a socket says to these bytes, until it closes or `enough` of them came.
async fn said(app: &TestApp, bytes: &[u8], enough: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(axum::serve(listener, app.router.clone()).into_future());
    let mut socket = TcpStream::connect(address).await.unwrap();
    // It may close before it has read all.
    let _ = socket.write_all(bytes).await;
    let mut answer = Vec::new();
    let mut part = [0; 4096];
    while !String::from_utf8_lossy(&answer).contains(enough) {
        match socket.read(&mut part).await {
            Ok(0) | Err(_) => break,
            Ok(length) => answer.extend_from_slice(&part[..length]),
        }
    }
    server.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn h02_h06_on_a_socket_too_a_length_is_one_and_the_body_is_bounded() {
    let app = assembly().await;
    let key = app.agent(Scope::Read).await.key().to_owned();
    let head = format!("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:8787\r\nAuthorization: Bearer {key}\r\n");
    let chunk = format!("{:x}\r\n{}\r\n", 64 << 10, " ".repeat(64 << 10));
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{}", chunk.repeat(64));
    assert!(
        said(&app, chunked.as_bytes(), "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 413")
    );
    let announced = format!("{head}Content-Length: {}\r\n\r\n{}", 4 * MIB + 1, " ".repeat(2 * MIB));
    assert!(
        said(&app, announced.as_bytes(), "\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 413")
    );

    // A second request that hides in the body of the first, for whoever reads the other length.
    let hidden = format!("{head}Content-Length: 0\r\n\r\n");
    let length = hidden.len();
    for lengths in [
        format!("Content-Length: {length}\r\nContent-Length: 0\r\n"),
        format!("Content-Length: 0, {length}\r\n"),
        format!("Content-Length: +{length}\r\n"),
        "Transfer-Encoding: chunked, identity\r\n".to_owned(),
        "Transfer-Encoding: xchunked\r\n".to_owned(),
    ] {
        let answer = said(&app, format!("{head}{lengths}\r\n{hidden}").as_bytes(), "HTTP/1.1 999").await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{lengths}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{lengths}: {answer}");
    }
}

/// A call of `search` with these bytes as its arguments.
fn search(arguments: &str) -> String {
    format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"search","arguments":{arguments}}}}}"#)
}

/// The error of an answer, in whichever of the three ways it is told.
fn error(reply: &Reply) -> Value {
    let answer = reply.json();
    let error = &answer["error"];
    if error.is_null() {
        answer["result"]["structuredContent"]["error"].clone()
    } else {
        error.clone()
    }
}

#[tokio::test]
async fn h03_strange_json_is_answered_with_an_error_object_and_the_next_request_is_served() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let many = |count: usize| {
        let keys: Vec<String> = (0..count).map(|key| format!("\"{key:x}\":0")).collect();
        format!("{{{}}}", keys.join(","))
    };
    let deep = |open: &str, close: &str, depth: usize| format!("{}0{}", open.repeat(depth), close.repeat(depth));
    let with_id = |id: &str| format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"no/such"}}"#);
    let strange = [
        search(&format!("{{\"query\":{}}}", deep("[", "]", 10_000))),
        search(&deep("{\"a\":", "}", 10_000)),
        search(&deep("{\"a\":", "}", 100)),
        search(&many(1_000_000)),
        search(&many(60_000)),
        search(r#"{"query":"bom","limit":1e999}"#),
        search(r#"{"query":"bom","limit":-1e999}"#),
        search(&format!(r#"{{"query":"bom","limit":{}}}"#, "9".repeat(10_000))),
        search(r#"{"query":"bom","limit":18446744073709551616}"#),
        search(r#"{"query":"bom","limit":1.5}"#),
        search(r#"{"query":"\ud800"}"#),
        search(r#"{"query":"\udc00\ud800"}"#),
        search(r#"{"query":"bom","limit":NaN}"#),
        search(r#"{"Query":"bom"}"#),
        search("{} }"),
        format!("{} {}", search("{}"), search("{}")),
        format!("\u{feff}{}", search("{}")),
        format!("{}\0", search("{}")),
        search("{}").replace("\"id\"", "\"ID\""),
        search("{}").replace("method", "Method"),
        search("{}").replace("2.0", "1.0"),
        with_id(&format!("\"{}\"", "x".repeat(500_000))),
        with_id(&"9".repeat(400)),
        with_id("1e400"),
        with_id("1.5"),
        with_id("-1"),
        with_id("true"),
        with_id("{}"),
        with_id("[1]"),
        with_id("null"),
    ];
    for body in strange {
        let shown: String = body.chars().take(120).collect();
        let is_with_id = body.len() > 500_000 && body.len() < 600_000;
        let reply = agent.send(agent.request(body)).await;
        assert!(
            reply.status.is_success() || reply.status.is_client_error(),
            "{} {shown}: {}",
            reply.status,
            reply.text
        );
        // What cannot have an answer, for want of an id, is accepted and dropped.
        if reply.status != StatusCode::ACCEPTED {
            assert!(error(&reply).is_object(), "{shown}: {}", reply.text);
        }
        let bound = if is_with_id { 600_000 } else { 20_000 };
        assert!(reply.text.len() < bound, "{shown}: {} bytes", reply.text.len());
    }
    for bytes in [
        &b"\xff\xfe{\0}\0"[..],
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xc3\x28\"}",
        b"\0",
    ] {
        let reply = agent.send(agent.request(bytes.to_vec())).await;
        assert_eq!((reply.status.as_u16(), &error(&reply)["code"]), (400, &json!(-32700)));
    }
    assert_eq!(agent.run("return 1 + 1").await, json!(2));
}

const COUNT: &str = "return (await app.rawMaterials.list({ originFilter: 'virtual' })).totalCount";

#[tokio::test]
async fn h03_a_name_that_is_said_twice_opens_nothing_that_either_would_not() {
    let app = assembly().await;
    let reader = app.agent(Scope::Read).await;
    let before = reader.run(COUNT).await;
    let make = "await app.rawMaterials.createVirtual({ name: 'Beeswax' })";
    let call = |params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
    for body in [
        call(&format!(
            r#"{{"name":"run_write","name":"run","arguments":{{"program":"{make}"}}}}"#
        )),
        call(&format!(
            r#"{{"name":"run","name":"run_write","arguments":{{"program":"{make}"}}}}"#
        )),
        call(&format!(
            r#"{{"name":"run","Name":"run_write","arguments":{{"program":"{make}"}}}}"#
        )),
        call(&format!(
            r#"{{"name":"run","arguments":{{"program":"return 1"}},"arguments":{{"program":"{make}"}}}}"#
        )),
        format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call","params":{{"name":"run_write","arguments":{{"program":"{make}"}}}}}}"#
        ),
    ] {
        let reply = reader.send(reader.request(body.clone())).await;
        let told = reply.json();
        let is_list = told["result"]["tools"].is_array();
        let wrote = told["result"]["structuredContent"]["committed"] == json!(true);
        assert!(
            !wrote && (is_list || error(&reply).is_object()),
            "{body}: {}",
            reply.text
        );
    }
    assert_eq!(reader.run(COUNT).await, before);

    // A stream that is asked for beside something else takes a place, or is none.
    for methods in [
        r#""method":"subscriptions/listen","method":"tools/list""#,
        r#""method":"tools/list","method":"subscriptions/listen""#,
    ] {
        let body =
            format!(r#"{{"jsonrpc":"2.0","id":1,{methods},"params":{{"notifications":{{"toolsListChanged":true}}}}}}"#);
        let reply = reader.send(reader.request(body)).await;
        assert!(
            reply.header("content-type").starts_with("application/json"),
            "{}",
            reply.text
        );
    }
}

/// A request of a client of 2026-07-28 for this tool, with headers that say something else.
fn modern(agent: &Agent, tool: &str, program: &str, said: [(&'static str, &str); 3]) -> Request<Body> {
    let body = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {
            "name": tool,
            "arguments": { "program": program },
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {},
            },
        },
    });
    let mut request = agent.request(body.to_string());
    for (name, value) in said {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

#[tokio::test]
async fn h06_headers_that_disagree_with_the_body_are_refused_and_never_decide() {
    let app = assembly().await;
    let (reader, writer) = (app.agent(Scope::Read).await, app.agent(Scope::ReadWrite).await);
    let before = reader.run(COUNT).await;
    let make = "return await app.rawMaterials.createVirtual({ name: 'Beeswax' })";
    let right = [
        ("mcp-protocol-version", "2026-07-28"),
        ("mcp-method", "tools/call"),
        ("mcp-name", "run_write"),
    ];
    for (at, lie) in [
        (0, "2025-11-25"),
        (1, "tools/list"),
        (1, "tools/call/x"),
        (2, "search"),
        (2, "RUN_WRITE"),
        (2, "run"),
    ] {
        let mut said = right;
        said[at].1 = lie;
        let reply = writer.send(modern(&writer, "run_write", make, said)).await;
        assert_eq!(
            (reply.status.as_u16(), &error(&reply)["code"]),
            (400, &json!(-32020)),
            "{said:?}: {}",
            reply.text
        );
    }
    assert_eq!(reader.run(COUNT).await, before, "nothing was carried out");

    // What the headers name is not what is called, whoever minds them.
    let named_run = [right[0], right[1], ("mcp-name", "run")];
    let reply = reader.send(modern(&reader, "run_write", make, named_run)).await;
    assert_eq!(error(&reply)["code"], json!(-32020));
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": { "name": "run_write", "arguments": { "program": make } } });
    let mut older = reader.request(body.to_string());
    for (name, value) in [
        ("mcp-protocol-version", "2025-11-25"),
        ("mcp-method", "tools/list"),
        ("mcp-name", "run"),
    ] {
        older.headers_mut().insert(name, value.parse().unwrap());
    }
    let reply = reader.send(older).await;
    assert_eq!(error(&reply)["message"], json!("no tool `run_write`; see `tools/list`"));
    assert_eq!(reader.run(COUNT).await, before);

    let reply = writer.send(modern(&writer, "run_write", make, right)).await;
    assert_eq!(reply.structured()["committed"], json!(true), "{}", reply.text);
}

#[tokio::test]
async fn h07_a_session_id_says_nothing_of_who_calls() {
    let app = assembly().await;
    let (first, second) = (app.agent_of(0, Scope::Read).await, app.agent_of(1, Scope::Read).await);
    let names = "return (await app.locations.list({})).items.map(one => one.name).sort()";
    let (of_first, of_second) = (first.run(names).await, second.run(names).await);
    assert_ne!(of_first, of_second);
    for id in [
        first.summary().grant.to_string(),
        second.summary().grant.to_string(),
        app.tenants[0].id.to_string(),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        "guessed".to_owned(),
    ] {
        for (agent, expected) in [(&first, &of_first), (&second, &of_second)] {
            let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": { "name": "run", "arguments": { "program": names } } });
            let mut request = agent.request(body.to_string());
            request.headers_mut().insert("mcp-session-id", id.parse().unwrap());
            let reply = agent.send(request).await;
            assert!(reply.headers.get("mcp-session-id").is_none());
            assert_eq!(reply.structured()["result"], *expected, "{id}");
        }
    }
    app.revoke(first.summary()).await;
    let mut request = first.request(json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string());
    request
        .headers_mut()
        .insert("mcp-session-id", second.summary().grant.to_string().parse().unwrap());
    assert_eq!(first.send(request).await.status, StatusCode::UNAUTHORIZED);
}

/// A hundred tenants with the demo's data, and each with something of its own that nobody else may see: its key and that
/// word.
async fn tenants_with_canaries(app: &TestApp, product: &Database) -> Vec<(Agent, String)> {
    let mut tenants = Vec::new();
    for number in 0..100 {
        let host_key = format!("canary-{number}.example");
        tenants.push(app.access.ensure_tenant(&host_key, &host_key).await.unwrap());
    }
    for pair in tenants.chunks(2) {
        let ids: Vec<_> = pair.iter().map(|tenant| tenant.id).collect();
        demo::seed(product, &ids).await.unwrap();
    }
    let mut with_canaries = Vec::new();
    for (number, tenant) in tenants.iter().enumerate() {
        let new = NewKey {
            tenant: tenant.id,
            scope: Scope::ReadWrite,
            label: "test".parse().unwrap(),
            created_by: person(),
            expires_at: None,
        };
        let (key, _) = app.access.create_key(new).await.unwrap();
        let agent = app.stranger(key.expose());
        let canary = format!("CANARY-{number:03}");
        let body = json!({ "name": canary }).to_string();
        let made = agent
            .send(at("/api/v1/raw_materials.create_virtual", agent.request(body)))
            .await;
        assert!(made.status.is_success() && made.text.contains(&canary), "{}", made.text);
        with_canaries.push((agent, canary));
    }
    with_canaries
}

#[tokio::test(flavor = "multi_thread")]
async fn h08_of_a_hundred_tenants_at_once_each_sees_its_own_and_nothing_else() {
    let product = Arc::new(OnceLock::new());
    let kept = Arc::clone(&product);
    let app = TestApp::start(move |database, tenants| {
        kept.get_or_init(|| database.clone());
        open(database, tenants)
    })
    .await;
    let tenants = tenants_with_canaries(&app, product.get().unwrap()).await;
    let call = async |agent: &Agent, canary: &str, round: usize| {
        let list = json!({ "originFilter": "virtual", "search": "CANARY" });
        let program = format!(
            "console.log('{canary}'); return (await app.rawMaterials.list({list})).items.map(one => one.productName)"
        );
        // The same id for all in one round, in another one that tells.
        let id = if round == 0 { json!(1) } else { json!(canary) };
        let run = json!({ "jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": { "name": "run", "arguments": { "program": program } } });
        let reply = match round {
            0 | 1 => agent.send(agent.request(run.to_string())).await,
            _ => {
                agent
                    .send(at("/api/v1/raw_materials.list", agent.request(list.to_string())))
                    .await
            }
        };
        assert_eq!(reply.status, StatusCode::OK, "{}", reply.text);
        if round < 2 {
            assert_eq!(reply.json()["id"], id, "{}", reply.text);
        }
        let told: Vec<_> = reply.text.match_indices("CANARY-").collect();
        assert!(!told.is_empty(), "{}", reply.text);
        for (at, _) in told {
            assert!(reply.text[at..].starts_with(canary), "{canary}: {}", reply.text);
        }
    };
    for round in 0..4 {
        join_all(tenants.iter().map(|(agent, canary)| call(agent, canary, round))).await;
    }
}
