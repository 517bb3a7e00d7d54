//! Units of stock: whole numbers, as the shop platform counts them.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, de};

/// So many units: a whole number from 0 to a thousand million.
///
/// ```
/// use logistics::model::Units;
///
/// assert_eq!(serde_json::from_str::<Units>("12")?.get(), 12);
/// assert!(serde_json::from_str::<Units>("0.5").is_err());
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Units(i64);

impl Units {
    /// The most that may be entered.
    pub const MAX: i64 = 1_000_000_000;

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

/// Not a number of units.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of units; write a whole number from 0 to 1000000000")]
pub struct UnitsError(String);

impl TryFrom<i64> for Units {
    type Error = UnitsError;

    fn try_from(units: i64) -> Result<Self, UnitsError> {
        if (0..=Self::MAX).contains(&units) {
            Ok(Self(units))
        } else {
            Err(UnitsError(units.to_string()))
        }
    }
}

impl<'de> Deserialize<'de> for Units {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Units;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number from 0 to 1000000000")
            }

            fn visit_i64<E: de::Error>(self, units: i64) -> Result<Units, E> {
                Units::try_from(units).map_err(E::custom)
            }

            fn visit_u64<E: de::Error>(self, units: u64) -> Result<Units, E> {
                let units = i64::try_from(units).map_err(|_| E::custom(UnitsError(units.to_string())))?;
                self.visit_i64(units)
            }

            // JavaScript writes some whole numbers with an exponent.
            fn visit_f64<E: de::Error>(self, units: f64) -> Result<Units, E> {
                let text = units.to_string();
                let whole = text.parse().map_err(|_| E::custom(UnitsError(text)))?;
                self.visit_i64(whole)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl JsonSchema for Units {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Units".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_numbers_from_nought_up_are_units() {
        for (text, units) in [("0", 0), ("1000000000", Units::MAX), ("1e3", 1000), ("7.0", 7)] {
            assert_eq!(serde_json::from_str::<Units>(text).unwrap().get(), units);
        }
        for wrong in [
            "-1",
            "0.5",
            "1000000001",
            "\"1\"",
            "null",
            "1e300",
            "18446744073709551615",
        ] {
            assert!(serde_json::from_str::<Units>(wrong).is_err(), "{wrong}");
        }
    }
}
