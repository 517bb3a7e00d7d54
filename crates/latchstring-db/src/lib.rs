//! The access store on SQL, and the database handle that apps share with it.
//!
//! [`Database`] is a SQLite file or a database on a PostgreSQL server, with the same promises to readers and writers.
//! [`SqlAccessStore`] keeps tenants, grants, keys and the audit trail in one; see [`Database`] on keeping it apart.
//! [`replays`] keeps the answers of an app's changes that may be sent twice.

#![forbid(unsafe_code)]

mod access;
mod connect;
mod error;
mod inconsistency;
mod migrate;
mod moment;
pub mod replays;
#[cfg(feature = "testing")]
pub mod testing;

pub use access::SqlAccessStore;
pub use connect::{Backend, Database, commit};
pub use error::DatabaseError;
