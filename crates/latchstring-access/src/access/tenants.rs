//! Tenants, and what happens to them.

use super::Access;
use crate::{
    AccessEventKind, Applied, ConnectorId, NewTenant, Person, Plan, StoreError, Tenant, TenantEvent, TenantEventKind,
};

impl Access {
    /// The tenant with this host key, stored first, with an active plan, if it is new.
    pub async fn ensure_tenant(&self, host_key: &str, name: &str) -> Result<Tenant, StoreError> {
        let now = self.store.now().await?;
        self.store.ensure_tenant(&NewTenant::new(host_key, name, now)).await
    }

    /// Applies what happened to a tenant. When an uninstallation was applied, every key, connection and code of the
    /// tenant is dead for good, and that is durable.
    pub async fn apply(&self, event: &TenantEvent) -> Result<Applied, StoreError> {
        let applied = self.store.apply(event).await?;
        if let Applied::Done(tenant) = &applied {
            self.watchers.look_now();
            let (kind, by) = described(&event.kind);
            let note = self.note(event.occurred_at, tenant.id, kind);
            match by {
                Some(by) => note.by(by).write().await,
                None => note.write().await,
            }
        }
        Ok(applied)
    }

    /// All tenants by name; 1,000 at most.
    pub async fn list_tenants(&self) -> Result<Vec<Tenant>, StoreError> {
        self.store.list_tenants().await
    }

    /// The tenant with this id (`ten_…`), or else with this host key, or else those with this name; 10 at most.
    pub async fn find_tenants(&self, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
        self.store.find_tenants(host_key_or_name).await
    }

    /// The tenant with this connector.
    pub async fn find_connector(&self, connector: &ConnectorId) -> Result<Option<Tenant>, StoreError> {
        self.store.find_connector(connector).await
    }
}

fn described(kind: &TenantEventKind) -> (AccessEventKind, Option<&Person>) {
    match kind {
        TenantEventKind::Installed { .. } => (AccessEventKind::Installed, None),
        TenantEventKind::Uninstalled => (AccessEventKind::Uninstalled, None),
        TenantEventKind::PlanChanged(Plan::Active) => (AccessEventKind::PlanActive, None),
        TenantEventKind::PlanChanged(Plan::Lapsed) => (AccessEventKind::PlanLapsed, None),
        TenantEventKind::Paused { by } => (AccessEventKind::Paused, Some(by)),
        TenantEventKind::Resumed { by } => (AccessEventKind::Resumed, Some(by)),
        TenantEventKind::PersonRemoved { by, .. } => (AccessEventKind::PersonRemoved, Some(by)),
    }
}
