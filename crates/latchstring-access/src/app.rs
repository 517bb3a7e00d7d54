//! Connected apps: from a redeemed connection code to a row in the list.

use chrono::{DateTime, Utc};
use latchstring_core::{CodeId, GrantId, Scope, TenantId};

use crate::{Challenge, ConnectorId, IssuedToken, Person, Revocation};

/// An app as it presents itself when it asks to be connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppIdentity {
    /// Its OAuth client id.
    pub client_id: String,
    /// What it calls itself.
    pub name: String,
    /// The host that vouches for the name; `None` when nobody does.
    pub host: Option<String>,
    /// The host its answers go to.
    pub redirect_host: String,
}

/// A live code about to be spent on an app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redemption {
    /// The code, which was typed and found live.
    pub code: CodeId,
    /// The connector that the app asked for. A code of another tenant is not spent on it.
    pub connector: Option<ConnectorId>,
    /// Whether the tenant's plan must be active.
    pub needs_plan: bool,
    /// The grant to be.
    pub grant: GrantId,
    /// Who will hold it.
    pub app: AppIdentity,
    /// The authorization code that the app will exchange for tokens.
    pub authorization_code: IssuedToken,
    /// Where the authorization code is sent, exactly.
    pub redirect_uri: String,
    /// What the app must prove to know.
    pub challenge: Challenge,
    /// When.
    pub at: DateTime<Utc>,
}

/// A code that was spent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redeemed {
    /// Whose data the app sees.
    pub tenant: TenantId,
    /// What it may do: exactly what the code allowed.
    pub scope: Scope,
}

/// A connected app as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppSummary {
    /// Its id: the grant it holds.
    pub grant: GrantId,
    /// Whose data it sees.
    pub tenant: TenantId,
    /// What it may do.
    pub scope: Scope,
    /// Who it is.
    pub app: AppIdentity,
    /// Who made the connection code.
    pub granted_by: Person,
    /// When the code was redeemed.
    pub granted_at: DateTime<Utc>,
    /// When the app fetched its first tokens; `None` while that has not happened.
    pub connected_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute; `None` for never.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When and by whom it was revoked.
    pub revoked: Option<Revocation>,
}
