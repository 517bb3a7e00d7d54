//! [`AccessStore`] on a [`Database`], one file for each part of it.
//!
//! What is asked on every request and before every operation is a single `SELECT` on a reader. Whatever shuts a
//! grant, makes one or holds one goes through the one writer, and so one after the other.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_access::{
    AccessStore, AuditEntry, FoundKey, IssuedKey, KeySummary, NewTenant, Person, RevokeOutcome, RingCheck, SecretHash,
    StoreError, Tenant, TenantStatus,
};
use latchstring_core::{CallRecord, GrantId, Hold, TenantId};
use sea_orm::DbErr;

use crate::{Database, DatabaseError};

mod audit;
mod keys;
mod ring;
mod standing;
mod tenants;

/// Keeps grants in a database of their own.
#[derive(Clone)]
pub struct SqlAccessStore {
    db: Database,
}

impl SqlAccessStore {
    /// Brings the tables up to date and uses them.
    ///
    /// # Errors
    /// When the database has tables of a newer version, or cannot be written.
    pub async fn open(db: Database) -> Result<Self, DatabaseError> {
        db.migrate::<latchstring_migrations::Migrator>().await?;
        Ok(Self { db })
    }
}

#[async_trait]
impl AccessStore for SqlAccessStore {
    async fn find_key(&self, hashes: &[SecretHash], now: DateTime<Utc>) -> Result<Option<FoundKey>, StoreError> {
        standing::find_key(self.db.readers(), hashes, now).await
    }

    async fn stands(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Result<bool, StoreError> {
        standing::stands(self.db.readers(), tenant, grant, now).await
    }

    async fn hold(&self, tenant: TenantId, grant: GrantId, now: DateTime<Utc>) -> Result<Option<Hold>, StoreError> {
        let work = self.db.begin_write().await?;
        let stands = standing::stands(&work, tenant, grant, now).await?;
        Ok(stands.then(|| Hold::new(work)))
    }

    async fn create_key(&self, key: &IssuedKey) -> Result<KeySummary, StoreError> {
        let work = self.db.begin_write().await?;
        let summary = keys::create(&work, key).await?;
        work.commit().await.map_err(failed)?;
        Ok(summary)
    }

    async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
        keys::list(self.db.readers(), tenant).await
    }

    async fn revoke_key(
        &self,
        tenant: TenantId,
        key: GrantId,
        by: &Person,
        now: DateTime<Utc>,
    ) -> Result<RevokeOutcome, StoreError> {
        let work = self.db.begin_write().await?;
        let outcome = keys::revoke(&work, tenant, key, by, now).await?;
        work.commit().await.map_err(failed)?;
        Ok(outcome)
    }

    async fn ensure_tenant(&self, tenant: &NewTenant) -> Result<Tenant, StoreError> {
        if let Some(known) = tenants::by_host_key(self.db.readers(), &tenant.host_key).await? {
            return Ok(known);
        }
        let work = self.db.begin_write().await?;
        let stored = tenants::ensure(&work, tenant).await?;
        work.commit().await.map_err(failed)?;
        Ok(stored)
    }

    async fn set_tenant_status(
        &self,
        tenant: TenantId,
        status: TenantStatus,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let work = self.db.begin_write().await?;
        tenants::set_status(&work, tenant, status, now).await?;
        work.commit().await.map_err(failed)
    }

    async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        tenants::list(self.db.readers()).await
    }

    async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        tenants::find(self.db.readers(), host_key_or_name).await
    }

    async fn note_used(&self, uses: &[(GrantId, DateTime<Utc>)]) -> Result<(), StoreError> {
        let work = self.db.begin_write().await?;
        for (grant, at) in uses {
            keys::note_used(&work, *grant, *at).await?;
        }
        work.commit().await.map_err(failed)
    }

    async fn append_audit(&self, calls: &[&CallRecord]) -> Result<(), StoreError> {
        let work = self.db.begin_write().await?;
        for call in calls {
            audit::append(&work, call).await?;
        }
        work.commit().await.map_err(failed)
    }

    async fn read_audit(&self, tenant: TenantId, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        audit::read(self.db.readers(), tenant, limit).await
    }

    async fn match_ring(&self, checks: &[RingCheck]) -> Result<bool, StoreError> {
        let work = self.db.begin_write().await?;
        let matches = ring::match_ring(&work, checks).await?;
        work.commit().await.map_err(failed)?;
        Ok(matches)
    }
}

fn failed(error: DbErr) -> StoreError {
    DatabaseError::from(error).into()
}
