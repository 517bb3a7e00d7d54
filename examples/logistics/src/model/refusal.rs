//! What a rule says no with: which kind of no, and what to do next.

use latchstring::{ErrorCode, OperationError};
use serde_json::Value;

/// A broken rule, in words for the caller.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    code: ErrorCode,
    message: String,
    details: Option<Value>,
}

impl Refusal {
    /// The arguments break a rule.
    pub fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidInput, message)
    }

    /// The thing is not in a state that allows this.
    pub fn state(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidState, message)
    }

    /// Other things use it.
    pub fn in_use(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InUse, message)
    }

    /// It clashes with something that exists.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    /// More than is allowed in one go.
    pub fn too_many(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::LimitExceeded, message)
    }

    /// Nothing of the store has that id.
    pub fn missing(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::NotFound, message)
    }

    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: None,
        }
    }

    /// Adds what a program can act on.
    #[must_use]
    pub fn with(mut self, details: Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Adds to the text.
    #[must_use]
    pub fn also(mut self, more: impl AsRef<str>) -> Self {
        self.message.push_str("; ");
        self.message.push_str(more.as_ref());
        self
    }

    /// Which kind of no.
    pub fn code(&self) -> ErrorCode {
        self.code
    }
}

impl From<Refusal> for OperationError {
    fn from(refusal: Refusal) -> Self {
        let error = Self::new(refusal.code, refusal.message);
        match refusal.details {
            Some(details) => error.with_details(details),
            None => error,
        }
    }
}
