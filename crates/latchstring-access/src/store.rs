//! The questions access asks of whatever stores its grants.
//!
//! Validity lives in two places only: the grant (revoked, expired) and its tenant (status, install generation). A
//! credential is a pointer to a grant and has no validity of its own, so one change shuts everything, and a credential
//! that is written late, beside a revocation, is dead from the start. Every answer must come from the authoritative
//! copy, never from a cache or a replica that may lag.
//!
//! The store has the clock. Where several servers share a store, its clock decides about expiry for all of them.

use std::{error::Error, time::Duration};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_core::{CallRecord, CodeId, GrantId, Hold, RequestId, TenantId};

use crate::{
    AccessEvent, AppSummary, Applied, AuditDays, AuditEntry, AuditKey, AuditLink, AuditQuery, CallsPerDay, CodeSummary,
    ConnectorId, CredentialId, FoundAuthorizationCode, FoundBearer, FoundCode, FoundRefreshToken, GrantKind,
    IssuedCode, IssuedKey, IssuedTokens, KeySummary, MAX_LIVE_APPS, MAX_LIVE_CODES, MAX_UNUSED_CLIENTS, NewTenant,
    Redeemed, Redemption, RegisteredClient, Revocation, RevokeOutcome, RevokedAll, RingCheck, SecretHash, Standing,
    Tenant, TenantEvent,
};

/// How many keys of one tenant may be live at once: neither revoked nor expired.
pub const MAX_LIVE_KEYS: usize = 50;

/// Stores tenants, grants, credentials and records. What each answer promises is tested by the `contract` module
/// (feature `contract`).
///
/// A grant *stands* when it is not revoked and not expired, its tenant is active, and the tenant was neither installed
/// nor uninstalled since the grant was made. What expires at a moment is over at that moment. A tenant's plan is not
/// part of it: the store says what the plan is, and access decides whether it matters.
#[async_trait]
pub trait AccessStore: Send + Sync {
    /// The moment by the clock that decides about expiry.
    async fn now(&self) -> Result<DateTime<Utc>, StoreError>;

    // ---- Grants: does it stand, hold it, shut it

    /// The credential with one of these hashes: the key of a [`GrantKind::Key`] or the access token of a
    /// [`GrantKind::App`], if it has not expired and its grant stands. The question of every request: one indexed
    /// look-up.
    async fn find_bearer(&self, kind: GrantKind, hashes: &[SecretHash]) -> Result<Option<FoundBearer>, StoreError>;

    /// Does this grant of this tenant stand?
    async fn standing(&self, tenant: TenantId, grant: GrantId) -> Result<Option<Standing>, StoreError>;

    /// Those of these grants that stand, whatever their tenants' plans are.
    async fn standing_among(&self, grants: &[GrantId]) -> Result<Vec<(GrantId, Standing)>, StoreError>;

    /// Keeps a grant that stands from being revoked, and its tenant from being changed, until the hold is dropped;
    /// `None` when it does not stand.
    async fn hold(&self, tenant: TenantId, grant: GrantId) -> Result<Option<(Standing, Hold)>, StoreError>;

    /// Revokes a grant for good; when this returns, it is durable. Waits for holds.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such grant of this kind.
    async fn revoke(
        &self,
        kind: GrantKind,
        tenant: TenantId,
        grant: GrantId,
        revocation: &Revocation,
    ) -> Result<RevokeOutcome, StoreError>;

    /// Revokes every grant of a tenant that is not revoked or expired, cancels its live codes and ends the sessions on
    /// its access page, all or none; when this returns, it is durable. Waits for holds. However many there are, none is
    /// left that was there when it began.
    ///
    /// # Errors
    /// [`StoreError::TenantUnknown`] when no such tenant is active, [`StoreError::SessionOver`] when it was commanded in a
    /// session (of this generation) that is over.
    async fn revoke_all(
        &self,
        tenant: TenantId,
        revocation: &Revocation,
        session: Option<u64>,
    ) -> Result<RevokedAll, StoreError>;

