//! The SQL access store with a window: what it is asked is counted, and a test can act between two questions.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring::{
    CallRecord, GrantId, Hold, TenantId,
    access::{
        AccessStore, AuditEntry, FoundKey, IssuedKey, KeySummary, NewTenant, Person, RevokeOutcome, RingCheck,
        SecretHash, StoreError, Tenant, TenantStatus,
    },
    db::SqlAccessStore,
};

/// What a test sees of the store, and when it acts.
#[derive(Default)]
pub struct Watch {
    finds: AtomicUsize,
    stands: AtomicUsize,
    revoke_at: Mutex<Option<usize>>,
    is_cut_off: AtomicBool,
}

impl Watch {
    /// How many keys were looked up.
    pub fn finds(&self) -> usize {
        self.finds.load(Ordering::SeqCst)
    }

    /// How many times a session asked whether its grant stands.
    pub fn stands(&self) -> usize {
        self.stands.load(Ordering::SeqCst)
    }

    /// Revokes whichever grant asks for the `nth` time from now on whether it stands, just before the answer.
    pub fn revoke_at_stands(&self, nth: usize) {
        *self.revoke_at.lock().unwrap() = Some(self.stands() + nth);
    }
}

impl Watch {
    /// Puts the store out of reach, or back.
    pub fn cut_off(&self, is_cut_off: bool) {
        self.is_cut_off.store(is_cut_off, Ordering::SeqCst);
    }

    fn reach(&self) -> Result<(), StoreError> {
        if self.is_cut_off.load(Ordering::SeqCst) {
            Err(StoreError::unavailable("cut off"))
        } else {
            Ok(())
        }
    }
}

/// See [`Watch`].
pub struct WatchedStore {
    inner: SqlAccessStore,
    watch: Arc<Watch>,
}

impl WatchedStore {
    /// Watches `inner`.
    pub fn new(inner: SqlAccessStore) -> Self {
        Self {
            inner,
            watch: Arc::default(),
        }
    }

    /// The window.
    pub fn watch(&self) -> Arc<Watch> {
        self.watch.clone()
    }
}

#[async_trait]
impl AccessStore for WatchedStore {
    async fn find_key(&self, hashes: &[SecretHash], now: DateTime<Utc>) -> Result<Option<FoundKey>, StoreError> {
        self.watch.finds.fetch_add(1, Ordering::SeqCst);
        self.watch.reach()?;
        self.inner.find_key(hashes, now).await
    }

    async fn stands(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let nth = self.watch.stands.fetch_add(1, Ordering::SeqCst) + 1;
        self.watch.reach()?;
        let is_due = self.watch.revoke_at.lock().unwrap().take_if(|at| *at == nth).is_some();
        if is_due {
            self.inner
                .revoke_key(tenant, grant, &Person::new("test", "Test"), now)
                .await?;
        }
        self.inner.stands(tenant, grant, now).await
    }

    async fn hold(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Result<Option<Hold>, StoreError> {
        self.inner.hold(tenant, grant, now).await
    }

    async fn create_key(&self, key: &IssuedKey) -> Result<KeySummary, StoreError> {
        self.inner.create_key(key).await
    }

    async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
        self.inner.list_keys(tenant).await
    }

    async fn revoke_key(
        &self,
        tenant: TenantId,
        key: GrantId,
        by: &Person,
        now: DateTime<Utc>,
    ) -> Result<RevokeOutcome, StoreError> {
        self.inner.revoke_key(tenant, key, by, now).await
    }

    async fn ensure_tenant(&self, tenant: &NewTenant) -> Result<Tenant, StoreError> {
        self.inner.ensure_tenant(tenant).await
    }

    async fn set_tenant_status(
        &self,
        tenant: TenantId,
        status: TenantStatus,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        self.inner.set_tenant_status(tenant, status, now).await
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.inner.list_tenants().await
    }

    async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        self.watch.reach()?;
        self.inner.find_tenants(host_key_or_name).await
    }

    async fn note_used(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError> {
        self.inner.note_used(uses).await
    }

    async fn append_audit(&self, calls: &[&CallRecord]) -> Result<(), StoreError> {
        self.inner.append_audit(calls).await
    }

    async fn read_audit(&self, tenant: TenantId, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.inner.read_audit(tenant, limit).await
    }

    async fn match_ring(&self, checks: &[RingCheck]) -> Result<bool, StoreError> {
        self.inner.match_ring(checks).await
    }
}
