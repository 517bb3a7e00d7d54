//! Where a test's data is: SQLite files, or a database on a PostgreSQL server. Both go away with the test.

use latchstring::db::Database;
use latchstring_db::testing::FreshDatabase;

/// What the data is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Two SQLite files, as a server has them by default.
    Sqlite,
    /// What `LATCHSTRING_TEST_POSTGRES` says: a database on that server, which holds both; or SQLite.
    AsTold,
}

/// Where it is.
pub(crate) struct Place(FreshDatabase);

impl Place {
    pub(crate) async fn fresh(kind: Kind) -> Self {
        Self(match kind {
            Kind::Sqlite => FreshDatabase::on_sqlite("test"),
            Kind::AsTold => FreshDatabase::new("journey").await,
        })
    }

    /// The database of keys and grants.
    pub(crate) async fn access(&self) -> Database {
        Database::open(&self.0.url_beside("access")).await.unwrap()
    }

    /// The product's own.
    pub(crate) async fn product(&self) -> Database {
        Database::open(self.0.url()).await.unwrap()
    }

    /// All that is stored, and where.
    pub(crate) async fn stored(&self) -> Vec<(String, Vec<u8>)> {
        self.0.stored().await
    }
}
