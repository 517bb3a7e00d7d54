//! A tenant: the store, shop or workspace that grants belong to.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use latchstring_core::TenantId;

use crate::{ConnectorId, Plan, Revocation};

/// One tenant, as access knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    /// Our id.
    pub id: TenantId,
    /// The app's own key for it, such as a shop domain.
    pub host_key: String,
    /// Its connector.
    pub connector: ConnectorId,
    /// The name to show.
    pub name: String,
    /// Whether the app is installed for it.
    pub status: TenantStatus,
    /// Its plan, as the app last said.
    pub plan: Plan,
    /// When and by whom its access was paused, while it is.
    pub paused: Option<Revocation>,
    /// How often all sessions on its access page were ended. A session that began under another number is over.
    pub session_generation: u64,
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
    /// Its connector.
    pub connector: ConnectorId,
    /// The name to show.
    pub name: String,
    /// When the app was installed.
    pub installed_at: DateTime<Utc>,
    /// Its plan.
    pub plan: Plan,
}

impl NewTenant {
    /// A tenant with new ids and an active plan.
    pub fn new(host_key: impl Into<String>, name: impl Into<String>, now: DateTime<Utc>) -> Self {
        Self {
            id: TenantId::new(now),
            host_key: host_key.into(),
            connector: ConnectorId::generate(),
            name: name.into(),
            installed_at: now,
            plan: Plan::Active,
        }
    }
}

/// Whether the app is installed for a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TenantStatus {
    /// Installed.
    Active,
    /// Gone. Its grants are dead for good, even if it is installed again.
    Uninstalled,
}

impl TenantStatus {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Uninstalled => "uninstalled",
        }
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
        [Self::Active, Self::Uninstalled]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownStatus(text.to_owned()))
    }
}

/// Not a status.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a tenant status; use `active` or `uninstalled`")]
pub struct UnknownStatus(String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_reads_back_by_its_name() {
        for (status, name) in [
            (TenantStatus::Active, "active"),
            (TenantStatus::Uninstalled, "uninstalled"),
        ] {
            assert_eq!((status.as_str(), status.to_string().as_str()), (name, name));
            assert_eq!(name.parse(), Ok(status));
        }
        assert_eq!("Active".parse::<TenantStatus>(), Err(UnknownStatus("Active".into())));
    }
}
