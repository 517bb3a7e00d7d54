//! What stands in a column becomes a value in one step, or says what is wrong with it.

use std::fmt::Display;

use latchstring_core::{OperationError, TenantId};
use sea_orm::DbErr;
use serde::{Serialize, de::DeserializeOwned};

use crate::DatabaseError;

/// A product's database cannot be asked, or holds what it must not.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
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
    /// Rows are stored, each of which makes sense, that make none together.
    #[error("the stored rows of {what} make no sense together")]
    Together {
        /// Of what.
        what: String,
        /// Which rule they break.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The tenant was never set up.
    #[error("`{tenant}` has no row in `{table}`")]
    NotSetUp {
        /// Where each tenant has a row.
        table: &'static str,
        /// Whose is missing.
        tenant: TenantId,
    },
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
            StorageError::Inconsistent { .. } | StorageError::Together { .. } | StorageError::NotSetUp { .. } => {
                Self::internal(error)
            }
        }
    }
}

/// A column's value, checked as it was when it was entered.
///
/// # Errors
/// When it could not have been entered.
pub fn checked<R, T>(table: &'static str, column: &'static str, value: R) -> Result<T, StorageError>
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
///
/// # Errors
/// When none has this name.
pub fn one_of<T: Copy>(
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
///
/// # Errors
/// When it is not what was written there.
pub fn read_json<T: DeserializeOwned>(
    (table, column): (&'static str, &'static str),
    stored: &str,
) -> Result<T, StorageError> {
    serde_json::from_str(stored).map_err(|error| StorageError::Inconsistent {
        table,
        column,
        value: stored.chars().take(100).collect(),
        why: error.to_string(),
    })
}

/// What goes into a column of JSON.
///
/// # Errors
/// When the value cannot be written as JSON.
pub fn write_json<T: Serialize>(
    (table, column): (&'static str, &'static str),
    value: &T,
) -> Result<String, StorageError> {
    serde_json::to_string(value).map_err(|error| StorageError::Inconsistent {
        table,
        column,
        value: "a new value".to_owned(),
        why: error.to_string(),
    })
}
