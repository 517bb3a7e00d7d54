//! One SQLite file: a pool of readers and one writer.
//!
//! SQLite lets any number read while one writes (WAL), each reader seeing the moment it began. Waiting for the one
//! writer's place happens here, in the order of asking and for a bounded time, and not inside SQLite.

use std::{
    fs::{self, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbErr, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use tokio::time::{Instant, sleep};

use super::{IDLE, WAIT};
use crate::{
    DatabaseError,
    error::{Cause, cause},
};

/// As many as programs may run at once by default: each keeps one from its first query to its end.
const READERS: u32 = 64;
/// How long to wait before another try when another process is in the way.
///
/// SQLite has no queue between processes: whoever tries in a moment when the file is free, gets it. Its own way of
/// waiting tries ten times a second, and a process that commits without a pause leaves it no chance. This one finds
/// the gap.
const RETRY: Duration = Duration::from_millis(1);
/// Rows that SQLite's thread may be ahead of whoever reads them: a page of a list, so that the two threads need not take
/// turns for it.
const ROWS_AHEAD: usize = 1_000;
const IMMEDIATE: TransactionOptions = TransactionOptions {
    isolation_level: None,
    access_mode: None,
    sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
};

pub(super) struct Sqlite {
    pub(super) path: PathBuf,
    pub(super) readers: DatabaseConnection,
    pub(super) writer: DatabaseConnection,
}

impl Sqlite {
    pub(super) async fn open(path: PathBuf) -> Result<Self, DatabaseError> {
        make_file(&path).map_err(|source| DatabaseError::NotWritable {
            path: path.clone(),
            source: source.into(),
        })?;
        let at_start = |source| at_start(&path, source);
        // The writer first: it repairs the file after a crash and makes what readers need beside it.
        let writer = connect(&path, Role::Writer).await.map_err(at_start)?;
        let readers = connect(&path, Role::Reader).await.map_err(at_start)?;
        Ok(Self { path, readers, writer })
    }

    pub(super) async fn begin_write(&self) -> Result<DatabaseTransaction, DatabaseError> {
        let patience = Patience::new();
        loop {
            match self.writer.begin_with_options(IMMEDIATE).await {
                Ok(work) => return Ok(work),
                Err(error) => patience.again_after(error).await?,
            }
        }
    }
}

/// What an error at the start means, where a person reads it and the path helps.
pub(super) fn at_start(path: &Path, error: DbErr) -> DatabaseError {
    let path = path.to_owned();
    match cause(&error) {
        Cause::Busy => DatabaseError::Busy,
        Cause::NotWritable => DatabaseError::NotWritable {
            path,
            source: error.into(),
        },
        Cause::NotADatabase => DatabaseError::NotADatabase { path, source: error },
        Cause::Taken | Cause::Constraint | Cause::Other => DatabaseError::Failed(error),
    }
}

/// Waits between tries, as long as others are in the way and it has not been [`WAIT`] yet.
struct Patience {
    end: Instant,
}

impl Patience {
    fn new() -> Self {
        Self {
            end: Instant::now() + WAIT,
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
    let (connections, idle) = match role {
        Role::Reader => (READERS, Some(IDLE)),
        Role::Writer => (1, None),
    };
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(WAIT)
        .idle_timeout(idle)
        .max_lifetime(None)
        .test_before_acquire(false)
        .sqlx_logging(false);
    let path = path.to_owned();
    options.map_sqlx_sqlite_opts(move |sqlite| {
        let sqlite = sqlite
            .filename(&path)
            .foreign_keys(true)
            .busy_timeout(WAIT)
            .row_buffer_size(ROWS_AHEAD);
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
