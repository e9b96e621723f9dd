//! Largest learning rates at which a mode stays at its minimum.
//!
//! Near `s = m` a mode of an aligned, balanced network relaxes at the rate `c = L m^(2-2/L)`. One step of
//! full-batch gradient descent multiplies its error by `1 - eta c`, so it is stable for `eta c < 2`. With
//! batches of `B` Gaussian inputs the mean square of the error is multiplied by
//! `(1 - eta c)^2 + 2 (eta c)^2 / B`, so it is stable for `eta c (1 + 2/B) < 2`. The second bound is for a
//! mode alone; in a full matrix the other columns of its row lower it further (see
//! [`discrete_matrix_variance`](super::discrete_matrix_variance)).
//!
//! Beyond the paper (arXiv 2604.06366).

/// `c = L m^(2-2/L)`: relaxation rate of a mode of strength `m >= 0` at its minimum, for `depth >= 1`.
pub fn curvature(depth: usize, teacher_strength: f64) -> f64 {
    let depth = depth as f64;
    depth * teacher_strength.powf(2.0 - 2.0 / depth)
}

/// Largest stable learning rate of full-batch gradient descent, `2 / (L m^(2-2/L))`.
///
/// Infinite for `m = 0` and `depth >= 2`.
pub fn largest_stable_learning_rate(depth: usize, teacher_strength: f64) -> f64 {
    2.0 / curvature(depth, teacher_strength)
}

/// Largest learning rate at which the mean square of one mode's error shrinks with batches of
/// `batch_size >= 1` fresh samples, `2 / (L m^(2-2/L) (1 + 2/B))`.
pub fn largest_mean_square_stable_learning_rate(
    depth: usize,
    teacher_strength: f64,
    batch_size: usize,
) -> f64 {
    largest_stable_learning_rate(depth, teacher_strength) / (1.0 + 2.0 / batch_size as f64)
}

/// Largest learning rate at which the mean square of one row of the error of a whole network shrinks, with batches of
/// `batch_size >= 1` fresh Gaussian samples, where the entries of the row relax at `rates`: the least `eta` at which
///
/// ```text
/// sum_b g_b = 1,   g_b = (eta / B) c_b / (2 - eta c_b (1 + 1/B))
/// ```
///
/// the condition of [`row_variance`](super::row_variance). A single rate gives `eta c (1 + 2/B) = 2`. The batch size need not be whole, so that
/// the limit can be drawn as a curve. Infinite where no entry relaxes.
pub fn largest_mean_square_stable_learning_rate_of_row(rates: &[f64], batch_size: f64) -> f64 {
    let fastest = rates.iter().copied().fold(0.0, f64::max);
    if fastest <= 0.0 {
        return f64::INFINITY;
    }
    let gain = |eta: f64| -> f64 {
        let of = |rate: &f64| eta / batch_size * rate / (2.0 - eta * rate * (1.0 + 1.0 / batch_size));
        rates.iter().map(of).sum()
    };
    // The gain rises from 0 without bound up to the pole of the fastest entry.
    let (mut low, mut high) = (0.0, 2.0 / (fastest * (1.0 + 1.0 / batch_size)));
    loop {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            return low;
        }
        if gain(middle) < 1.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
}
