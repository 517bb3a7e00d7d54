//! Quantities: exact, with six decimals, because half a clip and 0.3 m of wire are ordinary.

use std::{borrow::Cow, fmt};

use latchstring::values::decimal;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// How much of something: a fixed-point number with six decimals. On the wire a JSON number.
///
/// ```
/// use assembly::model::Quantity;
///
/// let half: Quantity = serde_json::from_str("0.5")?;
/// assert_eq!(half, Quantity::from_micros(500_000));
/// assert_eq!(serde_json::to_string(&half)?, "0.5");
/// assert!(serde_json::from_str::<Quantity>("0.0000001").is_err());
/// # Ok::<_, serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Quantity(i64);

impl Quantity {
    /// None.
    pub const ZERO: Self = Self(0);
    /// The largest that may be entered: a thousand million.
    pub const MAX: Self = Self(1_000_000_000 * decimal::ONE);

    /// So many whole units.
    pub const fn whole(units: u32) -> Self {
        Self(units as i64 * decimal::ONE)
    }

    /// So many millionths of a unit; how databases keep it.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// In millionths of a unit.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads a decimal such as `2` or `0.5`; at most [`Self::MAX`] either side of zero.
    ///
    /// # Errors
    /// When it is not a plain decimal, has more than six decimals, or is out of bounds.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        let shown = || text.chars().take(40).collect();
        match decimal::parse(text) {
            Some(micros) if micros.unsigned_abs() <= Self::MAX.0.unsigned_abs() => Ok(Self(micros)),
            None if !decimal::is_decimal(text) => Err(QuantityError::Malformed(shown())),
            None if decimal::is_too_fine(text) => Err(QuantityError::TooFine(shown())),
            Some(_) | None => Err(QuantityError::OutOfBounds(shown())),
        }
    }

    /// This or zero, whichever is more: negative stock counts as none.
    #[must_use]
    pub fn or_none(self) -> Self {
        self.max(Self::ZERO)
    }

    /// Without its fraction, towards zero.
    #[must_use]
    pub fn whole_part(self) -> Self {
        Self(self.0 / decimal::ONE * decimal::ONE)
    }

    /// The difference, or the farthest quantity that can be held.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// The sum, or the largest quantity that can be held.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Whether it has no fraction.
    pub fn is_whole(self) -> bool {
        self.0 % decimal::ONE == 0
    }
}

impl std::iter::Sum for Quantity {
    fn sum<I: Iterator<Item = Self>>(quantities: I) -> Self {
        quantities.fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&decimal::text(self.0, 0))
    }
}

/// Not a quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not a plain decimal.
    #[error("`{0}` is not a quantity; write a number with at most six decimals")]
    Malformed(String),
    /// Too many decimals, as sums of fractions have them in programs.
    #[error("`{0}` has more than six decimals; round it: Math.round(x * 1e6) / 1e6")]
    TooFine(String),
    /// Too far from zero.
    #[error("`{0}` is out of bounds; a quantity lies between -1000000000 and 1000000000")]
    OutOfBounds(String),
}

impl Serialize for Quantity {
    #[expect(
        clippy::cast_precision_loss,
        reason = "fifteen digits survive the conversion, which is every enterable one"
    )]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_whole() {
            serializer.serialize_i64(self.0 / decimal::ONE)
        } else {
            serializer.serialize_f64(self.0 as f64 / decimal::ONE as f64)
        }
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_any(NumberText("a number with at most six decimals"))?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

/// Reads a JSON number as its decimal text; says what was expected if it is none.
pub(super) struct NumberText(pub(super) &'static str);

impl de::Visitor<'_> for NumberText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_u64<E: de::Error>(self, units: u64) -> Result<String, E> {
        Ok(units.to_string())
    }

    fn visit_i64<E: de::Error>(self, units: i64) -> Result<String, E> {
        Ok(units.to_string())
    }

    // The shortest text that means this float is the text that was sent, up to fifteen digits.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

impl JsonSchema for Quantity {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_and_the_smallest_survive_json() {
        for text in ["0", "1", "-3", "0.000001", "999999999.999999", "1000000000", "-0.25"] {
            let quantity: Quantity = serde_json::from_str(text).unwrap();
            let again = serde_json::to_string(&quantity).unwrap(); // may write 0.000001 as 1e-6, which is the same
            assert_eq!(serde_json::from_str::<Quantity>(&again).unwrap(), quantity);
            assert_eq!(quantity.to_string(), text);
        }
    }

    #[test]
    fn what_cannot_be_kept_exactly_is_refused() {
        for wrong in [
            "1000000000.000001",
            "1e300",
            "-1e10",
            "0.1234567",
            "\"1\"",
            "null",
            "18446744073709551615",
        ] {
            assert!(serde_json::from_str::<Quantity>(wrong).is_err(), "{wrong}");
        }
        assert_eq!(serde_json::from_str::<Quantity>("1e3").unwrap(), Quantity::whole(1000));
    }

    #[test]
    fn a_refusal_says_which_rule_a_number_breaks() {
        let refusal = |json: &str| serde_json::from_str::<Quantity>(json).unwrap_err().to_string();
        assert!(
            refusal("0.30000000000000004").starts_with("`0.30000000000000004` has more than six decimals; round it")
        );
        assert!(refusal("-10000000001").starts_with("`-10000000001` is out of bounds; a quantity lies between -"));
        assert!(refusal("1e300").contains("is out of bounds"));
        assert!(
            Quantity::parse("1,5")
                .unwrap_err()
                .to_string()
                .contains("is not a quantity")
        );
    }
}
