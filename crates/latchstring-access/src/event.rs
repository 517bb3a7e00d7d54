//! The record of who gave, used up and took back access. Calls have a record of their own, the audit trail.

use chrono::{DateTime, Utc};
use latchstring_core::{CodeId, GrantId, TenantId};

use crate::Person;

/// One thing that happened to a tenant's access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessEvent {
    /// When.
    pub at: DateTime<Utc>,
    /// Whose access.
    pub tenant: TenantId,
    /// What happened.
    pub kind: AccessEventKind,
    /// Which key or app, where there is one.
    pub grant: Option<GrantId>,
    /// Which connection code, where there is one.
    pub code: Option<CodeId>,
    /// Who did it, where a person did.
    pub by: Option<Person>,
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $text:literal,)+) => {
        /// What happened.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AccessEventKind {
            $($(#[$doc])* $kind,)+
        }

        impl AccessEventKind {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The name in the database and in logs.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)+
                }
            }
        }
    };
}

kinds! {
    /// An API key was made.
    KeyCreated = "key.created",
    /// An API key was revoked.
    KeyRevoked = "key.revoked",
    /// A connection code was made.
    CodeCreated = "code.created",
    /// A connection code was cancelled.
    CodeCancelled = "code.cancelled",
    /// A connection code was spent on an app.
    CodeRedeemed = "code.redeemed",
    /// An app fetched its first tokens.
    AppConnected = "app.connected",
    /// A connected app was revoked by a person.
    AppRevoked = "app.revoked",
    /// A connected app gave its access back (RFC 7009).
    AppLeft = "app.left",
    /// A spent refresh token was presented again, so somebody has a copy; the app was revoked.
    RefreshTokenReused = "app.refresh_reuse",
    /// A spent authorization code was presented again, so somebody has a copy; the app was revoked.
    AuthorizationCodeReused = "app.code_reuse",
    /// An app's token was presented at another tenant's connector.
    AudienceMismatch = "app.audience_mismatch",
    /// The app was installed.
    Installed = "tenant.installed",
    /// The app was uninstalled.
    Uninstalled = "tenant.uninstalled",
    /// A person paused the tenant's access.
    Paused = "tenant.paused",
    /// A person ended the pause.
    Resumed = "tenant.resumed",
    /// The plan became active.
    PlanActive = "plan.active",
    /// The plan lapsed.
    PlanLapsed = "plan.lapsed",
    /// A person may no longer speak for the tenant.
    PersonRemoved = "person.removed",
}
