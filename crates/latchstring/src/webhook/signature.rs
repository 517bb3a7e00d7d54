//! Signatures as Standard Webhooks defines them: HMAC-SHA-256 over `id.timestamp.body`, in base64 after `v1,`.
//!
//! Two keys may be in use while a secret is replaced, and a delivery may carry a signature for each; one that fits is
//! enough.

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use latchstring_access::Secret;
use sha2::Sha256;

/// The least a secret must have to be worth guessing in vain (the standard's own minimum).
const MIN_KEY_BYTES: usize = 24;

/// As many signatures of one delivery are looked at; more are not from anybody who rotates a secret.
const MAX_SIGNATURES: usize = 8;

/// The database's bound on what a delivery is known by.
const MAX_ID_CHARACTERS: usize = 255;

/// What an app may have signed with.
pub(super) struct SigningKeys(Vec<Hmac<Sha256>>);

impl SigningKeys {
    /// One key for each secret: `whsec_` and base64, or plain text. A secret that is too short to be safe, or is not
    /// base64 after `whsec_`, opens nothing; the log says so.
    pub(super) fn new(secrets: &[Secret]) -> Self {
        Self(secrets.iter().filter_map(key).collect())
    }

    /// Whether one of the keys made one of the signatures.
    pub(super) fn have_made(&self, signature: &Signature<'_>, body: &[u8]) -> bool {
        self.0.iter().any(|key| {
            let mut mac = key.clone();
            for part in [
                signature.id.as_bytes(),
                b".",
                signature.timestamp.as_bytes(),
                b".",
                body,
            ] {
                mac.update(part);
            }
            // Compares in constant time.
            signature.made.iter().any(|made| mac.clone().verify_slice(made).is_ok())
        })
    }
}

fn key(secret: &Secret) -> Option<Hmac<Sha256>> {
    let bytes = match secret.expose().strip_prefix("whsec_") {
        Some(encoded) => BASE64.decode(encoded).ok(),
        None => Some(secret.expose().as_bytes().to_vec()),
    };
    let key = bytes
        .filter(|bytes| bytes.len() >= MIN_KEY_BYTES)
        .and_then(|bytes| Hmac::new_from_slice(&bytes).ok());
    if key.is_none() {
        tracing::error!(
            "a webhook secret is not used: it needs {MIN_KEY_BYTES} bytes at least, as `whsec_` and base64 or as plain text"
        );
    }
    key
}

/// The three headers of a delivery.
pub(super) struct Signature<'a> {
    /// The delivery's id, the same each time it is tried.
    pub(super) id: &'a str,
    /// When this attempt was signed.
    pub(super) at: DateTime<Utc>,
    timestamp: &'a str,
    made: Vec<Vec<u8>>,
}

impl<'a> Signature<'a> {
    /// The signature in these headers; `None` unless each is there once and in its form.
    pub(super) fn read(headers: &'a HeaderMap) -> Option<Self> {
        let id = only(headers, "webhook-id")?;
        let timestamp = only(headers, "webhook-timestamp")?;
        let made: Vec<Vec<u8>> = only(headers, "webhook-signature")?
            .split(' ')
            .take(MAX_SIGNATURES)
            .filter_map(|one| BASE64.decode(one.strip_prefix("v1,")?).ok())
            .collect();
        let is_number = !timestamp.is_empty() && timestamp.bytes().all(|byte| byte.is_ascii_digit());
        let is_id = (1..=MAX_ID_CHARACTERS).contains(&id.len());
        if !is_number || !is_id || made.is_empty() {
            return None;
        }
        Some(Self {
            id,
            at: DateTime::from_timestamp_secs(timestamp.parse().ok()?)?,
            timestamp,
            made,
        })
    }
}

/// The text of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut all = headers.get_all(name).iter();
    match (all.next(), all.next()) {
        (Some(one), None) => one.to_str().ok(),
        _ => None,
    }
}
