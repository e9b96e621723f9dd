//! A correlated series of any length in bounded memory, and what can honestly be said of it: mean, variance and skewness with
//! intervals, effective sample sizes, and whether it still drifts.
//!
//! Up to 1024 values are kept as they are. Longer series are kept as 512 to 1024 blocks of equal length, each with the means of
//! the first three powers of its values: a block that is long against the correlation loses nothing, and one that is short
//! resolves it.
//!
//! - Mean: its variance is `S/n` for `n` values of long-run variance `S` (see [`LongRun`]), divided by `1 - 1/n_eff` because the
//!   mean was taken from the same values. 95 % interval by Student's t with `n_eff/4` degrees of freedom.
//! - Variance: the standard error is the larger of two: that of the mean of `(x - mean)^2`, and `v sqrt(2/n_2)`,
//!   `n_2 = n / (2 sum_k rho_k^2 - 1)`, which a Gaussian process would have. The interval is one of the logarithm, with `n_eff/3`
//!   degrees of freedom.
//! - Skewness `g`: the standard error is that of the mean of `z^3 - 3 z - g - (3/2) g (z^2 - 1)`, `z` the standardised value, to
//!   which the error of the skewness is equal to first order, whatever the distribution.
//! - Drift: the two halves are compared by Welch's t, once in `x` and once in the squared distance from the mean of its half.
//!
//! Measured over 2000 series each (`coverage_of_intervals` in `tests/theory/series.rs`; autoregressions and label noise, 16 to 20 000
//! effective samples): 95 % intervals cover .937 to .957 (mean) and .937 to .972 (variance). Below 16 nothing is said. A drift at 1 %
//! is found in 1.3 to 2.4 % of settled series, for two tests are made. The skewness covers .925 to .963 but for strongly skewed laws,
//! whose third moment is in tails that no sample shows: there it has no error.

use super::long_run::LongRun;
use super::student::{student_quantile, student_two_sided};

/// Most blocks; a power of two.
const CAPACITY: usize = 1024;
/// Effective samples below which nothing is said.
const LEAST_EFFECTIVE: f64 = 16.0;
/// Effective samples from which on the spread of the squares themselves is enough.
const MANY_EFFECTIVE: f64 = 400.0;
/// Effective samples from which on the skewness has an error: it takes more of them than a variance.
const LEAST_EFFECTIVE_OF_SKEWNESS: f64 = 64.0;
/// Skewness, its error added twice, from which on it has none: heavier tails than the values show would move it.
const MOST_SKEWNESS: f64 = 0.5;
/// Probability left out on either side of an interval.
const ONE_SIDED: f64 = 0.025;

/// A series, as far as its statistics need it.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// The first value: powers are those of the distance from it.
    origin: f64,
    /// Values of a whole block, a power of two.
    block_length: u64,
    blocks: Vec<Block>,
    /// Sums over the values of the block that is being filled.
    filling: Block,
    n_filling: u64,
    /// Value near the median; found when single values are first merged.
    threshold: f64,
    n_rejected: u64,
}

/// Means of a block: of the first three powers, and of being below the threshold.
#[derive(Clone, Copy, Debug, Default)]
struct Block {
    powers: [f64; 3],
    below: f64,
}

/// A number with its standard error and its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The number.
    pub value: f64,
    /// Its standard error.
    pub error: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end of the 95 % interval.
    pub high: f64,
}

/// What a series says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeriesEstimates {
    /// Effective sample size of the mean, at least 16.
    pub n_effective: f64,
    /// Integrated autocorrelation time of the values, in values, at least 1.
    pub autocorrelation_time: f64,
    /// Effective sample size of the share of values below the median: the one that matters for the distance between distributions.
    pub n_effective_of_share: f64,
    /// Mean.
    pub mean: Measured,
    /// Variance.
    pub variance: Measured,
    /// Skewness and its standard error, from 64 effective samples on and where it is small.
    pub skewness: Option<(f64, f64)>,
}

/// Whether a series drifts: probabilities, under a settled law, of halves that differ at least as much.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drift {
    /// Of the means.
    pub mean: f64,
    /// Of the variances.
    pub variance: f64,
}

impl Drift {
    /// Whether one of the two is below `level`.
    pub fn is_found(&self, level: f64) -> bool {
        self.mean.min(self.variance) < level
    }
}

