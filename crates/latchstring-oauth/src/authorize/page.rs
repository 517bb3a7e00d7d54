//! The pages a person sees, as HTML that works without scripts.
//!
//! Every value is escaped by the template. Nothing is loaded from elsewhere, and no page can be framed.

use std::sync::LazyLock;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use latchstring_access::FoundCode;
use latchstring_core::Scope;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::ticket::Asked;
use crate::{redirect::RedirectUri, state::AuthorizationServer};

const STYLE: &str = include_str!("page.css");

/// What stands in the way of a form.
#[derive(Debug, Clone)]
pub(super) enum Problem {
    /// The app's request is wrong; what about it.
    Request(String),
    /// The form cannot be read.
    Form,
    /// The form was sent from another site, or by something that is no browser.
    CrossSite,
    /// The form is too old, or of another browser.
    FormExpired,
    /// Too many codes were typed into this form.
    TriesUsedUp,
    /// Too much was asked from this network.
    TooMany,
    /// The code was live when it was typed and is not any more.
    CodeGone,
    /// The app's own description, published by this host, cannot be fetched.
    OutOfReach { host: String },
    /// The store cannot be asked.
    Unavailable,
}

pub(super) struct Page {
    title: String,
    main: Markup,
}

impl Page {
    /// Asks for the connection code. `tries_left` when one was typed that is not right.
    pub(super) fn code(server: &AuthorizationServer, asked: &Asked, ticket: &str, tries_left: Option<u64>) -> Self {
        let title = format!("Connect {} to {}", asked.name, server.title());
        let is_again = tries_left.is_some();
        let field = html! {
            form method="post" action=(crate::issuer::AUTHORIZE) {
                input type="hidden" name="ticket" value=(ticket);
                label for="code" { "Connection code" }
                p.hint #hint {
                    "20 letters and digits, such as " span.code { "7KQ2-M0ZX-94TB-HJ3E-D8WP" } ". It works once, for ten minutes."
                }
                // Focused only once there is something to put right: on a small screen the focus would hide who asks.
                input #code type="text" name="code" required maxlength="60" autofocus[is_again]
                    autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" aria-describedby="hint"
                    aria-invalid=[is_again.then_some("true")] aria-errormessage=[is_again.then_some("problem")];
                div.actions {
                    button type="submit" name="action" value="continue" { "Continue" }
                    button.quiet type="submit" name="action" value="cancel" formnovalidate { "Cancel" }
                }
            }
        };
        let main = html! {
            h1 { "Connect an app to " (server.title()) }
            dl { (app(asked)) }
            p.warning {
                strong { "Paste a code only if you opened this page yourself, from your own chat." }
                " If somebody sent you here, close it."
                @if asked.is_loopback_only {
                    " This app is a program on your computer, and any program there could use its name: go on only if you \
                     have just started it."
                }
            }
            @if let Some(left) = tries_left { (wrong_code(server, left)) }
            @if tries_left != Some(0) { (field) }
        };
        Self { title, main }
    }

    /// Names what is about to be allowed, and asks.
    pub(super) fn confirm(server: &AuthorizationServer, asked: &Asked, ticket: &str, code: &FoundCode) -> Self {
        let title = format!("Allow {} to use {}?", asked.name, code.tenant_name);
        let main = html! {
            h1 { "Allow " bdi { (asked.name) } " to use " bdi { (code.tenant_name) } "?" }
            dl {
                dt { (capitalized(server.tenant_noun())) }
                dd { strong { (code.tenant_name) } }
                dt { "Access" }
                @match code.scope {
                    Scope::Read => dd { strong { "Read" } br; "It can look at the data and change nothing." },
                    Scope::ReadWrite => dd.stress { strong { "Read & write" } br; "It can look at the data and change it." },
                }
                (app(asked))
            }
            p { "It stays connected until somebody revokes it in " (server.title()) "." }
            form method="post" action=(crate::issuer::AUTHORIZE) {
                input type="hidden" name="ticket" value=(ticket);
                div.actions {
                    button type="submit" name="action" value="allow" { "Allow" }
                    button.quiet type="submit" name="action" value="cancel" { "Cancel" }
                }
            }
        };
        Self { title, main }
    }

    /// Says what is wrong with an app's request, with a way to tell the app.
    pub(super) fn refused(server: &AuthorizationServer, description: &str, link: &str, host: &str) -> Self {
        let main = html! {
            h1 { "This app cannot be connected" }
            p.problem role="alert" { "Its request is not right: " (shown(description)) "." }
            p { "This is for whoever makes the app to repair; nothing was changed here." }
            p { a href=(link) rel="noreferrer" { "Tell the app at " (host) } ", or close this page." }
        };
        Self {
            title: format!("{}: not connected", server.title()),
            main,
        }
    }

    /// Says what stands in the way.
    pub(super) fn problem(server: &AuthorizationServer, problem: &Problem) -> Self {
        let title = server.title();
        let (heading, text) = match problem {
            Problem::Request(text) => (
                "This app cannot be connected",
                format!("Its request is not right: {}. If you were connecting an app, remove it in your chat and add it again.", shown(text)),
            ),
            Problem::Form => ("This form cannot be read", "Go back to your chat and connect again.".to_owned()),
            Problem::CrossSite => (
                "This form came from another page",
                "For your safety it was not accepted; nothing was changed. Go back to your chat and connect again.".to_owned(),
            ),
            Problem::FormExpired => (
                "This page is out of date",
                "It is older than half an hour, or was opened in another browser, or this browser keeps no cookies. Go back to your chat and connect again.".to_owned(),
            ),
            Problem::TriesUsedUp => (
                "Too many codes",
                "Five codes were tried in this form and it takes no more. Go back to your chat, connect again, and paste a new code.".to_owned(),
            ),
            Problem::TooMany => (
                "Too many requests",
                "Many requests came from your network just now. Wait a minute, then go back and try again.".to_owned(),
            ),
            Problem::CodeGone => (
                "This code does not work any more",
                format!("It was used or cancelled, or its ten minutes are over; nothing was connected by it now. Make a new one in {title} and connect again."),
            ),
            Problem::OutOfReach { host } => (
                "Not just now",
                format!("This app describes itself at {host}, and that could not be fetched. Nothing was changed. Try again shortly; if it stays so, whoever runs {title} should check that the server can reach {host}."),
            ),
            Problem::Unavailable => (
                "Not just now",
                "This cannot be checked at the moment. Nothing was changed; try again shortly.".to_owned(),
            ),
        };
        let main = html! {
            h1 { (heading) }
            p.problem role="alert" { (text) }
            p.hint { "You can close this page." }
        };
        Self {
            title: format!("{title}: {heading}"),
            main,
        }
    }

    /// The page as a response. `redirect` is where its forms may lead in the end.
    pub(super) fn respond(self, status: StatusCode, redirect: Option<&RedirectUri>) -> Response {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="robots" content="noindex";
                    title { (self.title) }
                    style { (PreEscaped(STYLE)) }
                }
                body { main { (self.main) } }
            }
        };
        let mut response = (
            status,
            [(header::CONTENT_TYPE, "text/html; charset=utf-8")],
            page.into_string(),
        )
            .into_response();
        protect(response.headers_mut(), redirect);
        response
    }
}

