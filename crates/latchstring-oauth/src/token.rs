//! The token endpoint (RFC 6749, section 3.2): authorization codes and refresh tokens become tokens.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{header, request::Parts},
    response::{IntoResponse, Response},
    routing::post,
};
use latchstring_access::{CodePresented, ConnectorId, RefreshPresented, TokenTexts};
use serde_json::json;

use crate::{client::ClientMetadata, error::OAuthError, form::Form, issuer::TOKEN, scope, state::AuthorizationServer};

/// The largest form of a program, in bytes.
pub(crate) const MAX_FORM: usize = 32 * 1024;

pub(crate) fn router() -> Router<AuthorizationServer> {
    Router::new()
        .route(TOKEN, post(token))
        .layer(DefaultBodyLimit::max(MAX_FORM))
}

async fn token(
    State(server): State<AuthorizationServer>,
    parts: Parts,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Response, OAuthError> {
    let form = read_form(&parts, body)?;
    let client = server.authenticate_client(&form, &parts).await?;
    let connector = connector(&server, &form)?;
    let texts = match form.get("grant_type") {
        Some("authorization_code") => exchange(&server, &client, &form, connector.as_ref()).await?,
        Some("refresh_token") => refresh(&server, &client, &form, connector.as_ref()).await?,
        Some(_) => {
            let text = "grant_type is not supported; use authorization_code or refresh_token";
            return Err(OAuthError::UnsupportedGrantType(text.to_owned()));
        }
        None => return Err(missing("grant_type")),
    };
    // Or its first use would count as a stranger's.
    server.pace().issued(texts.access.expose());
    server.keep(client.client_id()).await;
    Ok(answer(&texts))
}

async fn exchange(
    server: &AuthorizationServer,
    client: &ClientMetadata,
    form: &Form,
    connector: Option<&ConnectorId>,
) -> Result<TokenTexts, OAuthError> {
    let presented = CodePresented {
        code: form.get("code").ok_or_else(|| missing("code"))?,
        client_id: client.client_id(),
        redirect_uri: form.get("redirect_uri"),
        verifier: form.get("code_verifier").ok_or_else(|| missing("code_verifier"))?,
        connector,
    };
    Ok(server.access().exchange(presented).await?)
}

async fn refresh(
    server: &AuthorizationServer,
    client: &ClientMetadata,
    form: &Form,
    connector: Option<&ConnectorId>,
) -> Result<TokenTexts, OAuthError> {
    let scope = scope::from_wire(form.get("scope").unwrap_or_default())
        .map_err(|_| OAuthError::InvalidScope("the scope has unknown words; there are read and write".to_owned()))?;
    let presented = RefreshPresented {
        token: form.get("refresh_token").ok_or_else(|| missing("refresh_token"))?,
        client_id: client.client_id(),
        scope,
        connector,
    };
    Ok(server.access().refresh(presented).await?)
}

/// The connector that the client names (RFC 8707); `None` when it names none.
fn connector(server: &AuthorizationServer, form: &Form) -> Result<Option<ConnectorId>, OAuthError> {
    let Some(resource) = form.get("resource") else {
        return Ok(None);
    };
    let connector = server.issuer().connector_of(resource);
    let text = "resource is not the address of a connector; send it as the person was given it, or leave it out";
    connector
        .map(Some)
        .ok_or_else(|| OAuthError::InvalidTarget(text.to_owned()))
}

/// RFC 6749, section 5.1. The same texts give the same bytes.
fn answer(texts: &TokenTexts) -> Response {
    let body = json!({
        "access_token": texts.access.expose(),
        "token_type": "Bearer",
        "expires_in": texts.expires_in.num_seconds(),
        "refresh_token": texts.refresh.expose(),
        "scope": scope::to_wire(texts.scope),
    });
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (headers, Json(body)).into_response()
}

/// The form of a program's request. Parameters in the address end up in logs, so they are refused.
pub(crate) fn read_form(
    parts: &Parts,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<Form, OAuthError> {
    let refused = |text: &str| Err(OAuthError::InvalidRequest(text.to_owned()));
    if parts.uri.query().is_some_and(|query| !query.is_empty()) {
        return refused("parameters do not belong in the address; send them in the form");
    }
    let content_type = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default();
    if !media_type
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    {
        return refused("the body must be a form; send content-type application/x-www-form-urlencoded");
    }
    match body {
        Ok(body) => Ok(Form::parse(&body)?),
        Err(_) => refused("the form cannot be read; send it whole, 32 KB at most"),
    }
}

pub(crate) fn missing(parameter: &str) -> OAuthError {
    OAuthError::InvalidRequest(format!("{parameter} is missing"))
}
