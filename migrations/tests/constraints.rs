//! Every rule of the schema, broken once. A rule that nothing breaks here fails the last test.

use std::collections::BTreeSet;

use latchstring_migrations::Migrator;
use sea_orm_migration::{
    MigratorTrait,
    sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement},
};

/// Columns and their values as SQL.
type Columns = &'static [(&'static str, &'static str)];

/// One right row for each table.
const ROWS: [(&str, Columns); 6] = [
    (
        "tenant",
        &[
            ("id", "x'01'"),
            ("host_key", "'shop'"),
            ("public_id", "'0123456789abcdef0123456789abcdef'"),
            ("name", "'Shop'"),
            ("status", "'active'"),
            ("install_gen", "1"),
            ("installed_at", "1"),
            ("uninstalled_at", "NULL"),
        ],
    ),
    (
        "access_grant",
        &[
            ("id", "x'02'"),
            ("tenant_id", "x'01'"),
            ("install_gen", "1"),
            ("kind", "'key'"),
            ("scope", "'read'"),
            ("label", "''"),
            ("created_by_sub", "'u1'"),
            ("created_by_name", "'Ann'"),
            ("created_at", "10"),
            ("last_used_at", "NULL"),
            ("expires_at", "NULL"),
            ("revoked_at", "NULL"),
            ("revoked_by_sub", "NULL"),
            ("revoked_by_name", "NULL"),
        ],
    ),
    (
        "credential",
        &[
            ("id", "1"),
            ("grant_id", "x'02'"),
            ("kind", "'key'"),
            ("hash", "zeroblob(32)"),
            ("hash_key_id", "'k1'"),
            ("hint", "'asmk_Ab12...9xYz'"),
            ("created_at", "10"),
        ],
    ),
    (
        "audit_call",
        &[
            ("seq", "1"),
            ("request_id", "x'03'"),
            ("at", "10"),
            ("tenant_id", "x'01'"),
            ("grant_id", "x'02'"),
            ("holder", "''"),
            ("channel", "'mcp'"),
            ("tool", "'run'"),
            ("outcome", "'OK'"),
            ("committed", "1"),
            ("duration_micros", "0"),
            ("program_sha256", "NULL"),
        ],
    ),
    (
        "audit_operation",
        &[
            ("call_seq", "1"),
            ("position", "0"),
            ("operation", "'boms.list'"),
            ("effect", "NULL"),
            ("outcome", "'OK'"),
            ("duration_micros", "0"),
            ("changes", "NULL"),
        ],
    ),
    ("key_ring_check", &[("key_id", "'k1'"), ("check_hash", "zeroblob(32)")]),
];

/// A table, columns that differ from a right row which is otherwise new, and the rule they break.
const BREACHES: [(&str, Columns, &str); 37] = [
    ("tenant", &[("id", "x'01'")], "UNIQUE constraint failed: tenant.id"),
    (
        "tenant",
        &[("host_key", "'shop'")],
        "UNIQUE constraint failed: tenant.host_key",
    ),
    (
        "tenant",
        &[("public_id", "'0123456789abcdef0123456789abcdef'")],
        "UNIQUE constraint failed: tenant.public_id",
    ),
    (
        "tenant",
        &[("host_key", "''")],
        "CHECK constraint failed: length(host_key) BETWEEN 1 AND 255",
    ),
    (
        "tenant",
        &[("host_key", "hex(zeroblob(128))")],
        "CHECK constraint failed: length(host_key) BETWEEN 1 AND 255",
    ),
    (
        "tenant",
        &[("public_id", "'short'")],
        "CHECK constraint failed: length(public_id) = 32",
    ),
    (
        "tenant",
        &[("status", "'gone'")],
        "CHECK constraint failed: status IN ('active', 'suspended', 'uninstalled')",
    ),
    (
        "tenant",
        &[("status", "'uninstalled'")],
        "CHECK constraint failed: status <> 'uninstalled' OR uninstalled_at IS NOT NULL",
    ),
    (
        "tenant",
        &[("install_gen", "0")],
        "CHECK constraint failed: install_gen >= 1",
    ),
    (
        "access_grant",
        &[("id", "x'02'")],
        "UNIQUE constraint failed: access_grant.id",
    ),
    (
        "access_grant",
        &[("tenant_id", "x'99'")],
        "FOREIGN KEY constraint failed",
    ),
    (
        "access_grant",
        &[("install_gen", "0")],
        "CHECK constraint failed: install_gen >= 1",
    ),
    (
        "access_grant",
        &[("kind", "'app'")],
        "CHECK constraint failed: kind IN ('key')",
    ),
    (
        "access_grant",
        &[("scope", "'write'")],
        "CHECK constraint failed: scope IN ('read', 'read_write')",
    ),
    (
        "access_grant",
        &[("scope", "NULL")],
        "NOT NULL constraint failed: access_grant.scope",
    ),
    (
        "access_grant",
        &[("label", "hex(zeroblob(41))")],
        "CHECK constraint failed: length(label) <= 80",
    ),
    (
        "access_grant",
        &[("expires_at", "10")],
        "CHECK constraint failed: expires_at IS NULL OR expires_at > created_at",
    ),
    (
        "access_grant",
        &[("revoked_at", "11"), ("revoked_by_name", "'Ann'")],
        "CHECK constraint failed: (revoked_at IS NULL) = (revoked_by_sub IS NULL)",
    ),
    (
        "access_grant",
        &[("revoked_at", "11"), ("revoked_by_sub", "'u1'")],
        "CHECK constraint failed: (revoked_at IS NULL) = (revoked_by_name IS NULL)",
    ),
    ("credential", &[("id", "1")], "UNIQUE constraint failed: credential.id"),
    (
        "credential",
        &[("hash", "zeroblob(32)")],
        "UNIQUE constraint failed: credential.hash",
    ),
    ("credential", &[("grant_id", "x'99'")], "FOREIGN KEY constraint failed"),
    (
        "credential",
        &[("kind", "'access'")],
        "CHECK constraint failed: kind IN ('key')",
    ),
    (
        "credential",
        &[("hash", "zeroblob(31)")],
        "CHECK constraint failed: length(hash) = 32",
    ),
    (
        "credential",
        &[("hash_key_id", "''")],
        "CHECK constraint failed: length(hash_key_id) BETWEEN 1 AND 32",
    ),
    (
        "credential",
        &[("hint", "hex(zeroblob(17))")],
        "CHECK constraint failed: length(hint) <= 32",
    ),
    (
        "audit_call",
        &[("seq", "1")],
        "UNIQUE constraint failed: audit_call.seq",
    ),
    (
        "audit_call",
        &[("request_id", "x'03'")],
        "UNIQUE constraint failed: audit_call.request_id",
    ),
    (
        "audit_call",
        &[("duration_micros", "-1")],
        "CHECK constraint failed: duration_micros >= 0",
    ),
    (
        "audit_operation",
        &[("call_seq", "1"), ("position", "0")],
        "UNIQUE constraint failed: audit_operation.call_seq, audit_operation.position",
    ),
    (
        "audit_operation",
        &[("call_seq", "99")],
        "FOREIGN KEY constraint failed",
    ),
    (
        "audit_operation",
        &[("position", "-1")],
        "CHECK constraint failed: position >= 0",
    ),
    (
        "audit_operation",
        &[("effect", "'both'")],
        "CHECK constraint failed: effect IN ('read', 'write')",
    ),
    (
        "audit_operation",
        &[("duration_micros", "-1")],
        "CHECK constraint failed: duration_micros >= 0",
    ),
    (
        "key_ring_check",
        &[("key_id", "'k1'")],
        "UNIQUE constraint failed: key_ring_check.key_id",
    ),
    (
        "key_ring_check",
        &[("key_id", "hex(zeroblob(17))")],
        "CHECK constraint failed: length(key_id) BETWEEN 1 AND 32",
    ),
    (
        "key_ring_check",
        &[("check_hash", "x'00'")],
        "CHECK constraint failed: length(check_hash) = 32",
    ),
];

