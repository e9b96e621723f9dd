//! Numbers and messages as people read them: the only place that writes one for the window, a figure or the terminal.

/// A whole number with thin spaces between groups of three digits.
pub(crate) fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// `value` with `n_digits` significant digits; powers of ten where plain digits would be long.
pub(crate) fn significant(value: f64, n_digits: usize) -> String {
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
pub(crate) fn brief(value: f64, n_digits: usize) -> String {
    let text = significant(value, n_digits);
    match text.split_once('\u{b7}') {
        Some((mantissa, power)) => format!("{}\u{b7}{power}", without_zeros(mantissa)),
        None => without_zeros(&text).to_owned(),
    }
}

/// `value` with so many decimals, without zeros at the end.
pub(crate) fn decimal(value: f64, n_decimals: usize) -> String {
    let text = format!("{value:.n_decimals$}");
    match without_zeros(&text) {
        "-0" => "0".to_owned(),
        text => text.to_owned(),
    }
}

/// A rate with a unit prefix, such as `1.25 M`.
#[cfg_attr(
    all(not(feature = "gui"), not(test)),
    expect(dead_code, reason = "only the window shows rates")
)]
pub(crate) fn prefixed(value: f64) -> String {
    let (scale, prefix) = match value.abs() {
        v if v >= 1e9 => (1e9, " G"),
        v if v >= 1e6 => (1e6, " M"),
        v if v >= 1e4 => (1e3, " k"),
        _ => return format!("{value:.0} "),
    };
    format!("{}{prefix}", significant(value / scale, 3))
}

/// The tick of a decade on a logarithmic axis: `10` with a raised exponent.
pub(crate) fn power_of_ten(exponent: i32) -> String {
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

/// The message on one line of bounded length: it may quote a file of any content.
#[cfg_attr(
    not(feature = "terminal"),
    expect(
        unreachable_pub,
        reason = "part of the command line's interface, which a page has not"
    )
)]
pub fn one_line(message: &str) -> String {
    const LONGEST: usize = 600;
    let words = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let visible = words.chars().map(|c| {
        if is_unseen(c) {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    });
    if words.chars().count() <= LONGEST {
        return visible.collect();
    }
    let start: String = visible.clone().take(LONGEST / 2).collect();
    let end: String = visible.skip(words.chars().count() - LONGEST / 2).collect();
    format!("{start} … {end}")
}

/// Whether a character is not seen itself, but changes how others look: control characters, marks of the direction of writing, and
/// those without a width.
fn is_unseen(c: char) -> bool {
    let is_mark = matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
    );
    c.is_control() || is_mark
}

/// Without zeros behind the decimal point, and without the point where nothing is left behind it.
fn without_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_from_the_right() {
        assert_eq!(grouped(7), "7");
        assert_eq!(grouped(1_234_567), "1\u{2009}234\u{2009}567");
    }

    #[test]
    fn significant_digits_are_kept_and_rounded() {
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(9.996, 3), "10.0");
        assert_eq!(significant(0.001_234_9, 3), "0.00123");
        assert_eq!(significant(-123_456.0, 3), "-123456");
        assert_eq!(significant(1.5e-7, 2), "1.5\u{b7}10\u{207b}\u{2077}");
    }

    #[test]
    fn zeros_at_the_end_are_left_out() {
        assert_eq!(brief(0.500, 4), "0.5");
        assert_eq!(brief(200.0, 4), "200");
        assert_eq!(brief(2e7, 3), "2\u{b7}10\u{2077}");
        assert_eq!(decimal(1.5, 2), "1.5");
        assert_eq!(decimal(-1e-9, 3), "0");
        assert_eq!(decimal(30.0, 0), "30");
    }

    #[test]
    fn rates_carry_a_prefix() {
        assert_eq!(prefixed(250.0), "250 ");
        assert_eq!(prefixed(1_234_567.0), "1.23 M");
    }

    #[test]
    fn messages_stay_on_one_short_line() {
        let line = one_line(&format!("a\n\u{1b}[31m {}", "b".repeat(10_000_000)));
        assert!(line.starts_with("a \u{fffd}[31m") && line.len() < 1000 && !line.contains('\n'));
        // Marks that turn the direction of writing around would make a name look like another.
        let turned = one_line("gpj.\u{202e}toml \u{200f}\u{2066}a\u{2069}\u{feff}\u{e9}");
        assert_eq!(turned, "gpj.\u{fffd}toml \u{fffd}\u{fffd}a\u{fffd}\u{fffd}\u{e9}");
    }
}
