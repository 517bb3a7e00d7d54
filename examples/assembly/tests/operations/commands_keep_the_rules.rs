//! Each rule a command must keep: the refusal, and that nothing was written.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use crate::stores::Stores;

async fn refused(stores: &Stores, path: &str, arguments: Value, words: &[&str]) -> ErrorCode {
    let (code, message) = stores.refused(path, arguments).await;
    for word in words {
        assert!(message.contains(word), "`{word}` is not in: {message}");
    }
    code
}

fn component(quantity: &Value) -> Value {
    json!({ "bomId": "bom_trio", "components": [{ "variantId": "50001", "quantity": quantity }] })
}

#[tokio::test]
async fn quantities_in_rows_are_positive_and_bounded() {
    let stores = Stores::open().await;
    for wrong in [json!(0), json!(-1), json!(-0.5)] {
        let code = refused(
            &stores,
            "boms.setComponents",
            component(&wrong),
            &["50001", "more than 0"],
        )
        .await;
        assert_eq!(code, ErrorCode::InvalidInput);
    }
    for wrong in [
        json!(1_000_000_001_i64),
        json!(1e300),
        json!(0.000_000_1),
        json!("two"),
        json!(null),
    ] {
        let code = refused(
            &stores,
            "boms.setComponents",
            component(&wrong),
            &["components[0].quantity"],
        )
        .await;
        assert_eq!(code, ErrorCode::InvalidInput);
    }
    stores.ok("boms.setComponents", component(&json!(1_000_000_000))).await;
    stores.ok("boms.buildable", json!({ "bomId": "bom_trio" })).await;
}

#[tokio::test]
async fn names_have_characters_but_not_too_many() {
    let stores = Stores::open().await;
    for wrong in ["", "   ", &"x".repeat(256)] {
        let code = refused(
            &stores,
            "boms.update",
            json!({ "bomId": "bom_trio", "name": wrong }),
            &["name"],
        )
        .await;
        assert_eq!(code, ErrorCode::InvalidInput);
        refused(
            &stores,
            "rawMaterials.createVirtual",
            json!({ "name": wrong }),
            &["name"],
        )
        .await;
    }
    stores
        .ok("rawMaterials.createVirtual", json!({ "name": "ü".repeat(255) }))
        .await;
}

#[tokio::test]
async fn a_material_appears_once_in_a_bom() {
    let stores = Stores::open().await;
    let twice = json!([{ "variantId": "50001", "quantity": 1 }, { "variantId": "50001", "quantity": 2 }]);
    refused(
        &stores,
        "boms.setComponents",
        json!({ "bomId": "bom_trio", "components": twice }),
        &["50001", "twice"],
    )
    .await;
    refused(
        &stores,
        "boms.create",
        json!({ "variantId": "41016", "components": twice }),
        &["50001", "twice"],
    )
    .await;
    let twice = json!([{ "subAssemblyId": "sub_globe_drop", "quantity": 1 }, { "subAssemblyId": "sub_globe_drop", "quantity": 2 }]);
    refused(
        &stores,
        "boms.create",
        json!({ "variantId": "41016", "subAssemblies": twice }),
        &["twice"],
    )
    .await;
}

#[tokio::test]
async fn a_variant_has_one_bom() {
    let stores = Stores::open().await;
    let code = refused(
        &stores,
        "boms.create",
        json!({ "variantId": "41001" }),
        &["41001", "bom_desk_lamp"],
    )
    .await;
    assert_eq!(code, ErrorCode::Conflict);
}

