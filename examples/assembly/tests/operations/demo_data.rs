//! The demo is worth looking at: every table is well-formed, and every corner of the rules occurs.

use assembly::demo;
use serde_json::{Value, json};

use crate::stores::Stores;

#[tokio::test]
async fn seeding_twice_changes_nothing() {
    let stores = Stores::open().await;
    stores.ok("boms.delete", json!({ "bomId": "bom_care_kit" })).await;
    let before = stores.stored().await;
    demo::seed(&stores.database, &[stores.lumen, stores.volt])
        .await
        .unwrap();
    assert_eq!(before.changes(&stores.stored().await), [""; 0]);
}

#[tokio::test]
async fn both_stores_are_well_filled() {
    let stores = Stores::open().await;
    for tenant in [stores.lumen, stores.volt] {
        let count = async |path: &str| {
            let page = stores.call(tenant, path, json!({})).await.unwrap();
            page["totalCount"].as_u64().unwrap()
        };
        assert!(count("rawMaterials.list").await >= 78);
        assert_eq!(count("subAssemblies.list").await, 8);
        assert_eq!(count("boms.list").await, 15);
    }
    assert_eq!(demo::STORES.len(), 2);
}

#[tokio::test]
async fn every_bom_can_be_shown_and_computed() {
    let stores = Stores::open().await;
    let mut seen_gap = false;
    for tenant in [stores.lumen, stores.volt] {
        let boms = stores.call(tenant, "boms.list", json!({})).await.unwrap();
        for bom in boms["items"].as_array().unwrap() {
            let id = &bom["bomId"];
            let tree = stores
                .call(tenant, "boms.get", json!({ "bomId": id, "expand": true }))
                .await
                .unwrap();
            assert!(!tree["materialTotals"].as_array().unwrap().is_empty());
            let answer = stores
                .call(tenant, "boms.buildable", json!({ "bomId": id }))
                .await
                .unwrap();
            assert_eq!(answer["locations"].as_array().unwrap().len(), 3);
            for at in answer["locations"].as_array().unwrap() {
                assert!(!at["limiting"].as_array().unwrap().is_empty(), "{id}");
                seen_gap |= at["buildable"].as_f64() > at["split"]["fromComponents"].as_f64();
            }
        }
        let unknown = |bom: &&Value| bom["unitCost"].is_null();
        assert!(boms["items"].as_array().unwrap().iter().filter(unknown).count() >= 1);
    }
    assert!(seen_gap, "no BOM shows the difference between buildable and sellable");
}

#[tokio::test]
async fn the_desk_lamp_is_limited_by_its_counted_parts() {
    let stores = Stores::open().await;
    let answer = stores
        .ok(
            "boms.buildable",
            json!({ "bomId": "bom_desk_lamp", "locationIds": ["70001"] }),
        )
        .await;
    insta::assert_json_snapshot!(answer);
}
