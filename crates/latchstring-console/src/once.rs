//! Forms that make something shown once. Such a form works once, so that a page that is loaded again neither makes
//! another nor shows it again.

use axum::{http::StatusCode, response::Response};
use chrono::TimeDelta;
use latchstring_core::random;
use latchstring_pages::{Icon, Kind, notice};
use maud::html;

use crate::{ACCESS, Console, error::ConsoleError, frame, sign_in::Signed, words};

/// How long it is remembered that a form was sent: longer than a session.
const REMEMBERED: TimeDelta = TimeDelta::days(1);

/// Whether a form is sent for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Once {
    First,
    Again,
}

/// A number for a new form.
pub(crate) fn new() -> String {
    format!("{:032x}", u128::from_be_bytes(random::bytes()))
}

/// Sends the form with this number.
pub(crate) async fn spend(console: &Console, signed: &Signed, number: &str) -> Result<Once, ConsoleError> {
    let is_ours = number.len() == 32 && number.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_ours {
        return Err(ConsoleError::Form);
    }
    // Forms are one more kind of thing that is used once; the name is no client's, whose ids have no space.
    let whose = format!("form of {}", signed.tenant.id);
    let is_first = console
        .access()
        .use_assertion(&whose, number, signed.now + REMEMBERED)
        .await?;
    Ok(if is_first { Once::First } else { Once::Again })
}

/// What is shown for a form that was sent before.
pub(crate) fn already(console: &Console, signed: &Signed, title: &str) -> Response {
    let main = html! {
        div.intro { h1 { (title) } }
        div role="status" { (notice(Kind::Warn, Icon::Warn, &html! { p { (words::ALREADY) } })) }
        div.actions { a.button.primary href=(ACCESS) { (words::BACK_TO_ACCESS) } }
    };
    frame::narrow(console, signed, title, main, StatusCode::CONFLICT)
}
