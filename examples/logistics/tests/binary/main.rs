//! The binary as an operator meets it, where it is this product's own: its demo, its keys, its commands. What every product
//! has of the kit is tested with assembly.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod outbox;
mod shop;

use latchstring::access::{Token, TokenPrefix};
use latchstring_testing::binary::{Home, Server, answer, finish};
use serde_json::{Value, json};

/// What every command here is about: the store whose demo keys [`Server::key`] has.
const STORE: [&str; 2] = ["--store", "Harbor & Pine"];

const COUNT: &str = "return (await app.purchaseOrders.list({})).totalCount";

async fn home() -> Home {
    Home::of(env!("CARGO_BIN_EXE_logistics")).await
}

/// A command for the store, which must succeed.
fn tell(home: &Home, what: &[&str]) -> Value {
    answer(home, &[what, &STORE].concat())
}

/// A command for the store, which must fail; what it complains about.
fn refused(home: &Home, what: &[&str]) -> String {
    let (ok, printed, complaint) = finish(home, &[what, &STORE].concat());
    assert!(!ok, "{printed}");
    complaint
}

/// Runs a program that must write; what it returned.
async fn written(server: &Server, program: &str) -> Value {
    let (status, answer) = server.call(&server.key("readWrite"), "run_write", program).await;
    assert_eq!((status, &answer["committed"]), (200, &json!(true)), "{answer}");
    answer["result"].clone()
}

#[tokio::test]
async fn the_first_start_makes_two_stores_and_later_starts_keep_what_happened() {
    let home = home().await;
    let server = Server::start(&home);
    let stores: Vec<_> = server.ready["stores"].as_array().unwrap().clone();
    let names: Vec<&str> = stores.iter().map(|store| store["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Harbor & Pine", "Kiln & Clay"]);
    for store in &stores {
        for which in ["read", "readWrite"] {
            let key = store["keys"][which].as_str().unwrap();
            assert!(key.starts_with("lstk_"), "{key}");
            let (status, answer) = server.run(key, COUNT).await;
            assert_eq!((status, answer["result"].is_u64()), (200, true), "{answer}");
        }
    }
    let (read, before) = (
        server.key("read"),
        server.run(&server.key("read"), COUNT).await.1["result"].clone(),
    );
    let made = written(
        &server,
        "const { order } = await app.purchaseOrders.create({ supplierId: 'sup_glass', locationId: '81001' }); \
         return order.number",
    )
    .await;
    let output = server.stop();
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "Logistics listens on",
        "/mcp",
        "code create --store \"Harbor & Pine\" --scope read",
    ] {
        assert!(printed.contains(expected), "`{expected}` is missing: {printed}");
    }
    assert!(!printed.contains("lstk_"), "t13: a key where no terminal is: {printed}");

    let server = Server::start(&home);
    assert_eq!(server.ready["stores"][0]["keys"], Value::Null, "keys are shown once");
    let after = server.run(&read, COUNT).await.1["result"].clone();
    assert_eq!(after.as_u64(), before.as_u64().map(|count| count + 1));
    let latest = "return (await app.purchaseOrders.list({ limit: 1 })).items[0].number";
    assert_eq!(server.run(&read, latest).await.1["result"], made);
}

#[tokio::test]
async fn a_key_of_another_product_opens_nothing() {
    let home = home().await;
    let server = Server::start(&home);
    let key = |prefix: &str| Token::generate(&prefix.parse::<TokenPrefix>().unwrap());
    for prefix in ["asmk", "lstk"] {
        let stranger = key(prefix);
        assert_eq!(server.run(stranger.secret().expose(), COUNT).await.0, 401, "{prefix}");
    }
    // The same secret under the other product's name is another key.
    let renamed = server.key("read").replacen("lstk_", "asmk_", 1);
    assert_eq!(server.run(&renamed, COUNT).await.0, 401);
    assert_eq!(server.run(&server.key("read"), COUNT).await.0, 200);
}

#[tokio::test]
async fn keys_are_made_and_revoked_beside_the_running_server() {
    let home = home().await;
    let server = Server::start(&home);
    let made = tell(
        &home,
        &["key", "create", "--label", "Count desk", "--scope", "read_write"],
    );
    let (key, id) = (made["key"].as_str().unwrap(), made["id"].as_str().unwrap());
    assert!(key.starts_with("lstk_"), "{key}");
    assert_eq!(server.run(key, COUNT).await.0, 200);
    let listed = tell(&home, &["key", "list"]);
    let labels: Vec<_> = listed
        .as_array()
        .unwrap()
        .iter()
        .map(|key| key["label"].clone())
        .collect();
    assert!(labels.contains(&json!("Count desk")), "{listed}");
    assert!(!listed.to_string().contains(key), "{listed}");
    tell(&home, &["key", "revoke", id]);
    assert_eq!(server.run(key, COUNT).await.0, 401);
}
