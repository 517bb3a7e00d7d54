//! The bearer layer: an API key becomes a grant, or the request goes no further.
//!
//! A missing, malformed, wrong, expired or revoked key gets the same answer, byte for byte, so that nobody learns which
//! it was. A store that cannot be asked is 503, never 401: clients throw credentials away on 401.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use latchstring_access::{Access, AuthenticateError};
use serde_json::json;

pub(crate) async fn require_key(State(access): State<Arc<Access>>, mut request: Request, next: Next) -> Response {
    let granted = match presented(request.headers()) {
        Some(key) => access.authenticate(key).await,
        None => Err(AuthenticateError::Refused),
    };
    let mut response = match granted {
        Ok(grant) => {
            // Nothing behind this layer needs the key, so nothing behind it can leak it.
            request.headers_mut().remove(header::AUTHORIZATION);
            request.extensions_mut().insert(Arc::new(grant));
            next.run(request).await
        }
        Err(AuthenticateError::Refused) => refused(),
        Err(AuthenticateError::Unavailable(source)) => unavailable(source.as_ref()),
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The credential of the one `Authorization: Bearer` header (RFC 6750, section 2.1). Two headers are none.
fn presented(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(one), None) = (all.next(), all.next()) else {
        return None;
    };
    let (scheme, credential) = one.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| credential.trim())
}

/// RFC 6750, section 3.
fn refused() -> Response {
    let challenge = (header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"");
    let body = json!({
        "error": "invalid_token",
        "error_description": "the API key is missing, wrong, expired or revoked; \
                              send `Authorization: Bearer <key>` with a key that is listed as active",
    });
    (StatusCode::UNAUTHORIZED, [challenge], Json(body)).into_response()
}

fn unavailable(source: &(dyn std::error::Error + Send + Sync)) -> Response {
    tracing::error!(error = %source, cause = source.source().map(tracing::field::display), "keys cannot be checked");
    let body = json!({
        "error": "temporarily_unavailable",
        "error_description": "access cannot be checked right now; the key may be fine, try again shortly",
    });
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "5")],
        Json(body),
    )
        .into_response()
}
