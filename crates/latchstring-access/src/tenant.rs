//! A tenant: the store, shop or workspace that grants belong to.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use latchstring_core::{TenantId, random};

/// One tenant, as access knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Our id.
    pub id: TenantId,
    /// The app's own key for it, such as a shop domain.
    pub host_key: String,
    /// 128 random bits in hexadecimal, for addresses that must not be guessed.
    pub public_id: String,
    /// The name to show.
    pub name: String,
    /// Whether it is served.
    pub status: TenantStatus,
    /// When the app was installed, most recently.
    pub installed_at: DateTime<Utc>,
    /// When the app was uninstalled, most recently.
    pub uninstalled_at: Option<DateTime<Utc>>,
}

/// A tenant to be known from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTenant {
    /// Our id.
    pub id: TenantId,
    /// The app's own key for it.
    pub host_key: String,
    /// 128 random bits in hexadecimal.
    pub public_id: String,
    /// The name to show.
    pub name: String,
    /// When the app was installed.
    pub installed_at: DateTime<Utc>,
}

impl NewTenant {
    /// A tenant with new ids.
    pub fn new(host_key: impl Into<String>, name: impl Into<String>, now: DateTime<Utc>) -> Self {
        let public_id = u128::from_be_bytes(random::bytes());
        Self {
            id: TenantId::new(now),
            host_key: host_key.into(),
            public_id: format!("{public_id:032x}"),
            name: name.into(),
            installed_at: now,
        }
    }
}

/// Whether a tenant is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantStatus {
    /// Served.
    Active,
    /// Not served for now; its grants stand again when it is active again.
    Suspended,
    /// Gone. Its grants are dead for good, even if it is installed again.
    Uninstalled,
}

impl TenantStatus {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Uninstalled => "uninstalled",
        }
    }

    /// Whether going from this status to `next` begins or ends an installation. Then the tenant's install generation
    /// moves on, which is what leaves earlier grants behind.
    pub fn changes_installation(self, next: Self) -> bool {
        (self == Self::Uninstalled) != (next == Self::Uninstalled)
    }
}

impl fmt::Display for TenantStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for TenantStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<Self, UnknownStatus> {
        [Self::Active, Self::Suspended, Self::Uninstalled]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// Not a status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a tenant status; use `active`, `suspended` or `uninstalled`")]
pub struct UnknownStatus(String);
