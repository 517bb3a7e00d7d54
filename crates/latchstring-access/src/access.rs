//! The service: who presents a key, who gets one, and whether a grant still stands.
//!
//! No positive answer is remembered. Each [`Access::authenticate`] and each [`Gate::check`] asks the store, so a
//! revocation that was acknowledged holds for every request that begins after it, on every server.

use std::{error::Error, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use latchstring_core::{CallRecord, Clock, Gate, Grant, GrantId, Hold, Holder, Refusal, TenantId};

use crate::{
    AccessStore, ApiKey, AuditEntry, IssuedKey, KeyPrefix, KeyRing, KeySummary, NewKey, NewTenant, Person,
    RevokeOutcome, Secret, StoreError, Tenant, TenantStatus, bookkeeping::Bookkeeping,
};

/// Checks keys, makes and revokes them, and is the gate that sessions ask. Made once, shared in an [`Arc`].
pub struct Access {
    store: Arc<dyn AccessStore>,
    ring: KeyRing,
    clock: Arc<dyn Clock>,
    prefix: KeyPrefix,
    bookkeeping: Bookkeeping,
}

impl Access {
    /// Checks that the ring belongs to the store, and starts the bookkeeping. The very first ring becomes the store's
    /// own. Needs a Tokio runtime.
    ///
    /// # Errors
    /// When the store was used with another ring, or cannot be asked.
    pub async fn open(
        store: Arc<dyn AccessStore>,
        ring: KeyRing,
        clock: Arc<dyn Clock>,
        prefix: KeyPrefix,
    ) -> Result<Self, OpenError> {
        if !store.match_ring(&ring.checks()).await? {
            return Err(OpenError::WrongKeyRing);
        }
        let bookkeeping = Bookkeeping::start(Arc::clone(&store));
        Ok(Self {
            store,
            ring,
            clock,
            prefix,
            bookkeeping,
        })
    }

    /// Who presents this? Text without the form of a key never reaches the store; anything else is one look-up.
    ///
    /// # Errors
    /// [`AuthenticateError::Refused`] for whatever is not a key that stands, without telling why;
    /// [`AuthenticateError::Unavailable`] when the store cannot be asked, which is no verdict on the key.
    #[expect(clippy::disallowed_methods, reason = "this is where a credential is checked")]
    pub async fn authenticate(&self, presented: &str) -> Result<Grant, AuthenticateError> {
        let key = ApiKey::parse(presented, &self.prefix).map_err(|_| AuthenticateError::Refused)?;
        let hashes = self.ring.hashes(key.secret());
        let now = self.clock.now();
        let found = self
            .store
            .find_key(&hashes, now)
            .await?
            .ok_or(AuthenticateError::Refused)?;
        self.bookkeeping.note_used(found.grant, now);
        let holder = Holder::Key {
            label: found.label,
            hint: found.hint,
        };
        Ok(Grant::vouch(found.grant, found.tenant, found.scope, holder))
    }

    /// Makes a key. Its text is returned here and never again.
    ///
    /// # Errors
    /// When it would have expired already, the tenant is not active or has too many keys, or the store fails.
    pub async fn create_key(&self, asked: NewKey) -> Result<(Secret, KeySummary), CreateKeyError> {
        let now = self.clock.now();
        if asked.expires_at.is_some_and(|moment| moment <= now) {
            return Err(CreateKeyError::ExpiresInThePast);
        }
        let key = ApiKey::generate(&self.prefix);
        let (hash_key_id, hash) = self.ring.hash(key.secret());
        let issued = IssuedKey {
            grant: GrantId::new(now),
            asked,
            hint: key.hint(),
            hash,
            hash_key_id: hash_key_id.to_owned(),
            created_at: now,
        };
        let summary = self.store.create_key(&issued).await?;
        tracing::info!(grant.id = %summary.grant, tenant.id = %summary.tenant, scope = %summary.scope, "key created");
        Ok((key.into_secret(), summary))
    }

    /// The keys of a tenant: those not revoked first, newest first.
    pub async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
        self.store.list_keys(tenant).await
    }

    /// Revokes a key for good. When this returns, the key opens nothing any more, and that is durable.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such key.
    pub async fn revoke_key(&self, tenant: TenantId, key: GrantId, by: &Person) -> Result<RevokeOutcome, StoreError> {
        let outcome = self.store.revoke_key(tenant, key, by, self.clock.now()).await?;
        tracing::info!(grant.id = %key, tenant.id = %tenant, ?outcome, "key revoked");
        Ok(outcome)
    }

    /// The tenant with this host key, stored first if it is new.
    pub async fn ensure_tenant(&self, host_key: &str, name: &str) -> Result<Tenant, StoreError> {
        self.store
            .ensure_tenant(&NewTenant::new(host_key, name, self.clock.now()))
            .await
    }

    /// Changes whether a tenant is served. Uninstalling one kills its grants for good.
    pub async fn set_tenant_status(&self, tenant: TenantId, status: TenantStatus) -> Result<(), StoreError> {
        self.store.set_tenant_status(tenant, status, self.clock.now()).await?;
        tracing::info!(tenant.id = %tenant, %status, "tenant status changed");
        Ok(())
    }

    /// All tenants by name; 1,000 at most.
    pub async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.store.list_tenants().await
    }

    /// The tenant with this host key, or else those with this name; 10 at most.
    pub async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        self.store.find_tenants(host_key_or_name).await
    }

    /// The calls of a tenant that are stored, the one stored last first; 1,000 at most, whatever the limit.
    pub async fn read_audit(&self, tenant: TenantId, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        self.store.read_audit(tenant, limit).await
    }

    /// Can the store be asked right now?
    pub async fn ready(&self) -> Result<(), StoreError> {
        self.store.find_tenants("").await.map(drop)
    }

    /// The moment by the clock that decides about expiry.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Stores all that was recorded so far and ends the bookkeeping. Call it when no more requests come.
    pub async fn shutdown(&self) {
        self.bookkeeping.shutdown().await;
    }
}

