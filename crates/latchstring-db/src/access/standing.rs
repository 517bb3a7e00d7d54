//! Whether a grant stands: asked for every request, every operation and every commit.

use chrono::{DateTime, Utc};
use latchstring_access::{FoundKey, SecretHash, StoreError};
use latchstring_core::{GrantId, TenantId};
use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value, prelude::Uuid};

use super::failed;
use crate::{inconsistency::inconsistency, moment::to_micros};

/// The rule itself, for a grant `g` of a tenant `t` at the moment `$1`. Whatever asks whether a grant stands asks
/// with these words.
pub(super) const STANDS: &str = "g.revoked_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > $1) \
     AND t.status = 'active' AND t.install_gen = g.install_gen";

pub(super) async fn find_key(
    db: &impl ConnectionTrait,
    hashes: &[SecretHash],
    now: DateTime<Utc>,
) -> Result<Option<FoundKey>, StoreError> {
    if hashes.is_empty() {
        return Ok(None);
    }
    let values = std::iter::once(Value::from(to_micros(now)))
        .chain(hashes.iter().map(|hash| Value::from(hash.as_bytes().to_vec())));
    let statement = Statement::from_sql_and_values(db.get_database_backend(), find_key_sql(hashes.len()), values);
    let row = FoundRow::find_by_statement(statement).one(db).await.map_err(failed)?;
    row.map(FoundKey::try_from).transpose()
}

/// The question of every request. One text per size of the key ring, so each connection prepares it once.
fn find_key_sql(hashes: usize) -> String {
    let places: Vec<String> = (2..hashes + 2).map(|place| format!("${place}")).collect();
    format!(
        "SELECT g.id, g.tenant_id, g.scope, g.label, c.hint FROM credential c \
         JOIN access_grant g ON g.id = c.grant_id JOIN tenant t ON t.id = g.tenant_id \
         WHERE c.hash IN ({}) AND c.kind = 'key' AND {STANDS}",
        places.join(", ")
    )
}

pub(super) async fn stands(
    db: &impl ConnectionTrait,
    tenant: TenantId,
    grant: GrantId,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let values = [
        Value::from(to_micros(now)),
        grant.as_uuid().into(),
        tenant.as_uuid().into(),
    ];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), stands_sql(), values);
    Ok(db.query_one_raw(statement).await.map_err(failed)?.is_some())
}

fn stands_sql() -> String {
    format!(
        "SELECT 1 FROM access_grant g JOIN tenant t ON t.id = g.tenant_id \
         WHERE g.id = $2 AND g.tenant_id = $3 AND {STANDS}"
    )
}

#[derive(FromQueryResult)]
struct FoundRow {
    id: Uuid,
    tenant_id: Uuid,
    scope: String,
    label: String,
    hint: String,
}

impl TryFrom<FoundRow> for FoundKey {
    type Error = StoreError;

    fn try_from(row: FoundRow) -> Result<Self, StoreError> {
        let grant = GrantId::from_uuid(row.id);
        Ok(Self {
            grant,
            tenant: TenantId::from_uuid(row.tenant_id),
            scope: row
                .scope
                .parse()
                .map_err(|_| inconsistency("access_grant", "scope", grant))?,
            label: row.label,
            hint: row.hint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Database, SqlAccessStore};

    async fn plan(sql: String, places: usize) -> Vec<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite:{}", folder.path().join("access.sqlite").display());
        let store = SqlAccessStore::open(Database::open(&url).await.expect("opened"))
            .await
            .expect("migrated");
        let db = store.db.readers();
        let values = (0..places).map(|_| Value::from(0_i64));
        let statement =
            Statement::from_sql_and_values(db.get_database_backend(), format!("EXPLAIN QUERY PLAN {sql}"), values);
        let rows = db.query_all_raw(statement).await.expect("explained");
        rows.iter()
            .map(|row| row.try_get("", "detail").expect("a text"))
            .collect()
    }

    #[tokio::test]
    async fn the_look_up_of_every_request_goes_by_unique_indexes() {
        for ring_size in [1, 3] {
            let plan = plan(find_key_sql(ring_size), ring_size + 1).await;
            assert_eq!(
                plan,
                [
                    "SEARCH c USING INDEX sqlite_autoindex_credential_1 (hash=?)",
                    "SEARCH g USING INDEX sqlite_autoindex_access_grant_1 (id=?)",
                    "SEARCH t USING INDEX sqlite_autoindex_tenant_1 (id=?)",
                ]
            );
        }
    }

    #[tokio::test]
    async fn the_check_before_every_operation_goes_by_unique_indexes() {
        let plan = plan(stands_sql(), 3).await;
        assert_eq!(plan.len(), 2);
        assert!(
            plan.iter()
                .all(|step| step.starts_with("SEARCH") && step.contains("(id=?)")),
            "{plan:?}"
        );
    }
}
