//! Connection codes: made, listed, cancelled, found, and marked as redeemed.

use latchstring_access::{
    CodeState, CodeSummary, FoundCode, IssuedCode, MAX_LIVE_APPS, MAX_LIVE_CODES, Person, Revocation, SecretHash,
    StoreError,
};
use latchstring_core::{CodeId, GrantId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value, prelude::Uuid};

use super::{
    lock::{Lock, Mode, lock},
    read::{Ended, read_connector, read_plan, read_scope},
    sql::{Number, On, bytes, places},
    standing::STANDS,
    tenants::active_installation,
};
use crate::{
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most codes a list shows.
const LIST_LIMIT: i64 = 100;

/// A code `c` that has come to no end yet.
const OPEN: &str = "c.redeemed_at IS NULL AND c.cancelled_at IS NULL AND c.expires_at > {now}";

/// Its tenant `t` is still the one it was made for.
const BINDS: &str = "t.status = 'active' AND t.install_gen = c.install_gen";

pub(super) async fn create<C: ConnectionTrait>(on: &On<'_, C>, code: &IssuedCode) -> Result<CodeSummary, StoreError> {
    let asked = &code.asked;
    lock(on, Lock::Tenant(asked.tenant), Mode::Shared).await?;
    lock(on, Lock::Issuing(asked.tenant), Mode::Alone).await?;
    let install_gen = active_installation(on, asked.tenant).await?;
    if live_codes(on, asked.tenant).await? >= MAX_LIVE_CODES {
        return Err(StoreError::TooManyCodes);
    }
    if live_apps(on, asked.tenant).await? >= MAX_LIVE_APPS {
        return Err(StoreError::TooManyApps);
    }
    let row = [
        ("id", Value::from(code.id.as_uuid())),
        ("tenant_id", asked.tenant.as_uuid().into()),
        ("install_gen", install_gen.into()),
        ("scope", asked.scope.as_str().into()),
        ("hash", bytes(&code.secret.hash)),
        ("hash_key_id", code.secret.hash_key_id.as_str().into()),
        ("created_by_sub", asked.created_by.sub().into()),
        ("created_by_name", asked.created_by.name().into()),
        ("created_at", to_micros(code.created_at).into()),
        ("expires_at", to_micros(code.expires_at).into()),
    ];
    on.insert("connection_code", row, "").await?;
    let values = [asked.tenant.as_uuid().into(), code.id.as_uuid().into()];
    let row: Option<CodeRow> = on.one(&format!("{} AND c.id = $2", codes_sql()), values).await?;
    row.ok_or_else(|| inconsistency("connection_code", "id", code.id))?
        .try_into()
}

async fn live_codes<C: ConnectionTrait>(on: &On<'_, C>, tenant: TenantId) -> Result<usize, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) AS number FROM connection_code c JOIN tenant t ON t.id = c.tenant_id \
         WHERE c.tenant_id = $1 AND {OPEN} AND {BINDS}"
    );
    number(on, &sql, tenant).await
}

async fn live_apps<C: ConnectionTrait>(on: &On<'_, C>, tenant: TenantId) -> Result<usize, StoreError> {
    let sql = format!(
        "SELECT COUNT(*) AS number FROM access_grant g JOIN tenant t ON t.id = g.tenant_id \
         WHERE g.tenant_id = $1 AND g.kind = 'app' AND g.connected_at IS NOT NULL AND {STANDS}"
    );
    number(on, &sql, tenant).await
}

async fn number<C: ConnectionTrait>(on: &On<'_, C>, sql: &str, tenant: TenantId) -> Result<usize, StoreError> {
    let row: Option<Number> = on.one(sql, [tenant.as_uuid().into()]).await?;
    Ok(row.map_or(0, |row| usize::try_from(row.number).unwrap_or(usize::MAX)))
}

pub(super) async fn list<C: ConnectionTrait>(on: &On<'_, C>, tenant: TenantId) -> Result<Vec<CodeSummary>, StoreError> {
    let rows: Vec<CodeRow> = on
        .all(&list_sql(), [tenant.as_uuid().into(), LIST_LIMIT.into()])
        .await?;
    rows.into_iter().map(CodeSummary::try_from).collect()
}

/// Ids sort by time.
fn list_sql() -> String {
    format!("{} ORDER BY c.id DESC LIMIT $2", codes_sql())
}

