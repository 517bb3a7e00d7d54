//! An MCP client with one credential, through the router without a socket.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use latchstring::access::KeySummary;
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::reply::{Reply, send};

/// The tools that everybody sees.
const CODE: [&str; 6] = ["search", "fetch", "docs", "describe", "run", "run_write"];

/// A client: with a key at `/mcp`, or with an access token at a connector.
#[derive(Clone)]
pub struct Agent {
    router: Router,
    path: String,
    bearer: Option<String>,
    summary: Option<KeySummary>,
}

impl Agent {
    pub(crate) fn new(router: Router, path: impl Into<String>, bearer: Option<&str>) -> Self {
        Self {
            router,
            path: path.into(),
            bearer: bearer.map(ToOwned::to_owned),
            summary: None,
        }
    }

    pub(crate) fn with_summary(mut self, summary: KeySummary) -> Self {
        self.summary = Some(summary);
        self
    }

    /// The credential's text.
    pub fn key(&self) -> &str {
        self.bearer.as_deref().unwrap()
    }

    /// The key as lists show it.
    pub fn summary(&self) -> &KeySummary {
        self.summary.as_ref().unwrap()
    }

    /// A request to the MCP endpoint with everything a client sends; the caller may change it before [`Self::send`].
    pub fn request(&self, body: impl Into<Body>) -> Request<Body> {
        let mut request = Request::post(&self.path)
            .header(header::HOST, "127.0.0.1:8787")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/json, text/event-stream");
        if let Some(bearer) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        request.body(body.into()).unwrap()
    }

    /// Sends it.
    pub async fn send(&self, request: Request<Body>) -> Reply {
        send(&self.router, request).await
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
    pub async fn modern_rpc(&self, method: &str, params: Value) -> Reply {
        self.send(self.modern_request(method, params)).await
    }

    fn modern_request(&self, method: &str, mut params: Value) -> Request<Body> {
        params["_meta"]["io.modelcontextprotocol/protocolVersion"] = json!("2026-07-28");
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
        let name = params.get("name").or(params.get("uri"));
        let name = name.and_then(Value::as_str).map(str::to_owned);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut request = self.request(body.to_string());
        let headers = request.headers_mut();
        headers.insert("mcp-protocol-version", "2026-07-28".parse().unwrap());
        headers.insert("mcp-method", method.parse().unwrap());
        if let Some(name) = name {
            headers.insert("mcp-name", name.parse().unwrap());
        }
        request
    }

    /// Opens a stream for changes, as clients of 2026-07-28 do at once.
    pub async fn listen(&self) -> Listening {
        let wanted = json!({ "notifications": { "toolsListChanged": true, "promptsListChanged": true } });
        let request = self.modern_request("subscriptions/listen", wanted);
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        Listening {
            status: parts.status,
            headers: parts.headers,
            body,
            text: String::new(),
        }
    }

    /// The same client at the same address with this behind it, such as `?tools=both` or `/readonly`.
    #[must_use]
    pub fn at(&self, further: &str) -> Self {
        Self {
            path: format!("{}{further}", self.path),
            ..self.clone()
        }
    }

    /// Calls a tool where it is listed: an operation as a tool of its own is so only for who asks for that.
    pub async fn call(&self, tool: &str, arguments: Value) -> Reply {
        let call = json!({ "name": tool, "arguments": arguments });
        if CODE.contains(&tool) || self.path.contains('?') {
            self.rpc("tools/call", call).await
        } else {
            self.at("?tools=both").rpc("tools/call", call).await
        }
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
        let (mut names, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let part = cursor.map_or_else(|| json!({}), |cursor| json!({ "cursor": cursor }));
            let reply = self.rpc("tools/list", part).await.json();
            let tools = reply["result"]["tools"].as_array().unwrap();
            names.extend(tools.iter().map(|tool| tool["name"].as_str().unwrap().to_owned()));
            cursor = reply["result"]["nextCursor"].as_str().map(str::to_owned);
            if cursor.is_none() {
                return names;
            }
        }
    }
}

/// An open stream, or what came instead.
pub struct Listening {
    /// The HTTP status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    body: Body,
    text: String,
}

impl Listening {
    /// The next message, waited for; `None` at the end of the stream. Signs of life are passed over.
    pub async fn message(&mut self) -> Option<Value> {
        loop {
            while let Some(end) = self.text.find("\n\n") {
                let event: String = self.text.drain(..end + 2).collect();
                if let Some(data) = event.lines().find_map(|line| line.strip_prefix("data:")) {
                    return Some(serde_json::from_str(data.trim()).unwrap());
                }
            }
            let bytes = self.body.frame().await?.unwrap().into_data().unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// All of it, for an answer that is no stream.
    pub async fn whole(self) -> Value {
        let bytes = self.body.collect().await.unwrap().to_bytes();
        serde_json::from_slice(&bytes).unwrap()
    }
}
