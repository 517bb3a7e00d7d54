//! API keys: made, listed, revoked.

use latchstring_core::{GrantId, TenantId};

use super::Access;
use crate::{
    AccessEventKind, GrantKind, IssuedKey, KeySummary, NewKey, Person, Revocation, RevokeOutcome, RevokedAll, Secret,
    StoreError, Token,
};

impl Access {
    /// Makes a key. Its text is returned here and never again.
    ///
    /// # Errors
    /// When it would have expired already, the tenant is not active or has too many keys, or the store fails.
    pub async fn create_key(&self, asked: NewKey) -> Result<(Secret, KeySummary), CreateKeyError> {
        let now = self.store.now().await?;
        if asked.expires_at.is_some_and(|moment| moment <= now) {
            return Err(CreateKeyError::ExpiresInThePast);
        }
        let key = Token::generate(&self.rules.prefix);
        let issued = IssuedKey {
            grant: GrantId::new(now),
            asked,
            hint: key.hint(),
            secret: self.issue(key.secret()),
            created_at: now,
        };
        let summary = self.store.create_key(&issued).await?;
        self.note(now, summary.tenant, AccessEventKind::KeyCreated)
            .grant(summary.grant)
            .by(&summary.created_by)
            .write()
            .await;
        Ok((key.into_secret(), summary))
    }

    /// The keys of a tenant: those neither revoked nor expired first, newest first.
    pub async fn list_keys(&self, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
        self.store.list_keys(tenant).await
    }

    /// Revokes a key for good. When this returns, the key opens nothing any more, and that is durable.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such key.
    pub async fn revoke_key(&self, tenant: TenantId, key: GrantId, by: &Person) -> Result<RevokeOutcome, StoreError> {
        self.revoke(GrantKind::Key, tenant, key, by, AccessEventKind::KeyRevoked)
            .await
    }

    /// Revokes every key and app of a tenant for good, cancels its codes, and ends the sessions on its access page. When
    /// this returns, nothing of it opens anything any more, and that is durable.
    ///
    /// # Errors
    /// [`StoreError::TenantUnknown`] when no such tenant is active, [`StoreError::SessionOver`] when `session`, the
    /// generation of the session in which it was commanded, is over.
    pub async fn revoke_all(
        &self,
        tenant: TenantId,
        by: &Person,
        session: Option<u64>,
    ) -> Result<RevokedAll, StoreError> {
        let revocation = Revocation {
            at: self.store.now().await?,
            by: by.clone(),
        };
        let all = self.store.revoke_all(tenant, &revocation, session).await?;
        self.watchers.look_now();
        let note = |kind| self.note(revocation.at, tenant, kind).by(by);
        for key in &all.keys {
            note(AccessEventKind::KeyRevoked).grant(*key).write().await;
        }
        for app in &all.apps {
            note(AccessEventKind::AppRevoked).grant(*app).write().await;
        }
        for code in &all.codes {
            note(AccessEventKind::CodeCancelled).code(*code).write().await;
        }
        Ok(all)
    }

    pub(super) async fn revoke(
        &self,
        kind: GrantKind,
        tenant: TenantId,
        grant: GrantId,
        by: &Person,
        event: AccessEventKind,
    ) -> Result<RevokeOutcome, StoreError> {
        let revocation = Revocation {
            at: self.store.now().await?,
            by: by.clone(),
        };
        let outcome = self.store.revoke(kind, tenant, grant, &revocation).await?;
        self.watchers.look_now();
        if outcome == RevokeOutcome::Revoked {
            self.note(revocation.at, tenant, event)
                .grant(grant)
                .by(by)
                .write()
                .await;
        }
        Ok(outcome)
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
