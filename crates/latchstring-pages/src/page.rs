//! A whole page, and the headers it goes out with.

use std::sync::LazyLock;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::parts::shapes;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

static STYLE_HASH: LazyLock<String> = LazyLock::new(|| BASE64.encode(Sha256::digest(STYLE)));
static SCRIPT_HASH: LazyLock<String> = LazyLock::new(|| BASE64.encode(Sha256::digest(SCRIPT)));

/// A page about to be shown.
pub struct Page {
    title: String,
    bar: Markup,
    main: Markup,
    width: &'static str,
    has_script: bool,
}

/// What a page's forms may lead to, who may frame it, and who may keep hold of it.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Where forms may lead besides our own origin: sources as in a `form-action` directive, each after a space.
    pub forms: &'static str,
    /// Who may show the page in a frame.
    pub frames: Frames,
    /// Whether whoever opened the page in a window is cut off from it. Not so by default: a chat that opens the approval page
    /// as a popup needs its opener back after the redirect.
    pub is_apart: bool,
}

/// Who may show a page in a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Frames {
    /// Nobody.
    #[default]
    Nobody,
    /// These origins: the app that the page is part of.
    Origins(Vec<String>),
}

impl Page {
    /// A page of full width. The bar is what stands above all: the product, and where in it one is.
    pub fn new(title: impl Into<String>, bar: Markup, main: Markup) -> Self {
        Self {
            title: title.into(),
            bar,
            main,
            width: "",
            has_script: true,
        }
    }

    /// For forms and questions: lines no longer than one likes to read.
    #[must_use]
    pub fn narrow(self) -> Self {
        Self {
            width: "narrow",
            ..self
        }
    }

    /// For a page that stands alone, in the middle.
    #[must_use]
    pub fn centred(self) -> Self {
        Self {
            width: "narrow centred",
            ..self
        }
    }

    /// Without the script.
    #[must_use]
    pub fn plain(self) -> Self {
        Self {
            has_script: false,
            ..self
        }
    }

    /// The page as a response.
    pub fn respond(self, status: StatusCode, policy: &Policy) -> Response {
        let has_script = self.has_script;
        let page = html! {
            (DOCTYPE)
            html lang="en" data-dates="en-GB" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body class=(self.width) {
                    a.skip href="#main" { "Skip to content" }
                    (shapes())
                    header.top { div { (self.bar) } }
                    main #main tabindex="-1" { (self.main) }
                    @if has_script {
                        div.sr #say role="status" {}
                        dialog role="alertdialog" aria-labelledby="question" aria-describedby="consequence" {}
                        script { (PreEscaped(SCRIPT)) }
                    }
                }
            }
        };
        let html = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
        let mut response = (status, html, page.into_string()).into_response();
        protect(response.headers_mut(), policy, has_script);
        response
    }
}

/// Adds the headers of a page, or of a redirect from one.
pub fn protect(headers: &mut HeaderMap, policy: &Policy, has_script: bool) {
    let script = if has_script {
        format!(" script-src 'sha256-{}'; connect-src 'self';", *SCRIPT_HASH)
    } else {
        String::new()
    };
    let frames = match &policy.frames {
        Frames::Nobody => "'none'".to_owned(),
        Frames::Origins(origins) => origins.join(" "),
    };
    let text = format!(
        "default-src 'none'; style-src 'sha256-{}';{script} form-action 'self'{}; frame-ancestors {frames}; base-uri 'none'",
        *STYLE_HASH, policy.forms
    );
    if let Ok(value) = HeaderValue::from_str(&text) {
        headers.insert(header::CONTENT_SECURITY_POLICY, value);
    }
    if policy.frames == Frames::Nobody {
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    }
    if policy.is_apart {
        let opener = HeaderName::from_static("cross-origin-opener-policy");
        headers.insert(opener, HeaderValue::from_static("same-origin"));
    }
    let fixed: [(HeaderName, &str); 3] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Nothing to other sites. Not `no-referrer`: with that, browsers hide the origin of our own forms from us.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn respond(page: Page, policy: &Policy) -> Response {
        page.respond(StatusCode::OK, policy)
    }

    fn page() -> Page {
        Page::new("A title", html! {}, html! {})
    }

    fn header<'a>(response: &'a Response, name: &str) -> &'a str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().expect("text"))
    }

    #[test]
    fn o10_nobody_frames_a_page_unless_it_is_said_who() {
        let alone = respond(page(), &Policy::default());
        assert_eq!(header(&alone, "x-frame-options"), "DENY");
        assert!(header(&alone, "content-security-policy").contains("frame-ancestors 'none';"));
        let framed = Policy {
            frames: Frames::Origins(vec!["https://admin.example".to_owned()]),
            ..Policy::default()
        };
        let framed = respond(page(), &framed);
        assert_eq!(header(&framed, "x-frame-options"), "");
        assert!(header(&framed, "content-security-policy").contains("frame-ancestors https://admin.example;"));
    }

    #[test]
    fn a02_a_page_keeps_its_opener_unless_it_is_said_to_be_apart() {
        let opener = "cross-origin-opener-policy";
        assert_eq!(header(&respond(page(), &Policy::default()), opener), "");
        let apart = Policy {
            is_apart: true,
            ..Policy::default()
        };
        assert_eq!(header(&respond(page(), &apart), opener), "same-origin");
    }

    #[test]
    fn only_a_page_with_the_script_may_run_one() {
        let with = respond(page(), &Policy::default());
        assert!(header(&with, "content-security-policy").contains(" script-src 'sha256-"));
        let without = respond(page().plain(), &Policy::default());
        assert!(!header(&without, "content-security-policy").contains("script-src"));
    }

    #[test]
    fn a03_no_page_is_kept_by_anybody() {
        assert_eq!(
            header(&respond(page(), &Policy::default()), "cache-control"),
            "no-store"
        );
    }
}
