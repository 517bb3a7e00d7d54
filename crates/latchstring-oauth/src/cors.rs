//! Clients that run in a browser may call what programs call: from any origin, never with cookies (RFC 9700 and the
//! browser-based apps profile). The approval page is not among it.

use axum::http::{HeaderName, Method, header};
use tower_http::cors::{Any, CorsLayer};

pub(crate) fn for_programs() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::ACCEPT,
            // Clients send the revision they speak with every request, these included.
            HeaderName::from_static("mcp-protocol-version"),
        ])
        .expose_headers([header::WWW_AUTHENTICATE, header::RETRY_AFTER])
}
