//! Every rule of the schema, broken once. A rule that nothing breaks here fails the last test.
//!
//! On SQLite, and on PostgreSQL where `LATCHSTRING_TEST_POSTGRES` is the address of a database to test in.

use std::{collections::BTreeSet, env};

use latchstring_migrations::Migrator;
use sea_orm_migration::{
    MigratorTrait,
    sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement},
};

use crate::rows::{BREACHES, Columns, ROWS, Right};

mod rows;

async fn on_sqlite() -> DatabaseConnection {
    let db = Database::connect("sqlite::memory:").await.expect("connected");
    filled(&db).await;
    db
}

/// In a schema of this name, which is made anew and stays behind.
async fn on_postgres(schema: &str) -> Option<DatabaseConnection> {
    let mut options = ConnectOptions::new(env::var("LATCHSTRING_TEST_POSTGRES").ok()?);
    options.max_connections(1).set_schema_search_path(schema);
    let db = Database::connect(options).await.expect("connected");
    db.execute_unprepared(&format!("DROP SCHEMA IF EXISTS {schema} CASCADE"))
        .await
        .expect("dropped");
    db.execute_unprepared(&format!("CREATE SCHEMA {schema}"))
        .await
        .expect("created");
    filled(&db).await;
    Some(db)
}

async fn filled(db: &DatabaseConnection) {
    Migrator::up(db, None).await.expect("migrated");
    for row in &ROWS {
        let sql = insert(db.get_database_backend(), row, &[]);
        db.execute_unprepared(&sql).await.expect(row.name);
    }
}

/// An `INSERT` of a row with the columns of all layers, of which a later one wins.
fn insert(backend: DbBackend, row: &Right, layers: &[Columns]) -> String {
    let mut columns: Vec<(&str, String)> = Vec::new();
    let layers = [row.columns].into_iter().chain(layers.iter().copied());
    for (name, value) in layers.flatten().copied() {
        columns.retain(|(known, _)| *known != name);
        columns.push((name, in_words_of(backend, value)));
    }
    let (names, values): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        row.table,
        names.join(", "),
        values.join(", ")
    )
}

fn in_words_of(backend: DbBackend, value: &str) -> String {
    let Some((word, number)) = value.strip_suffix(')').and_then(|value| value.split_once('(')) else {
        return value.to_owned();
    };
    let number: usize = number.parse().expect("a number");
    let hex = match word {
        "id" => format!("{number:032x}"),
        "hash" => format!("{number:064x}"),
        "bytes" => "00".repeat(number),
        "text" => return format!("'{}'", "x".repeat(number)),
        _ => panic!("{value}"),
    };
    match (backend, word) {
        (DbBackend::Sqlite, _) => format!("x'{hex}'"),
        (_, "id") => format!("'{hex}'::uuid"),
        _ => format!("'\\x{hex}'::bytea"),
    }
}

fn named(name: &str) -> &'static Right {
    ROWS.iter().find(|row| row.name == name).expect("every row is listed")
}

async fn breach(db: &DatabaseConnection, name: &str, columns: Columns) -> String {
    let row = named(name);
    let sql = insert(db.get_database_backend(), row, &[row.second, columns]);
    db.execute_unprepared(&sql).await.expect_err(&sql).to_string()
}

async fn without_the_breach_all_is_right(db: &DatabaseConnection) {
    for row in &ROWS {
        let sql = insert(db.get_database_backend(), row, &[row.second]);
        db.execute_unprepared(&sql).await.expect(&sql);
    }
}

#[tokio::test]
async fn every_breach_is_refused_by_its_rule() {
    let db = on_sqlite().await;
    for (name, columns, rule) in BREACHES {
        let error = breach(&db, name, columns).await;
        assert!(error.ends_with(rule), "{name} {columns:?}\n{error}");
    }
    without_the_breach_all_is_right(&db).await;
}

#[tokio::test]
async fn no_rule_is_left_unbroken() {
    let db = on_sqlite().await;
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
            .map(|(name, _, rule)| (named(name).table, rule))
            .collect();
        distinct.len()
    };
    assert_eq!(broken("CHECK"), checks);
    assert_eq!(broken("UNIQUE"), uniques);
}

#[tokio::test]
async fn postgres_refuses_the_same_and_has_no_rule_of_its_own() {
    let Some(db) = on_postgres("latchstring_constraints").await else {
        return;
    };
    let mut broken = BTreeSet::new();
    for (name, columns, rule) in BREACHES {
        let error = breach(&db, name, columns).await;
        let kind = match rule.split(' ').next() {
            Some("UNIQUE") => "violates unique constraint",
            Some("CHECK") => "violates check constraint",
            Some("FOREIGN") => "violates foreign key constraint",
            _ => "violates not-null constraint",
        };
        assert!(error.contains(kind), "{name} {columns:?}\n{error}");
        if let Some((_, constraint)) = error.split_once(&format!("{kind} \"")) {
            let constraint = constraint.split('"').next().expect("its end");
            broken.insert(format!("{} {constraint}", named(name).table));
        }
    }
    let sql = "SELECT conrelid::regclass::text || ' ' || conname AS rule FROM pg_constraint \
               WHERE connamespace = current_schema()::regnamespace \
               AND conrelid <> 'latchstring_migrations'::regclass";
    let rows = db
        .query_all_raw(Statement::from_string(db.get_database_backend(), sql))
        .await
        .expect("listed");
    let rules: BTreeSet<String> = rows
        .iter()
        .map(|row| row.try_get("", "rule").expect("a rule"))
        .collect();
    assert_eq!(broken, rules);
    without_the_breach_all_is_right(&db).await;
}

#[tokio::test]
async fn migrating_again_changes_nothing() {
    let db = on_sqlite().await;
    Migrator::up(&db, None).await.expect("nothing to do");
    assert!(Migrator::get_pending_migrations(&db).await.expect("listed").is_empty());
}
