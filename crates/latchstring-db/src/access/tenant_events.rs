//! What an app tells of its tenants, applied once and in the order it happened.

use latchstring_access::{
    Applied, NewTenant, Plan, Revocation, StoreError, TenantEvent, TenantEventKind, TenantStatus,
};
use latchstring_core::TenantId;
use sea_orm::ConnectionTrait;

use super::{
    codes,
    lock::{Lock, Mode, lock},
    read::plan_text,
    sql::On,
    tenants::{self, TenantRow},
};
use crate::moment::to_micros;

pub(super) async fn apply<C: ConnectionTrait>(on: &On<'_, C>, event: &TenantEvent) -> Result<Applied, StoreError> {
    if let Some(delivery) = &event.delivery
        && !is_new(on, delivery).await?
    {
        return Ok(Applied::Duplicate);
    }
    if let TenantEventKind::Installed { new, plan } = &event.kind {
        let new = NewTenant {
            host_key: event.host_key.clone(),
            installed_at: event.occurred_at,
            plan: *plan,
            ..new.clone()
        };
        if tenants::insert(on, &new).await? {
            return done(on, event).await;
        }
    }
    let Some(known) = tenants::by_host_key(on, &event.host_key).await? else {
        return Ok(Applied::UnknownTenant);
    };
    lock(on, Lock::Tenant(TenantId::from_uuid(known.id)), Mode::Alone).await?;
    // It may have changed while we waited for the lock.
    let Some(row) = tenants::by_host_key(on, &event.host_key).await? else {
        return Ok(Applied::UnknownTenant);
    };
    let Some(changed) = after(&row, event) else {
        return Ok(Applied::Late);
    };
    if changed != row {
        tenants::update(on, &changed).await?;
    }
    if let TenantEventKind::PersonRemoved { sub, by } = &event.kind {
        let cancellation = Revocation {
            at: event.occurred_at,
            by: by.clone(),
        };
        codes::cancel_of_person(on, (TenantId::from_uuid(row.id), sub), &cancellation).await?;
    }
    done(on, event).await
}

/// Remembers a delivery; `false` when it was known.
async fn is_new<C: ConnectionTrait>(on: &On<'_, C>, delivery: &str) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO tenant_delivery (delivery, received_at) VALUES ($1, {now}) ON CONFLICT (delivery) DO NOTHING";
    Ok(on.change(sql, [delivery.into()]).await? == 1)
}

async fn done<C: ConnectionTrait>(on: &On<'_, C>, event: &TenantEvent) -> Result<Applied, StoreError> {
    let row = tenants::by_host_key(on, &event.host_key).await?;
    row.map_or(Ok(Applied::UnknownTenant), |row| Ok(Applied::Done(row.try_into()?)))
}

/// The tenant after this event; `None` when something newer has happened.
fn after(row: &TenantRow, event: &TenantEvent) -> Option<TenantRow> {
    let at = to_micros(event.occurred_at);
    let is = |status: TenantStatus| row.status == status.as_str();
    let with_status = |status: TenantStatus| TenantRow {
        status: status.as_str().to_owned(),
        ..row.clone()
    };
    let with_plan = |row: TenantRow, plan: Plan| TenantRow {
        plan: plan_text(plan).to_owned(),
        plan_changed_at: at,
        ..row
    };
    let without_pause = |row: TenantRow| TenantRow {
        paused_at: None,
        paused_by_sub: None,
        paused_by_name: None,
        ..row
    };
    let is_active = is(TenantStatus::Active);
    let is_new_plan = at > row.plan_changed_at;
    match &event.kind {
        TenantEventKind::Installed { new, plan } => {
            let is_newer = at > row.installed_at && row.uninstalled_at.is_none_or(|uninstalled| at > uninstalled);
            let installed = TenantRow {
                name: new.name.clone(),
                install_gen: row.install_gen + 1,
                installed_at: at,
                ..without_pause(with_status(TenantStatus::Active))
            };
            // A later change of plan may have been told first.
            is_newer.then(|| {
                if is_new_plan {
                    with_plan(installed, *plan)
                } else {
                    installed
                }
            })
        }
        TenantEventKind::Uninstalled => {
            // A second end moves the first one on, so that an installation between the two, told last, is late.
            let is_over = is(TenantStatus::Uninstalled);
            let is_newer =
                at >= row.installed_at && (!is_over || row.uninstalled_at.is_none_or(|uninstalled| at > uninstalled));
            is_newer.then(|| TenantRow {
                install_gen: row.install_gen + i64::from(!is_over),
                uninstalled_at: Some(at),
                ..with_status(TenantStatus::Uninstalled)
            })
        }
        TenantEventKind::PlanChanged(plan) => {
            // Of two words of one moment, the one that shuts counts.
            let shuts = *plan == Plan::Lapsed && row.plan == plan_text(Plan::Active);
            let counts = is_new_plan || shuts && at == row.plan_changed_at;
            counts.then(|| with_plan(row.clone(), *plan))
        }
        TenantEventKind::Paused { by } => (is_active && row.paused_at.is_none()).then(|| TenantRow {
            paused_at: Some(at),
            paused_by_sub: Some(by.sub().to_owned()),
            paused_by_name: Some(by.name().to_owned()),
            ..row.clone()
        }),
        TenantEventKind::Resumed { .. } => (is_active && row.paused_at.is_some()).then(|| without_pause(row.clone())),
        TenantEventKind::PersonRemoved { .. } => Some(TenantRow {
            session_gen: row.session_gen + 1,
            ..row.clone()
        }),
    }
}
