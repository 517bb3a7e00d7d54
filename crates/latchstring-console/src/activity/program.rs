//! One call: what it changed, the program it sent, and the operations it called.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use latchstring_access::{AuditEntry, AuditOperation, disturbs};
use latchstring_core::{Change, ChangeAction, RequestId};
use latchstring_pages::{back, moment};
use maud::{Markup, html};
use serde_json::Value;

use super::{Names, outcome, took};
use crate::{
    ACCESS, Console,
    error::ConsoleError,
    frame::{self, At},
    home::Lists,
    sign_in::Signed,
    words,
};

/// The longest value that is shown, in characters.
const LONGEST: usize = 300;

pub(super) async fn show(
    State(console): State<Console>,
    headers: HeaderMap,
    Path(request): Path<String>,
) -> Result<Response, ConsoleError> {
    let signed = Signed::looking(&console, &headers).await?;
    let request: RequestId = request.parse().map_err(|_| ConsoleError::NotFound)?;
    let found = console.access().find_audit(signed.tenant.id, request).await?;
    let (call, source) = found.ok_or(ConsoleError::NotFound)?;
    let names = Names::of(&Lists::read(&console, &signed.tenant).await?);
    let name = names.of_call(&call);
    let title = words::call_title(call.program_sha256.is_some(), name);
    let main = html! {
        (back(&format!("{ACCESS}/activity"), words::ACTIVITY))
        div.intro { h1 { (words::call_heading(call.program_sha256.is_some(), name)) } p { (moment(call.at)) } }
        dl.facts {
            dt { (words::OUTCOME) } dd { (outcome(&call)) }
            dt { (words::BY) } dd { bdi { (name) } }
            dt { (words::TOOL) } dd { code { bdi { (plain(&call.tool)) } } }
            dt { (words::TOOK) } dd { (took(call.duration)) }
            dt { (words::REQUEST) } dd { code dir="ltr" { (call.request) } }
        }
        (changes(&call))
        (program(&call, source.as_deref()))
        (operations(&call))
        p.foot data-zone=(words::ZONE) { (words::UTC) }
    };
    Ok(frame::wide(&console, &signed, At::InActivity, &title, main))
}

fn changes(call: &AuditEntry) -> Markup {
    let changes: Vec<&Change> = call
        .operations
        .iter()
        .flat_map(|operation| &operation.changes)
        .collect();
    html! {
        @if !changes.is_empty() {
            section aria-labelledby="changes" {
                h2 #changes { (words::CHANGES) }
                @if !call.committed { p.quiet { (words::NOT_KEPT) } }
                table.list {
                    caption.sr { (words::CHANGES) }
                    thead { tr {
                        th scope="col" { (words::WHAT) }
                        th scope="col" { (words::FIELD) }
                        th scope="col" { (words::BEFORE) }
                        th scope="col" { (words::AFTER) }
                    } }
                    tbody { @for change in changes { (change_lines(change)) } }
                }
            }
        }
    }
}

fn change_lines(change: &Change) -> Markup {
    let what = words::change(
        &change.entity,
        change.action == ChangeAction::Created,
        change.action == ChangeAction::Deleted,
    );
    let fields = fields(change);
    html! {
        @for (field, before, after) in &fields {
            tr {
                th scope="row" { strong { (what) } div { code dir="ltr" { (change.id) } } }
                td data-label=(words::FIELD) { (field) }
                td data-label=(words::BEFORE) { @if let Some(before) = before { del { (before) } } }
                td data-label=(words::AFTER) { @if let Some(after) = after { ins { (after) } } }
            }
        }
        @if fields.is_empty() {
            tr { th scope="row" { strong { (what) } div { code dir="ltr" { (change.id) } } } td {} td {} td {} }
        }
    }
}

/// A field, and its value before and after.
type Field = (String, Option<String>, Option<String>);

