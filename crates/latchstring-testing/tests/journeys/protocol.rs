//! The endpoint as clients of both protocol eras meet it, well-behaved or not.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use insta::assert_json_snapshot;
use latchstring::Scope;
use serde_json::{Value, json};

use crate::assembly;

#[tokio::test]
async fn a_client_of_2025_initializes_without_a_session() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let client = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } });
    let reply = agent.rpc("initialize", client).await;
    assert!(reply.headers.get("mcp-session-id").is_none());
    let result = reply.result();
    assert_eq!(result["protocolVersion"], json!("2025-11-25"));
    let view = json!({ "io.modelcontextprotocol/ui": { "mimeTypes": ["text/html;profile=mcp-app"] } });
    let capabilities = json!({ "completions": {}, "extensions": view, "prompts": {}, "resources": {}, "tools": {} });
    assert_eq!(result["capabilities"], capabilities);

    let listed = agent.rpc("tools/list", json!({})).await.result();
    for absent in ["resultType", "ttlMs", "cacheScope", "_meta"] {
        assert!(listed.get(absent).is_none(), "`{absent}` is not of this revision");
    }
}

#[tokio::test]
async fn a_client_of_2026_discovers_lists_and_calls_without_initializing() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let discovered = agent.modern_rpc("server/discover", json!({})).await.result();
    assert_eq!(
        discovered["supportedVersions"],
        json!(["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"])
    );

    let listed = agent.modern_rpc("tools/list", json!({})).await.result();
    assert_eq!(
        (&listed["cacheScope"], &listed["ttlMs"]),
        (&json!("private"), &json!(0)),
        "the list depends on the grant"
    );

    let reply = agent
        .modern_rpc(
            "tools/call",
            json!({ "name": "run", "arguments": { "program": "return 1 + 1" } }),
        )
        .await;
    let called = reply.result();
    assert_eq!(called["structuredContent"]["result"], json!(2));
    for result in [&discovered, &listed, &called] {
        assert_eq!(
            result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"],
            json!("test")
        );
    }
}

