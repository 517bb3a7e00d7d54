//! Tenants, and whether they are served.

use chrono::{DateTime, Utc};
use latchstring_access::{NewTenant, StoreError, Tenant, TenantStatus};
use latchstring_core::TenantId;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

use super::failed;
use crate::{
    entity::tenant::{ActiveModel, Column, Entity, Model},
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most tenants a list shows.
const LIST_LIMIT: u64 = 1_000;
/// The most tenants of one name that are told.
const NAMESAKES_LIMIT: u64 = 10;

pub(super) async fn by_host_key(db: &impl ConnectionTrait, host_key: &str) -> Result<Option<Tenant>, StoreError> {
    let row = Entity::find()
        .filter(Column::HostKey.eq(host_key))
        .one(db)
        .await
        .map_err(failed)?;
    row.map(Tenant::try_from).transpose()
}

pub(super) async fn ensure(work: &DatabaseTransaction, new: &NewTenant) -> Result<Tenant, StoreError> {
    // Somebody else may have stored it since the caller looked.
    if let Some(known) = by_host_key(work, &new.host_key).await? {
        return Ok(known);
    }
    let row = Model {
        id: new.id.as_uuid(),
        host_key: new.host_key.clone(),
        public_id: new.public_id.clone(),
        name: new.name.clone(),
        status: TenantStatus::Active.as_str().to_owned(),
        install_gen: 1,
        installed_at: to_micros(new.installed_at),
        uninstalled_at: None,
    };
    let tenant = Tenant::try_from(row.clone())?;
    Entity::insert(ActiveModel::from(row).reset_all())
        .exec_without_returning(work)
        .await
        .map_err(failed)?;
    Ok(tenant)
}

pub(super) async fn set_status(
    work: &DatabaseTransaction,
    id: TenantId,
    status: TenantStatus,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = Entity::find_by_id(id.as_uuid()).one(work).await.map_err(failed)?;
    let row = row.ok_or(StoreError::TenantUnknown(id))?;
    let before = read_status(&row)?;
    let mut change = ActiveModel {
        status: Set(status.as_str().to_owned()),
        ..row.clone().into()
    };
    if before.changes_installation(status) {
        change.install_gen = Set(row.install_gen + 1);
        match status {
            TenantStatus::Uninstalled => change.uninstalled_at = Set(Some(to_micros(now))),
            TenantStatus::Active | TenantStatus::Suspended => change.installed_at = Set(to_micros(now)),
        }
    }
    change.update(work).await.map_err(failed)?;
    Ok(())
}

pub(super) async fn list(db: &impl ConnectionTrait) -> Result<Vec<Tenant>, StoreError> {
    let query = Entity::find()
        .order_by_asc(Column::Name)
        .order_by_asc(Column::Id)
        .limit(LIST_LIMIT);
    query
        .all(db)
        .await
        .map_err(failed)?
        .into_iter()
        .map(Tenant::try_from)
        .collect()
}

pub(super) async fn find(db: &impl ConnectionTrait, host_key_or_name: &str) -> Result<Vec<Tenant>, StoreError> {
    if let Some(tenant) = by_host_key(db, host_key_or_name).await? {
        return Ok(vec![tenant]);
    }
    let query = Entity::find()
        .filter(Column::Name.eq(host_key_or_name))
        .order_by_asc(Column::Id)
        .limit(NAMESAKES_LIMIT);
    query
        .all(db)
        .await
        .map_err(failed)?
        .into_iter()
        .map(Tenant::try_from)
        .collect()
}

impl TryFrom<Model> for Tenant {
    type Error = StoreError;

    fn try_from(row: Model) -> Result<Self, StoreError> {
        let id = TenantId::from_uuid(row.id);
        let status = read_status(&row)?;
        let moment = |micros, column| from_micros(micros, "tenant", column, id);
        Ok(Self {
            id,
            status,
            installed_at: moment(row.installed_at, "installed_at")?,
            uninstalled_at: row.uninstalled_at.map(|at| moment(at, "uninstalled_at")).transpose()?,
            host_key: row.host_key,
            public_id: row.public_id,
            name: row.name,
        })
    }
}

fn read_status(row: &Model) -> Result<TenantStatus, StoreError> {
    Ok(row
        .status
        .parse()
        .map_err(|_| inconsistency("tenant", "status", TenantId::from_uuid(row.id)))?)
}
