//! Keys: made, listed, used, revoked.

use chrono::{DateTime, Utc};
use latchstring_access::{IssuedKey, KeySummary, MAX_LIVE_KEYS, Person, Revocation, RevokeOutcome, StoreError};
use latchstring_core::{GrantId, TenantId};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::{NotSet, Set},
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, ExprTrait, FromQueryResult, QueryFilter, Statement,
    Value,
    prelude::Uuid,
    sea_query::Expr,
};

use super::{failed, standing::STANDS};
use crate::{
    entity::{access_grant, credential, tenant},
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most keys a list shows.
const LIST_LIMIT: i64 = 500;

pub(super) async fn create(work: &DatabaseTransaction, key: &IssuedKey) -> Result<KeySummary, StoreError> {
    let IssuedKey {
        grant,
        asked,
        hint,
        hash,
        hash_key_id,
        created_at,
    } = key;
    let tenant = tenant::Entity::find_by_id(asked.tenant.as_uuid())
        .filter(tenant::Column::Status.eq("active"))
        .one(work)
        .await
        .map_err(failed)?
        .ok_or(StoreError::TenantUnknown(asked.tenant))?;
    if live_keys(work, asked.tenant, *created_at).await? >= MAX_LIVE_KEYS {
        return Err(StoreError::TooManyKeys);
    }
    let grant_row = access_grant::Model {
        id: grant.as_uuid(),
        tenant_id: tenant.id,
        install_gen: tenant.install_gen,
        kind: "key".to_owned(),
        scope: asked.scope.as_str().to_owned(),
        label: asked.label.as_str().to_owned(),
        created_by_sub: asked.created_by.sub().to_owned(),
        created_by_name: asked.created_by.name().to_owned(),
        created_at: to_micros(*created_at),
        last_used_at: None,
        expires_at: asked.expires_at.map(to_micros),
        revoked_at: None,
        revoked_by_sub: None,
        revoked_by_name: None,
    };
    let credential_row = credential::ActiveModel {
        id: NotSet,
        grant_id: Set(grant_row.id),
        kind: Set("key".to_owned()),
        hash: Set(hash.as_bytes().to_vec()),
        hash_key_id: Set(hash_key_id.clone()),
        hint: Set(hint.clone()),
        created_at: Set(grant_row.created_at),
    };
    let summary = KeyRow::new(grant_row.clone(), hint.clone()).try_into()?;
    access_grant::Entity::insert(access_grant::ActiveModel::from(grant_row).reset_all())
        .exec_without_returning(work)
        .await
        .map_err(failed)?;
    credential::Entity::insert(credential_row)
        .exec_without_returning(work)
        .await
        .map_err(failed)?;
    Ok(summary)
}

async fn live_keys(work: &DatabaseTransaction, tenant: TenantId, now: DateTime<Utc>) -> Result<usize, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) AS live FROM access_grant g JOIN tenant t ON t.id = g.tenant_id \
         WHERE g.tenant_id = $2 AND g.kind = 'key' AND {STANDS}"
    );
    let values = [Value::from(to_micros(now)), tenant.as_uuid().into()];
    let statement = Statement::from_sql_and_values(work.get_database_backend(), sql, values);
    let row = work.query_one_raw(statement).await.map_err(failed)?;
    let live: i64 = row.map_or(Ok(0), |row| row.try_get("", "live")).map_err(failed)?;
    Ok(usize::try_from(live).unwrap_or(usize::MAX))
}

