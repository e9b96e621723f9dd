//! Numbers as they stand in the line that says what happens.

/// Three significant digits, no trailing zeros.
pub(super) fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let decade = value.abs().log10().floor();
    if !(-4.0..6.0).contains(&decade) {
        return format!("{value:.2e}");
    }
    let text = format!("{value:.*}", (2.0 - decade).max(0.0) as usize);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}
