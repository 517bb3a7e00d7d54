//! What arrives is looked at before rmcp sees it, and what rmcp answers in plain text becomes JSON-RPC.
//!
//! rmcp refuses a request whose `Accept` header is not the exact pair, and answers malformed JSON with a bare text and
//! status 415. Clients expect neither. Everything here is answered with a JSON-RPC error object.

use std::sync::Arc;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use latchstring_core::Grant;
use latchstring_runner::MAX_BODY_BYTES;
use rmcp::model::ProtocolVersion;
use serde_json::{Value, json};

use crate::Server;

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
/// Where clients of 2026-07-28 say so.
const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";
/// The longest plain-text answer of rmcp that is worth repeating.
const MAX_REASON_BYTES: usize = 4 << 10;

pub(crate) async fn check(State(server): State<Server>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return as_json_rpc(next.run(request).await, &Value::Null).await;
    }
    let (mut parts, body) = request.into_parts();
    if parts
        .headers
        .get(header::CONTENT_ENCODING)
        .is_some_and(|encoding| encoding != "identity")
    {
        let reason = "send the body without a content encoding";
        return refuse(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            INVALID_REQUEST,
            reason,
            &Value::Null,
        );
    }
    let Ok(bytes) = to_bytes(body, MAX_BODY_BYTES).await else {
        let reason = format!("the body is over {MAX_BODY_BYTES} bytes, or was cut off; send less in one request");
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, INVALID_REQUEST, &reason, &Value::Null);
    };
    let message: Value = match serde_json::from_slice(&bytes) {
        Ok(message) => message,
        Err(error) => {
            let reason = format!("the body is not JSON: {error}");
            return refuse(StatusCode::BAD_REQUEST, PARSE_ERROR, &reason, &Value::Null);
        }
    };
    if message.is_array() {
        let reason = "batches are not supported; send one request at a time";
        return refuse(StatusCode::BAD_REQUEST, INVALID_REQUEST, reason, &Value::Null);
    }
    let id = match &message["id"] {
        id @ (Value::String(_) | Value::Number(_)) => id.clone(),
        _ => Value::Null,
    };
    // rmcp goes by the method alone, and would agree on an older revision.
    if message["method"] == "initialize"
        && message["params"]["_meta"][PROTOCOL_VERSION] == ProtocolVersion::V_2026_07_28.as_str()
    {
        let reason = "there is no `initialize` in 2026-07-28; begin with any request, such as `server/discover`";
        return refuse(StatusCode::NOT_FOUND, METHOD_NOT_FOUND, reason, &id);
    }
    // Here, because rmcp acknowledges a stream before it asks us anything.
    if message["method"] == "subscriptions/listen"
        && let Some(grant) = parts.extensions.get::<Arc<Grant>>()
    {
        match server.listener(grant).await {
            Ok(listener) => parts.extensions.insert(listener),
            Err(refused) => {
                refused.log();
                return refuse(StatusCode::OK, INVALID_REQUEST, &refused.to_string(), &id);
            }
        };
    }
    parts.headers.insert(
        header::ACCEPT,
        HeaderValue::from_static("application/json, text/event-stream"),
    );
    parts
        .headers
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    as_json_rpc(next.run(Request::from_parts(parts, Body::from(bytes))).await, &id).await
}

/// Turns an error in plain text into a JSON-RPC error with the same status.
async fn as_json_rpc(response: Response, id: &Value) -> Response {
    let is_json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if is_json || !(response.status().is_client_error() || response.status().is_server_error()) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let text = to_bytes(body, MAX_REASON_BYTES).await.unwrap_or_default();
    let reason = String::from_utf8_lossy(&text);
    let (status, reason) = match (parts.status, reason.trim()) {
        (StatusCode::METHOD_NOT_ALLOWED, _) => {
            (parts.status, "use POST; this endpoint keeps no sessions and no streams")
        }
        (StatusCode::UNSUPPORTED_MEDIA_TYPE, reason) => (StatusCode::BAD_REQUEST, reason),
        (status, "") => (status, status.canonical_reason().unwrap_or("refused")),
        (status, reason) => (status, reason),
    };
    let mut answer = refuse(status, INVALID_REQUEST, reason, id);
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        answer.headers_mut().insert(header::ALLOW, allow.clone());
    }
    answer
}

fn refuse(status: StatusCode, code: i32, reason: &str, id: &Value) -> Response {
    (
        status,
        Json(json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": reason } })),
    )
        .into_response()
}
