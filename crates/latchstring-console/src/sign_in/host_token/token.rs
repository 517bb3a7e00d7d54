//! A token that the app has signed: a JSON Web Token (RFC 7519) by HMAC with SHA-256, and nothing else.
//!
//! Nothing in it is believed before its signature is checked, and the header says nothing about how to check it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, crypto};
use latchstring_access::Person;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::Rules;
use crate::{Permission, sign_in::claims::Claims};

/// The longest token that is read, in bytes.
const MAX_TOKEN: usize = 4 * 1024;

/// The longest `jti`, in characters.
const MAX_JTI: usize = 256;

/// How far clocks may be apart, in seconds.
const LEEWAY: i64 = 10;

/// How long a token may be good for, in seconds.
const LONGEST_LIFE: i64 = 120;

/// What a token says that is right.
#[derive(Debug)]
pub(super) struct HostToken {
    /// The tenant.
    pub(super) host: String,
    pub(super) person: Person,
    pub(super) may: Permission,
    /// What it is known by when it comes again.
    pub(super) id: String,
    /// From then on it is refused as too old, so that its id need not be kept any longer.
    pub(super) expires_at: DateTime<Utc>,
}

/// Why a token is refused. Nothing of the token is in it.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum HostTokenError {
    #[error("it is not one signed JSON web token of 4 KiB at most")]
    Form,
    #[error("it is not signed by HS256")]
    Algorithm,
    #[error("its signature is wrong; is the secret the app's own?")]
    Signature,
    #[error("it has no claim `{0}` of the right type")]
    Claim(&'static str),
    #[error("it is for another app; is the audience the app's API key?")]
    Audience,
    #[error("its `dest` is not a tenant's host")]
    Tenant,
    #[error("its `iss` is not at the host of its `dest`")]
    Issuer,
    #[error("it has expired")]
    Expired,
    #[error("it is from the future; check the clock")]
    FromTheFuture,
    #[error("it is good for more than 120 seconds")]
    LivesTooLong,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    /// We know no extensions, so none can be critical (RFC 7515, section 4.1.11).
    crit: Option<serde_json::Value>,
}

impl HostToken {
    /// # Errors
    /// When anything about it is wrong.
    pub(super) fn verify(token: &str, rules: &Rules, now: DateTime<Utc>) -> Result<Self, HostTokenError> {
        let message = check_signature(token, rules)?;
        let (_, claims) = message.split_once('.').ok_or(HostTokenError::Form)?;
        let claims = URL_SAFE_NO_PAD.decode(claims).map_err(|_| HostTokenError::Form)?;
        let claims = Claims::parse(&claims).ok_or(HostTokenError::Form)?;
        let text = |name| claims.text(name).ok_or(HostTokenError::Claim(name));

        if text("aud")? != rules.audience {
            return Err(HostTokenError::Audience);
        }
        let host = tenant(text("dest")?, text("iss")?, rules)?;
        let person = claims.person("sub", "name").ok_or(HostTokenError::Claim("sub"))?;
        let expires_at = check_moments(&claims, now)?;
        let id = match claims.text("jti") {
            Some(jti) if jti.chars().count() > MAX_JTI => return Err(HostTokenError::Claim("jti")),
            Some(jti) => format!("jti {jti}"),
            // Of what was signed: base64 could write the signature in another way.
            None => format!("hash {}", URL_SAFE_NO_PAD.encode(Sha256::digest(message))),
        };
        Ok(Self {
            host,
            person,
            may: rules.manages.permission(&claims),
            id,
            expires_at,
        })
    }
}

/// What was signed: header and claims, as they stand there.
fn check_signature<'a>(token: &'a str, rules: &Rules) -> Result<&'a str, HostTokenError> {
    if token.len() > MAX_TOKEN {
        return Err(HostTokenError::Form);
    }
    let (message, signature) = token.rsplit_once('.').ok_or(HostTokenError::Form)?;
    let (header, _) = message.split_once('.').ok_or(HostTokenError::Form)?;
    let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| HostTokenError::Form)?;
    let header: Header = serde_json::from_slice(&header).map_err(|_| HostTokenError::Form)?;
    if header.alg != "HS256" || header.crit.is_some() {
        return Err(HostTokenError::Algorithm);
    }
    // Compares in constant time.
    let is_signed = |key| crypto::verify(signature, message.as_bytes(), key, Algorithm::HS256).unwrap_or(false);
    if rules.keys.iter().any(is_signed) {
        Ok(message)
    } else {
        Err(HostTokenError::Signature)
    }
}

/// The host in `dest`, if `iss` is there, too. Compared as text: two parsers may see two hosts in one address.
fn tenant(destination: &str, issuer: &str, rules: &Rules) -> Result<String, HostTokenError> {
    let host = destination.strip_prefix("https://");
    let host = host
        .filter(|host| rules.hosts.contains(host))
        .ok_or(HostTokenError::Tenant)?;
    let rest = issuer.strip_prefix(destination).ok_or(HostTokenError::Issuer)?;
    if rest.is_empty() || rest.starts_with('/') {
        Ok(host.to_owned())
    } else {
        Err(HostTokenError::Issuer)
    }
}

/// When the token is over for us.
fn check_moments(claims: &Claims, now: DateTime<Utc>) -> Result<DateTime<Utc>, HostTokenError> {
    let seconds = |name| claims.seconds(name).ok_or(HostTokenError::Claim(name));
    let (expires, not_before, issued) = (seconds("exp")?, seconds("nbf")?, seconds("iat")?);
    let expires_at = DateTime::from_timestamp(expires, 0)
        .and_then(|moment| moment.checked_add_signed(TimeDelta::seconds(LEEWAY)))
        .ok_or(HostTokenError::Claim("exp"))?;
    if now >= expires_at {
        return Err(HostTokenError::Expired);
    }
    let latest = now.timestamp().saturating_add(LEEWAY);
    if not_before > latest || issued > latest {
        return Err(HostTokenError::FromTheFuture);
    }
    if expires.saturating_sub(issued) > LONGEST_LIFE {
        return Err(HostTokenError::LivesTooLong);
    }
    Ok(expires_at)
}
