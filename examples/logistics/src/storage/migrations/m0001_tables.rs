//! The first tables. Ids are text, money is in millionths, units are whole numbers in 64 bits.

use latchstring::db::tables::Text;
use sea_orm_migration::{
    prelude::*,
    schema::{
        big_integer, big_integer_null, boolean, date, date_null, integer, timestamp_with_time_zone,
        timestamp_with_time_zone_null, uuid,
    },
};

use super::STORES;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

/// A kind of document: what every one has.
fn documents(text: Text, name: &'static str) -> TableCreateStatement {
    STORES
        .table(name, &["id"])
        .col(text.string_len("id", 100))
        .col(big_integer("seq"))
        .col(text.string("number"))
        .col(text.string_len("status", 32))
        .col(timestamp_with_time_zone("created_at"))
        .col(text.text("search"))
        .col(text.text("body"))
        .take()
}

/// Its lines: what every one has.
fn lines(text: Text, name: &'static str, of: &'static str) -> TableCreateStatement {
    STORES
        .table(name, &["id"])
        .col(text.string_len("id", 100))
        .col(text.string_len("order_id", 100))
        .col(integer("position"))
        .col(text.text("body"))
        .foreign_key(&mut STORES.reference((name, "order_id"), of))
        .take()
}

fn base(text: Text) -> Vec<TableCreateStatement> {
    let id = |name| text.string_len(name, 100);
    vec![
        STORES
            .table("shops", &[])
            .col(text.string("name"))
            .col(text.string_len("currency", 3))
            .col(text.string_len("plan", 16))
            .col(text.text("preferences"))
            .take(),
        STORES
            .table("counters", &["kind"])
            .col(text.string_len("kind", 32))
            .col(big_integer("next"))
            .take(),
        STORES
            .table("locations", &["id"])
            .col(id("id"))
            .col(text.string("name"))
            .col(text.string_null("name_override"))
            .col(text.text_null("address"))
            .col(boolean("is_active"))
            .take(),
        STORES
            .table("products", &["id"])
            .col(id("id"))
            .col(text.string("title"))
            .col(text.string_null("vendor"))
            .col(text.string_null("product_type"))
            .col(text.text("search"))
            .take(),
        STORES
            .table("variants", &["id"])
            .col(id("id"))
            .col(id("product_id"))
            .col(text.string("product_title"))
            .col(text.string("title"))
            .col(text.string_null("sku"))
            .col(text.string_null("barcode"))
            .col(text.string_null("vendor"))
            .col(text.string_null("inventory_item_id"))
            .col(big_integer_null("cost"))
            .col(text.text("search"))
            .take(),
        STORES
            .table("codes", &["kind", "code"])
            .col(text.string_len("kind", 32))
            .col(text.string_len("code", 100))
            .col(integer("position"))
            .take(),
        STORES
            .table("activities", &["id"])
            .col(uuid("id"))
            .col(id("document_id"))
            .col(timestamp_with_time_zone("at"))
            .col(text.string("actor"))
            .col(text.string("action"))
            .col(text.text_null("details"))
            .take(),
    ]
}

fn stock(text: Text) -> Vec<TableCreateStatement> {
    let id = |name| text.string_len(name, 100);
    let mut levels = STORES.table("levels", &["variant_id", "location_id"]);
    levels.col(id("variant_id")).col(id("location_id"));
    for bucket in [
        "on_hand",
        "available",
        "incoming",
        "committed",
        "reserved",
        "damaged",
        "safety_stock",
        "quality_control",
    ] {
        levels.col(big_integer(bucket));
    }
    let sum = "on_hand = available + committed + reserved + damaged + safety_stock + quality_control";
    vec![
        levels
            .check(Expr::cust(sum))
            .foreign_key(&mut STORES.reference(("levels", "variant_id"), "variants"))
            .foreign_key(&mut STORES.reference(("levels", "location_id"), "locations"))
            .take(),
        STORES
            .table("supplier_stock", &["supplier_id", "variant_id", "kind"])
            .col(id("supplier_id"))
            .col(id("variant_id"))
            .col(text.string_len("kind", 16))
            .col(big_integer("quantity"))
            .take(),
        STORES
            .table("adjustments", &["id"])
            .col(uuid("id"))
            .col(id("variant_id"))
            .col(text.string_len_null("location_id", 100))
            .col(text.string_len_null("supplier_id", 100))
            .col(text.string_len("bucket", 32))
            .col(big_integer("before"))
            .col(big_integer("after"))
            .col(text.string_len("source", 32))
            .col(text.string_len_null("document_id", 100))
            .col(text.string("actor"))
            .col(text.string("request_id"))
            .col(timestamp_with_time_zone("at"))
            .take(),
        STORES
            .table("sales", &["variant_id", "location_id", "day"])
            .col(id("variant_id"))
            .col(id("location_id"))
            .col(date("day"))
            .col(big_integer("units"))
            .take(),
        STORES
            .table("constants", &["variant_id", "location_id"])
            .col(id("variant_id"))
            .col(id("location_id"))
            .col(big_integer_null("min"))
            .col(big_integer_null("max"))
            .col(big_integer_null("target"))
            .col(big_integer_null("static_reorder_point"))
            .foreign_key(&mut STORES.reference(("constants", "variant_id"), "variants"))
            .take(),
    ]
}

