//! The access store on SQL, and the database handle that apps share with it.
//!
//! [`Database`] is a SQLite file or a database on a PostgreSQL server, with the same promises to readers and writers.
//! [`SqlAccessStore`] keeps tenants, grants, keys and the audit trail in one; see [`Database`] on keeping it apart.
//! [`replays`] keeps the answers of an app's changes that may be sent twice.
//!
//! A product's own rows are read and written through [`reader_and_writer!`], which binds every statement to one tenant;
//! [`tables`] makes its tables, [`search`] looks for words in them, and [`column`](mod@column) reads what stands there.

#![forbid(unsafe_code)]

mod access;
pub mod column;
mod connect;
mod doors;
mod error;
mod inconsistency;
mod migrate;
mod moment;
pub mod replays;
pub mod search;
pub mod tables;
#[cfg(feature = "testing")]
pub mod testing;

pub use access::SqlAccessStore;
pub use column::StorageError;
pub use connect::{Backend, Database, commit};
pub use doors::{CHUNK, Owned, TenantReader, TenantWriter};
pub use error::DatabaseError;

/// What [`reader_and_writer!`] names, so that a product need not import it.
#[doc(hidden)]
pub mod of_macros {
    pub use chrono::{DateTime, Utc};
    pub use latchstring_core::{Change, ChangeAction, Fence, OperationError, Replay, ReplayKey, TenantId, UnitOfWork};
    pub use sea_orm::{
        ActiveModelTrait, DatabaseTransaction, DeleteMany, Select, prelude::Uuid, sea_query::OnConflict,
    };
    pub use serde_json::Value;
}
