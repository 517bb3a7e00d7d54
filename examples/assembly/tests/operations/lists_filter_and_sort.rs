//! Lists: filters combine, pages add up, and there is always an order.

use serde_json::{Value, json};

use crate::stores::Stores;

fn names(page: &Value, field: &str) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item[field].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn materials_are_filtered_by_use_origin_vendor_and_words() {
    let stores = Stores::open().await;
    let count = async |arguments: Value| {
        stores.ok("rawMaterials.list", arguments).await["totalCount"]
            .as_u64()
            .unwrap()
    };
    let all = count(json!({})).await;
    assert_eq!(
        count(json!({ "usageFilter": "used" })).await + count(json!({ "usageFilter": "unused" })).await,
        all
    );
    assert_eq!(
        count(json!({ "originFilter": "shopify" })).await + count(json!({ "originFilter": "virtual" })).await,
        all
    );
    let unused = stores
        .ok(
            "rawMaterials.list",
            json!({ "usageFilter": "unused", "originFilter": "virtual" }),
        )
        .await;
    assert!(names(&unused, "name").contains(&"Old stock veneer".to_owned()));
    assert!(
        unused["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["usage"]["bomCount"] == json!(0))
    );
    let oak = stores
        .ok(
            "rawMaterials.list",
            json!({ "search": "OAK board", "vendorFilter": ["Nordholz"] }),
        )
        .await;
    assert_eq!(names(&oak, "sku"), ["WD-OAK-600", "WD-OAK-900"]);
    assert_eq!(
        count(json!({ "search": "%" })).await,
        0,
        "a percent sign is a character, not a wildcard"
    );
    assert_eq!(count(json!({ "search": "_" })).await, 0);
    assert!(names(&json!({ "items": oak["availableVendors"].as_array().unwrap().iter().map(|vendor| json!({ "v": vendor })).collect::<Vec<_>>() }), "v").contains(&"Kabelwerk".to_owned()));
}

#[tokio::test]
async fn materials_are_sorted_by_stock_with_the_rest_in_a_fixed_order() {
    let stores = Stores::open().await;
    let arguments = json!({ "sortBy": "inventoryQuantity", "sortOrder": "desc", "pageSize": 1000 });
    let page = stores.ok("rawMaterials.list", arguments).await;
    let stock: Vec<f64> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["inventoryQuantity"].as_f64().unwrap())
        .collect();
    assert!(stock.is_sorted_by(|a, b| a >= b), "{stock:?}");
    assert!((stock[0] - 6200.0).abs() < 0.1);
    assert!(stock.last().unwrap().abs() < 0.1);
}

#[tokio::test]
async fn pages_add_up_to_the_whole_list() {
    let stores = Stores::open().await;
    let whole = stores.ok("rawMaterials.list", json!({ "pageSize": 1000 })).await;
    let mut seen = Vec::new();
    let pages = stores.ok("rawMaterials.list", json!({ "pageSize": 17 })).await["totalPages"]
        .as_u64()
        .unwrap();
    for page in 1..=pages {
        seen.extend(names(
            &stores
                .ok("rawMaterials.list", json!({ "pageSize": 17, "page": page }))
                .await,
            "variantId",
        ));
    }
    assert_eq!(seen, names(&whole, "variantId"));
    let beyond = stores
        .ok(
            "rawMaterials.list",
            json!({ "page": 4_000_000_000_u32, "pageSize": 1000 }),
        )
        .await;
    assert!(beyond["items"].as_array().unwrap().is_empty());
}

#[tokio::test]
async fn boms_are_found_by_finished_good_and_filtered_by_use() {
    let stores = Stores::open().await;
    let lamps = stores
        .ok("boms.list", json!({ "search": "lamp brass", "active": true }))
        .await;
    assert_eq!(names(&lamps, "bomId"), ["bom_desk_lamp", "bom_floor_lamp"]);
    let by_sku = stores.ok("boms.list", json!({ "search": "lo-trio" })).await;
    assert_eq!(names(&by_sku, "bomId"), ["bom_trio"]);
    let used = stores.ok("boms.list", json!({ "usageFilter": "used" })).await;
    assert_eq!(
        names(&used, "bomId"),
        ["bom_desk_lamp", "bom_stool_oak", "bom_care_kit"]
    );
    assert_eq!(
        used["items"][0]["usage"],
        json!({ "bomCount": 2, "subAssemblyCount": 0 })
    );
    let none = stores.ok("boms.list", json!({ "vendorFilter": ["Nobody"] })).await;
    assert_eq!(
        (none["totalCount"].as_u64(), none["totalPages"].as_u64()),
        (Some(0), Some(0))
    );
    let last = stores
        .ok(
            "boms.list",
            json!({ "sortBy": "name", "sortOrder": "desc", "pageSize": 1 }),
        )
        .await;
    assert_eq!(names(&last, "name"), ["Wall shelf / Oak, 80 cm"]);
}

