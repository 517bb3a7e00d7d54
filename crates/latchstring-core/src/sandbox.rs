//! The seam behind which programs run.
//!
//! A sandbox evaluates one JavaScript program and gives it nothing but `app`: each call the program makes arrives at
//! [`Session::call_from_program`], and that is the only way out. It knows no tenant, no scope and no database.

use std::{ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use serde::Serialize;
use serde_json::{Value, value::RawValue};

use crate::{ErrorCode, Session};

/// Runs programs. Shared by all callers; one call is one fresh, isolated evaluation.
#[async_trait]
pub trait Sandbox: Send + Sync {
    /// Runs `program` to its end, its error or its limit. Dropping the future ends the program.
    ///
    /// # Errors
    /// Only when the sandbox itself could not do its work; a program that fails is an [`Outcome`].
    async fn run(&self, program: &Program, limits: &Limits, session: &mut Session) -> Result<Outcome, SandboxError>;
}

/// A program, and what is evaluated of it.
#[derive(Debug, Clone)]
pub struct Program {
    /// As a client sent it. Places are told in it.
    pub source: Arc<str>,
    /// The body of a strict async function, made of the source.
    pub code: Code,
    /// What `Date.now()` says throughout, in milliseconds since 1970.
    pub now_ms: i64,
    /// Seeds `Math.random()`.
    pub seed: u64,
}

impl Program {
    /// A program that is the body of an async function already.
    pub fn as_it_is(source: impl Into<Arc<str>>, now_ms: i64, seed: u64) -> Self {
        let source = source.into();
        Self {
            code: Code::from(source.as_ref()),
            source,
            now_ms,
            seed,
        }
    }
}

/// JavaScript made of a source: line by line the same, but for what was blanked and what was put in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Code {
    text: String,
    /// Where in `text` something was put in, and how much, in order.
    inserted: Vec<Range<usize>>,
}

impl Code {
    /// `source` with each of `pieces` put in before the byte it comes with. The pieces are in order and hold no line end.
    ///
    /// # Panics
    /// When a place is not at a character of `source`.
    pub fn with_inserted(source: &str, pieces: &[(usize, &str)]) -> Self {
        let mut text = String::with_capacity(source.len() + 32);
        let mut inserted = Vec::with_capacity(pieces.len());
        let mut from = 0;
        for (at, piece) in pieces {
            text.push_str(&source[from..*at]);
            from = *at;
            inserted.push(text.len()..text.len() + piece.len());
            text.push_str(piece);
        }
        text.push_str(&source[from..]);
        Self { text, inserted }
    }

    /// The JavaScript.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The byte of the source that a byte of the text came from. For what was put in, the byte behind it.
    pub fn in_source(&self, offset: usize) -> usize {
        let before = self.inserted.iter().take_while(|range| range.start < offset);
        offset - before.map(|range| range.end.min(offset) - range.start).sum::<usize>()
    }
}

impl From<&str> for Code {
    fn from(source: &str) -> Self {
        Self::with_inserted(source, &[])
    }
}

/// What one program may use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// From start to end, waiting included.
    pub wall: Duration,
    /// Time spent computing inside the sandbox; waiting for operations is free.
    pub guest_time: Duration,
    /// Heap the program may fill, in bytes; beyond it the program ends.
    pub heap_bytes: u32,
    /// Calls to operations.
    pub calls: u32,
    /// Size of the source, in bytes.
    pub program_bytes: usize,
    /// Size of the result as JSON, in bytes.
    pub result_bytes: u32,
    /// Console text that is kept, in bytes; what is beyond it is dropped and counted.
    pub console_bytes: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            wall: Duration::from_secs(30),
            guest_time: Duration::from_secs(2),
            heap_bytes: 32 << 20,
            calls: 200,
            program_bytes: 64 << 10,
            result_bytes: 256 << 10,
            console_bytes: 32 << 10,
        }
    }
}

/// How a program ended, and what it left.
#[derive(Debug)]
pub struct Outcome {
    /// The returned value as JSON, or why there is none.
    pub ended: Result<Box<RawValue>, Failure>,
    /// What the program printed.
    pub console: Console,
    /// Calls to operations it made.
    pub calls: u32,
    /// Time it spent computing.
    pub guest_time: Duration,
}

