//! A database on a PostgreSQL server: a pool of readers and a pool of writers.
//!
//! - Readers are `REPEATABLE READ, READ ONLY`: one moment throughout.
//! - Writers are `READ COMMITTED`. Those of one tenant take a lock first and so come one after the other; each of their
//!   statements then sees what the one before them committed. A stricter level would fix what they see at the moment
//!   they began to wait, which is too early.
//! - The pools are apart, so that a burst of readers leaves the writers their places.

use std::{io, sync::Arc, time::Duration};

use latchstring_core::TenantId;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, Statement,
    TransactionTrait,
    sqlx::{self, Connection, PgConnection, Row},
};
use tokio::time::timeout;

use super::{
    IDLE, WAIT,
    address::Server,
    lanes::{Lanes, lock_number},
};
use crate::{
    DatabaseError,
    error::{Cause, cause, sqlstate, sqlstate_of},
};

/// PostgreSQL serves 100 connections unless told otherwise; one server opens two databases, so 60 at most.
const READERS: u32 = 20;
/// A tenant occupies two of these at most: see [`Lanes`].
const WRITERS: u32 = 10;
/// A connection that was left alone for longer than this is tried before it is used.
const TRUSTED: Duration = Duration::from_secs(1);
/// Connections are renewed after this, so that they follow a server that has moved.
const LIFETIME: Duration = Duration::from_mins(30);
/// How long a server that starts may wait for another that is changing the schema.
const MIGRATION_WAIT: Duration = Duration::from_mins(1);

pub(super) struct Postgres {
    server: Server,
    schema: String,
    lanes: Arc<Lanes>,
    pub(super) readers: DatabaseConnection,
    pub(super) writers: DatabaseConnection,
}

impl Postgres {
    pub(super) async fn open(server: Server) -> Result<Self, DatabaseError> {
        // By itself, because the pool tries again for ten seconds and then only says that it waited.
        let schema = inspect(&server).await?;
        let pool = async |role| {
            let pool = sea_orm::Database::connect(options(&server, role)).await;
            pool.map_err(|error| at_start(&server, error))
        };
        let (readers, writers) = (pool(Role::Reader).await?, pool(Role::Writer).await?);
        Ok(Self {
            server,
            schema,
            lanes: Arc::default(),
            readers,
            writers,
        })
    }

    pub(super) async fn begin_write(&self) -> Result<DatabaseTransaction, DatabaseError> {
        Ok(self.writers.begin().await?)
    }

    pub(super) async fn begin_write_for(&self, tenant: TenantId) -> Result<DatabaseTransaction, DatabaseError> {
        let key = self.lock("write", tenant.as_uuid().as_bytes());
        let _turn = self.lanes.turn(key).await;
        let work = self.begin_write().await?;
        lock(&work, key).await?;
        Ok(work)
    }

    pub(super) async fn begin_migration(&self, name: &str) -> Result<DatabaseTransaction, DatabaseError> {
        let work = self.begin_write().await?;
        let waits = format!(
            "SET LOCAL lock_timeout = {0}; SET LOCAL statement_timeout = {0}",
            millis(MIGRATION_WAIT)
        );
        work.execute_unprepared(&waits).await?;
        lock(&work, self.lock("migrate", name.as_bytes())).await?;
        // A change takes as long as it takes; waiting for the tables would stop everybody who uses them.
        let waits = format!(
            "SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = 0",
            millis(WAIT)
        );
        work.execute_unprepared(&waits).await?;
        Ok(work)
    }

    /// Locks are the database's; products that share one are kept apart by their schemas.
    fn lock(&self, purpose: &str, name: &[u8]) -> i64 {
        lock_number([purpose.as_bytes(), self.schema.as_bytes(), name])
    }

    pub(super) fn place(&self) -> String {
        self.server.place()
    }

    pub(super) fn at_start(&self, error: DbErr) -> DatabaseError {
        at_start(&self.server, error)
    }
}

/// Takes a lock that is held until the transaction ends.
async fn lock(work: &DatabaseTransaction, key: i64) -> Result<(), DbErr> {
    let sql = "SELECT pg_advisory_xact_lock($1)";
    work.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, [key.into()]))
        .await?;
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Reader,
    Writer,
}

/// Sets a new connection up, and says whether it is to a standby: one statement for both.
///
/// Statements and not the address's `options`, which poolers refuse. A commit that was reported must survive a crash;
/// who asked for more than that keeps it. A server that vanishes with locks in its hands is noticed within a minute.
fn set_up(role: Role) -> String {
    let (isolation, reads_only) = match role {
        Role::Reader => ("repeatable read", "on"),
        Role::Writer => ("read committed", "off"),
    };
    let settings = [
        ("default_transaction_isolation", format!("'{isolation}'")),
        ("default_transaction_read_only", format!("'{reads_only}'")),
        ("lock_timeout", format!("'{}'", millis(WAIT))),
        ("statement_timeout", format!("'{}'", millis(WAIT))),
        // Longer than any program lives: it may read, think for minutes, and read again.
        ("idle_in_transaction_session_timeout", "'6min'".to_owned()),
        (
            "synchronous_commit",
            "CASE current_setting('synchronous_commit') WHEN 'remote_apply' THEN 'remote_apply' ELSE 'on' END"
                .to_owned(),
        ),
        // What is there already is no news.
        ("client_min_messages", "'warning'".to_owned()),
        ("tcp_keepalives_idle", "'30'".to_owned()),
        ("tcp_keepalives_interval", "'10'".to_owned()),
        ("tcp_keepalives_count", "'3'".to_owned()),
    ];
    let settings = settings.map(|(name, value)| format!("set_config('{name}', {value}, false)"));
    format!("SELECT pg_is_in_recovery(), {}", settings.join(", "))
}

