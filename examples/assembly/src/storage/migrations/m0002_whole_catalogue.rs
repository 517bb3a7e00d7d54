//! Products, what else is known of variants and materials, a store's plan and settings, and versions.

use latchstring::db::tables::Text;
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean},
};

use super::STORES;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn products(text: Text) -> TableCreateStatement {
    STORES
        .table("products", &["id"])
        .col(text.string_len("id", 100))
        .col(text.string("title"))
        .col(text.string_null("vendor"))
        .col(text.string_null("product_type"))
        .col(text.text("tags"))
        .col(text.string_len("status", 16))
        .col(text.text("search"))
        .take()
}

/// Columns by table. Rows that are there already get the defaults.
fn columns(text: Text) -> Vec<(&'static str, ColumnDef)> {
    let off = |name| boolean(name).default(false).take();
    let first = |name| big_integer(name).default(1).take();
    vec![
        ("shops", text.string_len("plan", 16).default("enhanced").take()),
        ("shops", off("multi_location_sensitive_adjustments")),
        ("shops", off("location_sensitive_dynamic_adjustments")),
        ("shops", off("refunds_sync_disabled")),
        ("shops", off("cancelled_orders_sync_disabled")),
        ("variants", text.string_len("product_id", 100).default("").take()),
        ("variants", text.string_null("barcode")),
        ("variants", big_integer_null("cost")),
        ("variants", text.string_len_null("inventory_item_id", 100)),
        ("materials", text.string_len_null("product_id", 100)),
        ("materials", text.string_len_null("inventory_item_id", 100)),
        ("materials", text.string_null("tag")),
        ("materials", first("version")),
        ("boms", first("version")),
        ("sub_assemblies", first("version")),
    ]
}

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait declares it so, and async_trait counts lifetimes"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let text = Text::of(manager);
        manager.create_table(products(text)).await?;
        for (table, mut column) in columns(text) {
            let mut change = Table::alter();
            manager
                .alter_table(change.table(table).add_column(&mut column).take())
                .await?;
        }
        // A catalogue from before products were told: each variant is one by itself.
        let database = manager.get_connection();
        database
            .execute_unprepared("UPDATE variants SET product_id = id WHERE product_id = ''")
            .await?;
        database
            .execute_unprepared(
                "INSERT INTO products (store_id, id, title, vendor, tags, status, search) \
                 SELECT store_id, id, product_title, vendor, '', 'active', search FROM variants",
            )
            .await?;
        manager.create_index(STORES.index("variants", &["product_id"])).await?;
        manager
            .create_index(STORES.index("variants", &["product_title", "title", "id"]))
            .await?;
        manager.create_index(STORES.index("products", &["title", "id"])).await?;
        manager.create_index(STORES.index("boms", &["name", "id"])).await
    }
}
