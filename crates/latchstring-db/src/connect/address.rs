//! Addresses of databases: `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST:PORT/NAME`.
//!
//! A PostgreSQL address may hold a password. It is read here once and kept where nothing prints it; what errors and
//! logs show is the [`Server`]'s name.

use std::{path::PathBuf, sync::Arc};

use sea_orm::sqlx::postgres::PgConnectOptions;
use url::Url;

use crate::DatabaseError;

/// What the driver understands. It would log any other parameter with its value, and go on without it.
const PARAMETERS: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// A database's address, checked.
pub(super) enum Address {
    Sqlite(PathBuf),
    Postgres(Server),
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, DatabaseError> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "postgres" | "postgresql" => Ok(Self::Postgres(Server::parse(url)?)),
            _ => sqlite_path(url).map(Self::Sqlite),
        }
    }
}

/// The path in `sqlite:PATH` or `sqlite://PATH`, taken as it is.
fn sqlite_path(url: &str) -> Result<PathBuf, DatabaseError> {
    let rest = url.strip_prefix("sqlite:").ok_or(DatabaseError::NotAnAddress)?;
    let path = rest.strip_prefix("//").unwrap_or(rest);
    if path.is_empty() || path.starts_with(":memory:") || path.contains('?') {
        return Err(DatabaseError::NotAnAddress);
    }
    Ok(PathBuf::from(path))
}

/// A PostgreSQL server and a database on it. No `Debug`: the options hold the password.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) options: Arc<PgConnectOptions>,
}

impl Server {
    fn parse(url: &str) -> Result<Self, DatabaseError> {
        // What a parser says of a text may quote it, and so the password; none of it is kept.
        let parsed = Url::parse(url).map_err(|_| DatabaseError::NotAPostgresAddress)?;
        for (name, _) in parsed.query_pairs() {
            if !PARAMETERS.contains(&name.as_ref()) && !name.starts_with("options[") {
                return Err(DatabaseError::UnknownParameter(name.chars().take(40).collect()));
            }
        }
        let options: PgConnectOptions = url.parse().map_err(|_| DatabaseError::NotAPostgresAddress)?;
        let options = match options.get_application_name() {
            Some(_) => options,
            None => options.application_name("latchstring"),
        };
        Ok(Self {
            options: Arc::new(options),
        })
    }

    /// The server as an operator knows it: `localhost:5432`, or the folder of its socket.
    pub(super) fn host(&self) -> String {
        match self.options.get_socket() {
            Some(folder) => folder.display().to_string(),
            None => format!("{}:{}", self.options.get_host(), self.options.get_port()),
        }
    }

    pub(super) fn user(&self) -> &str {
        self.options.get_username()
    }

    /// The database's name; the server takes the user's where none is given.
    pub(super) fn database(&self) -> &str {
        self.options.get_database().unwrap_or_else(|| self.user())
    }

    /// For messages: the database and the server, never the password.
    pub(super) fn place(&self) -> String {
        format!("{} at {}", self.database(), self.host())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(url: &str) -> String {
        Address::parse(url).err().expect("refused").to_string()
    }

    #[test]
    fn an_address_is_read_or_refused_in_one_line() {
        let path = |url| match Address::parse(url) {
            Ok(Address::Sqlite(path)) => path.display().to_string(),
            _ => panic!("{url} is no path"),
        };
        assert_eq!(path("sqlite:a.db"), "a.db");
        assert_eq!(path("sqlite://a/b.db"), "a/b.db");
        assert_eq!(path("sqlite:///var/a b#%20.db"), "/var/a b#%20.db");
        for url in [
            "",
            "a.db",
            "sqlite",
            "sqlite:",
            "sqlite://",
            "sqlite::memory:",
            "sqlite:a.db?mode=rwc",
            "mysql:x",
        ] {
            let error = refused(url);
            assert!(
                error.contains("use sqlite:PATH, such as sqlite:data/app.sqlite"),
                "{url}: {error}"
            );
        }
    }

    #[test]
    fn a_postgres_address_is_shown_without_its_password() {
        for (url, place) in [
            ("postgres://ann:hunter2@db.example:6543/shop", "shop at db.example:6543"),
            (
                "postgresql://ann:hunter2@db.example/shop?sslmode=require",
                "shop at db.example:5432",
            ),
            (
                "postgres:///shop?host=/run/sock&user=ann&password=hunter2",
                "shop at /run/sock",
            ),
            ("postgres://ann:hunter2@db.example", "ann at db.example:5432"),
        ] {
            let Ok(Address::Postgres(server)) = Address::parse(url) else {
                panic!("{url} is refused");
            };
            assert_eq!((server.place().as_str(), server.user()), (place, "ann"));
        }
        for url in [
            "postgres://ann:hunter2@db.example:port/shop",
            "postgres://ann:hunter2@db.example/shop?sslmode=hunter2",
            "postgres://ann@db.example/shop?passwd=hunter2",
            "postgres://ann:hunter2@db.example/shop?target_session_attrs=any",
        ] {
            let error = refused(url);
            assert!(!error.contains("hunter2") && error.lines().count() == 1, "{error}");
        }
        let error = refused("postgres://h/d?channel_binding=require");
        assert!(
            error.contains("`channel_binding`") && error.contains("leave it out"),
            "{error}"
        );
    }
}
