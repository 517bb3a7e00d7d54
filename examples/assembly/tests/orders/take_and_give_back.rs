//! What orders take, in which order, and where returns go.

use assembly::model::{Line, OrderEventKind};
use serde_json::json;

use crate::shop::{LAMP, Shop, article, at, lamps, told};

#[tokio::test]
async fn an_order_takes_shelves_first_at_every_level_and_materials_for_the_rest() {
    let shop = Shop::open().await;
    assert_eq!(
        shop.line().await,
        "base 20, cable 20, head 5, lamp 2, lens 20, sheet 20, shown 30"
    );
    let done = shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    // Nine: two lie ready, seven are made. Seven heads: five lie ready, two are made, of half a sheet, which is one whole one.
    assert_eq!(
        told(&done.lines[0].moves),
        "Lamp -2, Lamp -9, Head -5, Base -7, Cable -3.85, Lens -2, Sheet -1"
    );
    assert!(done.lines[0].missing.is_empty());
    assert_eq!(shop.line().await, "base 13, cable 16.15, lens 18, sheet 19, shown 21");
}

#[tokio::test]
async fn a_cancelled_order_gives_back_exactly_what_it_took() {
    let shop = Shop::open().await;
    let before = shop.counts().await;
    shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    // Meanwhile the recipe changed: the order still knows what it took.
    shop.call(
        "boms.setComponents",
        json!({ "bomId": shop.lamp, "components": [{ "variantId": "50003", "quantity": 3 }] }),
    )
    .await;
    let done = shop.tell("e2", OrderEventKind::Cancelled).await;
    assert_eq!(done.lines[0].units, -9);
    assert_eq!(shop.counts().await, before);
}

#[tokio::test]
async fn what_was_taken_last_comes_back_first() {
    let shop = Shop::open().await;
    let before = shop.counts().await;
    shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    let done = shop.tell("e2", OrderEventKind::Refunded(lamps(2))).await;
    assert_eq!(
        told(&done.lines[0].moves),
        "Lamp 2, Base 2, Cable 1.1, Lens 2, Sheet 1",
        "two whose heads were made: nothing goes on a shelf, two more are shown"
    );
    shop.tell("e3", OrderEventKind::Refunded(lamps(6))).await;
    assert_eq!(
        shop.line().await,
        "base 20, cable 20, head 5, lamp 1, lens 20, sheet 20, shown 29"
    );
    shop.tell("e4", OrderEventKind::Cancelled).await;
    assert_eq!(shop.counts().await, before);
}

#[tokio::test]
async fn an_edit_takes_what_was_added_and_gives_back_what_was_dropped() {
    let shop = Shop::open().await;
    let before = shop.counts().await;
    shop.tell("e1", OrderEventKind::Created(lamps(3))).await;
    let done = shop.tell("e2", OrderEventKind::Edited(lamps(8))).await;
    assert_eq!((done.lines.len(), done.lines[0].units), (1, 5));
    // The later five come back before any of the first three.
    let done = shop.tell("e3", OrderEventKind::Edited(lamps(2))).await;
    let units: Vec<i64> = done.lines.iter().map(|line| line.units).collect();
    assert_eq!(units, [-5, -1]);
    assert_eq!(
        shop.line().await,
        "base 20, cable 20, head 5, lens 20, sheet 20, shown 28"
    );
    shop.tell("e4", OrderEventKind::Cancelled).await;
    assert_eq!(shop.counts().await, before);
}

#[tokio::test]
async fn returns_stay_assembled_where_a_bom_says_so() {
    let shop = Shop::open().await;
    shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    shop.call(
        "boms.configure",
        json!({ "bomId": shop.lamp, "keepAssembledOnReturn": true }),
    )
    .await;
    let done = shop.tell("e2", OrderEventKind::Cancelled).await;
    assert_eq!(told(&done.lines[0].moves), "Lamp 9, Lamp 9", "on the shelf, and shown");
}

#[tokio::test]
async fn returns_are_taken_apart_down_to_a_sub_assembly_that_stays_assembled() {
    let shop = Shop::open().await;
    shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    let keep = json!({ "subAssemblyId": shop.head, "keepAssembledOnReturn": true });
    shop.call("subAssemblies.update", keep).await;
    shop.tell("e2", OrderEventKind::Cancelled).await;
    // All seven heads go on the shelf, also the two that were made of a lens and a quarter of a sheet each.
    assert_eq!(
        shop.line().await,
        "base 20, cable 20, head 7, lamp 2, lens 18, sheet 19, shown 30"
    );
}

