//! Ends an open stream when its grant does, and a request whose body does not come.
//!
//! A stream outlives the check at its beginning. So the grant is asked about before each part that goes out, and, for a
//! stream on which nothing happens, by the watch, twice a second.

use std::{sync::Arc, time::Duration};

use axum::{
    body::{Body, BodyDataStream, Bytes},
    http::header,
    response::Response,
};
use futures_util::{Stream, StreamExt, stream};
use latchstring_access::{Access, Watch};
use latchstring_core::{Gate, Grant};

/// How long the body of a request may take, whoever sends it.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// The body, which breaks off unless it is whole in time.
pub(crate) fn timely(body: Body) -> Body {
    let late = Box::pin(tokio::time::sleep(BODY_WITHIN));
    let state = Some((body.into_data_stream(), late));
    Body::from_stream(stream::unfold(state, async |state| {
        let (mut body, mut late) = state?;
        tokio::select! {
            biased;
            part = body.next() => Some((part?, Some((body, late)))),
            () = &mut late => Some((Err(axum::Error::new(BodyTookTooLong)), None)),
        }
    }))
}

#[derive(Debug, thiserror::Error)]
#[error("the body was not whole after {} seconds", BODY_WITHIN.as_secs())]
struct BodyTookTooLong;

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

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;
    use tokio::time::{Instant, sleep};

    use super::*;

    /// One byte in each of so many seconds.
    fn drip(seconds: u64) -> Body {
        Body::from_stream(stream::iter(0..seconds).then(async |_| {
            sleep(Duration::from_secs(1)).await;
            Ok::<_, std::io::Error>(Bytes::from_static(b"x"))
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn h04_a_body_is_whole_in_time_or_breaks_off() {
        let whole = to_bytes(timely(drip(29)), 100).await;
        assert_eq!(whole.expect("in time").len(), 29);
        let began = Instant::now();
        for late in [
            drip(10_000),
            Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()),
        ] {
            assert!(to_bytes(timely(late), 100_000).await.is_err());
        }
        assert_eq!(began.elapsed(), 2 * BODY_WITHIN);
    }
}
