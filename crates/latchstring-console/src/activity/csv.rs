//! The calls as comma-separated values (RFC 4180), for a spreadsheet.
//!
//! The file is sent while it is read, a page of calls at a time, because a call may hold many changes. It ends in a line that
//! says so when it does not hold everything. What cannot be read breaks it off, so that no part looks like the whole.

use std::fmt::Write;

use axum::{
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures_util::{StreamExt, stream};
use latchstring_access::{AuditEntry, AuditQuery};
use latchstring_core::TenantId;

use super::{Asked, Names, changes, exports::Turn, link, plain, rows};
use crate::{Console, Visitor, error::ConsoleError, home::Lists, sign_in::Signed, words};

/// The most calls in one file.
pub(super) const MOST: u32 = 10_000;

/// How many calls are in memory at once.
const PAGE: u32 = 200;

const HEAD: &str =
    "time,request,by,grant,channel,tool,operations,rows,changes,committed,outcome,duration_ms,program_sha256\r\n";

pub(super) async fn export(
    State(console): State<Console>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    let (grant, before) = Asked::of(query)?;
    let turn = console.exports().begin(signed.tenant.id, signed.now);
    let turn = turn.ok_or(ConsoleError::Exporting)?;
    let names = Names::of(&Lists::read(&console, &signed.tenant).await?);
    let mut file = File {
        console,
        tenant: signed.tenant.id,
        visitor: signed.visitor,
        names,
        query: AuditQuery {
            grant,
            before,
            limit: PAGE,
        },
        left: MOST,
        is_over: false,
        _turn: turn,
    };
    // Before the answer begins, so that what cannot be read at all is an error and no file.
    let first = file.next().await?.unwrap_or_default();
    let first = stream::iter([Ok(format!("{HEAD}{first}"))]);
    let rest = stream::try_unfold(file, |mut file| async move {
        let lines = file.next().await.inspect_err(|error| {
            tracing::error!(error = error as &dyn std::error::Error, "an export was broken off");
        })?;
        Ok::<_, ConsoleError>(lines.map(|lines| (lines, file)))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let mut response = (headers, Body::from_stream(first.chain(rest))).into_response();
    let name = format!(
        "attachment; filename=\"activity-{}.csv\"",
        signed.now.format("%Y-%m-%d")
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

/// A file on its way out.
struct File {
    console: Console,
    tenant: TenantId,
    visitor: Visitor,
    names: Names,
    /// What is read next.
    query: AuditQuery,
    /// How many calls it may still take.
    left: u32,
    is_over: bool,
    _turn: Turn,
}

impl File {
    /// The next lines, while there are any.
    async fn next(&mut self) -> Result<Option<String>, ConsoleError> {
        if self.is_over {
            return Ok(None);
        }
        // The person may have been signed out since the file began.
        let access = self.console.access();
        let tenant = access.find_connector(&self.visitor.connector).await?;
        let is_over = access.now().await? >= self.visitor.until;
        if is_over || !tenant.is_some_and(|tenant| self.visitor.is_of(&tenant)) {
            return Err(ConsoleError::SignedOut);
        }
        let limit = PAGE.min(self.left.max(1));
        let query = AuditQuery { limit, ..self.query };
        let calls = self.console.access().read_audit(self.tenant, &query).await?;
        self.is_over = calls.len() < limit as usize || self.left == 0;
        if self.left == 0 {
            return Ok((!calls.is_empty()).then(|| self.end()));
        }
        self.left -= limit;
        self.query.before = calls.last().map(|call| call.seq);
        let mut lines = String::new();
        for call in &calls {
            push(&mut lines, call, self.names.of_call(call));
        }
        Ok(Some(lines))
    }

    /// Says where the rest is, in the first of as many cells as every line has.
    fn end(&self) -> String {
        let rest = link("/activity.csv", self.query.grant, self.query.before);
        let next = format!("{}{rest}", self.console.origin());
        let commas = ",".repeat(HEAD.matches(',').count());
        format!("{}{commas}\r\n", cell(&words::export_is_cut(MOST, &next)))
    }
}

fn push(file: &mut String, call: &AuditEntry, name: &str) {
    let at = call.at.format("%Y-%m-%dT%H:%M:%S%.3fZ");
    // Writing to a text cannot fail.
    let _ = write!(
        file,
        "{at},{},{},{},{},{},{},{},{},{},{},{},{}\r\n",
        call.request,
        cell(name),
        call.grant,
        cell(&call.channel),
        cell(&plain(&call.tool)),
        call.operations.len(),
        rows(call),
        changes(call),
        call.committed,
        cell(&call.outcome),
        call.duration.as_millis(),
        call.program_sha256.as_deref().unwrap_or_default(),
    );
}

/// Names are other people's text. A spreadsheet takes a cell that begins so for a formula and runs it, so an apostrophe
/// goes before it (OWASP, CSV injection). In many languages cells are separated by semicolons, so each part counts.
fn cell(text: &str) -> String {
    // Quotes and blanks before it do not keep a spreadsheet from it.
    let begins = |part: &str| part.trim_start_matches(['"', ' ', '\u{A0}']).to_owned();
    let is_formula =
        |part: &str| begins(part).starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let parts: Vec<String> = text
        .split(';')
        .map(|part| {
            if is_formula(part) {
                format!("'{part}")
            } else {
                part.to_owned()
            }
        })
        .collect();
    format!("\"{}\"", parts.join(";").replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t14_a_cell_is_never_a_formula_and_never_two_cells() {
        assert_eq!(cell("Nora's, \"laptop\""), "\"Nora's, \"\"laptop\"\"\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "＝1+1"] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
            assert_eq!(cell(&format!("a;{formula}")), format!("\"a;'{formula}\""));
            assert_eq!(cell(&format!("a;\"{formula}")), format!("\"a;'\"\"{formula}\""));
            assert_eq!(cell(&format!(" {formula}")), format!("\"' {formula}\""));
        }
    }
}