#[tokio::test]
async fn inactive_boms_are_passed_by_and_nothing_is_logged() {
    let shop = Shop::open().await;
    shop.call("boms.configure", json!({ "bomId": shop.lamp, "active": false }))
        .await;
    let before = shop.counts().await;
    let done = shop.tell("e1", OrderEventKind::Created(lamps(3))).await;
    assert!(done.lines.is_empty());
    assert_eq!(shop.counts().await, before);
    // Nothing was taken, so nothing comes back, also if it is active by then.
    shop.call("boms.configure", json!({ "bomId": shop.lamp, "active": true }))
        .await;
    shop.tell("e2", OrderEventKind::Cancelled).await;
    assert_eq!(shop.counts().await, before);
    let history = shop
        .orders
        .history(shop.store, &"1001".to_owned().try_into().unwrap())
        .await
        .unwrap();
    assert!(history.events.iter().all(|event| event.log.is_none()));
}

#[tokio::test]
async fn cancellations_and_refunds_give_nothing_back_where_the_store_says_so() {
    let shop = Shop::open().await;
    shop.set("refunds_sync_disabled = TRUE").await;
    shop.tell("e1", OrderEventKind::Created(lamps(4))).await;
    let after = shop.counts().await;
    shop.tell("e2", OrderEventKind::Refunded(lamps(1))).await;
    assert_eq!(shop.counts().await, after);
    shop.set("cancelled_orders_sync_disabled = TRUE").await;
    shop.tell("e3", OrderEventKind::Cancelled).await;
    assert_eq!(shop.counts().await, after);
}

#[tokio::test]
async fn only_the_shelf_is_sold_where_a_bom_says_so_and_the_rest_is_told_as_missing() {
    let shop = Shop::open().await;
    shop.call(
        "boms.configure",
        json!({ "bomId": shop.lamp, "onlySellPreassembled": true }),
    )
    .await;
    let before = shop.counts().await;
    let done = shop.tell("e1", OrderEventKind::Created(lamps(5))).await;
    assert_eq!(told(&done.lines[0].moves), "Lamp -2, Lamp -5");
    assert_eq!(told(&done.lines[0].missing), "Lamp 3");
    shop.tell("e2", OrderEventKind::Cancelled).await;
    assert_eq!(shop.counts().await, before);
}

#[tokio::test]
async fn a_sub_assembly_that_sales_take_from_its_shelf_alone_is_never_made() {
    let shop = Shop::open().await;
    let only = json!({ "subAssemblyId": shop.head, "onlyConsumePreassembled": true });
    shop.call("subAssemblies.update", only).await;
    let done = shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    assert_eq!(told(&done.lines[0].missing), "Head 2");
    assert_eq!(shop.line().await, "base 13, cable 16.15, lens 20, sheet 20, shown 21");
}

#[tokio::test]
async fn counts_stop_at_zero_unless_the_store_lets_them_go_below() {
    let shop = Shop::open().await;
    let before = shop.counts().await;
    let done = shop.tell("e1", OrderEventKind::Created(lamps(42))).await;
    // 40 are to be made, of 20 bases, 22 m of cable and 35 heads.
    assert_eq!(told(&done.lines[0].missing), "Base 20, Cable 2, Lens 15");
    assert_eq!(shop.line().await, "sheet 11");
    shop.tell("e2", OrderEventKind::Cancelled).await;
    assert_eq!(shop.counts().await, before);

    let shop = Shop::open().await;
    shop.set("allow_negative_inventory = TRUE").await;
    let before = shop.counts().await;
    let done = shop.tell("e1", OrderEventKind::Created(lamps(42))).await;
    assert!(done.lines[0].missing.is_empty());
    assert_eq!(shop.line().await, "base -20, cable -2, lens -15, sheet 11, shown -12");
    shop.tell("e2", OrderEventKind::Cancelled).await;
    assert_eq!(shop.counts().await, before);
}

#[tokio::test]
async fn an_order_takes_from_its_own_location_only_where_the_store_says_so() {
    let shop = Shop::open().await;
    let from_branch = vec![Line {
        article: article(LAMP, Some("70002")),
        units: 1,
    }];
    let done = shop.tell("e1", OrderEventKind::Created(from_branch.clone())).await;
    assert_eq!(done.lines[0].location_id, at("70001"));
    shop.tell("e2", OrderEventKind::Cancelled).await;

    let shop = Shop::open().await;
    shop.set("multi_location_sensitive_adjustments = TRUE").await;
    let done = shop.tell("e1", OrderEventKind::Created(from_branch)).await;
    assert_eq!(done.lines[0].location_id, at("70002"));
    assert_eq!(told(&done.lines[0].missing), "Base 1, Cable 0.55, Lens 1, Sheet 1");
}