/// Who asks, and on whose word. The name is the app's own; the hosts are facts.
fn app(asked: &Asked) -> Markup {
    html! {
        dt { "App" }
        dd {
            strong { bdi { (asked.name) } }
            br;
            @match &asked.host {
                Some(host) => { "verified: published by " strong { bdi { (host) } } },
                None => span.unverified { "unverified name: the app chose it itself" },
            }
        }
        dt { "Sends you back to" }
        @if asked.redirect.is_loopback() {
            dd { "a program on this computer (" bdi { (asked.redirect.host()) } ")" }
        } @else if let Some(host) = asked.host.as_deref().filter(|host| *host != asked.redirect.host()) {
            dd.stress {
                strong { bdi { (asked.redirect.host()) } }
                br;
                "The app is described by " bdi { (host) } ", and you are sent on to " bdi { (asked.redirect.host()) }
                ". Go on only if you know that both belong to this app."
            }
        } @else {
            dd { strong { bdi { (asked.redirect.host()) } } }
        }
    }
}

fn wrong_code(server: &AuthorizationServer, tries_left: u64) -> Markup {
    html! {
        p #problem.problem role="alert" {
            strong { "This code does not work here." }
            " Check it for typing errors. It may also be older than ten minutes, used or cancelled, or made for another "
            (server.tenant_noun()) "; then make a new one. "
            @match tries_left {
                0 => "This form takes no more codes: start again from your chat.",
                1 => "You can try once more.",
                left => { "You can try " (left) " more times." },
            }
        }
    }
}

/// A description of ours ends without a full stop; the page adds one.
fn shown(text: &str) -> String {
    text.chars().take(400).collect()
}

fn capitalized(noun: &str) -> String {
    let mut characters = noun.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// The headers of every page and every redirect from one.
pub(super) fn protect(headers: &mut HeaderMap, redirect: Option<&RedirectUri>) {
    static STYLE_HASH: LazyLock<String> = LazyLock::new(|| BASE64.encode(Sha256::digest(STYLE)));
    // Browsers apply form-action to redirects after the form, too: ours to the app, and the app's own from there to
    // wherever it likes. So a scheme, and not an origin.
    let target = match redirect {
        None => "",
        Some(redirect) if redirect.is_loopback() => " https: http:",
        Some(_) => " https:",
    };
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; form-action 'self'{target}; frame-ancestors 'none'; base-uri 'none'",
        *STYLE_HASH
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    // No opener policy: a chat that opens this page as a popup needs its opener back after the redirect.
    let fixed: [(HeaderName, &str); 4] = [
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Nothing to other sites. Not `no-referrer`: with that, browsers hide the origin of our own forms from us.
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
