//! S: an open stream ends with its grant.

use std::time::Duration;

use axum::http::{HeaderValue, header};
use latchstring_core::Scope;
use tokio::time::{sleep, timeout};

use crate::door::{App, Door, ann, bearer, connector_path};

#[tokio::test]
async fn v01_an_open_stream_ends_within_a_second_of_the_revocation() {
    let door = Door::new().await;
    let app = App::registered(&door).await;
    let tokens = app.connect(&door, &door.alpha, Scope::Read).await;
    let mut request = bearer(&connector_path(&door.alpha), &tokens.access);
    request
        .headers_mut()
        .insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
    let mut open = tokio::spawn({
        let door = door.clone();
        // Returns when the body has ended.
        async move { door.send(request).await }
    });
    sleep(Duration::from_millis(700)).await;
    assert!(!open.is_finished(), "it goes on while the grant stands");
    let grant = door.access.list_apps(door.alpha.id).await.expect("listed")[0].grant;
    door.access
        .revoke_app(door.alpha.id, grant, &ann())
        .await
        .expect("revoked");
    let ended = timeout(Duration::from_secs(1), &mut open).await.expect("in time");
    assert_eq!(ended.expect("no panic").status, 200);
}
