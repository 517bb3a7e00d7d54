//! What stands around each page: where one is, and who.

use axum::{
    http::{HeaderMap, StatusCode},
    response::Response,
};
use latchstring_pages::{Frames, Page, Policy};
use maud::{Markup, html};

use crate::{ACCESS, Console, sign_in::Signed, words};

/// Which entry of the bar a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum At {
    /// It is the access page.
    Access,
    /// It was opened from there.
    InAccess,
    /// It is the activity page.
    Activity,
    /// It was opened from there.
    InActivity,
}

impl At {
    /// What the bar says of its two entries.
    fn current(self) -> (Option<&'static str>, Option<&'static str>) {
        match self {
            Self::Access => (Some("page"), None),
            Self::InAccess => (Some("true"), None),
            Self::Activity => (None, Some("page")),
            Self::InActivity => (None, Some("true")),
        }
    }
}

/// A page in the middle that holds nothing of a tenant's.
pub(crate) fn alone(console: &Console, title: &str, main: Markup) -> Page {
    let bar = html! { p.where { strong { (console.title()) } } };
    Page::new(format!("{title}: {}", console.title()), bar, main)
        .centred()
        .plain()
}

/// Who may frame such a page: whoever frames the pages of the tenant, where somebody is signed in.
pub(crate) async fn frames(console: &Console, headers: &HeaderMap) -> Frames {
    match Signed::looking(console, headers).await {
        Ok(signed) => console.sign_in().frames(&signed.tenant),
        Err(_) => console.sign_in().frames_of_anybody(),
    }
}

/// What protects a page that these may frame.
pub(crate) fn policy(frames: Frames) -> Policy {
    Policy {
        // An app that frames the page may also open it in a tab of its own, and keep hold of that.
        is_apart: frames == Frames::Nobody,
        frames,
        ..Policy::default()
    }
}

fn bar(console: &Console, signed: &Signed, at: At) -> Markup {
    let (access, activity) = at.current();
    html! {
        p.where {
            strong { a href=(ACCESS) { (console.title()) } }
            " "
            span { bdi { (signed.tenant.name) } }
        }
        nav aria-label=(words::PAGES) {
            a href=(ACCESS) aria-current=[access] { (words::ACCESS) }
            " "
            a href={ (ACCESS) "/activity" } aria-current=[activity] { (words::ACTIVITY) }
        }
        form.who method="post" action={ (ACCESS) "/sign-out" } {
            bdi { (signed.visitor.person.name()) }
            " "
            button.plain { (words::SIGN_OUT) }
        }
    }
}

/// A page of full width for who is signed in.
pub(crate) fn wide(console: &Console, signed: &Signed, at: At, title: &str, main: Markup) -> Response {
    respond(console, signed, page(console, signed, at, title, main), StatusCode::OK)
}

/// A form or a question for who is signed in.
pub(crate) fn narrow(console: &Console, signed: &Signed, title: &str, main: Markup, status: StatusCode) -> Response {
    respond(
        console,
        signed,
        page(console, signed, At::InAccess, title, main).narrow(),
        status,
    )
}

fn page(console: &Console, signed: &Signed, at: At, title: &str, main: Markup) -> Page {
    Page::new(
        format!("{title}: {}", signed.tenant.name),
        bar(console, signed, at),
        main,
    )
}

fn respond(console: &Console, signed: &Signed, page: Page, status: StatusCode) -> Response {
    page.respond(status, &policy(console.sign_in().frames(&signed.tenant)))
}
