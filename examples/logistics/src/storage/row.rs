//! What is only ever read as a whole: a column of JSON.

use latchstring::db::{
    StorageError,
    column::{read_json, write_json},
};
use serde::{Serialize, de::DeserializeOwned};

/// What is in the `body` of a row.
pub(super) fn read<T: DeserializeOwned>(table: &'static str, stored: &str) -> Result<T, StorageError> {
    read_json((table, "body"), stored)
}

/// What goes into the `body` of a row.
pub(super) fn written<T: Serialize>(table: &'static str, value: &T) -> Result<String, StorageError> {
    write_json((table, "body"), value)
}
