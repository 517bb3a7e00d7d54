//! Waste: the share of a material that is lost when it is used.

use latchstring::values::decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{Quantity, QuantityError, quantity::NumberText};

/// Percent of a row's quantity that is used up in addition to it: at 10 %, two metres take 2.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, JsonSchema)]
#[serde(into = "Quantity")]
#[schemars(inline)]
pub struct Waste(Quantity);

impl Waste {
    /// No waste.
    pub const NONE: Self = Self(Quantity::ZERO);
    /// The most that may be entered, in percent.
    pub const MAX: Quantity = Quantity::whole(1000);

    /// The percentage.
    pub fn percent(self) -> Quantity {
        self.0
    }

    /// 1 + waste/100, in hundred-millionths: what a quantity is multiplied by.
    pub(crate) fn factor(self) -> u64 {
        (100 * decimal::ONE + self.0.micros()).unsigned_abs()
    }
}

impl From<Waste> for Quantity {
    fn from(waste: Waste) -> Self {
        waste.0
    }
}

impl TryFrom<Quantity> for Waste {
    type Error = WasteError;

    fn try_from(percent: Quantity) -> Result<Self, WasteError> {
        if (Quantity::ZERO..=Self::MAX).contains(&percent) {
            Ok(Self(percent))
        } else {
            Err(WasteError::OutOfBounds(percent.to_string()))
        }
    }
}

impl<'de> Deserialize<'de> for Waste {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(NumberText("a number between 0 and 1000, in percent,"))?;
        let percent = Quantity::parse(&text).map_err(|error| match error {
            QuantityError::TooFine(text) => WasteError::TooFine(text),
            QuantityError::OutOfBounds(text) | QuantityError::Malformed(text) => WasteError::OutOfBounds(text),
        });
        percent.and_then(Self::try_from).map_err(de::Error::custom)
    }
}

/// Not a waste percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WasteError {
    /// Less than nothing, or more than is sensible.
    #[error("`{0}` is not a waste percentage; it lies between 0 and 1000")]
    OutOfBounds(String),
    /// Too many decimals.
    #[error("the waste percentage `{0}` has more than six decimals; round it: Math.round(x * 1e6) / 1e6")]
    TooFine(String),
}