fn millis(duration: Duration) -> u128 {
    duration.as_millis()
}

fn options(server: &Server, role: Role) -> ConnectOptions {
    // The address goes in by itself below: what is given here is printed when traces are on.
    let mut options = ConnectOptions::new("postgres://latchstring");
    let connections = match role {
        Role::Reader => READERS,
        Role::Writer => WRITERS,
    };
    options
        .max_connections(connections)
        .min_connections(0)
        .connect_lazy(true)
        .acquire_timeout(WAIT)
        .idle_timeout(Some(IDLE))
        .max_lifetime(Some(LIFETIME))
        .test_before_acquire_if_idle_for(TRUSTED)
        .sqlx_logging(false);
    let own = Arc::clone(&server.options);
    options.map_sqlx_postgres_opts(move |_| {
        use sqlx::ConnectOptions;
        own.as_ref().clone().disable_statement_logging()
    });
    let set_up: Arc<str> = set_up(role).into();
    options.map_sqlx_postgres_pool_opts(move |pool| {
        let set_up = Arc::clone(&set_up);
        pool.after_connect(move |connection, _| {
            let set_up = Arc::clone(&set_up);
            Box::pin(async move {
                let row = one_row(connection, &set_up).await?;
                primary_only(row.try_get(0)?)
            })
        })
    });
    options
}

async fn one_row(connection: &mut PgConnection, sql: &str) -> Result<sqlx::postgres::PgRow, sqlx::Error> {
    use sqlx::Executor;
    connection.fetch_one(sqlx::raw_sql(sqlx::AssertSqlSafe(sql))).await
}

/// The primary may have become a standby since the start; the pool then tries again, until it gives up.
fn primary_only(is_standby: bool) -> Result<(), sqlx::Error> {
    if is_standby {
        let text = "the server is a standby; waiting for the primary";
        return Err(sqlx::Error::Io(io::Error::other(text)));
    }
    Ok(())
}

/// What a server must be for us, from one look at it.
struct Found {
    is_standby: bool,
    reads_only: bool,
    encoding: String,
    schema: Option<String>,
}

impl Found {
    /// The schema that tables are made in.
    fn check(self, server: &Server) -> Result<String, DatabaseError> {
        let place = server.place();
        if self.is_standby || self.reads_only {
            return Err(DatabaseError::ReadsOnly { place });
        }
        if self.encoding != "UTF8" {
            let encoding = self.encoding;
            return Err(DatabaseError::NotUtf8 { place, encoding });
        }
        self.schema.ok_or(DatabaseError::NoSchema { place })
    }
}

/// Connects once, and reads what there is to check.
async fn inspect(server: &Server) -> Result<String, DatabaseError> {
    let look = async {
        let mut connection = PgConnection::connect_with(&server.options).await?;
        let sql = "SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on', \
                   current_setting('server_encoding'), current_schema()::text";
        let row = one_row(&mut connection, sql).await?;
        let found = Found {
            is_standby: row.try_get(0)?,
            reads_only: row.try_get(1)?,
            encoding: row.try_get(2)?,
            schema: row.try_get(3)?,
        };
        connection.close().await?;
        Ok(found)
    };
    let found: Result<Found, sqlx::Error> = match timeout(WAIT, look).await {
        Ok(found) => found,
        Err(_) => Err(sqlx::Error::Io(io::ErrorKind::TimedOut.into())),
    };
    found.map_err(|error| refused(server, error))?.check(server)
}

/// What it means that a first connection cannot be made.
fn refused(server: &Server, error: sqlx::Error) -> DatabaseError {
    let host = server.host();
    let code = sqlstate_of(&error).map(str::to_owned);
    match code.as_deref() {
        Some("3D000") => DatabaseError::NoSuchDatabase {
            host,
            name: server.database().to_owned(),
        },
        Some("53300") => DatabaseError::NoConnectionLeft { host },
        Some(code) if code.starts_with("28") => DatabaseError::NotLetIn {
            host,
            user: server.user().to_owned(),
            source: error.into(),
        },
        Some(code) if !code.starts_with("57") => {
            DatabaseError::Failed(DbErr::Conn(sea_orm::RuntimeErr::SqlxError(Arc::new(error))))
        }
        Some(_) | None => match error {
            sqlx::Error::Tls(source) => DatabaseError::NotEncrypted { host, source },
            error => DatabaseError::NoAnswer {
                host,
                source: error.into(),
            },
        },
    }
}

/// What an error while the tables are made means.
fn at_start(server: &Server, error: DbErr) -> DatabaseError {
    match cause(&error) {
        Cause::NotWritable if sqlstate(&error) == Some("42501") => DatabaseError::NotAllowed {
            user: server.user().to_owned(),
            name: server.database().to_owned(),
            source: error.into(),
        },
        Cause::Busy | Cause::NotWritable | Cause::NotADatabase | Cause::Taken | Cause::Constraint | Cause::Other => {
            error.into()
        }
    }
}

#[cfg(test)]
mod tests;
