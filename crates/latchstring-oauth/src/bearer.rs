//! The bearer check: a credential becomes a grant, or the request goes no further (RFC 6750).
//!
//! There are two doors. API keys are presented at `/mcp`, access tokens of connected apps at the connector of their
//! tenant. A malformed, wrong, expired or revoked credential gets the same answer, byte for byte, so that nobody learns
//! which it was; only a credential of the other door's form is told where it belongs. A store that cannot be
//! asked is 503, never 401: clients throw credentials away on 401. Who comes too often is answered 429.

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
use latchstring_access::{Access, AuthenticateError, ConnectorId, Token, TokenPrefix};
use latchstring_core::{Grant, RefusedAs};
use serde_json::json;

use crate::{
    issuer::Issuer,
    net::Net,
    pace::{Of, TooMany},
    scope,
    state::AuthorizationServer,
    stream,
};

/// How much of a refused request's body is taken, in bytes, and for how long.
const TAKEN: usize = 64 << 10;
const TAKEN_WITHIN: Duration = Duration::from_secs(1);

/// Lets requests with an API key pass, with their grant in the extensions.
pub async fn require_key(State(server): State<AuthorizationServer>, request: Request, next: Next) -> Response {
    let door = Door::Keys {
        issuer: server.issuer(),
    };
    pass(&server, &door, request, next).await
}

/// The same for scripts: too many calls are answered in their envelope, `{"error": {"code", "message"}}`.
pub async fn require_script_key(State(server): State<AuthorizationServer>, request: Request, next: Next) -> Response {
    let door = Door::Scripts {
        issuer: server.issuer(),
    };
    pass(&server, &door, request, next).await
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
    let door = Door::Connector {
        issuer: server.issuer(),
        connector: &connector,
    };
    pass(&server, &door, request, next).await
}