fn suppliers(text: Text) -> Vec<TableCreateStatement> {
    let id = |name| text.string_len(name, 100);
    vec![
        STORES
            .table("suppliers", &["id"])
            .col(id("id"))
            .col(big_integer("number"))
            .col(boolean("is_archived"))
            .col(boolean("is_default"))
            .col(text.text("search"))
            .col(text.text("body"))
            .take(),
        STORES
            .table("supplier_variants", &["supplier_id", "variant_id"])
            .col(id("supplier_id"))
            .col(id("variant_id"))
            .col(boolean("is_primary"))
            .col(text.text("body"))
            .foreign_key(&mut STORES.reference(("supplier_variants", "supplier_id"), "suppliers"))
            .foreign_key(&mut STORES.reference(("supplier_variants", "variant_id"), "variants"))
            .take(),
        STORES
            .table("credits", &["id"])
            .col(id("id"))
            .col(big_integer("seq"))
            .col(id("supplier_id"))
            .col(text.string_len_null("return_order_id", 100))
            .col(text.text("body"))
            .foreign_key(&mut STORES.reference(("credits", "supplier_id"), "suppliers"))
            .take(),
        STORES
            .table("applications", &["id"])
            .col(id("id"))
            .col(id("credit_id"))
            .col(id("order_id"))
            .col(boolean("is_live"))
            .col(text.text("body"))
            .foreign_key(&mut STORES.reference(("applications", "credit_id"), "credits"))
            .take(),
    ]
}

fn orders(text: Text) -> Vec<TableCreateStatement> {
    let id = |name| text.string_len(name, 100);
    vec![
        documents(text, "purchase_orders")
            .col(id("supplier_id"))
            .col(id("location_id"))
            .col(boolean("is_archived"))
            .col(date_null("expected_on"))
            .foreign_key(&mut STORES.reference(("purchase_orders", "supplier_id"), "suppliers"))
            .foreign_key(&mut STORES.reference(("purchase_orders", "location_id"), "locations"))
            .take(),
        lines(text, "purchase_order_lines", "purchase_orders")
            .col(text.string_len_null("variant_id", 100))
            .col(id("location_id"))
            .col(text.string_null("sku"))
            .col(big_integer("incoming"))
            .take(),
        documents(text, "transfer_orders")
            .col(id("origin_id"))
            .col(id("destination_id"))
            .foreign_key(&mut STORES.reference(("transfer_orders", "origin_id"), "locations"))
            .foreign_key(&mut STORES.reference(("transfer_orders", "destination_id"), "locations"))
            .take(),
        lines(text, "transfer_order_lines", "transfer_orders")
            .col(id("variant_id"))
            .col(id("location_id"))
            .col(big_integer("incoming"))
            .take(),
        documents(text, "return_orders")
            .col(id("supplier_id"))
            .col(text.string_len_null("purchase_order_id", 100))
            .col(id("location_id"))
            .foreign_key(&mut STORES.reference(("return_orders", "supplier_id"), "suppliers"))
            .foreign_key(&mut STORES.reference(("return_orders", "location_id"), "locations"))
            .take(),
        lines(text, "return_order_lines", "return_orders")
            .col(id("variant_id"))
            .col(big_integer("quantity"))
            .take(),
        documents(text, "stock_takes")
            .col(id("location_id"))
            .foreign_key(&mut STORES.reference(("stock_takes", "location_id"), "locations"))
            .take(),
        lines(text, "stock_take_lines", "stock_takes")
            .col(id("variant_id"))
            .col(id("location_id"))
            .col(boolean("is_open"))
            .take(),
    ]
}

