//! Money: an exact amount and, where it is shown, its currency.

use std::{borrow::Cow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

use super::{micros, quantity::NumberText};

/// An amount in the store's currency, zero or more, with six decimals. On the wire a decimal string such as `"12.50"`; a
/// number with at most six decimals is read, too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(into = "String")]
pub struct Price(i64);

impl Price {
    /// From millionths of the currency's unit; how databases keep it.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In millionths of the currency's unit.
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl TryFrom<String> for Price {
    type Error = PriceError;

    fn try_from(text: String) -> Result<Self, PriceError> {
        match micros::parse(&text) {
            Some(micros) if (0..=1_000_000_000 * micros::ONE).contains(&micros) => Ok(Self(micros)),
            _ => Err(PriceError(text.chars().take(40).collect())),
        }
    }
}

impl<'de> Deserialize<'de> for Price {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = String;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal string such as \"12.50\"")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
                Ok(text.to_owned())
            }

            fn visit_u64<E: de::Error>(self, units: u64) -> Result<String, E> {
                NumberText("").visit_u64(units)
            }

            fn visit_i64<E: de::Error>(self, units: i64) -> Result<String, E> {
                NumberText("").visit_i64(units)
            }

            fn visit_f64<E: de::Error>(self, number: f64) -> Result<String, E> {
                NumberText("").visit_f64(number)
            }
        }

        let text = deserializer.deserialize_any(Visitor)?;
        Self::try_from(text).map_err(de::Error::custom)
    }
}

impl From<Price> for String {
    fn from(price: Price) -> Self {
        price.to_string()
    }
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&micros::text(self.0, 2))
    }
}

impl JsonSchema for Price {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Price".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// Not an amount of money.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not an amount; write a decimal string such as \"12.50\", between 0 and \
         1000000000 and with at most six decimals"
)]
pub struct PriceError(String);

/// An amount with its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Money {
    /// A decimal string such as `"12.50"`.
    pub amount: Price,
    /// The ISO 4217 code, such as `EUR`.
    pub currency: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_decimal_strings_that_are_never_negative() {
        let price: Price = serde_json::from_str("\"12.5\"").unwrap();
        assert_eq!(price.to_string(), "12.50");
        assert_eq!(serde_json::from_str::<Price>("0.5").unwrap().to_string(), "0.50");
        assert_eq!(serde_json::from_str::<Price>("3").unwrap().to_string(), "3.00");
        for wrong in [
            "-0.5",
            "0.30000000000000004",
            "null",
            "\"-1\"",
            "\"twelve\"",
            "\"1000000001\"",
            "\"1e3\"",
        ] {
            assert!(serde_json::from_str::<Price>(wrong).is_err(), "{wrong}");
        }
    }
}
