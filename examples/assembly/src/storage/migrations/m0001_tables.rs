//! The first tables. Ids are text, quantities and money are millionths in 64 bits.

use latchstring::db::tables::Text;
use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, integer, timestamp_with_time_zone, uuid},
};

use super::STORES;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

fn row_table(text: Text, name: &'static str, part: &'static str) -> TableCreateStatement {
    STORES
        .table(name, &["owner_kind", "owner_id", part])
        .col(text.string_len("owner_kind", 16))
        .col(text.string_len("owner_id", 100))
        .col(text.string_len(part, 100))
        .col(integer("position"))
        .col(big_integer("quantity"))
        .take()
}

fn tables(text: Text) -> Vec<TableCreateStatement> {
    vec![
        STORES
            .table("shops", &[])
            .col(text.string("name"))
            .col(text.string_len("currency", 3))
            .col(boolean("allow_negative_inventory"))
            .col(text.string_len("default_location_id", 100))
            .take(),
        STORES
            .table("locations", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string("name"))
            .col(boolean("is_active"))
            .take(),
        STORES
            .table("variants", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string("product_title"))
            .col(text.string("title"))
            .col(text.string_null("sku"))
            .col(text.string_null("vendor"))
            .col(big_integer("price"))
            .col(text.text("search"))
            .take(),
        STORES
            .table("materials", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string_len("origin", 16))
            .col(text.string("product_name"))
            .col(text.string_null("variant_name"))
            .col(text.string_null("sku"))
            .col(text.string("unit"))
            .col(big_integer_null("cost"))
            .col(text.string_null("vendor"))
            .col(text.text_null("specifications"))
            .col(text.text("search"))
            .col(boolean("is_non_essential"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .take(),
        STORES
            .table("boms", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string("name"))
            .col(text.string_len("variant_id", 100))
            .col(text.text("search"))
            .col(boolean("is_active"))
            .col(boolean("dynamic_adjustment"))
            .col(boolean("maintain_inventory_level"))
            .col(boolean("auto_generate_material_list"))
            .col(boolean("keep_assembled_on_return"))
            .col(boolean("only_sell_preassembled"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .foreign_key(&mut STORES.reference(("boms", "variant_id"), "variants"))
            .take(),
        STORES
            .table("sub_assemblies", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string("name"))
            .col(text.string_null("sku"))
            .col(text.text_null("description"))
            .col(text.text("search"))
            .col(boolean("keep_assembled_on_return"))
            .col(boolean("only_consume_preassembled"))
            .col(timestamp_with_time_zone("created_at"))
            .col(timestamp_with_time_zone("updated_at"))
            .take(),
        row_table(text, "component_rows", "material_id")
            .col(big_integer("waste"))
            .col(text.string_len_null("location_id", 100))
            .col(text.text("alternatives"))
            .foreign_key(&mut STORES.reference(("component_rows", "material_id"), "materials"))
            .foreign_key(&mut STORES.reference(("component_rows", "location_id"), "locations"))
            .take(),
        row_table(text, "nested_rows", "sub_assembly_id")
            .foreign_key(&mut STORES.reference(("nested_rows", "sub_assembly_id"), "sub_assemblies"))
            .take(),
        STORES
            .table("levels", &["kind", "item_id", "location_id"])
            .col(text.string_len("kind", 16))
            .col(text.string_len("item_id", 100))
            .col(text.string_len("location_id", 100))
            .col(big_integer("quantity"))
            .foreign_key(&mut STORES.reference(("levels", "location_id"), "locations"))
            .take(),
        STORES
            .table("adjustments", &["id"])
            .col(uuid("id"))
            .col(text.string_len("kind", 16))
            .col(text.string_len("item_id", 100))
            .col(text.string_len("location_id", 100))
            .col(big_integer("before"))
            .col(big_integer("after"))
            .col(text.string("actor"))
            .col(text.string_len("source", 16))
            .col(text.string("request_id"))
            .col(timestamp_with_time_zone("at"))
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
            .create_index(STORES.index("boms", &["variant_id"]).unique().take())
            .await?;
        manager
            .create_index(STORES.index("component_rows", &["material_id"]))
            .await?;
        manager
            .create_index(STORES.index("nested_rows", &["sub_assembly_id"]))
            .await?;
        manager
            .create_index(STORES.index("materials", &["product_name", "id"]))
            .await?;
        manager
            .create_index(STORES.index("adjustments", &["kind", "item_id", "at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables(Text::of(manager)).iter().rev() {
            if let Some(name) = table.get_table_name() {
                manager.drop_table(Table::drop().table(name.clone()).take()).await?;
            }
        }
        Ok(())
    }
}
