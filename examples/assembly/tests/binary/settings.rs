//! Settings: where they may stand, what is refused, and what is never shown.

use serde_json::Value;

use crate::server::{Home, Server, answer, binary, command, end, finish};

#[tokio::test]
async fn a_setting_that_makes_no_sense_is_named() {
    let home = Home::new().await;
    for (arguments, expected) in [
        (["--programs", "0"], "--programs"),
        (["--access-token-minutes", "1"], "--access-token-minutes"),
        (["--trusted-proxies", "99"], "--trusted-proxies"),
        (["--public-url", "ftp://x"], "--public-url"),
        (["--public-url", "x"], "write the whole address"),
        (
            ["--public-url", "https://app.example.com/mcp"],
            "a host name of its own",
        ),
        (["--listen", "8901"], "127.0.0.1:8901"),
        (["--public-url", "http://app.example.com"], "ends TLS"),
        (["--listen", "0.0.0.0:8901"], "--public-url"),
        (["--allowed-origins", "app.example.com"], "--allowed-origins"),
        (["--config", "/no/such/file.toml"], "/no/such/file.toml"),
    ] {
        let (ok, _, complaint) = finish(&home, &arguments);
        assert!(!ok && complaint.contains(expected), "{arguments:?}: {complaint}");
    }
    let mysql = ["--listen", "127.0.0.1:0", "--database-url", "mysql://localhost/x"];
    let (ok, _, complaint) = finish(&home, &mysql);
    assert!(!ok && complaint.contains("sqlite:PATH"), "{complaint}");
}

#[tokio::test]
async fn settings_stand_before_or_after_the_command() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let data = home.data();
    let data = data.to_str().unwrap();
    let url = home.url("assembly.db");
    for arguments in [
        ["--data-dir", data, "--database-url", &url, "tenant", "list", "--json"],
        ["tenant", "--data-dir", data, "--json", "list", "--database-url", &url],
        ["tenant", "list", "--json", "--data-dir", data, "--database-url", &url],
    ] {
        let (ok, printed, complaint) = end(binary().args(arguments));
        assert!(ok, "{arguments:?}: {complaint}");
        let tenants: Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(tenants.as_array().map(Vec::len), Some(2));
    }
    for arguments in [
        ["--store", "Voltvelo", "list", "--json"],
        ["list", "--store", "Voltvelo", "--json"],
        ["list", "--json", "--tenant", "Voltvelo"],
    ] {
        let (ok, printed, complaint) = end(command(&home).arg("key").args(arguments));
        assert!(ok && printed.contains("demo, read"), "{arguments:?}: {complaint}");
    }
    drop(server);
}

#[tokio::test]
async fn connector_urls_follow_the_address_that_is_served() {
    let home = Home::new().await;
    let server = Server::start(&home);
    let before = server.ready["stores"][0]["connectorUrl"].as_str().unwrap().to_owned();
    assert!(before.starts_with(server.ready["url"].as_str().unwrap()), "{before}");
    let of = |arguments: &[&str]| {
        let arguments = [&["tenant", "list"], arguments].concat();
        let tenants = answer(&home, &arguments);
        let urls = tenants
            .as_array()
            .unwrap()
            .iter()
            .map(|tenant| tenant["connectorUrl"].as_str().unwrap().to_owned());
        urls.collect::<Vec<_>>()
    };
    assert!(of(&[]).contains(&before));
    server.stop();
    assert!(of(&[]).contains(&before), "the address it last served under");
    let path = before.split_once("/c/").unwrap().1;
    let public = format!("https://mcp.example.com/c/{path}");
    assert!(of(&["--public-url", "https://mcp.example.com/"]).contains(&public));
}

#[tokio::test]
async fn t13_help_shows_no_secret_of_the_environment() {
    let (ok, help, _) = end(binary()
        .env("LATCHSTRING_DATABASE_URL", "postgres://ann:hunter2@db/shop")
        .env("LATCHSTRING_WEBHOOK_SECRETS", "hunter2")
        .env("LATCHSTRING_KEY_RING", "hunter2")
        .arg("--help"));
    assert!(
        ok && help.contains("LATCHSTRING_DATABASE_URL") && help.contains("LATCHSTRING_WEBHOOK_SECRETS"),
        "{help}"
    );
    assert!(!help.contains("hunter2"), "{help}");
}

#[tokio::test]
async fn t13_a_webhook_secret_that_is_not_right_is_refused_and_not_repeated() {
    let home = Home::new().await;
    let (ok, _, complaint) = end(command(&home)
        .env("LATCHSTRING_WEBHOOK_SECRETS", "hunter2")
        .args(["--listen", "127.0.0.1:0"]));
    assert!(
        !ok && complaint.contains("LATCHSTRING_WEBHOOK_SECRETS") && !complaint.contains("hunter2"),
        "{complaint}"
    );
}
