//! Nothing is made of itself: not directly, not through several levels, not through a finished good that is a material
//! elsewhere. The refusal names the way round.

use latchstring::ErrorCode;
use serde_json::{Value, json};

use super::{chain, hundreds, refused, sub_assembly, wall_lamp};
use crate::stores::Stores;

/// Every way to put a part into a sub-assembly.
fn puts(part: &str, into: &str) -> [(&'static str, Value); 3] {
    let rows = json!([{ "subAssemblyId": part, "quantity": 1 }]);
    [
        (
            "subAssemblies.addSubAssembly",
            json!({ "parentId": into, "subAssemblyId": part, "quantity": 1 }),
        ),
        (
            "subAssemblies.setComponents",
            json!({ "subAssemblyId": into, "subAssemblies": rows }),
        ),
        (
            "subAssemblies.setComponents",
            json!({ "subAssemblyId": into, "subAssemblies": rows, "mode": "replace" }),
        ),
    ]
}

/// Every way to make a material a part of a sub-assembly.
fn takes(into: &str, material: &str) -> [(&'static str, Value); 2] {
    [
        (
            "subAssemblies.addComponent",
            json!({ "subAssemblyId": into, "variantId": material, "quantity": 1 }),
        ),
        (
            "subAssemblies.setComponents",
            json!({ "subAssemblyId": into, "components": [{ "variantId": material, "quantity": 1 }] }),
        ),
    ]
}

#[tokio::test]
async fn a_sub_assembly_is_not_in_itself() {
    let stores = Stores::open().await;
    for (path, arguments) in puts("sub_lamp_head", "sub_lamp_head") {
        let way = "sub-assembly `sub_lamp_head` > sub-assembly `sub_lamp_head`";
        assert_eq!(refused(&stores, path, arguments, &[way]).await, ErrorCode::InvalidInput);
    }
}

#[tokio::test]
async fn a_sub_assembly_is_not_in_itself_through_several_others() {
    let stores = Stores::open().await;
    let links = chain(&stores, 5).await;
    let (top, bottom) = (&links[0], &links[4]);
    for (path, arguments) in puts(top, bottom) {
        let error = stores.refusal(path, arguments).await;
        let mut way: Vec<String> = vec![format!("sub-assembly `{bottom}`")];
        way.extend(links.iter().map(|id| format!("sub-assembly `{id}`")));
        assert_eq!(error.code(), ErrorCode::InvalidInput);
        let plain: Vec<String> = way.iter().map(|node| node.replace('`', "")).collect();
        assert_eq!(error.details(), Some(&json!({ "cycle": plain })));
        assert!(error.message().contains(&way.join(" > ")), "{error}");
        assert!(error.message().contains("leave out one of these"), "{error}");
    }
    // Beside one another they may be in the same thing.
    let both = json!({ "parentId": top, "subAssemblyId": bottom, "quantity": 1 });
    stores.ok("subAssemblies.addSubAssembly", both).await;
}

#[tokio::test]
async fn a_finished_good_is_not_its_own_material() {
    let stores = Stores::open().await;
    let row = json!([{ "variantId": "41007", "quantity": 1 }]);
    for (path, arguments) in [
        (
            "boms.addComponent",
            json!({ "bomId": "bom_trio", "variantId": "41007", "quantity": 1 }),
        ),
        ("boms.setComponents", json!({ "bomId": "bom_trio", "components": row })),
    ] {
        refused(&stores, path, arguments, &["BOM `bom_trio` > BOM `bom_trio`"]).await;
    }
    let own = json!({ "variantId": "41016", "components": [{ "variantId": "41016", "quantity": 1 }] });
    refused(&stores, "boms.create", own, &["the new BOM > the new BOM"]).await;
}

#[tokio::test]
async fn a_finished_good_is_not_its_own_material_through_another_bom() {
    let stores = Stores::open().await;
    // The gift box holds the desk lamp; the desk lamp must not hold the gift box.
    let around = json!({ "bomId": "bom_desk_lamp", "variantId": "41015", "quantity": 1 });
    let way = "BOM `bom_desk_lamp` > BOM `bom_gift_desk_lamp` > BOM `bom_desk_lamp`";
    let code = refused(&stores, "boms.addComponent", around, &[way]).await;
    assert_eq!(code, ErrorCode::InvalidInput);
}

#[tokio::test]
async fn a_sub_assembly_does_not_take_what_is_made_of_it() {
    let stores = Stores::open().await;
    let way = "sub-assembly `sub_led_engine` > BOM `bom_desk_lamp` > sub-assembly `sub_desk_lamp_core` > \
               sub-assembly `sub_lamp_head` > sub-assembly `sub_led_engine`";
    for (path, arguments) in takes("sub_led_engine", "41001") {
        assert_eq!(refused(&stores, path, arguments, &[way]).await, ErrorCode::InvalidInput);
    }
    // Nor what is made of what is made of it.
    for (path, arguments) in takes("sub_led_engine", "41015") {
        refused(
            &stores,
            path,
            arguments,
            &["BOM `bom_gift_desk_lamp` > BOM `bom_desk_lamp` > "],
        )
        .await;
    }
}

#[tokio::test]
async fn a_material_does_not_become_the_finished_good_of_what_uses_it() {
    let stores = Stores::open().await;
    let shade = sub_assembly(&stores, "Shade", &[]).await;
    let arm = sub_assembly(&stores, "Arm", &[&shade]).await;
    let lamp = json!({ "subAssemblyId": shade, "variantId": "41016", "quantity": 1 });
    stores.ok("subAssemblies.addComponent", lamp).await;
    let around = json!({ "variantId": "41016", "subAssemblies": [{ "subAssemblyId": arm, "quantity": 1 }] });
    let way = format!("> sub-assembly `{arm}` > sub-assembly `{shade}` >");
    // It has no id yet, and the one it would have got could not be looked up.
    let new = ["the new BOM would be", &format!("the new BOM {way} the new BOM")];
    refused(&stores, "boms.create", around, &new).await;
    // And not a step later, when the BOM is there.
    let bom = wall_lamp(&stores, json!([]), json!([])).await;
    let around = json!({ "bomId": bom, "subAssemblyId": arm, "quantity": 1 });
    refused(
        &stores,
        "boms.addSubAssembly",
        around,
        &[&format!("BOM `{bom}` {way} BOM `{bom}`")],
    )
    .await;
}

#[tokio::test]
async fn a_way_round_that_is_cut_may_be_closed_elsewhere() {
    let stores = Stores::open().await;
    let cut = json!({ "parentId": "sub_lamp_head", "subAssemblyId": "sub_led_engine" });
    stores.ok("subAssemblies.removeSubAssembly", cut).await;
    let back = json!({ "parentId": "sub_led_engine", "subAssemblyId": "sub_lamp_head", "quantity": 1 });
    stores.ok("subAssemblies.addSubAssembly", back).await;
    let round = json!({ "parentId": "sub_lamp_head", "subAssemblyId": "sub_led_engine", "quantity": 1 });
    refused(&stores, "subAssemblies.addSubAssembly", round, &["made of itself"]).await;
}

#[tokio::test]
async fn a_way_round_is_found_among_hundreds() {
    let stores = Stores::open().await;
    let leaves = hundreds(&stores, 600).await;
    let mut trays = Vec::new();
    for leaves in leaves.chunks(200) {
        let leaves: Vec<&str> = leaves.iter().map(String::as_str).collect();
        trays.push(sub_assembly(&stores, "Tray", &leaves).await);
    }
    let trays: Vec<&str> = trays.iter().map(String::as_str).collect();
    let top = sub_assembly(&stores, "Top", &trays).await;
    // Databases are asked about some hundreds at a time: the first leaf, one in the middle, and the last.
    for place in [0, 300, 599] {
        let low = sub_assembly(&stores, "Low", &[]).await;
        let put = json!({ "parentId": leaves[place], "subAssemblyId": low, "quantity": 1 });
        stores.ok("subAssemblies.addSubAssembly", put).await;
        let round = json!({ "parentId": low, "subAssemblyId": top, "quantity": 1 });
        let way = format!("> sub-assembly `{}` > sub-assembly `{low}`; leave", leaves[place]);
        refused(&stores, "subAssemblies.addSubAssembly", round, &[&way]).await;
        let material = json!({ "subAssemblyId": leaves[place], "variantId": "41016", "quantity": 1 });
        stores.ok("subAssemblies.addComponent", material).await;
        let around = json!({ "variantId": "41016", "subAssemblies": [{ "subAssemblyId": top, "quantity": 1 }] });
        let way = format!("> sub-assembly `{}` > the new BOM; leave", leaves[place]);
        refused(&stores, "boms.create", around, &[&way]).await;
        let bom = wall_lamp(&stores, json!([]), json!([])).await;
        let around = json!({ "bomId": bom, "subAssemblyId": top, "quantity": 1 });
        refused(&stores, "boms.addSubAssembly", around, &["made of itself"]).await;
        stores.ok("boms.delete", json!({ "bomId": bom })).await;
        let material = json!({ "subAssemblyId": leaves[place], "variantId": "41016" });
        stores.ok("subAssemblies.removeComponent", material).await;
    }
}
