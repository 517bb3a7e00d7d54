//! Every word that a person reads on the access page, in one place, to be translated whole.
//!
//! Sentences with a name in them are functions, so that another language may put the name elsewhere.

use latchstring_access::{CreateCodeError, CreateKeyError, MAX_LIVE_APPS, MAX_LIVE_CODES, MAX_LIVE_KEYS, StoreError};
use latchstring_core::Scope;
use maud::{Markup, html};

use crate::{Permission, error::ConsoleError};

pub(crate) const PAGES: &str = "Pages";
pub(crate) const ACCESS: &str = "Access";
pub(crate) const SIGN_IN: &str = "Sign in";
pub(crate) const SIGN_OUT: &str = "Sign out";
pub(crate) const PERSON: &str = "Person";
pub(crate) const CANCEL: &str = "Cancel";
pub(crate) const DONE: &str = "Done";
pub(crate) const REVOKE: &str = "Revoke";
pub(crate) const NEVER: &str = "Never";
pub(crate) const BACK_TO_ACCESS: &str = "To the access page";
pub(crate) const UTC: &str = "Times are in UTC.";
/// `{}` is the reader's time zone.
pub(crate) const ZONE: &str = "Times are in your time zone, {}.";

pub(crate) fn capitalized(noun: &str) -> String {
    let mut characters = noun.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// `3 keys`, `1 key`.
pub(crate) fn count(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// `10,000`.
fn thousands(count: u32) -> String {
    format!("{},{:03}", count / 1_000, count % 1_000)
}

// ---- Signing in

pub(crate) const DEMO_SIGN_IN: &str =
    "This is the demo sign-in. It needs no password, and works only on the computer the server runs on.";

pub(crate) const DEMO_TOKEN: &str =
    "Open the address that the server printed when it was started, with the token in it. Every start makes a new one.";

pub(crate) const SIGNED_OUT: &str = "Signed out";

pub(crate) fn permission(may: Permission) -> &'static str {
    match may {
        Permission::Look => "May look, and change nothing.",
        Permission::Manage => "May create and revoke.",
    }
}

pub(crate) fn no_tenants(noun: &str) -> String {
    format!("The app is installed for no {noun} yet. Install it for one with the command tenant install.")
}

/// Somebody of whom the app says an id and no name.
pub(crate) fn nameless(sub: &str) -> String {
    format!("User {sub}")
}

// ---- Signing in by a token of the app

pub(crate) const OPEN_FROM_APP: &str = "Open this page from the app";
pub(crate) const NO_TOKEN: &str = "The app signs you in here, for an hour at a time. Open this page from there.";
pub(crate) const OPEN_AGAIN: &str = "Open this page from the app again";
pub(crate) const WRONG_TOKEN: &str =
    "You are not signed in: what the app sent along works once, and for a minute. Open this page from the app again.";
pub(crate) const NOT_INSTALLED: &str = "Not installed here";

pub(crate) fn install_first(noun: &str) -> String {
    format!("The app is not installed for your {noun}, or not yet. Install it, then open this page from there again.")
}

// ---- Signing in with the app

pub(crate) const SIGN_IN_AGAIN: &str = "Sign in once more";
pub(crate) const SIGN_IN_NOT_BEGUN: &str = "This sign-in did not begin in this browser, took longer than ten minutes, or is over already. Nobody was signed in.";
pub(crate) const NOT_SIGNED_IN: &str = "You are not signed in";
pub(crate) const SIGN_IN_DENIED: &str =
    "The app did not let you in, or you said no there. If that was not meant so, sign in again.";
pub(crate) const SIGN_IN_FAILED: &str = "The app could not tell who you are. Try again shortly; if that does not help, tell whoever runs this server, whose log says more.";
pub(crate) const SIGN_IN_NOT_OPENED: &str =
    "Nobody is signed in in this browser, or not any more. Open the access page itself to sign in.";
pub(crate) const TOO_MANY_SIGN_INS: &str =
    "Too many people are signing in just now, so the app was not asked about you. Wait a minute, then sign in again.";
pub(crate) const NOTHING_FOR_YOU: &str = "Nothing here for you yet";

pub(crate) fn speaks_for_none(noun: &str) -> String {
    format!(
        "You may speak for no {noun} for which the app is installed. Have it installed, or sign in as somebody who may."
    )
}

pub(crate) fn choose_title(noun: &str) -> String {
    format!("Which {noun}?")
}

pub(crate) fn choose_intro(noun: &str, person: &str) -> Markup {
    html! { "You are " bdi { (person) } ", and may speak for more than one " (noun) "." }
}

pub(crate) fn choose_cut(noun: &str, most: usize) -> String {
    format!("The app named more than {most}. If the {noun} you want is not here, ask whoever runs this server.")
}

/// What stands in the way: a heading, and what to do. `{noun}` is what a tenant is called.
pub(crate) fn problem(error: &ConsoleError, noun: &str) -> (&'static str, String) {
    let (heading, text) = match error {
        ConsoleError::SignedOut => ("Signed out", "Sign in again."),
        ConsoleError::SignedOutMeanwhile => (
            "You were signed out",
            "Nothing was changed: a session lasts an hour, and yours was over when you sent the form. Sign in and do it again.",
        ),
        ConsoleError::CrossSite => (
            "This form came from another page",
            "For your safety it was not accepted; nothing was changed. Open the access page and do it there.",
        ),
        ConsoleError::Form => (
            "This form cannot be read",
            "Nothing was changed. Go back to the access page and try again.",
        ),
        ConsoleError::OtherTenant => (
            "You are signed in elsewhere by now",
            "In another tab this browser has signed in to another {noun} since this form was shown. Nothing was changed. Open the \
             page of the one you mean again.",
        ),
        ConsoleError::NotAllowed => (
            "You may look, and not change this",
            "Nothing was changed. Ask whoever manages the app to do it, or to let you.",
        ),
        ConsoleError::NotFound => (
            "This is not there",
            "Nothing was changed. It may belong to an earlier installation, or the link is not whole.",
        ),
        ConsoleError::Exporting => (
            "An export is under way",
            "The calls of one {noun} are exported once at a time. Wait until that file is there, then try again.",
        ),
        ConsoleError::NotHere => (
            "Only from the server's own computer",
            "The demo sign-in needs no password, so it lets in nobody from elsewhere. Open the page on that computer, or set up \
             a sign-in with the app.",
        ),
        ConsoleError::Unavailable(_) => (
            "Not just now",
            "The server cannot reach its data at the moment. If you were changing something, look at the lists before you try \
             again: it may have been done, or done in part.",
        ),
    };
    (heading, text.replace("{noun}", noun))
}

// ---- The access page

pub(crate) fn intro(tenant: &str) -> Markup {
    html! { "Which AI apps and API keys reach the data of " bdi { (tenant) } ", and what they may do with it." }
}

pub(crate) const APPS: &str = "Connected apps";
pub(crate) const KEYS: &str = "Active keys";
pub(crate) const NO_APPS: &str = "No app is connected.";
pub(crate) const NO_KEYS: &str = "There are no keys.";
pub(crate) const APP: &str = "App";
pub(crate) const KEY: &str = "Key";
pub(crate) const GRANTED: &str = "Granted";
pub(crate) const CREATED: &str = "Created";
pub(crate) const LAST_USED: &str = "Last used";
pub(crate) const RETURNS_TO: &str = "Returns to";
pub(crate) const EXPIRES: &str = "Expires";
pub(crate) const OWN_COMPUTER: &str = "their own computer";
pub(crate) const KEPT_LISTED: &str = "What was revoked or has expired stays listed for 90 days.";
pub(crate) const NO_LABEL: &str = "(no label)";
pub(crate) const NOT_FETCHED: &str = "Not connected yet: it has a minute to fetch its tokens.";

pub(crate) fn by(person: &str) -> Markup {
    html! { "by " bdi { (person) } }
}

pub(crate) fn revoked(person: &str, when: &Markup) -> Markup {
    html! { "Revoked by " bdi { (person) } " on " (when) }
}

pub(crate) fn expired(when: &Markup) -> Markup {
    html! { "Expired on " (when) }
}

pub(crate) fn revoke_what(kind: &str, name: &str) -> String {
    format!("Revoke {kind} {name}")
}

pub(crate) const NEW_CONNECTION: &str = "New connection";

pub(crate) fn connected_by(person: &str, when: &Markup) -> Markup {
    html! { "Connected by " bdi { (person) } " on " (when) ". If you do not recognise it, revoke it." }
}

pub(crate) const BEGIN: &str = "Begin";

pub(crate) fn nothing_yet(tenant: &str) -> Markup {
    html! { "Nothing reaches " bdi { (tenant) } " yet. There are two ways to let something in." }
}

pub(crate) const CONNECT_WHAT: &str =
    "For claude.ai and ChatGPT. You paste an address and a code that works once. No key to keep.";
pub(crate) const KEY_WHAT: &str = "For Claude Code, Codex, Cursor, VS Code, Claude Desktop and scripts of your own.";

pub(crate) fn both(noun: &str) -> String {
    format!(
        "Both are read only unless you choose otherwise, reach this {noun} and no other, and can be revoked here at any time."
    )
}

// ---- Pause and revoke all

pub(crate) const EVERYTHING: &str = "Everything at once";
pub(crate) const PAUSE_ALL: &str = "Pause all";
pub(crate) const PAUSE_WHAT: &str =
    "Every key and app is refused, and running programs stop, until somebody resumes. Nothing is revoked.";
pub(crate) const RESUME: &str = "Resume";
pub(crate) const PAUSED: &str = "Paused";
pub(crate) const PAUSED_WHAT: &str = "Every key and app is refused. Nothing is revoked, and apps stay connected.";
pub(crate) const IS_PAUSED: &str = "Paused. Every key and app is refused from now on.";
pub(crate) const LAPSED: &str = "The subscription is not active";
pub(crate) const LAPSED_WHAT: &str = "Every key and app is refused until it is renewed in the app. Nothing is revoked and apps stay connected, so they work \
                                       again by themselves then. New apps cannot be connected meanwhile.";
pub(crate) const REVOKE_ALL: &str = "Revoke all";
pub(crate) const REVOKE_EVERYTHING: &str = "Revoke everything";

pub(crate) fn is_resumed(is_served: bool) -> &'static str {
    if is_served {
        "Resumed. Keys and apps work again."
    } else {
        "Resumed. Keys and apps are refused all the same, because the subscription is not active."
    }
}

