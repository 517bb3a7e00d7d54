//! What a person is told when something stands in the way.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use latchstring_access::StoreError;
use latchstring_pages::{Icon, Kind, Page, Policy, notice};
use maud::html;

use crate::{ACCESS, words};

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
            error => Self::Unavailable(error),
        }
    }
}

impl IntoResponse for ConsoleError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::SignedOut => return Redirect::to(&format!("{ACCESS}/sign-in")).into_response(),
            Self::CrossSite | Self::NotAllowed | Self::NotHere => StatusCode::FORBIDDEN,
            Self::Form => StatusCode::BAD_REQUEST,
            Self::SignedOutMeanwhile => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::OtherTenant => StatusCode::CONFLICT,
            Self::Unavailable(error) => {
                tracing::error!(error = error as &dyn std::error::Error, "the access page cannot answer");
                StatusCode::SERVICE_UNAVAILABLE
            }
        };
        let (heading, text) = words::problem(&self);
        let main = html! {
            div.intro { h1 { (heading) } }
            div role="alert" { (notice(Kind::Bad, Icon::Warn, &html! { p { (text) } })) }
            @if !matches!(self, Self::NotHere) {
                div.actions { a.button.primary href=(ACCESS) { (words::BACK_TO_ACCESS) } }
            }
        };
        Page::new(heading, html! {}, main)
            .centred()
            .plain()
            .respond(status, &Policy::default())
    }
}
