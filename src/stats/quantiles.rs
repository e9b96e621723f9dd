//! Quantiles of a slice, by selection rather than sorting.
//!
//! Linear interpolation between order statistics: with `h = p (n - 1)` and sorted values
//! `x_0 <= ... <= x_(n-1)`, `q = x_floor(h) + (h - floor(h)) (x_(floor(h)+1) - x_floor(h))`. NumPy's default
//! (Hyndman and Fan, type 7).

/// Quantile `probability` (clamped to [0, 1]) of `values`, in linear time.
///
/// Reorders the slice. `None` when it is empty or `probability` is NaN. NaN values are ordered above every
/// number (below, if their sign bit is set).
pub fn quantile(values: &mut [f64], probability: f64) -> Option<f64> {
    if values.is_empty() || probability.is_nan() {
        return None;
    }
    let position = probability.clamp(0.0, 1.0) * (values.len() - 1) as f64;
    let index = position.floor() as usize;
    let (_, &mut lower, above) = values.select_nth_unstable_by(index, f64::total_cmp);
    let fraction = position - position.floor();
    let upper = above.iter().copied().min_by(f64::total_cmp);
    match upper {
        Some(upper) if fraction > 0.0 => Some(lower + fraction * (upper - lower)),
        Some(_) | None => Some(lower),
    }
}
