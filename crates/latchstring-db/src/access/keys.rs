//! Keys: made and listed.

use latchstring_access::{IssuedKey, KeySummary, MAX_LIVE_KEYS, Person, StoreError};
use latchstring_core::{GrantId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value, prelude::Uuid};

use super::{
    lock::{Lock, Mode, lock},
    read::{Ended, read_moment, read_scope},
    sql::{Number, On, bytes},
    standing::{OF_THIS_INSTALLATION, OPEN, STANDS},
    tenants::active_installation,
};
use crate::{
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most keys a list shows.
const LIST_LIMIT: i64 = 500;

const KEYS: &str = "SELECT g.id, g.tenant_id, g.scope, g.label, c.hint, g.created_by_sub, g.created_by_name, \
     g.created_at, g.last_used_at, g.expires_at, g.revoked_at, g.revoked_by_sub, g.revoked_by_name \
     FROM access_grant g JOIN credential c ON c.grant_id = g.id AND c.kind = 'key' \
     WHERE g.tenant_id = $1 AND g.kind = 'key'";

pub(super) async fn create<C: ConnectionTrait>(on: &On<'_, C>, key: &IssuedKey) -> Result<KeySummary, StoreError> {
    let asked = &key.asked;
    lock(on, Lock::Tenant(asked.tenant), Mode::Shared).await?;
    lock(on, Lock::Issuing(asked.tenant), Mode::Alone).await?;
    let install_gen = active_installation(on, asked.tenant).await?;
    if live_keys(on, asked.tenant).await? >= MAX_LIVE_KEYS {
        return Err(StoreError::TooManyKeys);
    }
    let grant = [
        ("id", Value::from(key.grant.as_uuid())),
        ("tenant_id", asked.tenant.as_uuid().into()),
        ("install_gen", install_gen.into()),
        ("kind", "key".into()),
        ("scope", asked.scope.as_str().into()),
        ("label", asked.label.as_str().into()),
        ("created_by_sub", asked.created_by.sub().into()),
        ("created_by_name", asked.created_by.name().into()),
        ("created_at", to_micros(key.created_at).into()),
        ("expires_at", asked.expires_at.map(to_micros).into()),
    ];
    on.insert("access_grant", grant, "").await?;
    let credential = [
        ("grant_id", Value::from(key.grant.as_uuid())),
        ("kind", "key".into()),
        ("hash", bytes(&key.secret.hash)),
        ("hash_key_id", key.secret.hash_key_id.as_str().into()),
        ("hint", key.hint.as_str().into()),
        ("created_at", to_micros(key.created_at).into()),
    ];
    on.insert("credential", credential, "").await?;
    let values = [asked.tenant.as_uuid().into(), key.grant.as_uuid().into()];
    let row: Option<KeyRow> = on.one(&format!("{KEYS} AND g.id = $2"), values).await?;
    row.ok_or_else(|| inconsistency("access_grant", "id", key.grant))?
        .try_into()
}

async fn live_keys<C: ConnectionTrait>(on: &On<'_, C>, tenant: TenantId) -> Result<usize, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) AS number FROM access_grant g JOIN tenant t ON t.id = g.tenant_id \
         WHERE g.tenant_id = $1 AND g.kind = 'key' AND {STANDS}"
    );
    let row: Option<Number> = on.one(&sql, [tenant.as_uuid().into()]).await?;
    Ok(row.map_or(0, |row| usize::try_from(row.number).unwrap_or(usize::MAX)))
}

pub(super) async fn list<C: ConnectionTrait>(on: &On<'_, C>, tenant: TenantId) -> Result<Vec<KeySummary>, StoreError> {
    let rows: Vec<KeyRow> = on
        .all(&list_sql(), [tenant.as_uuid().into(), LIST_LIMIT.into()])
        .await?;
    rows.into_iter().map(KeySummary::try_from).collect()
}

/// Ids sort by time. Live keys first, so that the limit never hides one.
fn list_sql() -> String {
    format!("{KEYS} AND {OF_THIS_INSTALLATION} ORDER BY ({OPEN}) DESC, g.id DESC LIMIT $2")
}

/// A grant with the hint of its key.
#[derive(FromQueryResult)]
struct KeyRow {
    id: Uuid,
    tenant_id: Uuid,
    scope: String,
    label: String,
    hint: String,
    created_by_sub: String,
    created_by_name: String,
    created_at: i64,
    last_used_at: Option<i64>,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    revoked_by_sub: Option<String>,
    revoked_by_name: Option<String>,
}

impl TryFrom<KeyRow> for KeySummary {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let grant = GrantId::from_uuid(row.id);
        let revoked = Ended {
            at: row.revoked_at,
            sub: row.revoked_by_sub,
            name: row.revoked_by_name,
        };
        Ok(Self {
            grant,
            tenant: TenantId::from_uuid(row.tenant_id),
            scope: read_scope(&row.scope, "access_grant", grant)?,
            label: row.label,
            hint: row.hint,
            created_by: Person::new(&row.created_by_sub, &row.created_by_name),
            created_at: from_micros(row.created_at, "access_grant", "created_at", grant)?,
            last_used_at: read_moment(row.last_used_at, "access_grant", "last_used_at", grant)?,
            expires_at: read_moment(row.expires_at, "access_grant", "expires_at", grant)?,
            revoked: revoked.read("access_grant", "revoked_at", grant)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::plans::sqlite_plan;

    #[tokio::test]
    async fn only_the_tenants_own_keys_are_read_and_sorted() {
        let plan = sqlite_plan(&list_sql(), 2).await;
        assert_eq!(
            plan,
            [
                "SEARCH g USING INDEX access_grant_by_tenant (tenant_id=? AND kind=?)",
                "SCALAR SUBQUERY 1",
                "SEARCH t USING INDEX sqlite_autoindex_tenant_1 (id=?)",
                "SEARCH c USING INDEX credential_by_grant (grant_id=? AND kind=?)",
                "USE TEMP B-TREE FOR ORDER BY",
            ]
        );
    }
}
