//! Suppliers, their terms and their forecast views; what the catalogue tells.

use latchstring::{ChangeAction, ErrorCode};
use serde_json::{Value, json};

use crate::stores::Stores;

#[tokio::test]
async fn a_supplier_is_archived_only_when_nothing_uses_its_view() {
    let stores = Stores::open().await;
    let report = json!({
        "name": "Glass", "kind": "forecast_view_summary", "viewId": "view_sup_glass", "recipientIds": ["rcp_buyer"],
        "frequency": "daily", "sendTime": "08:00",
    });
    let report = stores.ok("reports.create", report).await;
    let archive = json!({ "supplierId": "sup_glass" });
    let refused = stores.refusal("suppliers.archive", archive.clone()).await;
    assert_eq!(refused.code(), ErrorCode::InUse);
    let report = &report["report"]["reportId"];
    assert!(refused.message().contains(report.as_str().unwrap()), "{refused}");
    stores.ok("reports.delete", json!({ "reportId": report })).await;
    stores.ok("suppliers.archive", archive).await;
    assert!(!names(&stores).await.contains(&"Glass & Sons".to_owned()));
    // Back again, and with a view that follows its name.
    let back = json!({ "supplierId": "sup_glass", "archived": false });
    stores.ok("suppliers.archive", back).await;
    stores
        .ok(
            "suppliers.update",
            json!({ "supplierId": "sup_glass", "name": "Glass & Daughters" }),
        )
        .await;
    let names = names(&stores).await;
    assert!(names.contains(&"Glass & Daughters".to_owned()), "{names:?}");
    assert!(!names.contains(&"Glass & Sons".to_owned()), "{names:?}");
}

async fn names(stores: &Stores) -> Vec<String> {
    let views = stores.ok("forecast.views", json!({})).await;
    let views = views["items"].as_array().unwrap().clone();
    views
        .iter()
        .map(|view| view["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_view_of_a_supplier_shows_its_words_only() {
    let stores = Stores::open().await;
    let view = json!({ "name": "Globes", "supplierId": "sup_glass", "search": "globe" });
    let view = stores.ok("forecast.createView", view).await["view"]["viewId"].clone();
    let rows = async |more: Value| {
        let mut arguments = json!({ "viewId": view });
        arguments
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let rows = stores.ok("forecast.rows", arguments).await;
        let items = rows["items"].as_array().unwrap().clone();
        let ids = items.iter().map(|row| row["variantId"].as_str().unwrap().to_owned());
        (ids.collect::<Vec<_>>(), rows["totalCount"].clone())
    };
    let globes = vec!["42003".to_owned(), "42004".to_owned()];
    assert_eq!(rows(json!({})).await, (globes, json!(2)));
    assert_eq!(
        rows(json!({ "search": "220" })).await,
        (vec!["42004".to_owned()], json!(1))
    );
    assert_eq!(rows(json!({ "sortBy": "sales_rate", "limit": 1 })).await.1, json!(2));
    let report = json!({
        "name": "Globes", "kind": "forecast_view_summary", "viewId": view, "recipientIds": ["rcp_buyer"],
        "frequency": "daily", "sendTime": "08:00",
    });
    let report = stores.ok("reports.create", report).await["report"]["reportId"].clone();
    let told = stores.ok("reports.preview", json!({ "reportId": report })).await;
    assert_eq!(told["body"]["variants"], json!(2), "{told}");
    stores.ok("reports.delete", json!({ "reportId": report })).await;
    stores
        .ok("forecast.deleteView", json!({ "viewId": view, "expectedVersion": 1 }))
        .await;
}

#[tokio::test]
async fn terms_by_which_nothing_can_be_ordered_are_refused() {
    let stores = Stores::open().await;
    for terms in [
        json!({ "packSize": 12, "maximumOrder": 10, "minimumOrder": 1 }),
        json!({ "packSize": 6, "maximumOrder": 11, "minimumOrder": 7 }),
        json!({ "priceTiers": [{ "from": 0, "cost": "1" }] }),
    ] {
        let mut item = terms;
        item["variantId"] = json!("42003");
        let set = json!({ "supplierId": "sup_glass", "items": [item] });
        let answer = stores.ok("suppliers.setVariants", set).await;
        assert_eq!(answer["failed"], json!(1), "{answer}");
        assert_eq!(answer["results"][0]["error"]["code"], json!("INVALID_INPUT"));
    }
}

#[tokio::test]
async fn a_dry_run_tells_how_a_suppliers_terms_were_and_who_becomes_primary() {
    let stores = Stores::open().await;
    let item = json!({ "variantId": "42003", "leadTimeDays": 21 });
    let set = json!({ "supplierId": "sup_glass", "items": [item] });
    let (_, told) = stores
        .change(stores.harbor, "suppliers.setVariants", set)
        .await
        .unwrap();
    assert_eq!(told.changes[0].before, Some(json!({ "leadTimeDays": 9 })));
    assert_eq!(told.changes[0].after, Some(json!({ "leadTimeDays": 21 })));
    let gone = json!({ "supplierId": "sup_glass", "variantIds": ["42003"] });
    let (_, told) = stores
        .change(stores.harbor, "suppliers.removeVariants", gone)
        .await
        .unwrap();
    let [gone, promoted] = told.changes.as_slice() else {
        panic!("{:?}", told.changes)
    };
    assert_eq!(gone.action, ChangeAction::Deleted);
    assert_eq!(gone.before.as_ref().unwrap()["leadTimeDays"], json!(21));
    assert_eq!(promoted.id, "sup_default/42003");
    assert_eq!(promoted.before, Some(json!({ "isPrimary": false })));
    assert_eq!(promoted.after, Some(json!({ "isPrimary": true })));
}

#[tokio::test]
async fn a_credit_that_would_be_worth_nothing_is_not_applied() {
    let stores = Stores::open().await;
    let credit = json!({
        "purchaseOrderId": "po_1002", "creditId": "crd_1003", "amount": "0.000001", "exchangeRate": "0.1",
    });
    let (code, text) = stores.refused("purchaseOrders.applyCredit", credit).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(text.contains("apply more"), "{text}");
}

#[tokio::test]
async fn a_variant_that_is_named_twice_is_shown_once_and_missed_never() {
    let stores = Stores::open().await;
    let ids = json!({ "variantIds": ["42001", "42001", "49999", "42002", "49999"] });
    let answer = stores.ok("variants.getMany", ids).await;
    assert_eq!(answer["items"].as_array().unwrap().len(), 2);
    assert_eq!(answer["missing"], json!(["49999"]));
    let product = stores.ok("products.get", json!({ "productId": "31001" })).await;
    assert_eq!(product["variantCount"], json!(2));
}
