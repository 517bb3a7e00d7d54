//! For load balancers and supervisors: is it alive, can it serve?

use std::sync::Arc;

use axum::{Router, extract::State, http::StatusCode, routing::get};
use latchstring_access::Access;

/// `/healthz` answers while the process runs; `/readyz` while it can check keys.
pub(crate) fn router(access: Arc<Access>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .with_state(access)
}

async fn ready(State(access): State<Arc<Access>>) -> (StatusCode, &'static str) {
    match access.ready().await {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(error) => {
            tracing::warn!(%error, "not ready: the access store cannot be asked");
            (StatusCode::SERVICE_UNAVAILABLE, "the access store cannot be asked\n")
        }
    }
}
