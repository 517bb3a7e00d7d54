//! Several servers on one database, asked in turn.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_access::{
    AccessEvent, AccessStore, AppSummary, Applied, AuditEntry, CodeSummary, ConnectorId, Count, CredentialId,
    FoundAuthorizationCode, FoundBearer, FoundCode, FoundRefreshToken, GrantKind, IssuedCode, IssuedKey, IssuedTokens,
    KeySummary, NewTenant, Redeemed, Redemption, RegisteredClient, Revocation, RevokeOutcome, RingCheck, SecretHash,
    Standing, StoreError, Tenant, TenantEvent,
};
use latchstring_core::{CallRecord, CodeId, GrantId, Hold, TenantId};
use latchstring_db::SqlAccessStore;

/// Stores that were opened each by itself. Every question goes to the next one.
pub(crate) struct Replicas {
    stores: Vec<SqlAccessStore>,
    asked: AtomicUsize,
}

impl Replicas {
    pub(crate) fn new(stores: Vec<SqlAccessStore>) -> Self {
        Self {
            stores,
            asked: AtomicUsize::new(0),
        }
    }

    fn next(&self) -> &SqlAccessStore {
        &self.stores[self.asked.fetch_add(1, Ordering::Relaxed) % self.stores.len()]
    }
}

macro_rules! ask_the_next {
    ($($question:ident($($argument:ident: $kind:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl AccessStore for Replicas {
            $(async fn $question(&self, $($argument: $kind),*) -> Result<$answer, StoreError> {
                self.next().$question($($argument),*).await
            })+
        }
    };
}

ask_the_next! {
    now() -> DateTime<Utc>;
    find_bearer(kind: GrantKind, hashes: &[SecretHash]) -> Option<FoundBearer>;
    standing(tenant: TenantId, grant: GrantId) -> Option<Standing>;
    standing_among(grants: &[GrantId]) -> Vec<(GrantId, Standing)>;
    hold(tenant: TenantId, grant: GrantId) -> Option<(Standing, Hold)>;
    revoke(kind: GrantKind, tenant: TenantId, grant: GrantId, revocation: &Revocation) -> RevokeOutcome;
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
    append_audit(calls: &[&CallRecord]) -> ();
    read_audit(tenant: TenantId, limit: u32) -> Vec<AuditEntry>;
    match_ring(checks: &[RingCheck]) -> bool;
    sweep() -> ();
}
