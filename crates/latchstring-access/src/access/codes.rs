//! Connection codes: made, listed, cancelled, looked up as a person typed them.

use latchstring_core::{CodeId, Scope, TenantId};

use super::Access;
use crate::{
    AccessEventKind, CODE_LIFETIME, CodeSummary, ConnectionCode, FoundCode, IssuedCode, NewCode, Person, Revocation,
    Secret, StoreError, Tenant,
};

impl Access {
    /// Makes a connection code. Its text, in groups, is returned here and never again.
    ///
    /// # Errors
    /// When the tenant is not active, its plan has lapsed, it has too many live codes, or the store fails.
    pub async fn create_code(
        &self,
        tenant: &Tenant,
        scope: Scope,
        created_by: Person,
    ) -> Result<(Secret, CodeSummary), CreateCodeError> {
        if !self.rules.plan.serves(tenant.plan) {
            return Err(CreateCodeError::PlanLapsed);
        }
        let now = self.store.now().await?;
        let code = ConnectionCode::generate();
        let issued = IssuedCode {
            id: CodeId::new(now),
            asked: NewCode {
                tenant: tenant.id,
                scope,
                created_by,
            },
            secret: self.issue(code.secret()),
            created_at: now,
            expires_at: now + CODE_LIFETIME,
        };
        let summary = self.store.create_code(&issued).await?;
        self.note(now, summary.tenant, AccessEventKind::CodeCreated)
            .code(summary.id)
            .by(&summary.created_by)
            .write()
            .await;
        Ok((code.grouped(), summary))
    }

    /// The connection codes of a tenant, newest first; 100 at most.
    pub async fn list_codes(&self, tenant: TenantId) -> Result<Vec<CodeSummary>, StoreError> {
        self.store.list_codes(tenant).await
    }

    /// Cancels a connection code; `false` when it was no longer live.
    ///
    /// # Errors
    /// [`StoreError::CodeNotFound`] when the tenant has no such code.
    pub async fn cancel_code(&self, tenant: TenantId, code: CodeId, by: &Person) -> Result<bool, StoreError> {
        let cancellation = Revocation {
            at: self.store.now().await?,
            by: by.clone(),
        };
        let was_live = self.store.cancel_code(tenant, code, &cancellation).await?;
        if was_live {
            self.note(cancellation.at, tenant, AccessEventKind::CodeCancelled)
                .code(code)
                .by(by)
                .write()
                .await;
        }
        Ok(was_live)
    }

    /// The live code that a person typed. Text without the form of a code never reaches the store.
    pub async fn find_code(&self, typed: &str) -> Result<Option<FoundCode>, StoreError> {
        let Ok(code) = typed.parse::<ConnectionCode>() else {
            return Ok(None);
        };
        let found = self.store.find_code(&self.ring.hashes(code.secret())).await?;
        Ok(found.filter(|found| self.rules.plan.serves(found.plan)))
    }
}

/// Why no connection code was made.
#[derive(Debug, thiserror::Error)]
pub enum CreateCodeError {
    /// The tenant does not pay.
    #[error("the subscription is not active, so no app can be connected; renew it first")]
    PlanLapsed,
    /// The store refused or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}
