//! Orders and a store's settings, told from the command line beside the running server.

use serde_json::{Value, json};

use crate::server::{Home, Server, answer, finish};

const STORE: [&str; 2] = ["--store", "Lumen & Oak"];

fn tell(home: &Home, what: &[&str]) -> Value {
    answer(home, &[&["orders"], what, &STORE].concat())
}

fn refused(home: &Home, what: &[&str]) -> String {
    let (ok, printed, complaint) = finish(home, &[what, &STORE].concat());
    assert!(!ok, "{printed}");
    complaint
}

/// How many desk lamps lie ready at the Workshop, and how the latest history says they changed.
const READY: &str = "const { levels } = await app.boms.get({ bomId: 'bom_desk_lamp' });
    const { items } = await app.stock.history({ bomId: 'bom_desk_lamp', pageSize: 1 });
    return [levels.find(at => at.locationName === 'Workshop').quantity, items[0]?.actor ?? null];";

#[tokio::test]
async fn an_order_that_is_told_by_hand_is_felt_by_the_assistant_at_once() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let key = server.key("read");
    assert_eq!(server.run(&key, READY).await.1["result"], json!([3, null]));

    let told = tell(
        &home,
        &["create", "--line", "LO-ARC-OB=2@Workshop", "--event-id", "evt-1"],
    );
    assert_eq!((&told["orderId"], &told["duplicate"]), (&json!("1001"), &json!(false)));
    assert_eq!(told["done"]["lines"][0]["units"], json!(2));
    assert_eq!(
        server.run(&key, READY).await.1["result"],
        json!([1, "order 1001 created"])
    );

    let again = ["edit", "1001", "--line", "41001=5@70001", "--event-id", "evt-1"];
    assert_eq!(tell(&home, &again)["duplicate"], json!(true), "an event counts once");
    let back = tell(&home, &["refund", "1001", "--line", "LO-ARC-OB=1"]);
    assert_eq!(
        back["done"]["lines"][0]["units"],
        json!(-1),
        "the only line of it is meant"
    );
    tell(&home, &["cancel", "1001"]);
    assert_eq!(
        server.run(&key, READY).await.1["result"],
        json!([3, "order 1001 cancelled"])
    );

    let shown = tell(&home, &["show", "1001"]);
    assert_eq!(
        (&shown["status"], shown["events"].as_array().unwrap().len()),
        (&json!("cancelled"), 3)
    );
    let (ok, text, _) = finish(&home, &[&["orders", "show", "1001"][..], &STORE].concat());
    assert!(
        ok && text.contains("-2 pcs Arc desk lamp / Oak / Brass (shelf of finished goods)"),
        "{text}"
    );
}

#[tokio::test]
async fn an_unreachable_platform_is_told_later() {
    let home = Home::new().await;
    let _server = Server::start(&home);
    let told = tell(&home, &["create", "--line", "LO-STL-O=9", "--platform-down"]);
    assert!(
        told["done"]["syncError"]
            .as_str()
            .unwrap()
            .contains("orders synchronise")
    );
    assert!(tell(&home, &["synchronise"])["told"].as_u64().unwrap() > 0);
    assert_eq!(tell(&home, &["synchronise"])["told"], json!(0));
}

#[tokio::test]
async fn a_feed_sells_and_lists_what_it_sold() {
    let home = Home::new().await;
    let _server = Server::start(&home);
    let fed = tell(&home, &["feed", "--count", "12", "--seed", "3"]);
    assert_eq!(fed["created"], json!(12));
    assert_eq!(tell(&home, &["list"])["totalCount"], json!(12));
    assert_eq!(
        tell(&home, &["feed", "--count", "12", "--seed", "3"])["created"],
        json!(0)
    );
}

#[tokio::test]
async fn a_wrong_order_is_refused_with_what_there_is() {
    let home = Home::new().await;
    let _server = Server::start(&home);
    tell(
        &home,
        &[
            "create",
            "--line",
            "LO-ARC-OB=2@Workshop",
            "--line",
            "LO-ARC-OB=1@Showroom",
        ],
    );
    for (what, part) in [
        (
            &["create", "--line", "NOPE=1"][..],
            "no variant has the id or SKU `NOPE`",
        ),
        (&["create", "--line", "LO-ARC-OB"], "`LO-ARC-OB` is no line"),
        (
            &["create", "--line", "LO-ARC-OB=1@Attic"],
            "it has 70003 (Barn store), 70002 (Showroom), 70001 (Workshop)",
        ),
        (
            &["refund", "1001", "--line", "LO-ARC-OB=1"],
            "it has `41001@70001`, `41001@70002`",
        ),
        (&["cancel", "7"], "there is no order `7`"),
    ] {
        let complaint = refused(&home, &[&["orders"], what].concat());
        assert!(complaint.contains(part), "{complaint}");
    }
}

#[tokio::test]
async fn a_stores_plan_and_settings_are_shown_and_changed_and_rule_at_once() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let key = server.key("readWrite");
    let set = |what: &[&str]| answer(&home, &[&["shop", "set"], what, &STORE].concat());
    let shown = answer(&home, &[&["shop", "show"][..], &STORE].concat());
    assert_eq!(
        (&shown["plan"], &shown["currency"]),
        (&json!("enhanced"), &json!("EUR"))
    );
    let now = set(&[
        "--plan",
        "standard",
        "--default-location",
        "Showroom",
        "--allow-negative",
        "true",
    ]);
    assert_eq!(
        (
            &now["plan"],
            &now["settings"]["defaultLocationId"],
            &now["settings"]["allowNegativeInventory"]
        ),
        (&json!("standard"), &json!("70002"), &json!(true))
    );
    let program = "const { plan, settings } = await app.shop.get({}); return [plan, settings.defaultLocationId];";
    assert_eq!(
        server.run(&key, program).await.1["result"],
        json!(["standard", "70002"])
    );
    let complaint = refused(&home, &["shop", "set", "--multi-location", "false"]);
    assert!(complaint.contains("set both to true, or both to false"), "{complaint}");
    let complaint = refused(&home, &["shop", "set"]);
    assert!(complaint.contains("--plan"), "{complaint}");
}