fn codes_sql() -> String {
    format!(
        "SELECT c.id, c.tenant_id, c.scope, c.created_by_sub, c.created_by_name, c.created_at, c.expires_at, \
         c.redeemed_at, g.id AS grant_id, c.cancelled_at, c.cancelled_by_sub, c.cancelled_by_name, \
         ({OPEN} AND {BINDS}) AS is_live \
         FROM connection_code c JOIN tenant t ON t.id = c.tenant_id LEFT JOIN access_grant g ON g.code_id = c.id \
         WHERE c.tenant_id = $1"
    )
}

/// Cancels every live code of the tenant, and says which.
pub(super) async fn cancel_all<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    cancellation: &Revocation,
) -> Result<Vec<CodeId>, StoreError> {
    let sql = format!(
        "UPDATE connection_code AS c SET cancelled_at = $2, cancelled_by_sub = $3, cancelled_by_name = $4 \
         WHERE c.tenant_id = $1 AND {OPEN} AND EXISTS (SELECT 1 FROM tenant t \
         WHERE t.id = c.tenant_id AND {BINDS}) RETURNING id"
    );
    let values: [Value; 4] = [
        tenant.as_uuid().into(),
        to_micros(cancellation.at).into(),
        cancellation.by.sub().into(),
        cancellation.by.name().into(),
    ];
    let mut codes: Vec<CancelledRow> = on.all(&sql, values).await?;
    codes.sort_by_key(|row| row.id);
    Ok(codes.into_iter().map(|row| CodeId::from_uuid(row.id)).collect())
}

#[derive(FromQueryResult)]
struct CancelledRow {
    id: Uuid,
}

pub(super) async fn cancel<C: ConnectionTrait>(
    on: &On<'_, C>,
    (tenant, code): (TenantId, CodeId),
    cancellation: &Revocation,
) -> Result<bool, StoreError> {
    let sql = format!(
        "UPDATE connection_code AS c SET cancelled_at = $3, cancelled_by_sub = $4, cancelled_by_name = $5 \
         WHERE c.id = $1 AND c.tenant_id = $2 AND {OPEN} AND EXISTS (SELECT 1 FROM tenant t \
         WHERE t.id = c.tenant_id AND {BINDS})"
    );
    let which: [Value; 2] = [code.as_uuid().into(), tenant.as_uuid().into()];
    let how: [Value; 3] = [
        to_micros(cancellation.at).into(),
        cancellation.by.sub().into(),
        cancellation.by.name().into(),
    ];
    if on.change(&sql, which.clone().into_iter().chain(how)).await? == 1 {
        return Ok(true);
    }
    let sql = "SELECT 1 FROM connection_code WHERE id = $1 AND tenant_id = $2";
    if on.finds(sql, which).await? {
        Ok(false)
    } else {
        Err(StoreError::CodeNotFound(code))
    }
}

/// Cancels what a person made and nobody has used.
pub(super) async fn cancel_of_person<C: ConnectionTrait>(
    on: &On<'_, C>,
    (tenant, sub): (TenantId, &str),
    cancellation: &Revocation,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE connection_code AS c SET cancelled_at = $3, cancelled_by_sub = $4, cancelled_by_name = $5 \
         WHERE c.tenant_id = $1 AND c.created_by_sub = $2 AND {OPEN}"
    );
    let values: [Value; 5] = [
        tenant.as_uuid().into(),
        sub.into(),
        to_micros(cancellation.at).into(),
        cancellation.by.sub().into(),
        cancellation.by.name().into(),
    ];
    on.change(&sql, values).await?;
    Ok(())
}

pub(super) async fn find<C: ConnectionTrait>(
    on: &On<'_, C>,
    hashes: &[SecretHash],
) -> Result<Option<FoundCode>, StoreError> {
    if hashes.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT c.id, c.tenant_id, t.name, t.public_id AS connector, c.scope, t.plan \
         FROM connection_code c JOIN tenant t ON t.id = c.tenant_id \
         WHERE c.hash IN ({}) AND {OPEN} AND {BINDS}",
        places(1, hashes.len())
    );
    let row: Option<FoundRow> = on.one(&sql, hashes.iter().map(bytes)).await?;
    row.map(FoundCode::try_from).transpose()
}