#[tokio::test]
async fn every_tool_has_a_title_four_hints_plain_schemas_and_its_return_type_in_words() {
    let app = assembly().await;
    for scope in [Scope::Read, Scope::ReadWrite] {
        let agent = app.agent(scope).await.at("?tools=both");
        let listed = agent.rpc("tools/list", json!({})).await.result();
        assert_eq!(
            listed,
            agent.rpc("tools/list", json!({})).await.result(),
            "the list is always the same"
        );
        for tool in listed["tools"].as_array().unwrap() {
            let name = tool["name"].as_str().unwrap();
            assert!(name.len() <= 64 && tool["title"].is_string(), "{name}");
            for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
                assert!(tool["annotations"][hint].is_boolean(), "{name} says nothing of {hint}");
            }
            let said = tool["description"].as_str().unwrap().to_lowercase();
            assert!(said.contains("return"), "{name} does not say what it returns");
            assert_eq!(tool["inputSchema"]["type"], json!("object"), "{name}");
            let text = tool["inputSchema"].to_string();
            for odd in ["$schema", "\"uint", "\"format\":\"int", "\"double\""] {
                assert!(!text.contains(odd), "{name}'s input has {odd}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn the_tool_lists_are_under_review() {
    let app = assembly().await;
    for (scope, name) in [(Scope::Read, "tools_read"), (Scope::ReadWrite, "tools_read_write")] {
        let listed = app.agent(scope).await.rpc("tools/list", json!({})).await.result();
        let mut tools = listed["tools"].clone();
        for tool in tools.as_array_mut().unwrap() {
            // The schemas are the operations' own and would bury the rest.
            tool.as_object_mut().unwrap().retain(|key, _| !key.ends_with("Schema"));
        }
        assert_json_snapshot!(name, tools);
    }
}

#[tokio::test]
async fn what_is_not_declared_is_not_answered() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    for method in ["logging/setLevel", "resources/subscribe", "tasks/get"] {
        let params = json!({ "level": "info", "uri": "assembly://boms/1", "taskId": "1" });
        assert_eq!(
            agent.rpc(method, params).await.json()["error"]["code"],
            json!(-32601),
            "{method}"
        );
    }
    let error = agent.call("no_such_tool", json!({})).await.json()["error"].clone();
    assert_eq!(error["code"], json!(-32602));
    assert_eq!(error["message"], json!("no tool `no_such_tool`; see `tools/list`"));
}

#[tokio::test]
async fn malformed_and_oversize_requests_are_json_rpc_errors() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let send = async |body: String| {
        let reply = agent.send(agent.request(body)).await;
        (reply.status.as_u16(), reply.json()["error"]["code"].as_i64().unwrap())
    };
    assert_eq!(send("{".into()).await, (400, -32700));
    assert_eq!(send(String::new()).await, (400, -32700));
    assert_eq!(send("[]".into()).await, (400, -32600));
    assert_eq!(send("{}".into()).await, (400, -32600));
    assert_eq!(send("\"tools/list\"".into()).await, (400, -32600));
    assert_eq!(send("[".repeat(100_000)).await, (400, -32700));
    assert_eq!(
        send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}".into()).await,
        (400, -32600)
    );
    assert_eq!(
        send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"} trailing".into()).await,
        (400, -32700)
    );
    assert_eq!(send("x".repeat((1 << 20) + 1)).await, (413, -32600));
    let big = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": { "name": "run", "arguments": { "program": "x".repeat(1 << 20) } } });
    assert_eq!(send(big.to_string()).await, (413, -32600));

    let mut zipped = agent.request("{}");
    zipped
        .headers_mut()
        .insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
    assert_eq!(agent.send(zipped).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);

    let program = json!({ "program": format!("return {}", " ".repeat(70 << 10)) });
    assert_eq!(agent.call("run", program).await.tool_error(), "LIMIT_EXCEEDED");
}

#[tokio::test]
async fn every_accept_header_and_content_type_is_served() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    for accept in [None, Some("*/*"), Some("application/json"), Some("text/event-stream")] {
        let mut request = agent.request(list.clone());
        request.headers_mut().remove(header::ACCEPT);
        if let Some(accept) = accept {
            request.headers_mut().insert(header::ACCEPT, accept.parse().unwrap());
        }
        assert_eq!(agent.send(request).await.status, StatusCode::OK, "{accept:?}");
    }
    let mut bare = agent.request(list);
    bare.headers_mut().remove(header::CONTENT_TYPE);
    assert_eq!(agent.send(bare).await.status, StatusCode::OK);
}

#[tokio::test]
async fn parameters_that_cannot_be_read_are_named_and_not_the_method() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    for params in [
        json!({ "name": "run", "arguments": "{\"program\":\"return 1\"}" }),
        json!({ "name": "run", "arguments": [] }),
        json!({ "arguments": {} }),
        json!({ "name": 7 }),
    ] {
        let error = agent.rpc("tools/call", params).await.json()["error"].clone();
        assert_eq!(error["code"], json!(-32602));
        assert!(
            error["message"].as_str().unwrap().contains("`arguments` an object"),
            "{error}"
        );
    }
    assert_eq!(
        agent.rpc("no/such", json!({})).await.json()["error"]["message"],
        json!("no method `no/such`")
    );
}

#[tokio::test]
async fn search_reads_words_in_any_case_and_never_leaves_one_with_nothing() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let find = async |query: &str| agent.call("search", json!({ "query": query })).await.structured();
    for query in ["bom", "BOM", "BOMs", "boms"] {
        let names = find(query).await["results"].to_string();
        assert!(
            names.contains("boms.list") && names.contains("boms.get"),
            "{query}: {names}"
        );
    }
    assert!(
        find("SKU").await["results"].to_string().contains("boms.list"),
        "fields are searched, too"
    );
    for query in ["", "zeppelin"] {
        assert!(find(query).await["namespaces"]["boms"].is_array(), "{query}");
    }
    let wrong = agent.call("search", json!({ "query": "bom", "limit": 0 })).await;
    assert_eq!(wrong.tool_error(), "INVALID_INPUT");
}

