//! Every write of a count makes a row in the history, which is read newest first, in pages, and with filters.

use chrono::{SecondsFormat, TimeDelta};
use latchstring::{Effect, ErrorCode, Finish, Scope};
use serde_json::{Value, json};

use super::{refused, sub_assembly};
use crate::stores::Stores;

fn at(location: &str, quantity: f64) -> Value {
    json!([{ "locationId": location, "quantity": quantity }])
}

async fn history(stores: &Stores, arguments: Value) -> Vec<Value> {
    stores.ok("stock.history", arguments).await["items"]
        .as_array()
        .unwrap()
        .clone()
}

fn told(rows: &[Value], field: &str) -> Vec<Value> {
    rows.iter().map(|row| row[field].clone()).collect()
}

#[tokio::test]
async fn every_kind_of_count_is_written_down_with_who_when_and_from_what_to_what() {
    let stores = Stores::open().await;
    for (path, key, id, kind, before) in [
        (
            "rawMaterials.setStock",
            "variantId",
            "VMAT-VAR-1001",
            "material",
            json!(182.5),
        ),
        ("boms.setPreassembled", "bomId", "bom_desk_lamp", "bom", json!(3)),
        (
            "subAssemblies.setPreassembled",
            "subAssemblyId",
            "sub_lamp_head",
            "sub_assembly",
            json!(4),
        ),
    ] {
        let mut set = json!({ "levels": at("70001", 0.25) });
        set[key] = json!(id);
        stores.ok(path, set).await;
        let rows = history(&stores, json!({ key: id })).await;
        let change = 0.25 - before.as_f64().unwrap();
        assert_eq!(
            rows,
            [json!({
                "at": "2026-03-01T12:00:00.123456Z", "kind": kind, "itemId": id, "locationId": "70001",
                "before": before, "after": 0.25, "change": change, "source": "agent",
                "actor": "AI assistant via Test desk (test_1234...abcd)",
            })],
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_count_that_is_confirmed_is_written_down_too() {
    let stores = Stores::open().await;
    let same = json!({ "variantId": "VMAT-VAR-1001", "levels": at("70001", 182.5) });
    let (_, finished) = stores
        .change(stores.lumen, "rawMaterials.setStock", same)
        .await
        .unwrap();
    assert!(finished.changes.is_empty());
    let rows = history(&stores, json!({})).await;
    assert_eq!(told(&rows, "change"), [json!(0)]);
}

#[tokio::test]
async fn the_latest_comes_first_also_within_one_call() {
    let stores = Stores::open().await;
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    for quantity in 1..=20 {
        let set = json!({ "variantId": "VMAT-VAR-1001", "levels": at("70001", f64::from(quantity)) });
        session
            .call_from_program("rawMaterials.setStock", &set.to_string())
            .await
            .unwrap();
    }
    session.finish(Finish::Commit).await.unwrap();
    stores.later(TimeDelta::milliseconds(1));
    let last = json!({ "variantId": "VMAT-VAR-1001", "levels": at("70001", 21.0) });
    stores.ok("rawMaterials.setStock", last).await;
    let expected: Vec<Value> = (1..=21).rev().map(|quantity| json!(quantity)).collect();
    assert_eq!(told(&history(&stores, json!({})).await, "after"), expected);
}

#[tokio::test]
async fn it_is_read_in_pages() {
    let stores = Stores::open().await;
    for quantity in 0..7 {
        stores.later(TimeDelta::seconds(1));
        let set = json!({ "bomId": "bom_trio", "levels": at("70001", f64::from(quantity)) });
        stores.ok("boms.setPreassembled", set).await;
    }
    let whole = history(&stores, json!({})).await;
    let mut seen = Vec::new();
    for page in 1..=3 {
        let answer = stores.ok("stock.history", json!({ "page": page, "pageSize": 3 })).await;
        assert_eq!((&answer["totalCount"], &answer["totalPages"]), (&json!(7), &json!(3)));
        seen.extend(answer["items"].as_array().unwrap().clone());
    }
    assert_eq!(seen, whole);
    refused(&stores, "stock.history", json!({ "page": 0 }), &["pages count from 1"]).await;
    refused(&stores, "stock.history", json!({ "pageSize": 1001 }), &["1 and 1000"]).await;
}

#[tokio::test]
async fn filters_combine() {
    let stores = Stores::open().await;
    let mut moments = Vec::new();
    for (path, key, id, location) in [
        ("rawMaterials.setStock", "variantId", "VMAT-VAR-1001", "70001"),
        ("rawMaterials.setStock", "variantId", "VMAT-VAR-1001", "70002"),
        ("rawMaterials.setStock", "variantId", "VMAT-VAR-1002", "70001"),
        ("boms.setPreassembled", "bomId", "bom_trio", "70001"),
        (
            "subAssemblies.setPreassembled",
            "subAssemblyId",
            "sub_lamp_head",
            "70003",
        ),
    ] {
        stores.later(TimeDelta::seconds(1));
        moments.push(stores.now().to_rfc3339_opts(SecondsFormat::Micros, true));
        stores.ok(path, json!({ key: id, "levels": at(location, 9.0) })).await;
    }
    for (filter, found) in [
        (json!({}), 5),
        (json!({ "variantId": "VMAT-VAR-1001" }), 2),
        (json!({ "variantId": "VMAT-VAR-1001", "locationId": "70001" }), 1),
        (json!({ "bomId": "bom_trio" }), 1),
        (json!({ "subAssemblyId": "sub_lamp_head", "locationId": "70001" }), 0),
        (json!({ "locationId": "70001" }), 3),
        (json!({ "since": moments[2] }), 3),
        (json!({ "since": moments[2], "locationId": "70003" }), 1),
        (json!({ "source": "agent" }), 5),
        (json!({ "source": "order" }), 0),
    ] {
        assert_eq!(history(&stores, filter.clone()).await.len(), found, "{filter}");
    }
    let two = json!({ "variantId": "VMAT-VAR-1001", "bomId": "bom_trio" });
    let code = refused(&stores, "stock.history", two, &["at most one of"]).await;
    assert_eq!(code, ErrorCode::InvalidInput);
}

#[tokio::test]
async fn what_goes_leaves_its_history_down_to_nothing() {
    let stores = Stores::open().await;
    let foot = sub_assembly(&stores, "Foot", &[]).await;
    let ready = json!({ "subAssemblyId": foot, "levels": at("70001", 2.0) });
    stores.ok("subAssemblies.setPreassembled", ready).await;
    for (path, key, id, last) in [
        ("boms.delete", "bomId", "bom_desk_lamp", json!([1, 3])),
        ("subAssemblies.delete", "subAssemblyId", foot.as_str(), json!([2])),
        ("rawMaterials.remove", "variantId", "VMAT-VAR-1026", json!([12.75])),
    ] {
        stores.later(TimeDelta::seconds(1));
        let since = stores.now().to_rfc3339_opts(SecondsFormat::Micros, true);
        stores.ok(path, json!({ key: id })).await;
        let rows = history(&stores, json!({ key: id, "since": since })).await;
        let mut before = told(&rows, "before");
        before.sort_by(|a, b| a.as_f64().unwrap().total_cmp(&b.as_f64().unwrap()));
        assert_eq!(json!(before), last, "{path}");
        assert!(told(&rows, "after").iter().all(|after| *after == json!(0)), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_committed_is_not_in_it() {
    let stores = Stores::open().await;
    let set = json!({ "bomId": "bom_trio", "levels": at("70001", 2.0) }).to_string();
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    session.call_from_program("boms.setPreassembled", &set).await.unwrap();
    session.finish(Finish::DryRun).await.unwrap();
    assert_eq!(history(&stores, json!({})).await, [] as [Value; 0]);
}
