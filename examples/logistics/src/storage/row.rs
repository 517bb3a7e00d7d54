//! A row becomes a value in one step, or says what is wrong with it.

use std::fmt::Display;

use latchstring::OperationError;
use latchstring::db::DatabaseError;
use sea_orm::DbErr;
use serde::{Serialize, de::DeserializeOwned};

/// The database cannot be asked, or holds what it must not.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The database cannot be asked.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// A value is stored that could not have been entered.
    #[error("`{value}` in {table}.{column} makes no sense: {why}")]
    Inconsistent {
        /// Where.
        table: &'static str,
        /// Where in it.
        column: &'static str,
        /// What.
        value: String,
        /// Which rule it breaks.
        why: String,
    },
    /// The store was never set up.
    #[error("store `{0}` has no row in `shops`")]
    NoShop(uuid::Uuid),
}

impl From<DbErr> for StorageError {
    fn from(error: DbErr) -> Self {
        Self::Database(error.into())
    }
}

impl From<StorageError> for OperationError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Database(error) => error.into(),
            StorageError::Inconsistent { .. } | StorageError::NoShop(_) => Self::internal(error),
        }
    }
}

/// A column's value, checked as it was when it was entered.
pub(super) fn checked<R, T>(table: &'static str, column: &'static str, value: R) -> Result<T, StorageError>
where
    T: TryFrom<R>,
    T::Error: Display,
    R: Display + Clone,
{
    T::try_from(value.clone()).map_err(|why| StorageError::Inconsistent {
        table,
        column,
        value: value.to_string(),
        why: why.to_string(),
    })
}

/// The one of these that is stored under its name.
pub(super) fn one_of<T: Copy>(
    (table, column): (&'static str, &'static str),
    stored: &str,
    values: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, StorageError> {
    let found = values.iter().copied().find(|value| name(*value) == stored);
    found.ok_or_else(|| StorageError::Inconsistent {
        table,
        column,
        value: stored.to_owned(),
        why: "there is no such value".to_owned(),
    })
}

/// What is in a column of JSON.
pub(super) fn read<T: DeserializeOwned>(table: &'static str, stored: &str) -> Result<T, StorageError> {
    serde_json::from_str(stored).map_err(|error| StorageError::Inconsistent {
        table,
        column: "body",
        value: stored.chars().take(100).collect(),
        why: error.to_string(),
    })
}

/// What goes into a column of JSON.
pub(super) fn written<T: Serialize>(table: &'static str, value: &T) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| StorageError::Inconsistent {
        table,
        column: "body",
        value: "a new value".to_owned(),
        why: error.to_string(),
    })
}
