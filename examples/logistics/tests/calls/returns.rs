//! Returns to suppliers, where the rules meet the rest of the store: what was received, credits, stock.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use crate::stores::Stores;

/// A purchase order of which five units came.
async fn received(stores: &Stores) -> Value {
    let lines = json!([{ "variantId": "42001", "quantity": 5, "unitCost": "10.10" }]);
    let order = json!({ "supplierId": "sup_nordtimber", "locationId": "81003", "lines": lines });
    let order = stores.ok("purchaseOrders.create", order).await["order"]["purchaseOrderId"].clone();
    for step in ["send", "confirmAll", "quickComplete"] {
        let path = format!("purchaseOrders.{step}");
        stores.ok(&path, json!({ "purchaseOrderId": order })).await;
    }
    order
}

fn back(order: &Value, units: i64) -> Value {
    json!({
        "supplierId": "sup_nordtimber", "locationId": "81003", "purchaseOrderId": order, "reason": "defective",
        "lines": [{ "variantId": "42001", "quantity": units }],
    })
}

async fn create(stores: &Stores, arguments: Value) -> Value {
    stores.ok("returnOrders.create", arguments).await["order"]["returnOrderId"].clone()
}

async fn step(stores: &Stores, step: &str, id: &Value) -> Value {
    let path = format!("returnOrders.{step}");
    stores.ok(&path, json!({ "returnOrderId": id })).await["order"].clone()
}

async fn line(stores: &Stores, id: &Value, nth: usize) -> Value {
    let lines = stores
        .ok("returnOrders.lineItems", json!({ "returnOrderId": id }))
        .await;
    lines["items"][nth]["lineId"].clone()
}

#[tokio::test]
async fn no_more_goes_back_than_came_also_by_way_of_a_return_that_was_called_off() {
    let stores = Stores::open().await;
    let order = received(&stores).await;
    let (code, text) = stores.refused("returnOrders.create", back(&order, 6)).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(text.contains("return 5 at most"), "{text}");
    let first = create(&stores, back(&order, 5)).await;
    let (_, text) = stores.refused("returnOrders.create", back(&order, 1)).await;
    assert!(text.contains("5 are returned already"), "{text}");
    // What is called off or refused does not count, until it is taken up again.
    step(&stores, "cancel", &first).await;
    let second = create(&stores, back(&order, 2)).await;
    step(&stores, "back", &first).await;
    let advance = json!({ "returnOrderId": first });
    let (code, text) = stores.refused("returnOrders.advance", advance.clone()).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(text.contains("return 3 at most"), "{text}");
    let fewer = json!({ "returnOrderId": first, "lineId": line(&stores, &first, 0).await, "quantity": 3 });
    stores.ok("returnOrders.updateLine", fewer).await;
    stores.ok("returnOrders.advance", advance).await;
    step(&stores, "reject", &first).await;
    let more = json!({ "returnOrderId": second, "lineId": line(&stores, &second, 0).await, "quantity": 5 });
    stores.ok("returnOrders.updateLine", more).await;
    step(&stores, "back", &first).await;
    let (code, _) = stores
        .refused("returnOrders.advance", json!({ "returnOrderId": first }))
        .await;
    assert_eq!(code, ErrorCode::InvalidInput);
}

#[tokio::test]
async fn a_step_that_is_sent_again_under_its_key_is_taken_once() {
    let stores = Stores::open().await;
    let id = create(&stores, back(&received(&stores).await, 1)).await;
    let advance = json!({ "returnOrderId": id, "idempotencyKey": "step-1" });
    for replayed in [false, true] {
        let answer = stores.ok("returnOrders.advance", advance.clone()).await;
        assert_eq!(answer["order"]["status"], json!("pending_approval"));
        assert_eq!(answer["replayed"], json!(replayed));
    }
    let is = stores.ok("returnOrders.get", json!({ "returnOrderId": id })).await;
    assert_eq!(is["status"], json!("pending_approval"));
}

