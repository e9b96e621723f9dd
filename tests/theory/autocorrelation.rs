//! Effective sample size of series whose autocorrelation time is known.
//!
//! Fixed seeds: each tolerance is about four standard errors of the estimate, so that a fresh seed would raise a
//! false alarm with a probability near 1e-4.
use rand::SeedableRng as _;
use rand_distr::{Distribution as _, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use saddlescope::stats::{BlockAverages, effective_sample_size, integrated_autocorrelation_time};

/// Stationary first-order autoregression `x' = rho x + sqrt(1 - rho^2) z`.
fn autoregression(correlation: f64, n: usize, seed: u64) -> impl Iterator<Item = f64> {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(seed);
    let mut state: f64 = StandardNormal.sample(&mut random);
    let innovation_std = (1.0 - correlation * correlation).sqrt();
    (0..n).map(move |_| {
        let innovation: f64 = StandardNormal.sample(&mut random);
        state = correlation * state + innovation_std * innovation;
        state
    })
}

fn exact_time(correlation: f64) -> f64 {
    (1.0 + correlation) / (1.0 - correlation)
}

#[track_caller]
fn assert_ratio(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual / expected - 1.0).abs() <= tolerance,
        "{actual} is not within {tolerance} of {expected}"
    );
}

#[test]
fn stored_series() {
    let n = 200_000;
    for (correlation, seed) in [(0.0, 1), (0.5, 2), (0.9, 3), (0.98, 4), (-0.5, 5)] {
        let series: Vec<f64> = autoregression(correlation, n, seed).collect();
        let time = exact_time(correlation);
        // Sokal: the relative variance of the estimate is about 2 (2 W + 1) / n with a window of W = 4 T lags.
        let standard_error = (2.0 * (8.0 * time + 3.0) / n as f64).sqrt();
        assert_ratio(
            integrated_autocorrelation_time(&series).unwrap(),
            time,
            4.0 * standard_error,
        );
        assert_ratio(
            effective_sample_size(&series).unwrap(),
            n as f64 / time,
            4.5 * standard_error,
        );
    }
}

#[test]
fn stream_in_bounded_memory() {
    let n = 1 << 22;
    for (correlation, seed) in [(0.0, 11), (0.5, 12), (0.9, 13), (0.98, 14), (-0.5, 15)] {
        let mut blocks = BlockAverages::default();
        autoregression(correlation, n, seed).for_each(|value| blocks.push(value));
        let time = exact_time(correlation);
        // The chosen block length b is between (2 n T^2)^(1/3) and twice that: bias at most T / (2b), and the
        // variance of n / b block means has the relative standard error sqrt(2 b / n).
        let block = (2.0 * n as f64 * time * time).cbrt();
        let tolerance = time / (2.0 * block) + 4.0 * (2.0 * 2.0 * block / n as f64).sqrt();
        assert!(tolerance < 0.3, "{tolerance}");
        assert_ratio(blocks.integrated_autocorrelation_time().unwrap(), time, tolerance);
        assert_ratio(
            blocks.effective_sample_size().unwrap(),
            n as f64 / time,
            1.3 * tolerance,
        );
        assert_eq!(blocks.count(), n as u64);
    }
}

/// A short series whose pairs of autocovariances rise again: they count only up to the smallest before (NumPy).
#[test]
fn pairs_may_not_grow() {
    let series = [5.0, 0.0, 5.0, 3.0, 3.0, 0.0, 0.0, 4.0, 1.0, 0.0];
    let time = integrated_autocorrelation_time(&series).unwrap();
    assert!((time - 0.593_643_031_784_841_6).abs() < 1e-13, "{time}");
}

#[test]
fn too_little_to_say() {
    assert_eq!(integrated_autocorrelation_time(&[1.0, 2.0, 3.0]), None);
    assert_eq!(integrated_autocorrelation_time(&[2.0; 100]), None);
    assert_eq!(
        integrated_autocorrelation_time(&[1.0, 2.0, f64::NAN, 4.0, 5.0]),
        None
    );
    let mut blocks = BlockAverages::default();
    assert_eq!(blocks.effective_sample_size(), None);
    // A stream shorter than its correlation time.
    (0..300).for_each(|i| blocks.push(f64::from(i)));
    assert_eq!(blocks.effective_sample_size(), None);
    blocks.push(f64::NAN);
    assert_eq!((blocks.count(), blocks.n_rejected()), (300, 1));
}
