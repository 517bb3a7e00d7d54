//! What the app tells us of its tenants: `POST /webhooks/tenant`, signed as Standard Webhooks defines
//! (<https://www.standardwebhooks.com>).
//!
//! The raw bytes are verified before anything in them is read. Deliveries come at least once, late and in any order:
//! each carries an id and the moment it happened, and what those mean is for the store of grants to decide. What
//! was understood is answered 200, so that the app stops delivering it; what came before its tenant's installation is
//! 404, and what the store cannot take 503, so that it does not.

use std::{error::Error, sync::Arc};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use chrono::TimeDelta;
use latchstring_access::{Access, Applied, Secret, StoreError};
use latchstring_core::RefusedAs;
use serde_json::{Value, json};

mod delivery;
mod signature;

use delivery::Delivery;
use signature::{Signature, SigningKeys};

/// How far the sender's clock and ours may be apart.
const TOLERANCE: TimeDelta = TimeDelta::minutes(5);

/// How large a delivery may be.
const MAX_BYTES: usize = 64 << 10;

/// `POST /webhooks/tenant`, for an app that signs with one of these secrets. Without secrets there is no such route.
pub(crate) fn router(access: Arc<Access>, secrets: impl AsRef<[Secret]>) -> Router {
    let secrets = secrets.as_ref();
    if secrets.is_empty() {
        return Router::new();
    }
    let keys = SigningKeys::new(secrets);
    Router::new()
        .route("/webhooks/tenant", post(receive))
        .layer(DefaultBodyLimit::max(MAX_BYTES))
        .with_state(Arc::new(Door { access, keys }))
}

struct Door {
    access: Arc<Access>,
    keys: SigningKeys,
}

async fn receive(
    State(door): State<Arc<Door>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refused> {
    let applied = door.take(&headers, &body?).await?;
    let result = match applied {
        Applied::Done(_) => "done",
        Applied::Duplicate => "duplicate",
        Applied::Late => "late",
        Applied::UnknownTenant => return Err(Refused::UnknownTenant),
    };
    tracing::debug!(result, "a webhook was received");
    Ok(Json(json!({ "result": result })))
}

impl Door {
    async fn take(&self, headers: &HeaderMap, body: &[u8]) -> Result<Applied, Refused> {
        let signature = Signature::read(headers).ok_or(Refused::NotSigned)?;
        // Before the clock is asked, which may be the database's: a stranger costs no query.
        if !self.keys.have_made(&signature, body) {
            return Err(Refused::Forged);
        }
        let now = self.access.now().await?;
        if (now - signature.at).abs() > TOLERANCE {
            return Err(Refused::Stale);
        }
        let event = Delivery::read(body)
            .and_then(|delivery| delivery.into_event(signature.id, now))
            .map_err(Refused::Malformed)?;
        Ok(self.access.apply(&event).await?)
    }
}

/// Why a delivery was not taken.
#[derive(Debug)]
enum Refused {
    /// A header is missing, doubled or not in its form.
    NotSigned,
    /// No key of ours made the signature.
    Forged,
    /// Signed too long ago, or in the future.
    Stale,
    /// Signed, but nothing we understand; the text says what is wrong.
    Malformed(String),
    /// Understood, but of a tenant that was never installed, as far as we were told.
    UnknownTenant,
    /// The body could not be read, or is too large.
    Body(BytesRejection),
    /// The store of grants failed.
    Unavailable(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error)
    }
}

impl From<BytesRejection> for Refused {
    fn from(rejection: BytesRejection) -> Self {
        Self::Body(rejection)
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error, description) = match &self {
            Self::NotSigned => (
                StatusCode::UNAUTHORIZED,
                "not_signed",
                "send `webhook-id`, `webhook-timestamp` (seconds since 1970) and `webhook-signature` (`v1,` and base64), \
                 each once, as https://www.standardwebhooks.com describes",
            ),
            Self::Forged => (
                StatusCode::UNAUTHORIZED,
                "wrong_signature",
                "the signature fits none of this server's secrets; check the secret, and that what is signed is \
                 `id.timestamp.body` with the body byte for byte as it is sent",
            ),
            Self::Stale => (
                StatusCode::UNAUTHORIZED,
                "stale_timestamp",
                "`webhook-timestamp` is more than 5 minutes from this server's clock; check the sender's clock, and sign \
                 each attempt anew",
            ),
            Self::Malformed(what) => (StatusCode::BAD_REQUEST, "malformed", what.as_str()),
            // Not 200: what overtook its installation has to come again.
            Self::UnknownTenant => (
                StatusCode::NOT_FOUND,
                "unknown_tenant",
                "no tenant has this key; deliver its `installed` first, then this again",
            ),
            Self::Body(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => (
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "a delivery has 64 KB at most; send what happened to one tenant at a time",
            ),
            Self::Body(_) => (
                StatusCode::BAD_REQUEST,
                "malformed",
                "the body could not be read to its end; send it again",
            ),
            Self::Unavailable(source) => {
                tracing::error!(
                    error = source as &dyn Error,
                    "a webhook could not be applied; the app will deliver it again"
                );
                (
                    StatusCode::SERVICE_UNAVAILABLE,
                    "temporarily_unavailable",
                    "this cannot be stored right now; deliver it again shortly",
                )
            }
        };
        let mut response = (
            status,
            Json(json!({ "error": error, "error_description": description })),
        )
            .into_response();
        response.extensions_mut().insert(RefusedAs(error));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

#[cfg(test)]
mod tests;
