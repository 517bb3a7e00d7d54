//! Connected apps: made from a connection code, and listed.

use latchstring_access::{AppIdentity, AppSummary, ConnectorId, Person, Redeemed, Redemption, StoreError};
use latchstring_core::{GrantId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value, prelude::Uuid};

use super::{
    codes::{Spent, spend_sql},
    lock::{Lock, Mode, lock},
    read::{Ended, read_moment, read_scope},
    sql::{On, bytes},
    standing::OF_THIS_INSTALLATION,
};
use crate::{
    inconsistency::inconsistency,
    moment::{from_micros, to_micros},
};

/// The most apps a list shows.
const LIST_LIMIT: i64 = 500;

/// `None` leaves nothing to commit.
pub(super) async fn redeem<C: ConnectionTrait>(
    on: &On<'_, C>,
    redemption: &Redemption,
) -> Result<Option<Redeemed>, StoreError> {
    let sql = "SELECT tenant_id FROM connection_code WHERE id = $1";
    let Some(Owner { tenant_id }) = on.one(sql, [redemption.code.as_uuid().into()]).await? else {
        return Ok(None);
    };
    // So that an uninstallation comes before or after all of this.
    lock(on, Lock::Tenant(TenantId::from_uuid(tenant_id)), Mode::Shared).await?;
    let values: [Value; 4] = [
        redemption.code.as_uuid().into(),
        to_micros(redemption.at).into(),
        redemption.connector.as_ref().map(ConnectorId::as_str).into(),
        redemption.needs_plan.into(),
    ];
    let Some(code) = on.one::<Spent>(&spend_sql(), values).await? else {
        return Ok(None);
    };
    let redeemed = Redeemed {
        tenant: TenantId::from_uuid(code.tenant_id),
        scope: read_scope(&code.scope, "connection_code", redemption.code)?,
    };
    insert_grant(on, redemption, code).await?;
    insert_authorization_code(on, redemption).await?;
    Ok(Some(redeemed))
}

async fn insert_grant<C: ConnectionTrait>(
    on: &On<'_, C>,
    redemption: &Redemption,
    code: Spent,
) -> Result<(), StoreError> {
    let app = &redemption.app;
    let row = [
        ("id", Value::from(redemption.grant.as_uuid())),
        ("tenant_id", code.tenant_id.into()),
        ("install_gen", code.install_gen.into()),
        ("kind", "app".into()),
        ("scope", code.scope.into()),
        ("label", "".into()),
        ("client_id", app.client_id.as_str().into()),
        ("client_name", app.name.as_str().into()),
        ("client_host", app.host.as_deref().into()),
        ("redirect_host", app.redirect_host.as_str().into()),
        ("code_id", redemption.code.as_uuid().into()),
        ("created_by_sub", code.created_by_sub.into()),
        ("created_by_name", code.created_by_name.into()),
        ("created_at", to_micros(redemption.at).into()),
    ];
    on.insert("access_grant", row, "").await?;
    Ok(())
}

async fn insert_authorization_code<C: ConnectionTrait>(
    on: &On<'_, C>,
    redemption: &Redemption,
) -> Result<(), StoreError> {
    let token = &redemption.authorization_code;
    let row = [
        ("grant_id", Value::from(redemption.grant.as_uuid())),
        ("kind", "code".into()),
        ("hash", bytes(&token.secret.hash)),
        ("hash_key_id", token.secret.hash_key_id.as_str().into()),
        ("hint", "".into()),
        ("created_at", to_micros(redemption.at).into()),
        ("expires_at", to_micros(token.expires_at).into()),
        ("redirect_uri", redemption.redirect_uri.as_str().into()),
        ("challenge", redemption.challenge.as_bytes().to_vec().into()),
    ];
    on.insert("credential", row, "").await?;
    Ok(())
}

pub(super) async fn list<C: ConnectionTrait>(on: &On<'_, C>, tenant: TenantId) -> Result<Vec<AppSummary>, StoreError> {
    let rows: Vec<AppRow> = on
        .all(&list_sql(), [tenant.as_uuid().into(), LIST_LIMIT.into()])
        .await?;
    rows.into_iter().map(AppSummary::try_from).collect()
}

/// Ids sort by time. Live apps first, so that the limit never hides one.
fn list_sql() -> String {
    format!(
        "SELECT g.id, g.tenant_id, g.scope, g.client_id, g.client_name, g.client_host, g.redirect_host, \
     g.created_by_sub, g.created_by_name, g.created_at, g.connected_at, g.last_used_at, g.revoked_at, \
     g.revoked_by_sub, g.revoked_by_name \
     FROM access_grant g WHERE g.tenant_id = $1 AND g.kind = 'app' AND {OF_THIS_INSTALLATION} AND (g.connected_at IS NOT NULL OR g.revoked_at IS NULL \
     AND EXISTS (SELECT 1 FROM credential c WHERE c.grant_id = g.id AND c.kind = 'code' AND c.expires_at > {{now}})) \
     ORDER BY (g.revoked_at IS NOT NULL), g.id DESC LIMIT $2"
    )
}

#[derive(FromQueryResult)]
struct Owner {
    tenant_id: Uuid,
}

/// A grant of an app.
#[derive(FromQueryResult)]
struct AppRow {
    id: Uuid,
    tenant_id: Uuid,
    scope: String,
    client_id: Option<String>,
    client_name: Option<String>,
    client_host: Option<String>,
    redirect_host: Option<String>,
    created_by_sub: String,
    created_by_name: String,
    created_at: i64,
    connected_at: Option<i64>,
    last_used_at: Option<i64>,
    revoked_at: Option<i64>,
    revoked_by_sub: Option<String>,
    revoked_by_name: Option<String>,
}

impl TryFrom<AppRow> for AppSummary {
    type Error = StoreError;

    fn try_from(row: AppRow) -> Result<Self, StoreError> {
        let grant = GrantId::from_uuid(row.id);
        let text = |text: Option<String>, column| text.ok_or_else(|| inconsistency("access_grant", column, grant));
        let revoked = Ended {
            at: row.revoked_at,
            sub: row.revoked_by_sub,
            name: row.revoked_by_name,
        };
        Ok(Self {
            grant,
            tenant: TenantId::from_uuid(row.tenant_id),
            scope: read_scope(&row.scope, "access_grant", grant)?,
            app: AppIdentity {
                client_id: text(row.client_id, "client_id")?,
                name: text(row.client_name, "client_name")?,
                host: row.client_host,
                redirect_host: text(row.redirect_host, "redirect_host")?,
            },
            granted_by: Person::new(&row.created_by_sub, &row.created_by_name),
            granted_at: from_micros(row.created_at, "access_grant", "created_at", grant)?,
            connected_at: read_moment(row.connected_at, "access_grant", "connected_at", grant)?,
            last_used_at: read_moment(row.last_used_at, "access_grant", "last_used_at", grant)?,
            revoked: revoked.read("access_grant", "revoked_at", grant)?,
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
                "SEARCH g USING INDEX access_grant_by_tenant (tenant_id=? AND kind=?)",
                "SCALAR SUBQUERY 1",
                "SEARCH t USING INDEX sqlite_autoindex_tenant_1 (id=?)",
                "CORRELATED SCALAR SUBQUERY 2",
                "SEARCH c USING INDEX credential_by_grant (grant_id=? AND kind=?)",
            ]
        );
    }
}
