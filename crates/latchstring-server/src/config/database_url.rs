//! The address of a database, which may have a password in it.

use std::{convert::Infallible, fmt, path::Path, str::FromStr};

use serde::Deserialize;

/// `sqlite:PATH`, or `postgres://…` with a password that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// The SQLite database in this file.
    pub fn of_file(path: &Path) -> Self {
        Self(format!("sqlite:{}", path.display()))
    }

    /// The address itself, password and all.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a PostgreSQL server, which several of us may share.
    pub fn is_postgres(&self) -> bool {
        ["postgres:", "postgresql:"]
            .iter()
            .any(|scheme| self.0.starts_with(scheme))
    }

    /// The file of a SQLite database.
    pub fn sqlite_file(&self) -> Option<&Path> {
        let rest = self.0.strip_prefix("sqlite:")?;
        Some(Path::new(rest.strip_prefix("//").unwrap_or(rest)))
    }

    /// Where keys and grants are kept: with PostgreSQL in the same database; with SQLite in a file of its own,
    /// `sqlite:dir/shop.access.db` beside `sqlite:dir/shop.db`, so that a program which holds the product's write lock
    /// never delays a revocation.
    pub(super) fn for_access(&self) -> Self {
        if self.is_postgres() {
            return self.clone();
        }
        Self(match self.0.rsplit_once('.') {
            Some((path, ending)) if !ending.contains(['/', ':']) => format!("{path}.access.{ending}"),
            _ => format!("{}.access", self.0),
        })
    }
}

impl FromStr for DatabaseUrl {
    type Err = Infallible;

    /// Takes any text; opening it is what tells whether it is right.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sqlite_file() {
            Some(_) => write!(f, "DatabaseUrl({})", self.0),
            None => f.write_str("DatabaseUrl(..)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> DatabaseUrl {
        text.parse().unwrap()
    }

    #[test]
    fn the_keys_have_a_file_of_their_own() {
        assert_eq!(
            url("sqlite:dir/shop.db").for_access().as_str(),
            "sqlite:dir/shop.access.db"
        );
        assert_eq!(
            url("sqlite:my.dir/shop").for_access().as_str(),
            "sqlite:my.dir/shop.access"
        );
        assert_eq!(
            url("sqlite://dir/shop.db").sqlite_file(),
            Some(Path::new("dir/shop.db"))
        );
    }

    #[test]
    fn on_postgresql_the_keys_share_the_database_and_the_password_is_not_printed() {
        for text in [
            "postgres://ann:hunter2@db.internal/shop",
            "postgresql://ann:hunter2@[::1]/my.shop",
        ] {
            let url = url(text);
            assert!(url.is_postgres());
            assert_eq!((url.for_access().as_str(), url.sqlite_file()), (text, None));
            assert_eq!(format!("{url:?}"), "DatabaseUrl(..)");
        }
    }
}
