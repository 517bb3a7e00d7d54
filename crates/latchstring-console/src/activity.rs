//! What each key and app did: calls per day as a picture, the calls themselves, and the same as a file.

mod chart;
mod csv;
mod exports;
mod program;

use std::collections::HashMap;

use axum::{
    Router,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::Response,
    routing::get,
};
use latchstring_access::{AuditEntry, AuditQuery};
use latchstring_core::GrantId;
use latchstring_pages::{Icon, date, icon, second};
use maud::{Markup, html};
use serde::Deserialize;

pub(crate) use exports::Exports;
use program::plain;

use crate::{
    ACCESS, Console,
    error::ConsoleError,
    frame::{self, At},
    home::{Lists, label},
    sign_in::Signed,
    words,
};

/// Calls on one page.
const PAGE: u32 = 50;

pub(crate) fn router() -> Router<Console> {
    Router::new()
        .route(&format!("{ACCESS}/activity"), get(activity))
        .route(&format!("{ACCESS}/activity.csv"), get(csv::export))
        .route(&format!("{ACCESS}/activity/{{request}}"), get(program::show))
}

/// Which calls. An empty text is what a form sends for all.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    grant: Option<String>,
    before: Option<u64>,
}

impl Asked {
    fn of(query: Result<Query<Self>, QueryRejection>) -> Result<(Option<GrantId>, Option<u64>), ConsoleError> {
        let Query(Self { grant, before }) = query.map_err(|_| ConsoleError::NotFound)?;
        let grant = grant.filter(|grant| !grant.is_empty());
        let grant = grant.map(|grant| grant.parse().map_err(|_| ConsoleError::NotFound));
        Ok((grant.transpose()?, before))
    }
}

/// The names under which grants are listed.
struct Names(HashMap<GrantId, String>);

impl Names {
    fn of(lists: &Lists) -> Self {
        let keys = lists.keys.iter().map(|key| (key.grant, label(key).to_owned()));
        let apps = lists.apps.iter().map(|app| (app.grant, app.app.name.clone()));
        Self(keys.chain(apps).collect())
    }

    /// Whoever made a call. A grant of an earlier installation is not listed; then as it was written down.
    fn of_call<'a>(&'a self, call: &'a AuditEntry) -> &'a str {
        self.0.get(&call.grant).map_or(call.holder.as_str(), String::as_str)
    }
}

async fn activity(
    State(console): State<Console>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    let (grant, before) = Asked::of(query)?;
    let lists = Lists::read(&console, &signed.tenant).await?;
    let names = Names::of(&lists);
    let query = AuditQuery {
        grant,
        before,
        limit: PAGE + 1,
    };
    let mut calls = console.access().read_audit(signed.tenant.id, &query).await?;
    let has_more = calls.len() > PAGE as usize;
    calls.truncate(PAGE as usize);
    let chart = chart::of(&console, &signed, &lists).await?;
    let earlier = calls
        .last()
        .filter(|_| has_more)
        .map(|last| link("/activity", grant, Some(last.seq)));
    let main = html! {
        div.intro { h1 { (words::ACTIVITY) } p { (words::activity_intro(&signed.tenant.name)) } }
        (chart)
        section aria-labelledby="calls" {
            div.bar {
                h2 #calls { (words::CALLS) }
                (filter(&lists, grant))
            }
            @if calls.is_empty() {
                p.quiet { (words::NO_CALLS) }
            } @else {
                (table(&calls, &names))
                p.hint { (words::export_hint(csv::MOST)) }
            }
            @if before.is_some() || earlier.is_some() {
                div.actions {
                    @if before.is_some() { a.button href=(link("/activity", grant, None)) { (words::LATEST_CALLS) } }
                    @if let Some(earlier) = &earlier { a.button href=(earlier) rel="next" { (words::EARLIER_CALLS) } }
                }
            }
        }
        p.foot data-zone=(words::ZONE) { (words::UTC) }
    };
    Ok(frame::wide(&console, &signed, At::Activity, words::ACTIVITY, main))
}