pub(crate) fn paused_by(person: &str, when: &Markup) -> Markup {
    html! { strong { (PAUSED) } " by " bdi { (person) } " on " (when) "." }
}

/// `3 keys and 1 app`.
pub(crate) fn keys_and_apps(keys: usize, apps: usize) -> String {
    let (keys, apps) = (
        (keys > 0).then(|| count(keys, "key", "keys")),
        (apps > 0).then(|| count(apps, "connected app", "connected apps")),
    );
    match (keys, apps) {
        (Some(keys), Some(apps)) => format!("{keys} and {apps}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => "nothing".to_owned(),
    }
}

pub(crate) fn revoke_all_what(keys: usize, apps: usize) -> String {
    format!(
        "Ends {} for good. Each has to be set up again.",
        keys_and_apps(keys, apps)
    )
}

pub(crate) fn all_is_revoked(tenant: &str) -> Markup {
    html! { "Nothing reaches " bdi { (tenant) } " any more: all keys and apps are revoked, and all codes cancelled." }
}

// ---- Revoking one

pub(crate) fn revoke_question(name: &str) -> Markup {
    html! { "Revoke " bdi { (name) } "?" }
}

pub(crate) const REVOKE_A_KEY: &str = "Revoke a key?";
pub(crate) const REVOKE_AN_APP: &str = "Revoke an app?";
pub(crate) const REVOKE_KEY: &str = "Revoke key";
pub(crate) const REVOKE_APP: &str = "Revoke app";
pub(crate) const CONSEQUENCE: &str =
    "It is refused from its next request on, and its running programs stop. What they changed before stays.";
pub(crate) const NO_WAY_BACK_KEY: &str = "This cannot be undone. Whatever uses it needs a new key.";
pub(crate) const NO_WAY_BACK_APP: &str = "This cannot be undone. To come back it needs a new connection code.";

pub(crate) fn is_revoked(name: &str) -> Markup {
    html! { strong { bdi { (name) } } " is revoked. It is refused from now on." }
}

pub(crate) const REVOKE_ALL_QUESTION: &str = "Revoke everything?";

pub(crate) fn revoke_all_consequence(keys: usize, apps: usize, tenant: &str) -> Markup {
    html! {
        p {
            "This ends " (keys_and_apps(keys, apps)) " of " bdi { (tenant) }
            ": refused from the next request on, and running programs stop. Codes that wait are cancelled."
        }
        p { "This cannot be undone. To stop for a while, " strong { "pause all" } " instead." }
    }
}

pub(crate) fn type_name(noun: &str) -> String {
    format!("Type the name of the {noun} to confirm")
}

pub(crate) const NAME_DIFFERS: &str = "That is not the name. Nothing was revoked; type it as it stands above.";

// ---- Scope

pub(crate) const MAY_DO: &str = "What it may do";

pub(crate) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "Read only",
        Scope::ReadWrite => "Read & write",
    }
}

