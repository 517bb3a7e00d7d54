//! What is wrong with a program, collected.

use latchstring_core::{ErrorCode, Failure, Fault, OperationError, Position};

/// More than so many are counted, not told.
const MOST: usize = 10;

/// Faults in the order of their places, and the source they are in.
pub(crate) struct Faults<'s> {
    source: &'s str,
    found: Vec<(usize, Fault)>,
}

impl<'s> Faults<'s> {
    pub(crate) fn new(source: &'s str) -> Self {
        Self {
            source,
            found: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// A fault at a byte of the source, as the error `name` that it would be at run time. One at each place is enough:
    /// what is said second usually follows from the first.
    pub(crate) fn add(&mut self, at: u32, code: ErrorCode, name: &str, message: impl Into<String>) {
        let offset = at as usize;
        if self.found.iter().any(|(other, _)| *other == offset) {
            return;
        }
        let fault = Fault {
            code,
            name: name.to_owned(),
            message: message.into(),
            at: Position::of(offset, self.source),
        };
        self.found.push((offset, fault));
    }

    pub(crate) fn syntax(&mut self, at: u32, message: impl Into<String>) {
        self.add(at, ErrorCode::ProgramError, "SyntaxError", message);
    }

    pub(crate) fn reference(&mut self, at: u32, message: impl Into<String>) {
        self.add(at, ErrorCode::ProgramError, "ReferenceError", message);
    }

    pub(crate) fn mistype(&mut self, at: u32, message: impl Into<String>) {
        self.add(at, ErrorCode::ProgramError, "TypeError", message);
    }

    /// What an operation, or the look-up of one, would have answered.
    pub(crate) fn refused(&mut self, at: u32, error: &OperationError) {
        self.add(at, error.code(), "Error", error.message());
    }

    /// The failure that tells all of them; none when there are none.
    pub(crate) fn into_failure(mut self) -> Option<Failure> {
        self.found.sort_by_key(|(offset, _)| *offset);
        let count = self.found.len();
        let mut faults = self.found.into_iter().map(|(_, fault)| fault);
        let first = faults.next()?;
        let mut failure = Failure {
            name: first.name,
            at: Some(first.at),
            ..Failure::new(first.code, first.message)
        };
        failure.more = faults.take(MOST - 1).collect();
        if count > MOST {
            failure
                .message
                .push_str(&format!("; there are {} more faults than are told here", count - MOST));
        }
        Some(failure)
    }
}
