//! What the app tells the running server of its tenants.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use hmac::{Hmac, KeyInit, Mac};
use latchstring::{Clock, SystemClock};
use reqwest::Client;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::{
    COUNT,
    server::{Home, Server, answer, command},
};

const SECRET: &str = "a secret of the app that is long enough";

/// Sends what happened to the first store just now; the status and the answer.
async fn tell(server: &Server, host_key: &str, at: &str, secret: &str) -> (u16, Value) {
    let body = json!({ "type": "uninstalled", "occurredAt": at, "tenant": { "key": host_key } }).to_string();
    let timestamp = SystemClock.now().timestamp().to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("msg_1.{timestamp}.{body}").as_bytes());
    let signature = format!("v1,{}", BASE64.encode(mac.finalize().into_bytes()));
    let url = format!("{}/webhooks/tenant", server.ready["url"].as_str().unwrap());
    let request = Client::new().post(url).header("webhook-id", "msg_1");
    let request = request
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature);
    let response = request.body(body).send().await.unwrap();
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

#[tokio::test]
async fn v05_an_uninstallation_that_the_app_tells_of_shuts_the_store_out_at_once() {
    let home = Home::new().await;
    home.give_key_ring();
    let mut with_secret = command(&home);
    with_secret.env("LATCHSTRING_WEBHOOK_SECRETS", SECRET);
    let server = Server::start_as(&home, with_secret);
    let key = server.key("read");
    let tenants = answer(&home, &["tenant", "list"]);
    let first = tenants
        .as_array()
        .unwrap()
        .iter()
        .find(|tenant| tenant["name"] == "Lumen & Oak")
        .unwrap();
    let host_key = first["hostKey"].as_str().unwrap();
    // A moment after the installation, by the database's clock.
    let made = answer(&home, &["code", "create", "--store", "Lumen & Oak"]);
    let listed = answer(&home, &["code", "list", "--store", "Lumen & Oak"]);
    let at = listed[0]["createdAt"].as_str().unwrap();
    assert_eq!(listed[0]["id"], made["id"]);

    let (status, answer) = tell(&server, host_key, at, "not the secret of the app, but as long").await;
    assert_eq!((status, &answer["error"]), (401, &json!("wrong_signature")), "{answer}");
    assert_eq!(server.run(&key, COUNT).await.0, 200);
    assert_eq!(
        tell(&server, host_key, at, SECRET).await,
        (200, json!({ "result": "done" }))
    );
    assert_eq!(server.run(&key, COUNT).await.0, 401);
    assert_eq!(
        tell(&server, host_key, at, SECRET).await,
        (200, json!({ "result": "duplicate" }))
    );
    let log = String::from_utf8(server.stop().stderr).unwrap();
    assert!(!log.contains(SECRET), "t13: a secret in the log");
}

#[tokio::test]
async fn without_a_secret_nobody_can_tell_the_server_anything() {
    let home = Home::new().await;
    let server = Server::start(&home);
    assert_eq!(tell(&server, "x", "2026-01-01T00:00:00Z", SECRET).await.0, 404);
}