pub(crate) fn scope_hint(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "It can look at the data and change nothing. Right for most uses.",
        Scope::ReadWrite => "It can also change the data.",
    }
}

// ---- A new key

pub(crate) const CREATE_A_KEY: &str = "Create a key";
pub(crate) const CREATE_KEY: &str = "Create key";
pub(crate) const KEY_CREATED: &str = "Key created";
pub(crate) const LABEL: &str = "Label";
pub(crate) const LABEL_HINT: &str = "What will use it, and where. Up to 80 characters.";
pub(crate) const EXPIRES_HINT: &str = "From then on it is refused. Choose this for anything you try out.";
pub(crate) const NOT_CREATED: &str = "The key was not created.";
pub(crate) const COPY_NOW: &str = "Copy the key now. It will not be shown again.";
/// Stands where a key or code was, when the browser goes back to the page.
pub(crate) const WAS_SHOWN: &str = "Shown once, and not again.";
pub(crate) const USE_IT: &str = "Use it";
pub(crate) const COPIED: &str = "I have copied the key";
pub(crate) const THE_KEY: &str = "the key";
pub(crate) const ALREADY: &str = "This form was sent already. If it made something, that is listed; what is shown once is \
                                   not shown again: if you did not copy it, revoke it and make another.";

pub(crate) fn key_intro(noun: &str) -> String {
    format!(
        "A key stands for this {noun}. Give each program a key of its own, so that you can revoke one without the others."
    )
}