impl Outcome {
    /// Of a program that was not run.
    pub fn refused(failure: Failure) -> Self {
        Self {
            ended: Err(failure),
            console: Console::default(),
            calls: 0,
            guest_time: Duration::ZERO,
        }
    }
}

/// Captured `console` output, one line per call.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Console {
    /// The kept text.
    pub text: String,
    /// Bytes beyond the limit.
    pub dropped_bytes: u32,
}

/// Why a program did not return a value, told so that the next attempt can succeed.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The kind: an operation's own code when a call failed and was not caught, otherwise the sandbox's.
    pub code: ErrorCode,
    /// The JavaScript error's name, such as `TypeError`.
    pub name: String,
    /// What is wrong and what to do next.
    pub message: String,
    /// Where in the program, when known.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub at: Option<Position>,
    /// The operation that failed, in the program's spelling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The arguments it was called with, as JSON; cut when very long.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<String>,
    /// What the operation said beyond its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// What else is wrong with the program, where it was refused before it ran.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<Fault>,
}

impl Failure {
    /// A failure of which no more is known.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            name: "Error".to_owned(),
            message: message.into(),
            at: None,
            operation: None,
            arguments: None,
            details: None,
            more: Vec::new(),
        }
    }
}

/// One thing that is wrong with a program, found without running it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// The kind, as a run would have told it.
    pub code: ErrorCode,
    /// The name of the error that it would have been, such as `TypeError`.
    pub name: String,
    /// What is wrong and what to do next.
    pub message: String,
    /// Where in the program.
    #[serde(flatten)]
    pub at: Position,
}

/// A place in the program; lines and columns count from 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
    /// That line of the program, cut when very long.
    pub source_line: String,
}

impl Position {
    /// Longest piece of a line that is shown, in characters.
    const SHOWN: usize = 200;

    /// The place of a byte of `source`. One beyond the end, or within a character, is the next before it.
    pub fn of(offset: usize, source: &str) -> Self {
        let mut offset = offset.min(source.len());
        while !source.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &source[..offset];
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before[start..].chars().count();
        let line = source[start..].lines().next().unwrap_or_default();
        let number = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        Self {
            line: number(before.matches('\n').count()),
            column: number(column),
            source_line: shown(line, column),
        }
    }
}

/// The line, or the piece of it around `column` when it is very long.
fn shown(line: &str, column: usize) -> String {
    let (length, most) = (line.chars().count(), Position::SHOWN);
    if length <= most {
        return line.to_owned();
    }
    let start = column.saturating_sub(most / 2).min(length - most);
    let piece: String = line.chars().skip(start).take(most).collect();
    let (before, after) = (
        if start > 0 { "…" } else { "" },
        if start + most < length { "…" } else { "" },
    );
    format!("{before}{piece}{after}")
}

/// The sandbox could not run a program at all.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// As many programs as allowed are running; nothing was started.
    #[error("the server is running as many programs as it may; try again in a few seconds")]
    Busy,
    /// Something in the sandbox itself broke; the program's fault or not, it is over.
    #[error("the sandbox failed")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let at = Position::of("ab\nééé.".len(), "ab\nééé.x");
        assert_eq!((at.line, at.column, at.source_line.as_str()), (2, 5, "ééé.x"));
        let beyond = Position::of(99, "ab\n");
        assert_eq!((beyond.line, beyond.column, beyond.source_line.as_str()), (2, 1, ""));
        assert_eq!(Position::of(1, "é").column, 1);
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        let source = format!("{}X{}", "a".repeat(5000), "b".repeat(5000));
        let at = Position::of(5000, &source);
        assert_eq!(at.column, 5001);
        assert_eq!(at.source_line.chars().count(), Position::SHOWN + 2);
        assert!(at.source_line.starts_with("…a") && at.source_line.contains('X') && at.source_line.ends_with("b…"));
    }

    #[test]
    fn places_of_code_are_told_in_the_source() {
        let code = Code::with_inserted("a\nbé\nc", &[(0, "1"), (2, "return "), (7, ")")]);
        assert_eq!(code.text(), "1a\nreturn bé\nc)");
        let back = |piece: &str| code.in_source(code.text().find(piece).unwrap());
        assert_eq!(
            [
                back("1"),
                back("a"),
                back("return"),
                back("turn"),
                back("bé"),
                back("c"),
                back(")")
            ],
            [0, 0, 2, 2, 2, 6, 7]
        );
        assert_eq!(code.in_source(code.text().len()), 7);
    }
}
