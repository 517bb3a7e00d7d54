//! A pinned operation as a tool of its own.

use latchstring_core::{Finish, Operation, Session};
use rmcp::model::{CallToolResult, ContentBlock};

use crate::error;

/// Calls one operation and ends the session with it.
pub(crate) async fn call(mut session: Session, operation: &Operation, arguments: &str) -> CallToolResult {
    let called = session.call_from_program(operation.name.program(), arguments).await;
    let finish = match &called {
        Ok(_) => Finish::Commit,
        Err(error) => Finish::Fail(error.code()),
    };
    let finished = session.finish(finish).await;
    match called.and_then(|json| finished.map(|_| json)) {
        Ok(json) => {
            let mut result = CallToolResult::success(vec![ContentBlock::text(json.get())]);
            result.structured_content = serde_json::from_str(json.get()).ok();
            result
        }
        Err(error) => error::refused(&error),
    }
}
