//! An access store in memory: for tests, and for embedders who bring keys of their own at every start.
//!
//! One lock guards all that is stored, so every change is all or none. A second one is for whoever shuts a grant, and a
//! hold keeps it.

mod clients;
mod codes;
mod credentials;
mod grants;
mod records;
mod state;
mod tenants;
#[cfg(test)]
mod tests;
mod tokens;

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_core::{CallRecord, Clock, CodeId, GrantId, Hold, RequestId, SystemClock, TenantId};
use tokio::{sync::Notify, time::timeout};

use self::state::{State, cut};
use crate::{
    AccessEvent, AccessStore, AppSummary, Applied, AuditDays, AuditEntry, AuditKey, AuditLink, AuditQuery, CallsPerDay,
    CodeSummary, ConnectorId, Count, CredentialId, FoundAuthorizationCode, FoundBearer, FoundCode, FoundRefreshToken,
    GrantKind, IssuedCode, IssuedKey, IssuedTokens, KeySummary, NewTenant, Redeemed, Redemption, RegisteredClient,
    Revocation, RevokeOutcome, RevokedAll, RingCheck, SecretHash, Standing, StoreError, Tenant, TenantEvent,
};

/// Forgets everything when the process ends.
pub struct MemoryStore {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    /// Whoever shuts a grant or changes a tenant takes it; a hold keeps it.
    shutting: Arc<tokio::sync::Mutex<()>>,
    is_cut_off: AtomicBool,
    /// Only in a careless store: told whenever somebody has looked.
    looked: Option<Notify>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store that goes by the machine's clock.
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// An empty store that goes by this clock.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            state: Mutex::default(),
            shutting: Arc::default(),
            is_cut_off: AtomicBool::new(false),
            looked: None,
        }
    }

    /// A careless store, to show that a test of races sees a race: before it spends something it looks whether it may,
    /// waits until somebody else has looked, too, and then acts without looking again.
    #[cfg(any(test, feature = "contract"))]
    pub fn naive(clock: Arc<dyn Clock>) -> Self {
        Self {
            looked: Some(Notify::new()),
            ..Self::with_clock(clock)
        }
    }

    /// Plays a store that cannot be reached: until this is called with `false`, every answer is
    /// [`StoreError::Unavailable`].
    pub fn cut_off(&self, is_cut_off: bool) {
        self.is_cut_off.store(is_cut_off, Ordering::SeqCst);
    }

    fn state(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        if self.is_cut_off.load(Ordering::SeqCst) {
            return Err(StoreError::unavailable("the store was cut off"));
        }
        Ok(self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn moment(&self) -> DateTime<Utc> {
        cut(self.clock.now())
    }

    /// Acts if it may, under one lock; `None` when it may not.
    async fn look_and_act<T>(
        &self,
        look: impl Fn(&State, DateTime<Utc>) -> bool + Send,
        act: impl FnOnce(&mut State) -> T + Send,
    ) -> Result<Option<T>, StoreError> {
        if let Some(looked) = &self.looked {
            let may_act = look(&*self.state()?, self.moment());
            looked.notify_waiters();
            // Nobody else may be there, so this ends. It only makes a race certain; which store is right does not
            // depend on it.
            let _ = timeout(Duration::from_millis(200), looked.notified()).await;
            let mut state = self.state()?;
            return Ok(may_act.then(|| act(&mut state)));
        }
        let mut state = self.state()?;
        let may_act = look(&state, self.moment());
        Ok(may_act.then(|| act(&mut state)))
    }
}

#[async_trait]
impl AccessStore for MemoryStore {
    async fn now(&self) -> Result<DateTime<Utc>, StoreError> {
        let _reached = self.state()?;
        Ok(self.moment())
    }

    async fn find_bearer(&self, kind: GrantKind, hashes: &[SecretHash]) -> Result<Option<FoundBearer>, StoreError> {
        Ok(self.state()?.find_bearer(kind, hashes, self.moment()))
    }

    async fn standing(&self, tenant: TenantId, grant: GrantId) -> Result<Option<Standing>, StoreError> {
        Ok(self.state()?.standing(tenant, grant, self.moment()))
    }

    async fn standing_among(&self, grants: &[GrantId]) -> Result<Vec<(GrantId, Standing)>, StoreError> {
        Ok(self.state()?.standing_among(grants, self.moment()))
    }

    async fn hold(&self, tenant: TenantId, grant: GrantId) -> Result<Option<(Standing, Hold)>, StoreError> {
        let lock = Arc::clone(&self.shutting).lock_owned().await;
        let standing = self.state()?.standing(tenant, grant, self.moment());
        Ok(standing.map(|standing| (standing, Hold::new(lock))))
    }

    async fn revoke(
        &self,
        kind: GrantKind,
        tenant: TenantId,
        grant: GrantId,
        revocation: &Revocation,
    ) -> Result<RevokeOutcome, StoreError> {
        let _no_holds = self.shutting.lock().await;
        self.state()?.revoke(kind, tenant, grant, revocation)
    }

    async fn revoke_all(
        &self,
        tenant: TenantId,
        revocation: &Revocation,
        session: Option<u64>,
    ) -> Result<RevokedAll, StoreError> {
        let _no_holds = self.shutting.lock().await;
        self.state()?.revoke_all(tenant, revocation, session, self.moment())
    }

    async fn note_used(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError> {
        self.state()?.note_used(uses);
        Ok(())
    }

    async fn create_key(&self, key: &IssuedKey) -> Result<KeySummary, StoreError> {
        self.state()?.create_key(key, self.moment())
    }

    async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
        Ok(self.state()?.list_keys(tenant, self.moment()))
    }

    async fn create_code(&self, code: &IssuedCode) -> Result<CodeSummary, StoreError> {
        self.state()?.create_code(code, self.moment())
    }

    async fn list_codes(&self, tenant: TenantId) -> Result<Vec<CodeSummary>, StoreError> {
        Ok(self.state()?.list_codes(tenant, self.moment()))
    }

    async fn cancel_code(&self, tenant: TenantId, code: CodeId, cancellation: &Revocation) -> Result<bool, StoreError> {
        self.state()?.cancel_code(tenant, code, cancellation, self.moment())
    }

    async fn find_code(&self, hashes: &[SecretHash]) -> Result<Option<FoundCode>, StoreError> {
        Ok(self.state()?.find_code(hashes, self.moment()))
    }

    async fn redeem(&self, redemption: &Redemption) -> Result<Option<Redeemed>, StoreError> {
        let redeemed = self
            .look_and_act(
                |state, now| state.can_redeem(redemption, now),
                |state| state.redeem(redemption),
            )
            .await?;
        Ok(redeemed.flatten())
    }

    async fn list_apps(&self, tenant: TenantId) -> Result<Vec<AppSummary>, StoreError> {
        Ok(self.state()?.list_apps(tenant, self.moment()))
    }

    async fn find_authorization_code(
        &self,
        hashes: &[SecretHash],
    ) -> Result<Option<FoundAuthorizationCode>, StoreError> {
        Ok(self.state()?.find_authorization_code(hashes, self.moment()))
    }

    async fn exchange(&self, code: CredentialId, tokens: &IssuedTokens) -> Result<bool, StoreError> {
        let exchanged = self
            .look_and_act(
                |state, now| state.can_exchange(code, tokens, now),
                |state| state.exchange(code, tokens),
            )
            .await?;
        Ok(exchanged.is_some())
    }

    async fn find_refresh_token(&self, hashes: &[SecretHash]) -> Result<Option<FoundRefreshToken>, StoreError> {
        Ok(self.state()?.find_refresh_token(hashes, self.moment()))
    }

    async fn rotate(&self, token: CredentialId, tokens: &IssuedTokens, sealed: &[u8]) -> Result<bool, StoreError> {
        let rotated = self
            .look_and_act(
                |state, now| state.can_rotate(token, tokens, now),
                |state| state.rotate(token, tokens, sealed),
            )
            .await?;
        Ok(rotated.is_some())
    }

    async fn find_issued(&self, hashes: &[SecretHash]) -> Result<Option<(TenantId, GrantId, String)>, StoreError> {
        Ok(self.state()?.find_issued(hashes, self.moment()))
    }

    async fn add_client(&self, client: &RegisteredClient) -> Result<(), StoreError> {
        self.state()?.add_client(client, self.moment())
    }

    async fn find_client(&self, client_id: &str) -> Result<Option<RegisteredClient>, StoreError> {
        Ok(self.state()?.find_client(client_id, self.moment()))
    }

    async fn keep_client(&self, client_id: &str, expires_at: DateTime<Utc>) -> Result<(), StoreError> {
        self.state()?.keep_client(client_id, expires_at, self.moment());
        Ok(())
    }

    async fn use_assertion(
        &self,
        client_id: &str,
        assertion: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let used = self
            .look_and_act(
                |state, now| !state.is_assertion_used(client_id, assertion, now),
                |state| state.use_assertion(client_id, assertion, expires_at),
            )
            .await?;
        Ok(used.is_some())
    }

    async fn count(&self, bucket: &str, window: Duration) -> Result<Count, StoreError> {
        Ok(self.state()?.count(bucket, window, self.moment()))
    }

    async fn ensure_tenant(&self, tenant: &NewTenant) -> Result<Tenant, StoreError> {
        Ok(self.state()?.ensure_tenant(tenant))
    }

    async fn apply(&self, event: &TenantEvent) -> Result<Applied, StoreError> {
        let _no_holds = self.shutting.lock().await;
        Ok(self.state()?.apply(event, self.moment()))
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        Ok(self.state()?.list_tenants())
    }

    async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        Ok(self.state()?.find_tenants(host_key_or_name))
    }

    async fn find_connector(&self, connector: &ConnectorId) -> Result<Option<Tenant>, StoreError> {
        Ok(self.state()?.find_connector(connector))
    }

    async fn append_event(&self, event: &AccessEvent) -> Result<(), StoreError> {
        self.state()?.records.append_event(event);
        Ok(())
    }

    async fn read_events(&self, tenant: TenantId, limit: u32) -> Result<Vec<AccessEvent>, StoreError> {
        Ok(self.state()?.records.read_events(tenant, limit))
    }

    async fn append_audit(&self, calls: &[&CallRecord], key: &AuditKey) -> Result<(), StoreError> {
        self.state()?.records.append_audit(calls, key);
        Ok(())
    }

    async fn audit_head(&self, tenant: TenantId) -> Result<Option<AuditLink>, StoreError> {
        Ok(self.state()?.records.audit_head(tenant))
    }

    async fn read_audit(&self, tenant: TenantId, query: &AuditQuery) -> Result<Vec<AuditEntry>, StoreError> {
        Ok(self.state()?.records.read_audit(tenant, query))
    }

    async fn find_audit(
        &self,
        tenant: TenantId,
        request: RequestId,
    ) -> Result<Option<(AuditEntry, Option<String>)>, StoreError> {
        Ok(self.state()?.records.find_audit(tenant, request))
    }

    async fn count_audit(&self, tenant: TenantId, days: AuditDays) -> Result<Vec<CallsPerDay>, StoreError> {
        Ok(self.state()?.records.count_audit(tenant, days))
    }

    async fn match_ring(&self, checks: &[RingCheck]) -> Result<bool, StoreError> {
        Ok(self.state()?.records.match_ring(checks))
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        self.state()?.sweep(self.moment());
        Ok(())
    }
}
