//! Putting into words why a program did not return a value: what is wrong, where, and what to do next.

use std::time::Duration;

use latchstring_core::{ErrorCode, Failure, Json, Limits, OperationError, Position, Program};
use serde_json::{
    json,
    value::{RawValue, to_raw_value},
};

use crate::{
    error::Broken,
    guest::{CALL_LIMIT, Thrown, whole_characters},
    position::place,
    run::{Deadline, Verdict},
};

const SPLIT: &str = "filter in the operation, ask for less, or split the work into several programs";

/// A call that failed, kept by the host: what becomes of it in the program proves nothing.
#[derive(Debug)]
pub(crate) struct FailedCall {
    operation: String,
    /// As JSON text, cut: all of them are kept until the program's end, however long its arguments were.
    arguments: String,
    pub(crate) error: OperationError,
}

impl FailedCall {
    pub(crate) fn new(operation: String, arguments: &str, error: OperationError) -> Self {
        Self {
            operation,
            arguments: shortened(arguments),
            error,
        }
    }

    /// What a program finds in the call's error.
    pub(crate) fn told_to_program(&self) -> Json {
        let told = json!({
            "code": self.error.code(),
            "message": self.error.message(),
            "details": self.error.details(),
            "operation": self.operation,
        });
        to_raw_value(&told).unwrap_or_else(|_| RawValue::NULL.to_owned())
    }
}

/// What the words need to know.
pub(crate) struct Story<'a> {
    pub(crate) program: &'a Program,
    pub(crate) limits: &'a Limits,
    pub(crate) failed: &'a [FailedCall],
}

impl Story<'_> {
    /// The result, or the failure.
    pub(crate) fn tell(&self, verdict: Verdict) -> Result<Result<Json, Failure>, Broken> {
        let failure = match verdict {
            Verdict::Done(json) => {
                let json = whole_characters(&json).into_owned();
                let json = RawValue::from_string(json).map_err(|_| Broken::Guest("a result that is not JSON"))?;
                return Ok(Ok(json));
            }
            Verdict::Failed(thrown) => self.threw(&thrown),
            Verdict::Unawaited(thrown) => unawaited(self.threw(&thrown)),
            Verdict::Stuck => Failure::new(
                ErrorCode::ProgramError,
                "the program waits for a promise that nothing can resolve; await calls of `app` only, and resolve every \
                 promise you make",
            ),
            Verdict::Late(deadline, thrown) => self.late(deadline, thrown.as_ref()),
            Verdict::TooLarge(bytes) => Failure::new(
                ErrorCode::ResultTooLarge,
                format!(
                    "the result is {bytes} bytes of JSON and may be {}; filter or aggregate in the program and return \
                     only what is needed",
                    self.limits.result_bytes
                ),
            ),
            Verdict::NotJson(thrown) => Failure::new(
                ErrorCode::ResultNotSerializable,
                format!(
                    "the result cannot be written as JSON: {}; return plain objects, arrays, strings, numbers, booleans \
                     or null",
                    thrown
                        .message
                        .as_deref()
                        .or(thrown.value.as_deref())
                        .unwrap_or("its `toJSON` failed")
                ),
            ),
            Verdict::OutOfMemory(thrown) => Failure {
                at: thrown.and_then(|thrown| self.place(&thrown)),
                ..Failure::new(
                    ErrorCode::MemoryLimit,
                    format!(
                        "out of memory: a program may fill {}; {SPLIT}",
                        size(u64::from(self.limits.heap_bytes))
                    ),
                )
            },
            Verdict::Crashed(trap) => {
                tracing::warn!(%trap, "a program crashed its engine");
                Failure::new(
                    ErrorCode::ProgramError,
                    "the program crashed the JavaScript engine, which harms nothing else; write it in a simpler way, \
                     with less nesting and smaller values",
                )
            }
            Verdict::Cancelled => return Err(Broken::Guest("a cancelled run was asked for its result")),
        };
        Ok(Err(failure))
    }

    fn threw(&self, thrown: &Thrown) -> Failure {
        let at = self.place(thrown);
        match thrown.mark {
            Some(CALL_LIMIT) => {
                let message = format!(
                    "a program may make {} calls; use an operation that takes or returns several things at once, or \
                     split the work into several programs",
                    self.limits.calls
                );
                return Failure {
                    at,
                    name: "RangeError".to_owned(),
                    ..Failure::new(ErrorCode::LimitExceeded, message)
                };
            }
            Some(number) => {
                if let Some(failed) = usize::try_from(number).ok().and_then(|number| self.failed.get(number)) {
                    return operation_failed(failed, at);
                }
            }
            None => {}
        }
        let name = thrown.name.clone().unwrap_or_else(|| "Error".to_owned());
        let message = match (&thrown.message, &thrown.value) {
            (Some(message), _) => with_inner(&name, advised(&name, message), &thrown.inner),
            (None, Some(value)) => format!("the program threw {value}; throw an `Error` to tell where and why"),
            (None, None) => "the program failed and its error could not be read".to_owned(),
        };
        Failure {
            at,
            name,
            ..Failure::new(ErrorCode::ProgramError, message)
        }
    }

    fn late(&self, deadline: Deadline, thrown: Option<&Thrown>) -> Failure {
        let at = thrown.and_then(|thrown| self.place(thrown));
        // The engine notes places at calls and accesses only, so a bare loop is told by what came before it.
        let place = at
            .as_ref()
            .map_or_else(String::new, |at| format!(" near line {}", at.line));
        let message = match deadline {
            Deadline::Guest => {
                format!(
                    "stopped after {} of computing{place}; {SPLIT}",
                    seconds(self.limits.guest_time)
                )
            }
            Deadline::Polls => format!("stopped{place}, having computed as much as a program may; {SPLIT}"),
            Deadline::Wall => {
                format!(
                    "stopped{place}, {} after the start, waiting included; {SPLIT}",
                    seconds(self.limits.wall)
                )
            }
        };
        Failure {
            at,
            ..Failure::new(ErrorCode::Timeout, message)
        }
    }

    fn place(&self, thrown: &Thrown) -> Option<Position> {
        let code = &self.program.code;
        let offset = place(thrown.stack.as_deref()?, code.text())?;
        Some(Position::of(code.in_source(offset), &self.program.source))
    }
}