pub(super) async fn list(db: &impl ConnectionTrait, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
    // Ids sort by time. Live keys first, so that the limit never hides one.
    let sql = "SELECT g.*, c.hint FROM access_grant g JOIN credential c ON c.grant_id = g.id \
               WHERE g.tenant_id = $1 AND g.kind = 'key' AND c.kind = 'key' \
               ORDER BY (g.revoked_at IS NOT NULL), g.id DESC LIMIT $2";
    let values = [Value::from(tenant.as_uuid()), LIST_LIMIT.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = KeyRow::find_by_statement(statement).all(db).await.map_err(failed)?;
    rows.into_iter().map(KeySummary::try_from).collect()
}

pub(super) async fn revoke(
    work: &DatabaseTransaction,
    tenant: TenantId,
    key: GrantId,
    by: &Person,
    now: DateTime<Utc>,
) -> Result<RevokeOutcome, StoreError> {
    let of_tenant = access_grant::Column::Id
        .eq(key.as_uuid())
        .and(access_grant::Column::TenantId.eq(tenant.as_uuid()));
    let revoked = access_grant::Entity::update_many()
        .col_expr(access_grant::Column::RevokedAt, Expr::value(to_micros(now)))
        .col_expr(access_grant::Column::RevokedBySub, Expr::value(by.sub()))
        .col_expr(access_grant::Column::RevokedByName, Expr::value(by.name()))
        .filter(of_tenant.clone())
        .filter(access_grant::Column::RevokedAt.is_null())
        .exec(work)
        .await
        .map_err(failed)?;
    if revoked.rows_affected == 1 {
        return Ok(RevokeOutcome::Revoked);
    }
    let exists = access_grant::Entity::find()
        .filter(of_tenant)
        .one(work)
        .await
        .map_err(failed)?
        .is_some();
    if exists {
        Ok(RevokeOutcome::AlreadyRevoked)
    } else {
        Err(StoreError::NotFound(key))
    }
}

pub(super) async fn note_used(work: &DatabaseTransaction, grant: GrantId, at: DateTime<Utc>) -> Result<(), StoreError> {
    let at = to_micros(at);
    let is_later = access_grant::Column::LastUsedAt
        .is_null()
        .or(access_grant::Column::LastUsedAt.lt(at));
    access_grant::Entity::update_many()
        .col_expr(access_grant::Column::LastUsedAt, Expr::value(at))
        .filter(access_grant::Column::Id.eq(grant.as_uuid()))
        .filter(is_later)
        .exec(work)
        .await
        .map_err(failed)?;
    Ok(())
}

/// A grant with the hint of its key.
#[derive(FromQueryResult)]
struct KeyRow {
    id: Uuid,
    tenant_id: Uuid,
    scope: String,
    label: String,
    created_by_sub: String,
    created_by_name: String,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    revoked_by_sub: Option<String>,
    revoked_by_name: Option<String>,
    hint: String,
}

impl KeyRow {
    fn new(grant: access_grant::Model, hint: String) -> Self {
        Self {
            id: grant.id,
            tenant_id: grant.tenant_id,
            scope: grant.scope,
            label: grant.label,
            created_by_sub: grant.created_by_sub,
            created_by_name: grant.created_by_name,
            created_at: grant.created_at,
            last_used_at: grant.last_used_at,
            expires_at: grant.expires_at,
            revoked_at: grant.revoked_at,
            revoked_by_sub: grant.revoked_by_sub,
            revoked_by_name: grant.revoked_by_name,
            hint,
        }
    }
}

impl TryFrom<KeyRow> for KeySummary {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let grant = GrantId::from_uuid(row.id);
        let moment = |micros, column| from_micros(micros, "access_grant", column, grant);
        let revoked = match (row.revoked_at, row.revoked_by_sub, row.revoked_by_name) {
            (None, None, None) => None,
            (Some(at), Some(sub), Some(name)) => Some(Revocation {
                at: moment(at, "revoked_at")?,
                by: Person::new(&sub, &name),
            }),
            _ => return Err(inconsistency("access_grant", "revoked_by_sub", grant).into()),
        };
        Ok(Self {
            grant,
            tenant: TenantId::from_uuid(row.tenant_id),
            scope: row
                .scope
                .parse()
                .map_err(|_| inconsistency("access_grant", "scope", grant))?,
            label: row.label,
            hint: row.hint,
            created_by: Person::new(&row.created_by_sub, &row.created_by_name),
            created_at: moment(row.created_at, "created_at")?,
            last_used_at: row.last_used_at.map(|at| moment(at, "last_used_at")).transpose()?,
            expires_at: row.expires_at.map(|at| moment(at, "expires_at")).transpose()?,
            revoked,
        })
    }
}