impl Series {
    /// Adds one value; amortised constant time. A value that is not finite is only counted.
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            self.n_rejected += 1;
            return;
        }
        if self.block_length == 0 {
            self.block_length = 1;
            self.origin = value;
        }
        let distance = value - self.origin;
        let square = distance * distance;
        for (sum, power) in self
            .filling
            .powers
            .iter_mut()
            .zip([distance, square, square * distance])
        {
            *sum += power;
        }
        if value < self.threshold {
            self.filling.below += 1.0;
        }
        self.n_filling += 1;
        if self.n_filling == self.block_length {
            let share = (self.block_length as f64).recip();
            self.blocks.push(Block {
                powers: self.filling.powers.map(|sum| sum * share),
                below: self.filling.below * share,
            });
            self.filling = Block::default();
            self.n_filling = 0;
            if self.blocks.len() == CAPACITY {
                self.merge_pairs();
            }
        }
    }

    /// Number of values in whole blocks.
    pub fn count(&self) -> u64 {
        self.blocks.len() as u64 * self.block_length
    }

    /// Number of values that were not finite and left out.
    pub fn n_rejected(&self) -> u64 {
        self.n_rejected
    }

    /// Effective sample size of the mean, however small; `None` below four values, or when all are equal.
    pub fn n_effective(&self) -> Option<f64> {
        let values: Vec<f64> = self.blocks.iter().map(|block| block.powers[0]).collect();
        let centre = mean(&values);
        let variance = mean(&squares_about(&self.blocks, centre));
        LongRun::of(&values)?.n_effective(variance, self.block_length)
    }

    /// Mean, variance and skewness; `None` below 16 effective samples.
    pub fn estimates(&self) -> Option<SeriesEstimates> {
        let values: Vec<f64> = self.blocks.iter().map(|block| block.powers[0]).collect();
        let part = Part::new(self, &self.blocks)?;
        if part.n_effective < LEAST_EFFECTIVE {
            return None;
        }
        let t = student_quantile(1.0 - ONE_SIDED, part.n_effective / 4.0);
        let mean_of_values = Measured {
            value: self.origin + part.mean,
            error: part.mean_error,
            low: self.origin + part.mean - t * part.mean_error,
            high: self.origin + part.mean + t * part.mean_error,
        };
        let mut error = part.variance_error;
        if part.n_effective < MANY_EFFECTIVE {
            // The blocks resolve the correlation.
            let of_gaussian =
                part.variance * (2.0 * part.correlation.sum_of_squares / values.len() as f64).sqrt();
            error = error.max(of_gaussian);
        }
        let t = student_quantile(1.0 - ONE_SIDED, part.n_effective / 3.0);
        let factor = (t * error / part.variance).exp();
        let skewness = self.skewness(&part);
        Some(SeriesEstimates {
            n_effective: part.n_effective,
            autocorrelation_time: (self.count() as f64 / part.n_effective).max(1.0),
            n_effective_of_share: self.n_effective_of_share(&values, part.n_effective),
            mean: mean_of_values,
            variance: Measured {
                value: part.variance,
                error,
                low: part.variance / factor,
                high: part.variance * factor,
            },
            skewness: skewness.filter(|(value, error)| {
                part.n_effective >= LEAST_EFFECTIVE_OF_SKEWNESS && value.abs() + 2.0 * error < MOST_SKEWNESS
            }),
        })
    }

    /// Whether the second half differs from the first; `None` where either has fewer than 8 effective samples.
    pub fn drift(&self) -> Option<Drift> {
        let half = self.blocks.len() / 2;
        let first = Part::new(self, &self.blocks[..half])?;
        let second = Part::new(self, &self.blocks[half..2 * half])?;
        let fewest = first.n_effective.min(second.n_effective);
        (fewest >= 0.5 * LEAST_EFFECTIVE).then(|| Drift {
            mean: welch(
                first.mean - second.mean,
                [first.mean_error, second.mean_error],
                [first.n_effective, second.n_effective],
            ),
            variance: welch(
                first.square.0 - second.square.0,
                [first.square.1, second.square.1],
                [first.square.2, second.square.2],
            ),
        })
    }

    fn skewness(&self, part: &Part) -> Option<(f64, f64)> {
        let centre = part.mean;
        let squares = squares_about(&self.blocks, centre);
        let std = mean(&squares).sqrt();
        let cube = |block: &Block| {
            let [first, second, third] = block.powers;
            third + centre * (3.0 * (centre * first - second) - centre * centre)
        };
        let skewness = self.blocks.iter().map(cube).sum::<f64>() / self.blocks.len() as f64 / std.powi(3);
        let influence: Vec<f64> = self
            .blocks
            .iter()
            .zip(&squares)
            .map(|(block, square)| {
                let z = (block.powers[0] - centre) / std;
                let z_squared = square / (std * std);
                cube(block) / std.powi(3) - 3.0 * z - skewness - 1.5 * skewness * (z_squared - 1.0)
            })
            .collect();
        let error = LongRun::of(&influence)?.error_of_mean();
        skewness.is_finite().then_some((skewness, error))
    }

    /// Effective sample size of the share of values below the median.
    fn n_effective_of_share(&self, values: &[f64], of_mean: f64) -> f64 {
        let below: Vec<f64> = if self.block_length == 1 {
            let median = median(values);
            values
                .iter()
                .map(|value| f64::from(u8::from(*value < median)))
                .collect()
        } else {
            self.blocks.iter().map(|block| block.below).collect()
        };
        let share = mean(&below);
        // A series that has left the threshold behind says nothing by it.
        if !(0.1..0.9).contains(&share) {
            return of_mean;
        }
        let long_run = LongRun::of(&below);
        long_run
            .and_then(|long_run| long_run.n_effective(share * (1.0 - share), self.block_length))
            .unwrap_or(of_mean)
    }

    fn merge_pairs(&mut self) {
        if self.block_length == 1 {
            let values: Vec<f64> = self.blocks.iter().map(|block| block.powers[0]).collect();
            let median = median(&values);
            self.threshold = self.origin + median;
            for block in &mut self.blocks {
                block.below = f64::from(u8::from(block.powers[0] < median));
            }
        }
        let merged: Vec<Block> = self.blocks.as_chunks::<2>().0.iter().map(Block::merged).collect();
        self.blocks.clear();
        self.blocks.extend(merged);
        self.block_length *= 2;
    }
}

