//! Failures as tool results: text that a model can act on, and the same as structure.

use latchstring_core::{ErrorCode, Failure, OperationError, Position, RequestId};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value, json};

/// The longest stretch of console text that an error repeats.
const CONSOLE_IN_TEXT: usize = 2_000;

/// An operation or a tool refused.
pub(crate) fn refused(error: &OperationError) -> CallToolResult {
    error.log();
    let mut text = format!("{}: {}", error.code(), error.message());
    if let Some(details) = error.details() {
        text.push_str(&format!("\ndetails: {details}"));
    }
    failed(text, json!({ "ok": false, "error": error.to_value() }))
}

/// A program did not return.
pub(crate) fn program_failed(failure: &Failure, structured: Value) -> CallToolResult {
    let mut text = told(failure.code, &failure.name, &failure.message, failure.at.as_ref());
    for fault in &failure.more {
        text.push_str(&format!(
            "\n{}",
            told(fault.code, &fault.name, &fault.message, Some(&fault.at))
        ));
    }
    if let Some(operation) = &failure.operation {
        let arguments = failure.arguments.as_deref().unwrap_or_default();
        text.push_str(&format!("\noperation: app.{operation}({arguments})"));
    }
    if let Some(details) = &failure.details {
        text.push_str(&format!("\ndetails: {details}"));
    }
    if let Some(console) = structured["console"].as_str() {
        let kept: String = console.chars().take(CONSOLE_IN_TEXT).collect();
        text.push_str(&format!("\nconsole:\n{kept}"));
    }
    text.push_str("\nNothing was changed.");
    failed(text, structured)
}

/// One thing that is wrong, with its line and a mark below its place.
fn told(code: ErrorCode, name: &str, message: &str, at: Option<&Position>) -> String {
    let is_plain = matches!(name, "" | "Error" | "OperationError");
    let name = if is_plain { String::new() } else { format!("{name}: ") };
    let Some(at) = at else {
        return format!("{code}: {name}{message}");
    };
    let number = at.line.to_string();
    let margin = " ".repeat(number.len());
    let column = usize::try_from(at.column)
        .unwrap_or(1)
        .saturating_sub(1)
        .min(at.source_line.chars().count());
    format!(
        "{code} at line {number}, column {}: {name}{message}\n{number} | {}\n{margin} | {}^",
        at.column,
        at.source_line,
        " ".repeat(column)
    )
}

/// Puts the request's id into a failure, for whoever looks it up in the log.
pub(crate) fn name_request(result: &mut CallToolResult, request: RequestId) {
    if result.is_error != Some(true) {
        return;
    }
    let structured = result.structured_content.get_or_insert_with(|| json!({ "ok": false }));
    structured["requestId"] = json!(request);
    if structured["error"]["code"] == json!(ErrorCode::Internal) {
        result
            .content
            .push(ContentBlock::text(format!("request id: {request}")));
    }
}

fn failed(text: String, structured: Value) -> CallToolResult {
    let mut result = CallToolResult::error(vec![ContentBlock::text(text)]);
    result.structured_content = Some(structured);
    result
}