fn link(page: &str, grant: Option<GrantId>, before: Option<u64>) -> String {
    let mut query = Vec::new();
    query.extend(grant.map(|grant| format!("grant={grant}")));
    query.extend(before.map(|before| format!("before={before}")));
    let query = query.join("&");
    let separator = if query.is_empty() { "" } else { "?" };
    format!("{ACCESS}{page}{separator}{query}")
}

fn filter(lists: &Lists, chosen: Option<GrantId>) -> Markup {
    let option = |grant: GrantId, name: &str, is_revoked: bool| {
        html! {
            option value=(grant) dir="auto" selected[chosen == Some(grant)] {
                (name) @if is_revoked { " " (words::IN_BRACKETS_REVOKED) }
            }
        }
    };
    html! {
        form.actions method="get" action={ (ACCESS) "/activity" } {
            label.sr for="grant" { (words::KEY_OR_APP) }
            select #grant name="grant" {
                option value="" { (words::ALL_KEYS_AND_APPS) }
                @if !lists.apps.is_empty() {
                    optgroup label=(words::APPS) {
                        @for app in &lists.apps { (option(app.grant, &app.app.name, app.revoked.is_some())) }
                    }
                }
                @if !lists.keys.is_empty() {
                    optgroup label=(words::ALL_KEYS) {
                        @for key in &lists.keys { (option(key.grant, label(key), key.revoked.is_some())) }
                    }
                }
            }
            button { (words::SHOW) }
            a.button href=(link("/activity.csv", chosen, None)) download { (words::EXPORT) }
        }
    }
}

fn table(calls: &[AuditEntry], names: &Names) -> Markup {
    let days = calls.chunk_by(|one, next| one.at.date_naive() == next.at.date_naive());
    html! {
        table.list {
            caption.sr { (words::CALLS_CAPTION) }
            thead {
                tr {
                    th scope="col" { (words::TIME) }
                    th scope="col" { (words::BY) }
                    th scope="col" { (words::TOOL) }
                    th.number scope="col" { (words::ROWS) }
                    th scope="col" { (words::OUTCOME) }
                    th.number scope="col" { (words::TOOK) }
                }
            }
            @for day in days {
                tbody {
                    tr.day { th colspan="6" scope="rowgroup" { (date(day[0].at)) } }
                    @for call in day { (line(call, names.of_call(call))) }
                }
            }
        }
    }
}

fn line(call: &AuditEntry, name: &str) -> Markup {
    let operations = call.operations.len();
    let is_program = call.program_sha256.is_some();
    html! {
        tr {
            th scope="row" { a href={ (ACCESS) "/activity/" (call.request) } { (second(call.at)) } }
            td data-label=(words::BY) { bdi { (name) } }
            td data-label=(words::TOOL) {
                code { bdi { (plain(&call.tool)) } }
                @if is_program { span.under { (words::count(operations, "operation", "operations")) } }
            }
            td.number data-label=(words::ROWS) { (rows(call)) }
            td data-label=(words::OUTCOME) { (outcome(call)) }
            td.number data-label=(words::TOOK) { (took(call.duration)) }
        }
    }
}

/// All rows that its operations answered.
fn rows(call: &AuditEntry) -> u64 {
    call.operations.iter().filter_map(|operation| operation.rows).sum()
}

fn changes(call: &AuditEntry) -> usize {
    call.operations.iter().map(|operation| operation.changes.len()).sum()
}

fn outcome(call: &AuditEntry) -> Markup {
    let text = words::outcome(&call.outcome, call.committed, changes(call));
    if call.outcome == "OK" {
        html! { (text) }
    } else {
        html! { span.state.bad { (icon(Icon::Warn)) span { (text) } } }
    }
}

fn took(duration: std::time::Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0 => "under 1 ms".to_owned(),
        1..1_000 => format!("{milliseconds} ms"),
        _ => format!("{:.1} s", duration.as_secs_f64()),
    }
}
