//! The calls as comma-separated values (RFC 4180), for a spreadsheet.

use std::fmt::Write;

use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use latchstring_access::{AuditEntry, AuditQuery, MAX_AUDIT_ENTRIES};

use super::{Asked, Names, changes, rows};
use crate::{Console, error::ConsoleError, home::Lists, sign_in::Signed};

/// The most calls in one file.
pub(crate) const MOST: usize = 10_000;

const HEAD: &str =
    "time,request,by,grant,channel,tool,operations,rows,changes,committed,outcome,duration_ms,program_sha256\r\n";

pub(super) async fn export(
    State(console): State<Console>,
    headers: HeaderMap,
    query: Result<Query<Asked>, QueryRejection>,
) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    let (grant, mut before) = Asked::of(query)?;
    let names = Names::of(&Lists::read(&console, &signed.tenant).await?);
    let mut file = HEAD.to_owned();
    for _ in 0..MOST / MAX_AUDIT_ENTRIES as usize {
        let query = AuditQuery {
            grant,
            before,
            limit: MAX_AUDIT_ENTRIES,
        };
        let calls = console.access().read_audit(signed.tenant.id, &query).await?;
        for call in &calls {
            push(&mut file, call, names.of_call(call));
        }
        before = calls.last().map(|call| call.seq);
        if calls.len() < MAX_AUDIT_ENTRIES as usize {
            break;
        }
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let mut response = (headers, file).into_response();
    let name = format!(
        "attachment; filename=\"activity-{}.csv\"",
        signed.now.format("%Y-%m-%d")
    );
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
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
        cell(&call.tool),
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
/// goes before it (OWASP, CSV injection).
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let apostrophe = if is_formula { "'" } else { "" };
    format!("\"{apostrophe}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t14_a_cell_is_never_a_formula_and_never_two_cells() {
        assert_eq!(cell("Nora's, \"laptop\""), "\"Nora's, \"\"laptop\"\"\"");
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(cell(formula), format!("\"'{formula}\""));
        }
    }
}