/// The changed fields, in the order in which they were written down. One that is null has no value, as one that is not there.
fn fields(change: &Change) -> Vec<Field> {
    let members = |value: &Option<Value>| match value {
        Some(Value::Object(members)) => {
            let said = members.iter().filter(|(_, value)| !value.is_null());
            said.map(|(name, value)| (name.clone(), value.clone())).collect()
        }
        Some(other) => [("value".to_owned(), other.clone())].into_iter().collect(),
        None => serde_json::Map::new(),
    };
    let (before, after) = (members(&change.before), members(&change.after));
    let mut names: Vec<&String> = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)))
        .collect();
    names.retain(|name| before.get(*name) != after.get(*name));
    let fields = names.into_iter();
    fields
        .map(|name| (name.clone(), before.get(name).map(shown), after.get(name).map(shown)))
        .collect()
}

fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= LONGEST {
        return text;
    }
    format!("{}…", text.chars().take(LONGEST).collect::<String>())
}

fn program(call: &AuditEntry, source: Option<&str>) -> Markup {
    html! {
        @if let Some(sha256) = &call.program_sha256 {
            section aria-labelledby="source" {
                h2 #source { (words::SOURCE) }
                @match source {
                    Some(source) => pre.source dir="ltr" { @for line in source.lines() { span { (plain(line)) } } },
                    None => p.quiet { (words::SOURCE_NOT_KEPT) },
                }
                p.small { "SHA-256 " code dir="ltr" { (sha256) } }
            }
        }
    }
}

/// A line as it was run: what would not show, or would turn what stands beside it, is written out.
pub(super) fn plain(line: &str) -> String {
    line.chars().fold(String::with_capacity(line.len()), |mut shown, c| {
        if disturbs(c) && c != '\t' {
            shown.extend(c.escape_unicode());
        } else {
            shown.push(c);
        }
        shown
    })
}

fn operations(call: &AuditEntry) -> Markup {
    html! {
        @if !call.operations.is_empty() {
            section aria-labelledby="operations" {
                h2 #operations { (words::OPERATIONS) }
                table.list {
                    caption.sr { (words::OPERATIONS_CAPTION) }
                    thead { tr {
                        th scope="col" { (words::OPERATION) }
                        th.number scope="col" { (words::ROWS) }
                        th scope="col" { (words::OUTCOME) }
                        th.number scope="col" { (words::TOOK) }
                    } }
                    tbody { @for operation in &call.operations { (operation_line(operation)) } }
                }
            }
        }
    }
}

fn operation_line(operation: &AuditOperation) -> Markup {
    html! {
        tr {
            th scope="row" { code { bdi { (plain(&operation.operation)) } } }
            td.number data-label=(words::ROWS) { @if let Some(rows) = operation.rows { (rows) } }
            td data-label=(words::OUTCOME) { (words::operation_outcome(&operation.outcome)) }
            td.number data-label=(words::TOOK) { (took(operation.duration)) }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn change(before: Option<Value>, after: Option<Value>) -> Vec<Field> {
        fields(&Change {
            entity: "bom".into(),
            id: "b1".into(),
            action: ChangeAction::Updated,
            before,
            after,
        })
    }

    fn field(name: &str, before: Option<&str>, after: Option<&str>) -> Field {
        (name.to_owned(), before.map(str::to_owned), after.map(str::to_owned))
    }

    #[test]
    fn only_what_differs_is_shown_with_what_it_was_and_is() {
        let both = change(
            Some(json!({ "name": "a", "stock": 588, "kept": true, "tag": "old" })),
            Some(json!({ "name": "b", "stock": 640, "kept": true, "tag": null, "note": null })),
        );
        assert_eq!(
            both,
            [
                field("name", Some("a"), Some("b")),
                field("stock", Some("588"), Some("640")),
                field("tag", Some("old"), None),
            ]
        );
        assert_eq!(change(None, Some(json!({ "a": 1 }))), [field("a", None, Some("1"))]);
        assert_eq!(
            change(Some(json!(1)), Some(json!(2))),
            [field("value", Some("1"), Some("2"))]
        );
        assert_eq!(change(None, None), []);
    }

    #[test]
    fn a_long_value_is_cut_between_characters() {
        let long = "é".repeat(400);
        assert_eq!(shown(&json!(long)).chars().count(), 301);
    }

    #[test]
    fn t14_a_line_reads_as_it_ran() {
        assert_eq!(plain("\tif (a) { // \u{202E} } b"), "\tif (a) { // \\u{202e} } b");
        assert_eq!(plain("const é = '\u{200B}'"), "const é = '\\u{200b}'");
    }
}
