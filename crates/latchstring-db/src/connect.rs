//! One database: a SQLite file, or a database on a PostgreSQL server.
//!
//! What holds on both: a reader sees one moment throughout, what a writer read is still so when it writes, waiting is
//! bounded, and a transaction that is dropped has changed nothing. How each keeps that is in the module of its name.

use std::{sync::Arc, time::Duration};

use latchstring_core::TenantId;
use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction, TransactionTrait};
use tokio::time::timeout;

use crate::DatabaseError;
use address::Address;
use postgres::Postgres;
use sqlite::Sqlite;

mod address;
mod lanes;
mod postgres;
mod sqlite;

/// How long to wait for a connection, for the writer's place, or for a lock.
const WAIT: Duration = Duration::from_secs(10);
/// Connections that a burst left over are closed after this.
const IDLE: Duration = Duration::from_mins(5);

/// A database. Clones share it, with its connections.
///
/// Keep the access tables apart from the app's data, so that a program which holds the app's writer for seconds never
/// delays a revocation: on SQLite in a file of their own, which has a writer of its own; on PostgreSQL they may be in
/// the same database, but open it a second time, because a handle has a bounded number of connections.
///
/// ```no_run
/// # async fn example() -> Result<(), latchstring_db::DatabaseError> {
/// let db = latchstring_db::Database::open("sqlite:data/app.sqlite").await?;
/// let work = db.begin_write().await?;
/// // ... statements on `work` ...
/// latchstring_db::commit(work).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

enum Inner {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Which kind of database it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file, with one writer at a time.
    Sqlite,
    /// A server, with row locks.
    Postgres,
}

