//! What programs are told when something is wrong: the codes of RFC 6749, section 5.2, and its neighbours.
//!
//! One place turns each failure into a response. A store that cannot be asked is 503, never a refusal: clients throw
//! their credentials away when they are refused.

use std::{error::Error, time::Duration};

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use latchstring_access::{SpendError, StoreError};
use latchstring_core::RefusedAs;
use serde_json::json;

use crate::form::FormError;

/// A refused request of a program.
#[derive(Debug)]
pub(crate) enum OAuthError {
    /// The request is not understood.
    InvalidRequest(String),
    /// The client is unknown, or did not show who it is.
    InvalidClient(String),
    /// The code or token is not valid for this client.
    InvalidGrant(String),
    /// More is asked for than was granted.
    InvalidScope(String),
    /// The tokens are asked for another resource than they are for.
    InvalidTarget(String),
    /// The way of getting tokens is not one of ours.
    UnsupportedGrantType(String),
    /// The registration is not acceptable: code and description.
    Registration(&'static str, String),
    /// Too often.
    TooMany(Duration),
    /// No room for another registration.
    Full,
    /// Strangers keep us from answering: too many ask at once, or their own documents cannot be had. It is logged where
    /// it shows, once a minute ([`OnceAMinute`](latchstring_core::OnceAMinute)), because they could say it as often as they like.
    NotNow,
    /// The store cannot be asked.
    Unavailable(Box<dyn Error + Send + Sync>),
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        let (status, code, description) = match self {
            Self::InvalidRequest(text) => (StatusCode::BAD_REQUEST, "invalid_request", text),
            // 401 makes clients register again, which is what helps when a registration was forgotten.
            Self::InvalidClient(text) => (StatusCode::UNAUTHORIZED, "invalid_client", text),
            Self::InvalidGrant(text) => (StatusCode::BAD_REQUEST, "invalid_grant", text),
            Self::InvalidScope(text) => (StatusCode::BAD_REQUEST, "invalid_scope", text),
            Self::InvalidTarget(text) => (StatusCode::BAD_REQUEST, "invalid_target", text),
            Self::UnsupportedGrantType(text) => (StatusCode::BAD_REQUEST, "unsupported_grant_type", text),
            Self::Registration(code, text) => (StatusCode::BAD_REQUEST, code, text),
            Self::TooMany(wait) => {
                let text = "too many requests from your network; wait as long as `Retry-After` says";
                return later(StatusCode::TOO_MANY_REQUESTS, "slow_down", text, wait);
            }
            Self::Full => {
                let text = "too many clients wait for their first use; register again in ten minutes";
                let (status, wait) = (StatusCode::SERVICE_UNAVAILABLE, Duration::from_mins(10));
                return later(status, "temporarily_unavailable", text, wait);
            }
            Self::Unavailable(source) => {
                tracing::error!(
                    error = source.as_ref() as &dyn Error,
                    "the authorization server cannot answer"
                );
                return not_now();
            }
            Self::NotNow => return not_now(),
        };
        answer(status, code, &description)
    }
}

fn not_now() -> Response {
    let text = "this cannot be checked right now; nothing was changed, try again shortly";
    let (status, wait) = (StatusCode::SERVICE_UNAVAILABLE, Duration::from_secs(5));
    later(status, "temporarily_unavailable", text, wait)
}

fn answer(status: StatusCode, code: &'static str, description: &str) -> Response {
    let body = Json(json!({ "error": code, "error_description": visible(description) }));
    let mut response = (status, [(header::CACHE_CONTROL, "no-store")], body).into_response();
    response.extensions_mut().insert(RefusedAs(code));
    if status == StatusCode::UNAUTHORIZED {
        // RFC 6749, section 5.2, wants a challenge when the client tried the header.
        let challenge = HeaderValue::from_static("Basic realm=\"oauth\", error=\"invalid_client\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
    }
    response
}

fn later(status: StatusCode, code: &'static str, description: &str, wait: Duration) -> Response {
    let mut response = answer(status, code, description);
    let seconds = HeaderValue::from(wait.as_secs().max(1));
    response.headers_mut().insert(header::RETRY_AFTER, seconds);
    response
}

/// `error_description` is printable ASCII without quotes and backslashes (RFC 6749, section 5.2), and short.
pub(crate) fn visible(text: &str) -> String {
    text.chars()
        .take(400)
        .map(|c| match c {
            '"' | '\\' => '\'',
            ' '..='~' => c,
            _ => '?',
        })
        .collect()
}

impl From<FormError> for OAuthError {
    fn from(error: FormError) -> Self {
        Self::InvalidRequest(error.to_string())
    }
}

impl From<StoreError> for OAuthError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

impl From<SpendError> for OAuthError {
    fn from(error: SpendError) -> Self {
        let text = error.to_string();
        match error {
            SpendError::Refused => Self::InvalidGrant(text),
            SpendError::OtherConnector => Self::InvalidTarget(text),
            SpendError::WiderScope => Self::InvalidScope(text),
            SpendError::TooMany(wait) => Self::TooMany(wait),
            SpendError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o14_a_description_reflects_nothing_that_could_act() {
        let text = visible("a\"b\\c\r\nSet-Cookie: x\u{202E}<script>é");
        assert_eq!(text, "a'b'c??Set-Cookie: x?<script>?");
        assert_eq!(visible(&"x".repeat(10_000)).len(), 400);
    }
}
