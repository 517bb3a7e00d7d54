//! How many statements operations make does not depend on how large the store is, and what they read is no more than they
//! need. Times are measured elsewhere: `cargo bench -p logistics --bench scale`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod forecast;
mod plans;

use latchstring_testing::Measured;
use logistics::{
    Logistics,
    demo::large::{self, Size},
};
use serde_json::{Value, json};

/// A store with few rows.
const SMALL: Size = Size {
    variants: 240,
    orders: 120,
    lines: 8,
};

/// The same five times over.
const LARGER: Size = Size {
    variants: 1200,
    orders: 600,
    lines: 8,
};

async fn store(size: Size) -> Measured {
    Measured::open(async |database, tenant| {
        let logistics = Logistics::open(database.clone()).await.unwrap();
        large::fill(&database, tenant, size).await.unwrap();
        logistics
    })
    .await
}

/// What the stores have something for, with an answer of the same size in both.
fn calls() -> Vec<(&'static str, Value)> {
    let counts =
        json!([{ "lineId": "line_000001_000", "received": 3 }, { "lineId": "line_000001_001", "received": 2 }]);
    let lines = json!([{ "variantId": "7000001", "quantity": 3 }, { "variantId": "7000002", "quantity": 3 }]);
    let (confirmed, sent, draft) = ("po_000001", "po_000002", "po_000004");
    vec![
        ("shop.get", json!({})),
        ("locations.list", json!({})),
        ("products.list", json!({ "limit": 20 })),
        ("products.list", json!({ "search": "cable 2", "limit": 5 })),
        ("products.get", json!({ "productId": "3000001" })),
        ("variants.list", json!({ "limit": 20 })),
        ("variants.list", json!({ "limit": 20, "cursor": "7000100" })),
        ("variants.list", json!({ "search": "cable 2 300", "limit": 1 })),
        ("variants.list", json!({ "sku": "SKU-000007" })),
        ("variants.list", json!({ "productId": "3000001" })),
        ("variants.get", json!({ "variantId": "7000001" })),
        ("variants.getMany", json!({ "variantIds": ["7000001", "7000002"] })),
        ("inventory.levels", json!({ "limit": 20 })),
        ("inventory.levels", json!({ "limit": 20, "cursor": "7000100.90002" })),
        ("inventory.levels", json!({ "variantIds": ["7000001", "7000002"] })),
        ("inventory.levels", json!({ "skus": ["SKU-000007"] })),
        ("inventory.levels", json!({ "locationIds": ["90002"], "limit": 20 })),
        ("inventory.levels", json!({ "belowZero": true })),
        ("inventory.history", json!({})),
        ("inventory.history", json!({ "variantId": "7000001" })),
        ("inventory.history", json!({ "documentId": confirmed })),
        ("inventory.history", json!({ "locationId": "90002" })),
        ("suppliers.list", json!({ "limit": 5 })),
        ("suppliers.get", json!({ "supplierId": "sup_01" })),
        ("suppliers.variants", json!({ "supplierId": "sup_01", "limit": 20 })),
        ("purchaseOrders.list", json!({ "limit": 10 })),
        ("purchaseOrders.list", json!({ "limit": 10, "cursor": "1100" })),
        (
            "purchaseOrders.list",
            json!({ "limit": 2, "status": ["sent", "confirmed"] }),
        ),
        ("purchaseOrders.list", json!({ "limit": 10, "status": ["completed"] })),
        ("purchaseOrders.list", json!({ "limit": 10, "supplierId": "sup_01" })),
        ("purchaseOrders.list", json!({ "limit": 10, "locationId": "90002" })),
        (
            "purchaseOrders.list",
            json!({ "limit": 2, "locationId": "90002", "supplierId": "sup_01", "status": ["completed"] }),
        ),
        ("purchaseOrders.list", json!({ "limit": 5, "search": "cable" })),
        ("purchaseOrders.list", json!({ "limit": 1, "sku": "SKU-000009" })),
        (
            "purchaseOrders.list",
            json!({ "limit": 10, "createdTo": "2026-03-01T00:00:00Z" }),
        ),
        (
            "purchaseOrders.list",
            json!({ "limit": 10, "expectedFrom": "2026-03-05" }),
        ),
        ("purchaseOrders.get", json!({ "purchaseOrderId": confirmed })),
        ("purchaseOrders.lineItems", json!({ "purchaseOrderId": confirmed })),
        ("purchaseOrders.schedule", json!({ "purchaseOrderId": confirmed })),
        ("purchaseOrders.activity", json!({ "purchaseOrderId": confirmed })),
        (
            "purchaseOrders.receive",
            json!({ "purchaseOrderId": confirmed, "lines": counts }),
        ),
        ("purchaseOrders.quickComplete", json!({ "purchaseOrderId": confirmed })),
        ("purchaseOrders.cancel", json!({ "purchaseOrderId": sent })),
        ("purchaseOrders.send", json!({ "purchaseOrderId": draft })),
        ("purchaseOrders.fixIncoming", json!({ "purchaseOrderId": "po_000100" })),
        (
            "purchaseOrders.create",
            json!({ "supplierId": "sup_01", "locationId": "90001", "lines": lines }),
        ),
        (
            "transferOrders.create",
            json!({ "originLocationId": "90001", "destinationLocationId": "90002", "lines": lines }),
        ),
        (
            "stockTakes.create",
            json!({ "locationId": "90001", "variantIds": ["7000001"] }),
        ),
        ("forecast.views", json!({})),
        ("forecast.rows", json!({ "viewId": "view_all", "limit": 20 })),
        (
            "forecast.rows",
            json!({ "viewId": "view_all", "limit": 20, "cursor": "7000100" }),
        ),
        (
            "forecast.rows",
            json!({ "viewId": "view_all", "limit": 1, "search": "cable 2 300" }),
        ),
        ("forecast.rows", json!({ "viewId": "view_sup_01", "limit": 20 })),
        (
            "forecast.rows",
            json!({ "viewId": "view_sup_01", "limit": 20, "sortBy": "reorder_date" }),
        ),
    ]
}

#[tokio::test]
async fn a_larger_store_takes_no_more_statements() {
    let (small, larger) = (store(SMALL).await, store(LARGER).await);
    let mut report = String::new();
    for (path, arguments) in calls() {
        let (_, few) = small.call(path, &arguments).await;
        let (_, as_few) = larger.call(path, &arguments).await;
        assert_eq!(as_few.len(), few.len(), "{path} {arguments}: {as_few:#?}");
        report.push_str(&format!("{:>3} {path} {arguments}\n", few.len()));
    }
    insta::assert_snapshot!(report);
}

/// An order of five hundred lines is as many statements as one of eight, or a few more where ids go in portions.
#[tokio::test]
async fn a_larger_order_takes_a_few_statements_more() {
    let long = Size {
        variants: 2400,
        orders: 20,
        lines: 500,
    };
    let (short, long) = (store(SMALL).await, store(long).await);
    for (path, arguments) in [
        ("purchaseOrders.get", json!({ "purchaseOrderId": "po_000001" })),
        (
            "purchaseOrders.quickComplete",
            json!({ "purchaseOrderId": "po_000001" }),
        ),
        ("purchaseOrders.cancel", json!({ "purchaseOrderId": "po_000002" })),
        ("purchaseOrders.list", json!({ "limit": 2 })),
    ] {
        let (_, few) = short.call(path, &arguments).await;
        let (_, more) = long.call(path, &arguments).await;
        assert!(
            more.len() <= few.len() + 4,
            "{path}: {} statements, {} for a short order: {more:#?}",
            more.len(),
            few.len()
        );
    }
}
