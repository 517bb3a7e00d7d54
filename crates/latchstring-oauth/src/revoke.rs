//! The revocation endpoint (RFC 7009): a client gives its access back.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};

use crate::{
    error::OAuthError,
    issuer::REVOKE,
    state::AuthorizationServer,
    token::{MAX_FORM, missing, read_form},
};

pub(crate) fn router() -> Router<AuthorizationServer> {
    Router::new()
        .route(REVOKE, post(revoke))
        .layer(DefaultBodyLimit::max(MAX_FORM))
}

/// Answers the same whether the token was known or not (section 2.2). The hint is not needed: a token shows what it is.
async fn revoke(
    State(server): State<AuthorizationServer>,
    parts: Parts,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, OAuthError> {
    let form = read_form(&parts, body)?;
    let client = server.authenticate_client(&form, &parts).await?;
    let token = form.get("token").ok_or_else(|| missing("token"))?;
    server.access().give_back(token, client.client_id()).await?;
    Ok((StatusCode::OK, [(header::CACHE_CONTROL, "no-store")]).into_response())
}
