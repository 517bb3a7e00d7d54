//! Orders: what was sold, what it took, every event that was told, and what the shop platform has not been told yet.

use latchstring::db::tables::Text;
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, integer, timestamp_with_time_zone, uuid},
};

use super::STORES;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn tables(text: Text) -> Vec<TableCreateStatement> {
    vec![
        STORES
            .table("orders", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string_len("status", 16))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .take(),
        STORES
            .table("order_lines", &["order_id", "variant_id", "location_id"])
            .col(text.string_len("order_id", 100))
            .col(text.string_len("variant_id", 100))
            .col(text.string_len("location_id", 100))
            .col(big_integer("ordered"))
            .col(big_integer("refunded"))
            .take(),
        STORES
            .table("takings", &["order_id", "position"])
            .col(text.string_len("order_id", 100))
            .col(integer("position"))
            .col(text.string_len("variant_id", 100))
            .col(text.string_len("location_id", 100))
            .col(big_integer("held"))
            .col(text.text("execution"))
            .take(),
        STORES
            .table("order_events", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string_len("order_id", 100))
            .col(text.string_len("kind", 16))
            .col(timestamp_with_time_zone("at"))
            .col(text.text_null("log"))
            .col(text.text_null("sync_error"))
            .take(),
        STORES
            .table("platform_moves", &["id"])
            .col(uuid("id"))
            .col(text.string_len("event_id", 100))
            .col(text.string_len("kind", 16))
            .col(text.string_len("item_id", 100))
            .col(text.string_len("location_id", 100))
            .col(big_integer("quantity"))
            .take(),
    ]
}

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait declares it so, and async_trait counts lifetimes"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables(Text::of(manager)) {
            manager.create_table(table).await?;
        }
        manager
            .create_index(STORES.index("order_events", &["order_id", "at"]))
            .await?;
        manager
            .create_index(STORES.index("orders", &["created_at", "id"]))
            .await?;
        manager
            .create_index(STORES.index("platform_moves", &["kind", "item_id"]))
            .await
    }
}
