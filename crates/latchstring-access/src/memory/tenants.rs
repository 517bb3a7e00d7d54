//! Tenants: changed by what happened, in the order in which it happened.

use chrono::{DateTime, Utc};
use latchstring_core::TenantId;

use super::{State, cut};
use crate::{
    Applied, ConnectorId, NewTenant, Plan, Revocation, StoreError, Tenant, TenantEvent, TenantEventKind, TenantStatus,
};

pub(super) struct TenantRow {
    pub(super) tenant: Tenant,
    /// Goes up with each installation and each end of one. What was granted under another number is dead.
    pub(super) install_generation: u64,
    plan_changed_at: DateTime<Utc>,
}

impl TenantRow {
    /// Whether this is news to the tenant, which has changed then.
    fn install(&mut self, new: &NewTenant, plan: Plan, at: DateTime<Utc>) -> bool {
        if Some(at) <= self.tenant.uninstalled_at.max(Some(self.tenant.installed_at)) {
            return false;
        }
        self.install_generation += 1;
        self.tenant.status = TenantStatus::Active;
        self.tenant.paused = None;
        self.tenant.installed_at = at;
        self.tenant.name.clone_from(&new.name);
        // A later change of plan may have been told first.
        self.change_plan(plan, at);
        true
    }

    /// The same for the end of an installation. A second end moves the first one on, so that an installation between
    /// the two, told last, is late.
    fn uninstall(&mut self, at: DateTime<Utc>) -> bool {
        let is_over = self.tenant.status == TenantStatus::Uninstalled;
        if at < self.tenant.installed_at || is_over && Some(at) <= self.tenant.uninstalled_at {
            return false;
        }
        if !is_over {
            self.install_generation += 1;
        }
        self.tenant.status = TenantStatus::Uninstalled;
        self.tenant.uninstalled_at = Some(at);
        true
    }

    /// The same for a change of plan. An installation counts as one.
    fn change_plan(&mut self, plan: Plan, at: DateTime<Utc>) -> bool {
        // Of two words of one moment, the one that shuts counts.
        let shuts = plan == Plan::Lapsed && self.tenant.plan == Plan::Active;
        if at < self.plan_changed_at || at == self.plan_changed_at && !shuts {
            return false;
        }
        self.tenant.plan = plan;
        self.plan_changed_at = at;
        true
    }

    /// The same for a pause and its end, which somebody commands here and now.
    fn pause(&mut self, paused: Option<Revocation>) -> bool {
        if self.tenant.status != TenantStatus::Active || self.tenant.paused.is_some() == paused.is_some() {
            return false;
        }
        self.tenant.paused = paused;
        true
    }
}

impl State {
    pub(super) fn active_generation(&self, tenant: TenantId) -> Result<u64, StoreError> {
        match self.tenants.get(&tenant) {
            Some(row) if row.tenant.status == TenantStatus::Active => Ok(row.install_generation),
            Some(_) | None => Err(StoreError::TenantUnknown(tenant)),
        }
    }

    pub(super) fn ensure_tenant(&mut self, new: &NewTenant) -> Tenant {
        match self.tenants.values().find(|row| row.tenant.host_key == new.host_key) {
            Some(row) => row.tenant.clone(),
            None => self.add_tenant(new, new.plan, new.installed_at),
        }
    }

    fn add_tenant(&mut self, new: &NewTenant, plan: Plan, installed_at: DateTime<Utc>) -> Tenant {
        let installed_at = cut(installed_at);
        let tenant = Tenant {
            id: new.id,
            host_key: new.host_key.clone(),
            connector: new.connector.clone(),
            name: new.name.clone(),
            status: TenantStatus::Active,
            plan,
            installed_at,
            uninstalled_at: None,
            paused: None,
            session_generation: 0,
        };
        let row = TenantRow {
            tenant: tenant.clone(),
            install_generation: 1,
            plan_changed_at: installed_at,
        };
        self.tenants.insert(new.id, row);
        tenant
    }

    pub(super) fn apply(&mut self, event: &TenantEvent, now: DateTime<Utc>) -> Applied {
        if let Some(delivery) = &event.delivery
            && !self.deliveries.insert(delivery.clone())
        {
            return Applied::Duplicate;
        }
        let at = cut(event.occurred_at);
        let Some(row) = self
            .tenants
            .values_mut()
            .find(|row| row.tenant.host_key == event.host_key)
        else {
            return match &event.kind {
                TenantEventKind::Installed { new, plan } => Applied::Done(self.add_tenant(new, *plan, at)),
                TenantEventKind::Uninstalled
                | TenantEventKind::PlanChanged(_)
                | TenantEventKind::Paused { .. }
                | TenantEventKind::Resumed { .. }
                | TenantEventKind::PersonRemoved { .. } => {
                    if let Some(delivery) = &event.delivery {
                        self.deliveries.remove(delivery);
                    }
                    Applied::UnknownTenant
                }
            };
        };
        let is_news = match &event.kind {
            TenantEventKind::Installed { new, plan } => row.install(new, *plan, at),
            TenantEventKind::Uninstalled => row.uninstall(at),
            TenantEventKind::PlanChanged(plan) => row.change_plan(*plan, at),
            TenantEventKind::Paused { by } => row.pause(Some(Revocation { at, by: by.clone() })),
            TenantEventKind::Resumed { .. } => row.pause(None),
            TenantEventKind::PersonRemoved { .. } => {
                row.tenant.session_generation += 1;
                true
            }
        };
        let tenant = row.tenant.clone();
        if let TenantEventKind::PersonRemoved { sub, by } = &event.kind {
            let cancellation = Revocation { at, by: by.clone() };
            self.cancel_codes_of(tenant.id, sub, &cancellation, now);
        }
        if is_news { Applied::Done(tenant) } else { Applied::Late }
    }

    /// The number of the sessions that may begin now.
    pub(super) fn end_sessions(&mut self, tenant: TenantId) -> u64 {
        self.tenants.get_mut(&tenant).map_or(0, |row| {
            row.tenant.session_generation += 1;
            row.tenant.session_generation
        })
    }

    pub(super) fn list_tenants(&self) -> Vec<Tenant> {
        let mut tenants: Vec<Tenant> = self.tenants.values().map(|row| row.tenant.clone()).collect();
        tenants.sort_by(|a, b| a.name.cmp(&b.name).then(a.id.cmp(&b.id)));
        tenants.truncate(1_000);
        tenants
    }

    pub(super) fn find_tenants(&self, host_key_or_name: &str) -> Vec<Tenant> {
        let tenants = || self.tenants.values().map(|row| &row.tenant);
        let id = host_key_or_name.parse::<TenantId>().ok();
        let by_id = || tenants().find(|tenant| Some(tenant.id) == id);
        let by_host_key = || tenants().find(|tenant| tenant.host_key == host_key_or_name);
        if let Some(tenant) = by_id().or_else(by_host_key) {
            return vec![tenant.clone()];
        }
        let namesakes = tenants().filter(|tenant| tenant.name == host_key_or_name);
        namesakes.take(10).cloned().collect()
    }

    pub(super) fn find_connector(&self, connector: &ConnectorId) -> Option<Tenant> {
        let mut tenants = self.tenants.values().map(|row| &row.tenant);
        tenants.find(|tenant| tenant.connector == *connector).cloned()
    }
}
