//! The seam behind which programs run.
//!
//! A sandbox evaluates one JavaScript program and gives it nothing but `app`: each call the program makes arrives at
//! [`Session::call_from_program`], and that is the only way out. It knows no tenant, no scope and no database.

use std::time::Duration;

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

/// A program as a client sent it: the body of an async function.
#[derive(Debug, Clone)]
pub struct Program {
    /// JavaScript source; `await` and `return` work at its top level.
    pub source: String,
    /// What `Date.now()` starts from, in milliseconds since 1970.
    pub now_ms: i64,
    /// Seeds `Math.random()`.
    pub seed: u64,
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
    /// What the operation said beyond its message.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
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
