//! What pages are made of.

use latchstring_core::Scope;
use maud::{Markup, PreEscaped, html};

/// A small picture beside words that say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// To revoke.
    Trash,
    /// It is so.
    Check,
    /// To know.
    Info,
    /// To mind.
    Warn,
    /// It has ended.
    Stop,
    /// It rests.
    Pause,
}

impl Icon {
    const ALL: [Self; 6] = [
        Self::Trash,
        Self::Check,
        Self::Info,
        Self::Warn,
        Self::Stop,
        Self::Pause,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Trash => "trash",
            Self::Check => "check",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Stop => "stop",
            Self::Pause => "pause",
        }
    }

    fn shape(self) -> &'static str {
        match self {
            Self::Trash => r#"<path d="M3 4.5h10M6.5 4.5V3h3v1.5M4.5 4.5l.5 8.5h6l.5-8.5M6.75 7v3.75M9.25 7v3.75"/>"#,
            Self::Check => r#"<path d="M3.5 8.5l3 3 6-7"/>"#,
            Self::Info => r#"<circle cx="8" cy="8" r="5.75"/><path d="M8 7.5v3.25M8 5.25v.01"/>"#,
            Self::Warn => r#"<path d="M8 2.5l6 10.75H2zM8 6.5v3M8 11.25v.01"/>"#,
            Self::Stop => r#"<circle cx="8" cy="8" r="5.75"/><path d="M4 12l8-8"/>"#,
            Self::Pause => r#"<circle cx="8" cy="8" r="5.75"/><path d="M6.5 6v4M9.5 6v4"/>"#,
        }
    }
}

/// The shapes that [`icon`] refers to; each page has them once.
pub(crate) fn shapes() -> Markup {
    html! {
        svg.defs aria-hidden="true" {
            @for icon in Icon::ALL {
                symbol id={ "i-" (icon.name()) } viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5"
                    stroke-linecap="round" stroke-linejoin="round" { (PreEscaped(icon.shape())) }
            }
        }
    }
}

/// The picture. It says nothing to who does not see it.
pub fn icon(icon: Icon) -> Markup {
    html! { svg aria-hidden="true" { use href={ "#i-" (icon.name()) } {} } }
}

/// What a grant may do, in two words.
pub fn scope_name(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read only",
        Scope::ReadWrite => "Read & write",
    }
}

/// The same, to be seen at a glance.
pub fn scope_badge(scope: Scope) -> Markup {
    let name = scope_name(scope);
    match scope {
        Scope::Read => html! { span.badge { (name) } },
        Scope::ReadWrite => html! { span.badge.write { (name) } },
    }
}

/// Who vouches for an app's name, if anybody does.
pub fn host(host: Option<&str>) -> Markup {
    html! {
        @match host {
            Some(host) => span.host { (icon(Icon::Check)) span { "verified: " bdi { (host) } } },
            None => span.badge.unverified { "unverified name" },
        }
    }
}

/// How a notice is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something new.
    News,
    /// Something to mind.
    Warn,
    /// Something went wrong.
    Bad,
    /// Something was done.
    Good,
}

impl Kind {
    fn class(self) -> &'static str {
        match self {
            Self::News => "news",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Good => "good",
        }
    }
}

/// Words in a box.
pub fn notice(kind: Kind, picture: Icon, body: &Markup) -> Markup {
    html! { div.notice.(kind.class()) { (icon(picture)) div { (body) } } }
}

/// What has become of what the person just did. Where there is a script, it has the focus.
pub fn status(kind: Kind, body: &Markup) -> Markup {
    let (picture, role) = match kind {
        Kind::Bad => (Icon::Warn, "alert"),
        Kind::News | Kind::Warn | Kind::Good => (Icon::Check, "status"),
    };
    html! { div.notice.(kind.class()) role=(role) tabindex="-1" data-focus { (icon(picture)) div { (body) } } }
}

/// A button that copies what has this id. Shown where there is a script.
pub fn copy(id: &str, what: &str) -> Markup {
    html! {
        button type="button" hidden data-copy=(id) data-copied="Copied" data-selected="Selected. Copy it with your keyboard."
            aria-label={ "Copy " (what) } { span aria-live="off" { "Copy" } }
    }
}

/// The way back to where this page was opened from.
pub fn back(href: &str, text: &str) -> Markup {
    html! { p.back { a href=(href) { (text) } } }
}

/// One of several to choose from.
#[derive(Debug, Clone)]
pub struct Option_ {
    /// What the form sends.
    pub value: String,
    /// Its name.
    pub name: String,
    /// What it means, if that needs words.
    pub hint: Option<String>,
}

/// Radio buttons, of which the one with this value is chosen.
pub fn options(field: &str, chosen: &str, options: &[Option_]) -> Markup {
    html! {
        @for option in options {
            label.option {
                input type="radio" name=(field) value=(option.value) checked[option.value == chosen] required;
                span { bdi { (option.name) } @if let Some(hint) = &option.hint { span { (hint) } } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_from_outside_can_neither_act_nor_turn_the_words_around_it() {
        let shown = host(Some("<b>\u{202E}evil")).into_string();
        assert!(shown.contains("<bdi>&lt;b&gt;\u{202E}evil</bdi>"), "{shown}");
    }

    #[test]
    fn the_chosen_option_is_checked_and_no_other() {
        let two = ["read", "read_write"].map(|value| Option_ {
            value: value.to_owned(),
            name: value.to_owned(),
            hint: None,
        });
        let shown = options("scope", "read", &two).into_string();
        assert_eq!(shown.matches(" checked").count(), 1, "{shown}");
        assert!(shown.contains(r#"value="read" checked"#), "{shown}");
    }
}
