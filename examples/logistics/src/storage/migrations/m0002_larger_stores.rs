//! What large stores need: lists and counts that are answered from an index alone, and lines that are on their way apart
//! from all the others there ever were.

use sea_orm_migration::prelude::*;

use super::parts::index;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// In the way of better ones.
const DROPPED: &[(&str, &[&str])] = &[
    ("sales", &["day"]),
    ("purchase_orders", &["status", "seq"]),
    ("purchase_orders", &["supplier_id", "seq"]),
];

const INDEXES: &[(&str, &[&str])] = &[
    // The tiers of everything are reckoned from this alone.
    ("sales", &["day", "variant_id", "units"]),
    // Lists leave archived orders out and say how many there are, so the index has to know which are.
    ("purchase_orders", &["status", "is_archived", "seq"]),
    ("purchase_orders", &["supplier_id", "is_archived", "seq"]),
    ("purchase_orders", &["location_id", "is_archived", "seq"]),
    ("purchase_orders", &["expected_on", "is_archived"]),
    ("purchase_orders", &["created_at", "is_archived"]),
    // A search reads what it searches, and no order.
    ("purchase_orders", &["is_archived", "seq", "search"]),
    ("adjustments", &["location_id", "id"]),
];

/// Lines with something on its way.
fn open_lines(table: &'static str) -> IndexCreateStatement {
    let mut open = Index::create();
    open.name(format!("ix_{table}_open"))
        .table(table)
        .col("store_id")
        .col("variant_id")
        .and_where(Expr::cust("incoming <> 0"));
    open
}

#[expect(
    elided_lifetimes_in_paths,
    reason = "the trait declares it so, and async_trait counts lifetimes"
)]
#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in DROPPED {
            let name = format!("ix_{table}_{}", columns.join("_"));
            manager
                .drop_index(Index::drop().name(name).table(*table).to_owned())
                .await?;
        }
        for (table, columns) in INDEXES {
            manager.create_index(index(table, columns)).await?;
        }
        manager.create_index(open_lines("purchase_order_lines")).await?;
        manager.create_index(open_lines("transfer_order_lines")).await
    }
}
