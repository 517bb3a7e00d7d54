//! Events of the app, signed as Standard Webhooks defines it.

use axum::{body::Body, http::Request};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// What the app and the server share.
pub const WEBHOOK_SECRET: &str = "the secret of the app, long enough";

/// A delivery of `event` under this id, signed with this secret.
pub fn delivery(secret: &str, id: &str, now: DateTime<Utc>, event: &Value) -> Request<Body> {
    let (timestamp, body) = (now.timestamp(), event.to_string());
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    let signature = BASE64.encode(mac.finalize().into_bytes());
    Request::post("/webhooks/tenant")
        .header("host", "127.0.0.1:8787")
        .header("content-type", "application/json")
        .header("webhook-id", id)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", format!("v1,{signature}"))
        .body(Body::from(body))
        .unwrap()
}