#[tokio::test]
async fn a_sub_assembly_shows_its_tree_its_totals_and_its_users() {
    let stores = Stores::open().await;
    let tree = stores
        .ok("subAssemblies.get", json!({ "subAssemblyId": "sub_desk_lamp_core" }))
        .await;
    let order = names(&json!({ "items": tree["branches"] }), "subAssemblyId");
    let place = |id: &str| order.iter().position(|one| one == id).unwrap();
    assert!(
        place("sub_lamp_head") < place("sub_led_engine"),
        "parents come before their parts"
    );
    let joints = tree["materialTotals"]
        .as_array()
        .unwrap()
        .iter()
        .find(|total| total["variantId"] == "50024")
        .unwrap();
    assert_eq!(joints["quantity"], json!(2), "one in the head and one in the arm");
    assert_eq!(tree["connections"][0]["id"], "bom_desk_lamp");
    let used = stores
        .ok("subAssemblies.list", json!({ "usageFilter": "unused" }))
        .await;
    assert_eq!(used["totalCount"], json!(0));
    assert!(used.get("availableVendors").is_none(), "sub-assemblies have no vendors");
    let found = stores.ok("subAssemblies.list", json!({ "search": "lamp head" })).await;
    assert_eq!(names(&found, "subAssemblyId"), ["sub_lamp_head_black", "sub_lamp_head"]);
}

#[tokio::test]
async fn the_catalogue_is_searched_by_words_sku_and_id() {
    let stores = Stores::open().await;
    let search = async |query: &str| stores.ok("catalog.searchVariants", json!({ "query": query })).await;
    let found = search("arc WALNUT desk").await;
    assert_eq!(
        (found["items"][0]["variantId"].as_str(), found["totalCount"].as_u64()),
        (Some("41002"), Some(1))
    );
    assert_eq!(found["items"][0]["bomId"], "bom_desk_lamp_walnut");
    assert_eq!(search("lo-hook").await["items"][0]["isRawMaterial"], json!(false));
    assert_eq!(search("50033").await["items"][0]["productTitle"], "Wall plate");
    let all = stores.ok("catalog.searchVariants", json!({})).await;
    assert_eq!(search("").await, all);
}

#[tokio::test]
async fn the_catalogue_has_pages_and_filters() {
    let stores = Stores::open().await;
    let list = async |arguments: Value| stores.ok("catalog.searchVariants", arguments).await;
    let count = async |arguments: Value| list(arguments).await["totalCount"].as_u64().unwrap();
    let whole = list(json!({ "pageSize": 1000 })).await;
    let all = whole["totalCount"].as_u64().unwrap();
    let mut seen = Vec::new();
    for page in 1..=list(json!({ "pageSize": 7 })).await["totalPages"].as_u64().unwrap() {
        seen.extend(names(&list(json!({ "pageSize": 7, "page": page })).await, "variantId"));
    }
    assert_eq!(seen, names(&whole, "variantId"));
    assert_eq!(count(json!({ "hasBom": true })).await, 15);
    assert_eq!(count(json!({ "hasBom": false })).await, all - 15);
    let materials = count(json!({ "isRawMaterial": true })).await;
    assert_eq!(count(json!({ "isRawMaterial": false })).await, all - materials);
    let both = list(json!({ "hasBom": true, "isRawMaterial": true, "query": "lamp" })).await;
    assert!(!both["items"].as_array().unwrap().is_empty());
    for item in both["items"].as_array().unwrap() {
        assert!(item["bomId"].is_string() && item["isRawMaterial"] == json!(true));
    }
}

#[tokio::test]
async fn a_search_finds_letters_of_any_script_in_either_case() {
    let stores = Stores::open().await;
    let arguments = json!({ "name": "Wecker für Öl", "sku": "ÄÖ-1", "vendor": "Žižkov" });
    stores.ok("rawMaterials.createVirtual", arguments).await;
    for search in ["FÜR ÖL", "öl wecker", "äö-1", "ŽIŽKOV"] {
        let found = stores.ok("rawMaterials.list", json!({ "search": search })).await;
        assert_eq!(names(&found, "name"), ["Wecker für Öl"], "{search}");
    }
    let vendor = stores.ok("rawMaterials.list", json!({ "search": "GLASHÜTTE" })).await;
    assert_eq!(vendor["totalCount"], json!(3), "the demo's vendor, Glashütte Lauscha");
    let catalogue = stores
        .ok("catalog.searchVariants", json!({ "query": "GLASHÜTTE globe" }))
        .await;
    assert_eq!(catalogue["totalCount"], json!(2));
    let rename = json!({ "bomId": "bom_trio", "name": "Große Ähre" });
    stores.ok("boms.update", rename).await;
    let found = stores.ok("boms.list", json!({ "search": "ÄHRE LO-TRIO" })).await;
    assert_eq!(names(&found, "bomId"), ["bom_trio"]);
}

#[tokio::test]
async fn locations_say_which_is_the_default() {
    let stores = Stores::open().await;
    let page = stores.ok("locations.list", json!({})).await;
    assert_eq!(names(&page, "name"), ["Barn store", "Showroom", "Workshop"]);
    let one = stores.ok("locations.get", json!({ "locationId": "70001" })).await;
    assert_eq!(
        one,
        json!({ "locationId": "70001", "name": "Workshop", "active": true, "isDefault": true })
    );
}

#[tokio::test]
async fn inventory_is_per_location_with_a_total() {
    let stores = Stores::open().await;
    let all = stores
        .ok("rawMaterials.inventory", json!({ "variantId": "VMAT-VAR-1001" }))
        .await;
    assert_eq!(
        (all["levels"].as_array().unwrap().len(), &all["total"]),
        (3, &json!(482.5))
    );
    let one = stores
        .ok(
            "rawMaterials.inventory",
            json!({ "variantId": "50001", "locationIds": ["70003"] }),
        )
        .await;
    assert_eq!(
        (one["total"].as_u64(), one["canBeSet"].as_bool()),
        (Some(120), Some(false))
    );
}