#[tokio::test]
async fn get_and_delete_have_no_session_to_open_or_end() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    for method in [Method::GET, Method::DELETE] {
        let mut request = agent.request(Body::empty());
        *request.method_mut() = method;
        request
            .headers_mut()
            .insert("mcp-session-id", "guessed".parse().unwrap());
        let reply = agent.send(request).await;
        assert_eq!(reply.status, StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(reply.json()["error"]["code"], json!(-32600));
    }
}

#[tokio::test]
async fn h01_foreign_hosts_and_origins_are_refused() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" }).to_string();
    let status = async |name: header::HeaderName, value: &str| {
        let mut request = agent.request(list.clone());
        request.headers_mut().insert(name, value.parse().unwrap());
        agent.send(request).await.status.as_u16()
    };
    for host in ["evil.example", "127.0.0.1.evil.example", "evil.example:8787"] {
        assert_eq!(status(header::HOST, host).await, 403, "{host}");
    }
    for host in ["127.0.0.1:8787", "localhost:8787", "[::1]:8787"] {
        assert_eq!(status(header::HOST, host).await, 200, "{host}");
    }
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "https://127.0.0.1:8787",
    ] {
        assert_eq!(status(header::ORIGIN, origin).await, 403, "{origin}");
    }
    for origin in ["http://127.0.0.1:8787", "http://localhost:6274"] {
        assert_eq!(status(header::ORIGIN, origin).await, 200, "{origin}");
    }
}

#[tokio::test]
async fn a_browsers_preflight_needs_no_key_and_a_foreign_page_gets_no_leave() {
    let app = assembly().await;
    let preflight = async |origin: &str| {
        let request = Request::options("/mcp")
            .header(header::HOST, "127.0.0.1:8787")
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
            .header(
                header::ACCESS_CONTROL_REQUEST_HEADERS,
                "authorization,mcp-protocol-version",
            )
            .body(Body::empty())
            .unwrap();
        app.anonymous().send(request).await
    };
    let welcome = preflight("http://localhost:6274").await;
    assert_eq!(welcome.status, StatusCode::OK);
    assert_eq!(
        welcome.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN],
        "http://localhost:6274"
    );
    let foreign = preflight("https://evil.example").await;
    assert!(foreign.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none());
}

#[tokio::test]
async fn without_a_key_no_method_is_answered() {
    let app = assembly().await;
    for method in ["tools/list", "tools/call", "initialize", "server/discover"] {
        assert_eq!(
            app.anonymous().rpc(method, json!({ "name": "run" })).await.status,
            StatusCode::UNAUTHORIZED
        );
    }
}

#[tokio::test]
async fn the_health_routes_answer_without_a_key() {
    let app = assembly().await;
    for (path, text) in [("/healthz", "ok\n"), ("/readyz", "ready\n")] {
        let reply = app
            .anonymous()
            .send(Request::get(path).body(Body::empty()).unwrap())
            .await;
        assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, text));
    }
}

#[tokio::test]
async fn the_declarations_carry_everything_a_call_needs() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let described = agent
        .call(
            "describe",
            json!({ "names": ["boms.buildable", "raw_materials.inventory"] }),
        )
        .await;
    insta::assert_snapshot!("declarations", described.tool_text());
    let found = agent
        .call("search", json!({ "query": "how many can be built" }))
        .await
        .structured();
    let names: Vec<&Value> = found["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["id"])
        .collect();
    assert!(names.contains(&&json!("boms.buildable")), "{names:?}");
    let too_many = agent.call("describe", json!({ "names": [] })).await;
    assert_eq!(too_many.tool_error(), "INVALID_INPUT");
}
