//! A signed JSON Web Token in compact form (RFC 7515, section 7.1), taken apart. Nothing in it is believed yet.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::AssertionError;
use crate::jwks::SigningAlgorithm;
use crate::strict_json;

/// The longest token that is read, in bytes.
const MAX_TOKEN: usize = 8 * 1024;

/// The last second that can be told to a [`DateTime`] and still be added to: the end of the year 9999.
const LAST_SECOND: f64 = 253_402_300_799.0;

pub(super) struct Token<'a> {
    /// What was signed: header and claims, as they stand there.
    message: &'a str,
    signature: &'a str,
    algorithm: SigningAlgorithm,
    kid: Option<String>,
    claims: Map<String, Value>,
}

impl<'a> Token<'a> {
    /// # Errors
    /// When it is not in compact form, or is signed in a way that we do not accept.
    pub(super) fn parse(text: &'a str) -> Result<Self, AssertionError> {
        if text.len() > MAX_TOKEN {
            return Err(AssertionError::Form);
        }
        let (message, signature) = text.rsplit_once('.').ok_or(AssertionError::Form)?;
        let (header, claims) = message.split_once('.').ok_or(AssertionError::Form)?;
        let header = object(header)?;
        // Before anything else is made of it (RFC 8725, section 3.1).
        let algorithm = header
            .get("alg")
            .and_then(Value::as_str)
            .and_then(SigningAlgorithm::named);
        let algorithm = algorithm.ok_or(AssertionError::Algorithm)?;
        // We know no extensions, so none can be critical (RFC 7515, section 4.1.11).
        if header.contains_key("crit") {
            return Err(AssertionError::Critical);
        }
        let kid = match header.get("kid") {
            None => None,
            Some(kid) => Some(kid.as_str().ok_or(AssertionError::Form)?.to_owned()),
        };
        Ok(Self {
            message,
            signature,
            algorithm,
            kid,
            claims: object(claims)?,
        })
    }

    pub(super) fn algorithm(&self) -> SigningAlgorithm {
        self.algorithm
    }

    pub(super) fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    pub(super) fn message(&self) -> &[u8] {
        self.message.as_bytes()
    }

    pub(super) fn signature(&self) -> &str {
        self.signature
    }

    /// A claim that has to be there, as text.
    pub(super) fn text(&self, name: &'static str) -> Result<&str, AssertionError> {
        self.claims
            .get(name)
            .and_then(Value::as_str)
            .ok_or(AssertionError::Claim(name))
    }

    /// For whom it is: one text, or an array of them (RFC 7519, section 4.1.3).
    pub(super) fn audiences(&self) -> Result<Vec<&str>, AssertionError> {
        let texts = match self.claims.get("aud") {
            Some(Value::String(audience)) => Some(vec![audience.as_str()]),
            Some(Value::Array(audiences)) => audiences.iter().map(Value::as_str).collect(),
            _ => None,
        };
        texts.ok_or(AssertionError::Claim("aud"))
    }

    /// A claim that is a number of seconds since 1970, perhaps with a fraction (RFC 7519, section 2). A claim that is
    /// there and is something else is an error: a moment in quotes must not count as no moment.
    pub(super) fn moment(&self, name: &'static str) -> Result<Option<DateTime<Utc>>, AssertionError> {
        let Some(value) = self.claims.get(name) else {
            return Ok(None);
        };
        let seconds = value.as_f64().filter(|seconds| (0.0..=LAST_SECOND).contains(seconds));
        #[expect(
            clippy::cast_possible_truncation,
            reason = "the range was checked, and a fraction does not matter"
        )]
        let moment = seconds.and_then(|seconds| DateTime::from_timestamp(seconds as i64, 0));
        moment.map(Some).ok_or(AssertionError::Claim(name))
    }
}

fn object(part: &str) -> Result<Map<String, Value>, AssertionError> {
    let json = URL_SAFE_NO_PAD.decode(part).map_err(|_| AssertionError::Form)?;
    strict_json::object(&json).map_err(|_| AssertionError::Form)
}
