//! What the tables of an earlier version become.

use latchstring_migrations::Migrator;
use sea_orm_migration::{
    MigratorTrait,
    sea_orm::{ConnectionTrait, Database, DatabaseConnection, Statement, TransactionTrait},
};

/// Two tenants, a key that works, a key that was revoked, a call, and the key ring's check, as the first version kept
/// them.
const FIRST_VERSION: &str = "
    INSERT INTO tenant (id, host_key, public_id, name, status, install_gen, installed_at, uninstalled_at) VALUES
        (x'01', 'shop', '0123456789abcdef0123456789abcdef', 'Shop', 'active', 3, 30, 20),
        (x'02', 'gone', 'ffffffffffffffffffffffffffffffff', 'Gone', 'uninstalled', 2, 10, 40),
        (x'03', 'rest', '00000000000000000000000000000000', 'Rest', 'suspended', 1, 50, NULL);
    INSERT INTO access_grant (id, tenant_id, install_gen, kind, scope, label, created_by_sub, created_by_name,
        created_at, last_used_at, expires_at, revoked_at, revoked_by_sub, revoked_by_name) VALUES
        (x'11', x'01', 3, 'key', 'read', 'Claude', 'u1', 'Ann', 31, 35, 90, NULL, NULL, NULL),
        (x'12', x'01', 1, 'key', 'read_write', '', 'u1', 'Ann', 11, NULL, NULL, 12, 'u2', 'Bob');
    INSERT INTO credential (id, grant_id, kind, hash, hash_key_id, hint, created_at) VALUES
        (7, x'12', 'key', zeroblob(32), 'k1', 'asmk_0000...0000', 11),
        (9, x'11', 'key', x'0101010101010101010101010101010101010101010101010101010101010101', 'k1', 'asmk_1', 31);
    INSERT INTO audit_call (seq, request_id, at, tenant_id, grant_id, holder, channel, tool, outcome, committed,
        duration_micros, program_sha256) VALUES (1, x'21', 36, x'01', x'11', '', 'mcp', 'run', 'OK', 1, 5, 'ab');
    INSERT INTO audit_operation (call_seq, position, operation, outcome, duration_micros) VALUES (1, 0, 'x', 'OK', 1);
    INSERT INTO key_ring_check (key_id, check_hash) VALUES ('k1', zeroblob(32));
";

#[tokio::test]
async fn tenants_keys_and_revocations_of_the_first_version_survive() {
    let db = Database::connect("sqlite::memory:").await.expect("connected");
    Migrator::up(&db, Some(1)).await.expect("as it was");
    db.execute_unprepared(FIRST_VERSION).await.expect("filled");

    // As the server does it: in one transaction, with foreign keys on.
    db.execute_unprepared("PRAGMA foreign_keys = ON").await.expect("set");
    let work = db.begin().await.expect("begun");
    Migrator::up(&work, None).await.expect("migrated");
    work.commit().await.expect("committed");

    let tenants = "SELECT hex(id), host_key, public_id, name, status, install_gen, installed_at, uninstalled_at, plan, \
                   plan_changed_at, paused_at, paused_by_name FROM tenant ORDER BY id";
    assert_eq!(
        lines(&db, tenants, 12).await,
        [
            "01 shop 0123456789abcdef0123456789abcdef Shop active 3 30 20 active 30 - -",
            "02 gone ffffffffffffffffffffffffffffffff Gone uninstalled 2 10 40 active 10 - -",
            "03 rest 00000000000000000000000000000000 Rest active 1 50 - active 50 50 the operator",
        ]
    );
    let grants = "SELECT hex(id), hex(tenant_id), install_gen, kind, scope, label, created_by_sub, created_by_name, \
                  created_at, last_used_at, expires_at, revoked_at, revoked_by_sub, revoked_by_name, client_id, \
                  client_name, client_host, redirect_host, code_id, connected_at FROM access_grant ORDER BY id";
    assert_eq!(
        lines(&db, grants, 20).await,
        [
            "11 01 3 key read Claude u1 Ann 31 35 90 - - - - - - - - -",
            "12 01 1 key read_write  u1 Ann 11 - - 12 u2 Bob - - - - - -",
        ]
    );
    let credentials = "SELECT hex(grant_id), kind, lower(hex(substr(hash, 1, 2))), hash_key_id, hint, created_at, \
                       expires_at, spent_at FROM credential ORDER BY id";
    assert_eq!(
        lines(&db, credentials, 8).await,
        ["12 key 0000 k1 asmk_0000...0000 11 - -", "11 key 0101 k1 asmk_1 31 - -"]
    );
    let kept = "SELECT (SELECT count(*) FROM audit_call), (SELECT count(*) FROM audit_operation), \
                (SELECT count(*) FROM key_ring_check)";
    assert_eq!(lines(&db, kept, 3).await, ["1 1 1"]);
    // Its program was not kept, and nobody knows how many rows it read.
    let call = "SELECT program_sha256, source, operation, row_count FROM audit_call \
                JOIN audit_operation ON call_seq = seq LEFT JOIN audit_program ON sha256 = program_sha256";
    assert_eq!(lines(&db, call, 4).await, ["ab - x -"]);

    let broken = lines(&db, "SELECT \"table\", rowid FROM pragma_foreign_key_check", 2).await;
    assert_eq!(broken, [""; 0]);
    let references = "SELECT m.name, f.\"table\" FROM sqlite_master m, pragma_foreign_key_list(m.name) f \
                      WHERE m.type = 'table' ORDER BY 1, 2";
    assert_eq!(
        lines(&db, references, 2).await,
        [
            "access_grant tenant",
            "audit_operation audit_call",
            "connection_code tenant",
            "credential access_grant",
        ]
    );
    let leftovers = "SELECT name FROM sqlite_master WHERE name LIKE '%m0002%'";
    assert_eq!(lines(&db, leftovers, 1).await, [""; 0]);
}

/// The rows as lines of words, `-` for NULL.
async fn lines(db: &DatabaseConnection, sql: &str, columns: usize) -> Vec<String> {
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("answered");
    let word = |row: &sea_orm_migration::sea_orm::QueryResult, column| {
        let text = row.try_get_by_index::<Option<String>>(column);
        text.or_else(|_| {
            let number = row.try_get_by_index::<Option<i64>>(column);
            number.map(|number| number.map(|number| number.to_string()))
        })
        .expect("a text or a number")
        .unwrap_or_else(|| "-".to_owned())
    };
    rows.iter()
        .map(|row| {
            (0..columns)
                .map(|column| word(row, column))
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect()
}
