//! What happens to a tenant, told from the command line, and felt by the running server.

use serde_json::{Value, json};

use crate::{
    COUNT,
    server::{Home, Server, answer, fields, finish},
};

const STORE: [&str; 2] = ["--store", "Lumen & Oak"];

fn happens(home: &Home, what: &[&str]) -> Value {
    answer(home, &[&["tenant"], what, &STORE].concat())
}

#[tokio::test]
async fn v05_an_uninstalled_tenant_is_shut_out_at_once_and_its_keys_stay_dead() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let key = server.key("read");
    assert_eq!(server.run(&key, COUNT).await.0, 200);
    assert_eq!(happens(&home, &["uninstall"])["status"], json!("uninstalled"));
    assert_eq!(server.run(&key, COUNT).await.0, 401);

    let again = happens(&home, &["uninstall"]);
    assert_eq!(
        (&again["status"], &again["changed"]),
        (&json!("uninstalled"), &json!(false))
    );
    let (ok, text, _) = finish(&home, &[&["tenant", "uninstall"][..], &STORE].concat());
    assert!(ok && text.contains("nothing changed"), "{text}");
    let (ok, _, complaint) = finish(&home, &[&["tenant", "pause"][..], &STORE].concat());
    assert!(!ok && complaint.contains("install the app for it first"), "{complaint}");
    let (ok, _, complaint) = finish(&home, &[&["code", "create"][..], &STORE].concat());
    assert!(!ok && complaint.contains("no active tenant"), "{complaint}");

    let host_key = again["hostKey"].as_str().unwrap();
    let install = ["tenant", "install", host_key, "--name", "Lumen & Oak"];
    let installed = answer(&home, &install);
    assert_eq!(
        (&installed["status"], &installed["changed"]),
        (&json!("active"), &json!(true))
    );
    assert_eq!(installed["connectorUrl"], server.ready["stores"][0]["connectorUrl"]);
    assert_eq!(server.run(&key, COUNT).await.0, 401, "a new installation has no grants");
    let made = answer(&home, &[&["key", "create"][..], &STORE].concat());
    let key = made["key"].as_str().unwrap();
    assert_eq!(server.run(key, COUNT).await.0, 200);

    assert_eq!(answer(&home, &install)["changed"], json!(false));
    assert_eq!(
        server.run(key, COUNT).await.0,
        200,
        "what is installed is not installed over"
    );
}

#[tokio::test]
async fn a_lapsed_plan_is_told_to_the_model_and_a_paid_one_revives_the_keys() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let key = server.key("readWrite");
    assert_eq!(happens(&home, &["plan", "lapsed"])["plan"], json!("lapsed"));
    for tool in ["run", "run_write"] {
        let (status, body) = server.body(&key, tool, COUNT).await;
        assert_eq!((status, &body["result"]["isError"]), (200, &json!(true)), "{body}");
        assert!(body.to_string().contains("PLAN_REQUIRED"), "{body}");
    }
    let (ok, _, complaint) = finish(&home, &[&["code", "create"][..], &STORE].concat());
    assert!(!ok && complaint.contains("subscription"), "{complaint}");
    assert_eq!(happens(&home, &["plan", "active"])["changed"], json!(true));
    assert_eq!(server.run(&key, COUNT).await.1["result"], json!(15));
    assert_eq!(happens(&home, &["plan", "active"])["changed"], json!(false));
}

#[tokio::test]
async fn a_paused_tenant_is_not_served_until_it_is_resumed() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let key = server.key("read");
    let paused = happens(&home, &["pause"]);
    assert_eq!(
        (&paused["status"], &paused["changed"]),
        (&json!("active"), &json!(true))
    );
    assert!(
        paused["pausedBy"]
            .as_str()
            .is_some_and(|by| by.contains("command line")),
        "{paused}"
    );
    let (status, body) = server.body(&key, "run", COUNT).await;
    assert_eq!(status, 200);
    assert!(body.to_string().contains("PAUSED"), "{body}");
    let (ok, text, _) = finish(&home, &["tenant", "list"]);
    assert!(ok && text.contains("paused"), "{text}");
    assert_eq!(happens(&home, &["pause"])["changed"], json!(false));
    assert_eq!(happens(&home, &["resume"])["pausedAt"], json!(null));
    assert_eq!(server.run(&key, COUNT).await.0, 200);
}

