//! What large stores need: lists that are filtered, counted and put in order from one narrow index, and what is rare apart
//! from what there is a lot of.
//!
//! SQLite keeps no statistics here, and takes the rows of a store to be few. So no index may look better than it is: where
//! two would do, the one that reads more is not there.

use sea_orm_migration::prelude::*;

use super::parts::index;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const DROPPED: &[(&str, &[&str])] = &[
    ("variants", &["sku"]),
    ("variants", &["product_id"]),
    ("sales", &["day"]),
    ("adjustments", &["variant_id", "at"]),
    ("adjustments", &["document_id", "at"]),
    ("purchase_orders", &["status", "seq"]),
    ("purchase_orders", &["supplier_id", "seq"]),
    ("purchase_order_lines", &["variant_id", "location_id"]),
    ("transfer_order_lines", &["variant_id", "location_id"]),
];

const INDEXES: &[(&str, &[&str])] = &[
    // In the order in which they are listed: one that is found by its SKU is not looked for from the first variant on.
    ("variants", &["sku", "id"]),
    ("variants", &["product_id", "id"]),
    // What a page of the forecast asks for, and what everything sold, without a look at the table.
    ("sales", &["variant_id", "day", "location_id", "units"]),
    // Lists of the history are in the order of ids.
    ("adjustments", &["variant_id", "id", "location_id"]),
    ("adjustments", &["document_id", "id", "location_id"]),
    ("adjustments", &["location_id", "bucket"]),
    // Lists leave archived orders out and say how many there are.
    ("purchase_orders", &["status", "is_archived", "seq"]),
    ("purchase_orders", &["supplier_id", "is_archived", "seq"]),
];

/// All that lists of orders are filtered by, in their order.
const LISTED: &[&str] = &[
    "store_id",
    "seq",
    "id",
    "is_archived",
    "status",
    "supplier_id",
    "location_id",
    "created_at",
    "expected_on",
    "search",
];

/// An index of the rows of which something holds.
fn of_some(name: &str, table: &'static str, columns: &[&'static str], holds: &'static str) -> IndexCreateStatement {
    let mut some = Index::create();
    some.name(format!("ix_{table}_{name}")).table(table).col("store_id");
    for column in columns {
        some.col(*column);
    }
    some.and_where(Expr::cust(holds)).to_owned()
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
        let mut listed = Index::create();
        listed.name("ix_purchase_orders_list").table("purchase_orders");
        for column in LISTED {
            listed.col(*column);
        }
        manager.create_index(listed).await?;
        let below_zero = "on_hand < 0 OR available < 0";
        let is_on_the_way = "incoming <> 0";
        for (name, table, columns, holds) in [
            ("below", "levels", ["variant_id", "location_id"], below_zero),
            ("below_at", "levels", ["location_id", "variant_id"], below_zero),
            (
                "open",
                "purchase_order_lines",
                ["variant_id", "location_id"],
                is_on_the_way,
            ),
            (
                "open",
                "transfer_order_lines",
                ["variant_id", "location_id"],
                is_on_the_way,
            ),
        ] {
            manager.create_index(of_some(name, table, &columns, holds)).await?;
        }
        Ok(())
    }
}
