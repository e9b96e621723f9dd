//! Stationary variance of a linear mode trained on a stored set: `N` samples in random order, `floor(N/B)` minibatches without
//! repetition and then a new shuffle, or drawn with replacement.
//!
//! Near the minimum of the set's own loss a mode follows `x <- (1 - q) x + q xi`, `q = eta lambda`, with `xi` the mean over a
//! minibatch of one number per sample, of mean 0 and population variance `omega` over the set. With replacement
//!
//! ```text
//! Var x = q omega / (B (2 - q))
//! ```
//!
//! Without it the draws of one epoch are anticorrelated: minibatches of size `B` have variance `omega (N-B) / ((N-1) B)`, and any two
//! of an epoch covariance `-omega / (N-1)`, so that whatever an epoch adds it nearly takes back. With `p = 1 - q`, `j` steps after the
//! beginning of an epoch,
//!
//! ```text
//! Var x_j = p^2j Var x_0 + q^2 omega / (N-1) [ (N/B) sum_(i<j) p^2i - (sum_(i<j) p^i)^2 ]
//! ```
//!
//! which is stationary where `Var x_n = Var x_0`, `n = floor(N/B)`; given is its mean over the steps of an epoch that are looked at, every
//! so many from the first. Terms of higher order in `q`, by which noise depends on the mode itself, are left out. Beyond the paper (arXiv 2604.06366).

/// How minibatches are drawn from a stored set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draws {
    /// With replacement.
    Independent,
    /// Without, from a set of so many samples that is shuffled after every epoch.
    Epochs {
        /// Samples of the set.
        n_samples: usize,
    },
}

/// Stationary variance of a mode that a step brings nearer to its mean by the factor `1 - contraction`, its noise that of minibatches
/// of `batch_size` values of population variance `omega`, at every `stride`-th step. `None` where the mode does not settle.
pub fn stored_variance(
    draws: Draws,
    batch_size: u64,
    contraction: f64,
    omega: f64,
    stride: u64,
) -> Option<f64> {
    if !(contraction > 0.0 && contraction < 2.0) || batch_size == 0 {
        return None;
    }
    let batch = batch_size as f64;
    let n_samples = match draws {
        Draws::Independent => return Some(contraction * omega / (batch * (2.0 - contraction))),
        Draws::Epochs { n_samples } => n_samples,
    };
    let n_batches = n_samples / usize::try_from(batch_size).unwrap_or(usize::MAX);
    if n_batches <= 1 && batch >= n_samples as f64 {
        return Some(0.0);
    }
    let kept = 1.0 - contraction;
    // Sums over the steps of an epoch so far, and the variance that they add.
    let (mut power, mut sum, mut squares) = (1.0, 0.0, 0.0);
    let mut added = Vec::with_capacity(n_batches);
    for _ in 0..n_batches {
        sum += power;
        squares += power * power;
        power *= kept;
        // Rounding must not leave less than nothing.
        added.push((n_samples as f64 / batch * squares - sum * sum).max(0.0));
    }
    let of_epoch = added.last().copied()?;
    let remains = kept.powi(2).powf(n_batches as f64);
    let start = of_epoch / (1.0 - remains);
    // Steps of an epoch that multiples of the stride fall on.
    let every = greatest_common_divisor(n_batches, usize::try_from(stride).unwrap_or(1).max(1));
    let (mut sum, mut fades) = (0.0, 1.0);
    for (j, added) in added.iter().enumerate() {
        fades *= kept * kept;
        if (j + 1).is_multiple_of(every) {
            sum += fades * start + added;
        }
    }
    let of_one = contraction * contraction * omega / (n_samples - 1) as f64;
    Some(of_one * sum / (n_batches / every) as f64)
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Streams};
    use rand::seq::SliceRandom as _;
    use rand_distr::{Distribution as _, StandardNormal};

    /// The recursion itself with shuffled numbers, 20 000 epochs: agreement to 2 %, or 6 % of every sixteenth step, is more than four
    /// standard errors.
    #[test]
    fn shuffled_numbers_have_this_variance() {
        let mut generator = Streams::new(5).of(Purpose::Data);
        for (n_samples, batch, contraction) in [(24, 1, 0.05), (24, 4, 0.02), (10, 3, 0.3), (16, 8, 0.1)] {
            let mut values: Vec<f64> = (0..n_samples)
                .map(|_| StandardNormal.sample(&mut generator))
                .collect();
            let mean = values.iter().sum::<f64>() / n_samples as f64;
            for value in &mut values {
                *value -= mean;
            }
            let omega = values.iter().map(|value| value * value).sum::<f64>() / n_samples as f64;
            let (mut x, mut step) = (0.0_f64, 0_u64);
            let mut found = [1, 16].map(|stride| (stride, 0.0, 0));
            for _ in 0..20_000 {
                values.shuffle(&mut generator);
                for minibatch in values.chunks_exact(batch) {
                    let xi = minibatch.iter().sum::<f64>() / batch as f64;
                    x = (1.0 - contraction) * x + contraction * xi;
                    step += 1;
                    for (stride, squares, count) in &mut found {
                        if step.is_multiple_of(*stride) {
                            *squares += x * x;
                            *count += 1;
                        }
                    }
                }
            }
            for (stride, squares, count) in found {
                let draws = Draws::Epochs { n_samples };
                let expected = stored_variance(draws, batch as u64, contraction, omega, stride);
                let ratio = expected.map(|expected| squares / f64::from(count) / expected);
                let bound = if stride == 1 { 0.02 } else { 0.06 };
                assert!(
                    ratio.is_some_and(|ratio| (ratio - 1.0).abs() < bound),
                    "{n_samples} {batch} {contraction} {stride}: {ratio:?}"
                );
            }
        }
    }

    /// An epoch as long as the memory of the mode makes no difference but that of a finite set; a short one takes all back.
    #[test]
    fn long_epochs_are_independent_draws_and_short_ones_cancel() {
        let variance =
            |draws, contraction| stored_variance(draws, 1, contraction, 1.0, 1).unwrap_or(f64::NAN);
        let n_samples = 100_000;
        let ratio = variance(Draws::Epochs { n_samples }, 0.1) / variance(Draws::Independent, 0.1);
        assert!((ratio - 1.0).abs() < 1e-3, "{ratio}");
        let n_samples = 16;
        let ratio = variance(Draws::Epochs { n_samples }, 1e-3) / variance(Draws::Independent, 1e-3);
        assert!(ratio < 0.02, "{ratio}");
        assert_eq!(
            stored_variance(Draws::Epochs { n_samples }, 16, 0.1, 1.0, 1),
            Some(0.0)
        );
        assert_eq!(stored_variance(Draws::Independent, 1, 2.5, 1.0, 1), None);
    }
}
