//! What operations cost in a store of 50,000 variants and 20,000 orders with 30 lines each, and in smaller ones.
//!
//! `cargo bench -p logistics --bench scale` prints how many statements each call makes at each size, and times it: on SQLite,
//! or on the PostgreSQL server that `LATCHSTRING_TEST_POSTGRES` names.

#![expect(clippy::print_stdout, reason = "a benchmark reports")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot go on has failed")]

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use latchstring::db::testing::FreshDatabase;
use latchstring_testing::Measured;
use logistics::{
    Logistics,
    demo::large::{self, Size},
};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

async fn store(size: Size) -> Measured {
    let began = Instant::now();
    let store = Measured::open(async |database, tenant| {
        let logistics = Logistics::open(database.clone()).await.unwrap();
        large::fill(&database, tenant, size).await.unwrap();
        logistics
    })
    .await;
    if FreshDatabase::is_on_postgres() {
        // As its own housekeeping does after a while.
        let write = store.database.begin_write_for(store.tenant()).await.unwrap();
        write.execute_unprepared("ANALYZE").await.unwrap();
        write.commit().await.unwrap();
    }
    println!("  {size:?} was filled in {:.0?}", began.elapsed());
    store
}

/// Calls whose answer has the same size in every store.
fn calls() -> Vec<(&'static str, &'static str, Value)> {
    let counts: Vec<Value> = (0..30)
        .map(|nth| json!({ "lineId": format!("line_000001_{nth:03}"), "received": 2 }))
        .collect();
    let order = "po_000001";
    vec![
        ("list orders", "purchaseOrders.list", json!({})),
        (
            "list orders, far down",
            "purchaseOrders.list",
            json!({ "cursor": "1500" }),
        ),
        (
            "open orders of a location",
            "purchaseOrders.list",
            json!({ "status": ["sent", "confirmed"], "locationId": "90002" }),
        ),
        (
            "orders of a supplier",
            "purchaseOrders.list",
            json!({ "supplierId": "sup_01" }),
        ),
        ("search orders", "purchaseOrders.list", json!({ "search": "cable 1" })),
        (
            "search orders for nothing",
            "purchaseOrders.list",
            json!({ "search": "nowhere" }),
        ),
        (
            "orders with a SKU",
            "purchaseOrders.list",
            json!({ "sku": "SKU-000009" }),
        ),
        ("one order", "purchaseOrders.get", json!({ "purchaseOrderId": order })),
        (
            "its lines",
            "purchaseOrders.lineItems",
            json!({ "purchaseOrderId": order }),
        ),
        (
            "receive 30 lines",
            "purchaseOrders.receive",
            json!({ "purchaseOrderId": order, "lines": counts }),
        ),
        ("search variants", "variants.list", json!({ "search": "cable 300" })),
        ("variant by SKU", "variants.list", json!({ "sku": "SKU-000009" })),
        ("levels", "inventory.levels", json!({})),
        ("levels below zero", "inventory.levels", json!({ "belowZero": true })),
        ("forecast, 50 rows", "forecast.rows", json!({ "viewId": "view_all" })),
        (
            "forecast of a supplier, sorted",
            "forecast.rows",
            json!({ "viewId": "view_sup_01", "sortBy": "reorder_date" }),
        ),
    ]
}

fn scale(criterion: &mut Criterion) {
    let runtime = Runtime::new().unwrap();
    let sizes = [
        ("1/4", Size::LARGE.by(4)),
        ("1/2", Size::LARGE.by(2)),
        ("1/1", Size::LARGE),
    ];
    let stores = sizes.map(|(name, size)| (name, runtime.block_on(store(size))));
    println!("statements at 1/4, 1/2 and 1/1 of {:?}", Size::LARGE);
    for (name, path, arguments) in calls() {
        let count = |store: &Measured| runtime.block_on(store.call(path, &arguments)).1.len().to_string();
        let counts: Vec<String> = stores.iter().map(|(_, store)| count(store)).collect();
        println!("  {name:<32} {}", counts.join(" "));
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10).measurement_time(Duration::from_secs(1));
        for (size, store) in &stores {
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter(|| runtime.block_on(store.call(path, &arguments)));
            });
        }
        group.finish();
    }
    // Longer than is measured again and again.
    for (size, store) in &stores {
        let began = Instant::now();
        let report = json!({ "reportId": "rep_all" });
        let (_, statements) = runtime.block_on(store.call("reports.preview", &report));
        println!(
            "  report of everything at {size}: {} statements, {:.1?}",
            statements.len(),
            began.elapsed()
        );
    }
    // The first page after ten minutes, which adds up what was sold of everything.
    let mut group = criterion.benchmark_group("forecast, tiers reckoned anew");
    group.sample_size(10).measurement_time(Duration::from_secs(1));
    let page = json!({ "viewId": "view_all" });
    for (size, store) in &stores {
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
            bencher.iter(|| {
                store.later(TimeDelta::minutes(10));
                runtime.block_on(store.call("forecast.rows", &page))
            });
        });
    }
    group.finish();
}

criterion_group!(benches, scale);
criterion_main!(benches);
