//! The key ring: the right one, given the right way.

use serde_json::{Value, json};

use crate::{
    COUNT,
    server::{Home, Server, command, end, finish},
};

#[tokio::test]
async fn a_key_ring_that_does_not_fit_the_database_is_refused() {
    let home = Home::new().await;
    Server::start(&home).stop();
    std::fs::remove_file(home.data().join("key-ring.json")).unwrap();
    let (ok, _, complaint) = finish(&home, &["--listen", "127.0.0.1:0"]);
    assert!(!ok && complaint.contains("key ring"), "{complaint}");
}

#[tokio::test]
async fn a_key_ring_from_the_environment_leaves_no_file() {
    let home = Home::new().await;
    let (ok, ring, hint) = finish(&home, &["key-ring", "create"]);
    assert!(ok && hint.contains("LATCHSTRING_KEY_RING"), "{hint}");
    assert!(!home.data().exists(), "nothing is stored");
    let with_ring = || {
        let mut command = command(&home);
        command.env("LATCHSTRING_KEY_RING", ring.trim());
        command
    };
    let server = Server::start_as(&home, with_ring());
    assert!(!home.data().join("key-ring.json").exists());
    let create = ["key", "create", "--store", "Voltvelo", "--json"];
    let (ok, made, complaint) = end(with_ring().args(create));
    assert!(ok, "{complaint}");
    let made: Value = serde_json::from_str(&made).unwrap();
    assert_eq!(server.run(made["key"].as_str().unwrap(), COUNT).await.0, 200);
    assert!(made["scope"] == json!("read"));

    let (ok, _, complaint) = finish(&home, &create);
    assert!(!ok && complaint.contains("no key ring"), "{complaint}");
    let (ok, _, complaint) = end(command(&home).env("LATCHSTRING_KEY_RING", "hunter2").args(create));
    assert!(
        !ok && complaint.contains("LATCHSTRING_KEY_RING") && !complaint.contains("hunter2"),
        "{complaint}"
    );
}

#[tokio::test]
async fn servers_that_share_a_database_are_given_a_key_ring() {
    let home = Home::new().await;
    let url = "postgres://ann:hunter2@127.0.0.1:1/shop";
    let (ok, _, complaint) = finish(&home, &["--listen", "127.0.0.1:0", "--database-url", url]);
    assert!(!ok);
    for expected in ["PostgreSQL", "assembly key-ring create", "LATCHSTRING_KEY_RING"] {
        assert!(complaint.contains(expected), "{complaint}");
    }
    assert!(!complaint.contains("hunter2"), "{complaint}");
    assert!(!home.data().join("key-ring.json").exists(), "none is made up");
}

#[tokio::test]
async fn a_database_server_that_does_not_answer_is_said_in_one_line() {
    let home = Home::new().await;
    let (_, ring, _) = finish(&home, &["key-ring", "create"]);
    let (ok, _, complaint) = end(command(&home).env("LATCHSTRING_KEY_RING", ring.trim()).args([
        "--listen",
        "127.0.0.1:0",
        "--database-url",
        "postgres://ann:hunter2@127.0.0.1:1/x",
    ]));
    assert!(!ok && complaint.contains("no PostgreSQL server answers"), "{complaint}");
    assert!(
        complaint.lines().count() == 1 && !complaint.contains("hunter2"),
        "{complaint}"
    );
}