pub(crate) fn keep_safe(scope: Scope, noun: &str) -> String {
    let what = match scope {
        Scope::Read => "read",
        Scope::ReadWrite => "read and change",
    };
    format!("Whoever has it can {what} the data of this {noun}. Keep it out of chats, e-mail and version control.")
}

pub(crate) fn in_days(days: u16) -> String {
    match days {
        365 => "In a year".to_owned(),
        days => format!("In {days} days"),
    }
}

/// An error of ours as a sentence.
pub(crate) fn sentence(error: &impl std::fmt::Display) -> String {
    format!("{}.", capitalized(&error.to_string()))
}

pub(crate) fn lines_for(client: &str) -> String {
    format!("the lines for {client}")
}

pub(crate) fn key_problem(error: &CreateKeyError) -> Option<String> {
    match error {
        CreateKeyError::ExpiresInThePast => Some("It would have expired already; choose a later day.".to_owned()),
        CreateKeyError::Store(StoreError::TooManyKeys) => Some(format!(
            "There are {MAX_LIVE_KEYS} keys, the most there may be. Revoke one that is not used any more."
        )),
        CreateKeyError::Store(_) => None,
    }
}

// ---- A connection code

pub(crate) const CONNECT: &str = "Connect a web chat";
pub(crate) const CONNECT_INTRO: &str = "You get an address to paste into claude.ai or ChatGPT, and a code that lets it in once. The code works for ten minutes.";
pub(crate) const GET_A_CODE: &str = "Get a code";
pub(crate) const NO_CODE: &str = "No code was made.";
pub(crate) const STEP_URL: &str = "Paste this connector URL into the chat";
pub(crate) const STEP_CODE: &str = "When it asks for a code, paste this";
pub(crate) const STEP_ALLOW: &str = "Allow it on the page that opens";
pub(crate) const THE_URL: &str = "the connector URL";
pub(crate) const THE_CODE: &str = "the code";
pub(crate) const NEW_CODE: &str = "Make a new code";
pub(crate) const CANCEL_CODE: &str = "Cancel this code";
pub(crate) const WAITING: &str = "Waiting for an app to use the code.";
pub(crate) const WAITING_TITLE: &str = "Waiting: connect a web chat";
pub(crate) const CHECK_NOW: &str = "Check now";
pub(crate) const CODE_ELSEWHERE: &str = "The code is shown once, on the page where it was made.";
pub(crate) const WORKS_UNTIL: &str = "Works until ";
/// `{}` is minutes and seconds.
pub(crate) const TIME_LEFT: &str = "{} left";
pub(crate) const SAY_TEN_MINUTES: &str = "The code works for ten minutes.";
pub(crate) const SAY_ONE_MINUTE: &str = "The code works for one more minute.";
pub(crate) const GO_BACK: &str = "You can go back to the chat.";
pub(crate) const NOT_ME: &str = "This was not me: revoke";
pub(crate) const NOTHING_CONNECTED: &str =
    "Nothing is connected by this code. The connector URL stays the same, so a chat that has it only needs a new code.";
