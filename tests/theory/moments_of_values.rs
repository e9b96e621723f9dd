//! Running moments against the two-pass formulas.
use rand::SeedableRng as _;
use rand_distr::{Distribution as _, Exp1};
use rand_xoshiro::Xoshiro256PlusPlus;
use saddlescope::stats::Moments;

use crate::close::assert_close;

/// Values with skewness, on top of an offset a thousand times their size.
fn sample(n: usize, seed: u64) -> Vec<f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let exponential = || -> f64 { Exp1.sample(&mut random) };
    std::iter::repeat_with(exponential)
        .take(n)
        .map(|x| 1e3 + x)
        .collect()
}

fn two_pass(values: &[f64]) -> [f64; 4] {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let central = |power: i32| values.iter().map(|x| (x - mean).powi(power)).sum::<f64>() / n;
    let variance = central(2);
    [
        mean,
        variance * n / (n - 1.0),
        central(3) / variance.powf(1.5),
        central(4) / (variance * variance),
    ]
}

fn assert_agrees(moments: &Moments, values: &[f64]) {
    let [mean, variance, skewness, kurtosis] = two_pass(values);
    assert_eq!(moments.count(), values.len() as u64);
    assert_close(moments.mean().unwrap(), mean, 1e-9);
    assert_close(moments.variance().unwrap(), variance, 1e-9);
    assert_close(moments.std().unwrap(), variance.sqrt(), 1e-9);
    assert_close(moments.skewness().unwrap(), skewness, 1e-9);
    assert_close(moments.kurtosis().unwrap(), kurtosis, 1e-8);
}

#[test]
fn one_pass_agrees_with_two() {
    let values = sample(10_000, 1);
    assert_agrees(&values.iter().copied().collect(), &values);
}

#[test]
fn merging_parts_is_pushing_everything() {
    let values = sample(5_000, 2);
    for cut in [0, 1, 2, 17, 2_500, 4_999, 5_000] {
        let (left, right) = values.split_at(cut);
        let mut moments: Moments = left.iter().copied().collect();
        moments.merge(&right.iter().copied().collect());
        assert_agrees(&moments, &values);
    }
}

#[test]
fn values_by_hand() {
    // 1, 2, 2, 7: mean 3, deviations -2 -1 -1 4, sums of powers 22, 54, 274.
    let moments: Moments = [1.0, 2.0, 2.0, 7.0].into_iter().collect();
    assert_close(moments.mean().unwrap(), 3.0, 1e-15);
    assert_close(moments.variance().unwrap(), 22.0 / 3.0, 1e-14);
    assert_close(moments.population_variance().unwrap(), 5.5, 1e-14);
    assert_close(moments.skewness().unwrap(), 13.5 / 5.5_f64.powf(1.5), 1e-14);
    assert_close(moments.kurtosis().unwrap(), 68.5 / 30.25, 1e-14);
}

#[test]
fn undefined_moments_are_none() {
    let mut moments = Moments::default();
    assert_eq!(
        (moments.mean(), moments.variance(), moments.population_variance()),
        (None, None, None)
    );
    moments.push(2.5);
    assert_eq!(
        (moments.mean(), moments.variance(), moments.population_variance()),
        (Some(2.5), None, Some(0.0))
    );
    moments.push(2.5);
    assert_eq!(
        (moments.variance(), moments.skewness(), moments.kurtosis()),
        (Some(0.0), None, None)
    );
}

#[test]
fn values_that_are_not_finite_are_counted_apart() {
    let moments: Moments = [1.0, f64::NAN, 3.0, f64::INFINITY, f64::NEG_INFINITY]
        .into_iter()
        .collect();
    assert_eq!(
        (moments.count(), moments.n_rejected(), moments.mean()),
        (2, 3, Some(2.0))
    );
    let mut merged = moments;
    merged.merge(&moments);
    assert_eq!((merged.count(), merged.n_rejected()), (4, 6));
}
