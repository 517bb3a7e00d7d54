//! Names have 1 to 255 characters that can be seen, without space around them; notes may be longer.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::refused;
use crate::stores::Stores;

/// Every way to give something a name, and where the answer has it.
fn names(text: &str) -> Vec<(&'static str, Value, &'static str)> {
    let mut calls = vec![
        (
            "boms.create",
            json!({ "variantId": "41016", "name": text }),
            "/bom/name",
        ),
        ("boms.update", json!({ "bomId": "bom_trio", "name": text }), "/bom/name"),
    ];
    for (field, create, made) in [
        ("name", json!({}), "/subAssembly/name"),
        ("sku", json!({ "name": "Foot" }), "/subAssembly/sku"),
    ] {
        for mut arguments in [create, json!({ "subAssemblyId": "sub_lamp_head" })] {
            arguments[field] = json!(text);
            let is_new = arguments.get("subAssemblyId").is_none();
            let path = ["subAssemblies.update", "subAssemblies.create"][usize::from(is_new)];
            calls.push((path, arguments, made));
        }
    }
    for (field, made) in [
        ("name", "/rawMaterial/name"),
        ("sku", "/rawMaterial/sku"),
        ("vendor", "/rawMaterial/vendor"),
        ("materialTag", "/rawMaterial/materialTag"),
    ] {
        for (path, mut arguments) in [
            ("rawMaterials.createVirtual", json!({ "name": "Rivet" })),
            ("rawMaterials.update", json!({ "variantId": "VMAT-VAR-1001" })),
        ] {
            arguments[field] = json!(text);
            calls.push((path, arguments, made));
        }
    }
    calls
}

#[tokio::test]
async fn a_name_has_characters_but_not_too_many() {
    let stores = Stores::open().await;
    for (wrong, words) in [
        ("", "it is empty"),
        (" \u{A0}  ", "it is empty"),
        (&"x".repeat(256), "256 characters"),
    ] {
        for (path, arguments, _) in names(wrong) {
            assert_eq!(
                refused(&stores, path, arguments, &[words]).await,
                ErrorCode::InvalidInput
            );
        }
    }
    let longest = "ü".repeat(255);
    for (path, arguments, place) in names(&longest) {
        let made = stores.ok(path, arguments).await;
        assert_eq!(made.pointer(place), Some(&json!(longest)), "{path} {place}");
    }
}

#[tokio::test]
async fn a_name_loses_the_space_around_it() {
    let stores = Stores::open().await;
    for (path, arguments, place) in names("\t Cable, 2 m \n") {
        let made = stores.ok(path, arguments).await;
        assert_eq!(made.pointer(place), Some(&json!("Cable, 2 m")), "{path} {place}");
    }
}

#[tokio::test]
async fn a_name_has_no_characters_that_cannot_be_seen() {
    let stores = Stores::open().await;
    for (text, number) in [
        ("a\nb", "U+000A"),
        ("a\u{0}b", "U+0000"),
        ("a\u{202E}b", "U+202E"),
        ("a\u{200B}b", "U+200B"),
    ] {
        for (path, arguments, place) in names(text) {
            let field = place.rsplit('/').next().unwrap();
            refused(&stores, path, arguments, &[field, number]).await;
        }
    }
    let search = json!({ "search": "a\u{0}b" });
    refused(&stores, "boms.list", search, &["`search`", "U+0000"]).await;
}

#[tokio::test]
async fn a_unit_has_twenty_characters_at_most() {
    let stores = Stores::open().await;
    for wrong in ["", "  ", &"m".repeat(21), "m\n2"] {
        for (path, mut arguments) in [
            ("rawMaterials.createVirtual", json!({ "name": "Rivet" })),
            ("rawMaterials.update", json!({ "variantId": "VMAT-VAR-1001" })),
        ] {
            arguments["unit"] = json!(wrong);
            refused(&stores, path, arguments, &["`unit`"]).await;
        }
    }
    let rivet = json!({ "name": "Rivet", "unit": " box of 20 " });
    let made = stores.ok("rawMaterials.createVirtual", rivet).await;
    assert_eq!(made["rawMaterial"]["unit"], "box of 20");
    let units = stores.ok("shop.get", json!({})).await["units"].clone();
    assert!(units.as_array().unwrap().contains(&json!("box of 20")), "{units}");
}

#[tokio::test]
async fn a_note_may_have_lines_but_not_hide_anything() {
    let stores = Stores::open().await;
    let ways = |note: &str| {
        [
            (
                "rawMaterials.createVirtual",
                json!({ "name": "Rivet", "specifications": note }),
            ),
            (
                "rawMaterials.update",
                json!({ "variantId": "50001", "specifications": note }),
            ),
            ("subAssemblies.create", json!({ "name": "Foot", "description": note })),
            (
                "subAssemblies.update",
                json!({ "subAssemblyId": "sub_lamp_head", "description": note }),
            ),
        ]
    };
    for (wrong, words) in [
        ("a\u{202E}b", "U+202E"),
        ("4 mm\r\n", "U+000D"),
        (&"x".repeat(5001), "5000"),
    ] {
        for (path, arguments) in ways(wrong) {
            refused(&stores, path, arguments, &[words]).await;
        }
    }
    for (path, arguments) in ways("4 mm\n\tsteel") {
        stores.ok(path, arguments).await;
    }
}