pub(crate) const HAS_EXPIRED: &str = "The code has expired";
pub(crate) const WAS_REVOKED: &str = "The app was revoked";
pub(crate) const WAS_LOST: &str = "The app did not come back for its access";
pub(crate) const IS_CANCELLED: &str = "The code is cancelled";

pub(crate) fn one_use(badge: &Markup, tenant: &str) -> Markup {
    html! { "This code gives an app " (badge) " access to " bdi { (tenant) } ", once." }
}

pub(crate) fn is_connected(app: &str) -> Markup {
    html! { bdi { (app) } " is connected" }
}

pub(crate) fn is_connected_title(app: &str) -> String {
    format!("{app} is connected")
}

pub(crate) fn say_connected(app: &str, host: Option<&str>) -> String {
    match host {
        Some(host) => format!("{app}, verified as {host}, is connected."),
        None => format!("{app} is connected. Nobody verified its name."),
    }
}

pub(crate) fn same_scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "The new code is read only, as this one was.",
        Scope::ReadWrite => "The new code is read & write, as this one was.",
    }
}

pub(crate) fn code_problem(error: &CreateCodeError) -> Option<String> {
    match error {
        CreateCodeError::PlanLapsed => {
            Some("The subscription is not active, so no app can be connected. Renew it first.".to_owned())
        }
        CreateCodeError::Store(StoreError::TooManyCodes) => Some(format!(
            "{MAX_LIVE_CODES} codes are waiting, the most there may be. Use or cancel one, or wait ten minutes."
        )),
        CreateCodeError::Store(StoreError::TooManyApps) => Some(format!(
            "{MAX_LIVE_APPS} apps are connected, the most there may be. Revoke one that is not used any more."
        )),
        CreateCodeError::Store(_) => None,
    }
}

pub(crate) const GUIDE: &str = "Steps in the chat";
pub(crate) const GUIDE_DATE: &str = "As these apps name their steps in November 2026.";
pub(crate) const NEW_TAB: &str = " (opens in a new tab)";

/// The steps in claude.ai.
pub(crate) fn claude_steps(title: &str) -> Markup {
    html! {
        ol {
            li {
                "In " a href="https://claude.ai" rel="noreferrer" target="_blank" { "Claude" span.sr { (NEW_TAB) } }
                ", open " strong { "Customize" } ", then " strong { "Connectors" } "."
            }
            li { "Press " strong { "+" } ", then " strong { "Add custom connector" } "." }
            li { "Type a name, paste the connector URL, leave the advanced settings empty, press " strong { "Add" } "." }
            li { "Press " strong { "Connect" } ". A page of " (title) " opens." }
            li { "Paste the code, look at what is asked, press " strong { "Allow" } "." }
        }
        p.hint {
            "On Team and Enterprise plans an owner adds the connector first. Each person then connects with a code of their own."
        }
    }
}

/// The steps in ChatGPT.
pub(crate) fn chatgpt_steps(title: &str) -> Markup {
    html! {
        ol {
            li {
                "In ChatGPT on the web, open "
                a href="https://chatgpt.com/plugins" rel="noreferrer" target="_blank" { "Plugins" span.sr { (NEW_TAB) } } "."
            }
            li { "Press " strong { "+" } ", then " strong { "Add custom MCP server" } "." }
            li {
                "Type a name, paste the connector URL as " strong { "Server URL" } ", choose " strong { "OAuth" }
                " for authentication."
            }
            li { "Agree to the warning, press " strong { "Create as a plugin" } ". A page of " (title) " opens." }
            li { "Paste the code, look at what is asked, press " strong { "Allow" } "." }
        }
        p.hint {
            "If the entry is missing, switch on Developer mode in Settings, Security and login. In a workspace an administrator \
             has to allow it."
        }
    }
}

// ---- Activity

pub(crate) const ACTIVITY: &str = "Activity";
pub(crate) const CALLS: &str = "Calls";
pub(crate) const CALLS_PER_DAY: &str = "Calls per day";
pub(crate) const THE_NUMBERS: &str = "The numbers";
pub(crate) const NUMBERS_CAPTION: &str = "Calls per day by key and app";
pub(crate) const CALLS_CAPTION: &str = "Calls, the latest first";
pub(crate) const NO_CALLS: &str = "No calls yet.";
pub(crate) const LATEST_CALLS: &str = "Latest calls";
pub(crate) const EARLIER_CALLS: &str = "Earlier calls";
pub(crate) const KEY_OR_APP: &str = "Key or app";
pub(crate) const ALL_KEYS_AND_APPS: &str = "All keys and apps";
pub(crate) const ALL_KEYS: &str = "Keys";
pub(crate) const IN_BRACKETS_REVOKED: &str = "(revoked)";
pub(crate) const SHOW: &str = "Show";
pub(crate) const EXPORT: &str = "Export as CSV";

