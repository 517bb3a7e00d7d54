//! The first tables. Ids are text, quantities and money are millionths in 64 bits.
//!
//! Text is compared byte by byte, as SQLite does by itself. On PostgreSQL that is said for every column, whatever the
//! database's own rules are: lists come in the same order everywhere, and an update of the system's libraries cannot
//! put an index out of order.

use sea_orm_migration::{
    prelude::*,
    schema::{self, big_integer, big_integer_null, boolean, integer, timestamp_with_time_zone, uuid},
    sea_orm::DbBackend,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// Columns of text.
#[derive(Clone, Copy)]
struct Text(DbBackend);

impl Text {
    fn string(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::string(name))
    }

    fn string_null(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::string_null(name))
    }

    fn string_len(self, name: &'static str, length: u32) -> ColumnDef {
        self.by_bytes(schema::string_len(name, length))
    }

    fn string_len_null(self, name: &'static str, length: u32) -> ColumnDef {
        self.by_bytes(schema::string_len_null(name, length))
    }

    fn text(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::text(name))
    }

    fn text_null(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::text_null(name))
    }

    fn by_bytes(self, mut column: ColumnDef) -> ColumnDef {
        if self.0 == DbBackend::Postgres {
            column.extra("COLLATE \"C\"");
        }
        column
    }
}

/// A table whose key begins with the store.
fn table(name: &'static str, key: &[&'static str]) -> TableCreateStatement {
    let mut index = Index::create();
    index.col("store_id");
    for column in key {
        index.col(*column);
    }
    Table::create()
        .table(name)
        .col(uuid("store_id"))
        .primary_key(&mut index)
        .take()
}

/// A reference that stays within the store.
fn reference(from: (&'static str, &'static str), to: &'static str) -> ForeignKeyCreateStatement {
    let (table, column) = from;
    let name = format!("fk_{table}_{column}");
    let mut key = ForeignKey::create();
    key.name(name).from_tbl(table).from_col("store_id").from_col(column);
    key.to_tbl(to).to_col("store_id").to_col("id").take()
}

fn row_table(text: Text, name: &'static str, part: &'static str) -> TableCreateStatement {
    table(name, &["owner_kind", "owner_id", part])
        .col(text.string_len("owner_kind", 16))
        .col(text.string_len("owner_id", 100))
        .col(text.string_len(part, 100))
        .col(integer("position"))
        .col(big_integer("quantity"))
        .take()
}

fn tables(text: Text) -> Vec<TableCreateStatement> {
    vec![
        table("shops", &[])
            .col(text.string("name"))
            .col(text.string_len("currency", 3))
            .col(boolean("allow_negative_inventory"))
            .col(text.string_len("default_location_id", 100))
            .take(),
        table("locations", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string("name"))
            .col(boolean("is_active"))
            .take(),
        table("variants", &["id"])
            .col(text.string_len("id", 100))
            .col(text.string("product_title"))
            .col(text.string("title"))
            .col(text.string_null("sku"))
            .col(text.string_null("vendor"))
            .col(big_integer("price"))
            .col(text.text("search"))
            .take(),
        table("materials", &["id"])
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
        table("boms", &["id"])
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
            .foreign_key(&mut reference(("boms", "variant_id"), "variants"))
            .take(),
        table("sub_assemblies", &["id"])
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
            .foreign_key(&mut reference(("component_rows", "material_id"), "materials"))
            .foreign_key(&mut reference(("component_rows", "location_id"), "locations"))
            .take(),
        row_table(text, "nested_rows", "sub_assembly_id")
            .foreign_key(&mut reference(("nested_rows", "sub_assembly_id"), "sub_assemblies"))
            .take(),
        table("levels", &["kind", "item_id", "location_id"])
            .col(text.string_len("kind", 16))
            .col(text.string_len("item_id", 100))
            .col(text.string_len("location_id", 100))
            .col(big_integer("quantity"))
            .foreign_key(&mut reference(("levels", "location_id"), "locations"))
            .take(),
        table("adjustments", &["id"])
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

fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(format!("ix_{table}_{}", columns.join("_")))
        .table(table)
        .col("store_id");
    for column in columns {
        index.col(*column);
    }
    index.take()
}

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait declares it so, and async_trait counts lifetimes"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables(Text(manager.get_database_backend())) {
            manager.create_table(table).await?;
        }
        manager
            .create_index(index("boms", &["variant_id"]).unique().take())
            .await?;
        manager.create_index(index("component_rows", &["material_id"])).await?;
        manager.create_index(index("nested_rows", &["sub_assembly_id"])).await?;
        manager
            .create_index(index("materials", &["product_name", "id"]))
            .await?;
        manager
            .create_index(index("adjustments", &["kind", "item_id", "at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables(Text(manager.get_database_backend())).iter().rev() {
            if let Some(name) = table.get_table_name() {
                manager.drop_table(Table::drop().table(name.clone()).take()).await?;
            }
        }
        Ok(())
    }
}
