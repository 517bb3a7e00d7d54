//! Decimal text and millionths: the one place where digits are read and written.

/// Millionths in one.
pub(crate) const ONE: i64 = 1_000_000;

/// Reads a plain decimal such as `-12.5` as millionths. `None` if it is not one, has more than six decimals that
/// matter, or is too large to hold.
pub(crate) fn parse(text: &str) -> Option<i64> {
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
pub(crate) fn is_decimal(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    !whole.is_empty() && all_digits(whole) && all_digits(fraction)
}

/// Whether a plain decimal has more than six decimals that matter.
pub(crate) fn is_too_fine(text: &str) -> bool {
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    fraction.trim_end_matches('0').len() > 6
}

/// Writes millionths as a plain decimal, with at least `decimals` decimals and no zeros beyond those.
pub(crate) fn text(micros: i64, decimals: usize) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let (whole, fraction) = (
        micros.unsigned_abs() / ONE.unsigned_abs(),
        micros.unsigned_abs() % ONE.unsigned_abs(),
    );
    let fraction = format!("{fraction:06}");
    let kept = fraction.trim_end_matches('0').len().max(decimals);
    match &fraction[..kept] {
        "" => format!("{sign}{whole}"),
        fraction => format!("{sign}{whole}.{fraction}"),
    }
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
