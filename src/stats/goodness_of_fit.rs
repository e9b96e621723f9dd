//! Kolmogorov-Smirnov distance between a sample and a law.
//!
//! `D = sup_x |F_n(x) - F(x)|`. For independent samples `sqrt(n) D` follows the Kolmogorov distribution
//! `P(K > x) = 2 sum_{k>=1} (-1)^(k-1) exp(-2 k^2 x^2)`; for finite `n`,
//! `x = (sqrt n + 0.12 + 0.11/sqrt n) D` (Stephens 1970). For a correlated series: [`ks_noise_level`]. The law must be fixed beforehand: with parameters fitted to the same sample the p-values are
//! too large.

use std::f64::consts::PI;

use super::Histogram;

/// Distance between the empirical distribution of `sorted` (ascending) and the cumulative function; zero for
/// an empty slice.
pub fn ks_distance(sorted: &[f64], cumulative: impl Fn(f64) -> f64) -> f64 {
    let n = sorted.len() as f64;
    let gap = |(rank, &value): (usize, &f64)| {
        let expected = cumulative(value);
        (expected - rank as f64 / n).max((rank + 1) as f64 / n - expected)
    };
    sorted.iter().enumerate().map(gap).fold(0.0, f64::max)
}

/// Distance between a histogram and the cumulative function, looked up at the bin edges; zero when it is
/// empty.
///
/// Never more than the distance of the sample itself, and less by at most the largest probability of one bin.
pub fn ks_distance_of_histogram(histogram: &Histogram, cumulative: impl Fn(f64) -> f64) -> f64 {
    let total = histogram.total();
    if total == 0 {
        return 0.0;
    }
    let mut below = 0;
    let mut distance: f64 = 0.0;
    for (bin, count) in histogram.counts().iter().enumerate() {
        distance = distance.max((cumulative(histogram.edge(bin)) - below as f64 / total as f64).abs());
        below += count;
    }
    let last_edge = histogram.edge(histogram.counts().len());
    distance.max((cumulative(last_edge) - 1.0).abs())
}

/// `P(K > x)` of the Kolmogorov distribution.
pub fn kolmogorov_survival(x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        // The same function after Jacobi's transformation, which converges fast for small x.
        let terms = (1..=5).map(|k| {
            let odd = f64::from(2 * k - 1) * PI / x;
            (-odd * odd / 8.0).exp()
        });
        return 1.0 - (2.0 * PI).sqrt() / x * terms.sum::<f64>();
    }
    let terms = (1..=5).map(|k| {
        let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
        sign * (-2.0 * f64::from(k * k) * x * x).exp()
    });
    terms.sum()
}

/// Probability of a distance of at least `distance` when `n_effective > 0` independent samples follow the
/// law.
pub fn ks_p_value(distance: f64, n_effective: f64) -> f64 {
    kolmogorov_survival(stephens_factor(n_effective) * distance)
}

/// Distance that `n_effective > 0` independent samples of the law exceed with probability `p_value` in (0,
/// 1).
pub fn ks_critical_distance(p_value: f64, n_effective: f64) -> f64 {
    // The survival function falls from 1 to below any positive 64-bit number on this interval.
    let (mut low, mut high) = (0.0, 20.0);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if kolmogorov_survival(middle) > p_value {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high) / stephens_factor(n_effective)
}

/// Distance that a correlated series of the law exceeds with probability 5 %.
///
/// `n_effective_of_share > 0` is the effective sample size of the share of values below the median, `autocorrelation_time >= 1` that
/// of the values, in values. The distance is a supremum of a process that correlation makes smoother than the Brownian bridge of
/// independent values: `0.79 + 0.21 T^(-0.6)` of the bridge's, fitted to autoregressions of `T` from 1 to 99 (3000 series each; within
/// 0.02, so that between 4 and 6 % exceed it).
pub fn ks_noise_level(n_effective_of_share: f64, autocorrelation_time: f64) -> f64 {
    let smoothness = 0.79 + 0.21 * autocorrelation_time.max(1.0).powf(-0.6);
    smoothness * ks_critical_distance(0.05, n_effective_of_share)
}

fn stephens_factor(n_effective: f64) -> f64 {
    let root = n_effective.sqrt();
    root + 0.12 + 0.11 / root
}
