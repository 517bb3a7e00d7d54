//! Many at once: each item by itself, in order, 250 at most.

use latchstring::{Effect, ErrorCode, Scope, Surface};
use serde_json::{Value, json};

use super::refused;
use crate::{
    examples::{arguments, with_a_spare_head},
    stores::Stores,
};

fn surface(stores: &Stores) -> Surface {
    stores.catalog.surface(Stores::grant(stores.lumen, Scope::ReadWrite))
}

/// The bulk forms, each with an item that works.
fn bulks(stores: &Stores) -> Vec<(String, Value)> {
    let surface = surface(stores);
    let many = surface
        .operations()
        .filter(|one| one.effect == Effect::Write && one.name.as_str().ends_with("_many"));
    many.map(|one| (one.name.program().to_owned(), arguments(one)["items"][0].clone()))
        .collect()
}

#[tokio::test]
async fn every_command_about_a_whole_thing_has_a_bulk_form() {
    let stores = Stores::open().await;
    let surface = surface(&stores);
    // Rows have `set_components`, which takes lists itself, and so does `register`.
    let rows = ["component", "sub_assembly", "register"];
    for operation in surface.operations().filter(|one| one.effect == Effect::Write) {
        let name = operation.name.as_str();
        if !name.ends_with("_many") {
            let has_bulk = surface.find(&format!("{name}_many")).is_ok();
            assert_eq!(has_bulk, !rows.iter().any(|end| name.ends_with(end)), "{name}");
        }
    }
    assert_eq!(bulks(&stores).len(), 15);
}

#[tokio::test]
async fn an_item_that_is_refused_changes_nothing_and_stops_no_other() {
    for (path, item) in bulks(&Stores::open().await) {
        let stores = with_a_spare_head().await;
        let alone = stores.change(stores.lumen, &path, json!({ "items": [item] })).await;
        let (_, alone) = alone.unwrap();
        assert!(!alone.changes.is_empty(), "{path}");

        let stores = with_a_spare_head().await;
        let items = json!([{}, { "no": "such field" }, item, 5, null]);
        let (done, finished) = stores
            .change(stores.lumen, &path, json!({ "items": items }))
            .await
            .unwrap();
        assert_eq!((&done["succeeded"], &done["failed"]), (&json!(1), &json!(4)), "{path}");
        for (place, one) in done["results"].as_array().unwrap().iter().enumerate() {
            let is_done = place == 2;
            assert_eq!(one["index"], json!(place), "{path}");
            assert_eq!(one["outcome"], if is_done { "ok" } else { "failed" }, "{path}: {one}");
            assert_eq!(one["result"].is_object(), is_done, "{path}");
            assert_eq!(one["error"].is_null(), is_done, "{path}");
            if !is_done {
                assert_eq!(one["error"]["code"], "INVALID_INPUT", "{path}");
                let words = one["error"]["message"].as_str().unwrap();
                assert!(words.contains(&format!("items[{place}]")), "{path}: {words}");
            }
        }
        assert_eq!(finished.changes.len(), alone.changes.len(), "{path}");
    }
}

#[tokio::test]
async fn one_alone_is_the_same_as_one_of_many() {
    for (path, item) in bulks(&Stores::open().await) {
        let single = path.strip_suffix("Many").unwrap();
        let (stores, others) = (with_a_spare_head().await, with_a_spare_head().await);
        let alone = stores.ok(single, item.clone()).await;
        let many = others.ok(&path, json!({ "items": [item] })).await;
        let mut alone = without_new_ids(&alone);
        if let Some(fields) = alone.as_object_mut() {
            fields.remove("replayed");
        }
        assert_eq!(without_new_ids(&many["results"][0]["result"]), alone, "{path}");
    }
}

fn without_new_ids(answer: &Value) -> Value {
    let text = answer.to_string();
    let is_end = |one: char| !one.is_ascii_hexdigit();
    let new: Vec<&str> = text.split(is_end).filter(|run| run.len() == 32).collect();
    let replaced = new.iter().fold(text.clone(), |text, id| text.replace(id, "new"));
    serde_json::from_str(&replaced).unwrap()
}

#[tokio::test]
async fn it_takes_1_to_250_items() {
    let stores = Stores::open().await;
    for (path, _) in bulks(&stores) {
        let none = refused(&stores, &path, json!({ "items": [] }), &["`items`", "1 to 250"]).await;
        assert_eq!(none, ErrorCode::InvalidInput);
        let many = json!({ "items": vec![json!({}); 251] });
        let code = refused(&stores, &path, many, &["250 items at most, not 251"]).await;
        assert_eq!(code, ErrorCode::LimitExceeded);
    }
    let most: Vec<Value> = (0..250)
        .map(|number| json!({ "name": format!("Rivet {number}") }))
        .collect();
    let done = stores
        .ok("rawMaterials.createVirtualMany", json!({ "items": most }))
        .await;
    let names: Vec<&Value> = done["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["result"]["rawMaterial"]["name"])
        .collect();
    assert_eq!(done["succeeded"], json!(250));
    assert_eq!((names[0], names[249]), (&json!("Rivet 0"), &json!("Rivet 249")));
}

#[tokio::test]
async fn items_are_done_in_order_and_see_what_those_before_them_did() {
    let stores = Stores::open().await;
    let twice = json!({ "items": [{ "variantId": "41016" }, { "variantId": "41016" }] });
    let done = stores.ok("boms.createMany", twice).await;
    assert_eq!(done["results"][1]["error"]["code"], "CONFLICT");
    assert_eq!(
        done["results"][1]["error"]["details"]["bomId"],
        done["results"][0]["result"]["bom"]["bomId"]
    );
    let steps = json!({ "items": [
        { "bomId": "bom_trio", "name": "One", "expectedVersion": 1 },
        { "bomId": "bom_trio", "name": "Two", "expectedVersion": 1 },
        { "bomId": "bom_trio", "name": "Three", "expectedVersion": 2 },
    ] });
    let done = stores.ok("boms.updateMany", steps).await;
    assert_eq!(done["results"][1]["error"]["details"], json!({ "version": 2 }));
    assert_eq!(done["results"][2]["result"]["bom"]["name"], "Three");
}

#[tokio::test]
async fn a_bulk_counts_as_one_write() {
    let stores = Stores::open().await;
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    let names: Vec<Value> = (0..200)
        .map(|number| json!({ "name": format!("Rivet {number}") }))
        .collect();
    let many = json!({ "items": names }).to_string();
    for _ in 0..2 {
        session
            .call_from_program("rawMaterials.createVirtualMany", &many)
            .await
            .unwrap();
    }
}
