//! An access store in memory: for tests, and for embedders who bring keys of their own at every start.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_core::{CallRecord, GrantId, Hold, RequestId, TenantId};

use crate::{
    AccessStore, AuditEntry, FoundKey, IssuedKey, KeySummary, MAX_LIVE_KEYS, NewTenant, Person, Revocation,
    RevokeOutcome, RingCheck, SecretHash, StoreError, Tenant, TenantStatus,
};

/// Forgets everything when the process ends.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
    /// Whoever shuts a grant takes it; a hold keeps it.
    shutting: Arc<tokio::sync::Mutex<()>>,
    is_cut_off: AtomicBool,
}

#[derive(Default)]
struct State {
    tenants: BTreeMap<TenantId, TenantRow>,
    keys: BTreeMap<GrantId, KeyRow>,
    audit: Vec<AuditEntry>,
    recorded: HashSet<RequestId>,
    ring: Vec<RingCheck>,
}

struct TenantRow {
    tenant: Tenant,
    install_generation: u64,
}

struct KeyRow {
    summary: KeySummary,
    hash: SecretHash,
    install_generation: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
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
}

impl State {
    fn stands(&self, row: &KeyRow, now: DateTime<Utc>) -> bool {
        row.summary.revoked.is_none()
            && row.summary.expires_at.is_none_or(|end| now < end)
            && self.tenants.get(&row.summary.tenant).is_some_and(|tenant| {
                tenant.tenant.status == TenantStatus::Active && tenant.install_generation == row.install_generation
            })
    }

    fn key_stands(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> bool {
        self.keys
            .get(&grant)
            .is_some_and(|row| row.summary.tenant == tenant && self.stands(row, now))
    }
}

#[async_trait]
impl AccessStore for MemoryStore {
    async fn find_key(&self, hashes: &[SecretHash], now: DateTime<Utc>) -> Result<Option<FoundKey>, StoreError> {
        let state = self.state()?;
        let row = state
            .keys
            .values()
            .find(|row| hashes.contains(&row.hash) && state.stands(row, now));
        Ok(row.map(|KeyRow { summary, .. }| FoundKey {
            grant: summary.grant,
            tenant: summary.tenant,
            scope: summary.scope,
            label: summary.label.clone(),
            hint: summary.hint.clone(),
        }))
    }

    async fn stands(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        Ok(self.state()?.key_stands(tenant, grant, now))
    }

    async fn hold(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Result<Option<Hold>, StoreError> {
        let lock = Arc::clone(&self.shutting).lock_owned().await;
        let stands = self.state()?.key_stands(tenant, grant, now);
        Ok(stands.then(|| Hold::new(lock)))
    }

    async fn create_key(&self, key: &IssuedKey) -> Result<KeySummary, StoreError> {
        let mut state = self.state()?;
        let IssuedKey {
            grant,
            asked,
            hint,
            hash,
            created_at,
            ..
        } = key;
        let install_generation = match state.tenants.get(&asked.tenant) {
            Some(row) if row.tenant.status == TenantStatus::Active => row.install_generation,
            Some(_) | None => return Err(StoreError::TenantUnknown(asked.tenant)),
        };
        let is_live = |row: &&KeyRow| row.summary.tenant == asked.tenant && state.stands(row, *created_at);
        if state.keys.values().filter(is_live).count() >= MAX_LIVE_KEYS {
            return Err(StoreError::TooManyKeys);
        }
        let summary = KeySummary {
            grant: *grant,
            tenant: asked.tenant,
            scope: asked.scope,
            label: asked.label.as_str().to_owned(),
            hint: hint.clone(),
            created_by: asked.created_by.clone(),
            created_at: *created_at,
            last_used_at: None,
            expires_at: asked.expires_at,
            revoked: None,
        };
        state.keys.insert(
            *grant,
            KeyRow {
                summary: summary.clone(),
                hash: *hash,
                install_generation,
            },
        );
        Ok(summary)
    }

    async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
        let state = self.state()?;
        let newest_first = state
            .keys
            .values()
            .rev()
            .map(|row| &row.summary)
            .filter(|key| key.tenant == tenant);
        let (live, revoked): (Vec<&KeySummary>, Vec<_>) = newest_first.partition(|key| key.revoked.is_none());
        Ok(live.into_iter().chain(revoked).take(500).cloned().collect())
    }

