//! What a person is told when something stands in the way.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use latchstring_access::StoreError;
use latchstring_pages::{Icon, Kind, notice};
use maud::html;

use crate::{ACCESS, Console, frame, words};

/// Why a page is not shown, or a change not made. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsoleError {
    /// Nobody is signed in, or not any more.
    #[error("nobody is signed in")]
    SignedOut,
    /// The person was signed out when they sent a form.
    #[error("the form was sent by nobody who is signed in")]
    SignedOutMeanwhile,
    /// The form came from another site.
    #[error("the form came from another page")]
    CrossSite,
    /// The form cannot be read.
    #[error("the form cannot be read")]
    Form,
    /// The form was shown for another tenant than the one the person is signed in to now.
    #[error("the form is about another tenant")]
    OtherTenant,
    /// The person may look and not change.
    #[error("the person may not change this")]
    NotAllowed,
    /// The tenant has no such key, app or code.
    #[error("there is no such thing")]
    NotFound,
    /// An export of the tenant's calls is under way.
    #[error("an export of the tenant is under way")]
    Exporting,
    /// The demo's way in, from another machine.
    #[error("the demo sign-in is for its own machine")]
    NotHere,
    /// The store cannot be asked.
    #[error("the store cannot be asked")]
    Unavailable(#[source] StoreError),
}

impl From<StoreError> for ConsoleError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(_) | StoreError::CodeNotFound(_) => Self::NotFound,
            StoreError::SessionOver => Self::SignedOutMeanwhile,
            error => Self::Unavailable(error),
        }
    }
}

impl ConsoleError {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut => StatusCode::SEE_OTHER,
            Self::CrossSite | Self::NotAllowed | Self::NotHere => StatusCode::FORBIDDEN,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::SignedOutMeanwhile => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::OtherTenant => StatusCode::CONFLICT,
            Self::Exporting => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

/// An error on its way to [`explain`], which knows what its page needs to know.
#[derive(Clone)]
struct Unexplained(Arc<ConsoleError>);

impl IntoResponse for ConsoleError {
    fn into_response(self) -> Response {
        if let Self::SignedOut = self {
            return Redirect::to(&format!("{ACCESS}/sign-in")).into_response();
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(Unexplained(Arc::new(self)));
        response
    }
}

/// Stands around all pages, and makes a page of every error.
pub(crate) async fn explain(State(console): State<Console>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let mut response = next.run(request).await;
    let Some(Unexplained(error)) = response.extensions_mut().remove() else {
        return response;
    };
    let frames = if let ConsoleError::Unavailable(error) = &*error {
        tracing::error!(error = error as &dyn std::error::Error, "the access page cannot answer");
        console.sign_in().frames_of_anybody()
    } else {
        frame::frames(&console, &headers).await
    };
    let (heading, text) = words::problem(&error, console.tenant_noun());
    let main = html! {
        div.intro { h1 { (heading) } }
        div role="alert" { (notice(Kind::Bad, Icon::Warn, &html! { p { (text) } })) }
        @if !matches!(*error, ConsoleError::NotHere) {
            div.actions { a.button.primary href=(ACCESS) { (words::BACK_TO_ACCESS) } }
        }
    };
    let mut response = frame::alone(&console, heading, main).respond(error.status(), &frame::policy(frames));
    if let ConsoleError::Exporting = *error {
        let shortly = HeaderValue::from_static("10");
        response.headers_mut().insert(header::RETRY_AFTER, shortly);
    }
    response
}