/// What makes a second right row of each table different from the first.
const SECOND: [(&str, Columns); 6] = [
    (
        "tenant",
        &[
            ("id", "x'11'"),
            ("host_key", "'two'"),
            ("public_id", "'ffffffffffffffffffffffffffffffff'"),
        ],
    ),
    ("access_grant", &[("id", "x'12'")]),
    ("credential", &[("id", "2"), ("hash", "randomblob(32)")]),
    ("audit_call", &[("seq", "2"), ("request_id", "x'13'")]),
    ("audit_operation", &[("position", "1")]),
    ("key_ring_check", &[("key_id", "'k2'")]),
];

async fn migrated() -> DatabaseConnection {
    let db = Database::connect("sqlite::memory:").await.expect("connected");
    Migrator::up(&db, None).await.expect("migrated");
    for (table, row) in ROWS {
        db.execute_unprepared(&insert(table, &[row])).await.expect(table);
    }
    db
}

/// An `INSERT` with the columns of all layers, of which a later one wins.
fn insert(table: &str, layers: &[Columns]) -> String {
    let mut columns: Vec<(&str, &str)> = Vec::new();
    for (name, value) in layers.iter().copied().flatten().copied() {
        columns.retain(|(known, _)| *known != name);
        columns.push((name, value));
    }
    let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    format!(
        "INSERT INTO {table} ({}) VALUES ({})",
        names.join(", "),
        values.join(", ")
    )
}

fn of(rows: &[(&str, Columns)], table: &str) -> Columns {
    rows.iter()
        .find(|(name, _)| *name == table)
        .expect("every table is listed")
        .1
}

#[tokio::test]
async fn every_breach_is_refused_by_its_rule() {
    let db = migrated().await;
    for (table, columns, rule) in BREACHES {
        let sql = insert(table, &[of(&ROWS, table), of(&SECOND, table), columns]);
        let error = db.execute_unprepared(&sql).await.expect_err(&sql).to_string();
        assert!(error.ends_with(rule), "{sql}\n{error}");
    }
    for (table, columns) in SECOND {
        let sql = insert(table, &[of(&ROWS, table), columns]);
        db.execute_unprepared(&sql)
            .await
            .expect("without the breach, the same row is right");
    }
}

#[tokio::test]
async fn no_rule_is_left_unbroken() {
    let db = migrated().await;
    let sql = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL";
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("listed");
    let mut checks = 0;
    let mut uniques = 0;
    for row in rows {
        let (name, sql): (String, String) = (
            row.try_get("", "name").expect("name"),
            row.try_get("", "sql").expect("sql"),
        );
        if name.starts_with("sqlite_") || name == "latchstring_migrations" {
            continue;
        }
        checks += sql.matches("CHECK").count();
        uniques += sql.matches("UNIQUE").count() + 1; // and the primary key
    }
    let broken = |kind| {
        let distinct: BTreeSet<_> = BREACHES
            .iter()
            .filter(|(.., rule)| rule.starts_with(kind))
            .map(|(table, _, rule)| (table, rule))
            .collect();
        distinct.len()
    };
    assert_eq!(broken("CHECK"), checks);
    assert_eq!(broken("UNIQUE"), uniques);
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let db = migrated().await;
    Migrator::up(&db, None).await.expect("nothing to do");
    assert!(Migrator::get_pending_migrations(&db).await.expect("listed").is_empty());
}
