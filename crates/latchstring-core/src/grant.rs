//! A grant: what a verified credential allows, for one tenant.

use crate::{GrantId, Scope, TenantId};

/// What a verified credential allows. Holding one means that somebody checked a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    id: GrantId,
    tenant: TenantId,
    scope: Scope,
    holder: Holder,
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
        }
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
