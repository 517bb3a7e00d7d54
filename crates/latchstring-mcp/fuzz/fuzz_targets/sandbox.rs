//! Programs without an engine: each line is a statement that looks like the JavaScript it stands for.
//!
//! ```text
//! console.log("anything up to the line's end")
//! await app.notes.list({"search": "milk"})
//! return {"any": "JSON"}
//! return await app.notes.get({"noteId": "not_7"})
//! throw anything
//! ```

use std::time::Duration;

use async_trait::async_trait;
use latchstring_core::{Console, ErrorCode, Failure, Json, Limits, Outcome, Position, Program, SandboxError, Session};
use serde_json::value::RawValue;

pub(crate) struct Sandbox;

#[async_trait]
impl latchstring_core::Sandbox for Sandbox {
    async fn run(&self, program: &Program, limits: &Limits, session: &mut Session) -> Result<Outcome, SandboxError> {
        let mut outcome = Outcome {
            ended: Ok(RawValue::NULL.to_owned()),
            console: Console::default(),
            calls: 0,
            guest_time: Duration::ZERO,
        };
        if program.source.len() > limits.program_bytes {
            outcome.ended = Err(Failure::new(ErrorCode::ProgramError, "the program is too long"));
            return Ok(outcome);
        }
        for (number, line) in (1..).zip(program.source.lines()) {
            let ended = statement(line, limits, session, &mut outcome).await;
            let ended = ended.map_err(|mut failed| {
                let source_line = line.chars().take(200).collect();
                let (line, column) = (number, 1 + number % 300);
                failed.at = Some(Position {
                    line,
                    column,
                    source_line,
                });
                failed
            });
            if let Some(ended) = ended.transpose() {
                outcome.ended = ended;
                break;
            }
        }
        if outcome
            .ended
            .as_ref()
            .is_ok_and(|json| json.get().len() > limits.result_bytes as usize)
        {
            outcome.ended = Err(Failure::new(ErrorCode::ResultTooLarge, "the result is too large"));
        }
        Ok(outcome)
    }
}

/// Carries out a line: what the program returns with it, if it does.
async fn statement(
    line: &str,
    limits: &Limits,
    session: &mut Session,
    outcome: &mut Outcome,
) -> Result<Option<Json>, Failure> {
    let line = line.trim();
    if let Some(text) = line.strip_prefix("console.log(") {
        outcome.console.text.push_str(text);
        outcome.console.text.push('\n');
        return Ok(None);
    }
    if let Some(text) = line.strip_prefix("throw ") {
        return Err(Failure::new(ErrorCode::ProgramError, text));
    }
    let (line, returns) = match line.strip_prefix("return ") {
        Some(rest) => (rest, true),
        None => (line, false),
    };
    let Some((path, arguments)) = line.strip_prefix("await app.").and_then(|call| call.split_once('(')) else {
        if !returns {
            return Ok(None);
        }
        let value = RawValue::from_string(line.to_owned());
        return value
            .map(Some)
            .map_err(|error| Failure::new(ErrorCode::ProgramError, error.to_string()));
    };
    if outcome.calls >= limits.calls {
        return Err(Failure::new(ErrorCode::LimitExceeded, "too many calls"));
    }
    outcome.calls += 1;
    let arguments = arguments.strip_suffix(')').unwrap_or(arguments);
    let called = session.call_from_program(path, arguments).await;
    let called = called.map_err(|error| Failure {
        name: "OperationError".to_owned(),
        operation: Some(path.to_owned()),
        details: error.details().cloned(),
        ..Failure::new(error.code(), error.message())
    })?;
    Ok(returns.then_some(called))
}
