//! What is stored, row by row, for tests about what a call changes and what it leaves alone.

use std::collections::BTreeSet;

use latchstring_core::TenantId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement};

use crate::{Database, commit};

/// Every row of every table, as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored(BTreeSet<String>);

impl Stored {
    /// The rows that are gone, and those that have come.
    pub fn changes(&self, later: &Self) -> Vec<String> {
        let gone = self.0.difference(&later.0).map(|row| format!("- {row}"));
        let come = later.0.difference(&self.0).map(|row| format!("+ {row}"));
        gone.chain(come).collect()
    }

    /// The rows of one tenant.
    #[must_use]
    pub fn of(&self, tenant: TenantId) -> Self {
        let id = tenant.as_uuid();
        let (blob, text) = (format!("X'{}'", id.simple()).to_uppercase(), id.to_string());
        let rows = self.0.iter().filter(|row| row.contains(&blob) || row.contains(&text));
        Self(rows.cloned().collect())
    }
}

/// A look into a database past all rules.
pub struct Inspection {
    database: Database,
    /// A statement that reads every row.
    everything: String,
}

impl Inspection {
    /// Of the tables that are there by now.
    pub async fn of(database: &Database) -> Self {
        Self {
            database: database.clone(),
            everything: everything(&read(database).await).await,
        }
    }

    /// Every row of every table.
    pub async fn stored(&self) -> Stored {
        Stored(self.texts(&self.everything).await.into_iter().collect())
    }

    /// The texts `t` of a statement's rows.
    pub async fn texts(&self, sql: &str) -> Vec<String> {
        texts(&read(&self.database).await, sql).await
    }

    /// The number `n` of a statement.
    pub async fn number(&self, sql: &str) -> i64 {
        let read = read(&self.database).await;
        let row = read
            .query_one_raw(Statement::from_string(read.get_database_backend(), sql))
            .await;
        let row = row.expect("a statement that can be run").expect("a row");
        row.try_get("", "n").expect("a number `n`")
    }

    /// These columns of a table's rows of one tenant, with `U+001F` between them; nothing for what is missing. `owner` is the
    /// column that says whose a row is.
    pub async fn texts_of(&self, tenant: TenantId, owner: &str, table: &str, columns: &str) -> Vec<String> {
        let read = read(&self.database).await;
        let id = match read.get_database_backend() {
            DbBackend::Sqlite => format!("X'{}'", tenant.as_uuid().simple()),
            _ => format!("'{}'", tenant.as_uuid()),
        };
        let columns: Vec<String> = columns
            .split(", ")
            .map(|name| format!("COALESCE({name}, '')"))
            .collect();
        let columns = columns.join(" || '\u{1F}' || ");
        texts(
            &read,
            &format!("SELECT {columns} AS t FROM {table} WHERE {owner} = {id}"),
        )
        .await
    }

    /// Does what no operation could: what people do, a shop platform, or time. Changes at least one row.
    pub async fn change(&self, tenant: TenantId, sql: &str) {
        let write = self.database.begin_write_for(tenant).await.expect("a transaction");
        let done = write
            .execute_unprepared(sql)
            .await
            .expect("a statement that can be run");
        assert!(done.rows_affected() > 0, "{sql}");
        commit(write).await.expect("committed");
    }
}

async fn read(database: &Database) -> DatabaseTransaction {
    database.begin_read().await.expect("a transaction")
}

/// A statement that reads every row of every table as a text, whatever tables there are.
async fn everything(read: &DatabaseTransaction) -> String {
    let is_sqlite = read.get_database_backend() == DbBackend::Sqlite;
    let tables = if is_sqlite {
        "SELECT name AS t FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    } else {
        "SELECT tablename AS t FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut selects = Vec::new();
    for table in texts(read, tables).await {
        let row = if is_sqlite {
            let columns = format!("SELECT name AS t FROM pragma_table_info('{table}')");
            let columns = texts(read, &columns).await.into_iter();
            let quoted: Vec<String> = columns.map(|name| format!("quote(\"{name}\")")).collect();
            quoted.join(" || ',' || ")
        } else {
            "one::text".to_owned()
        };
        selects.push(format!("SELECT '{table}: ' || {row} AS t FROM {table} one"));
    }
    selects.join(" UNION ALL ")
}

async fn texts(read: &DatabaseTransaction, sql: &str) -> Vec<String> {
    let rows = read.query_all_raw(Statement::from_string(read.get_database_backend(), sql));
    let rows = rows.await.expect("a statement that can be run");
    rows.iter()
        .map(|row| row.try_get("", "t").expect("a text `t`"))
        .collect()
}
