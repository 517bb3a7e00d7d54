//! The access store on SQL, and the SQLite database handle that apps share with it.
//!
//! [`Database`] is one SQLite file with many readers and one writer. [`SqlAccessStore`] keeps tenants, grants, keys
//! and the audit trail in such a file, which should be its own: see [`Database`] on why.

#![forbid(unsafe_code)]

mod access;
mod connect;
mod entity;
mod error;
mod inconsistency;
mod migrate;
mod moment;

pub use access::SqlAccessStore;
pub use connect::Database;
pub use error::DatabaseError;
