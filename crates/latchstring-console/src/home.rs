//! The access page itself: both lists, and what concerns all of them.

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use chrono::{DateTime, TimeDelta, Utc};
use latchstring_access::{AppSummary, CodeState, KeySummary, Tenant};
use latchstring_core::{GrantId, Scope};
use latchstring_pages::{Icon, Kind, ago, date, host, icon, moment, scope_badge, status};
use maud::{Markup, html};
use serde::Deserialize;

use crate::{
    ACCESS, Console,
    error::ConsoleError,
    frame::{self, At},
    sign_in::Signed,
    words,
};

/// How long what has ended stays listed.
const LISTED: TimeDelta = TimeDelta::days(90);
/// How long a connection is new.
const NEW: TimeDelta = TimeDelta::days(1);

pub(crate) fn router() -> Router<Console> {
    Router::new().route(ACCESS, get(home))
}

/// What was just done, as the page that did it says.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Done {
    revoked: Option<GrantId>,
    done: Option<String>,
}

/// Whatever a tenant's people let in.
pub(crate) struct Lists {
    pub(crate) keys: Vec<KeySummary>,
    pub(crate) apps: Vec<AppSummary>,
}

impl Lists {
    pub(crate) async fn read(console: &Console, tenant: &Tenant) -> Result<Self, ConsoleError> {
        Ok(Self {
            keys: console.access().list_keys(tenant.id).await?,
            apps: console.access().list_apps(tenant.id).await?,
        })
    }

    pub(crate) fn live_keys(&self, now: DateTime<Utc>) -> impl Iterator<Item = &KeySummary> {
        self.keys.iter().filter(move |key| ended_key(key, now).is_none())
    }

    pub(crate) fn live_apps(&self) -> impl Iterator<Item = &AppSummary> {
        self.apps.iter().filter(|app| app.revoked.is_none())
    }

    /// The name under which a grant is listed.
    fn name(&self, grant: GrantId) -> Option<(&str, bool)> {
        let key = self.keys.iter().find(|key| key.grant == grant);
        let app = self.apps.iter().find(|app| app.grant == grant);
        key.map(|key| (label(key), key.revoked.is_some()))
            .or_else(|| app.map(|app| (app.app.name.as_str(), app.revoked.is_some())))
    }
}

/// The name of a key on the page.
pub(crate) fn label(key: &KeySummary) -> &str {
    if key.label.is_empty() {
        words::NO_LABEL
    } else {
        &key.label
    }
}

async fn home(
    State(console): State<Console>,
    headers: HeaderMap,
    done: Result<Query<Done>, QueryRejection>,
) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    let lists = Lists::read(&console, &signed.tenant).await?;
    let mut done = done.map(|Query(done)| done).unwrap_or_default();
    if done.done.as_deref() == Some("revoked-all") {
        let codes = console.access().list_codes(signed.tenant.id).await?;
        done.done = done
            .done
            .filter(|_| codes.iter().all(|code| code.state != CodeState::Live));
    }
    let is_first_visit = lists.keys.is_empty() && lists.apps.is_empty() && signed.tenant.paused.is_none();
    let main = html! {
        div.intro { h1 { (console.page_title()) } p { (words::intro(&signed.tenant.name)) } }
        (what_was_done(&console, &signed, &lists, &done))
        @if !is_served(&console, &signed) {
            div.notice.warn role="region" aria-label=(words::LAPSED) {
                (icon(Icon::Warn))
                div { p { strong { (words::LAPSED) } } p { (words::LAPSED_WHAT) } }
            }
        }
        @if let Some(paused) = &signed.tenant.paused {
            div.notice.warn.act role="region" aria-label=(words::PAUSED) {
                (icon(Icon::Pause))
                div { p { (words::paused_by(paused.by.name(), &moment(paused.at))) } p { (words::PAUSED_WHAT) } }
                @if signed.may_manage() {
                    form.actions method="post" action={ (ACCESS) "/resume" } { (signed.field()) button.primary { (words::RESUME) } }
                }
            }
        }
        (news(&signed, &lists))
        @if is_first_visit {
            (begin(&console, &signed))
        } @else {
            (apps(&signed, &lists))
            (keys(&signed, &lists))
            @if signed.may_manage() { (everything(&signed, &lists)) }
            p.foot data-zone=(words::ZONE) { (words::UTC) }
        }
    };
    Ok(frame::wide(&console, &signed, At::Access, console.page_title(), main))
}

