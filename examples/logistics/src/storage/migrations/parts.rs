//! What tables are made of.
//!
//! Text is compared byte by byte, as SQLite does by itself. On PostgreSQL that is said for every column, whatever the
//! database's own rules are: lists come in the same order everywhere, and an update of the system's libraries cannot
//! put an index out of order.

use sea_orm_migration::{
    prelude::*,
    schema::{self, uuid},
    sea_orm::DbBackend,
};

/// Columns of text.
#[derive(Clone, Copy)]
pub(super) struct Text(DbBackend);

impl Text {
    pub(super) fn of(manager: &SchemaManager<'_>) -> Self {
        Self(manager.get_database_backend())
    }

    pub(super) fn string(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::string(name))
    }

    pub(super) fn string_null(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::string_null(name))
    }

    pub(super) fn string_len(self, name: &'static str, length: u32) -> ColumnDef {
        self.by_bytes(schema::string_len(name, length))
    }

    pub(super) fn string_len_null(self, name: &'static str, length: u32) -> ColumnDef {
        self.by_bytes(schema::string_len_null(name, length))
    }

    pub(super) fn text(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::text(name))
    }

    pub(super) fn text_null(self, name: &'static str) -> ColumnDef {
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
pub(super) fn table(name: &'static str, key: &[&'static str]) -> TableCreateStatement {
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
pub(super) fn reference(from: (&'static str, &'static str), to: &'static str) -> ForeignKeyCreateStatement {
    let (table, column) = from;
    let name = format!("fk_{table}_{column}");
    let mut key = ForeignKey::create();
    key.name(name).from_tbl(table).from_col("store_id").from_col(column);
    key.to_tbl(to).to_col("store_id").to_col("id").take()
}

/// An index whose columns begin with the store.
pub(super) fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
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
