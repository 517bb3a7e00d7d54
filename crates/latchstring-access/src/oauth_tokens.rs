//! The tokens of a connected app, as the store keeps them: authorization codes, access tokens, refresh tokens.
//!
//! Each is a pointer to the app's grant and has no validity of its own beyond its expiry. Each one-time token is spent
//! by one conditional change, so of any number of attempts exactly one succeeds.

use chrono::{DateTime, TimeDelta, Utc};
use latchstring_core::{GrantId, Scope, TenantId};

use crate::{Challenge, ConnectorId, IssuedSecret};

/// How long an app has to exchange an authorization code (RFC 6749, section 4.1.2, advises ten minutes at most).
pub const AUTHORIZATION_CODE_LIFETIME: TimeDelta = TimeDelta::seconds(60);

/// How long a refresh token works when it is not used. Each use gives a new one.
pub const REFRESH_TOKEN_LIFETIME: TimeDelta = TimeDelta::days(90);

/// How long a spent refresh token is answered with its successor again, because real clients refresh in parallel.
pub const REPLAY_WINDOW: TimeDelta = TimeDelta::seconds(60);

/// The row of one token in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CredentialId(pub i64);

/// An authorization code or a refresh token that is known, in whatever state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundToken {
    /// Its row.
    pub id: CredentialId,
    /// The grant it points to.
    pub grant: GrantId,
    /// Whose data the grant opens.
    pub tenant: TenantId,
    /// The tenant's connector.
    pub connector: ConnectorId,
    /// What the grant allows.
    pub scope: Scope,
    /// The client it was issued to.
    pub client_id: String,
    /// Whether the grant stands.
    pub stands: bool,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
    /// When it was spent.
    pub spent_at: Option<DateTime<Utc>>,
    /// The moment of the look-up, by the store's clock.
    pub at: DateTime<Utc>,
}

/// An authorization code that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundAuthorizationCode {
    /// What it shares with a refresh token.
    pub token: FoundToken,
    /// Where it was sent, exactly.
    pub redirect_uri: String,
    /// What the client must prove to know.
    pub challenge: Challenge,
}

/// A refresh token that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundRefreshToken {
    /// What it shares with an authorization code.
    pub token: FoundToken,
    /// The answer it was spent on, sealed with the token itself.
    pub sealed: Option<Vec<u8>>,
    /// Whether the refresh token that came after it was spent, too.
    pub successor_is_spent: bool,
}

/// A new token as it is handed to the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedToken {
    /// Its text, hashed.
    pub secret: IssuedSecret,
    /// When it stops working.
    pub expires_at: DateTime<Utc>,
}

/// The tokens that an app gets in one answer, without their texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedTokens {
    /// The grant they point to.
    pub grant: GrantId,
    /// The access token.
    pub access: IssuedToken,
    /// The refresh token.
    pub refresh: IssuedToken,
    /// When.
    pub at: DateTime<Utc>,
}