#[tokio::test]
async fn credits_are_as_much_as_the_lines_cost_and_lines_then_keep_their_size() {
    let stores = Stores::open().await;
    let mut two = back(&received(&stores).await, 3);
    two["purchaseOrderId"] = Value::Null;
    two["lines"] = json!([
        { "variantId": "42001", "quantity": 3, "unitCost": "10.10" },
        { "variantId": "42002", "quantity": 1, "unitCost": "0.333333" },
    ]);
    let id = create(&stores, two).await;
    let (first, second) = (line(&stores, &id, 0).await, line(&stores, &id, 1).await);
    let issue = |more: Value| {
        let mut arguments = json!({ "returnOrderId": id });
        for (name, value) in more.as_object().unwrap() {
            arguments[name] = value.clone();
        }
        arguments
    };
    // One line waits until the supplier has the units; many, or all of them, are credited when people say so.
    let one = issue(json!({ "mode": "line", "lines": [{ "lineId": first }] }));
    let (code, _) = stores.refused("returnOrders.issueCredit", one).await;
    assert_eq!(code, ErrorCode::InvalidState);
    let too_much = json!({ "mode": "individual", "lines": [{ "lineId": first, "amount": "30.300001" }] });
    let (_, text) = stores.refused("returnOrders.issueCredit", issue(too_much)).await;
    assert!(text.contains("cost 30.30") && text.contains("allowExceed"), "{text}");
    let nothing = json!({ "mode": "individual", "lines": [{ "lineId": first, "amount": "0" }] });
    stores.refused("returnOrders.issueCredit", issue(nothing)).await;
    let twice = json!({ "mode": "individual", "lines": [{ "lineId": first }, { "lineId": first }] });
    let (code, _) = stores.refused("returnOrders.issueCredit", issue(twice)).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    let grouped = stores
        .ok("returnOrders.issueCredit", issue(json!({ "mode": "grouped" })))
        .await;
    assert_eq!(grouped["credits"][0]["amount"], json!("30.633333"));
    assert_eq!(grouped["order"]["totalCredit"], json!("30.633333"));
    assert_eq!(grouped["credits"].as_array().unwrap().len(), 1);
    let (code, _) = stores
        .refused("returnOrders.issueCredit", issue(json!({ "mode": "grouped" })))
        .await;
    assert_eq!(code, ErrorCode::Conflict);
    // A credited line cannot become worth less than its credit.
    for change in [json!({ "quantity": 1 }), json!({ "unitCost": "1" })] {
        let mut change = issue(change);
        change["lineId"] = first.clone();
        let (code, _) = stores.refused("returnOrders.updateLine", change).await;
        assert_eq!(code, ErrorCode::InUse);
    }
    let credit = grouped["credits"][0]["creditId"].clone();
    // The manual way is not the way to void it, for the return would not know.
    let (code, text) = stores
        .refused("suppliers.voidCredit", json!({ "creditId": credit }))
        .await;
    assert_eq!(code, ErrorCode::InvalidState);
    assert!(text.contains("app.returnOrders.voidCredit"), "{text}");
    // Nor is it voided while a part of it is used.
    let apply = json!({ "purchaseOrderId": "po_1002", "creditId": credit, "amount": "5" });
    let applied = stores.ok("purchaseOrders.applyCredit", apply).await;
    let void = issue(json!({ "creditId": credit }));
    let (code, _) = stores.refused("returnOrders.voidCredit", void.clone()).await;
    assert_eq!(code, ErrorCode::InUse);
    let (code, _) = stores
        .refused("returnOrders.delete", json!({ "returnOrderId": id }))
        .await;
    assert_eq!(code, ErrorCode::InUse);
    let credits = stores
        .ok("purchaseOrders.credits", json!({ "purchaseOrderId": "po_1002" }))
        .await;
    let application = credits["items"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["creditId"] == credit)
        .unwrap_or_else(|| panic!("{applied}"))["applicationId"]
        .clone();
    let reverse = json!({ "purchaseOrderId": "po_1002", "applicationId": application });
    stores.ok("purchaseOrders.reverseCredit", reverse).await;
    let voided = stores.ok("returnOrders.voidCredit", void).await;
    assert_eq!(voided["order"]["totalCredit"], json!("0.00"));
    // Then each line can be credited again, also with more than it cost where somebody says so.
    let more = json!({
        "mode": "individual", "allowExceed": true,
        "lines": [{ "lineId": first, "amount": "31" }, { "lineId": second }],
    });
    let again = stores.ok("returnOrders.issueCredit", issue(more)).await;
    assert_eq!(again["credits"].as_array().unwrap().len(), 2);
    assert_eq!(again["order"]["totalCredit"], json!("31.333333"));
    // Calling the return off leaves them.
    assert_eq!(step(&stores, "cancel", &id).await["totalCredit"], json!("31.333333"));
}