#[tokio::test]
async fn what_the_shop_shows_follows_stays_or_is_lowered_as_the_bom_says() {
    let shop = Shop::open().await;
    let shown = async || {
        let answer = shop
            .call(
                "boms.buildable",
                json!({ "bomId": shop.lamp, "locationIds": ["70001"] }),
            )
            .await;
        answer["locations"][0]["displayed"].clone()
    };
    assert_eq!(shown().await, json!(30));
    shop.tell("e1", OrderEventKind::Created(lamps(1))).await;
    assert_eq!(shown().await, json!(29), "the platform lowers it");
    shop.call(
        "boms.configure",
        json!({ "bomId": shop.lamp, "maintainInventoryLevel": true }),
    )
    .await;
    shop.tell("e2", OrderEventKind::Edited(lamps(2))).await;
    assert_eq!(shown().await, json!(29), "what was taken is put back");
    let dynamic = json!({ "bomId": shop.lamp, "maintainInventoryLevel": false, "dynamicAdjustment": true });
    shop.call("boms.configure", dynamic).await;
    assert_eq!(shown().await, json!(20), "none ready, twenty to be made");
    let done = shop.tell("e3", OrderEventKind::Edited(lamps(5))).await;
    assert_eq!(done.lines[0].displayed.unwrap().to_string(), "17");
    assert_eq!(shown().await, json!(17));
    shop.call(
        "boms.configure",
        json!({ "bomId": shop.lamp, "dynamicAdjustment": false }),
    )
    .await;
    assert_eq!(shown().await, json!(17), "it goes on from there");
    shop.tell("e4", OrderEventKind::Edited(lamps(6))).await;
    assert_eq!(shown().await, json!(16));
}

#[tokio::test]
async fn an_order_gets_a_list_of_what_to_pick_where_the_bom_asks_for_one() {
    let shop = Shop::open().await;
    shop.call(
        "boms.configure",
        json!({ "bomId": shop.lamp, "autoGenerateMaterialList": true }),
    )
    .await;
    let done = shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    let list = done.lines[0].material_list.as_ref().unwrap();
    assert_eq!(told(list), "Lamp 2, Head 5, Base 7, Cable 3.85, Lens 2, Sheet 1");
}

#[tokio::test]
async fn lines_of_one_order_share_what_there_is() {
    let shop = Shop::open().await;
    let made = shop.call(
        "boms.create",
        json!({ "variantId": "41002", "settings": { "active": true },
                "components": [{ "variantId": "50003", "quantity": 2 }] }),
    );
    made.await;
    let lines = vec![
        Line {
            article: article(LAMP, None),
            units: 20,
        },
        Line {
            article: article("41002", None),
            units: 2,
        },
    ];
    let done = shop.tell("e1", OrderEventKind::Created(lines)).await;
    assert_eq!(done.lines.len(), 2);
    assert!(told(&done.lines[1].missing).is_empty() || told(&done.lines[1].missing) == "Base 2");
    assert_eq!(shop.counts().await.get("base"), None, "all twenty are taken");
}

#[tokio::test]
async fn what_an_edit_drops_is_there_for_what_it_adds() {
    let shop = Shop::open().await;
    shop.call(
        "boms.create",
        json!({ "variantId": "41002", "settings": { "active": true },
                "components": [{ "variantId": "50003", "quantity": 2 }] }),
    )
    .await;
    let sets = vec![Line {
        article: article("41002", None),
        units: 10,
    }];
    shop.tell("e1", OrderEventKind::Created(sets)).await;
    assert_eq!(shop.counts().await.get("base"), None, "all twenty are taken");
    let done = shop.tell("e2", OrderEventKind::Edited(lamps(12))).await;
    assert!(done.lines.iter().all(|line| line.missing.is_empty()), "{done:?}");
    assert_eq!(shop.counts().await["base"], "10");
}

#[tokio::test]
async fn the_history_of_counts_says_which_order_it_was() {
    let shop = Shop::open().await;
    shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    let asked = json!({ "variantId": shop.cable, "source": "order" });
    let history = shop.call("stock.history", asked).await;
    let item = &history["items"][0];
    assert_eq!(history["totalCount"], json!(1));
    assert_eq!(
        (&item["before"], &item["after"], &item["change"], &item["actor"]),
        (&json!(20), &json!(16.15), &json!(-3.85), &json!("order 1001 created"))
    );
}

#[tokio::test]
async fn what_was_deleted_meanwhile_is_told_as_lost() {
    let shop = Shop::open().await;
    shop.tell("e1", OrderEventKind::Created(lamps(9))).await;
    shop.call("boms.delete", json!({ "bomId": shop.lamp })).await;
    shop.call("rawMaterials.remove", json!({ "variantId": shop.cable }))
        .await;
    let done = shop.tell("e2", OrderEventKind::Cancelled).await;
    assert_eq!(told(&done.lines[0].lost), "Lamp 2, Cable 3.85");
    assert_eq!(shop.line().await, "base 20, head 5, lens 20, sheet 20, shown 30");
}