/// The program is larger than allowed and was not started.
pub(crate) fn too_long(source: &str, limits: &Limits) -> Failure {
    let failure = Failure::new(
        ErrorCode::LimitExceeded,
        format!(
            "the program is {} bytes and may be {}; split it, and fetch data with operations instead of writing it into \
             the program",
            source.len(),
            limits.program_bytes
        ),
    );
    Failure {
        at: Some(Position::of(limits.program_bytes, source)),
        ..failure
    }
}

/// A message for an error that has none, and what an `AggregateError` holds.
fn with_inner(name: &str, message: String, inner: &[String]) -> String {
    let message = if message.is_empty() {
        format!("the program threw `{name}` without a message")
    } else {
        message
    };
    if inner.is_empty() {
        message
    } else {
        format!("{message}: {}", inner.join("; "))
    }
}

/// In the words of the host; `at` is where the call was made, when known.
pub(crate) fn operation_failed(failed: &FailedCall, at: Option<Position>) -> Failure {
    Failure {
        name: "OperationError".to_owned(),
        at,
        operation: Some(failed.operation.clone()),
        arguments: Some(failed.arguments.clone()),
        details: failed.error.details().cloned(),
        ..Failure::new(failed.error.code(), failed.error.message())
    }
}

/// Longest arguments that a failure repeats, in characters.
const ARGUMENTS: usize = 500;

fn shortened(arguments: &str) -> String {
    let mut kept: String = arguments.chars().take(ARGUMENTS).collect();
    if kept.len() < arguments.len() {
        kept.push('…');
    }
    kept
}

fn unawaited(failure: Failure) -> Failure {
    let what = if failure.operation.is_some() {
        "this call was"
    } else {
        "this promise was"
    };
    let message = format!("{}; {what} never awaited, put `await` before it", failure.message);
    Failure { message, ..failure }
}

/// What to do about what the engine says of itself.
fn advised(name: &str, message: &str) -> String {
    if name == "RangeError" && message.starts_with("Maximum call stack") {
        return format!("{message}; recurse less deeply, or use a loop");
    }
    message.to_owned()
}

fn seconds(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{} s", (duration.as_secs_f64() * 10.0).round() / 10.0)
    }
}

fn size(bytes: u64) -> String {
    if bytes >= 1 << 20 {
        format!("{} MiB", bytes >> 20)
    } else {
        format!("{} KiB", bytes >> 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(failed: &[FailedCall], thrown: Thrown) -> Failure {
        let (program, limits) = (Program::as_it_is("", 0, 1), Limits::default());
        let story = Story {
            program: &program,
            limits: &limits,
            failed,
        };
        story.tell(Verdict::Failed(thrown)).unwrap().unwrap_err()
    }

    #[test]
    fn a_failed_call_is_told_from_the_hosts_record_not_from_the_error() {
        let error = OperationError::new(ErrorCode::NotFound, "no BOM `b9`; list BOMs with `app.boms.list`");
        let failed = [FailedCall::new("boms.get".to_owned(), r#"{"bomId":"b9"}"#, error)];
        let forged = Thrown {
            name: Some("Nonsense".to_owned()),
            message: Some("all is well".to_owned()),
            mark: Some(0),
            ..Thrown::default()
        };
        let failure = told(&failed, forged);
        assert_eq!(failure.code, ErrorCode::NotFound);
        assert_eq!(failure.name, "OperationError");
        assert_eq!(failure.message, "no BOM `b9`; list BOMs with `app.boms.list`");
        assert_eq!(failure.operation.as_deref(), Some("boms.get"));
        assert_eq!(failure.arguments.as_deref(), Some(r#"{"bomId":"b9"}"#));
    }

    #[test]
    fn s04_a_mark_that_names_no_call_is_ignored() {
        for mark in [0, 1, i64::MAX, i64::MIN, -2] {
            let forged = Thrown {
                message: Some("x".to_owned()),
                mark: Some(mark),
                ..Thrown::default()
            };
            let failure = told(&[], forged);
            assert_eq!(failure.code, ErrorCode::ProgramError);
            assert_eq!(failure.operation, None);
        }
    }

    #[test]
    fn s05_of_a_failed_call_no_more_is_kept_than_is_told() {
        let error = || OperationError::new(ErrorCode::LimitExceeded, "too much");
        let failed = FailedCall::new("boms.get".to_owned(), &"é".repeat(1 << 20), error());
        assert_eq!(failed.arguments.chars().count(), ARGUMENTS + 1);
        assert_eq!(FailedCall::new(String::new(), "{}", error()).arguments, "{}");
    }

    #[test]
    fn durations_and_sizes_are_readable() {
        assert_eq!(seconds(Duration::from_millis(150)), "150 ms");
        assert_eq!(seconds(Duration::from_secs(2)), "2 s");
        assert_eq!(seconds(Duration::from_millis(2500)), "2.5 s");
        assert_eq!(size(32 << 20), "32 MiB");
    }
}
