//! What can go wrong with a database, told in one line that says what to do.

use std::{error::Error, path::PathBuf};

use latchstring_access::StoreError;
use latchstring_core::OperationError;
use sea_orm::{ConnAcquireErr, DbErr, RuntimeErr, sqlx};

type Source = Box<dyn Error + Send + Sync>;

/// Why the database did not do what was asked. No message holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// Not the address of a database.
    #[error(
        "this is not the address of a database; use sqlite:PATH, such as sqlite:data/app.sqlite, \
         or postgres://USER:PASSWORD@HOST:PORT/NAME"
    )]
    NotAnAddress,
    /// It begins as a PostgreSQL address and does not go on as one.
    #[error(
        "this is not a PostgreSQL address; use postgres://USER:PASSWORD@HOST:PORT/NAME, \
         with %40 for an @ in the password, and so on"
    )]
    NotAPostgresAddress,
    /// A PostgreSQL address with a parameter that would have no effect.
    #[error("the PostgreSQL address has the parameter `{0}`, which has no effect here; leave it out")]
    UnknownParameter(String),
    /// The file, or its folder, cannot be written.
    #[error("the database `{}` cannot be written; check that this user may write the file and its folder", path.display())]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: Source,
    },
    /// The file is something else.
    #[error("`{}` is not a SQLite database; choose another path, or restore the file from a backup", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
        /// What SQLite said.
        source: DbErr,
    },
    /// Nothing like a PostgreSQL server answers there.
    #[error("no PostgreSQL server answers at {host}; start it, or correct the address")]
    NoAnswer {
        /// The server, or the folder of its socket.
        host: String,
        /// What the system said.
        source: Source,
    },
    /// No connection that is encrypted as the address asks.
    #[error(
        "the PostgreSQL server at {host} cannot be reached with the encryption asked for; \
         check `sslmode` and `sslrootcert` in the address"
    )]
    NotEncrypted {
        /// The server.
        host: String,
        /// What went wrong.
        source: Source,
    },
    /// Wrong user or password.
    #[error(
        "the PostgreSQL server at {host} does not let the user `{user}` in; correct the user and the password in the \
         address"
    )]
    NotLetIn {
        /// The server.
        host: String,
        /// The user.
        user: String,
        /// What the server said.
        source: Source,
    },
    /// The server has no such database.
    #[error("the PostgreSQL server at {host} has no database `{name}`; create it with `createdb {name}`")]
    NoSuchDatabase {
        /// The server.
        host: String,
        /// The database.
        name: String,
    },
    /// The server serves as many as it may.
    #[error(
        "the PostgreSQL server at {host} has no connection left; raise its `max_connections`, or stop other clients"
    )]
    NoConnectionLeft {
        /// The server.
        host: String,
    },
    /// A standby, or a database that was set to read only.
    #[error("the PostgreSQL database {place} can only be read; use the address of the primary")]
    ReadsOnly {
        /// The database and its server.
        place: String,
    },
    /// A database that cannot hold every text.
    #[error(
        "the PostgreSQL database {place} holds {encoding}; \
         create one that holds every text with `createdb --template template0 --encoding UTF8 NAME`"
    )]
    NotUtf8 {
        /// The database and its server.
        place: String,
        /// How it stores text.
        encoding: String,
    },
    /// No schema to make tables in.
    #[error(
        "no schema is there for tables in the PostgreSQL database {place}; create one, or correct the user's `search_path`"
    )]
    NoSchema {
        /// The database and its server.
        place: String,
    },
    /// The user may not make tables.
    #[error(
        "the PostgreSQL user `{user}` may not make tables in the database `{name}`; \
         make it the owner with `ALTER DATABASE {name} OWNER TO {user}`"
    )]
    NotAllowed {
        /// The user.
        user: String,
        /// The database.
        name: String,
        /// What the server said.
        source: Source,
    },
    /// A newer version of the program has changed the schema.
    #[error(
        "the database `{place}` was used by a newer version (it has the migration `{migration}`); \
         start that version, or restore a backup from before it"
    )]
    NewerVersion {
        /// The file, or the database and its server.
        place: String,
        /// The first migration that this program does not know.
        migration: String,
    },
    /// Others were in the way all the while.
    #[error("the database is busy with others; try again shortly")]
    Busy,
    /// The server went away, or ended the connection.
    #[error("the database cannot be reached")]
    Unreachable(#[source] DbErr),
    /// What would be made is there already.
    #[error("the database has one like this already")]
    Taken(#[source] DbErr),
    /// Anything else.
    #[error("the database failed")]
    Failed(#[source] DbErr),
}

impl From<DbErr> for DatabaseError {
    fn from(error: DbErr) -> Self {
        match cause(&error) {
            Cause::Busy => Self::Busy,
            Cause::Taken => Self::Taken(error),
            Cause::Other if is_unreachable(&error) => Self::Unreachable(error),
            Cause::NotWritable | Cause::NotADatabase | Cause::Constraint | Cause::Other => Self::Failed(error),
        }
    }
}

impl From<DatabaseError> for OperationError {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Busy => Self::unavailable(
                "the data is being changed by others; nothing was changed. Try again in a few seconds",
                error,
            ),
            DatabaseError::Unreachable(_) => {
                Self::unavailable("the data cannot be reached right now. Try again in a minute", error)
            }
            DatabaseError::Taken(_) => Self::overtaken(error),
            DatabaseError::NotAnAddress
            | DatabaseError::NotAPostgresAddress
            | DatabaseError::UnknownParameter(_)
            | DatabaseError::NotWritable { .. }
            | DatabaseError::NotADatabase { .. }
            | DatabaseError::NoAnswer { .. }
            | DatabaseError::NotEncrypted { .. }
            | DatabaseError::NotLetIn { .. }
            | DatabaseError::NoSuchDatabase { .. }
            | DatabaseError::NoConnectionLeft { .. }
            | DatabaseError::ReadsOnly { .. }
            | DatabaseError::NotUtf8 { .. }
            | DatabaseError::NoSchema { .. }
            | DatabaseError::NotAllowed { .. }
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
    /// A value that may be there once only.
    Taken,
    Constraint,
    Other,
}

/// What the database meant, by its codes: <https://sqlite.org/rescode.html> and
/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
pub(crate) fn cause(error: &DbErr) -> Cause {
    if let DbErr::ConnectionAcquire(ConnAcquireErr::Timeout) = error {
        return Cause::Busy;
    }
    let Some(error) = driver_error(error) else {
        return Cause::Other;
    };
    if let Some(code) = sqlstate_of(error) {
        return cause_on_postgres(code);
    }
    let code = error
        .as_database_error()
        .and_then(|error| error.code()?.parse::<i32>().ok());
    if let Some(1555 | 2067) = code {
        return Cause::Taken; // CONSTRAINT_PRIMARYKEY, CONSTRAINT_UNIQUE
    }
    // The lowest byte is the primary code; the rest says more than we need.
    match code.map(|code| code & 0xFF) {
        Some(5 | 6) => Cause::Busy,                  // BUSY, LOCKED
        Some(3 | 8 | 13 | 14) => Cause::NotWritable, // PERM, READONLY, FULL, CANTOPEN
        Some(11 | 26) => Cause::NotADatabase,        // CORRUPT, NOTADB
        Some(19) => Cause::Constraint,               // CONSTRAINT
        Some(_) | None => Cause::Other,
    }
}

fn cause_on_postgres(code: &str) -> Cause {
    match code {
        // lock_not_available, query_canceled (it took too long), too_many_connections, serialization_failure,
        // deadlock_detected
        "55P03" | "57014" | "53300" | "40001" | "40P01" => Cause::Busy,
        // read_only_sql_transaction, insufficient_privilege, disk_full
        "25006" | "42501" | "53100" => Cause::NotWritable,
        // unique_violation
        "23505" => Cause::Taken,
        _ if code.starts_with("23") => Cause::Constraint,
        _ => Cause::Other,
    }
}

/// Whether the connection broke, or the server ended it or is not there.
fn is_unreachable(error: &DbErr) -> bool {
    match sqlstate(error) {
        // idle_in_transaction_session_timeout; connection exceptions; shutdowns and starts
        Some(code) => code == "25P03" || code.starts_with("08") || code.starts_with("57P"),
        None => matches!(
            driver_error(error),
            Some(sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed)
        ),
    }
}

/// The code of an error that PostgreSQL reported.
pub(crate) fn sqlstate(error: &DbErr) -> Option<&str> {
    driver_error(error).and_then(sqlstate_of)
}

pub(crate) fn sqlstate_of(error: &sqlx::Error) -> Option<&str> {
    let reported = error.as_database_error()?;
    Some(reported.try_downcast_ref::<sqlx::postgres::PgDatabaseError>()?.code())
}

fn driver_error(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(error))
        | DbErr::Exec(RuntimeErr::SqlxError(error))
        | DbErr::Query(RuntimeErr::SqlxError(error)) => Some(error),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn postgres_says_by_its_codes_what_stood_in_the_way() {
        for (code, cause) in [
            ("55P03", Cause::Busy),
            ("57014", Cause::Busy),
            ("40001", Cause::Busy),
            ("40P01", Cause::Busy),
            ("53300", Cause::Busy),
            ("23505", Cause::Taken),
            ("23514", Cause::Constraint),
            ("25006", Cause::NotWritable),
            ("53100", Cause::NotWritable),
            ("25P02", Cause::Other),
            ("57P01", Cause::Other),
        ] {
            assert_eq!(cause_on_postgres(code), cause, "{code}");
        }
    }

    #[test]
    fn a_broken_connection_is_worth_another_try() {
        let broken = DbErr::Query(RuntimeErr::SqlxError(
            sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()).into(),
        ));
        let told = OperationError::from(DatabaseError::from(broken));
        assert_eq!(told.code(), latchstring_core::ErrorCode::Unavailable);
    }
}
