//! What a product's tables are made of.
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
#[derive(Debug, Clone, Copy)]
pub struct Text(DbBackend);

impl Text {
    /// As the database of this migration needs them.
    pub fn of(manager: &SchemaManager<'_>) -> Self {
        Self::on(manager.get_database_backend())
    }

    pub(crate) fn on(backend: DbBackend) -> Self {
        Self(backend)
    }

    /// A short text.
    pub fn string(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::string(name))
    }

    /// A short text that may be missing.
    pub fn string_null(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::string_null(name))
    }

    /// A text of at most so many characters.
    pub fn string_len(self, name: &'static str, length: u32) -> ColumnDef {
        self.by_bytes(schema::string_len(name, length))
    }

    /// A text of at most so many characters that may be missing.
    pub fn string_len_null(self, name: &'static str, length: u32) -> ColumnDef {
        self.by_bytes(schema::string_len_null(name, length))
    }

    /// A text of any length.
    pub fn text(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::text(name))
    }

    /// A text of any length that may be missing.
    pub fn text_null(self, name: &'static str) -> ColumnDef {
        self.by_bytes(schema::text_null(name))
    }

    fn by_bytes(self, mut column: ColumnDef) -> ColumnDef {
        if self.0 == DbBackend::Postgres {
            column.extra("COLLATE \"C\"");
        }
        column
    }
}

/// Tables whose rows belong to tenants: this column says to which, and every key and index begins with it.
#[derive(Debug, Clone, Copy)]
pub struct TenantTables {
    owner: &'static str,
}

impl TenantTables {
    /// With this column, such as `store_id`.
    pub const fn owned_by(owner: &'static str) -> Self {
        Self { owner }
    }

    /// A table whose key is the tenant and these columns.
    pub fn table(self, name: &'static str, key: &[&'static str]) -> TableCreateStatement {
        let mut index = Index::create();
        index.col(self.owner);
        for column in key {
            index.col(*column);
        }
        Table::create()
            .table(name)
            .col(uuid(self.owner))
            .primary_key(&mut index)
            .take()
    }

    /// A reference from a column to the `id` of another table, which stays within the tenant.
    pub fn reference(self, from: (&'static str, &'static str), to: &'static str) -> ForeignKeyCreateStatement {
        let (table, column) = from;
        let name = format!("fk_{table}_{column}");
        let mut key = ForeignKey::create();
        key.name(name).from_tbl(table).from_col(self.owner).from_col(column);
        key.to_tbl(to).to_col(self.owner).to_col("id").take()
    }

    /// An index over the tenant and these columns.
    pub fn index(self, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
        let mut index = Index::create();
        index
            .name(format!("ix_{table}_{}", columns.join("_")))
            .table(table)
            .col(self.owner);
        for column in columns {
            index.col(*column);
        }
        index.take()
    }
}
