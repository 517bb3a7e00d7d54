//! Decimal text and millionths: the one place where digits are read and written.

use std::fmt;

use serde::de;

/// Millionths in one.
pub const ONE: i64 = 1_000_000;

/// Reads a plain decimal such as `-12.5` as millionths. `None` if it is not one, has more than six decimals that
/// matter, or is too large to hold.
pub fn parse(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let fraction = fraction.trim_end_matches('0');
    if !is_decimal(text) || fraction.len() > 6 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    whole.checked_mul(ONE)?.checked_add(fraction)?.checked_mul(sign)
}

/// Whether it is a plain decimal of any size and with any number of decimals.
pub fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && all_digits(whole) && all_digits(fraction)
}

/// Whether a plain decimal has more than six decimals that matter.
pub fn is_too_fine(text: &str) -> bool {
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    fraction.trim_end_matches('0').len() > 6
}

/// Writes millionths as a plain decimal, with at least `decimals` decimals and no zeros beyond those.
pub fn text(micros: impl Into<i128>, decimals: usize) -> String {
    let micros: i128 = micros.into();
    let sign = if micros < 0 { "-" } else { "" };
    let one = u128::from(ONE.unsigned_abs());
    let (whole, fraction) = (micros.unsigned_abs() / one, micros.unsigned_abs() % one);
    let fraction = format!("{fraction:06}");
    let kept = fraction.trim_end_matches('0').len().max(decimals);
    match &fraction[..kept] {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
}

/// Not such a number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{given}` is not {what}")]
pub struct DecimalError {
    given: String,
    what: &'static str,
}

impl DecimalError {
    /// This is not `what`: `a rate`, with what to write instead.
    pub fn new(given: &str, what: &'static str) -> Self {
        Self {
            given: given.chars().take(40).collect(),
            what,
        }
    }
}

/// Reads a decimal string, or a number with at most fifteen digits, as its text. What was expected is told of anything else.
#[derive(Debug, Clone, Copy)]
pub struct DecimalText(pub &'static str);

impl de::Visitor<'_> for DecimalText {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<String, E> {
        Ok(text.to_owned())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<String, E> {
        Ok(number.to_string())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<String, E> {
        Ok(number.to_string())
    }

    // The shortest text that means this float is the text that was sent, up to fifteen digits.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<String, E> {
        Ok(number.to_string())
    }
}

/// Makes a type for each kind of decimal that is a string on the wire, such as `"12.50"`, and millionths in 64 bits in the
/// database. A number with at most six decimals is read, too.
///
/// In braces stand its `range` in millionths, how many `decimals` it is written with at least, and the words of a refusal:
/// `what` it is, what one is written `like`, and its bounds (`within`).
///
/// ```
/// use latchstring_core::values::decimal::ONE;
///
/// latchstring_core::decimal! {
///     /// A share of a hundred.
///     Percent { range: 0..=100 * ONE, decimals: 0, what: "a percentage", like: "19", within: "between 0 and 100" }
/// }
///
/// let percent: Percent = serde_json::from_str("\"12.50\"")?;
/// assert_eq!((percent.micros(), percent.to_string()), (12_500_000, "12.5".to_owned()));
/// let told = serde_json::from_str::<Percent>("101").unwrap_err().to_string();
/// assert!(told.starts_with(
///     "`101` is not a percentage; write a decimal string such as \"19\", between 0 and 100 and with at most six decimals"
/// ));
/// # Ok::<_, serde_json::Error>(())
/// ```
#[macro_export]
macro_rules! decimal {
    ($(
        $(#[$doc:meta])*
        $name:ident {
            range: $range:expr,
            decimals: $decimals:literal,
            what: $what:literal,
            like: $like:literal,
            within: $within:literal $(,)?
        }
    )*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, ::serde::Serialize)]
        #[serde(into = "String")]
        pub struct $name(i64);

        impl $name {
            /// In millionths; how databases keep it.
            pub const fn micros(self) -> i64 {
                self.0
            }

            fn refused(given: &str) -> $crate::values::decimal::DecimalError {
                let what = concat!(
                    $what, "; write a decimal string such as \"", $like, "\", ", $within, " and with at most six decimals"
                );
                $crate::values::decimal::DecimalError::new(given, what)
            }
        }

        impl TryFrom<i64> for $name {
            type Error = $crate::values::decimal::DecimalError;

            /// From millionths.
            fn try_from(micros: i64) -> Result<Self, Self::Error> {
                if ($range).contains(&micros) {
                    Ok(Self(micros))
                } else {
                    Err(Self::refused(&$crate::values::decimal::text(micros, 0)))
                }
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::values::decimal::DecimalError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let micros = $crate::values::decimal::parse(text);
                let number = micros.and_then(|micros| Self::try_from(micros).ok());
                number.ok_or_else(|| Self::refused(text))
            }
        }

        impl<'de> ::serde::Deserialize<'de> for $name {
            fn deserialize<D: ::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let expected = concat!("a decimal string such as \"", $like, "\"");
                let text = deserializer.deserialize_any($crate::values::decimal::DecimalText(expected))?;
                text.parse().map_err(::serde::de::Error::custom)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.to_string()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(&$crate::values::decimal::text(self.0, $decimals))
            }
        }

        impl ::schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({ "type": "string" })
            }
        }
    )*};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_back_as_what_was_written() {
        for micros in [0, 1, -1, 500_000, 1_000_000, -12_500_000, 999_999_999_999_999, i64::MAX] {
            assert_eq!(parse(&text(micros, 0)), Some(micros));
            assert_eq!(parse(&text(micros, 2)), Some(micros));
        }
    }

    #[test]
    fn what_is_not_a_plain_decimal_is_refused() {
        for wrong in [
            "",
            "-",
            ".5",
            "1e3",
            "1,5",
            "0.0000001",
            "99999999999999999999",
            "+1",
            "1.2.3",
            " 1",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(parse("1.50000000"), Some(1_500_000));
        assert_eq!(text(1_500_000, 2), "1.50");
    }
}
