//! Stationary variance of a linear mode trained on a stored set whose samples are drawn with replacement.
//!
//! Near the minimum of the set's own loss a mode follows `x <- (1 - q) x + q xi`, `q = eta lambda`, with `xi` the mean over a
//! minibatch of `B` independent numbers of mean 0 and variance `omega`, one per sample of the set:
//!
//! ```text
//! Var x = q omega / (B (2 - q))
//! ```
//!
//! Left out is the noise by which fluctuations themselves are multiplied, of relative size `q (d_in + 1) / (2 B)` for Gaussian inputs.
//! Without replacement the draws of an epoch are anticorrelated: what they add is nearly taken back at the end of the epoch, the variance
//! is far smaller, and the noise left out here is no longer small beside it. Beyond the paper (arXiv 2604.06366).

/// Stationary variance of a mode that a step brings nearer to its mean by the factor `1 - contraction`, its noise that of minibatches
/// of `batch_size` independent values of variance `omega`. `None` where the mode does not settle.
pub fn stored_variance(batch_size: u64, contraction: f64, omega: f64) -> Option<f64> {
    let settles = contraction > 0.0 && contraction < 2.0 && batch_size > 0;
    settles.then(|| contraction * omega / (batch_size as f64 * (2.0 - contraction)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variance that one more step leaves as it is.
    #[test]
    fn a_step_leaves_the_variance_as_it_is() {
        for (batch_size, contraction, omega) in [(1, 0.05, 1.0), (8, 0.7, 0.3), (3, 1.9, 2.0)] {
            let variance = stored_variance(batch_size, contraction, omega).unwrap_or(f64::NAN);
            let of_batch = omega / batch_size as f64;
            let after = (1.0 - contraction).powi(2) * variance + contraction * contraction * of_batch;
            assert!((after / variance - 1.0).abs() < 1e-12);
        }
        assert_eq!(stored_variance(1, 2.5, 1.0), None);
    }
}
