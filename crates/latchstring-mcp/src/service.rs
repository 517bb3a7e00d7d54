//! The MCP endpoint as an axum router: the envelope in front, rmcp behind it.

use std::sync::Arc;

use axum::{Router, middleware};
use latchstring_runner::MAX_BODY_BYTES;
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::never::NeverSessionManager,
};

use crate::{Server, envelope, mode::READ_ONLY};

/// Who may knock: host names and browser origins.
#[derive(Debug, Clone)]
pub struct Doors {
    /// `Host` values that are ours, as `name` or `name:port`; others are refused, against DNS rebinding.
    pub hosts: Vec<String>,
    /// `Origin` values that may call from a browser, as `https://name:port`, or `http://localhost:*`.
    pub origins: Vec<String>,
}

/// The endpoint at `path`. Expects an `Arc<Grant>` in the request's extensions; without one nothing is
/// visible.
pub fn router(path: &str, server: Server, doors: &Doors) -> Router {
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_allowed_hosts(&doors.hosts)
        .with_allowed_origins(&doors.origins)
        .enforce_origin_validation()
        .with_max_request_body_bytes(MAX_BODY_BYTES);
    let behind = server.clone();
    #[cfg(feature = "conformance")]
    let behind = crate::conformance::Fixtures::new(behind);
    let service = StreamableHttpService::new(
        move || Ok(behind.clone()),
        Arc::new(NeverSessionManager::default()),
        config,
    );
    Router::new()
        .route_service(path, service.clone())
        .route_service(&format!("{path}{READ_ONLY}"), service)
        .layer(middleware::from_fn_with_state(server, envelope::check))
}
