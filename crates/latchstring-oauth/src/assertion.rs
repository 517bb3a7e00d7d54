//! Client assertions: a client says who it is by a token that its key has signed (RFC 7523, section 3).
//!
//! What the token says is checked before any key is fetched, so that junk costs nothing, and nothing of it is believed
//! before its signature is checked. The only keys are those of the client's metadata: a token that brings its own key
//! (`jwk`, `x5c`) or says where one is (`jku`, `x5u`) is not listened to.
//!
//! That a token is used once is for the caller to see to, by keeping its [`VerifiedAssertion::jti`].

#[cfg(test)]
pub(crate) mod test_keys;
mod token;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::Clock;

use crate::client::{ClientMetadata, KeySource};
use crate::fetch::{Allowance, DocumentError, Documents};
use crate::jwks::{Jwks, RemoteKeys};
use crate::net::Net;
use token::Token;

/// The value of `client_assertion_type` (RFC 7523, section 2.2).
pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How far clocks may be apart.
const LEEWAY: TimeDelta = TimeDelta::seconds(10);

/// How long a token may be good for.
const LONGEST_LIFE: TimeDelta = TimeDelta::minutes(5);

/// The longest `jti`, in characters.
const MAX_JTI: usize = 256;

/// Checks the assertions of clients.
pub(crate) struct Assertions {
    remote: RemoteKeys,
}

/// Where and when an assertion is presented.
pub(crate) struct Presented<'a> {
    /// Who it may be meant for: the issuer, and the address of the token endpoint.
    pub(crate) audiences: &'a [&'a str],
    /// Where it comes from.
    pub(crate) net: &'a Net,
    pub(crate) now: DateTime<Utc>,
}

/// An assertion that is what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct VerifiedAssertion {
    /// Its id, unique for this client. Refuse it if it was there before.
    pub(crate) jti: String,
    /// From then on it is refused as too old, so that its id need not be kept any longer. (This is later than the `exp`
    /// in it by what clocks may be apart.)
    pub(crate) expires_at: DateTime<Utc>,
}

/// Why an assertion is refused. All but those that are temporary are `invalid_client`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AssertionError {
    #[error("the client assertion is not a signed JSON web token in compact form")]
    Form,
    #[error("the client assertion is not signed by an accepted algorithm; use RS256 or ES256")]
    Algorithm,
    #[error("the client assertion has a critical header; leave out `crit`")]
    Critical,
    #[error("the client assertion has no claim `{0}` of the right type")]
    Claim(&'static str),
    #[error("the client assertion is about another client; `iss` and `sub` have to be the client id")]
    Client,
    #[error("the client assertion is for another server; `aud` has to be the issuer or the token endpoint")]
    Audience,
    #[error("the client assertion has expired; make a new one for each request")]
    Expired,
    #[error("the client assertion is good for too long; let it expire within five minutes")]
    LivesTooLong,
    #[error("the client assertion is from the future; check the clock")]
    FromTheFuture,
    #[error("the client has no keys in its metadata; add `jwks_uri` or `jwks` and offer `private_key_jwt`")]
    NoKeys,
    #[error("the client assertion names a key that is not in the key set of the client")]
    UnknownKey,
    #[error("the signature of the client assertion is wrong")]
    Signature,
    #[error("the keys of the client are not usable: {0}")]
    Keys(#[from] DocumentError),
}

impl AssertionError {
    /// Could it be right in a moment? Then answer 503, not `invalid_client`.
    pub(crate) fn is_temporary(&self) -> bool {
        matches!(self, Self::Keys(error) if error.is_temporary())
    }
}

impl Assertions {
    /// Fetches the keys of clients from `documents`.
    pub(crate) fn new(documents: Arc<dyn Documents>, clock: Arc<dyn Clock>, allowance: Arc<Allowance>) -> Self {
        Self {
            remote: RemoteKeys::new(documents, clock, allowance),
        }
    }

    /// Checks that `client` made `assertion` for us.
    ///
    /// # Errors
    /// When anything about it is wrong, or the client's keys cannot be had.
    pub(crate) async fn verify(
        &self,
        client: &ClientMetadata,
        assertion: &str,
        presented: &Presented<'_>,
    ) -> Result<VerifiedAssertion, AssertionError> {
        let Presented { audiences, net, now } = *presented;
        let token = Token::parse(assertion)?;
        let verified = check_claims(&token, client.client_id(), audiences, now)?;
        match &client.auth().keys {
            None => return Err(AssertionError::NoKeys),
            Some(KeySource::Inline(keys)) => check_signature(&token, keys)?,
            Some(KeySource::Uri(uri)) => match check_signature(&token, &*self.remote.keys(uri, net).await?) {
                Err(AssertionError::UnknownKey) => check_signature(&token, &*self.remote.newer_keys(uri, net).await?)?,
                result => result?,
            },
        }
        Ok(verified)
    }
}

/// The client that an assertion claims to be from, for a request that does not say it elsewhere (RFC 7521, section
/// 4.2). Nobody has checked it: it says only whose metadata to check it by.
pub(crate) fn claimed_client(assertion: &str) -> Option<String> {
    Some(Token::parse(assertion).ok()?.text("sub").ok()?.to_owned())
}

fn check_claims(
    token: &Token<'_>,
    client_id: &str,
    audiences: &[&str],
    now: DateTime<Utc>,
) -> Result<VerifiedAssertion, AssertionError> {
    if token.text("iss")? != client_id || token.text("sub")? != client_id {
        return Err(AssertionError::Client);
    }
    if !token.audiences()?.iter().any(|audience| audiences.contains(audience)) {
        return Err(AssertionError::Audience);
    }
    let expires_at = token.moment("exp")?.ok_or(AssertionError::Claim("exp"))?;
    if now >= expires_at + LEEWAY {
        return Err(AssertionError::Expired);
    }
    if expires_at > now + LONGEST_LIFE + LEEWAY {
        return Err(AssertionError::LivesTooLong);
    }
    for name in ["nbf", "iat"] {
        if token.moment(name)?.is_some_and(|moment| moment > now + LEEWAY) {
            return Err(AssertionError::FromTheFuture);
        }
    }
    let jti = token.text("jti")?;
    if !(1..=MAX_JTI).contains(&jti.chars().count()) {
        return Err(AssertionError::Claim("jti"));
    }
    Ok(VerifiedAssertion {
        jti: jti.to_owned(),
        expires_at: expires_at + LEEWAY,
    })
}

fn check_signature(token: &Token<'_>, keys: &Jwks) -> Result<(), AssertionError> {
    let key = keys
        .key(token.kid(), token.algorithm())
        .ok_or(AssertionError::UnknownKey)?;
    if key.verifies(token.signature(), token.message()) {
        Ok(())
    } else {
        Err(AssertionError::Signature)
    }
}

#[cfg(test)]
mod tests;
