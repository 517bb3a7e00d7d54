//! The pages a person sees, in the look that all our pages share, and without a script.
//!
//! Every value is escaped by the template, and what an app or a person called itself stands in a `bdi`.

use latchstring_access::FoundCode;
use latchstring_core::Scope;
use latchstring_pages::{Icon, Kind, Page, Policy, host, icon, notice, scope_name, status};
use maud::{Markup, html};

use super::ticket::Asked;
use crate::{issuer::AUTHORIZE, redirect::RedirectUri, state::AuthorizationServer};

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

impl Problem {
    /// As what a request with it is counted.
    pub(super) fn class(&self) -> &'static str {
        match self {
            Self::Request(_) => "app_request",
            Self::Form => "form",
            Self::CrossSite => "cross_site",
            Self::FormExpired => "form_expired",
            Self::TriesUsedUp => "tries_used_up",
            Self::TooMany => "slow_down",
            Self::CodeGone => "code_gone",
            Self::OutOfReach { .. } => "out_of_reach",
            Self::Unavailable => "temporarily_unavailable",
        }
    }
}

/// Asks for the connection code. `tries_left` when one was typed that is not right.
pub(super) fn code(server: &AuthorizationServer, asked: &Asked, ticket: &str, tries_left: Option<u64>) -> Page {
    let title = format!("Connect {} to {}", asked.name, server.title());
    let warning = html! {
        p {
            strong { "Paste a code only if you opened this page yourself, from your own chat." }
            " If somebody sent you here, close it."
        }
        @if asked.is_loopback_only {
            p {
                "This app is a program on your computer, and any program there could use its name: go on only if you have \
                 just started it."
            }
        }
    };
    let main = html! {
        div.intro { h1 { "Connect an app to " (server.title()) } }
        dl.facts.panel { (app(asked)) }
        (notice(Kind::Warn, Icon::Warn, &warning))
        @match tries_left {
            Some(0) => (status(Kind::Bad, &html! { p { (wrong_code(server, 0)) } })),
            left => (code_form(ticket, left.map(|left| wrong_code(server, left)))),
        }
    };
    page(server, title, main)
}

fn code_form(ticket: &str, wrong: Option<Markup>) -> Markup {
    let is_again = wrong.is_some();
    html! {
        form.stack method="post" action=(AUTHORIZE) {
            input type="hidden" name="ticket" value=(ticket);
            div.field {
                label for="code" { "Connection code" }
                p.hint #hint {
                    "20 letters and digits, such as " code dir="ltr" { "7KQ2-M0ZX-94TB-HJ3E-D8WP" }
                    ". It works once, for ten minutes."
                }
                @if let Some(wrong) = wrong {
                    p.error #problem role="alert" { (icon(Icon::Warn)) span { (wrong) } }
                }
                // Focused only once there is something to put right: on a small screen the focus would hide who asks.
                // What was typed is not shown again.
                input.code-input #code type="text" name="code" dir="ltr" required maxlength="60" autofocus[is_again]
                    autocomplete="one-time-code" autocapitalize="characters" spellcheck="false"
                    aria-invalid=[is_again.then_some("true")] aria-describedby=(if is_again { "hint problem" } else { "hint" });
            }
            div.actions {
                button.primary type="submit" name="action" value="continue" { "Continue" }
                button type="submit" name="action" value="cancel" formnovalidate { "Cancel" }
            }
        }
    }
}

fn wrong_code(server: &AuthorizationServer, tries_left: u64) -> Markup {
    html! {
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

/// Names what is about to be allowed, and asks.
pub(super) fn confirm(server: &AuthorizationServer, asked: &Asked, ticket: &str, code: &FoundCode) -> Page {
    let title = format!("Allow {} to use {}?", asked.name, code.tenant_name);
    let scope = html! { strong { (scope_name(code.scope)) } br; };
    let main = html! {
        div.intro { h1 { "Allow " bdi { (asked.name) } " to use " bdi { (code.tenant_name) } "?" } }
        dl.facts.panel {
            dt { (capitalized(server.tenant_noun())) }
            dd { strong { bdi { (code.tenant_name) } } }
            dt { "Access" }
            @match code.scope {
                Scope::Read => dd { (scope) "It can look at the data and change nothing." },
                Scope::ReadWrite => dd.stress { (scope) "It can look at the data and change it." },
            }
            (app(asked))
        }
        p { "It stays connected until somebody revokes it in " (server.title()) "." }
        form.actions method="post" action=(AUTHORIZE) {
            input type="hidden" name="ticket" value=(ticket);
            button.primary type="submit" name="action" value="allow" { "Allow" }
            button type="submit" name="action" value="cancel" { "Cancel" }
        }
    };
    page(server, title, main)
}

/// Says what is wrong with an app's request, with a way to tell the app.
pub(super) fn refused(server: &AuthorizationServer, description: &str, link: &str, host: &str) -> Page {
    let main = html! {
        div.intro { h1 { "This app cannot be connected" } }
        (status(Kind::Bad, &html! { p { "Its request is not right: " (shown(description)) "." } }))
        p { "This is for whoever makes the app to repair; nothing was changed here." }
        p { a href=(link) rel="noreferrer" { "Tell the app at " bdi { (host) } } ", or close this page." }
    };
    page(server, format!("{}: not connected", server.title()), main)
}

/// Says what stands in the way.
pub(super) fn problem(server: &AuthorizationServer, problem: &Problem) -> Page {
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
        div.intro { h1 { (heading) } }
        (status(Kind::Bad, &html! { p { (text) } }))
        p.hint { "You can close this page." }
    };
    page(server, format!("{title}: {heading}"), main)
}

fn page(server: &AuthorizationServer, title: String, main: Markup) -> Page {
    let bar = html! { p.where { strong { (server.title()) } } };
    Page::new(title, bar, main).centred().plain()
}

/// The policy of a page whose forms lead to this address in the end, and of the redirect there.
pub(super) fn leading_to(redirect: &RedirectUri) -> Policy {
    // Browsers apply form-action to redirects after the form, too: ours to the app, and the app's own from there to
    // wherever it likes. So a scheme, and not an origin.
    let forms = if redirect.is_loopback() {
        " https: http:"
    } else {
        " https:"
    };
    Policy {
        forms,
        ..Policy::default()
    }
}

/// Who asks, and on whose word. The name is the app's own; the hosts are facts.
fn app(asked: &Asked) -> Markup {
    let back = asked.redirect.host();
    html! {
        dt { "App" }
        dd {
            strong { bdi { (asked.name) } }
            br;
            @match &asked.host {
                Some(host) => span.host {
                    (icon(Icon::Check)) span { "verified: published by " strong { bdi { (host) } } }
                },
                None => { (host(None)) " " span.small { "The app chose it itself." } },
            }
        }
        dt { "Sends you back to" }
        @if asked.redirect.is_loopback() {
            dd { "a program on this computer (" bdi { (back) } ")" }
        } @else if let Some(host) = asked.host.as_deref().filter(|host| *host != back) {
            dd.stress {
                strong { bdi { (back) } }
                br;
                "The app is described by " bdi { (host) } ", and you are sent on to " bdi { (back) }
                ". Go on only if you know that both belong to this app."
            }
        } @else {
            dd { strong { bdi { (back) } } }
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
