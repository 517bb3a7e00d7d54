//! Tenants: stored, found, listed.

use latchstring_access::{ConnectorId, NewTenant, StoreError, Tenant, TenantStatus};
use latchstring_core::TenantId;
use sea_orm::{ConnectionTrait, FromQueryResult, Value, prelude::Uuid};

use super::{
    read::{Ended, plan_text, read_connector, read_moment, read_plan},
    sql::{Number, On},
};
use crate::{
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most tenants a list shows.
const LIST_LIMIT: i64 = 1_000;
/// The most tenants of one name that are told.
const NAMESAKES_LIMIT: i64 = 10;

const TENANTS: &str = "SELECT id, host_key, public_id, name, status, install_gen, installed_at, uninstalled_at, plan, \
     plan_changed_at, paused_at, paused_by_sub, paused_by_name, session_gen FROM tenant";

/// The row itself, for whoever changes it.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub(super) struct TenantRow {
    pub(super) id: Uuid,
    pub(super) host_key: String,
    pub(super) public_id: String,
    pub(super) name: String,
    pub(super) status: String,
    pub(super) install_gen: i64,
    pub(super) installed_at: i64,
    pub(super) uninstalled_at: Option<i64>,
    pub(super) plan: String,
    pub(super) plan_changed_at: i64,
    pub(super) paused_at: Option<i64>,
    pub(super) paused_by_sub: Option<String>,
    pub(super) paused_by_name: Option<String>,
    pub(super) session_gen: i64,
}

/// The installation that a new grant of this tenant belongs to.
pub(super) async fn active_installation<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
) -> Result<i64, StoreError> {
    let sql = "SELECT install_gen AS number FROM tenant WHERE id = $1 AND status = 'active'";
    let row: Option<Number> = on.one(sql, [tenant.as_uuid().into()]).await?;
    row.map(|row| row.number).ok_or(StoreError::TenantUnknown(tenant))
}

pub(super) async fn by_host_key<C: ConnectionTrait>(
    on: &On<'_, C>,
    host_key: &str,
) -> Result<Option<TenantRow>, StoreError> {
    on.one(&format!("{TENANTS} WHERE host_key = $1"), [host_key.into()])
        .await
}

pub(super) async fn ensure<C: ConnectionTrait>(on: &On<'_, C>, new: &NewTenant) -> Result<Tenant, StoreError> {
    insert(on, new).await?;
    // Ours, or one that somebody else stored first.
    let row = by_host_key(on, &new.host_key).await?;
    row.ok_or_else(|| inconsistency("tenant", "host_key", new.id))?
        .try_into()
}

/// Stores a tenant, unless there is one with this host key: then `false`.
pub(super) async fn insert<C: ConnectionTrait>(on: &On<'_, C>, new: &NewTenant) -> Result<bool, StoreError> {
    let installed_at = to_micros(new.installed_at);
    let row = [
        ("id", Value::from(new.id.as_uuid())),
        ("host_key", new.host_key.as_str().into()),
        ("public_id", new.connector.as_str().into()),
        ("name", new.name.as_str().into()),
        ("status", TenantStatus::Active.as_str().into()),
        ("install_gen", 1_i64.into()),
        ("installed_at", installed_at.into()),
        ("plan", plan_text(new.plan).into()),
        ("plan_changed_at", installed_at.into()),
    ];
    Ok(on.insert("tenant", row, "ON CONFLICT (host_key) DO NOTHING").await? == 1)
}

pub(super) async fn update<C: ConnectionTrait>(on: &On<'_, C>, row: &TenantRow) -> Result<(), StoreError> {
    let sql = "UPDATE tenant SET name = $2, status = $3, install_gen = $4, installed_at = $5, uninstalled_at = $6, \
               plan = $7, plan_changed_at = $8, paused_at = $9, paused_by_sub = $10, paused_by_name = $11, \
               session_gen = $12 WHERE id = $1";
    let values: [Value; 12] = [
        row.id.into(),
        row.name.as_str().into(),
        row.status.as_str().into(),
        row.install_gen.into(),
        row.installed_at.into(),
        row.uninstalled_at.into(),
        row.plan.as_str().into(),
        row.plan_changed_at.into(),
        row.paused_at.into(),
        row.paused_by_sub.clone().into(),
        row.paused_by_name.clone().into(),
        row.session_gen.into(),
    ];
    on.change(sql, values).await?;
    Ok(())
}

pub(super) async fn list<C: ConnectionTrait>(on: &On<'_, C>) -> Result<Vec<Tenant>, StoreError> {
    let sql = format!("{TENANTS} ORDER BY name, id LIMIT $1");
    read_all(on.all(&sql, [LIST_LIMIT.into()]).await?)
}

pub(super) async fn find<C: ConnectionTrait>(
    on: &On<'_, C>,
    host_key_or_name: &str,
) -> Result<Vec<Tenant>, StoreError> {
    if let Ok(id) = host_key_or_name.parse::<TenantId>() {
        let sql = format!("{TENANTS} WHERE id = $1");
        let row: Option<TenantRow> = on.one(&sql, [id.as_uuid().into()]).await?;
        if let Some(row) = row {
            return Ok(vec![row.try_into()?]);
        }
    }
    if let Some(row) = by_host_key(on, host_key_or_name).await? {
        return Ok(vec![row.try_into()?]);
    }
    let sql = format!("{TENANTS} WHERE name = $1 ORDER BY id LIMIT $2");
    read_all(on.all(&sql, [host_key_or_name.into(), NAMESAKES_LIMIT.into()]).await?)
}

pub(super) async fn by_connector<C: ConnectionTrait>(
    on: &On<'_, C>,
    connector: &ConnectorId,
) -> Result<Option<Tenant>, StoreError> {
    let sql = format!("{TENANTS} WHERE public_id = $1");
    let row: Option<TenantRow> = on.one(&sql, [connector.as_str().into()]).await?;
    row.map(Tenant::try_from).transpose()
}

fn read_all(rows: Vec<TenantRow>) -> Result<Vec<Tenant>, StoreError> {
    rows.into_iter().map(Tenant::try_from).collect()
}

impl TryFrom<TenantRow> for Tenant {
    type Error = StoreError;

    fn try_from(row: TenantRow) -> Result<Self, StoreError> {
        let id = TenantId::from_uuid(row.id);
        Ok(Self {
            id,
            connector: read_connector(&row.public_id, row.id)?,
            status: row.status.parse().map_err(|_| inconsistency("tenant", "status", id))?,
            plan: read_plan(&row.plan, row.id)?,
            installed_at: from_micros(row.installed_at, "tenant", "installed_at", id)?,
            uninstalled_at: read_moment(row.uninstalled_at, "tenant", "uninstalled_at", id)?,
            paused: Ended {
                at: row.paused_at,
                sub: row.paused_by_sub,
                name: row.paused_by_name,
            }
            .read("tenant", "paused_at", id)?,
            session_generation: u64::try_from(row.session_gen)
                .map_err(|_| inconsistency("tenant", "session_gen", id))?,
            host_key: row.host_key,
            name: row.name,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::plans::sqlite_plan;

    #[tokio::test]
    async fn the_list_is_read_in_its_order_down_to_namesakes() {
        let plan = sqlite_plan(&format!("{TENANTS} ORDER BY name, id LIMIT $1"), 1).await;
        assert_eq!(
            plan,
            [
                "SCAN tenant USING INDEX tenant_by_name",
                "USE TEMP B-TREE FOR LAST TERM OF ORDER BY"
            ]
        );
    }
}
