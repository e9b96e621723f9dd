//! How many independent samples a correlated series is worth.
//!
//! With autocorrelations `rho_k`, the mean of `n` samples has the variance `Var(x) T / n`, where
//! `T = 1 + 2 sum_{k>=1} rho_k` is the integrated autocorrelation time in samples; the effective sample size
//! is `n / T`. For a first-order autoregression `T = (1 + rho) / (1 - rho)`.
//!
//! Two estimates: from a stored series, summing while pairs of neighbouring autocovariances are positive and
//! do not grow (Geyer, *Practical Markov Chain Monte Carlo*, 1992, initial monotone sequence); and from a
//! stream of any length in bounded memory, by block averages (Flyvbjerg and Petersen 1989) with the block
//! length chosen as in Lee, Conduit, Nemec, López Ríos and Drummond, Phys. Rev. E 83, 066706 (2011).

use std::iter::successors;

use super::Moments;

/// Integrated autocorrelation time of a stored series, in samples.
///
/// Costs `n` times a few autocorrelation times. `None` below four samples, when all are equal, or when one is
/// not finite.
pub fn integrated_autocorrelation_time(series: &[f64]) -> Option<f64> {
    let n = series.len();
    if n < 4 {
        return None;
    }
    let mean = series.iter().sum::<f64>() / n as f64;
    let autocovariance = |lag: usize| {
        let pairs = series.iter().zip(&series[lag..]);
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n as f64
    };
    let variance = autocovariance(0);
    if !variance.is_finite() || variance <= 0.0 {
        return None;
    }
    let mut sum_of_pairs = 0.0;
    let mut smallest_pair = f64::INFINITY;
    for lag in (0..n - 1).step_by(2) {
        let pair = autocovariance(lag) + autocovariance(lag + 1);
        if pair <= 0.0 {
            break;
        }
        smallest_pair = pair.min(smallest_pair);
        sum_of_pairs += smallest_pair;
    }
    // A strongly alternating series can leave almost nothing; no estimate is then better than one pair's
    // noise.
    Some((2.0 * sum_of_pairs / variance - 1.0).max((n as f64).recip()))
}

/// Effective sample size of a stored series, `n / T`; `None` as for [`integrated_autocorrelation_time`].
pub fn effective_sample_size(series: &[f64]) -> Option<f64> {
    integrated_autocorrelation_time(series).map(|time| series.len() as f64 / time)
}

/// Averages of a stream over blocks of 1, 2, 4, ... samples: its effective sample size in a few kilobytes.
///
/// Level `k` holds the moments of the means of blocks of `2^k` samples. If the samples were independent, the
/// variance would halve from each level to the next; the excess is the integrated autocorrelation time.
#[derive(Clone, Debug, Default)]
pub struct BlockAverages {
    levels: Vec<Level>,
    n_rejected: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Level {
    moments: Moments,
    /// Mean of a block still waiting for its neighbour.
    waiting: Option<f64>,
}

impl BlockAverages {
    /// Adds one sample; amortised constant time. A value that is not finite is only counted.
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            self.n_rejected += 1;
            return;
        }
        let mut mean = value;
        let mut level = 0;
        loop {
            if level == self.levels.len() {
                self.levels.push(Level::default());
            }
            let here = &mut self.levels[level];
            here.moments.push(mean);
            match here.waiting.take() {
                None => {
                    here.waiting = Some(mean);
                    return;
                }
                Some(neighbour) => mean = f64::midpoint(neighbour, mean),
            }
            level += 1;
        }
    }

    /// Number of finite samples.
    pub fn count(&self) -> u64 {
        self.levels.first().map_or(0, |level| level.moments.count())
    }

    /// Number of values that were not finite and left out.
    pub fn n_rejected(&self) -> u64 {
        self.n_rejected
    }

    /// Integrated autocorrelation time in samples: `2^k` times the variance of the means of blocks of
    /// `b = 2^k` over the variance of the samples, at the first level with `b^3 > 2 n T_k^2` (the balance of
    /// bias, about `T/b`, against scatter, about `sqrt(2b/n)`).
    ///
    /// `None` while no level satisfies it, which means that the stream is too short for its correlation, or
    /// when all samples are equal.
    pub fn integrated_autocorrelation_time(&self) -> Option<f64> {
        let variance = self
            .levels
            .first()?
            .moments
            .variance()
            .filter(|variance| *variance > 0.0)?;
        let n = self.count() as f64;
        let blocks = successors(Some(1.0), |block| Some(2.0 * block));
        self.levels
            .iter()
            .zip(blocks)
            .find_map(|(level, block): (&Level, f64)| {
                let time = block * level.moments.variance()? / variance;
                (block.powi(3) > 2.0 * n * time * time).then_some(time)
            })
    }

    /// Effective sample size, `n / T`; `None` as for
    /// [`integrated_autocorrelation_time`](Self::integrated_autocorrelation_time).
    pub fn effective_sample_size(&self) -> Option<f64> {
        self.integrated_autocorrelation_time()
            .map(|time| self.count() as f64 / time)
    }
}
