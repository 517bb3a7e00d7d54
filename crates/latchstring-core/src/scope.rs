//! What a grant may do, said once.

use serde::{Deserialize, Serialize};

/// What a person allowed a key or an app to do. Write includes read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Look at the data. The default.
    #[default]
    Read,
    /// Look at the data and change it.
    ReadWrite,
}

/// Whether an operation reads or writes; it follows from the trait the operation implements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// May change data.
    Write,
}

impl Scope {
    /// The visibility rule: may a grant of this scope see an operation of this effect?
    pub fn allows(self, effect: Effect) -> bool {
        match (self, effect) {
            (Self::Read | Self::ReadWrite, Effect::Read) | (Self::ReadWrite, Effect::Write) => true,
            (Self::Read, Effect::Write) => false,
        }
    }

    /// Whether whoever has this scope has that one, too. Write includes read.
    pub fn includes(self, other: Self) -> bool {
        self == Self::ReadWrite || other == Self::Read
    }

    /// The name on the wire and in the database: `read` or `read_write`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::ReadWrite => "read_write",
        }
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for Scope {
    type Err = ScopeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "read" => Ok(Self::Read),
            "read_write" => Ok(Self::ReadWrite),
            other => Err(ScopeError(other.to_owned())),
        }
    }
}

/// Not the name of a scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a scope; use `read` or `read_write`")]
pub struct ScopeError(String);

impl Effect {
    /// The name on the wire and in the database: `read` or `write`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}
