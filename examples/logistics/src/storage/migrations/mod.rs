//! The tables as they grew: one file per change, never edited once released.

use latchstring::db::{replays, tables::TenantTables};
use sea_orm_migration::prelude::*;

mod m0001_tables;
mod m0002_larger_stores;
mod m0003_outbox_attempts;

/// Every row belongs to a store.
const STORES: TenantTables = TenantTables::owned_by("store_id");

/// Brings the database up to date.
pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_tables::Migration),
            Box::new(replays::Migration),
            Box::new(m0002_larger_stores::Migration),
            Box::new(m0003_outbox_attempts::Migration),
        ]
    }

    fn migration_table_name() -> DynIden {
        "logistics_migrations".into_iden()
    }
}
