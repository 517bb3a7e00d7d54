//! An MCP client with one key, through the router without a socket.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use latchstring::access::KeySummary;
use serde_json::{Value, json};
use tower::ServiceExt;

/// A client.
#[derive(Clone)]
pub struct Agent {
    router: Router,
    key: Option<String>,
    summary: Option<KeySummary>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, as text.
    pub text: String,
}

impl Agent {
    pub(crate) fn new(router: Router, key: Option<String>, summary: Option<KeySummary>) -> Self {
        Self { router, key, summary }
    }

    /// The key's text.
    pub fn key(&self) -> &str {
        self.key.as_deref().unwrap()
    }

    /// The key as lists show it.
    pub fn summary(&self) -> &KeySummary {
        self.summary.as_ref().unwrap()
    }

    /// A request to the MCP endpoint with everything a client sends; the caller may change it before [`Self::send`].
    pub fn request(&self, body: impl Into<Body>) -> Request<Body> {
        let mut request = Request::post("/mcp")
            .header(header::HOST, "127.0.0.1:8787")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream");
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        request.body(body.into()).unwrap()
    }

    /// Sends it.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(bytes.into()).unwrap(),
        }
    }

    /// One JSON-RPC request, as a client of a 2025 revision sends it.
    pub async fn rpc(&self, method: &str, params: Value) -> Reply {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut request = self.request(body.to_string());
        request
            .headers_mut()
            .insert("mcp-protocol-version", "2025-11-25".parse().unwrap());
        self.send(request).await
    }

    /// One JSON-RPC request, as a client of 2026-07-28 sends it.
    pub async fn modern_rpc(&self, method: &str, mut params: Value) -> Reply {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        let name = params.get("name").and_then(Value::as_str).map(str::to_owned);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut request = self.request(body.to_string());
        let headers = request.headers_mut();
        headers.insert("mcp-protocol-version", "2026-07-28".parse().unwrap());
        headers.insert("mcp-method", method.parse().unwrap());
        if let Some(name) = name {
            headers.insert("mcp-name", name.parse().unwrap());
        }
        self.send(request).await
    }

    /// Calls a tool.
    pub async fn call(&self, tool: &str, arguments: Value) -> Reply {
        self.rpc("tools/call", json!({ "name": tool, "arguments": arguments }))
            .await
    }

    /// Runs a program with `run` and gives what it returned.
    pub async fn run(&self, program: &str) -> Value {
        self.call("run", json!({ "program": program })).await.structured()["result"].clone()
    }

    /// Runs a program with `run_write`.
    pub async fn run_write(&self, program: &str) -> Reply {
        self.call("run_write", json!({ "program": program })).await
    }

    /// The names of the tools it sees.
    pub async fn tools(&self) -> Vec<String> {
        let reply = self.rpc("tools/list", json!({})).await.json();
        let tools = reply["result"]["tools"].as_array().unwrap();
        tools
            .iter()
            .map(|tool| tool["name"].as_str().unwrap().to_owned())
            .collect()
    }
}

impl Reply {
    /// The body, as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// The `result` of a JSON-RPC answer.
    pub fn result(&self) -> Value {
        let mut json = self.json();
        assert!(json.get("error").is_none(), "an error instead of a result: {json}");
        json["result"].take()
    }

    /// The structured content of a tool's answer.
    pub fn structured(&self) -> Value {
        self.result()["structuredContent"].take()
    }

    /// The text of a tool's answer, with `error: ` before it when the tool failed.
    pub fn tool_text(&self) -> String {
        let result = self.result();
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        if result["isError"] == json!(true) {
            format!("error: {text}")
        } else {
            text.to_owned()
        }
    }

    /// The code of a tool's failure.
    pub fn tool_error(&self) -> String {
        let structured = self.structured();
        structured["error"]["code"].as_str().unwrap_or("no error").to_owned()
    }
}
