//! What a model reads when it got something wrong. Reviewed as a whole, because the next try depends on it.

use std::fmt::Write;

use serde_json::json;

use crate::stores::Stores;

#[tokio::test]
async fn every_refusal_names_the_value_and_the_way_on() {
    let stores = Stores::open().await;
    let receive = |line: serde_json::Value| json!({ "purchaseOrderId": "po_1004", "lines": [line] });
    let calls = [
        ("purchaseOrders.get", json!({ "purchaseOrderId": "po_nobody" })),
        ("purchaseOrders.list", json!({ "limit": 500 })),
        ("purchaseOrders.list", json!({ "cursor": "x y" })),
        ("purchaseOrders.list", json!({ "status": ["open"] })),
        ("purchaseOrders.list", json!({ "expectedFrom": "tomorrow" })),
        ("purchaseOrders.send", json!({ "purchaseOrderId": "po_1002" })),
        ("purchaseOrders.complete", json!({ "purchaseOrderId": "po_1006" })),
        (
            "purchaseOrders.receive",
            receive(json!({ "lineId": "line_1004_1", "received": 25 })),
        ),
        (
            "purchaseOrders.receive",
            receive(json!({ "lineId": "line_1004_1", "received": 1.5 })),
        ),
        ("purchaseOrders.receive", receive(json!({ "lineId": "line_1004_1" }))),
        (
            "purchaseOrders.receive",
            receive(json!({ "lineId": "line_1002_1", "received": 1 })),
        ),
        ("purchaseOrders.delete", json!({ "purchaseOrderId": "po_1002" })),
        (
            "purchaseOrders.cancel",
            json!({ "purchaseOrderId": "po_1002", "expectedVersion": 7 }),
        ),
        (
            "purchaseOrders.applyCredit",
            json!({ "purchaseOrderId": "po_1002", "creditId": "crd_1001", "amount": "9999" }),
        ),
        (
            "purchaseOrders.applyCredit",
            json!({ "purchaseOrderId": "po_1002", "creditId": "crd_1003", "amount": "10" }),
        ),
        (
            "purchaseOrders.applyCredit",
            json!({ "purchaseOrderId": "po_1002", "creditId": "crd_1002", "amount": "10" }),
        ),
        (
            "purchaseOrders.create",
            json!({ "supplierId": "sup_oldmill", "locationId": "81001" }),
        ),
        (
            "purchaseOrders.addPayment",
            json!({ "purchaseOrderId": "po_1002", "amount": "1", "currency": "euro", "date": "2026-03-01", "method": "wire" }),
        ),
        (
            "transferOrders.create",
            json!({ "originLocationId": "81001", "destinationLocationId": "81001" }),
        ),
        ("transferOrders.delete", json!({ "transferOrderId": "to_1002" })),
        (
            "transferOrders.updatePlanned",
            json!({ "transferOrderId": "to_1002", "lineId": "line_t1002_1", "planned": 500 }),
        ),
        (
            "returnOrders.advance",
            json!({ "returnOrderId": "rma_1002", "to": "closed" }),
        ),
        (
            "returnOrders.create",
            json!({ "supplierId": "sup_glass", "locationId": "81001", "reason": "ugly" }),
        ),
        (
            "stockTakes.create",
            json!({ "locationId": "81001", "all": true, "variantIds": ["42001"] }),
        ),
        ("suppliers.archive", json!({ "supplierId": "sup_default" })),
        (
            "suppliers.setPrimary",
            json!({ "variantId": "42001", "supplierId": "sup_leimkontor" }),
        ),
        (
            "variantConstants.set",
            json!({ "items": [{ "variantId": "42001", "min": 5, "max": 3 }] }),
        ),
        ("recipients.create", json!({ "email": "nobody" })),
        (
            "reports.create",
            json!({ "name": "x", "kind": "forecast_view_summary", "recipientIds": ["rcp_buyer"], "frequency": "daily", "sendTime": "8" }),
        ),
    ];
    let mut told = String::new();
    for (path, arguments) in calls {
        let shown = arguments.to_string();
        let answer = match stores.call(stores.harbor, path, arguments).await {
            Ok(answer) => answer["results"][0]["error"]["message"]
                .as_str()
                .unwrap_or("it is not refused")
                .to_owned(),
            Err(error) => error.to_string(),
        };
        writeln!(told, "{path}({shown})\n  {answer}\n").unwrap();
    }
    insta::assert_snapshot!(told);
}
