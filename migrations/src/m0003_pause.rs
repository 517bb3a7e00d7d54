//! A pause is apart from whether the app is installed, and tells when it began and who began it.

use sea_orm_migration::prelude::*;

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_pause"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    #[expect(
        elided_lifetimes_in_paths,
        reason = "the trait declares it so, and async_trait wants the same"
    )]
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for change in CHANGES {
            manager.get_connection().execute_unprepared(change).await?;
        }
        Ok(())
    }
}

const CHANGES: [&str; 5] = [
    "ALTER TABLE tenant ADD COLUMN paused_at BIGINT",
    "ALTER TABLE tenant ADD COLUMN paused_by_sub TEXT CHECK ((paused_at IS NULL) = (paused_by_sub IS NULL))",
    "ALTER TABLE tenant ADD COLUMN paused_by_name TEXT CHECK ((paused_at IS NULL) = (paused_by_name IS NULL))",
    // Whoever suspended a tenant did so by command, and nobody wrote down when.
    "UPDATE tenant SET status = 'active', paused_at = installed_at, paused_by_sub = 'operator', \
     paused_by_name = 'the operator' WHERE status = 'suspended'",
    "UPDATE access_event SET kind = 'tenant.paused' WHERE kind = 'tenant.suspended'",
];
