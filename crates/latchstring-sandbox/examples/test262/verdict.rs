//! How a test ended, and whether that is a pass.

use crate::{compose::END, frontmatter::Frontmatter};

/// How evaluating ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Done,
    Failed,
    /// Failed only because a promise was rejected and nobody handled it.
    Unhandled,
    Stuck,
    Timeout,
    Memory,
    Crashed,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unhandled => "unhandled rejection",
            Self::Stuck => "stuck",
            Self::Timeout => "timeout",
            Self::Memory => "out of memory",
            Self::Crashed => "crashed",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Ran {
    pub(crate) status: Status,
    /// The name of the error.
    pub(crate) name: String,
    pub(crate) message: String,
    pub(crate) console: String,
}

impl Ran {
    /// Whether `head` asks for this.
    pub(crate) fn passes(&self, head: &Frontmatter) -> bool {
        let says = |text: &str| self.console.lines().any(|line| line.starts_with(text));
        let finished = match self.status {
            Status::Done => true,
            Status::Unhandled => says(END),
            Status::Failed | Status::Stuck | Status::Timeout | Status::Memory | Status::Crashed => false,
        };
        match &head.negative {
            Some(name) => self.status == Status::Failed && self.name == *name,
            None if head.has_flag("async") => finished && says("test262: done") && !says("test262: failed"),
            None => finished,
        }
    }

    /// Status, error and what an asynchronous test said, in one line.
    pub(crate) fn told(&self) -> String {
        let mut told = self.status.name().to_owned();
        if !self.message.is_empty() {
            told = format!("{told}: {}: {}", self.name, self.message);
        }
        if let Some(line) = self.console.lines().find(|line| line.starts_with("test262: failed")) {
            told = format!("{told}; {line}");
        }
        told.chars().filter(|letter| *letter != '\n').take(300).collect()
    }
}
