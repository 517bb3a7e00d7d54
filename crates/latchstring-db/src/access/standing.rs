//! Whether a grant stands: asked for every request, every operation and every commit.

use latchstring_access::{FoundBearer, GrantKind, SecretHash, Standing, StoreError};
use latchstring_core::{GrantId, Holder, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Value, prelude::Uuid};

use super::{
    read::{read_connector, read_plan, read_scope},
    sql::{On, bytes, places},
};
use crate::{inconsistency::inconsistency, moment::from_micros};

/// The rule itself, for a grant `g` of a tenant `t`. Whatever asks whether a grant stands asks with these words.
pub(super) const STANDS: &str = "g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > {now}) \
     AND t.status = 'active' AND t.install_gen = g.install_gen";

/// A grant `g` that has come to no end of its own yet.
pub(super) const OPEN: &str = "g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > {now})";

/// Of the tenant `$1`, for lists: a grant that was made in the installation there is now.
pub(super) const OF_THIS_INSTALLATION: &str = "g.install_gen = (SELECT t.install_gen FROM tenant t WHERE t.id = $1)";

/// How many grants are asked about at once. Fewer are filled up, so that there is one text to prepare.
const BATCH: usize = 100;

pub(super) async fn find_bearer<C: ConnectionTrait>(
    on: &On<'_, C>,
    kind: GrantKind,
    hashes: &[SecretHash],
) -> Result<Option<FoundBearer>, StoreError> {
    if hashes.is_empty() {
        return Ok(None);
    }
    let sql = find_bearer_sql(kind, hashes.len());
    let row: Option<BearerRow> = on.one(&sql, hashes.iter().map(bytes)).await?;
    row.map(FoundBearer::try_from).transpose()
}

/// The question of every request. One text per size of the key ring, so each connection prepares it once.
fn find_bearer_sql(kind: GrantKind, hashes: usize) -> String {
    let (grant, credential) = match kind {
        GrantKind::Key => ("key", "key"),
        GrantKind::App => ("app", "access"),
    };
    format!(
        "SELECT g.id, g.tenant_id, g.kind, g.scope, g.label, c.hint, g.client_name, g.client_host, \
         t.public_id AS connector, {{now}} AS at \
         FROM credential c JOIN access_grant g ON g.id = c.grant_id JOIN tenant t ON t.id = g.tenant_id \
         WHERE c.hash IN ({}) AND c.kind = '{credential}' AND g.kind = '{grant}' \
         AND (c.expires_at IS NULL OR c.expires_at > {{now}}) AND {STANDS}",
        places(1, hashes)
    )
}

pub(super) async fn standing<C: ConnectionTrait>(
    on: &On<'_, C>,
    tenant: TenantId,
    grant: GrantId,
) -> Result<Option<Standing>, StoreError> {
    let values = [grant.as_uuid().into(), tenant.as_uuid().into()];
    let row: Option<StandingRow> = on.one(&standing_sql(), values).await?;
    Ok(row.map(StandingRow::read).transpose()?.map(|(_, standing)| standing))
}

fn standing_sql() -> String {
    format!(
        "SELECT g.id, t.id AS tenant_id, t.plan, (t.paused_at IS NOT NULL) AS is_paused FROM access_grant g JOIN tenant t ON t.id = g.tenant_id \
         WHERE g.id = $1 AND g.tenant_id = $2 AND {STANDS}"
    )
}

pub(super) async fn standing_among<C: ConnectionTrait>(
    on: &On<'_, C>,
    grants: &[GrantId],
) -> Result<Vec<(GrantId, Standing)>, StoreError> {
    let mut standing = Vec::with_capacity(grants.len());
    for batch in grants.chunks(BATCH) {
        let filled_up = (0..BATCH).map(|place| batch[place.min(batch.len() - 1)]);
        let values = filled_up.map(|grant| Value::from(grant.as_uuid()));
        for row in on.all::<StandingRow>(&standing_among_sql(), values).await? {
            standing.push(row.read()?);
        }
    }
    Ok(standing)
}

fn standing_among_sql() -> String {
    format!(
        "SELECT g.id, t.id AS tenant_id, t.plan, (t.paused_at IS NOT NULL) AS is_paused FROM access_grant g JOIN tenant t ON t.id = g.tenant_id \
         WHERE g.id IN ({}) AND {STANDS}",
        places(1, BATCH)
    )
}

#[derive(FromQueryResult)]
struct StandingRow {
    id: Uuid,
    tenant_id: Uuid,
    plan: String,
    is_paused: bool,
}

impl StandingRow {
    fn read(self) -> Result<(GrantId, Standing), StoreError> {
        let plan = read_plan(&self.plan, self.tenant_id)?;
        let is_paused = self.is_paused;
        Ok((GrantId::from_uuid(self.id), Standing { plan, is_paused }))
    }
}

#[derive(FromQueryResult)]
struct BearerRow {
    id: Uuid,
    tenant_id: Uuid,
    kind: String,
    scope: String,
    label: String,
    hint: String,
    client_name: Option<String>,
    client_host: Option<String>,
    connector: String,
    at: i64,
}

impl TryFrom<BearerRow> for FoundBearer {
    type Error = StoreError;

    fn try_from(row: BearerRow) -> Result<Self, StoreError> {
        let grant = GrantId::from_uuid(row.id);
        let holder = match (row.kind.as_str(), row.client_name) {
            ("key", None) => Holder::Key {
                label: row.label,
                hint: row.hint,
            },
            ("app", Some(name)) => Holder::App {
                name,
                host: row.client_host,
            },
            _ => return Err(inconsistency("access_grant", "kind", grant).into()),
        };
        Ok(Self {
            grant,
            tenant: TenantId::from_uuid(row.tenant_id),
            connector: read_connector(&row.connector, row.tenant_id)?,
            scope: read_scope(&row.scope, "access_grant", grant)?,
            holder,
            at: from_micros(row.at, "access_grant", "at", grant)?,
        })
    }
}

#[cfg(test)]
mod tests;
