//! Units: what one of a material is.

use std::fmt;

use latchstring::values::{TextError, one_line};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The units that every store begins with. A store adds others by using them.
pub const USUAL: [&str; 15] = [
    "pcs", "pair", "set", "pack", "roll", "m", "cm", "mm", "m2", "L", "mL", "kg", "g", "h", "min",
];

/// What one of a material is, such as `pcs`, `m`, `kg`, `L`: 1 to 20 characters that can be seen.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub struct Unit(String);

impl Unit {
    /// Pieces: what the shop platform counts in.
    pub fn pieces() -> Self {
        Self("pcs".to_owned())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Unit {
    type Error = UnitError;

    fn try_from(text: String) -> Result<Self, UnitError> {
        let unit = text.trim();
        one_line(unit)?;
        match unit.chars().count() {
            1..=20 => Ok(Self(unit.to_owned())),
            length => Err(UnitError::Length(length)),
        }
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> Self {
        unit.0
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Not a unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// Nothing, or too much.
    #[error("a unit has 1 to 20 characters, such as `pcs`, `m` or `kg`; this has {0}")]
    Length(usize),
    /// Something in it that people do not see.
    #[error(transparent)]
    Unseen(#[from] TextError),
}
