//! How SQLite goes about each statement: which ones read all that a store has of something, and which sort it.

use std::collections::BTreeSet;

use latchstring::db::{Database, testing::FreshDatabase};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{SMALL, calls, store};

/// Tables with few rows, however large a store is.
const SMALL_TABLES: [&str; 3] = ["shops", "locations", "views"];

async fn plan(database: &Database, sql: &str) -> Vec<String> {
    let read = database.begin_read().await.unwrap();
    let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
    let steps = read.query_all_raw(explain).await.unwrap();
    steps.iter().map(|step| step.try_get("", "detail").unwrap()).collect()
}

/// Whether a step looks at everything that the store has in a table or an index.
fn reads_all(step: &str) -> bool {
    step.starts_with("SCAN ") || (step.starts_with("SEARCH ") && step.ends_with("(store_id=?)"))
}

/// A page that is read in the order of an index ends where the page ends, so it is left out here: what is counted and what
/// is sorted is not.
#[tokio::test]
async fn what_reads_all_that_a_store_has_is_known() {
    if FreshDatabase::is_on_postgres() {
        return;
    }
    let store = store(SMALL).await;
    let mut report = BTreeSet::new();
    for (path, arguments) in calls() {
        let (_, statements) = store.call(path, &arguments).await;
        for sql in statements.iter().filter(|sql| sql.starts_with("SELECT")) {
            let steps = plan(&store.database, sql).await;
            let is_sorted = steps.iter().any(|step| step.contains("TEMP B-TREE FOR ORDER BY"));
            if sql.contains(" LIMIT ") && !is_sorted {
                continue;
            }
            let all = steps.iter().filter(|step| reads_all(step));
            let all = all.filter(|step| !SMALL_TABLES.contains(&step.split(' ').nth(1).unwrap()));
            report.extend(all.map(|step| format!("{path} {arguments}\n    {step}")));
        }
    }
    insta::assert_snapshot!(Vec::from_iter(report).join("\n"));
}

#[tokio::test]
async fn every_statement_has_a_key_or_a_limit() {
    let store = store(SMALL).await;
    for (path, arguments) in calls() {
        let (_, statements) = store.call(path, &arguments).await;
        for sql in statements.iter().filter(|sql| sql.starts_with("SELECT")) {
            let is_bound = [
                " IN (",
                " LIMIT ",
                "COUNT(",
                "SUM(",
                ".\"id\" = ",
                ".\"number\" = ",
                "_id\" = $2",
                "_id\" = ?",
                "caller_key",
            ]
            .iter()
            .any(|part| sql.replacen("\"store_id\" = ", "", 1).contains(part));
            assert!(is_bound, "{path} reads without a key or a limit: {sql}");
        }
    }
}