#[tokio::test]
async fn a_tenant_that_is_called_what_anothers_host_key_is_is_never_taken_for_it() {
    let home = Home::new().await;
    let _server = Server::start(&home);
    let listed = || answer(&home, &["tenant", "list"]).as_array().unwrap().clone();
    let first = listed()
        .into_iter()
        .find(|tenant| tenant["name"] == "Voltvelo")
        .unwrap();
    let (id, host_key) = (first["id"].as_str().unwrap(), first["hostKey"].as_str().unwrap());
    let namesake = answer(&home, &["tenant", "install", "other.example", "--name", host_key]);
    let before = listed();

    let (code, grant) = (format!("cod_{}", "0".repeat(32)), format!("gra_{}", "0".repeat(32)));
    for command in [
        &["code", "create"][..],
        &["code", "cancel", &code],
        &["app", "revoke", &grant],
        &["key", "create"],
        &["key", "revoke", &grant],
        &["tenant", "plan", "lapsed"],
        &["tenant", "pause"],
        &["tenant", "resume"],
        &["tenant", "uninstall"],
    ] {
        let (ok, _, complaint) = finish(&home, &[command, &["--store", host_key]].concat());
        assert!(
            !ok && complaint.contains("more than one store"),
            "{command:?}: {complaint}"
        );
        for tenant in [&first, &namesake] {
            for field in ["id", "hostKey"] {
                assert!(
                    complaint.contains(tenant[field].as_str().unwrap()),
                    "{command:?}: {complaint}"
                );
            }
        }
    }
    assert_eq!(listed(), before, "nothing changed");

    let paused = answer(&home, &["tenant", "pause", "--store", id]);
    assert_eq!((&paused["id"], &paused["changed"]), (&json!(id), &json!(true)));
    let other = answer(&home, &["key", "create", "--store", "other.example"]);
    assert_eq!(
        other["store"],
        json!(host_key),
        "its own host key is nobody else's name"
    );
}

#[tokio::test]
async fn tenants_are_installed_and_listed() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let install = [
        "tenant",
        "install",
        "new.example",
        "--name",
        "New store",
        "--plan",
        "lapsed",
    ];
    let installed = answer(&home, &install);
    let expected = [
        "id",
        "hostKey",
        "name",
        "status",
        "plan",
        "pausedAt",
        "pausedBy",
        "connectorUrl",
        "installedAt",
        "uninstalledAt",
        "changed",
    ];
    assert_eq!(fields(&installed), expected);
    assert_eq!(
        (&installed["name"], &installed["plan"]),
        (&json!("New store"), &json!("lapsed"))
    );
    let listed = answer(&home, &["tenant", "list"]);
    assert_eq!(listed.as_array().map(Vec::len), Some(3));
    let (ok, text, _) = finish(&home, &["tenant", "list"]);
    let connector_url = server.ready["stores"][1]["connectorUrl"].as_str().unwrap();
    for expected in ["new.example", "New store", "lapsed", connector_url] {
        assert!(ok && text.contains(expected), "`{expected}` is missing: {text}");
    }
    for wrong in [["", "x"], ["x", ""], ["x\n", "x"], ["x", "\u{202E}x"]] {
        let [host_key, name] = wrong;
        let (ok, _, complaint) = finish(&home, &["tenant", "install", host_key, "--name", name]);
        assert!(!ok && complaint.contains("none of them invisible"), "{complaint}");
    }
}