    async fn revoke_key(
        &self,
        tenant: TenantId,
        key: GrantId,
        by: &Person,
        now: DateTime<Utc>,
    ) -> Result<RevokeOutcome, StoreError> {
        let _no_holds = self.shutting.lock().await;
        let mut state = self.state()?;
        let row = state.keys.get_mut(&key).filter(|row| row.summary.tenant == tenant);
        let summary = &mut row.ok_or(StoreError::NotFound(key))?.summary;
        if summary.revoked.is_some() {
            return Ok(RevokeOutcome::AlreadyRevoked);
        }
        summary.revoked = Some(Revocation {
            at: now,
            by: by.clone(),
        });
        Ok(RevokeOutcome::Revoked)
    }

    async fn ensure_tenant(&self, new: &NewTenant) -> Result<Tenant, StoreError> {
        let mut state = self.state()?;
        if let Some(row) = state.tenants.values().find(|row| row.tenant.host_key == new.host_key) {
            return Ok(row.tenant.clone());
        }
        let tenant = Tenant {
            id: new.id,
            host_key: new.host_key.clone(),
            public_id: new.public_id.clone(),
            name: new.name.clone(),
            status: TenantStatus::Active,
            installed_at: new.installed_at,
            uninstalled_at: None,
        };
        state.tenants.insert(
            new.id,
            TenantRow {
                tenant: tenant.clone(),
                install_generation: 1,
            },
        );
        Ok(tenant)
    }

    async fn set_tenant_status(
        &self,
        tenant: TenantId,
        status: TenantStatus,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let _no_holds = self.shutting.lock().await;
        let mut state = self.state()?;
        let row = state
            .tenants
            .get_mut(&tenant)
            .ok_or(StoreError::TenantUnknown(tenant))?;
        if row.tenant.status.changes_installation(status) {
            row.install_generation += 1;
            match status {
                TenantStatus::Uninstalled => row.tenant.uninstalled_at = Some(now),
                TenantStatus::Active | TenantStatus::Suspended => row.tenant.installed_at = now,
            }
        }
        row.tenant.status = status;
        Ok(())
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        let mut tenants: Vec<Tenant> = self.state()?.tenants.values().map(|row| row.tenant.clone()).collect();
        tenants.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        tenants.truncate(1_000);
        Ok(tenants)
    }

    async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        let state = self.state()?;
        let tenants = || state.tenants.values().map(|row| &row.tenant);
        if let Some(tenant) = tenants().find(|tenant| tenant.host_key == host_key_or_name) {
            return Ok(vec![tenant.clone()]);
        }
        Ok(tenants()
            .filter(|tenant| tenant.name == host_key_or_name)
            .take(10)
            .cloned()
            .collect())
    }

    async fn note_used(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError> {
        let mut state = self.state()?;
        for (grant, at) in uses {
            if let Some(row) = state.keys.get_mut(grant) {
                row.summary.last_used_at = row.summary.last_used_at.max(Some(*at));
            }
        }
        Ok(())
    }

    async fn append_audit(&self, calls: &[&CallRecord]) -> Result<(), StoreError> {
        let mut state = self.state()?;
        for call in calls {
            if state.recorded.insert(call.request) {
                state.audit.push(AuditEntry::from(*call));
            }
        }
        Ok(())
    }

    async fn read_audit(&self, tenant: TenantId, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let state = self.state()?;
        let newest_first = state.audit.iter().rev().filter(|entry| entry.tenant == tenant);
        Ok(newest_first.take(limit.min(1_000) as usize).cloned().collect())
    }

    async fn match_ring(&self, checks: &[RingCheck]) -> Result<bool, StoreError> {
        let mut state = self.state()?;
        if !RingCheck::matches(&state.ring, checks) {
            return Ok(false);
        }
        for check in checks {
            if !state.ring.contains(check) {
                state.ring.push(check.clone());
            }
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fresh() -> std::future::Ready<(MemoryStore, ())> {
        std::future::ready((MemoryStore::new(), ()))
    }

    crate::access_store_contract!(fresh);
}
