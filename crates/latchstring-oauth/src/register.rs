//! Dynamic client registration (RFC 7591), for clients that have no document of their own.
//!
//! Anybody may register, so a registration is worth nothing: its name is shown as unverified, it is forgotten in an hour
//! unless it is used, and a network may register only so often.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use latchstring_access::StoreError;
use latchstring_core::random;

use crate::{
    error::OAuthError,
    issuer::REGISTER,
    limits::REGISTRATIONS,
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
    let registration =
        Registration::parse(&body).map_err(|error| OAuthError::Registration(error.code(), error.to_string()))?;
    server.count(&REGISTRATIONS, &Net::of(&parts, server.proxies())).await?;
    let client_id = format!("client_{:032x}", u128::from_be_bytes(random::bytes()));
    let _place = server.noise().place()?;
    let client = match server.access().add_client(client_id, registration.to_stored()).await {
        Ok(client) => client,
        Err(StoreError::TooManyClients) => return Err(OAuthError::Full),
        Err(error) => return Err(error.into()),
    };
    let answer = registration.response(&client.client_id, client.created_at);
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}
