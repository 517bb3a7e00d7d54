//! What was refused, for whoever watches the log: which door, as what, how often; never what was presented.
//!
//! Each kind at each door is told once a minute, for anybody may ask as often as they like. Doors are told as routes, such
//! as `/c/{connector}/mcp-agent`, so that there are finitely many.

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    http::StatusCode,
    middleware::Next,
    response::Response,
};
use latchstring_core::{OnceAMinute, RefusedAs};

/// Tells the log of a refused request.
pub(crate) async fn tell(State(log): State<Arc<OnceAMinute>>, request: Request, next: Next) -> Response {
    let door = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    if let Some(class) = class(&response) {
        log.refused(door.as_ref().map_or("", MatchedPath::as_str), class);
    }
    response
}

/// What the answer says it was refused as, or else what its status means.
fn class(response: &Response) -> Option<&'static str> {
    if let Some(RefusedAs(class)) = response.extensions().get() {
        return Some(class);
    }
    let status = response.status();
    match status {
        // A probe that finds us not ready is no refusal; whoever cannot answer says so itself.
        StatusCode::SERVICE_UNAVAILABLE => None,
        _ if status.is_client_error() => status.canonical_reason().or(Some("client error")),
        _ => None,
    }
}
