//! The audit trail, checked from the command line beside the running server.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Home, Server, answer, fields, finish};

/// What is found once so many calls are in the trail. Those that changed nothing get there a moment after their answer.
fn checked(home: &Home, verify: &[&str], calls: u64) -> Value {
    let began = Instant::now();
    while answer(home, verify)["calls"] != json!(calls) && began.elapsed() < Duration::from_secs(20) {}
    // Again, for what came while it was counted.
    answer(home, verify)
}

#[tokio::test]
async fn a04_the_audit_trail_is_verified_and_a_noted_head_must_be_in_it() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let store = server.ready["stores"][0]["name"].as_str().unwrap().to_owned();
    let verify = ["audit", "verify", "--store", store.as_str()];
    for _ in 0..3 {
        let (status, _) = server.run(&server.key("read"), "return 1").await;
        assert_eq!(status, 200);
    }
    let first = checked(&home, &verify, 3);
    assert_eq!(fields(&first), ["calls", "older", "head"]);
    assert_eq!((&first["calls"], &first["older"]), (&json!(3), &json!(0)));
    let head = first["head"].as_str().unwrap();
    assert!(head.starts_with("3:"), "{head}");

    server.run(&server.key("read"), "return 2").await;
    checked(&home, &verify, 4);
    let (ok, text, complaint) = finish(&home, &[&verify[..], &["--noted", head]].concat());
    assert!(
        ok && text.contains("is whole: 4 calls checked") && text.contains("4:"),
        "{text}{complaint}"
    );

    let replaced = head.replace("3:", "2:");
    let (ok, text, complaint) = finish(&home, &[&verify[..], &["--noted", &replaced]].concat());
    assert!(
        !ok && text.is_empty() && complaint.contains("noted for call 2"),
        "{complaint}"
    );
    let (ok, _, complaint) = finish(&home, &[&verify[..], &["--noted", "nonsense"]].concat());
    assert!(!ok && complaint.contains("looks like `12:"), "{complaint}");
}
