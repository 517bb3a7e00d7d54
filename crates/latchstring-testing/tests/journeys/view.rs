//! The page that shows results: who is told of it, what is in it, and that nobody else notices.

use latchstring::Scope;
use latchstring_testing::Agent;
use serde_json::{Value, json};

use crate::assembly;

const VIEW: &str = "ui://test/result";
const MIME_TYPE: &str = "text/html;profile=mcp-app";

fn shows(types: &[&str]) -> Value {
    json!({ "extensions": { "io.modelcontextprotocol/ui": { "mimeTypes": types } } })
}

/// One request of a client of 2026-07-28 that can do this.
async fn ask(agent: &Agent, can: Value, method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": can,
    });
    let name = params.get("name").or(params.get("uri")).and_then(Value::as_str);
    let name = name.map(str::to_owned);
    let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
    let mut request = agent.request(body.to_string());
    let headers = request.headers_mut();
    headers.insert("mcp-protocol-version", "2026-07-28".parse().unwrap());
    headers.insert("mcp-method", method.parse().unwrap());
    if let Some(name) = name {
        headers.insert("mcp-name", name.parse().unwrap());
    }
    agent.send(request).await.result()
}

/// The names of the tools that name the page.
fn showing(listed: &Value) -> Vec<&str> {
    let tools = listed["tools"].as_array().unwrap();
    let named = tools.iter().filter(|tool| tool["_meta"]["ui"]["resourceUri"] == VIEW);
    assert!(
        tools
            .iter()
            .all(|tool| tool["_meta"].is_null() || tool["_meta"]["ui"]["resourceUri"] == VIEW)
    );
    named.map(|tool| tool["name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_view_is_declared_to_whoever_has_the_extension() {
    let app = assembly().await;
    let agent = app.agent(Scope::ReadWrite).await;
    let declared = json!({ "io.modelcontextprotocol/ui": { "mimeTypes": [MIME_TYPE] } });
    let discovered = agent.modern_rpc("server/discover", json!({})).await.result();
    assert_eq!(discovered["capabilities"]["extensions"], declared);
    let client = json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "test", "version": "1" } });
    let initialized = agent.rpc("initialize", client).await.result();
    assert_eq!(initialized["capabilities"]["extensions"], declared);

    let both = ["run", "run_write"];
    let list = async |can| ask(&agent, can, "tools/list", json!({})).await;
    let told = list(shows(&["text/plain", MIME_TYPE])).await;
    assert_eq!(showing(&told), both);
    assert!(told.to_string().contains("{label, value, of?}"));
    for can in [
        json!({}),
        shows(&[]),
        shows(&["text/html"]),
        json!({ "extensions": {} }),
    ] {
        let listed = list(can.clone()).await;
        assert_eq!(showing(&listed), [""; 0], "{can}");
        assert!(!listed.to_string().contains("{label, value, of?}"), "{can}");
    }
    // Nothing remembers what a client of 2025 said.
    let listed = agent.rpc("tools/list", json!({})).await.result();
    assert_eq!(showing(&listed), both);
    let reader = app.agent(Scope::Read).await.rpc("tools/list", json!({})).await.result();
    assert_eq!(showing(&reader), ["run"]);
}

#[tokio::test]
async fn x04_the_page_is_the_same_for_everybody_and_says_nothing_of_operations() {
    let app = assembly().await;
    let reader = app.agent(Scope::Read).await;
    let mut pages = Vec::new();
    for agent in [reader.clone(), app.agent_of(1, Scope::ReadWrite).await] {
        let read = ask(&agent, json!({}), "resources/read", json!({ "uri": VIEW })).await;
        assert_eq!(read["cacheScope"], "public");
        pages.push(read["contents"].clone());
        let old = agent.rpc("resources/read", json!({ "uri": VIEW })).await.result();
        assert_eq!(old["contents"], read["contents"]);
        let listed = agent.rpc("resources/list", json!({})).await.text;
        assert!(!listed.contains("ui://"), "found by the tools that name it");
    }
    assert_eq!(pages[0], pages[1]);
    let page = &pages[0][0];
    assert_eq!((&page["uri"], &page["mimeType"]), (&json!(VIEW), &json!(MIME_TYPE)));
    let nowhere = json!({ "connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": [] });
    assert_eq!(page["_meta"]["ui"]["csp"], nowhere);
    let text = page["text"].as_str().unwrap();
    let namespaces = reader.run("return Object.keys(app)").await;
    let namespaces = namespaces.as_array().unwrap();
    assert!(namespaces.len() > 3, "{namespaces:?}");
    let namespaces = namespaces.iter().map(|name| name.as_str().unwrap());
    for word in namespaces.chain(["app.", "setStock", "Lumen", VIEW]) {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn t14_the_page_asks_for_nothing_and_makes_no_markup() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let read = agent.rpc("resources/read", json!({ "uri": VIEW })).await.result();
    let text = read["contents"][0]["text"].as_str().unwrap();
    assert!(text.len() < 12 << 10, "{}", text.len());
    assert!(text.starts_with("<!doctype html>"));
    assert!(text.contains("content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "));
    let reaching = [
        "http:",
        "https:",
        "//cdn",
        "url(",
        "@import",
        "src=",
        "href",
        "fetch(",
        "XMLHttp",
        "WebSocket",
        "import(",
    ];
    let making = [
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval",
        "Function(",
        "setAttribute",
        "onclick",
    ];
    for word in reaching.into_iter().chain(making) {
        assert!(!text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn results_are_the_same_for_who_shows_them_and_who_does_not() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let program = "return { table: { rows: [{ a: 1 }] }, tree: 'not one', more: null }";
    let call = json!({ "name": "run", "arguments": { "program": program } });
    let told = async |can| {
        let mut result = ask(&agent, can, "tools/call", call.clone()).await;
        // How long it took stands in both.
        result["structuredContent"]["durationMs"].take();
        result["content"][0]["text"].take();
        result
    };
    let plain = told(json!({})).await;
    assert_eq!(told(shows(&[MIME_TYPE])).await, plain);
    assert_eq!(
        plain["structuredContent"]["result"],
        json!({ "table": { "rows": [{ "a": 1 }] }, "tree": "not one", "more": null })
    );
    assert!(plain.get("_meta").is_none_or(|meta| meta.get("ui").is_none()));
}

#[tokio::test]
async fn the_documented_examples_run_and_have_the_shape() {
    let app = assembly().await;
    let agent = app.agent(Scope::Read).await;
    let page = agent
        .call("docs", json!({ "page": "showing-results" }))
        .await
        .tool_text();
    let examples: Vec<&str> = page
        .split("```js\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(examples.len(), 3);
    let table = agent.run(examples[0]).await["table"].clone();
    let (columns, rows) = (table["columns"].as_array().unwrap(), table["rows"].as_array().unwrap());
    assert!(columns.len() > 3 && rows.len() > 3, "{table}");
    assert!(
        rows.iter().all(|row| columns
            .iter()
            .all(|column| row.get(column["key"].as_str().unwrap()).is_some())),
        "{table}"
    );
    let bars = agent.run(examples[1]).await["bars"].clone();
    assert!(
        bars["bars"]
            .as_array()
            .unwrap()
            .iter()
            .all(|bar| bar["label"].is_string() && bar["value"].is_number()),
        "{bars}"
    );
    let tree = agent.run(examples[2]).await["tree"].clone();
    let children = tree["root"]["children"].as_array().unwrap();
    assert!(
        children
            .iter()
            .any(|child| child["children"].as_array().is_some_and(|below| !below.is_empty())),
        "{tree}"
    );
}
