//! When a message that did not go out is tried again.

use sea_orm_migration::{prelude::*, schema::timestamp_with_time_zone_null};

use super::STORES;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait declares it so, and async_trait counts lifetimes"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut column = timestamp_with_time_zone_null("next_attempt_at");
        let mut change = Table::alter();
        manager
            .alter_table(change.table("outbox").add_column(&mut column).take())
            .await?;
        // The order in which they go out, and of what was written in one moment.
        manager
            .create_index(STORES.index("outbox", &["status", "at", "id"]))
            .await
    }
}
