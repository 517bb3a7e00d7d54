//! What needs the enhanced plan is not turned on without it, and may stay on and be turned off.

use latchstring::{Effect, ErrorCode, Finish, Scope};
use serde_json::{Value, json};

use crate::stores::Stores;

async fn on_the_standard_plan() -> Stores {
    let stores = Stores::open().await;
    stores.behind_the_scenes("UPDATE shops SET plan = 'standard'").await;
    stores
}

/// Every way to turn such a switch on, and its name.
fn ways() -> Vec<(&'static str, Value, &'static str)> {
    let part = json!({ "name": "Foot", "onlyConsumePreassembled": true });
    let head = json!({ "subAssemblyId": "sub_lamp_head", "onlyConsumePreassembled": true });
    let mut ways = vec![
        ("subAssemblies.create", part, "onlyConsumePreassembled"),
        ("subAssemblies.update", head, "onlyConsumePreassembled"),
    ];
    for switch in ["autoGenerateMaterialList", "onlySellPreassembled"] {
        ways.push((
            "boms.create",
            json!({ "variantId": "41016", "settings": { switch: true } }),
            switch,
        ));
        ways.push(("boms.configure", json!({ "bomId": "bom_trio", switch: true }), switch));
    }
    ways
}

#[tokio::test]
async fn the_standard_plan_does_not_turn_on_what_needs_the_enhanced_one() {
    let stores = on_the_standard_plan().await;
    assert_eq!(stores.ok("shop.get", json!({})).await["plan"], "standard");
    for (path, arguments, switch) in ways() {
        let error = stores.refusal(path, arguments).await;
        assert_eq!(error.code(), ErrorCode::PlanRequired, "{path}");
        assert_eq!(error.details(), Some(&json!({ "plan": "enhanced", "field": switch })));
        assert!(error.message().contains(&format!("`{switch}`")), "{error}");
    }
}

#[tokio::test]
async fn the_enhanced_plan_does() {
    let stores = Stores::open().await;
    for (path, arguments, _) in ways() {
        if path != "boms.create" {
            stores.ok(path, arguments).await;
        }
    }
    let both = json!({ "onlySellPreassembled": true, "autoGenerateMaterialList": true });
    stores
        .ok("boms.create", json!({ "variantId": "41016", "settings": both }))
        .await;
}

#[tokio::test]
async fn a_program_catches_the_refusal_and_keeps_the_rest() {
    let stores = on_the_standard_plan().await;
    let mut session = stores.session(stores.lumen, Scope::ReadWrite, Effect::Write);
    for (path, arguments, _) in ways() {
        let refused = session.call_from_program(path, &arguments.to_string()).await;
        assert!(!refused.unwrap_err().ends_program(), "{path}");
    }
    session
        .call_from_program("boms.update", r#"{ "bomId": "bom_trio", "name": "Trio, kept" }"#)
        .await
        .unwrap();
    assert!(session.finish(Finish::Commit).await.unwrap().committed);
    let kept = stores.ok("boms.get", json!({ "bomId": "bom_trio" })).await;
    assert_eq!(kept["bom"]["name"], "Trio, kept");
}

#[tokio::test]
async fn one_item_of_many_is_refused_and_the_others_go_on() {
    let stores = on_the_standard_plan().await;
    let items =
        json!([{ "bomId": "bom_trio", "onlySellPreassembled": true }, { "bomId": "bom_trio", "active": false }]);
    let done = stores.ok("boms.configureMany", json!({ "items": items })).await;
    assert_eq!((&done["succeeded"], &done["failed"]), (&json!(1), &json!(1)));
    assert_eq!(done["results"][0]["error"]["code"], "PLAN_REQUIRED");
    assert_eq!(done["results"][0]["error"]["details"]["field"], "onlySellPreassembled");
    assert_eq!(done["results"][1]["result"]["bom"]["active"], json!(false));
}

#[tokio::test]
async fn what_was_on_before_stays_on_and_may_be_turned_off_once() {
    let stores = on_the_standard_plan().await;
    for (path, key, id, switch, other) in [
        (
            "boms.configure",
            "bomId",
            "bom_reading_set",
            "onlySellPreassembled",
            "keepAssembledOnReturn",
        ),
        (
            "subAssemblies.update",
            "subAssemblyId",
            "sub_flat_pack",
            "onlyConsumePreassembled",
            "keepAssembledOnReturn",
        ),
    ] {
        stores.ok(path, json!({ key: id, other: false })).await;
        stores.ok(path, json!({ key: id, switch: true, other: true })).await;
        stores.ok(path, json!({ key: id, switch: false })).await;
        let error = stores.refusal(path, json!({ key: id, switch: true })).await;
        assert_eq!(error.code(), ErrorCode::PlanRequired);
    }
}