#[tokio::test]
async fn nothing_is_made_of_itself_directly_or_through_another_bom() {
    let stores = Stores::open().await;
    let own = json!({ "bomId": "bom_trio", "components": [{ "variantId": "41007", "quantity": 1 }] });
    refused(&stores, "boms.setComponents", own, &["BOM bom_trio > BOM bom_trio"]).await;
    let own = json!({ "variantId": "41016", "components": [{ "variantId": "41016", "quantity": 1 }] });
    refused(&stores, "boms.create", own, &["made of itself"]).await;
    // The gift box holds the desk lamp; the desk lamp must not hold the gift box.
    let around = json!({ "bomId": "bom_desk_lamp", "components": [{ "variantId": "41015", "quantity": 1 }] });
    let way = "BOM bom_desk_lamp > BOM bom_gift_desk_lamp > BOM bom_desk_lamp";
    let code = refused(&stores, "boms.setComponents", around, &[way]).await;
    assert_eq!(code, ErrorCode::InvalidInput);
    // A variant that is already a material becomes a finished good of what it is used in.
    stores
        .ok(
            "boms.setComponents",
            json!({ "bomId": "bom_trio", "components": [{ "variantId": "41016", "quantity": 1 }] }),
        )
        .await;
    let around = json!({ "variantId": "41016", "components": [{ "variantId": "41007", "quantity": 1 }] });
    refused(&stores, "boms.create", around, &["bom_trio"]).await;
}

#[tokio::test]
async fn the_two_ways_of_adjusting_are_never_both_on() {
    let stores = Stores::open().await;
    let both = json!({ "bomId": "bom_desk_lamp", "maintainInventoryLevel": true });
    refused(
        &stores,
        "boms.configure",
        both,
        &["dynamicAdjustment", "maintainInventoryLevel"],
    )
    .await;
    let both =
        json!({ "variantId": "41016", "settings": { "maintainInventoryLevel": true, "dynamicAdjustment": true } });
    refused(&stores, "boms.create", both, &["dynamicAdjustment"]).await;
    let over = json!({ "bomId": "bom_desk_lamp", "maintainInventoryLevel": true, "dynamicAdjustment": false });
    stores.ok("boms.configure", over).await;
}

#[tokio::test]
async fn a_bom_without_components_is_not_active() {
    let stores = Stores::open().await;
    let active = json!({ "active": true });
    refused(
        &stores,
        "boms.create",
        json!({ "variantId": "41016", "settings": active }),
        &["active", "setComponents"],
    )
    .await;
    let made = stores.ok("boms.create", json!({ "variantId": "41016" })).await;
    let id = &made["bom"]["bomId"];
    refused(
        &stores,
        "boms.configure",
        json!({ "bomId": id, "active": true }),
        &["active"],
    )
    .await;
    let answer = stores.ok("boms.buildable", json!({ "bomId": id })).await;
    assert_eq!(
        (&answer["total"]["buildable"], answer["reason"].as_str()),
        (&Value::Null, Some("no_essential_components"))
    );
    let empty = json!({ "bomId": "bom_care_kit", "components": [], "mode": "replace" });
    let code = refused(&stores, "boms.setComponents", empty, &["active: false"]).await;
    assert_eq!(code, ErrorCode::InvalidState);
}

#[tokio::test]
async fn stock_that_the_platform_keeps_is_read_only() {
    let stores = Stores::open().await;
    let arguments = json!({ "variantId": "50001", "levels": [{ "locationId": "70001", "quantity": 1 }] });
    let code = refused(&stores, "rawMaterials.setStock", arguments, &["50001", "shop platform"]).await;
    assert_eq!(code, ErrorCode::InvalidInput);
}

#[tokio::test]
async fn counts_go_below_zero_only_where_the_store_allows_it() {
    let stores = Stores::open().await;
    let levels = json!([{ "locationId": "70001", "quantity": -1 }]);
    for (path, key, id) in [
        ("rawMaterials.setStock", "variantId", "VMAT-VAR-1001"),
        ("boms.setPreassembled", "bomId", "bom_trio"),
        ("subAssemblies.setPreassembled", "subAssemblyId", "sub_lamp_head"),
    ] {
        let mut arguments = json!({ "levels": levels });
        arguments[key] = json!(id);
        refused(&stores, path, arguments, &["-1", "70001", "negative"]).await;
    }
    stores
        .behind_the_scenes("UPDATE shops SET allow_negative_inventory = TRUE WHERE name = 'Lumen & Oak'")
        .await;
    let levels = json!([{ "locationId": "70001", "quantity": -2.5 }]);
    let call = json!({ "variantId": "VMAT-VAR-1001", "levels": levels });
    assert_eq!(stores.ok("rawMaterials.setStock", call).await["total"], json!(297.5));
}