impl Block {
    fn merged([first, second]: &[Self; 2]) -> Self {
        let mut powers = first.powers;
        for (power, other) in powers.iter_mut().zip(second.powers) {
            *power = f64::midpoint(*power, other);
        }
        Self {
            powers,
            below: f64::midpoint(first.below, second.below),
        }
    }
}

/// Mean and variance of consecutive blocks, with standard errors.
struct Part {
    /// Mean distance from the origin.
    mean: f64,
    mean_error: f64,
    n_effective: f64,
    variance: f64,
    variance_error: f64,
    /// Mean of the squared distance from the mean, its error, and its effective sample size.
    square: (f64, f64, f64),
    correlation: LongRun,
}

impl Part {
    fn new(series: &Series, blocks: &[Block]) -> Option<Self> {
        let values: Vec<f64> = blocks.iter().map(|block| block.powers[0]).collect();
        let centre = mean(&values);
        let squares = squares_about(blocks, centre);
        let raw_variance = mean(&squares);
        let correlation = LongRun::of(&values)?;
        let n_effective = correlation.n_effective(raw_variance, series.block_length)?;
        let unbiased = 1.0 - n_effective.recip();
        if unbiased <= 0.0 {
            return None;
        }
        let of_squares = LongRun::of(&squares)?;
        let square_error = of_squares.error_of_mean();
        Some(Self {
            mean: centre,
            mean_error: (correlation.variance_of_mean / unbiased).sqrt(),
            n_effective,
            variance: raw_variance / unbiased,
            variance_error: square_error / unbiased,
            square: (raw_variance, square_error, of_squares.n_effective_of_values),
            correlation,
        })
    }
}

/// Probability of a difference at least as large by chance, by Welch's t with a third of the effective samples as degrees of
/// freedom.
fn welch(difference: f64, errors: [f64; 2], n_effective: [f64; 2]) -> f64 {
    let [a, b] = errors.map(|error| error * error);
    if a + b <= 0.0 {
        return if difference == 0.0 { 1.0 } else { 0.0 };
    }
    let [freedom_a, freedom_b] = n_effective.map(|n| (n / 3.0).max(1.0));
    let freedom = (a + b).powi(2) / (a * a / freedom_a + b * b / freedom_b);
    student_two_sided(difference / (a + b).sqrt(), freedom)
}

/// Means of `(x - origin - centre)^2` over each block.
fn squares_about(blocks: &[Block], centre: f64) -> Vec<f64> {
    let square = |block: &Block| block.powers[1] + centre * (centre - 2.0 * block.powers[0]);
    blocks.iter().map(square).collect()
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn median(values: &[f64]) -> f64 {
    super::quantile(&mut values.to_vec(), 0.5).unwrap_or(0.0)
}
