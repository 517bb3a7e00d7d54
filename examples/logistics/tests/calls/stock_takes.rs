//! Stock takes, as people count: with scanners, twice, and page by page.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use crate::stores::Stores;

async fn started(stores: &Stores) -> Value {
    let all = json!({ "locationId": "81003", "all": true });
    let take = stores.ok("stockTakes.create", all).await["stockTake"]["stockTakeId"].clone();
    stores.ok("stockTakes.start", json!({ "stockTakeId": take })).await;
    take
}

async fn lines(stores: &Stores, more: Value) -> Value {
    stores.ok("stockTakes.lineItems", more).await
}

#[tokio::test]
async fn a_scan_that_is_sent_again_is_added_once() {
    let stores = Stores::open().await;
    let take = started(&stores).await;
    let line = lines(&stores, json!({ "stockTakeId": take })).await["items"][0]["lineId"].clone();
    let scan = json!({
        "stockTakeId": take, "lines": [{ "lineId": line, "counted": 3, "increment": true }],
        "idempotencyKey": "scan-17",
    });
    for _ in 0..3 {
        stores.ok("stockTakes.count", scan.clone()).await;
    }
    assert_eq!(
        lines(&stores, json!({ "stockTakeId": take })).await["items"][0]["counted"],
        json!(3)
    );
}

#[tokio::test]
async fn a_line_that_is_named_twice_by_different_names_is_not_counted_by_the_last_of_them() {
    let stores = Stores::open().await;
    let take = started(&stores).await;
    let first = lines(&stores, json!({ "stockTakeId": take })).await["items"][0].clone();
    let counts = json!([
        { "lineId": first["lineId"], "counted": 12 }, { "variantId": first["variantId"], "counted": 1 },
    ]);
    let (code, text) = stores
        .refused("stockTakes.count", json!({ "stockTakeId": take, "lines": counts }))
        .await;
    assert_eq!(code, ErrorCode::InvalidInput);
    assert!(text.contains("twice"), "{text}");
}

#[tokio::test]
async fn lines_come_page_by_page_while_others_are_counted() {
    let stores = Stores::open().await;
    let take = started(&stores).await;
    let total = lines(&stores, json!({ "stockTakeId": take })).await["totalCount"]
        .as_u64()
        .unwrap();
    assert!(total > 4, "{total}");
    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let mut asked = json!({ "stockTakeId": take, "uncountedOnly": true, "limit": 2 });
        if !cursor.is_null() {
            asked["cursor"] = cursor;
        }
        let page = lines(&stores, asked).await;
        for item in page["items"].as_array().unwrap() {
            seen.push(item["variantId"].clone());
            let counts = json!([{ "lineId": item["lineId"], "counted": 1 }]);
            stores
                .ok("stockTakes.count", json!({ "stockTakeId": take, "lines": counts }))
                .await;
        }
        cursor = page["cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(
        seen.len() as u64,
        total,
        "each line once, whatever was counted meanwhile"
    );
    for wrong in [
        json!({ "limit": 0 }),
        json!({ "limit": 501 }),
        json!({ "cursor": "x" }),
        json!({ "limit": -1 }),
    ] {
        let mut asked = wrong.clone();
        asked["stockTakeId"] = take.clone();
        let (code, _) = stores.refused("stockTakes.lineItems", asked).await;
        assert_eq!(code, ErrorCode::InvalidInput, "{wrong}");
    }
}

#[tokio::test]
async fn what_nobody_counted_stays_unless_it_is_said_to_be_gone() {
    let stores = Stores::open().await;
    let on_hand = async || {
        let levels = stores.ok("inventory.levels", json!({ "locationIds": ["81003"] })).await;
        let levels = levels["items"].as_array().unwrap().clone();
        levels
            .iter()
            .map(|one| one["onHand"].as_i64().unwrap())
            .collect::<Vec<_>>()
    };
    let take = started(&stores).await;
    let before = on_hand().await;
    let (code, _) = stores
        .refused("stockTakes.complete", json!({ "stockTakeId": take }))
        .await;
    assert_eq!(code, ErrorCode::InvalidState);
    let first = lines(&stores, json!({ "stockTakeId": take })).await["items"][0].clone();
    let counts = json!([{ "lineId": first["lineId"], "counted": first["expected"] }]);
    stores
        .ok("stockTakes.count", json!({ "stockTakeId": take, "lines": counts }))
        .await;
    let done = stores.ok("stockTakes.complete", json!({ "stockTakeId": take })).await;
    assert_eq!((&done["adjusted"], on_hand().await), (&json!(0), before));
    let (code, _) = stores
        .refused("stockTakes.complete", json!({ "stockTakeId": take }))
        .await;
    assert_eq!(code, ErrorCode::InvalidState);
    let take = started(&stores).await;
    let zero = json!({ "stockTakeId": take, "uncounted": "zero" });
    stores.ok("stockTakes.complete", zero).await;
    assert!(on_hand().await.iter().all(|units| *units == 0));
}
