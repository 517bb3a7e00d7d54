//! A store from nothing: the catalogue, suppliers, documents, and the stock that follows from them.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    credits::add_credits,
    documents::{purchases, returns, stock_takes, transfers},
    tables::Tables,
    telling::{add_telling, view},
};
use crate::{
    StorageError, Writer,
    model::{
        LocationId, Plan, Preferences, Shop, VariantId,
        inventory::{Counted, Levels, Moves, Place},
    },
    storage::Counter,
};

/// Fills a store.
pub(super) async fn fill(db: &Writer, tables: &Tables, made: DateTime<Utc>) -> Result<(), StorageError> {
    let shop = Shop {
        name: tables.name.to_owned(),
        currency: tables.currency(),
        plan: Plan::Elevate,
        preferences: Preferences::default(),
    };
    db.add_shop(&shop, &tables.locations()).await?;
    db.add_default_codes().await?;
    db.add_catalogue(&tables.products(), &tables.variants()).await?;
    let mut levels: BTreeMap<(VariantId, LocationId), Levels> = tables
        .levels()
        .into_iter()
        .map(|(variant, at, levels)| ((variant, at), levels))
        .collect();
    db.add_sales(tables.sales(made.date_naive()).into_iter()).await?;
    add_suppliers(db, tables, made).await?;
    let mut at_suppliers = Vec::new();
    let mut add = |moves: Moves| {
        for one in moves.iter() {
            match one.place {
                // What came and what left is in the figures of the tables already.
                Place::Location(_, Counted::Available) => {}
                Place::Location(at, Counted::Incoming) => {
                    levels.entry((one.variant, at)).or_default().incoming += one.by;
                }
                Place::Supplier(supplier, kind) => at_suppliers.push((supplier, one.variant, kind, one.by)),
            }
        }
    };
    let made_before = |nth: i64| made - TimeDelta::days(40 - nth);
    for (nth, row) in (1i64..).zip(tables.purchases) {
        let seq = db.next(Counter::PurchaseOrder).await?;
        let order = purchases::purchase(tables, row, (seq, nth), made_before(nth));
        add(order.footprint());
        db.save_purchase_order(None, &order).await?;
    }
    for (nth, row) in (1i64..).zip(tables.transfers) {
        let seq = db.next(Counter::TransferOrder).await?;
        let order = transfers::transfer(tables, row, (seq, nth), made_before(nth));
        add(order.footprint());
        db.save_transfer_order(None, &order).await?;
    }
    for (nth, row) in (1i64..).zip(tables.takes) {
        let seq = db.next(Counter::StockTake).await?;
        db.save_stock_take(
            None,
            &stock_takes::stock_take(tables, row, (seq, nth), made_before(nth)),
        )
        .await?;
    }
    add_credits(db, tables, made).await?;
    for (nth, row) in (1i64..).zip(tables.returns) {
        let seq = db.next(Counter::ReturnOrder).await?;
        let (order, credit) = returns::return_order(tables, row, (seq, nth), made_before(nth));
        if let Some(mut credit) = credit {
            credit.seq = db.next(Counter::Credit).await?;
            credit.memo_number = Counter::Credit.number(credit.seq);
            db.add_credit(&credit).await?;
        }
        db.save_return_order(None, &order).await?;
    }
    let levels = levels.into_iter().map(|((variant, at), levels)| (variant, at, levels));
    db.put_levels(levels.collect()).await?;
    db.put_supplier_stock(at_suppliers).await?;
    add_telling(db, tables, made).await
}

async fn add_suppliers(db: &Writer, tables: &Tables, made: DateTime<Utc>) -> Result<(), StorageError> {
    db.put_view(&view("view_all", "Everything", None)).await?;
    for supplier in tables.suppliers(made) {
        db.next(Counter::Supplier).await?;
        db.put_supplier(&supplier).await?;
        if !supplier.is_archived {
            let name = &supplier.name;
            db.put_view(&view(
                &format!("view_{}", supplier.id),
                name,
                Some(supplier.id.as_str()),
            ))
            .await?;
        }
    }
    db.put_links(&tables.links(made)).await
}
