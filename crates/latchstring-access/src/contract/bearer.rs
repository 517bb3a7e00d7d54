//! What a caller presents, and the app that it may belong to.

use latchstring_core::{GrantId, TenantId};

use crate::{GrantKind, IssuedKey, IssuedTokens, Redemption, SecretHash};

/// A connected app with its first tokens.
#[derive(Debug, Clone)]
pub struct App {
    /// Whose data it sees.
    pub tenant: TenantId,
    /// How its code was redeemed.
    pub redemption: Redemption,
    /// Its first tokens.
    pub tokens: IssuedTokens,
}

/// What a caller presents: a key, or an app's access token.
#[derive(Debug, Clone, Copy)]
pub struct Bearer {
    pub(super) kind: GrantKind,
    pub(super) tenant: TenantId,
    pub(super) grant: GrantId,
    pub(super) hash: SecretHash,
}

impl From<&IssuedKey> for Bearer {
    fn from(key: &IssuedKey) -> Self {
        Self {
            kind: GrantKind::Key,
            tenant: key.asked.tenant,
            grant: key.grant,
            hash: key.secret.hash,
        }
    }
}

impl From<&App> for Bearer {
    fn from(app: &App) -> Self {
        Self::with(app, &app.tokens)
    }
}

impl Bearer {
    /// The app with the access token among these.
    pub fn with(app: &App, tokens: &IssuedTokens) -> Self {
        Self {
            kind: GrantKind::App,
            tenant: app.tenant,
            grant: app.grant(),
            hash: tokens.access.secret.hash,
        }
    }
}

impl App {
    /// Its grant.
    pub fn grant(&self) -> GrantId {
        self.redemption.grant
    }
}
