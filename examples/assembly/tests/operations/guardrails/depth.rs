//! Sub-assemblies are nested ten deep at most, wherever the eleventh is put in.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::{chain, hundreds, refused, sub_assembly, wall_lamp};
use crate::stores::Stores;

fn one(part: &str) -> Value {
    json!([{ "subAssemblyId": part, "quantity": 1 }])
}

async fn too_deep(stores: &Stores, path: &str, arguments: Value, depth: usize) {
    let code = refused(
        stores,
        path,
        arguments,
        &[&format!("nested {depth} deep"), "10 are allowed"],
    )
    .await;
    assert_eq!(code, ErrorCode::InvalidInput);
}

#[tokio::test]
async fn ten_are_nested_and_can_be_shown_and_computed() {
    let stores = Stores::open().await;
    let links = chain(&stores, 10).await;
    let bom = wall_lamp(&stores, json!([]), one(&links[0])).await;
    let tree = stores.ok("boms.get", json!({ "bomId": bom, "expand": true })).await;
    assert_eq!(tree["branches"].as_array().unwrap().len(), 10);
    stores.ok("boms.buildable", json!({ "bomId": bom })).await;
    stores
        .ok("subAssemblies.get", json!({ "subAssemblyId": links[0] }))
        .await;
}

#[tokio::test]
async fn an_eleventh_is_not_put_below() {
    let stores = Stores::open().await;
    let links = chain(&stores, 10).await;
    let loose = sub_assembly(&stores, "Loose", &[]).await;
    let put = json!({ "parentId": links[9], "subAssemblyId": loose, "quantity": 1 });
    too_deep(&stores, "subAssemblies.addSubAssembly", put, 11).await;
    for mode in ["merge", "replace"] {
        let put = json!({ "subAssemblyId": links[9], "subAssemblies": one(&loose), "mode": mode });
        too_deep(&stores, "subAssemblies.setComponents", put, 11).await;
    }
    // One level higher it fits, also where a longer way leads past.
    let put = json!({ "parentId": links[8], "subAssemblyId": loose, "quantity": 1 });
    stores.ok("subAssemblies.addSubAssembly", put).await;
}

#[tokio::test]
async fn an_eleventh_is_not_put_on_top() {
    let stores = Stores::open().await;
    let links = chain(&stores, 10).await;
    let above = json!({ "name": "Above", "subAssemblies": one(&links[0]) });
    too_deep(&stores, "subAssemblies.create", above, 11).await;
    let above = sub_assembly(&stores, "Above", &[]).await;
    let put = json!({ "parentId": above, "subAssemblyId": links[0], "quantity": 1 });
    too_deep(&stores, "subAssemblies.addSubAssembly", put, 11).await;
}

#[tokio::test]
async fn an_eleventh_is_not_put_in_between() {
    let stores = Stores::open().await;
    // Five above and five below fit; six below do not.
    let (above, five, six) = (
        chain(&stores, 5).await,
        chain(&stores, 5).await,
        chain(&stores, 6).await,
    );
    let join = |below: &str| json!({ "parentId": above[4], "subAssemblyId": below, "quantity": 1 });
    too_deep(&stores, "subAssemblies.addSubAssembly", join(&six[0]), 11).await;
    stores.ok("subAssemblies.addSubAssembly", join(&five[0])).await;
    // Now there are ten: nothing goes between any two of them.
    let between = sub_assembly(&stores, "Between", &[&five[1]]).await;
    let put = json!({ "parentId": five[0], "subAssemblyId": between, "quantity": 1 });
    too_deep(&stores, "subAssemblies.addSubAssembly", put, 11).await;
}

#[tokio::test]
async fn the_longest_of_several_ways_up_and_down_counts() {
    let stores = Stores::open().await;
    let (above, below) = (chain(&stores, 6).await, chain(&stores, 4).await);
    // Short ways to the same two: from the top straight down, and past the chain below.
    let shared = sub_assembly(&stores, "Shared", &[&below[0], &below[3]]).await;
    let put = |parent: &str| json!({ "parentId": parent, "subAssemblyId": shared, "quantity": 1 });
    stores.ok("subAssemblies.addSubAssembly", put(&above[0])).await;
    too_deep(&stores, "subAssemblies.addSubAssembly", put(&above[5]), 11).await;
    stores.ok("subAssemblies.addSubAssembly", put(&above[4])).await;
}

#[tokio::test]
async fn a_bom_on_top_counts_only_what_is_nested() {
    let stores = Stores::open().await;
    let links = chain(&stores, 10).await;
    let bom = wall_lamp(&stores, json!([]), one(&links[0])).await;
    // What is bought in as a finished good is not taken apart, so it does not make anything deeper.
    let shade = sub_assembly(&stores, "Shade", &[]).await;
    let material = json!({ "subAssemblyId": shade, "variantId": "41016", "quantity": 1 });
    stores.ok("subAssemblies.addComponent", material).await;
    assert!(bom.starts_with("bom_"));
    let trio = json!({ "bomId": "bom_trio", "subAssemblyId": shade, "quantity": 1 });
    stores.ok("boms.addSubAssembly", trio).await;
}

#[tokio::test]
async fn a_deep_way_up_is_found_among_hundreds() {
    let stores = Stores::open().await;
    let leaves = hundreds(&stores, 600).await;
    let low = sub_assembly(&stores, "Low", &[]).await;
    for leaves in leaves.chunks(250) {
        let items: Vec<Value> = leaves
            .iter()
            .map(|leaf| json!({ "subAssemblyId": leaf, "subAssemblies": one(&low) }))
            .collect();
        let done = stores
            .ok("subAssemblies.setComponentsMany", json!({ "items": items }))
            .await;
        assert_eq!(done["failed"], json!(0));
    }
    let below = sub_assembly(&stores, "Below", &[]).await;
    let put = json!({ "parentId": low, "subAssemblyId": below, "quantity": 1 });
    // Eight above one of the leaves, this leaf, and the one below: there is no room for another. Databases are asked
    // about some hundreds at a time, so it is tried with the first leaf, one in the middle, and the last.
    let eight = chain(&stores, 8).await;
    for place in [0, 300, 599] {
        let join = json!({ "parentId": eight[7], "subAssemblyId": leaves[place], "quantity": 1 });
        stores.ok("subAssemblies.addSubAssembly", join).await;
        too_deep(&stores, "subAssemblies.addSubAssembly", put.clone(), 11).await;
        let part = json!({ "parentId": eight[7], "subAssemblyId": leaves[place] });
        stores.ok("subAssemblies.removeSubAssembly", part).await;
    }
    stores.ok("subAssemblies.addSubAssembly", put).await;
}
