//! What a server answers.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode},
};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tower::ServiceExt;

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

/// Sends a request to the router, without a socket, and reads the answer to its end.
pub(crate) async fn send(router: &Router, request: Request<Body>) -> Reply {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Reply {
        status: parts.status,
        headers: parts.headers,
        text: String::from_utf8(bytes.into()).unwrap(),
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

    /// The text of a header; empty if it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
