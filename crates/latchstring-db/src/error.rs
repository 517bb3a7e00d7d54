//! What can go wrong with a database, told in one line that says what to do.

use std::{
    error::Error,
    path::{Path, PathBuf},
};

use latchstring_access::StoreError;
use latchstring_core::OperationError;
use sea_orm::{DbErr, RuntimeErr};

/// Why the database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// A PostgreSQL address.
    #[error("PostgreSQL is not supported yet; use sqlite:PATH")]
    PostgresNotSupported,
    /// Not the address of a SQLite file.
    #[error("this is not the address of a database file; use sqlite:PATH, such as sqlite:data/app.sqlite")]
    NotAnAddress,
    /// The file, or its folder, cannot be written.
    #[error("the database `{}` cannot be written; check that this user may write the file and its folder", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The file is something else.
    #[error("`{}` is not a SQLite database; choose another path, or restore the file from a backup", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: DbErr,
    },
    /// A newer version of the program has changed the schema.
    #[error(
        "the database `{}` was used by a newer version (it has the migration `{migration}`); \
         start that version, or restore a backup from before it",
        path.display()
    )]
    NewerVersion {
        /// The file.
        path: PathBuf,
        /// The first migration that this program does not know.
        migration: String,
    },
    /// Others wrote all the while.
    #[error("the database is busy with other writers; try again shortly")]
    Busy,
    /// Anything else.
    #[error("the database failed")]
    Failed(#[source] DbErr),
}

impl From<DbErr> for DatabaseError {
    fn from(error: DbErr) -> Self {
        match cause(&error) {
            Cause::Busy => Self::Busy,
            Cause::NotWritable | Cause::NotADatabase | Cause::Constraint | Cause::Other => Self::Failed(error),
        }
    }
}

/// The same at the start, where a person reads it and the path helps.
pub(crate) fn at_start(path: &Path, error: DbErr) -> DatabaseError {
    let path = path.to_owned();
    match cause(&error) {
        Cause::Busy => DatabaseError::Busy,
        Cause::NotWritable => DatabaseError::NotWritable {
            path,
            source: error.into(),
        },
        Cause::NotADatabase => DatabaseError::NotADatabase { path, source: error },
        Cause::Constraint | Cause::Other => DatabaseError::Failed(error),
    }
}

impl From<DatabaseError> for OperationError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Busy => Self::unavailable(
                "the data is being changed by others; nothing was changed. Try again in a few seconds",
                error,
            ),
            DatabaseError::PostgresNotSupported
            | DatabaseError::NotAnAddress
            | DatabaseError::NotWritable { .. }
            | DatabaseError::NotADatabase { .. }
            | DatabaseError::NewerVersion { .. }
            | DatabaseError::Failed(_) => Self::internal(error),
        }
    }
}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        Self::unavailable(error)
    }
}

/// What stood in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    Busy,
    NotWritable,
    NotADatabase,
    Constraint,
    Other,
}

/// What SQLite meant, by its result codes (<https://sqlite.org/rescode.html>).
pub(crate) fn cause(error: &DbErr) -> Cause {
    let runtime = match error {
        DbErr::ConnectionAcquire(sea_orm::ConnAcquireErr::Timeout) => return Cause::Busy,
        DbErr::Conn(runtime) | DbErr::Exec(runtime) | DbErr::Query(runtime) => runtime,
        _ => return Cause::Other,
    };
    let RuntimeErr::SqlxError(error) = runtime else {
        return Cause::Other;
    };
    let code = error
        .as_database_error()
        .and_then(|error| error.code()?.parse::<i32>().ok());
    // The lowest byte is the primary code; the rest says more than we need.
    match code.map(|code| code & 0xFF) {
        Some(5 | 6) => Cause::Busy,                  // BUSY, LOCKED
        Some(3 | 8 | 13 | 14) => Cause::NotWritable, // PERM, READONLY, FULL, CANTOPEN
        Some(11 | 26) => Cause::NotADatabase,        // CORRUPT, NOTADB
        Some(19) => Cause::Constraint,               // CONSTRAINT
        Some(_) | None => Cause::Other,
    }
}
