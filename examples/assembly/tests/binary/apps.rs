//! Connection codes, connected apps, and the record of both, from the command line beside the running server.

use serde_json::{Value, json};

use crate::server::{Home, Server, answer, fields, finish};

const STORE: [&str; 2] = ["--store", "Voltvelo"];

#[tokio::test]
async fn a_code_is_made_listed_and_cancelled() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let run = |arguments: &[&str]| answer(&home, &[arguments, &STORE].concat());

    let made = run(&["code", "create", "--scope", "read_write"]);
    assert_eq!(
        fields(&made),
        ["id", "code", "connectorUrl", "scope", "expiresAt", "store"]
    );
    assert_eq!(
        (&made["scope"], &made["store"]),
        (&json!("read_write"), &json!("Voltvelo"))
    );
    assert_eq!(made["connectorUrl"], server.ready["stores"][1]["connectorUrl"]);
    let (id, code) = (made["id"].as_str().unwrap(), made["code"].as_str().unwrap());
    assert!(id.starts_with("cod_"), "{id}");
    assert_eq!(code.split('-').map(str::len).collect::<Vec<_>>(), [4; 5], "{code}");

    let (ok, text, complaint) = finish(&home, &[&["code", "create"][..], &STORE].concat());
    assert!(ok, "{complaint}");
    for expected in [
        "connector dialog",
        "on the page that opens",
        "/mcp-agent",
        "Voltvelo, to read,",
        "cod_",
    ] {
        assert!(text.contains(expected), "`{expected}` is missing: {text}");
    }

    let listed = run(&["code", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(2));
    assert_eq!(listed[1]["id"], json!(id), "newest first");
    assert_eq!(
        (&listed[0]["scope"], &listed[0]["state"]),
        (&json!("read"), &json!("live"))
    );
    assert!(!listed.to_string().contains(code));

    assert_eq!(run(&["code", "cancel", id]), json!({ "id": id, "wasLive": true }));
    assert_eq!(run(&["code", "cancel", id]), json!({ "id": id, "wasLive": false }));
    let listed = run(&["code", "list"]);
    assert_eq!(listed[1]["state"], json!("cancelled"));
    assert!(listed[1]["cancelledBy"].as_str().unwrap().contains("command line"));
    assert_eq!(
        fields(&listed[1]),
        [
            "id",
            "scope",
            "createdBy",
            "createdAt",
            "expiresAt",
            "state",
            "redeemedAt",
            "app",
            "cancelledAt",
            "cancelledBy"
        ]
    );

    let (ok, _, complaint) = finish(&home, &["code", "cancel", "gra_x", "--store", "Voltvelo"]);
    assert!(!ok && complaint.contains("cod_"), "{complaint}");
    let events = run(&["events", "--limit", "3"]);
    let kinds: Vec<&Value> = events.as_array().unwrap().iter().map(|event| &event["event"]).collect();
    assert_eq!(kinds, ["code.cancelled", "code.created", "code.created"]);
    assert_eq!(fields(&events[0]), ["at", "event", "by", "grant", "code"]);
    assert_eq!(events[0]["code"], json!(id));
    let (ok, text, _) = finish(&home, &[&["events"][..], &STORE].concat());
    assert!(
        ok && text.contains("code.cancelled") && text.contains("first start"),
        "{text}"
    );
}

#[tokio::test]
async fn a_code_is_not_made_where_nobody_knows_what_address_it_goes_with() {
    let home = Home::new().await;
    Server::start(&home).stop();
    std::fs::remove_file(home.data().join("address")).unwrap();
    let create = [&["code", "create"][..], &STORE].concat();
    let (ok, printed, complaint) = finish(&home, &create);
    assert!(
        !ok && complaint.contains("--public-url") && printed.is_empty(),
        "{complaint}"
    );
    assert_eq!(answer(&home, &[&["code", "list"][..], &STORE].concat()), json!([]));
    assert_eq!(answer(&home, &["tenant", "list"])[0]["connectorUrl"], Value::Null);
    let (ok, text, _) = finish(&home, &["tenant", "list"]);
    assert!(ok && text.contains("not known; name --public-url"), "{text}");

    let made = answer(
        &home,
        &[&create[..], &["--public-url", "https://mcp.example.com"]].concat(),
    );
    let url = made["connectorUrl"].as_str().unwrap();
    assert!(url.starts_with("https://mcp.example.com/c/"), "{url}");
}

#[tokio::test]
async fn a_code_comes_with_a_word_on_where_its_connector_url_is_from() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let address = server.ready["url"].as_str().unwrap().to_owned();
    server.stop();
    let create = |arguments: &[&str]| {
        let (ok, text, complaint) = finish(&home, &[&["code", "create"], &STORE[..], arguments].concat());
        assert!(ok, "{complaint}");
        text
    };
    let text = create(&[]);
    assert!(
        text.contains(&address) && text.contains("last started from this data directory"),
        "{text}"
    );
    let text = create(&["--public-url", "https://mcp.example.com"]);
    let other = format!("under another address: {address}.");
    assert!(
        text.contains("https://mcp.example.com/c/") && text.contains(&other),
        "{text}"
    );
    let text = create(&["--public-url", &address]);
    assert!(!text.contains("last started"), "{text}");
}

#[tokio::test]
async fn a_store_without_connected_apps_says_so() {
    let home = Home::new().await;
    let _server = Server::start(&home);
    assert_eq!(answer(&home, &[&["app", "list"][..], &STORE].concat()), json!([]));
    let (ok, text, _) = finish(&home, &[&["app", "list"][..], &STORE].concat());
    assert!(ok && text.contains("Voltvelo has no connected apps"), "{text}");
    let unknown = format!("gra_{}", "0".repeat(32));
    let (ok, _, complaint) = finish(&home, &[&["app", "revoke", &unknown][..], &STORE].concat());
    assert!(!ok && complaint.contains("no key or connected app"), "{complaint}");
}

#[tokio::test]
async fn a_key_is_no_app_and_is_not_revoked_as_one() {
    let home = Home::new().await;
    let _server = Server::start(&home);
    let keys = answer(&home, &[&["key", "list"][..], &STORE].concat());
    let id = keys[0]["id"].as_str().unwrap();
    let (ok, _, complaint) = finish(&home, &[&["app", "revoke", id][..], &STORE].concat());
    assert!(!ok && complaint.contains("no key or connected app"), "{complaint}");
    let again = answer(&home, &[&["key", "list"][..], &STORE].concat());
    assert_eq!(again, keys);
}