impl Database {
    /// Opens `sqlite:PATH` (or `sqlite://PATH`), or `postgres://USER:PASSWORD@HOST:PORT/NAME`.
    ///
    /// A file that is not there is created, for its owner only, and so is its folder. A database on a server must be
    /// there, hold UTF-8, and be on the primary: a standby would answer with what was true a moment ago. That is
    /// checked now, and again for every connection that is made later.
    ///
    /// # Errors
    /// When the address is not one we support, or the database cannot be used. Each says in one line what to do, and
    /// none shows the password.
    pub async fn open(url: &str) -> Result<Self, DatabaseError> {
        let inner = match Address::parse(url)? {
            Address::Sqlite(path) => Inner::Sqlite(Sqlite::open(path).await?),
            Address::Postgres(server) => Inner::Postgres(Postgres::open(server).await?),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Opens it as [`open`](Self::open) does, and tells `watch` the text of every statement that its transactions make:
    /// for tests that count them.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    #[cfg(feature = "testing")]
    pub async fn open_watched(url: &str, watch: impl Fn(&str) + Send + Sync + 'static) -> Result<Self, DatabaseError> {
        let mut opened = Self::open(url).await?;
        let watch = Arc::new(watch);
        let pools = match Arc::get_mut(&mut opened.inner) {
            Some(Inner::Sqlite(sqlite)) => [Some(&mut sqlite.readers), Some(&mut sqlite.writer)],
            Some(Inner::Postgres(postgres)) => [Some(&mut postgres.readers), Some(&mut postgres.writers)],
            None => [None, None],
        };
        for pool in pools.into_iter().flatten() {
            let watch = Arc::clone(&watch);
            pool.set_metric_callback(move |told| watch(&told.statement.sql));
        }
        Ok(opened)
    }

    /// Which kind of database it is.
    pub fn backend(&self) -> Backend {
        match &*self.inner {
            Inner::Sqlite(_) => Backend::Sqlite,
            Inner::Postgres(_) => Backend::Postgres,
        }
    }

    /// Begins a transaction that only reads, and sees one moment throughout: that of its first statement.
    ///
    /// # Errors
    /// [`DatabaseError::Busy`] when no connection was free for 10 seconds.
    pub async fn begin_read(&self) -> Result<DatabaseTransaction, DatabaseError> {
        Ok(self.readers().begin().await?)
    }

    /// Begins a transaction that may write. Dropped without a commit, it changes nothing.
    ///
    /// On SQLite it is the only one (`BEGIN IMMEDIATE`), so what it reads is still so when it writes. On PostgreSQL
    /// there may be others: it is for statements that lock what they need, or that are right by themselves. Use
    /// [`begin_write_for`](Self::begin_write_for) where a decision is made between reading and writing.
    ///
    /// # Errors
    /// [`DatabaseError::Busy`] when there was no place for 10 seconds.
    pub async fn begin_write(&self) -> Result<DatabaseTransaction, DatabaseError> {
        let begun = async {
            match &*self.inner {
                Inner::Sqlite(sqlite) => sqlite.begin_write().await,
                Inner::Postgres(postgres) => postgres.begin_write().await,
            }
        };
        // Around every wait there is, which would otherwise add up.
        timeout(WAIT, begun).await.map_err(|_| DatabaseError::Busy)?
    }

    /// Begins the one transaction that may write a tenant's data, so that what it reads of this tenant is still so when
    /// it writes. Those of one tenant come one after the other, on all servers. Those of different tenants do not wait
    /// for each other on PostgreSQL; on SQLite there is one writer for all.
    ///
    /// # Errors
    /// [`DatabaseError::Busy`] when there was no place for 10 seconds.
    pub async fn begin_write_for(&self, tenant: TenantId) -> Result<DatabaseTransaction, DatabaseError> {
        let begun = async {
            match &*self.inner {
                Inner::Sqlite(sqlite) => sqlite.begin_write().await,
                Inner::Postgres(postgres) => postgres.begin_write_for(tenant).await,
            }
        };
        timeout(WAIT, begun).await.map_err(|_| DatabaseError::Busy)?
    }

    /// Begins the one transaction that changes the schema. Processes that start at once wait for each other.
    pub(crate) async fn begin_migration(&self, name: &str) -> Result<DatabaseTransaction, DatabaseError> {
        match &*self.inner {
            Inner::Sqlite(_) => self.begin_write().await,
            Inner::Postgres(postgres) => postgres.begin_migration(name).await,
        }
    }

    /// Closes all connections once they are free. Clones of this handle find it closed.
    pub async fn close(self) -> Result<(), DatabaseError> {
        let (readers, writers) = match &*self.inner {
            Inner::Sqlite(sqlite) => (&sqlite.readers, &sqlite.writer),
            Inner::Postgres(postgres) => (&postgres.readers, &postgres.writers),
        };
        readers.close_by_ref().await?;
        writers.close_by_ref().await?;
        Ok(())
    }

    /// Where it is, for messages: the file's path, or the database's name and its server.
    pub fn place(&self) -> String {
        match &*self.inner {
            Inner::Sqlite(sqlite) => sqlite.path.display().to_string(),
            Inner::Postgres(postgres) => postgres.place(),
        }
    }

    /// For single statements that read.
    pub(crate) fn readers(&self) -> &DatabaseConnection {
        match &*self.inner {
            Inner::Sqlite(sqlite) => &sqlite.readers,
            Inner::Postgres(postgres) => &postgres.readers,
        }
    }

    /// What an error at the start means here.
    pub(crate) fn at_start(&self, error: sea_orm::DbErr) -> DatabaseError {
        match &*self.inner {
            Inner::Sqlite(sqlite) => sqlite::at_start(&sqlite.path, error),
            Inner::Postgres(postgres) => postgres.at_start(error),
        }
    }
}

/// Commits, or says that it did not.
///
/// PostgreSQL ends a transaction in which a statement has failed by undoing it, and reports that as a success when
/// asked to commit. Use this wherever somebody may have gone on after a failed statement.
///
/// # Errors
/// When nothing was committed, or when the connection broke so that nobody knows.
pub async fn commit(work: DatabaseTransaction) -> Result<(), DatabaseError> {
    if work.get_database_backend() == sea_orm::DbBackend::Postgres {
        work.execute_unprepared("SELECT 1").await?;
    }
    Ok(work.commit().await?)
}
