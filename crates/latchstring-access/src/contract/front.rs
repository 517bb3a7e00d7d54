//! A store in front of others, for tests that watch what is asked, break an answer, or ask several in turn.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_core::{CallRecord, CodeId, GrantId, Hold, RequestId, TenantId};

use crate::{
    AccessEvent, AccessStore, AppSummary, Applied, AuditDays, AuditEntry, AuditKey, AuditLink, AuditQuery, CallsPerDay,
    CodeSummary, ConnectorId, Count, CredentialId, FoundAuthorizationCode, FoundBearer, FoundCode, FoundRefreshToken,
    GrantKind, IssuedCode, IssuedKey, IssuedTokens, KeySummary, NewTenant, Redeemed, Redemption, RegisteredClient,
    Revocation, RevokeOutcome, RevokedAll, RingCheck, SecretHash, Standing, StoreError, Tenant, TenantEvent,
};

/// Stands in front of a store and passes every question on, which makes it an [`AccessStore`] itself.
///
/// The questions that decide who is let in are methods here, too, so that a test can answer them wrongly.
#[async_trait]
pub trait Front: Send + Sync {
    /// What stands behind.
    type Store: AccessStore;

    /// The store that answers this question, which is named as its method is; or a failure in place of an answer.
    async fn ask(&self, question: &'static str) -> Result<&Self::Store, StoreError>;

    /// See [`AccessStore::find_bearer`].
    async fn find_bearer(&self, kind: GrantKind, hashes: &[SecretHash]) -> Result<Option<FoundBearer>, StoreError> {
        self.ask("find_bearer").await?.find_bearer(kind, hashes).await
    }

    /// See [`AccessStore::standing`].
    async fn standing(&self, tenant: TenantId, grant: GrantId) -> Result<Option<Standing>, StoreError> {
        self.ask("standing").await?.standing(tenant, grant).await
    }

    /// See [`AccessStore::hold`].
    async fn hold(&self, tenant: TenantId, grant: GrantId) -> Result<Option<(Standing, Hold)>, StoreError> {
        self.ask("hold").await?.hold(tenant, grant).await
    }
}

macro_rules! passed_on {
    ($($question:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl<F: Front> AccessStore for F {
            async fn find_bearer(
                &self,
                kind: GrantKind,
                hashes: &[SecretHash],
            ) -> Result<Option<FoundBearer>, StoreError> {
                Front::find_bearer(self, kind, hashes).await
            }

            async fn standing(&self, tenant: TenantId, grant: GrantId) -> Result<Option<Standing>, StoreError> {
                Front::standing(self, tenant, grant).await
            }

            async fn hold(&self, tenant: TenantId, grant: GrantId) -> Result<Option<(Standing, Hold)>, StoreError> {
                Front::hold(self, tenant, grant).await
            }

            $(async fn $question(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                self.ask(stringify!($question)).await?.$question($($argument),*).await
            })+
        }
    };
}

passed_on! {
    now() -> DateTime<Utc>;
    standing_among(grants: &[GrantId]) -> Vec<(GrantId, Standing)>;
    revoke(kind: GrantKind, tenant: TenantId, grant: GrantId, revocation: &Revocation) -> RevokeOutcome;
    revoke_all(tenant: TenantId, revocation: &Revocation, session: Option<u64>) -> RevokedAll;
    note_used(uses: &[(GrantId, DateTime<Utc>)]) -> ();
    create_key(key: &IssuedKey) -> KeySummary;
    list_keys(tenant: TenantId) -> Vec<KeySummary>;
    create_code(code: &IssuedCode) -> CodeSummary;
    list_codes(tenant: TenantId) -> Vec<CodeSummary>;
    cancel_code(tenant: TenantId, code: CodeId, cancellation: &Revocation) -> bool;
    find_code(hashes: &[SecretHash]) -> Option<FoundCode>;
    redeem(redemption: &Redemption) -> Option<Redeemed>;
    list_apps(tenant: TenantId) -> Vec<AppSummary>;
    find_authorization_code(hashes: &[SecretHash]) -> Option<FoundAuthorizationCode>;
    exchange(code: CredentialId, tokens: &IssuedTokens) -> bool;
    find_refresh_token(hashes: &[SecretHash]) -> Option<FoundRefreshToken>;
    rotate(token: CredentialId, tokens: &IssuedTokens, sealed: &[u8]) -> bool;
    find_issued(hashes: &[SecretHash]) -> Option<(TenantId, GrantId, String)>;
    add_client(client: &RegisteredClient) -> ();
    find_client(client_id: &str) -> Option<RegisteredClient>;
    keep_client(client_id: &str, expires_at: DateTime<Utc>) -> ();
    use_assertion(client_id: &str, assertion: &str, expires_at: DateTime<Utc>) -> bool;
    count(bucket: &str, window: Duration) -> Count;
    ensure_tenant(tenant: &NewTenant) -> Tenant;
    apply(event: &TenantEvent) -> Applied;
    list_tenants() -> Vec<Tenant>;
    find_tenants(host_key_or_name: &str) -> Vec<Tenant>;
    find_connector(connector: &ConnectorId) -> Option<Tenant>;
    append_event(event: &AccessEvent) -> ();
    read_events(tenant: TenantId, limit: u32) -> Vec<AccessEvent>;
    append_audit(calls: &[&CallRecord], key: &AuditKey) -> ();
    audit_head(tenant: TenantId) -> Option<AuditLink>;
    read_audit(tenant: TenantId, query: &AuditQuery) -> Vec<AuditEntry>;
    find_audit(tenant: TenantId, request: RequestId) -> Option<(AuditEntry, Option<String>)>;
    count_audit(tenant: TenantId, days: AuditDays) -> Vec<CallsPerDay>;
    match_ring(checks: &[RingCheck]) -> bool;
    sweep() -> ();
}
