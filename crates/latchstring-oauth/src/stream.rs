//! Ends an open stream when its grant does.
//!
//! A stream outlives the check at its beginning. So the grant is asked about before each part that goes out, and, for a
//! stream on which nothing happens, by the watch, twice a second.

use std::sync::Arc;

use axum::{
    body::{Body, BodyDataStream, Bytes},
    http::header,
    response::Response,
};
use futures_util::{Stream, StreamExt, stream};
use latchstring_access::{Access, Watch};
use latchstring_core::{Gate, Grant};

/// The response; if it is a stream of events, one that ends with the grant.
pub(crate) fn guarded(response: Response, access: &Arc<Access>, grant: Arc<Grant>) -> Response {
    let is_stream = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    if !is_stream {
        return response;
    }
    let watch = access.watch(&grant);
    let access = Arc::clone(access);
    response.map(|body| Body::from_stream(parts(body.into_data_stream(), watch, access, grant)))
}

fn parts(
    body: BodyDataStream,
    watch: Watch,
    access: Arc<Access>,
    grant: Arc<Grant>,
) -> impl Stream<Item = Result<Bytes, axum::Error>> {
    stream::unfold((body, watch), move |(mut body, mut watch)| {
        let (access, grant) = (Arc::clone(&access), Arc::clone(&grant));
        async move {
            let part = tokio::select! {
                biased;
                () = watch.ended() => return None,
                part = body.next() => part?,
            };
            // The watch may not have heard yet of a revocation on another server.
            access.check(&grant).await.ok()?;
            Some((part, (body, watch)))
        }
    })
}
