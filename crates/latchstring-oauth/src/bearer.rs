//! The bearer check: a credential becomes a grant, or the request goes no further (RFC 6750).
//!
//! There are two doors. API keys are presented at `/mcp`, access tokens of connected apps at the connector of their
//! tenant. A malformed, wrong, expired or revoked credential gets the same answer, byte for byte, so that nobody learns
//! which it was; only a credential of the other door's form is told where it belongs. A store that cannot be
//! asked is 503, never 401: clients throw credentials away on 401.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::{RawPathParams, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::StreamExt;
use latchstring_access::{Access, AuthenticateError, ConnectorId};
use latchstring_core::{Grant, RefusedAs};
use serde_json::json;

use crate::{issuer::Issuer, scope, state::AuthorizationServer, stream};

/// How much of a refused request's body is taken, in bytes, and for how long.
const TAKEN: usize = 64 << 10;
const TAKEN_WITHIN: Duration = Duration::from_secs(1);

/// Lets requests with an API key pass, with their grant in the extensions.
pub async fn require_key(State(server): State<AuthorizationServer>, request: Request, next: Next) -> Response {
    let door = Door::Keys {
        issuer: server.issuer(),
    };
    let presented = presented(request.headers());
    let granted = match presented {
        Presented::One(key) => server.access().authenticate_key(key).await,
        Presented::None | Presented::Unusable => Err(AuthenticateError::Refused),
    };
    let is_presented = !matches!(presented, Presented::None);
    pass(server.shared_access(), granted, &door, is_presented, request, next).await
}

/// Lets requests with an access token for this connector pass, with their grant in the extensions.
pub async fn require_app(
    State(server): State<AuthorizationServer>,
    path: RawPathParams,
    request: Request,
    next: Next,
) -> Response {
    let connector = path
        .iter()
        .find_map(|(name, value)| (name == "connector").then_some(value));
    let Some(connector) = connector.and_then(|text| text.parse::<ConnectorId>().ok()) else {
        take_body(request.into_body()).await;
        let text = "this is not the address of a connector; copy it whole from where it was shown";
        let body = json!({ "error": "not_found", "error_description": text });
        return refused("no_connector", (StatusCode::NOT_FOUND, Json(body)).into_response());
    };
    let presented = presented(request.headers());
    let granted = match presented {
        Presented::One(token) => server.access().authenticate_app(token, &connector).await,
        Presented::None | Presented::Unusable => Err(AuthenticateError::Refused),
    };
    let is_presented = !matches!(presented, Presented::None);
    let door = Door::Connector {
        issuer: server.issuer(),
        connector: &connector,
    };
    pass(server.shared_access(), granted, &door, is_presented, request, next).await
}

async fn pass(
    access: &Arc<Access>,
    granted: Result<Grant, AuthenticateError>,
    door: &Door<'_>,
    is_presented: bool,
    mut request: Request,
    next: Next,
) -> Response {
    let mut response = match granted {
        Ok(grant) => {
            let grant = Arc::new(grant);
            // Nothing behind this layer needs the credential, so nothing behind it can leak it.
            request.headers_mut().remove(header::AUTHORIZATION);
            request.extensions_mut().insert(Arc::clone(&grant));
            stream::guarded(next.run(request).await, access, grant)
        }
        Err(error) => {
            take_body(request.into_body()).await;
            match error {
                AuthenticateError::Refused => {
                    let class = if is_presented { "invalid_token" } else { "no_credential" };
                    refused(class, door.refuse(is_presented, &door.what_is_needed()))
                }
                AuthenticateError::WrongDoor => refused("wrong_door", door.refuse(is_presented, &door.where_else())),
                AuthenticateError::Unavailable(source) => unavailable(source.as_ref()),
            }
        }
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn refused(class: &'static str, mut response: Response) -> Response {
    response.extensions_mut().insert(RefusedAs(class));
    response
}

/// Takes what a refused request still sends, within limits. An answer that overtakes the body makes the server close the
/// connection, and a client whose next request is on its way there, such as for the metadata, sees it fail.
async fn take_body(body: Body) {
    let mut body = body.into_data_stream();
    let all = async {
        let mut taken = 0;
        while let Some(Ok(part)) = body.next().await {
            taken += part.len();
            if taken > TAKEN {
                break;
            }
        }
    };
    // Who is slower has to connect again.
    let _ = tokio::time::timeout(TAKEN_WITHIN, all).await;
}

/// What stands in the `Authorization` headers.
#[derive(Clone, Copy)]
enum Presented<'a> {
    None,
    /// One bearer credential (RFC 6750, section 2.1).
    One(&'a str),
    /// Two headers, or another scheme.
    Unusable,
}

fn presented(headers: &HeaderMap) -> Presented<'_> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let one = match (all.next(), all.next()) {
        (None, _) => return Presented::None,
        (Some(one), None) => one,
        (Some(_), Some(_)) => return Presented::Unusable,
    };
    match one.to_str().ok().and_then(|text| text.split_once(' ')) {
        Some((scheme, credential)) if scheme.eq_ignore_ascii_case("bearer") => Presented::One(credential.trim()),
        Some(_) | None => Presented::Unusable,
    }
}

