//! Failures as tool results: text that a model can act on, and the same as structure.

use latchstring_core::{ErrorCode, Failure, OperationError, RequestId, SandboxError};
use rmcp::model::{CallToolResult, ContentBlock};
use serde_json::{Value, json};

/// The longest stretch of console text that an error repeats.
const CONSOLE_IN_TEXT: usize = 2_000;

/// An operation or a tool refused.
pub(crate) fn refused(error: &OperationError) -> CallToolResult {
    log(error);
    let mut text = format!("{}: {}", error.code(), error.message());
    if let Some(details) = error.details() {
        text.push_str(&format!("\ndetails: {details}"));
    }
    failed(text, json!({ "ok": false, "error": error.to_value() }))
}

/// A program did not return.
pub(crate) fn program_failed(failure: &Failure, mut structured: Value, console: &str) -> CallToolResult {
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
    if !console.is_empty() {
        let kept: String = console.chars().take(CONSOLE_IN_TEXT).collect();
        text.push_str(&format!("\nconsole:\n{kept}"));
    }
    text.push_str("\nNothing was changed.");
    if let Some(object) = structured.as_object_mut() {
        object.insert("ok".to_owned(), Value::Bool(false));
        object.insert("error".to_owned(), serde_json::to_value(failure).unwrap_or_default());
    }
    failed(text, structured)
}

/// The sandbox could not run the program.
pub(crate) fn sandbox_failed(error: SandboxError) -> OperationError {
    match error {
        SandboxError::Busy => OperationError::new(ErrorCode::Unavailable, error.to_string()),
        SandboxError::Broken(source) => OperationError::internal(source),
    }
}

/// Writes down what the caller is not told. An error is logged here and nowhere else.
pub(crate) fn log(error: &OperationError) {
    let Some(source) = std::error::Error::source(error) else {
        return;
    };
    let mut causes = source.to_string();
    let mut next = source.source();
    while let Some(cause) = next {
        causes.push_str(&format!(": {cause}"));
        next = cause.source();
    }
    if error.code() == ErrorCode::Internal {
        tracing::error!(causes, "a call failed through a fault of the server");
    } else {
        tracing::warn!(causes, code = error.code().as_str(), "a call could not be served");
    }
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