async fn pass(server: &AuthorizationServer, door: &Door<'_>, mut request: Request, next: Next) -> Response {
    let network = Net::of_request(&request, server.proxies());
    let presented = presented(request.headers());
    let is_presented = !matches!(presented, Presented::None);
    let mut response = match door.grant(server, presented, &network).await {
        Ok(grant) => {
            let grant = Arc::new(grant);
            // Nothing behind this layer needs the credential, so nothing behind it can leak it.
            request.headers_mut().remove(header::AUTHORIZATION);
            request.extensions_mut().insert(Arc::clone(&grant));
            stream::guarded(next.run(request).await, server.shared_access(), grant)
        }
        Err(stopped) => {
            take_body(request.into_body()).await;
            match stopped {
                Stopped::Unwelcome(AuthenticateError::Refused) => {
                    let class = if is_presented { "invalid_token" } else { "no_credential" };
                    refused(class, door.refuse(is_presented, &door.what_is_needed()))
                }
                Stopped::Unwelcome(AuthenticateError::WrongDoor) => {
                    refused("wrong_door", door.refuse(is_presented, &door.where_else()))
                }
                Stopped::Unwelcome(AuthenticateError::Unavailable(source)) => unavailable(source.as_ref()),
                Stopped::TooMany(too_many) => door.slow_down(&too_many),
            }
        }
    };
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Why a request goes no further.
enum Stopped {
    Unwelcome(AuthenticateError),
    TooMany(TooMany),
}

impl From<AuthenticateError> for Stopped {
    fn from(error: AuthenticateError) -> Self {
        Self::Unwelcome(error)
    }
}

impl From<TooMany> for Stopped {
    fn from(too_many: TooMany) -> Self {
        Self::TooMany(too_many)
    }
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
    /// Keys as well, for scripts.
    Scripts {
        issuer: &'a Issuer,
    },
    Connector {
        issuer: &'a Issuer,
        connector: &'a ConnectorId,
    },
}

impl Door<'_> {
    /// Whose request it is, as far as there may be another one (see [`pace`](crate::pace)).
    async fn grant(&self, server: &AuthorizationServer, presented: Presented<'_>, net: &Net) -> Result<Grant, Stopped> {
        let pace = server.pace();
        let Presented::One(credential) = presented else {
            pace.junk(net)?;
            return Err(AuthenticateError::Refused.into());
        };
        if !self.has_form(credential, server.access()) {
            pace.junk(net)?;
            // From its form alone: the store is not asked.
            return Ok(self.authenticate(credential, server.access()).await?);
        }
        let look_up = pace.look_up(credential, net)?;
        match self.authenticate(credential, server.access()).await {
            Ok(grant) => {
                pace.worked(credential, net, &look_up);
                pace.call(grant.id())?;
                Ok(grant)
            }
            Err(error @ AuthenticateError::Refused) => {
                pace.failed(credential);
                Err(error.into())
            }
            Err(error @ (AuthenticateError::WrongDoor | AuthenticateError::Unavailable(_))) => Err(error.into()),
        }
    }

    /// Whether the text could be a credential of this door, so that the store has to be asked.
    fn has_form(&self, credential: &str, access: &Access) -> bool {
        let prefix = match self {
            Self::Keys { .. } | Self::Scripts { .. } => &access.rules().prefix,
            Self::Connector { .. } => &TokenPrefix::ACCESS,
        };
        Token::parse(credential, prefix).is_ok()
    }

    async fn authenticate(&self, credential: &str, access: &Access) -> Result<Grant, AuthenticateError> {
        match self {
            Self::Keys { .. } | Self::Scripts { .. } => access.authenticate_key(credential).await,
            Self::Connector { connector, .. } => access.authenticate_app(credential, connector).await,
        }
    }

    /// RFC 6585, section 4. What is told is for a model as much as for a program: how long to wait, and what else to do.
    fn slow_down(&self, too_many: &TooMany) -> Response {
        // Rounded up: who comes back after so many seconds is let in.
        let seconds = (too_many.wait.as_secs() + u64::from(too_many.wait.subsec_nanos() > 0)).max(1);
        let (class, text) = match too_many.of {
            Of::Calls { a_minute, at_once } => (
                "too_many_calls",
                format!(
                    "too many calls with this credential: {a_minute} a minute are let through, {at_once} of them at once. \
                     Nothing was done; wait {seconds} s and call again. One program can do the work of many calls"
                ),
            ),
            Of::Failures => (
                "too_many_failures",
                format!(
                    "too many requests from your network without a credential that works; this one was not looked at. \
                     It says nothing about your credential: wait {seconds} s and try again"
                ),
            ),
        };
        let body = match self {
            Self::Keys { .. } | Self::Connector { .. } => json!({ "error": "rate_limited", "error_description": text }),
            Self::Scripts { .. } => json!({ "error": { "code": "RATE_LIMITED", "message": text } }),
        };
        let retry_after = [(header::RETRY_AFTER, HeaderValue::from(seconds))];
        let response = (StatusCode::TOO_MANY_REQUESTS, retry_after, Json(body));
        refused(class, response.into_response())
    }

    /// RFC 6750, section 3: no error code when no credential was presented. A connector's challenge says where an app
    /// learns how to get one (RFC 9728, section 5.1).
    fn refuse(&self, is_presented: bool, description: &str) -> Response {
        let mut challenge = match self {
            Self::Keys { .. } | Self::Scripts { .. } => "Bearer realm=\"mcp\"".to_owned(),
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
            Self::Keys { .. } | Self::Scripts { .. } => "the API key is missing, wrong, expired or revoked; \
                                  send `Authorization: Bearer <key>` with a key that is listed as active"
                .to_owned(),
            Self::Connector { .. } => "the access token is missing, wrong, expired or revoked; \
                                       refresh it, or ask the person to connect the app again"
                .to_owned(),
        }
    }

    fn where_else(&self) -> String {
        match self {
            Self::Keys { issuer } | Self::Scripts { issuer } => format!(
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