#[tokio::test]
async fn levels_name_each_location_once_and_at_least_one() {
    let stores = Stores::open().await;
    let call = |levels: Value| json!({ "variantId": "VMAT-VAR-1001", "levels": levels });
    refused(&stores, "rawMaterials.setStock", call(json!([])), &["levels"]).await;
    let twice = json!([{ "locationId": "70001", "quantity": 1 }, { "locationId": "70001", "quantity": 2 }]);
    refused(&stores, "rawMaterials.setStock", call(twice), &["70001", "twice"]).await;
    let unknown = json!([{ "locationId": "70009", "quantity": 1 }]);
    refused(
        &stores,
        "rawMaterials.setStock",
        call(unknown),
        &["70009", "locations.list"],
    )
    .await;
}

#[tokio::test]
async fn a_bom_has_at_most_250_rows_of_a_kind() {
    let stores = Stores::open().await;
    let mut rows = Vec::new();
    for number in 0..251 {
        rows.push(json!({ "variantId": format!("VMAT-VAR-x{number}"), "quantity": 1 }));
    }
    let code = refused(
        &stores,
        "boms.create",
        json!({ "variantId": "41016", "components": rows }),
        &["250"],
    )
    .await;
    assert_eq!(code, ErrorCode::LimitExceeded);
}

#[tokio::test]
async fn texts_have_no_characters_that_cannot_be_seen() {
    let stores = Stores::open().await;
    for (text, number) in [
        ("a\nb", "U+000A"),
        ("a\u{0}b", "U+0000"),
        ("a\u{202E}b", "U+202E"),
        ("a\u{200B}b", "U+200B"),
    ] {
        let rename = json!({ "bomId": "bom_trio", "name": text });
        refused(&stores, "boms.update", rename, &["`name`", number]).await;
        for field in ["name", "sku", "unit", "vendor"] {
            let mut made = json!({ "name": "Rivet" });
            made[field] = json!(text);
            refused(&stores, "rawMaterials.createVirtual", made, &[field, number]).await;
        }
    }
    let made = |text: &str| json!({ "name": "Rivet", "specifications": text });
    refused(
        &stores,
        "rawMaterials.createVirtual",
        made("a\u{202E}b"),
        &["specifications", "U+202E"],
    )
    .await;
    stores.ok("rawMaterials.createVirtual", made("4 mm\n\tsteel")).await;
    let search = json!({ "search": "a\u{0}b" });
    refused(&stores, "boms.list", search, &["`search`", "U+0000"]).await;
}

#[tokio::test]
async fn alternatives_are_counted_before_anything_is_looked_up() {
    let stores = Stores::open().await;
    let many: Vec<String> = (0..21).map(|number| format!("9{number:05}")).collect();
    for alternatives in [json!(many), json!(["50001"])] {
        let row = json!({ "variantId": "50001", "quantity": 1, "alternatives": alternatives, "locationId": "nowhere" });
        let arguments = json!({ "bomId": "bom_trio", "components": [row] });
        refused(
            &stores,
            "boms.setComponents",
            arguments,
            &["`alternatives`", "50001", "at most 20"],
        )
        .await;
    }
}

#[tokio::test]
async fn lists_of_locations_and_vendors_are_bounded_and_not_empty() {
    let stores = Stores::open().await;
    let leave_out = "`locationIds` is empty; leave it out for all locations";
    let call = json!({ "bomId": "bom_trio", "locationIds": [] });
    assert_eq!(
        refused(&stores, "boms.buildable", call, &[leave_out]).await,
        ErrorCode::InvalidInput
    );
    let call = json!({ "variantId": "50001", "locationIds": [] });
    refused(&stores, "rawMaterials.inventory", call, &[leave_out]).await;
    for path in ["boms.list", "rawMaterials.list"] {
        let names = |count: u32| json!({ "vendorFilter": (0..count).map(|one| format!("v{one}")).collect::<Vec<_>>() });
        let code = refused(&stores, path, names(33_000), &["33000", "name 1 to 100"]).await;
        assert_eq!(code, ErrorCode::InvalidInput);
        refused(&stores, path, names(0), &["leave it out"]).await;
        stores.ok(path, names(100)).await;
        for page in [0, -1, -4_000_000_000_i64] {
            refused(&stores, path, json!({ "page": page }), &["pages count from 1"]).await;
        }
    }
}
