//! Reorder rules: of a location, of all of them, and of both together.

use serde_json::{Value, json};

use crate::stores::Stores;

async fn set(stores: &Stores, items: Value) -> Value {
    stores.ok("variantConstants.set", json!({ "items": items })).await
}

async fn rules(stores: &Stores) -> Value {
    stores
        .ok("variantConstants.list", json!({ "variantIds": ["42001"] }))
        .await["items"]
        .clone()
}

#[tokio::test]
async fn a_rule_fits_those_beside_it_and_one_that_does_not_stops_no_other() {
    let stores = Stores::open().await;
    let done = set(
        &stores,
        json!([
            { "variantId": "42001", "min": 5, "max": 50 },
            { "variantId": "42001", "locationId": "81002", "min": 51 },
            { "variantId": "42001", "locationId": "81003", "min": 40 },
            { "variantId": "42001", "max": 30 },
            { "variantId": "42001", "locationId": "82001", "min": 1 },
            { "variantId": "42002", "locationId": "81002", "target": 12 },
        ]),
    )
    .await;
    let outcomes: Vec<&str> = done["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(
        outcomes,
        ["created", "failed", "created", "failed", "failed", "created"]
    );
    let text = done["results"][3]["error"]["message"].as_str().unwrap();
    assert!(
        text.contains("`min` would be 40 and `max` 30") && text.contains("location `81003`"),
        "{text}"
    );
    assert_eq!(done["results"][4]["error"]["code"], json!("NOT_FOUND"));
    assert_eq!(rules(&stores).await.as_array().unwrap().len(), 2);
    // A location that says both stands alone.
    let alone = set(
        &stores,
        json!([{ "variantId": "42001", "locationId": "81003", "max": 60 }, { "variantId": "42001", "max": 30 }]),
    )
    .await;
    assert_eq!(alone["succeeded"], json!(2), "{alone}");
    // Null clears a number, and a rule that says nothing is gone.
    set(&stores, json!([{ "variantId": "42001", "min": null, "max": null }])).await;
    let left = rules(&stores).await;
    assert_eq!(
        (left.as_array().unwrap().len(), &left[0]["locationId"]),
        (1, &json!("81003"))
    );
}
