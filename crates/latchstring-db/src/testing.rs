//! Fresh databases for tests: a SQLite file, or a database on the server that `LATCHSTRING_TEST_POSTGRES` names; and a look
//! at what is stored in one.

#![expect(clippy::missing_panics_doc, reason = "a test that cannot go on has failed")]

mod stored;

use std::{
    hash::{BuildHasher, RandomState},
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use sea_orm::sqlx::{self, Connection, Executor, PgConnection, Row};
use tempfile::TempDir;
use url::Url;

pub use stored::{Inspection, Stored};

/// The address of a server where tests may create databases.
pub const SERVER: &str = "LATCHSTRING_TEST_POSTGRES";

/// A new and empty database, which is gone when this is dropped. Any number of [`Database`](crate::Database)s may be
/// opened on it.
pub struct FreshDatabase {
    url: String,
    home: Home,
}

enum Home {
    Folder(TempDir),
    Server { address: Url, name: String },
}

impl FreshDatabase {
    /// Makes one. The hint becomes a part of its name.
    pub async fn new(hint: &str) -> Self {
        match server() {
            None => Self::on_sqlite(hint),
            Some(address) => Self::on_postgres(address, hint).await,
        }
    }

    /// Whether [`new`](Self::new) makes databases on a PostgreSQL server.
    pub fn is_on_postgres() -> bool {
        server().is_some()
    }

    /// A SQLite file, whatever the environment says; for tests about files.
    pub fn on_sqlite(hint: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        Self {
            url: format!("sqlite:{}", folder.path().join(format!("{hint}.sqlite")).display()),
            home: Home::Folder(folder),
        }
    }

    async fn on_postgres(address: Url, hint: &str) -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let hint: String = hint.chars().filter(char::is_ascii_alphanumeric).take(20).collect();
        // Several test processes may run at once.
        let random = RandomState::new().hash_one(std::process::id());
        let name = format!(
            "test_{}_{random:016x}_{}",
            hint.to_lowercase(),
            MADE.fetch_add(1, Ordering::Relaxed)
        );
        tell(
            &address,
            &format!("CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"),
        )
        .await;
        let mut url = address.clone();
        url.set_path(&name);
        Self {
            url: url.into(),
            home: Home::Server { address, name },
        }
    }

    /// The address, for [`Database::open`](crate::Database::open).
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The address for tables that are kept apart from the others, as a server keeps its access tables: another file
    /// in the same folder, or the same database on a PostgreSQL server.
    pub fn url_beside(&self, hint: &str) -> String {
        match &self.home {
            Home::Folder(folder) => format!("sqlite:{}", folder.path().join(format!("{hint}.sqlite")).display()),
            Home::Server { .. } => self.url.clone(),
        }
    }

    /// All that is stored, and where: the bytes of each file, or each row of each table as text.
    pub async fn stored(&self) -> Vec<(String, Vec<u8>)> {
        match &self.home {
            Home::Folder(folder) => {
                let files = std::fs::read_dir(folder.path()).expect("a folder");
                let paths = files.map(|file| file.expect("a file").path());
                paths
                    .map(|path| (path.display().to_string(), std::fs::read(path).expect("readable")))
                    .collect()
            }
            Home::Server { .. } => stored_rows(&self.url).await.expect("readable"),
        }
    }
}

impl Drop for FreshDatabase {
    fn drop(&mut self) {
        let Home::Server { address, name } = &self.home else {
            return;
        };
        let (address, sql) = (address.clone(), format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        // In a runtime of its own, since a drop cannot wait on the test's. What cannot be dropped is left to whoever
        // stops the server.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(tell(&address, &sql));
        });
        let _ = dropped.join();
    }
}

fn server() -> Option<Url> {
    let address = std::env::var(SERVER).ok().filter(|address| !address.is_empty())?;
    Some(address.parse().expect("LATCHSTRING_TEST_POSTGRES is an address"))
}

async fn stored_rows(url: &str) -> Result<Vec<(String, Vec<u8>)>, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    // So that bytes which are letters are shown as letters.
    connection.execute("SET bytea_output = 'escape'").await?;
    let tables = "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables \
                  WHERE schemaname NOT IN ('pg_catalog', 'information_schema')";
    let mut stored = Vec::new();
    for table in connection.fetch_all(tables).await? {
        let table: String = table.try_get(0)?;
        let rows = format!("SELECT one::text FROM {table} one");
        for row in connection.fetch_all(sqlx::raw_sql(sqlx::AssertSqlSafe(rows))).await? {
            stored.push((table.clone(), row.try_get::<String, _>(0)?.into_bytes()));
        }
    }
    Ok(stored)
}

/// Has the server do something that cannot be in a transaction.
async fn tell(address: &Url, sql: &str) {
    let mut connection = PgConnection::connect(address.as_str())
        .await
        .expect("the test server answers");
    connection
        .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(sql)))
        .await
        .expect("done");
    let _ = connection.close().await;
}
