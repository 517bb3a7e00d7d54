//! A grant: what a verified credential allows, for one tenant.

use std::time::{Duration, Instant};

use crate::{GrantId, Scope, TenantId};

/// How long after it was asked whether a grant is served, the beginning of a call need not ask again. The request asked for
/// its credential a moment ago; only one that takes its time to say what it wants is asked about twice.
const JUST: Duration = Duration::from_millis(100);

/// What a verified credential allows. Holding one means that somebody checked a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    id: GrantId,
    tenant: TenantId,
    scope: Scope,
    holder: Holder,
    served_at: Option<Instant>,
}

/// Who holds a grant, for people: audit rows, lists, logs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Holder {
    /// An API key.
    Key {
        /// The name its creator gave it; may be empty.
        label: String,
        /// The first and last characters of the key, such as `asmk_Ab12...9xYz`.
        hint: String,
    },
    /// A connected app.
    App {
        /// What it calls itself.
        name: String,
        /// The host that vouches for the name, such as `claude.ai`; `None` when nobody does.
        host: Option<String>,
    },
}

impl Grant {
    /// Vouches that a secret was checked and allows this. Only the code that checks secrets, and tests, may call it;
    /// everywhere else clippy refuses it.
    pub fn vouch(id: GrantId, tenant: TenantId, scope: Scope, holder: Holder) -> Self {
        Self {
            id,
            tenant,
            scope,
            holder,
            served_at: None,
        }
    }

    /// Says that the store was asked at this moment, and that the grant is served.
    #[must_use]
    pub fn served_at(mut self, moment: Instant) -> Self {
        self.served_at = Some(moment);
        self
    }

    /// Whether the store said so a moment ago. Enough to begin a call; what reads or changes anything asks anew.
    pub fn was_just_served(&self) -> bool {
        self.served_at.is_some_and(|moment| moment.elapsed() < JUST)
    }

    /// Which grant this is.
    pub fn id(&self) -> GrantId {
        self.id
    }

    /// The one tenant whose data it opens.
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }

    /// What it allows.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// Who holds it.
    pub fn holder(&self) -> &Holder {
        &self.holder
    }
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Key { label, hint } if label.is_empty() => write!(f, "key {hint}"),
            Self::Key { label, hint } => write!(f, "{label} ({hint})"),
            Self::App { name, host: Some(host) } => write!(f, "{name} ({host})"),
            Self::App { name, host: None } => write!(f, "{name} (unverified)"),
        }
    }
}