/// Says what was done only if the store says so, too: the address alone proves nothing.
fn what_was_done(console: &Console, signed: &Signed, lists: &Lists, done: &Done) -> Markup {
    let revoked = done
        .revoked
        .and_then(|grant| lists.name(grant))
        .filter(|(_, is_revoked)| *is_revoked);
    let is_empty = lists.live_keys(signed.now).next().is_none() && lists.live_apps().next().is_none();
    let is_paused = signed.tenant.paused.is_some();
    let body = match (revoked, done.done.as_deref()) {
        (Some((name, _)), _) => html! { p { (words::is_revoked(name)) } },
        (None, Some("revoked-all")) if is_empty => html! { p { (words::all_is_revoked(&signed.tenant.name)) } },
        (None, Some("paused")) if is_paused => html! { p { (words::IS_PAUSED) } },
        (None, Some("resumed")) if !is_paused => html! { p { (words::is_resumed(is_served(console, signed))) } },
        _ => return html! {},
    };
    status(Kind::Good, &body)
}

/// Whether the tenant's plan allows calls.
fn is_served(console: &Console, signed: &Signed) -> bool {
    console.access().rules().plan.serves(signed.tenant.plan)
}

/// Connections of the last day, for whoever did not make them.
fn news(signed: &Signed, lists: &Lists) -> Markup {
    let new = lists.live_apps().filter(|app| signed.now - app.granted_at < NEW);
    html! {
        @for app in new {
            div.notice.news.act role="group" aria-label=(words::NEW_CONNECTION) {
                (icon(Icon::Info))
                div {
                    p { strong { (words::NEW_CONNECTION) ": " bdi { (app.app.name) } " " (scope_badge(app.scope)) } }
                    p { (words::connected_by(app.granted_by.name(), &moment(app.granted_at))) }
                }
                @if signed.may_manage() {
                    div.actions { (ask_to_revoke(app.grant, &html! {
                        button.danger aria-label=(words::revoke_what("app", &app.app.name)) { (words::REVOKE) }
                    })) }
                }
            }
        }
    }
}