    /// Notes when grants were last used. Never moves a time back; unknown grants are passed over.
    async fn note_used(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError>;

    // ---- Keys

    /// Stores a new key.
    ///
    /// # Errors
    /// [`StoreError::TenantUnknown`] when no such tenant is active, [`StoreError::TooManyKeys`] when it has
    /// [`MAX_LIVE_KEYS`] live ones.
    async fn create_key(&self, key: &IssuedKey) -> Result<KeySummary, StoreError>;

    /// The keys of a tenant's installation: those not revoked first, newest first; 500 at most. What an earlier
    /// installation left behind is not among them.
    async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError>;

    // ---- Connection codes

    /// Stores a new connection code.
    ///
    /// # Errors
    /// [`StoreError::TenantUnknown`] when no such tenant is active, [`StoreError::TooManyCodes`] when it has
    /// [`MAX_LIVE_CODES`] live ones, [`StoreError::TooManyApps`] when it has [`MAX_LIVE_APPS`] connected apps.
    async fn create_code(&self, code: &IssuedCode) -> Result<CodeSummary, StoreError>;

    /// The codes of a tenant, newest first; 100 at most.
    async fn list_codes(&self, tenant: TenantId) -> Result<Vec<CodeSummary>, StoreError>;

    /// Cancels a code; `false` when it was no longer live.
    ///
    /// # Errors
    /// [`StoreError::CodeNotFound`] when the tenant has no such code.
    async fn cancel_code(&self, tenant: TenantId, code: CodeId, cancellation: &Revocation) -> Result<bool, StoreError>;

    /// The live code with one of these hashes: not redeemed, cancelled or expired, its tenant active and not installed
    /// or uninstalled since.
    async fn find_code(&self, hashes: &[SecretHash]) -> Result<Option<FoundCode>, StoreError>;

    /// Spends a live code: stores the grant and the authorization code, and marks the connection code, all or none. Of
    /// any number of attempts one succeeds. `None` when the code is not live, belongs to another connector than the one
    /// asked for, or needs a plan that has lapsed; then nothing is changed.
    async fn redeem(&self, redemption: &Redemption) -> Result<Option<Redeemed>, StoreError>;

    // ---- Connected apps and their tokens

    /// The connected apps of a tenant's installation: those not revoked first, newest first; 500 at most. An app that never fetched its
    /// tokens is listed for as long as it still can.
    async fn list_apps(&self, tenant: TenantId) -> Result<Vec<AppSummary>, StoreError>;

    /// The authorization code with one of these hashes, in whatever state.
    async fn find_authorization_code(
        &self,
        hashes: &[SecretHash],
    ) -> Result<Option<FoundAuthorizationCode>, StoreError>;

    /// Spends an authorization code on tokens, all or none. Of any number of attempts one succeeds: `true`. `false` when
    /// it is spent, has expired, or its grant does not stand; then nothing is changed.
    async fn exchange(&self, code: CredentialId, tokens: &IssuedTokens) -> Result<bool, StoreError>;

    /// The refresh token with one of these hashes, in whatever state.
    async fn find_refresh_token(&self, hashes: &[SecretHash]) -> Result<Option<FoundRefreshToken>, StoreError>;

    /// Spends a refresh token on new tokens and keeps the sealed answer with it, all or none. Otherwise as
    /// [`AccessStore::exchange`].
    async fn rotate(&self, token: CredentialId, tokens: &IssuedTokens, sealed: &[u8]) -> Result<bool, StoreError>;

    /// The grant that an access token or refresh token with one of these hashes points to, in whatever state the grant
    /// is, and the client it was issued to. `None` once the token has expired: who finds an old one in a log must not be
    /// able to end what it was for.
    async fn find_issued(&self, hashes: &[SecretHash]) -> Result<Option<(TenantId, GrantId, String)>, StoreError>;

    // ---- Clients and counters

    /// Stores a client that registered itself. When [`MAX_UNUSED_CLIENTS`] are stored that were never used, the one
    /// that would be forgotten first makes room.
    ///
    /// # Errors
    /// [`StoreError::TooManyClients`] when that one registered less than [`UNUSED_CLIENT_KEEPS_PLACE`](crate::UNUSED_CLIENT_KEEPS_PLACE) ago.
    async fn add_client(&self, client: &RegisteredClient) -> Result<(), StoreError>;

    /// The registered client with this id, unless it was forgotten.
    async fn find_client(&self, client_id: &str) -> Result<Option<RegisteredClient>, StoreError>;

    /// Keeps a registered client until `expires_at`, for it was used. An unknown one is passed over.
    async fn keep_client(&self, client_id: &str, expires_at: DateTime<Utc>) -> Result<(), StoreError>;

    /// Notes that a client used an assertion; `false` when it did so before. Remembered until `expires_at`.
    async fn use_assertion(
        &self,
        client_id: &str,
        assertion: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError>;

    /// Counts one more in this bucket, and says how many there are now and when the window ends. A window begins with
    /// what is counted first.
    async fn count(&self, bucket: &str, window: Duration) -> Result<Count, StoreError>;

    // ---- Tenants

    /// The tenant with this host key, which is stored first if there is none. An existing one is returned unchanged.
    async fn ensure_tenant(&self, tenant: &NewTenant) -> Result<Tenant, StoreError>;

    /// Applies what happened to a tenant, once, if nothing newer has happened. Waits for holds.
    async fn apply(&self, event: &TenantEvent) -> Result<Applied, StoreError>;

    /// All tenants by name; 1,000 at most.
    async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError>;

    /// The tenant with this id (`ten_…`), or else with this host key, or else those with this name; 10 at most.
    async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError>;

    /// The tenant with this connector.
    async fn find_connector(&self, connector: &ConnectorId) -> Result<Option<Tenant>, StoreError>;

    // ---- Records

    /// Appends what happened to a tenant's access.
    async fn append_event(&self, event: &AccessEvent) -> Result<(), StoreError>;

    /// What happened to a tenant's access, the one appended last first; 1,000 at most, whatever the limit.
    async fn read_events(&self, tenant: TenantId, limit: u32) -> Result<Vec<AccessEvent>, StoreError>;

    /// Appends calls to the audit trail, all or none, in order. A call that is there already (by its request id) is
    /// passed over, so that a batch of unknown fate can be sent again. Their programs are kept with them, each once for
    /// its tenant, by its hash.
    ///
    /// Each that is new becomes the next link of its tenant's chain under `key`, however many write at once.
    async fn append_audit(&self, calls: &[&CallRecord], key: &AuditKey) -> Result<(), StoreError>;

    /// The last link of a tenant's chain, kept apart from the calls.
    async fn audit_head(&self, tenant: TenantId) -> Result<Option<AuditLink>, StoreError>;

    /// The calls of a tenant that were asked for, the one appended last first.
    ///
    /// Who asks again with the last one's [`seq`](AuditEntry::seq) as cursor, until nothing is left, has read every call
    /// once that was there when the first page was read. Of those that were appended since, none is read twice.
    async fn read_audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError>;

    /// One call of a tenant, and the source of its program, where there was one and it was kept.
    async fn find_audit(
        &self,
        tenant: TenantId,
        request: RequestId,
    ) -> Result<Option<(AuditEntry, Option<String>)>, StoreError>;

    /// How many calls of a tenant began on each of these days, by grant: the latest day first, then by the grant's id;
    /// [`MAX_AUDIT_COUNTS`](crate::MAX_AUDIT_COUNTS) at most. A day on which a grant made no call is left out. Costs as
    /// much as there were calls on these days, however many there are in all.
    async fn count_audit(&self, tenant: TenantId, days: AuditDays) -> Result<Vec<CallsPerDay>, StoreError>;

    /// Whether this ring, given by its checks, is the one the store was used with, as
    /// [`RingCheck::matches`] decides. The first ring ever becomes the store's own; of a ring that matches, new
    /// entries are added. All in one transaction.
    async fn match_ring(&self, checks: &[RingCheck]) -> Result<bool, StoreError>;

    /// Forgets what can never matter again: codes, tokens, clients, assertions and counters that were over a day ago,
    /// and sealed answers past [`REPLAY_WINDOW`](crate::REPLAY_WINDOW).
    async fn sweep(&self) -> Result<(), StoreError>;
}

/// How often something happened in the current window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How often, this time included.
    pub so_far: u64,
    /// How long the window goes on.
    pub ends_in: Duration,
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
    /// What was commanded was commanded in a session that is over.
    #[error("the session in which this was asked for is over; sign in again")]
    SessionOver,
    /// The tenant has as many live keys as it may.
    #[error("the tenant has {MAX_LIVE_KEYS} live keys, the most there may be; revoke one that is not used any more")]
    TooManyKeys,
    /// The tenant has as many live connection codes as it may.
    #[error(
        "the tenant has {MAX_LIVE_CODES} live connection codes, the most there may be; use or cancel one, or wait ten \
         minutes"
    )]
    TooManyCodes,
    /// The tenant has as many connected apps as it may.
    #[error(
        "the tenant has {MAX_LIVE_APPS} connected apps, the most there may be; revoke one that is not used any more"
    )]
    TooManyApps,
    /// As many registered clients wait for their first use as may.
    #[error(
        "{MAX_UNUSED_CLIENTS} clients registered in the last minutes and were not used, the most there may be; try again \
         in ten minutes"
    )]
    TooManyClients,
    /// The tenant has no such key or app.
    #[error("no key or connected app `{0}`; list them to find its id")]
    NotFound(GrantId),
    /// The tenant has no such code.
    #[error("no connection code `{0}`; list the codes to find its id")]
    CodeNotFound(CodeId),
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
