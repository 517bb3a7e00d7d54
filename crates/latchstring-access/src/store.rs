//! The questions access asks of whatever stores its grants.
//!
//! Validity lives in two places only: the grant (revoked, expired) and its tenant (status, install generation). A
//! credential is a pointer to a grant and has no validity of its own, so one change shuts everything. Every answer
//! must come from the authoritative copy, never from a cache or a replica that may lag.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_core::{CallRecord, GrantId, Hold, TenantId};

use crate::{
    AuditEntry, FoundKey, IssuedKey, KeySummary, NewTenant, Person, RevokeOutcome, RingCheck, SecretHash, Tenant,
    TenantStatus,
};

/// How many keys of one tenant may be live at once: neither revoked nor expired.
pub const MAX_LIVE_KEYS: usize = 50;

/// Stores tenants, grants, credentials and the audit trail. What each answer promises is tested by the `contract`
/// module (feature `contract`).
///
/// A grant *stands* at a moment when it is not revoked and not expired, its tenant is active, and the tenant was not
/// uninstalled since the grant was made. A grant that expires at a moment does not stand at that moment.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// The key with one of these hashes, if its grant stands at `now`. The question of every request: one indexed
    /// look-up.
    async fn find_key(&self, hashes: &[SecretHash], now: DateTime<Utc>) -> Result<Option<FoundKey>, StoreError>;

    /// Does this grant of this tenant stand at `now`?
    async fn stands(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Result<bool, StoreError>;

    /// Keeps a grant that stands at `now` from being revoked, and its tenant from being shut, until the hold is
    /// dropped; `None` when it does not stand.
    async fn hold(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Result<Option<Hold>, StoreError>;

    /// Stores a new key.
    ///
    /// # Errors
    /// [`StoreError::TenantUnknown`] when no such tenant is active, [`StoreError::TooManyKeys`] when it has
    /// [`MAX_LIVE_KEYS`] live ones.
    async fn create_key(&self, key: &IssuedKey) -> Result<KeySummary, StoreError>;

    /// The keys of a tenant: those not revoked first, newest first; 500 at most.
    async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError>;

    /// Revokes a key for good; when this returns, it is durable. Waits for holds.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such key.
    async fn revoke_key(
        &self,
        tenant: TenantId,
        key: GrantId,
        by: &Person,
        now: DateTime<Utc>,
    ) -> Result<RevokeOutcome, StoreError>;

    /// The tenant with this host key, which is stored first if there is none. An existing one is returned unchanged.
    async fn ensure_tenant(&self, tenant: &NewTenant) -> Result<Tenant, StoreError>;

    /// Changes whether a tenant is served. Beginning or ending an installation leaves all earlier grants behind.
    /// Waits for holds.
    ///
    /// # Errors
    /// [`StoreError::TenantUnknown`].
    async fn set_tenant_status(
        &self,
        tenant: TenantId,
        status: TenantStatus,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError>;

    /// All tenants by name; 1,000 at most.
    async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError>;

    /// The tenant with this host key, or else those with this name; 10 at most.
    async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError>;

    /// Notes when grants were last used. Never moves a time back; unknown grants are passed over.
    async fn note_used(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError>;

    /// Appends calls to the audit trail, all or none, in order. A call that is there already (by its request id) is
    /// passed over, so that a batch of unknown fate can be sent again.
    async fn append_audit(&self, calls: &[&CallRecord]) -> Result<(), StoreError>;

    /// The calls of a tenant, the one appended last first; 1,000 at most, whatever the limit.
    async fn read_audit(&self, tenant: TenantId, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// Whether this ring, given by its checks, is the one the store was used with, as
    /// [`RingCheck::matches`] decides. The first ring ever becomes the store's own; of a ring that matches, new
    /// entries are added. All in one transaction.
    async fn match_ring(&self, checks: &[RingCheck]) -> Result<bool, StoreError>;
}

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be asked right now.
    #[error("the access store cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// No active tenant has this id.
    #[error("no active tenant `{0}`; list tenants to find its id, or install the app for it first")]
    TenantUnknown(TenantId),
    /// The tenant has as many live keys as it may.
    #[error("the tenant has {MAX_LIVE_KEYS} live keys, the most there may be; revoke one that is not used any more")]
    TooManyKeys,
    /// The tenant has no such key.
    #[error("no key `{0}`; list the keys to find its id")]
    NotFound(GrantId),
    /// The store holds something that it should never have accepted.
    #[error(transparent)]
    Inconsistency(#[from] Inconsistency),
}

impl StoreError {
    /// The store cannot be asked, because of `source`.
    pub fn unavailable(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(source.into())
    }
}

/// A stored value that cannot be right: where it is, for whoever repairs it. The value itself is not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("table `{table}`, column `{column}`, id `{id}` holds a value that cannot be right; restore it from a backup")]
pub struct Inconsistency {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row.
    pub id: String,
}
