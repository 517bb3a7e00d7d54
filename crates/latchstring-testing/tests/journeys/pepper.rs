//! V11: the key ring's entries come and go, and with each go the credentials that were made under it.

use axum::http::StatusCode;
use latchstring::{Scope, access::KeyRing};
use latchstring_testing::{Agent, Connection, Tokens};
use serde_json::{Value, json};

use crate::assembly;

async fn status(agent: &Agent) -> StatusCode {
    agent.rpc("tools/list", json!({})).await.status
}

/// A ring with these rings' entries, in this order.
fn ring(parts: &[&str]) -> KeyRing {
    let keys: Vec<Value> = parts
        .iter()
        .flat_map(|part| {
            serde_json::from_str::<Value>(part).unwrap()["keys"]
                .as_array()
                .unwrap()
                .clone()
        })
        .collect();
    KeyRing::parse(&json!({ "keys": keys }).to_string()).unwrap()
}

#[tokio::test]
async fn v11_credentials_work_while_their_pepper_is_in_the_ring_and_die_with_it() {
    let app = assembly().await;
    let old = app.ring().expose().to_owned();
    let new = KeyRing::generate().to_text().expose().to_owned();
    let (key, connected) = (app.agent(Scope::Read).await, app.connect(Scope::Read).await);
    let (code, _) = app.code(Scope::Read).await;
    let unused = app.chat().await;
    let waiting = unused.approved(&code).await.unwrap();
    let (pasted_later, _) = app.code(Scope::Read).await;

    // The new one in front: all goes on, and what is made now is made under it.
    let both = app.replica_with(ring(&[&new, &old])).await;
    let at = |connected: &Connection, server: &latchstring_testing::TestApp| connected.chat.at(server.router.clone());
    assert_eq!(status(&both.stranger(key.key())).await, StatusCode::OK);
    assert_eq!(
        status(&at(&connected, &both).agent(&connected.tokens.access)).await,
        StatusCode::OK
    );
    let refreshed = Tokens::of(&at(&connected, &both).refresh(&connected.tokens.refresh).await);
    let exchanged = Tokens::of(&unused.at(both.router.clone()).exchange(&waiting).await);
    let (new_key, new_app) = (both.agent(Scope::Read).await, both.connect(Scope::Read).await);
    // A server that has not heard of the new one yet refuses what it does not know, and harms nothing.
    assert_eq!(status(&app.stranger(new_key.key())).await, StatusCode::UNAUTHORIZED);
    assert_eq!(status(&both.stranger(new_key.key())).await, StatusCode::OK);

    // The old one gone: exactly its credentials are dead.
    let rotated = app.replica_with(ring(&[&new])).await;
    let chat = at(&connected, &rotated);
    for dead in [rotated.stranger(key.key()), chat.agent(&connected.tokens.access)] {
        assert_eq!(status(&dead).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(
        chat.refresh(&connected.tokens.refresh).await.json()["error"],
        json!("invalid_grant")
    );
    assert!(unused.at(rotated.router.clone()).approved(&pasted_later).await.is_err());
    for alive in [
        rotated.stranger(new_key.key()),
        at(&new_app, &rotated).agent(&new_app.tokens.access),
        chat.agent(&refreshed.access),
        chat.agent(&exchanged.access),
    ] {
        assert_eq!(status(&alive).await, StatusCode::OK);
    }
    let again = Tokens::of(&chat.refresh(&refreshed.refresh).await);
    assert_eq!(
        status(&chat.agent(&again.access)).await,
        StatusCode::OK,
        "an app that refreshed in time stays connected"
    );
}
