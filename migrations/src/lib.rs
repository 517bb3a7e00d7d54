//! The schema of the access tables, one file per change.
//!
//! Written with the query builder, so that SQLite and PostgreSQL get the same tables. Two conventions:
//!
//! - Ids are UUIDs: 16 bytes on SQLite, the native type on PostgreSQL. The driver reads and writes both the same way.
//! - Moments are microseconds since 1970 in a `BIGINT`. SQLite has no type for moments and compares its texts letter
//!   by letter, where `…:00Z` and `…:00.000000+00:00` are different; whether a key has expired must not hang on that.
//!
//! A migration that was released is never edited; a change is a new file.

#![forbid(unsafe_code)]

use sea_orm_migration::{
    MigrationTrait, MigratorTrait,
    sea_orm::{DynIden, sea_query::IntoIden},
};

mod m0001_access;
mod m0002_connected_apps;
mod m0003_pause;
mod m0004_activity;
mod m0005_chain;

/// The migrations of the access tables, in order.
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_access::Migration),
            Box::new(m0002_connected_apps::Migration),
            Box::new(m0003_pause::Migration),
            Box::new(m0004_activity::Migration),
            Box::new(m0005_chain::Migration),
        ]
    }

    /// A name of our own, so that an app with its own migrations may share the database.
    fn migration_table_name() -> DynIden {
        "latchstring_migrations".into_iden()
    }
}
