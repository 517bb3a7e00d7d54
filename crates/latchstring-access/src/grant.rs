//! What keys and connected apps have in common: a grant that stands until somebody revokes it.

use chrono::{DateTime, Utc};
use latchstring_core::{CodeId, GrantId, Holder, Refusal, Scope, TenantId};

use crate::{ConnectorId, Person, Plan, PlanRule, SecretHash};

/// What holds a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantKind {
    /// An API key.
    Key,
    /// A connected app.
    App,
}

impl GrantKind {
    /// The name in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::App => "app",
        }
    }
}

/// A bearer credential that was presented and stands: what the store answers to a look-up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundBearer {
    /// The grant it points to.
    pub grant: GrantId,
    /// Whose data it opens.
    pub tenant: TenantId,
    /// The tenant's connector, the only one at which an app's token is accepted.
    pub connector: ConnectorId,
    /// What it allows.
    pub scope: Scope,
    /// Who holds it.
    pub holder: Holder,
    /// The moment of the look-up, by the store's clock.
    pub at: DateTime<Utc>,
}

/// Whether a grant stands, for a grant that does: what else its tenant's state says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The tenant's plan.
    pub plan: Plan,
    /// Whether somebody paused the tenant's access.
    pub is_paused: bool,
}

impl Standing {
    /// Whether a grant that stands so is served, where this is the rule about plans.
    ///
    /// # Errors
    /// Why it is not served for now.
    pub fn served(self, rule: PlanRule) -> Result<(), Refusal> {
        if self.is_paused {
            Err(Refusal::Paused)
        } else if rule.serves(self.plan) {
            Ok(())
        } else {
            Err(Refusal::PlanLapsed)
        }
    }
}

/// When and by whom a grant was revoked, a connection code cancelled, or a tenant paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: DateTime<Utc>,
    /// Who.
    pub by: Person,
}

/// What a revocation found. Either way the grant is revoked now, and durably.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeOutcome {
    /// It was not revoked before.
    Revoked,
    /// Somebody had revoked it already.
    AlreadyRevoked,
}

/// What was ended when everything was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevokedAll {
    /// The keys that stood.
    pub keys: Vec<GrantId>,
    /// The apps that stood, those among them that had not fetched their tokens yet.
    pub apps: Vec<GrantId>,
    /// The connection codes that were live.
    pub codes: Vec<CodeId>,
    /// The number of the tenant's sessions from now on.
    pub session_generation: u64,
}

/// A new secret as it is handed to the store: everything but its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedSecret {
    /// The keyed hash it is looked up by.
    pub hash: SecretHash,
    /// Which entry of the key ring made the hash.
    pub hash_key_id: String,
}
