//! How a database goes about a statement, for tests.

use std::sync::Arc;

use latchstring_core::SystemClock;
use sea_orm::{ConnectionTrait, Statement, Value};

use super::sql::On;
use crate::{Database, SqlAccessStore, testing::FreshDatabase};

/// The steps of a statement with this many places, {now} included, on SQLite.
pub(super) async fn sqlite_plan(sql: &str, places: usize) -> Vec<String> {
    let home = FreshDatabase::on_sqlite("plans");
    let db = Database::open(home.url()).await.expect("opened");
    let store = SqlAccessStore::open_with_clock(db, Arc::new(SystemClock))
        .await
        .expect("migrated");
    let reader = store.db.readers();
    let sql = On::new(reader, None).statement(sql, []).sql;
    let values = (0..places).map(|_| Value::from(0_i64));
    let statement = Statement::from_sql_and_values(
        reader.get_database_backend(),
        format!("EXPLAIN QUERY PLAN {sql}"),
        values,
    );
    let rows = reader.query_all_raw(statement).await.expect("explained");
    rows.iter()
        .map(|row| row.try_get("", "detail").expect("a text"))
        .collect()
}

/// The indexes a statement goes by on PostgreSQL, and `Seq Scan` for none, in the order of the plan, where there are
/// enough rows for it to matter; `None` where there is no server.
pub(super) async fn postgres_plan(sql: &str, values: impl IntoIterator<Item = Value>) -> Option<Vec<String>> {
    if !FreshDatabase::is_on_postgres() {
        return None;
    }
    let home = FreshDatabase::new("plans").await;
    let db = Database::open(home.url()).await.expect("opened");
    let store = SqlAccessStore::open(db).await.expect("migrated");
    let work = store.db.begin_write().await.expect("begun");
    work.execute_unprepared(ROWS).await.expect("filled");
    work.commit().await.expect("committed");
    let reader = store.db.readers();
    let mut statement = On::new(reader, None).statement(sql, values);
    statement.sql = format!("EXPLAIN {}", statement.sql);
    let rows = reader.query_all_raw(statement).await.expect("explained");
    let steps = rows
        .iter()
        .map(|row| row.try_get_by_index::<String>(0).expect("a text"));
    let index = |step: String| {
        let (_, rest) = step.split_once(" using ")?;
        Some(rest.split(' ').next()?.to_owned())
    };
    let scans = steps.filter_map(|step| {
        let is_whole = step.contains("Seq Scan");
        if is_whole {
            Some("Seq Scan".to_owned())
        } else {
            index(step)
        }
    });
    Some(scans.collect())
}

/// A thousand tenants with ten keys each, of which one in sixty-four made a call on each of a hundred days.
const ROWS: &str = "
    INSERT INTO tenant (id, host_key, public_id, name, status, install_gen, installed_at, plan, plan_changed_at)
        SELECT gen_random_uuid(), 'shop ' || i, lpad(to_hex(i), 32, '0'), 'Shop', 'active', 1, 1, 'active', 1
        FROM generate_series(1, 1000) i;
    INSERT INTO access_grant (id, tenant_id, install_gen, kind, scope, label, created_by_sub, created_by_name, created_at)
        SELECT gen_random_uuid(), id, 1, 'key', 'read', '', 'u1', 'Ann', 10 FROM tenant, generate_series(1, 10);
    INSERT INTO credential (grant_id, kind, hash, hash_key_id, hint, created_at)
        SELECT id, 'key', sha256(id::text::bytea), 'k1', '', 10 FROM access_grant;
    INSERT INTO audit_call (request_id, at, tenant_id, grant_id, holder, channel, tool, outcome, committed, duration_micros)
        SELECT gen_random_uuid(), day * 86400000000, tenant_id, id, '', 'mcp', 'run', 'OK', FALSE, 5
        FROM generate_series(1, 100) day, access_grant WHERE get_byte(uuid_send(id), 15) < 4;
    ANALYZE";
