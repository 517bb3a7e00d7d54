//! Money: an exact amount and, where it is shown, its currency.

use latchstring::values::decimal::ONE;
use schemars::JsonSchema;
use serde::Serialize;

latchstring::decimal! {
    /// An amount in the store's currency, zero or more, with six decimals. On the wire a decimal string such as `"12.50"`; a
    /// number with at most six decimals is read, too.
    Price {
        range: 0..=1_000_000_000 * ONE,
        decimals: 2,
        what: "an amount",
        like: "12.50",
        within: "between 0 and 1000000000",
    }
}

impl Price {
    /// From millionths of the currency's unit; how databases keep it. What is computed may be more than can be entered.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }
}

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