#[tokio::test]
async fn what_a_supplier_asks_in_another_currency_is_no_cost_of_a_return() {
    let stores = Stores::open().await;
    let unknown = back(&Value::Null, 1);
    let cost = async |currency: &str| {
        let link = json!({ "variantId": "42001", "cost": "9.50", "currency": currency });
        let set = json!({ "supplierId": "sup_nordtimber", "items": [link] });
        stores.ok("suppliers.setVariants", set).await;
        let id = create(&stores, unknown.clone()).await;
        let lines = stores
            .ok("returnOrders.lineItems", json!({ "returnOrderId": id }))
            .await;
        lines["items"][0]["unitCost"].clone()
    };
    assert_eq!(cost("EUR").await, json!("9.50"));
    assert_eq!(cost("JPY").await, json!("0.00"));
}

#[tokio::test]
async fn units_leave_once_and_come_back_by_whatever_way() {
    let stores = Stores::open().await;
    let on_hand = async || {
        let asked = json!({ "variantIds": ["42001"], "locationIds": ["81003"] });
        let levels = stores.ok("inventory.levels", asked).await;
        levels["items"][0]["onHand"].as_i64().unwrap()
    };
    let id = create(&stores, back(&received(&stores).await, 4)).await;
    let before = on_hand().await;
    let move_out = json!({ "returnOrderId": id });
    stores
        .ok("returnOrders.advance", json!({ "returnOrderId": id, "to": "approved" }))
        .await;
    let leave = json!({ "returnOrderId": id, "moveInventory": true });
    let left = stores.ok("returnOrders.advance", leave).await;
    assert_eq!(
        (&left["order"]["movedQuantity"], on_hand().await),
        (&json!(4), before - 4)
    );
    stores.ok("returnOrders.moveInventory", move_out.clone()).await;
    assert_eq!(on_hand().await, before - 4);
    step(&stores, "hold", &id).await;
    assert_eq!(on_hand().await, before - 4);
    stores
        .ok(
            "returnOrders.moveInventory",
            json!({ "returnOrderId": id, "back": true }),
        )
        .await;
    assert_eq!(on_hand().await, before);
    stores.ok("returnOrders.moveInventory", move_out.clone()).await;
    step(&stores, "resume", &id).await;
    assert_eq!(on_hand().await, before - 4);
    step(&stores, "back", &id).await;
    assert_eq!(on_hand().await, before);
    stores
        .ok(
            "returnOrders.advance",
            json!({ "returnOrderId": id, "moveInventory": true }),
        )
        .await;
    step(&stores, "reject", &id).await;
    assert_eq!(on_hand().await, before - 4);
    let cancelled = step(&stores, "cancel", &id).await;
    assert_eq!((&cancelled["movedQuantity"], on_hand().await), (&json!(0), before));
    assert_eq!(cancelled["dates"][0]["status"], json!("cancelled"));
    assert_eq!(cancelled["dates"].as_array().unwrap().len(), 1);
}
