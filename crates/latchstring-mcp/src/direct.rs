//! An operation as a tool of its own.

use latchstring_core::{Json, OperationError};
use rmcp::model::{CallToolResult, ContentBlock};

use crate::error;

/// What an operation answered, as a tool's result.
pub(crate) fn answer(called: Result<Json, OperationError>) -> CallToolResult {
    match called {
        Ok(json) => {
            let mut result = CallToolResult::success(vec![ContentBlock::text(json.get())]);
            result.structured_content = serde_json::from_str(json.get()).ok();
            result
        }
        Err(error) => error::refused(&error),
    }
}
