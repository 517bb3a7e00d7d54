//! The body of a request is whole in time, or breaks off: nobody is waited for who sends it drop by drop.
//!
//! One layer in front of every door. The clock runs from the end of the headers; what is answered may take as long as it
//! likes.

use std::time::Duration;

use axum::{
    body::{Body, HttpBody},
    extract::Request,
    middleware::Next,
    response::Response,
};
use futures_util::{StreamExt, stream};

/// How long the body of a request may take, whoever sends it.
const BODY_WITHIN: Duration = Duration::from_secs(30);

/// Passes the request on with a body that fails unless it is whole within 30 seconds. A layer for all routes.
pub async fn timely(request: Request, next: Next) -> Response {
    next.run(request.map(in_time)).await
}

fn in_time(body: Body) -> Body {
    if body.is_end_stream() {
        return body;
    }
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

#[cfg(test)]
mod tests {
    use axum::body::{Bytes, to_bytes};
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
        let whole = to_bytes(in_time(drip(29)), 100).await;
        assert_eq!(whole.expect("in time").len(), 29);
        let began = Instant::now();
        for late in [
            drip(10_000),
            Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()),
        ] {
            assert!(to_bytes(in_time(late), 100_000).await.is_err());
        }
        assert_eq!(began.elapsed(), 2 * BODY_WITHIN);
    }
}
