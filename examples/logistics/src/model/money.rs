//! Money: exact decimals, and the currency they are in. Amounts of two currencies are never added.

use std::{borrow::Cow, fmt};

use latchstring::values::decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

latchstring::decimal! {
    /// An amount of money, zero or more, with six decimals. On the wire a decimal string such as `"12.50"`.
    Price {
        range: 0..=1_000_000_000 * decimal::ONE,
        decimals: 2,
        what: "an amount",
        like: "12.50",
        within: "between 0 and 1000000000",
    }
    /// What one unit of a currency is worth in another.
    Rate {
        range: 1..=1_000_000 * decimal::ONE,
        decimals: 0,
        what: "a rate",
        like: "1.08",
        within: "above 0, at most 1000000",
    }
    /// A share of a hundred.
    Percent {
        range: 0..=100 * decimal::ONE,
        decimals: 0,
        what: "a percentage",
        like: "19",
        within: "between 0 and 100",
    }
}

impl Price {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The same as a sum.
    pub const fn amount(self) -> Amount {
        Amount(self.0 as i128)
    }

    /// So many times this much.
    pub const fn times(self, units: i64) -> Amount {
        Amount(self.0 as i128 * units as i128)
    }

    /// What this is worth in another currency, rounded to a millionth, half away from nought.
    pub const fn at(self, rate: Rate) -> Amount {
        let one = decimal::ONE as i128;
        Amount((self.0 as i128 * rate.0 as i128 + one / 2) / one)
    }
}

impl Percent {
    /// Nothing.
    pub const ZERO: Self = Self(0);
}

impl Rate {
    /// One for one.
    pub const ONE: Self = Self(decimal::ONE);
}

/// A sum of money, of either sign and any size that can occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Amount(i128);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// The sum of both.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    /// This without the other.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }

    /// This share of it, rounded to a millionth, half away from nought.
    #[must_use]
    pub const fn share(self, percent: Percent) -> Self {
        let hundred = 100 * decimal::ONE as i128;
        let product = self.0 * percent.0 as i128;
        let half = if product < 0 { -hundred / 2 } else { hundred / 2 };
        Self((product + half) / hundred)
    }

    /// As a price, if it is one.
    pub fn price(self) -> Option<Price> {
        i64::try_from(self.0)
            .ok()
            .and_then(|micros| Price::try_from(micros).ok())
    }
}

impl std::iter::Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal::text(self.0, 2))
    }
}

impl Serialize for Amount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Amount {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

/// An ISO 4217 code such as `EUR`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(inline)]
pub struct Currency(String);

impl Currency {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Not a currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a currency; write its three capital letters, such as EUR")]
pub struct CurrencyError(String);

impl TryFrom<String> for Currency {
    type Error = CurrencyError;

    fn try_from(text: String) -> Result<Self, CurrencyError> {
        if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Ok(Self(text))
        } else {
            Err(CurrencyError(text.chars().take(20).collect()))
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.0
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An amount with its currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Money {
    /// A decimal string such as `"12.50"`.
    pub amount: Amount,
    /// The ISO 4217 code, such as `EUR`.
    pub currency: Currency,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_decimal_strings_that_are_never_negative() {
        for (text, shown) in [
            ("\"12.5\"", "12.50"),
            ("0.5", "0.50"),
            ("3", "3.00"),
            ("\"0.000001\"", "0.000001"),
        ] {
            assert_eq!(serde_json::from_str::<Price>(text).unwrap().to_string(), shown);
        }
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

    #[test]
    fn the_largest_order_there_can_be_has_a_total() {
        let dearest: Price = "1000000000".parse().unwrap();
        let total = dearest.times(1_000_000_000);
        assert_eq!(total.to_string(), "1000000000000000000.00");
        assert_eq!(total.share("19".parse().unwrap()).to_string(), "190000000000000000.00");
    }

    #[test]
    fn shares_and_rates_round_to_the_millionth() {
        let price: Price = "0.000005".parse().unwrap();
        assert_eq!(price.amount().share("10".parse().unwrap()).to_string(), "0.000001");
        assert_eq!(price.at("0.5".parse().unwrap()).to_string(), "0.000003");
        let dollars: Price = "10".parse().unwrap();
        assert_eq!(dollars.at("0.92".parse().unwrap()).to_string(), "9.20");
    }

    #[test]
    fn currencies_are_three_capital_letters() {
        assert!(Currency::try_from("EUR".to_owned()).is_ok());
        for wrong in ["eur", "EURO", "", "E1R", "ÄÖÜ"] {
            assert!(Currency::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
