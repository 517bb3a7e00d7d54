//! The switches of a BOM: which do not go together, and that an empty BOM is never active.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::{refused, wall_lamp};
use crate::stores::Stores;

#[tokio::test]
async fn the_two_ways_of_adjusting_are_never_both_on() {
    let stores = Stores::open().await;
    let names = ["`dynamicAdjustment`", "`maintainInventoryLevel`", "same call"];
    let both = json!({ "maintainInventoryLevel": true, "dynamicAdjustment": true });
    let create = json!({ "variantId": "41016", "settings": both });
    assert_eq!(
        refused(&stores, "boms.create", create, &names).await,
        ErrorCode::InvalidInput
    );
    let configure = json!({ "bomId": "bom_trio", "maintainInventoryLevel": true, "dynamicAdjustment": true });
    refused(&stores, "boms.configure", configure, &names).await;
    // The desk lamp's shown stock follows already; nothing is turned off in silence.
    let configure = json!({ "bomId": "bom_desk_lamp", "maintainInventoryLevel": true });
    refused(&stores, "boms.configure", configure, &names).await;
    let on = json!({ "bomId": "bom_trio", "maintainInventoryLevel": true });
    stores.ok("boms.configure", on).await;
    let configure = json!({ "bomId": "bom_trio", "dynamicAdjustment": true });
    refused(&stores, "boms.configure", configure, &names).await;
}

#[tokio::test]
async fn one_call_changes_over_from_one_way_of_adjusting_to_the_other() {
    let stores = Stores::open().await;
    for (maintain, dynamic) in [(true, false), (false, true)] {
        let over =
            json!({ "bomId": "bom_desk_lamp", "maintainInventoryLevel": maintain, "dynamicAdjustment": dynamic });
        let settings = stores.ok("boms.configure", over).await["bom"]["settings"].clone();
        assert_eq!(settings["maintainInventoryLevel"], json!(maintain));
        assert_eq!(settings["dynamicAdjustment"], json!(dynamic));
    }
}

#[tokio::test]
async fn a_call_that_sets_no_switch_says_which_there_are() {
    let stores = Stores::open().await;
    let none = json!({ "bomId": "bom_trio" });
    let code = refused(&stores, "boms.configure", none, &["no switch is named", "active"]).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    // What was one object of settings is flat now; a reader of old notes is told so.
    let old = json!({ "bomId": "bom_trio", "settings": { "active": false } });
    refused(&stores, "boms.configure", old, &["`settings`", "active?: boolean"]).await;
    let old = json!({ "bomId": "bom_trio", "name": "Trio", "settings": { "active": false } });
    refused(&stores, "boms.update", old, &["`settings`"]).await;
}

#[tokio::test]
async fn an_empty_bom_does_not_become_active() {
    let stores = Stores::open().await;
    let words = ["`active`", "`app.boms.setComponents`"];
    let create = json!({ "variantId": "41016", "settings": { "active": true } });
    assert_eq!(
        refused(&stores, "boms.create", create, &words).await,
        ErrorCode::InvalidInput
    );
    let bom = wall_lamp(&stores, json!([]), json!([])).await;
    let active = json!({ "bomId": bom, "active": true });
    let code = refused(&stores, "boms.configure", active.clone(), &words).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    let answer = stores.ok("boms.buildable", json!({ "bomId": bom })).await;
    assert_eq!(answer["total"]["buildable"], Value::Null);
    assert_eq!(answer["reason"], "no_essential_components");
    let part = json!({ "bomId": bom, "subAssemblyId": "sub_cable_set", "quantity": 1 });
    stores.ok("boms.addSubAssembly", part).await;
    stores.ok("boms.configure", active).await;
}

#[tokio::test]
async fn an_active_bom_is_not_emptied_in_any_way() {
    let stores = Stores::open().await;
    let words = ["is active", "{ active: false }"];
    let of_material = wall_lamp(&stores, json!([{ "variantId": "50001", "quantity": 1 }]), json!([])).await;
    let hook = json!({ "variantId": "41018", "subAssemblies": [{ "subAssemblyId": "sub_cable_set", "quantity": 1 }],
        "settings": { "active": true } });
    let of_part = stores.ok("boms.create", hook).await["bom"]["bomId"].clone();
    stores
        .ok("boms.configure", json!({ "bomId": of_material, "active": true }))
        .await;
    let ways = [
        (
            "boms.removeComponent",
            json!({ "bomId": of_material, "variantId": "50001" }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": of_material, "components": [], "mode": "replace" }),
        ),
        (
            "boms.removeSubAssembly",
            json!({ "bomId": of_part, "subAssemblyId": "sub_cable_set" }),
        ),
        (
            "boms.setComponents",
            json!({ "bomId": of_part, "components": [], "subAssemblies": [], "mode": "replace" }),
        ),
    ];
    for (path, arguments) in &ways {
        let code = refused(&stores, path, arguments.clone(), &words).await;
        assert_eq!(code, ErrorCode::InvalidState);
    }
    // To merge nothing takes nothing away.
    let nothing = json!({ "bomId": of_material, "components": [] });
    stores.ok("boms.setComponents", nothing).await;
    for bom in [json!(of_material), of_part] {
        let rest = json!({ "bomId": bom, "active": false });
        stores.ok("boms.configure", rest).await;
    }
    for (path, arguments) in [&ways[0], &ways[2]] {
        stores.ok(path, arguments.clone()).await;
    }
}
