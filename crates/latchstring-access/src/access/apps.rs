//! Connected apps: listed, revoked, gone by themselves.

use latchstring_core::{GrantId, TenantId};

use super::Access;
use crate::{AccessEventKind, AppSummary, GrantKind, Person, RevokeOutcome, StoreError, Token, TokenPrefix};

impl Access {
    /// The connected apps of a tenant: those not revoked first, newest first.
    pub async fn list_apps(&self, tenant: TenantId) -> Result<Vec<AppSummary>, StoreError> {
        self.store.list_apps(tenant).await
    }

    /// Revokes a connected app for good, with every token it has and every one it is about to get. When this returns,
    /// that is durable. Only a new connection code lets it back in.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when the tenant has no such app.
    pub async fn revoke_app(&self, tenant: TenantId, app: GrantId, by: &Person) -> Result<RevokeOutcome, StoreError> {
        self.revoke(GrantKind::App, tenant, app, by, AccessEventKind::AppRevoked)
            .await
    }

    /// A client gives its access back (RFC 7009): the whole grant ends, whichever of its tokens is presented. A token
    /// that is unknown, or another client's, changes nothing, and nobody is told (section 2.2).
    pub async fn give_back(&self, presented: &str, client_id: &str) -> Result<(), StoreError> {
        let token = [TokenPrefix::ACCESS, TokenPrefix::REFRESH]
            .iter()
            .find_map(|prefix| Token::parse(presented, prefix).ok());
        let Some(token) = token else { return Ok(()) };
        match self.store.find_issued(&self.ring.hashes(token.secret())).await? {
            Some((tenant, grant, owner)) if owner == client_id => {
                let by = Person::new("app", "the app itself");
                self.revoke(GrantKind::App, tenant, grant, &by, AccessEventKind::AppLeft)
                    .await
                    .map(drop)
            }
            Some(_) | None => Ok(()),
        }
    }
}
