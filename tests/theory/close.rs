//! Numbers that must agree to a tolerance.

#[track_caller]
pub(crate) fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance,
        "{actual} is not within {tolerance} of {expected}"
    );
}

/// The tolerance is relative.
#[track_caller]
pub(crate) fn assert_ratio(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual / expected - 1.0).abs() <= tolerance,
        "{actual} is not within {tolerance} of {expected}"
    );
}
