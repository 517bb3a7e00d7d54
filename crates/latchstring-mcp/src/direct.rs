//! A pinned operation as a tool of its own.

use latchstring_core::{Effect, ErrorCode, Finish, Limits, Operation, OperationError, Session};
use rmcp::model::{CallToolResult, ContentBlock};

use crate::{error, run::Gone};

/// Calls one operation and ends the session with it.
pub(crate) async fn call(
    mut session: Session,
    operation: &Operation,
    arguments: &str,
    gone: &Gone,
    limits: &Limits,
) -> CallToolResult {
    let called = gone
        .or(session.call_from_program(operation.name.program(), arguments))
        .await;
    if called.is_err() && gone.caller.is_cancelled() {
        drop(session);
        return CallToolResult::error(Vec::new());
    }
    let called = called.and_then(|called| called).and_then(|json| {
        let most = limits.result_bytes as usize;
        if operation.effect == Effect::Read && json.get().len() > most {
            return Err(OperationError::new(
                ErrorCode::ResultTooLarge,
                format!(
                    "the result is {} bytes, {most} at most; ask for fewer, or use `run` and return what is needed only",
                    json.get().len()
                ),
            ));
        }
        Ok(json)
    });
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
