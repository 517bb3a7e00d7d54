//! What clients read before they ask for anything: RFC 9728 for the resource, RFC 8414 for the authorization server.
//!
//! A connector's document is made from its address alone, so it is the same for one that exists and one that does not.

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use latchstring_access::ConnectorId;
use serde_json::{Value, json};

use crate::{
    issuer::{AUTHORIZE, Issuer, REGISTER, REVOKE, TOKEN},
    scope,
    state::AuthorizationServer,
};

pub(crate) const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource";

pub(crate) fn router() -> Router<AuthorizationServer> {
    Router::new()
        .route(
            &format!("{PROTECTED_RESOURCE}/c/{{connector}}/mcp-agent"),
            get(connector),
        )
        .route(PROTECTED_RESOURCE, get(root))
        .route("/.well-known/oauth-authorization-server", get(authorization_server))
        // The same under the name that OpenID Connect gives it, where some clients look.
        .route("/.well-known/openid-configuration", get(authorization_server))
}

async fn connector(State(server): State<AuthorizationServer>, Path(connector): Path<String>) -> Response {
    let Ok(connector) = connector.parse::<ConnectorId>() else {
        let body = json!({ "error": "not_found", "error_description": "this is not the address of a connector" });
        return (StatusCode::NOT_FOUND, Json(body)).into_response();
    };
    answer(&resource(&server, &server.issuer().connector_url(&connector)))
}

async fn root(State(server): State<AuthorizationServer>) -> Response {
    answer(&resource(&server, server.issuer().as_str()))
}

fn resource(server: &AuthorizationServer, resource: &str) -> Value {
    json!({
        "resource": resource,
        "resource_name": server.title(),
        "authorization_servers": [server.issuer().as_str()],
        "bearer_methods_supported": ["header"],
        "scopes_supported": scope::OF_RESOURCE,
    })
}

async fn authorization_server(State(server): State<AuthorizationServer>) -> Response {
    answer(&document(server.issuer(), server.documents().is_some()))
}

fn document(issuer: &Issuer, fetches_documents: bool) -> Value {
    json!({
        "issuer": issuer.as_str(),
        "authorization_endpoint": issuer.endpoint(AUTHORIZE),
        "token_endpoint": issuer.endpoint(TOKEN),
        "registration_endpoint": issuer.endpoint(REGISTER),
        "revocation_endpoint": issuer.endpoint(REVOKE),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        // Claude needs `none`, ChatGPT prefers `private_key_jwt`; each client says which of them it uses.
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
        "revocation_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "revocation_endpoint_auth_signing_alg_values_supported": ["RS256", "ES256"],
        "scopes_supported": scope::OF_SERVER,
        "client_id_metadata_document_supported": fetches_documents,
        "authorization_response_iss_parameter_supported": true,
    })
}

fn answer(document: &Value) -> Response {
    // Clients read these at every connection; a short time keeps a change of address from lingering.
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(document)).into_response()
}