#[async_trait]
impl Gate for Access {
    async fn check(&self, grant: &Grant) -> Result<(), Refusal> {
        let stands = self
            .store
            .stands(grant.tenant(), grant.id(), self.clock.now())
            .await
            .map_err(unavailable)?;
        if stands { Ok(()) } else { Err(Refusal::Revoked) }
    }

    async fn hold(&self, grant: &Grant) -> Result<Hold, Refusal> {
        let hold = self
            .store
            .hold(grant.tenant(), grant.id(), self.clock.now())
            .await
            .map_err(unavailable)?;
        hold.ok_or(Refusal::Revoked)
    }

    async fn record(&self, call: CallRecord, durable: bool) {
        self.bookkeeping.record(call, durable).await;
    }

    fn record_abandoned(&self, call: CallRecord) {
        self.bookkeeping.abandon(call);
    }
}

fn unavailable(error: StoreError) -> Refusal {
    Refusal::Unavailable(error.into())
}

/// Why access could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The keys in this store were made under another ring and would all be refused.
    #[error("the key ring is not the one this database was used with; restore that ring, or start with a new database")]
    WrongKeyRing,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why nobody was recognised.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// Not a key that stands: malformed, unknown, revoked, expired, or its tenant is not served. Not told which.
    #[error("this key opens nothing; ask the person who made it for a new one")]
    Refused,
    /// The store cannot be asked. Says nothing about the key.
    #[error("keys cannot be checked right now; try again shortly")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl From<StoreError> for AuthenticateError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error.into())
    }
}

/// Why no key was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateKeyError {
    /// It would have expired before it was made.
    #[error("the key would have expired already; choose a moment in the future")]
    ExpiresInThePast,
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests;