fn telling(text: Text) -> Vec<TableCreateStatement> {
    let id = |name| text.string_len(name, 100);
    vec![
        STORES
            .table("views", &["id"])
            .col(id("id"))
            .col(text.string("name"))
            .col(text.string_len_null("supplier_id", 100))
            .col(boolean("is_automatic"))
            .col(text.text("body"))
            .take(),
        STORES
            .table("reports", &["id"])
            .col(id("id"))
            .col(text.string("name"))
            .col(timestamp_with_time_zone_null("next_at"))
            .col(text.text("body"))
            .take(),
        STORES
            .table("recipients", &["id"])
            .col(id("id"))
            .col(text.string_len("email", 300))
            .col(text.text("body"))
            .take(),
        STORES.table("rules", &[]).col(text.text("body")).take(),
        STORES
            .table("alarms", &["trigger", "variant_id"])
            .col(text.string_len("trigger", 32))
            .col(id("variant_id"))
            .col(boolean("was_met"))
            .col(timestamp_with_time_zone_null("told_at"))
            .take(),
        STORES
            .table("outbox", &["id"])
            .col(uuid("id"))
            .col(text.string_len("kind", 32))
            .col(timestamp_with_time_zone("at"))
            .col(text.text("recipients"))
            .col(text.string("subject"))
            .col(text.text("body"))
            .col(text.string_len("status", 16))
            .col(integer("attempts"))
            .col(timestamp_with_time_zone_null("delivered_at"))
            .col(text.text_null("error"))
            .take(),
    ]
}

fn tables(text: Text) -> Vec<TableCreateStatement> {
    [base(text), stock(text), suppliers(text), orders(text), telling(text)].concat()
}

/// What lists are filtered, sorted and summed by.
const INDEXES: &[(&str, &[&str])] = &[
    ("variants", &["product_id"]),
    ("variants", &["sku"]),
    ("levels", &["location_id", "variant_id"]),
    ("adjustments", &["variant_id", "at"]),
    ("adjustments", &["document_id", "at"]),
    ("sales", &["day"]),
    ("supplier_variants", &["variant_id"]),
    ("credits", &["supplier_id", "seq"]),
    ("credits", &["return_order_id"]),
    ("applications", &["order_id"]),
    ("applications", &["credit_id"]),
    ("activities", &["document_id", "at"]),
    ("purchase_orders", &["status", "seq"]),
    ("purchase_orders", &["supplier_id", "seq"]),
    ("purchase_order_lines", &["order_id", "position"]),
    ("purchase_order_lines", &["variant_id", "location_id"]),
    ("purchase_order_lines", &["sku"]),
    ("transfer_orders", &["status", "seq"]),
    ("transfer_order_lines", &["order_id", "position"]),
    ("transfer_order_lines", &["variant_id", "location_id"]),
    ("return_orders", &["status", "seq"]),
    ("return_orders", &["purchase_order_id"]),
    ("return_order_lines", &["order_id", "position"]),
    ("stock_takes", &["status", "seq"]),
    ("stock_take_lines", &["order_id", "position"]),
    ("stock_take_lines", &["variant_id", "location_id"]),
    ("outbox", &["status", "at"]),
];

/// What there may be only one of.
const UNIQUE: &[(&str, &[&str])] = &[
    ("suppliers", &["number"]),
    ("credits", &["seq"]),
    ("purchase_orders", &["seq"]),
    ("purchase_orders", &["number"]),
    ("transfer_orders", &["seq"]),
    ("transfer_orders", &["number"]),
    ("return_orders", &["seq"]),
    ("return_orders", &["number"]),
    ("stock_takes", &["seq"]),
    ("stock_takes", &["number"]),
    ("recipients", &["email"]),
];

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
        for (table, columns) in INDEXES {
            manager.create_index(STORES.index(table, columns)).await?;
        }
        for (table, columns) in UNIQUE {
            manager
                .create_index(STORES.index(table, columns).unique().take())
                .await?;
        }
        Ok(())
    }
}
