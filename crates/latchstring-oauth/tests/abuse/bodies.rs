//! H: a body that comes drop by drop is not waited for, at no door.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Request, header},
};
use futures_util::{StreamExt, stream};
use latchstring_core::Scope;
use tokio::time::{Instant, sleep, timeout};

use crate::door::{App, Door, bearer, connector_path};

/// One byte each second, for hours.
fn drip() -> Body {
    Body::from_stream(stream::repeat(()).take(30_000).then(async |()| {
        sleep(Duration::from_secs(1)).await;
        Ok::<_, std::io::Error>(Bytes::from_static(b"x"))
    }))
}

#[tokio::test(start_paused = true)]
async fn h04_a_form_that_comes_drop_by_drop_breaks_off() {
    let door = Door::in_memory().await;
    let form = "application/x-www-form-urlencoded";
    for (path, kind) in [
        ("/token", form),
        ("/authorize", form),
        ("/revoke", form),
        ("/register", "application/json"),
    ] {
        let request = Request::post(path).header("content-type", kind).body(drip());
        let began = Instant::now();
        let reply = door.send(request.expect("a request")).await;
        assert!(reply.status.is_client_error(), "{path}: {}", reply.status);
        assert_eq!(began.elapsed(), Duration::from_secs(30), "{path}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_answered_may_take_longer_than_a_body() {
    let door = Door::in_memory().await;
    let tokens = App::registered(&door)
        .await
        .connect(&door, &door.alpha, Scope::Read)
        .await;
    let mut request = bearer(&connector_path(&door.alpha), &tokens.access);
    *request.body_mut() = Body::from("{}");
    let events = HeaderValue::from_static("text/event-stream");
    request.headers_mut().insert(header::ACCEPT, events);
    let ended = timeout(Duration::from_mins(5), door.send(request)).await;
    assert!(ended.is_err(), "it goes on");
}
