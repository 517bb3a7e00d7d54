//! Names that people gave to things.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name: 1 to 255 characters, without space around it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub struct Name(String);

impl Name {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = NameError;

    fn try_from(text: String) -> Result<Self, NameError> {
        let name = text.trim();
        match name.chars().count() {
            0 => Err(NameError::Empty),
            1..=255 => Ok(Self(name.to_owned())),
            length => Err(NameError::TooLong(length)),
        }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing in it.
    #[error("a name has at least one character that is not a space")]
    Empty,
    /// Too much in it.
    #[error("a name has at most 255 characters, this one has {0}")]
    TooLong(usize),
}