/// What a code that was just marked as redeemed passes on to the grant.
#[derive(FromQueryResult)]
pub(super) struct Spent {
    pub(super) tenant_id: Uuid,
    pub(super) install_gen: i64,
    pub(super) scope: String,
    pub(super) created_by_sub: String,
    pub(super) created_by_name: String,
}

/// Marks a live code as redeemed, at the moment `$2`, for the connector `$3` if it is not null, with an active plan
/// if `$4`. The one change that decides which of many attempts succeeds.
pub(super) fn spend_sql() -> String {
    format!(
        "UPDATE connection_code AS c SET redeemed_at = CASE WHEN c.created_at > $2 THEN c.created_at ELSE $2 END \
         WHERE c.id = $1 AND {OPEN} AND EXISTS (SELECT 1 FROM tenant t WHERE t.id = c.tenant_id AND {BINDS} \
         AND t.public_id = COALESCE($3, t.public_id) AND (t.plan = 'active' OR NOT $4)) \
         RETURNING tenant_id, install_gen, scope, created_by_sub, created_by_name"
    )
}

#[derive(FromQueryResult)]
struct FoundRow {
    id: Uuid,
    tenant_id: Uuid,
    name: String,
    connector: String,
    scope: String,
    plan: String,
}

impl TryFrom<FoundRow> for FoundCode {
    type Error = StoreError;

    fn try_from(row: FoundRow) -> Result<Self, StoreError> {
        let id = CodeId::from_uuid(row.id);
        Ok(Self {
            id,
            tenant: TenantId::from_uuid(row.tenant_id),
            tenant_name: row.name,
            connector: read_connector(&row.connector, row.tenant_id)?,
            scope: read_scope(&row.scope, "connection_code", id)?,
            plan: read_plan(&row.plan, row.tenant_id)?,
        })
    }
}

/// A code with the grant that was made of it.
#[derive(FromQueryResult)]
struct CodeRow {
    id: Uuid,
    tenant_id: Uuid,
    scope: String,
    created_by_sub: String,
    created_by_name: String,
    created_at: i64,
    expires_at: i64,
    redeemed_at: Option<i64>,
    grant_id: Option<Uuid>,
    cancelled_at: Option<i64>,
    cancelled_by_sub: Option<String>,
    cancelled_by_name: Option<String>,
    is_live: bool,
}

impl TryFrom<CodeRow> for CodeSummary {
    type Error = StoreError;

    fn try_from(row: CodeRow) -> Result<Self, StoreError> {
        let id = CodeId::from_uuid(row.id);
        let moment = |micros, column| from_micros(micros, "connection_code", column, id);
        let cancelled = Ended {
            at: row.cancelled_at,
            sub: row.cancelled_by_sub,
            name: row.cancelled_by_name,
        };
        let state = match (row.redeemed_at, cancelled.read("connection_code", "cancelled_at", id)?) {
            (Some(at), None) => CodeState::Redeemed {
                at: moment(at, "redeemed_at")?,
                grant: row
                    .grant_id
                    .map(GrantId::from_uuid)
                    .ok_or_else(|| inconsistency("connection_code", "redeemed_at", id))?,
            },
            (None, Some(cancellation)) => CodeState::Cancelled(cancellation),
            (None, None) if row.is_live => CodeState::Live,
            (None, None) => CodeState::Expired,
            (Some(_), Some(_)) => return Err(inconsistency("connection_code", "cancelled_at", id).into()),
        };
        Ok(Self {
            id,
            tenant: TenantId::from_uuid(row.tenant_id),
            scope: read_scope(&row.scope, "connection_code", id)?,
            created_by: Person::new(&row.created_by_sub, &row.created_by_name),
            created_at: moment(row.created_at, "created_at")?,
            expires_at: moment(row.expires_at, "expires_at")?,
            state,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::plans::sqlite_plan;

    #[tokio::test]
    async fn the_list_is_read_in_its_order() {
        let plan = sqlite_plan(&list_sql(), 3).await;
        assert_eq!(
            plan,
            [
                "SEARCH t USING INDEX sqlite_autoindex_tenant_1 (id=?)",
                "SEARCH c USING INDEX connection_code_by_tenant (tenant_id=?)",
                "SEARCH g USING INDEX sqlite_autoindex_access_grant_2 (code_id=?) LEFT-JOIN",
            ]
        );
    }
}
