//! Student's t distribution.

use statrs::distribution::{Continuous as _, ContinuousCDF as _, StudentsT};

/// Quantile at `probability` in (0, 1) with `freedom` degrees of freedom, taken as at least 1.
pub(super) fn student_quantile(probability: f64, freedom: f64) -> f64 {
    distribution(freedom).map_or(f64::INFINITY, |law| {
        // The library's inverse is good to five digits; Newton's steps make it as good as its distribution function.
        let mut quantile = law.inverse_cdf(probability);
        for _ in 0..3 {
            quantile -= (law.cdf(quantile) - probability) / law.pdf(quantile);
        }
        quantile
    })
}

/// Probability of a value at least as far from zero as `t`.
pub(super) fn student_two_sided(t: f64, freedom: f64) -> f64 {
    distribution(freedom).map_or(1.0, |law| 2.0 * law.cdf(-t.abs()))
}

fn distribution(freedom: f64) -> Option<StudentsT> {
    StudentsT::new(0.0, 1.0, freedom.max(1.0)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_tables() {
        for (freedom, expected) in [(1.0, 12.7062), (4.0, 2.7764), (10.0, 2.2281), (1e6, 1.96)] {
            let found = student_quantile(0.975, freedom);
            assert!((found - expected).abs() < 1e-3, "{freedom}: {found}");
            assert!((student_two_sided(found, freedom) - 0.05).abs() < 1e-6);
        }
    }
}
