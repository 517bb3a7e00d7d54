//! One SQLite file: a pool of readers and one writer.
//!
//! SQLite lets any number read while one writes (WAL), each reader seeing the moment it began. Waiting for the one
//! writer's place happens here, in the order of asking and for a bounded time, and not inside SQLite.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::time::{Instant, sleep, timeout};

use crate::{
    DatabaseError,
    error::{self, Cause, cause},
};

/// How long to wait for the writer's place, or for another process that writes.
const WRITER_WAIT: Duration = Duration::from_secs(10);
/// How long to wait for a free reader.
const READER_WAIT: Duration = Duration::from_secs(10);
/// As many as programs may run at once by default: each keeps one from its first query to its end.
const READERS: u32 = 64;
/// Readers that a burst left over are closed after this.
const READER_IDLE: Duration = Duration::from_mins(5);
/// How long to wait before another try when another process is in the way.
///
/// SQLite has no queue between processes: whoever tries in a moment when the file is free, gets it. Its own way of
/// waiting tries ten times a second, and a process that commits without a pause leaves it no chance. This one finds
/// the gap.
const RETRY: Duration = Duration::from_millis(1);
const IMMEDIATE: TransactionOptions = TransactionOptions {
    isolation_level: None,
    access_mode: None,
    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
};

/// A SQLite database. Clones share it.
///
/// Keep the access tables in a file of their own, apart from the app's data: a file has one writer, and a program
/// that holds the app's write lock for seconds must never delay a revocation.
///
/// ```no_run
/// # async fn example() -> Result<(), latchstring_db::DatabaseError> {
/// let db = latchstring_db::Database::open("sqlite:data/app.sqlite").await?;
/// let work = db.begin_write().await?;
/// // ... statements on `work` ...
/// work.commit().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    readers: DatabaseConnection,
    writer: DatabaseConnection,
}

impl Database {
    /// Opens `sqlite:PATH` (or `sqlite://PATH`). A file that is not there is created, for its owner only, and so is
    /// its folder.
    ///
    /// # Errors
    /// When the address is not one we support, or the file cannot be written. Each says in one line what to do.
    pub async fn open(url: &str) -> Result<Self, DatabaseError> {
        let path = sqlite_path(url)?;
        make_file(&path).map_err(|source| DatabaseError::NotWritable {
            path: path.clone(),
            source: source.into(),
        })?;
        let at_start = |source| error::at_start(&path, source);
        // The writer first: it repairs the file after a crash and makes what readers need beside it.
        let writer = connect(&path, Role::Writer).await.map_err(at_start)?;
        let readers = connect(&path, Role::Reader).await.map_err(at_start)?;
        Ok(Self {
            inner: Arc::new(Inner { path, readers, writer }),
        })
    }

    /// Begins a transaction that only reads, and sees one moment throughout.
    pub async fn begin_read(&self) -> Result<DatabaseTransaction, DatabaseError> {
        Ok(self.inner.readers.begin().await?)
    }

    /// Begins the one transaction that may write (`BEGIN IMMEDIATE`), so that what it reads is still so when it
    /// writes. Dropped without a commit, it changes nothing.
    ///
    /// # Errors
    /// [`DatabaseError::Busy`] when others wrote for 10 seconds on end.
    pub async fn begin_write(&self) -> Result<DatabaseTransaction, DatabaseError> {
        let patience = Patience::new();
        let begun = async {
            loop {
                match self.inner.writer.begin_with_options(IMMEDIATE).await {
                    Ok(work) => return Ok(work),
                    Err(error) => patience.again_after(error).await?,
                }
            }
        };
        // Around both waits, for our own writer and for another process, which would otherwise add up.
        timeout(WRITER_WAIT, begun).await.map_err(|_| DatabaseError::Busy)?
    }

    /// Closes all connections once they are free. Clones of this handle find it closed.
    pub async fn close(self) -> Result<(), DatabaseError> {
        self.inner.readers.close_by_ref().await?;
        self.inner.writer.close_by_ref().await?;
        Ok(())
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.inner.path
    }

    /// For single statements that read.
    pub(crate) fn readers(&self) -> &DatabaseConnection {
        &self.inner.readers
    }
}

/// Waits between tries, as long as others are in the way and it has not been [`WRITER_WAIT`] yet.
struct Patience {
    end: Instant,
}

impl Patience {
    fn new() -> Self {
        Self {
            end: Instant::now() + WRITER_WAIT,
        }
    }

    /// Returns when it is time for another try, or with the error when there should be none.
    async fn again_after(&self, error: DbErr) -> Result<(), DbErr> {
        if cause(&error) != Cause::Busy || Instant::now() >= self.end {
            return Err(error);
        }
        sleep(RETRY).await;
        Ok(())
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Reader,
    Writer,
}

async fn connect(path: &Path, role: Role) -> Result<DatabaseConnection, DbErr> {
    let patience = Patience::new();
    loop {
        match sea_orm::Database::connect(options(path, role)).await {
            Ok(pool) => return Ok(pool),
            // Changing to WAL and repairing after a crash do not wait for each other in SQLite.
            Err(error) => patience.again_after(error).await?,
        }
    }
}

fn options(path: &Path, role: Role) -> ConnectOptions {
    // The path goes in by itself below, so that no character of it is read as part of an address.
    let mut options = ConnectOptions::new("sqlite:latchstring");
    let (connections, wait, idle) = match role {
        Role::Reader => (READERS, READER_WAIT, Some(READER_IDLE)),
        Role::Writer => (1, WRITER_WAIT, None),
    };
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(wait)
        .idle_timeout(idle)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false);
    let path = path.to_owned();
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite.filename(&path).foreign_keys(true).busy_timeout(WRITER_WAIT);
        match role {
            Role::Reader => sqlite.read_only(true).pragma("query_only", "ON"),
            // FULL: an acknowledged revocation survives a power loss. The last pragma counts once the others are
            // through, and leaves the waiting to `Patience`.
            Role::Writer => sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("busy_timeout", "0"),
        }
    });
    options
}

/// The path in `sqlite:PATH` or `sqlite://PATH`, taken as it is.
fn sqlite_path(url: &str) -> Result<PathBuf, DatabaseError> {
    let scheme = url.split(':').next().unwrap_or_default();
    if scheme == "postgres" || scheme == "postgresql" {
        return Err(DatabaseError::PostgresNotSupported);
    }
    let rest = url.strip_prefix("sqlite:").ok_or(DatabaseError::NotAnAddress)?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.starts_with(":memory:") || path.contains('?') {
        return Err(DatabaseError::NotAnAddress);
    }
    Ok(PathBuf::from(path))
}

/// Makes the file, so that it is private from its first moment; SQLite gives the files beside it the same mode.
fn make_file(path: &Path) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

#[cfg(test)]
mod tests;
