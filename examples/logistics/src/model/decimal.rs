//! Decimal text and millionths: the one place where digits are read and written.

/// Millionths in one.
pub(crate) const ONE: i64 = 1_000_000;

/// Reads a plain decimal such as `-12.5` as millionths. `None` if it is not one, has more than six decimals that
/// matter, or is too large to hold.
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return None;
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 6 {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<6}").parse().ok()?;
    whole.checked_mul(ONE)?.checked_add(fraction)?.checked_mul(sign)
}

/// Writes millionths as a plain decimal, with at least `decimals` decimals and no zeros beyond those.
pub(crate) fn text(micros: i128, decimals: usize) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_reads_back_as_what_was_written() {
        for micros in [0, 1, -1, 500_000, 1_000_000, -12_500_000, 999_999_999_999_999] {
            assert_eq!(parse(&text(i128::from(micros), 0)), Some(micros));
            assert_eq!(parse(&text(i128::from(micros), 2)), Some(micros));
        }
        assert_eq!(text(1_500_000, 2), "1.50");
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
    }
}
