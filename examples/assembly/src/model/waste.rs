//! Waste: the share of a material that is lost when it is used.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Quantity, micros};

/// Percent of a row's quantity that is used up in addition to it: at 10 %, two metres take 2.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "Quantity", into = "Quantity")]
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
        (100 * micros::ONE + self.0.micros()).unsigned_abs()
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
            Err(WasteError(percent))
        }
    }
}

/// Not a waste percentage.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a waste percentage; it lies between 0 and 1000")]
pub struct WasteError(Quantity);
