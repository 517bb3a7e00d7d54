//! Pausing everything, and resuming.

use axum::{
    Form, Router,
    extract::{State, rejection::FormRejection},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
    routing::post,
};
use latchstring_access::{TenantEvent, TenantEventKind};

use crate::{
    ACCESS, Console,
    error::ConsoleError,
    sign_in::{Signed, Whose},
};

pub(crate) fn router() -> Router<Console> {
    Router::new()
        .route(&format!("{ACCESS}/pause"), post(pause))
        .route(&format!("{ACCESS}/resume"), post(resume))
}

async fn pause(
    State(console): State<Console>,
    headers: HeaderMap,
    form: Result<Form<Whose>, FormRejection>,
) -> Result<Response, ConsoleError> {
    let (signed, _) = Signed::changing(&console, &headers, form).await?;
    let by = signed.visitor.person.clone();
    switch(&console, &signed, TenantEventKind::Paused { by }, "paused").await
}

async fn resume(
    State(console): State<Console>,
    headers: HeaderMap,
    form: Result<Form<Whose>, FormRejection>,
) -> Result<Response, ConsoleError> {
    let (signed, _) = Signed::changing(&console, &headers, form).await?;
    let by = signed.visitor.person.clone();
    switch(&console, &signed, TenantEventKind::Resumed { by }, "resumed").await
}

/// Whoever was second changes nothing, and sees it as the first one left it.
async fn switch(
    console: &Console,
    signed: &Signed,
    kind: TenantEventKind,
    done: &str,
) -> Result<Response, ConsoleError> {
    let event = TenantEvent {
        delivery: None,
        host_key: signed.tenant.host_key.clone(),
        occurred_at: signed.now,
        kind,
    };
    console.access().apply(&event).await?;
    Ok(Redirect::to(&format!("{ACCESS}?done={done}")).into_response())
}
