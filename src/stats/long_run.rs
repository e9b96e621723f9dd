//! The long-run variance of a correlated series: what the variance of its mean is, times its length.
//!
//! `S = sum_k g_k` over all lags, `g_k` the autocovariance. It is estimated by summing pairs `P_j = g_2j + g_(2j+1)`, which for a
//! reversible process are positive and fall, up to the first that is not positive, none taken larger than the one before
//! (Geyer, *Practical Markov Chain Monte Carlo*, 1992, initial monotone sequence): `S = 2 sum_j P_j - g_0`.

/// Autocovariance of a series, summed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LongRun {
    /// Variance of the mean, `S/n`.
    pub variance_of_mean: f64,
    /// Effective sample size of the values themselves, `min(n, n g_0 / S)`.
    pub n_effective_of_values: f64,
    /// `2 sum_k rho_k^2 - 1` over the lags `k >= 0` that were summed.
    pub sum_of_squares: f64,
    n: usize,
}

impl LongRun {
    /// Of a series; `None` below four values, when all are equal, or when one is not finite. Costs `n` times a few
    /// autocorrelation times.
    pub fn of(series: &[f64]) -> Option<Self> {
        let n = series.len();
        if n < 4 {
            return None;
        }
        let mean = series.iter().sum::<f64>() / n as f64;
        let centred: Vec<f64> = series.iter().map(|value| value - mean).collect();
        let autocovariance = |lag: usize| {
            let pairs = centred.iter().zip(&centred[lag..]);
            pairs.map(|(a, b)| a * b).sum::<f64>() / n as f64
        };
        let variance = autocovariance(0);
        if !variance.is_finite() || variance <= 0.0 {
            return None;
        }
        let (mut sum_of_pairs, mut sum_of_squares) = (0.0, 0.0);
        let mut smallest_pair = f64::INFINITY;
        for lag in (0..n - 1).step_by(2) {
            let (even, odd) = (autocovariance(lag), autocovariance(lag + 1));
            let pair = even + odd;
            if pair <= 0.0 {
                break;
            }
            smallest_pair = pair.min(smallest_pair);
            sum_of_pairs += smallest_pair;
            sum_of_squares += (even * even + odd * odd) / (variance * variance);
        }
        // A strongly alternating series can leave almost nothing; the mean is then taken as no better than that of independent
        // values.
        let n_values = n as f64;
        let long_run = 2.0 * sum_of_pairs - variance;
        let n_effective = if long_run > 0.0 {
            (n_values * variance / long_run).min(n_values)
        } else {
            n_values
        };
        Some(Self {
            variance_of_mean: variance / n_effective,
            n_effective_of_values: n_effective,
            sum_of_squares: 2.0 * sum_of_squares.max(1.0) - 1.0,
            n,
        })
    }

    /// Standard error of the mean of the series.
    pub fn error_of_mean(&self) -> f64 {
        let unbiased = 1.0 - self.n_effective_of_values.recip();
        (self.variance_of_mean / unbiased.max(0.5)).sqrt()
    }

    /// Effective sample size where the series holds means of blocks of `block_length` values that have the variance `variance`.
    pub fn n_effective(&self, variance: f64, block_length: u64) -> Option<f64> {
        let most = self.n as f64 * block_length as f64;
        let found = variance / self.variance_of_mean;
        found.is_finite().then(|| found.min(most))
    }
}