/// Where a credential was presented.
enum Door<'a> {
    Keys {
        issuer: &'a Issuer,
    },
    Connector {
        issuer: &'a Issuer,
        connector: &'a ConnectorId,
    },
}

impl Door<'_> {
    /// RFC 6750, section 3: no error code when no credential was presented. A connector's challenge says where an app
    /// learns how to get one (RFC 9728, section 5.1).
    fn refuse(&self, is_presented: bool, description: &str) -> Response {
        let mut challenge = match self {
            Self::Keys { .. } => "Bearer realm=\"mcp\"".to_owned(),
            Self::Connector { issuer, connector } => format!(
                "Bearer resource_metadata=\"{}\", scope=\"{}\"",
                issuer.resource_metadata_url(connector),
                scope::CHALLENGE
            ),
        };
        if is_presented {
            challenge.push_str(", error=\"invalid_token\"");
        }
        let body = json!({ "error": "invalid_token", "error_description": description });
        let mut response = (StatusCode::UNAUTHORIZED, Json(body)).into_response();
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }

    fn what_is_needed(&self) -> String {
        match self {
            Self::Keys { .. } => "the API key is missing, wrong, expired or revoked; \
                                  send `Authorization: Bearer <key>` with a key that is listed as active"
                .to_owned(),
            Self::Connector { .. } => "the access token is missing, wrong, expired or revoked; \
                                       refresh it, or ask the person to connect the app again"
                .to_owned(),
        }
    }

    fn where_else(&self) -> String {
        match self {
            Self::Keys { issuer } => format!(
                "this is the access token of a connected app; present it at the connector it was issued for, \
                 {}/c/<connector>/mcp-agent. This address takes API keys",
                issuer.as_str()
            ),
            Self::Connector { issuer, .. } => format!(
                "this is an API key; present it at {}/mcp. This address takes access tokens of connected apps",
                issuer.as_str()
            ),
        }
    }
}

fn unavailable(source: &(dyn std::error::Error + Send + Sync)) -> Response {
    tracing::error!(error = %source, cause = source.source().map(tracing::field::display), "access cannot be checked");
    let body = json!({
        "error": "temporarily_unavailable",
        "error_description": "access cannot be checked right now; the credential may be fine, try again shortly",
    });
    (
        StatusCode::SERVICE_UNAVAILABLE,
        [(header::RETRY_AFTER, "5")],
        Json(body),
    )
        .into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::body::Bytes;
    use futures_util::stream;

    use super::*;

    /// How many of these parts are taken.
    async fn taken(parts: usize, size: usize) -> usize {
        let count = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&count);
        let parts = stream::iter(0..parts).map(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<_, std::io::Error>(Bytes::from(vec![0; size]))
        });
        take_body(Body::from_stream(parts)).await;
        count.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn the_body_of_a_refused_request_is_taken_up_to_a_limit() {
        assert_eq!(taken(3, 1_000).await, 3, "all of a short one");
        // 64 KiB in four parts are within the limit; the fifth is over it.
        assert_eq!(taken(10, 16 << 10).await, 5);
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_never_ends_a_refused_request_is_not_waited_for() {
        let endless = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        let began = tokio::time::Instant::now();
        take_body(endless).await;
        assert_eq!(began.elapsed(), TAKEN_WITHIN);
    }
}
