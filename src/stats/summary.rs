//! A sample in four numbers, as drawn: mean, standard deviation (divisor `n - 1`), 10 % and 90 % quantile.

use super::quantile;

/// Location and spread of a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Mean.
    pub mean: f64,
    /// Standard deviation; zero for a single value.
    pub std: f64,
    /// 10 % quantile.
    pub q10: f64,
    /// 90 % quantile.
    pub q90: f64,
}

impl Summary {
    /// Summary of `values`, which it reorders; `None` when there are none. Sums are taken in the order given, so equal
    /// slices have equal summaries, bit by bit.
    pub fn of(values: &mut [f64]) -> Option<Self> {
        let (mean, variance) = mean_and_variance(values)?;
        Some(Self {
            mean,
            std: variance.sqrt(),
            q10: quantile(values, 0.1)?,
            q90: quantile(values, 0.9)?,
        })
    }
}

/// Mean and variance (divisor `n - 1`, zero for a single value) in two passes; `None` without values.
pub fn mean_and_variance(values: &[f64]) -> Option<(f64, f64)> {
    if values.is_empty() {
        return None;
    }
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n as f64;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((mean, squares / (n - 1).max(1) as f64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_numbers_of_a_small_sample() {
        let mut values = [5.0, 1.0, 4.0, 2.0, 3.0];
        let found = Summary::of(&mut values);
        let expected = Summary {
            mean: 3.0,
            std: 2.5_f64.sqrt(),
            q10: 1.4,
            q90: 4.6,
        };
        assert_eq!(found, Some(expected));
        assert_eq!(Summary::of(&mut []), None);
        assert_eq!(
            Summary::of(&mut [7.0]).map(|one| (one.mean, one.std, one.q10)),
            Some((7.0, 0.0, 7.0))
        );
    }
}