fn begin(console: &Console, signed: &Signed) -> Markup {
    html! {
        section aria-labelledby="begin" {
            h2 #begin.sr { (words::BEGIN) }
            p { (words::nothing_yet(&signed.tenant.name)) }
            @if signed.may_manage() {
                div.choices {
                    section.panel aria-labelledby="web" {
                        div { h2 #web { (words::CONNECT) } p { (words::CONNECT_WHAT) } }
                        a.button.primary href={ (ACCESS) "/connect" } { (words::CONNECT) }
                    }
                    section.panel aria-labelledby="own" {
                        div { h2 #own { (words::CREATE_A_KEY) } p { (words::KEY_WHAT) } }
                        a.button href={ (ACCESS) "/keys/new" } { (words::CREATE_A_KEY) }
                    }
                }
            }
        }
        p.quiet { (words::both(console.tenant_noun())) }
    }
}

fn apps(signed: &Signed, lists: &Lists) -> Markup {
    let shown = |app: &&AppSummary| {
        app.revoked
            .as_ref()
            .is_none_or(|revoked| signed.now - revoked.at < LISTED)
    };
    let rows: Vec<Row> = lists.apps.iter().filter(shown).map(app_row).collect();
    html! {
        section aria-labelledby="apps" {
            div.bar {
                h2 #apps { (words::APPS) }
                @if signed.may_manage() { a.button.primary href={ (ACCESS) "/connect" } { (words::CONNECT) } }
            }
            (table(signed, (words::APPS, words::NO_APPS), [words::APP, words::ACCESS, words::GRANTED, words::LAST_USED, words::RETURNS_TO], &rows))
        }
    }
}

fn keys(signed: &Signed, lists: &Lists) -> Markup {
    let shown = |key: &&KeySummary| ended_key(key, signed.now).is_none_or(|(at, _)| signed.now - at < LISTED);
    let rows: Vec<Row> = lists
        .keys
        .iter()
        .filter(shown)
        .map(|key| key_row(key, signed.now))
        .collect();
    html! {
        section aria-labelledby="keys" {
            div.bar {
                h2 #keys { (words::KEYS) }
                @if signed.may_manage() { a.button href={ (ACCESS) "/keys/new" } { (words::CREATE_A_KEY) } }
            }
            (table(signed, (words::KEYS, words::NO_KEYS), [words::KEY, words::ACCESS, words::CREATED, words::LAST_USED, words::EXPIRES], &rows))
            p.foot { (words::KEPT_LISTED) }
        }
    }
}

fn everything(signed: &Signed, lists: &Lists) -> Markup {
    let (keys, apps) = (lists.live_keys(signed.now).count(), lists.live_apps().count());
    html! {
        @if keys + apps > 0 || signed.tenant.paused.is_none() {
            section aria-labelledby="everything" {
                h2 #everything { (words::EVERYTHING) }
                div.rows {
                    @if signed.tenant.paused.is_none() {
                        form.bar method="post" action={ (ACCESS) "/pause" } {
                            div { h3 { (words::PAUSE_ALL) } p.quiet { (words::PAUSE_WHAT) } }
                            (signed.field())
                            button { (words::PAUSE_ALL) }
                        }
                    }
                    @if keys + apps > 0 {
                        form.bar method="get" action={ (ACCESS) "/revoke-all" } data-ask {
                            div { h3 { (words::REVOKE_ALL) } p.quiet { (words::revoke_all_what(keys, apps)) } }
                            button.danger { (words::REVOKE_ALL) }
                        }
                    }
                }
            }
        }
    }
}

/// One key or app in its list.
struct Row {
    grant: GrantId,
    kind: &'static str,
    name: String,
    under: Markup,
    scope: Scope,
    made_at: DateTime<Utc>,
    made_by: String,
    used_at: Option<DateTime<Utc>>,
    last: Markup,
    ended: Option<Markup>,
}

fn app_row(app: &AppSummary) -> Row {
    let is_pending = app.connected_at.is_none() && app.revoked.is_none();
    Row {
        grant: app.grant,
        kind: "app",
        name: app.app.name.clone(),
        under: html! {
            (host(app.app.host.as_deref()))
            @if is_pending { span.small { (words::NOT_FETCHED) } }
        },
        scope: app.scope,
        made_at: app.granted_at,
        made_by: app.granted_by.name().to_owned(),
        used_at: app.last_used_at,
        last: returns_to(&app.app.redirect_host),
        ended: app
            .revoked
            .as_ref()
            .map(|revoked| words::revoked(revoked.by.name(), &moment(revoked.at))),
    }
}

/// Where an app's answers go.
pub(crate) fn returns_to(redirect_host: &str) -> Markup {
    let is_loopback = matches!(redirect_host, "localhost" | "127.0.0.1" | "[::1]");
    if is_loopback {
        html! { (words::OWN_COMPUTER) }
    } else {
        html! { bdi { (redirect_host) } }
    }
}

fn key_row(key: &KeySummary, now: DateTime<Utc>) -> Row {
    let ended = ended_key(key, now).map(|(_, words)| words);
    Row {
        grant: key.grant,
        kind: "key",
        name: label(key).to_owned(),
        under: struck(ended.is_some(), &html! { code dir="ltr" { (key.hint) } }),
        scope: key.scope,
        made_at: key.created_at,
        made_by: key.created_by.name().to_owned(),
        used_at: key.last_used_at,
        last: key.expires_at.map_or_else(|| html! { (words::NEVER) }, date),
        ended,
    }
}

/// When a key ended and how, if it has.
fn ended_key(key: &KeySummary, now: DateTime<Utc>) -> Option<(DateTime<Utc>, Markup)> {
    if let Some(revoked) = &key.revoked {
        return Some((revoked.at, words::revoked(revoked.by.name(), &moment(revoked.at))));
    }
    let expired = key.expires_at.filter(|end| *end <= now)?;
    Some((expired, words::expired(&moment(expired))))
}

fn struck(is_struck: bool, text: &Markup) -> Markup {
    html! { @if is_struck { s { (text) } } @else { (text) } }
}

/// `empty` is what stands there when there are none.
fn table(signed: &Signed, (caption, empty): (&str, &str), heads: [&str; 5], rows: &[Row]) -> Markup {
    if rows.is_empty() {
        return html! { p.panel.quiet { (empty) } };
    }
    let (live, ended): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| row.ended.is_none());
    html! {
        table.list.grants {
            caption.sr { (caption) }
            thead {
                tr {
                    @for head in heads { th scope="col" { (head) } }
                    th scope="col" { span.sr { (words::REVOKE) } }
                }
            }
            tbody { @for row in live.into_iter().chain(ended) { (line(signed, heads, row)) } }
        }
    }
}

fn line(signed: &Signed, heads: [&str; 5], row: &Row) -> Markup {
    html! {
        tr id=(row.grant) class=[row.ended.is_some().then_some("ended")] {
            th scope="row" {
                strong { (struck(row.ended.is_some(), &html! { bdi { (row.name) } })) }
                div { (row.under) }
                @if let Some(ended) = &row.ended {
                    div { span.state { (icon(Icon::Stop)) span { (ended) } } }
                }
            }
            td data-label=(heads[1]) { (scope_badge(row.scope)) }
            td data-label=(heads[2]) { div { (date(row.made_at)) } span.under { (words::by(&row.made_by)) } }
            td data-label=(heads[3]) { @match row.used_at { Some(at) => (ago(at, signed.now)), None => (words::NEVER) } }
            td data-label=(heads[4]) { (row.last) }
            @if row.ended.is_none() && signed.may_manage() {
                td.do { (ask_to_revoke(row.grant, &html! {
                    button.icon aria-label=(words::revoke_what(row.kind, &row.name)) title=(words::REVOKE) { (icon(Icon::Trash)) }
                })) }
            } @else {
                td.do.none {}
            }
        }
    }
}

/// A button that leads to the question whether to revoke this.
pub(crate) fn ask_to_revoke(grant: GrantId, button: &Markup) -> Markup {
    html! {
        form method="get" action={ (ACCESS) "/revoke" } data-ask {
            input type="hidden" name="grant" value=(grant);
            (button)
        }
    }
}
