//! Numbers as people read them.

pub(super) use crate::digit_groups::grouped;

/// `value` with `n_digits` significant digits; powers of ten where plain digits would be long.
pub(super) fn significant(value: f64, n_digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    // The exponent after rounding, so that 9.996 to three digits is 10.0 and not 10.00.
    let scientific = format!("{value:.*e}", n_digits.saturating_sub(1));
    let exponent = scientific
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse::<i32>().ok())
        .unwrap_or(0);
    if (-3..=5).contains(&exponent) {
        let n_decimals = usize::try_from(n_digits as i32 - 1 - exponent).unwrap_or(0);
        format!("{value:.n_decimals$}")
    } else {
        let (mantissa, _) = scientific.split_once('e').unwrap_or((&scientific, ""));
        format!(
            "{}\u{b7}{}",
            mantissa.replace('-', "\u{2212}"),
            power_of_ten(exponent)
        )
    }
}

/// As [`significant`], without zeros at the end.
pub(super) fn brief(value: f64, n_digits: usize) -> String {
    let text = significant(value, n_digits);
    if text.contains('.') && !text.contains('\u{b7}') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// A rate with a unit prefix, such as `1.25 M`.
pub(super) fn prefixed(value: f64) -> String {
    let (scale, prefix) = match value.abs() {
        v if v >= 1e9 => (1e9, " G"),
        v if v >= 1e6 => (1e6, " M"),
        v if v >= 1e4 => (1e3, " k"),
        _ => return format!("{value:.0} "),
    };
    format!("{}{prefix}", significant(value / scale, 3))
}

/// The tick of a decade on a logarithmic axis: `10` with a raised exponent.
pub(super) fn power_of_ten(exponent: i32) -> String {
    let raised: String = exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '\u{207b}',
            '0' => '\u{2070}',
            '1' => '\u{b9}',
            '2' => '\u{b2}',
            '3' => '\u{b3}',
            '4' => '\u{2074}',
            '5' => '\u{2075}',
            '6' => '\u{2076}',
            '7' => '\u{2077}',
            '8' => '\u{2078}',
            '9' => '\u{2079}',
            other => other,
        })
        .collect();
    format!("10{raised}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits_are_kept_and_rounded() {
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(9.996, 3), "10.0");
        assert_eq!(significant(0.001_234_9, 3), "0.00123");
        assert_eq!(significant(-123_456.0, 3), "-123456");
        assert_eq!(significant(1.5e-7, 2), "1.5\u{b7}10\u{207b}\u{2077}");
        assert_eq!(brief(0.500, 4), "0.5");
        assert_eq!(brief(200.0, 4), "200");
    }

    #[test]
    fn rates_carry_a_prefix() {
        assert_eq!(prefixed(250.0), "250 ");
        assert_eq!(prefixed(1_234_567.0), "1.23 M");
    }
}
