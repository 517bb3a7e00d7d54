//! A fenced block of a page: a program, or something that is expected of one.

use std::ops::Range;

/// What is in a fenced block, as the words behind its fence say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// `js` or `ts`: a program.
    Program,
    /// `json`: what it returned.
    Result,
    /// `json changes`: what a dry run told, or what was kept.
    Changes,
    /// `text console`: what it printed.
    Console,
    /// `text`: what the model reads instead of a result.
    Failure,
}

impl Kind {
    /// The words behind the fence.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Program => "js",
            Self::Result => "json",
            Self::Changes => "json changes",
            Self::Console => "text console",
            Self::Failure => "text",
        }
    }

    /// What these words mean.
    pub(crate) fn of(words: &str) -> Option<Self> {
        if words == "ts" {
            return Some(Self::Program);
        }
        let kinds = [Self::Program, Self::Result, Self::Changes, Self::Console, Self::Failure];
        kinds.into_iter().find(|kind| kind.words() == words)
    }

    /// Whether it is compared as JSON, however it is laid out.
    pub(crate) fn is_json(self) -> bool {
        match self {
            Self::Result | Self::Changes => true,
            Self::Program | Self::Console | Self::Failure => false,
        }
    }
}

/// A block on a page.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    pub(crate) kind: Kind,
    /// What is in it, without the last line break.
    pub(crate) text: String,
    /// Where the whole block is in the page, fences included.
    pub(crate) range: Range<usize>,
}

/// A block as it is written.
pub(crate) fn written(kind: Kind, text: &str) -> String {
    let fence = if text.contains("```") { "````" } else { "```" };
    format!("{fence}{}\n{text}\n{fence}\n", kind.words())
}