/// What a file has at most.
pub(crate) fn export_hint(most: u32) -> String {
    format!(
        "A file has up to {} calls, the latest first. When there are more, its last line says where the earlier ones are.",
        thousands(most)
    )
}

/// The last line of a file that is full.
pub(crate) fn export_is_cut(most: u32, next: &str) -> String {
    format!(
        "The file ends here, after {} calls. Earlier ones: {next}",
        thousands(most)
    )
}

pub(crate) const DAY: &str = "Day";
pub(crate) const TIME: &str = "Time";
pub(crate) const BY: &str = "By";
pub(crate) const TOOL: &str = "Tool";
pub(crate) const ROWS: &str = "Rows";
pub(crate) const OUTCOME: &str = "Outcome";
pub(crate) const TOOK: &str = "Took";
pub(crate) const REQUEST: &str = "Request";
pub(crate) const CHANGES: &str = "Changes";
pub(crate) const NOT_KEPT: &str = "These were undone: nothing of this call was kept.";
pub(crate) const WHAT: &str = "What";
pub(crate) const FIELD: &str = "Field";
pub(crate) const BEFORE: &str = "Before";
pub(crate) const AFTER: &str = "After";
pub(crate) const SOURCE: &str = "Source";
pub(crate) const SOURCE_NOT_KEPT: &str =
    "The source was not kept: the program was longer than programs may be, or was sent before sources were kept.";
pub(crate) const OPERATIONS: &str = "Operations";
pub(crate) const OPERATIONS_CAPTION: &str = "Operations, in the order they were called";
pub(crate) const OPERATION: &str = "Operation";

pub(crate) fn activity_intro(tenant: &str) -> Markup {
    html! { "What each key and app did with the data of " bdi { (tenant) } "." }
}

pub(crate) fn chart_intro(days: usize, most: u64) -> String {
    format!("By key and app, the last {days} days, all to the same scale. The most on one day were {most}.")
}

pub(crate) fn calls(calls: u64) -> String {
    format!("{calls} {}", if calls == 1 { "call" } else { "calls" })
}

/// How a call ended.
pub(crate) fn outcome(outcome: &str, is_committed: bool, changes: usize) -> String {
    match (outcome, is_committed, changes) {
        ("OK", _, 0) => "OK".to_owned(),
        ("OK", true, changes) => format!("OK, {}", count(changes, "change", "changes")),
        ("OK", false, changes) => format!("Dry run, {}", count(changes, "change", "changes")),
        ("CANCELLED", ..) => "Cancelled, nothing changed".to_owned(),
        ("PAUSED", ..) => "Refused: paused".to_owned(),
        ("PLAN_REQUIRED", ..) => "Refused: the plan does not cover it".to_owned(),
        ("REVOKED", ..) => "Stopped: revoked".to_owned(),
        ("TIMEOUT", ..) => "Stopped: took too long".to_owned(),
        ("MEMORY_LIMIT", ..) => "Stopped: needed too much memory".to_owned(),
        (other, ..) => format!("Failed: {}", other.to_lowercase().replace('_', " ")),
    }
}

pub(crate) fn operation_outcome(outcome: &str) -> String {
    self::outcome(outcome, true, 0)
}

pub(crate) fn call_title(is_program: bool, name: &str) -> String {
    format!("{} of {name}", if is_program { "Program" } else { "Call" })
}

pub(crate) fn call_heading(is_program: bool, name: &str) -> Markup {
    html! { @if is_program { "Program of " } @else { "Call of " } bdi { (name) } }
}

/// Such as `Created raw material`.
pub(crate) fn change(entity: &str, is_new: bool, is_gone: bool) -> String {
    let what = entity.replace('_', " ");
    match (is_new, is_gone) {
        (true, _) => format!("Created {what}"),
        (_, true) => format!("Deleted {what}"),
        _ => capitalized(&what),
    }
}

pub(crate) const DOCUMENTATION: &str = "Documentation";
pub(crate) const DOCUMENTATION_INTRO: &str = "What an assistant reads about this app, and every operation it can call.";
pub(crate) const NO_SUCH_PAGE: &str = "There is no such page";
