//! Failures as tool results: text that a model can act on, and the same as structure.

use latchstring_core::{ErrorCode, Failure, OperationError, RequestId};
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
    let mut text = failure.code.to_string();
    if let Some(at) = &failure.at {
        text.push_str(&format!(" at line {}, column {}", at.line, at.column));
    }
    let is_plain = matches!(failure.name.as_str(), "" | "Error" | "OperationError");
    let name = if is_plain {
        String::new()
    } else {
        format!("{}: ", failure.name)
    };
    text.push_str(&format!(": {name}{}", failure.message));
    if let Some(at) = &failure.at {
        let number = at.line.to_string();
        let margin = " ".repeat(number.len());
        let column = usize::try_from(at.column)
            .unwrap_or(1)
            .saturating_sub(1)
            .min(at.source_line.chars().count());
        text.push_str(&format!(
            "\n{number} | {}\n{margin} | {}^",
            at.source_line,
            " ".repeat(column)
        ));
    }
    if let Some(operation) = &failure.operation {
        text.push_str(&format!("\noperation: app.{operation}"));
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
