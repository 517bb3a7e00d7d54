//! Dynamic client registration (RFC 7591), for clients that have no document of their own.
//!
//! Anybody may register, so a registration is worth nothing: its name is shown as unverified, it is forgotten in an hour
//! unless it is used, and a network may register only so often.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use latchstring_access::StoreError;
use latchstring_core::random;

use crate::{
    error::OAuthError,
    issuer::REGISTER,
    limits::{REGISTRATIONS, REGISTRATIONS_OF_SITE},
    net::Net,
    registration::{MAX_REQUEST, Registration},
    state::AuthorizationServer,
};

pub(crate) fn router() -> Router<AuthorizationServer> {
    Router::new()
        .route(REGISTER, post(register))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
}

async fn register(State(server): State<AuthorizationServer>, request: Request) -> Result<Response, OAuthError> {
    let (parts, body) = request.into_parts();
    let refused = |text: String| OAuthError::Registration("invalid_client_metadata", text);
    let body: Bytes = axum::body::to_bytes(body, MAX_REQUEST).await.map_err(|_| {
        refused(format!(
            "the request cannot be read; send {MAX_REQUEST} bytes of JSON at most"
        ))
    })?;
    // A page of another site can have a browser post a form, or text, unasked. For JSON the browser asks first.
    if !is_json(&parts.headers) {
        let text = "the request is not JSON by its type; send it as `Content-Type: application/json`";
        return Err(refused(text.to_owned()));
    }
    let registration =
        Registration::parse(&body).map_err(|error| OAuthError::Registration(error.code(), error.to_string()))?;
    let net = Net::of(&parts, server.proxies());
    server.count(&REGISTRATIONS, &net).await?;
    if let Some(site) = net.site() {
        server.count(&REGISTRATIONS_OF_SITE, &site).await?;
    }
    let client_id = format!("client_{:032x}", u128::from_be_bytes(random::bytes()));
    let _place = server.noise().place()?;
    let client = match server.access().add_client(client_id, registration.to_stored()).await {
        Ok(client) => client,
        Err(error @ StoreError::TooManyClients) => {
            let what = "too many clients are registered that were never used; no more are taken for now";
            server.noise().log().warn(what, &error);
            return Err(OAuthError::Full);
        }
        Err(error) => return Err(error.into()),
    };
    let answer = registration.response(&client.client_id, client.created_at);
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// `application/json`, whatever its parameters.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    media_type.trim().eq_ignore_ascii_case("application/json")
}
