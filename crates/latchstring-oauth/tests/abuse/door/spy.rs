//! A store that writes down which questions it is asked.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_access::{
    AccessEvent, AccessStore, AppSummary, Applied, AuditEntry, CodeSummary, ConnectorId, Count, CredentialId,
    FoundAuthorizationCode, FoundBearer, FoundCode, FoundRefreshToken, GrantKind, IssuedCode, IssuedKey, IssuedTokens,
    KeySummary, MemoryStore, NewTenant, Redeemed, Redemption, RegisteredClient, Revocation, RevokeOutcome, RingCheck,
    SecretHash, Standing, StoreError, Tenant, TenantEvent,
};
use latchstring_core::{CallRecord, CodeId, GrantId, Hold, TenantId};

pub(crate) struct Spy {
    store: MemoryStore,
    asked: Mutex<Vec<&'static str>>,
    broken: Mutex<Option<&'static str>>,
}

impl Spy {
    pub(crate) fn new(store: MemoryStore) -> Self {
        Self {
            store,
            asked: Mutex::default(),
            broken: Mutex::default(),
        }
    }

    /// What was asked since this was last called.
    pub(crate) fn asked(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on every question fails.
    pub(crate) fn cut_off(&self) {
        self.store.cut_off(true);
    }

    /// From now on the question of this name fails, and no other; `None` repairs it.
    pub(crate) fn break_question(&self, name: Option<&'static str>) {
        *self.broken.lock().unwrap_or_else(PoisonError::into_inner) = name;
    }

    fn note(&self, question: &'static str) -> Result<(), StoreError> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(question);
        if *self.broken.lock().unwrap_or_else(PoisonError::into_inner) == Some(question) {
            return Err(StoreError::unavailable("broken"));
        }
        Ok(())
    }
}

macro_rules! passed_on {
    ($($question:ident($($argument:ident: $type:ty),*) -> $answer:ty;)+) => {
        #[async_trait]
        impl AccessStore for Spy {
            $(async fn $question(&self, $($argument: $type),*) -> Result<$answer, StoreError> {
                self.note(stringify!($question))?;
                self.store.$question($($argument),*).await
            })+
        }
    };
}

passed_on! {
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
