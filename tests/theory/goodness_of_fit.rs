//! Kolmogorov-Smirnov distance, its distribution, and quantiles.
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use saddlescope::stats::{
    Histogram, kolmogorov_survival, ks_critical_distance, ks_distance, ks_distance_of_histogram, ks_p_value,
    quantile,
};

use crate::close::assert_close;

fn uniform_cumulative(x: f64) -> f64 {
    x.clamp(0.0, 1.0)
}

#[test]
fn kolmogorov_table() {
    for (x, p_value) in [
        (1.2238, 0.10),
        (1.3581, 0.05),
        (1.4802, 0.025),
        (1.6276, 0.01),
        (1.9495, 0.001),
    ] {
        // The table rounds x to four places, and d ln P / dx = -4x.
        assert_close(kolmogorov_survival(x), p_value, 4.0 * x * 5e-5 * p_value);
    }
    // Median 0.82757, and both expansions where they meet.
    assert_close(kolmogorov_survival(0.827_573_555_189_905_9), 0.5, 1e-12);
    assert_close(
        kolmogorov_survival(1.0 - 1e-9),
        kolmogorov_survival(1.0 + 1e-9),
        1e-8,
    );
    assert_close(kolmogorov_survival(1.0), 0.269_999_671_677_354_6, 1e-14);
    assert_close(kolmogorov_survival(0.0), 1.0, 0.0);
    assert_close(kolmogorov_survival(1e-300), 1.0, 0.0);
    assert_close(kolmogorov_survival(1e300), 0.0, 0.0);
}

#[test]
fn critical_distances_for_finite_samples() {
    // Exact two-sided 5 % points: n = 10, 20, 50; Stephens' approximation is good to 1 %.
    for (n, distance) in [(10.0, 0.409_25), (20.0, 0.294_08), (50.0, 0.188_41)] {
        assert_close(ks_critical_distance(0.05, n), distance, 0.01 * distance);
    }
    assert_close(ks_critical_distance(0.05, 1e12) * 1e6, 1.3581, 5e-5);
    for p_value in [0.3, 0.01, 1e-6] {
        assert_close(
            ks_p_value(ks_critical_distance(p_value, 300.0), 300.0),
            p_value,
            1e-10,
        );
    }
}

#[test]
fn distance_by_hand() {
    // Steps at 0.2, 0.5, 0.6: the largest gap is just after 0.6, 1 - 0.6.
    assert_close(ks_distance(&[0.2, 0.5, 0.6], uniform_cumulative), 0.4, 1e-15);
    // And just before 0.8: 0.8 - 0.
    assert_close(ks_distance(&[0.8, 0.9], uniform_cumulative), 0.8, 1e-15);
    assert_close(ks_distance(&[], uniform_cumulative), 0.0, 0.0);
}

#[test]
fn p_values_of_true_samples_are_uniform_and_of_false_ones_small() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
    let n_trials = 2_000;
    let mut n_below = [0, 0];
    for _ in 0..n_trials {
        let mut values: Vec<f64> = (0..100).map(|_| random.random()).collect();
        values.sort_by(f64::total_cmp);
        let p_value = ks_p_value(ks_distance(&values, uniform_cumulative), 100.0);
        n_below[0] += i32::from(p_value < 0.05);
        n_below[1] += i32::from(p_value < 0.5);
    }
    // Four binomial standard deviations (false alarm 1e-4).
    assert_close(f64::from(n_below[0]), 100.0, 4.0 * 95.0_f64.sqrt());
    assert_close(f64::from(n_below[1]), 1000.0, 4.0 * 500.0_f64.sqrt());
    let mut squared: Vec<f64> = (0..200).map(|_| random.random::<f64>().powi(2)).collect();
    squared.sort_by(f64::total_cmp);
    assert!(ks_p_value(ks_distance(&squared, uniform_cumulative), 200.0) < 1e-6);
}

#[test]
fn histogram_distance_is_that_of_the_sample_up_to_one_bin() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(8);
    for n_bins in [64, 2048] {
        let mut histogram = Histogram::new(n_bins, 0.5, 1.0);
        let mut values: Vec<f64> = (0..5_000).map(|_| random.random::<f64>().powf(1.05)).collect();
        for value in &values {
            histogram.push(*value);
        }
        values.sort_by(f64::total_cmp);
        let of_sample = ks_distance(&values, uniform_cumulative);
        let of_histogram = ks_distance_of_histogram(&histogram, uniform_cumulative);
        assert!(of_histogram <= of_sample && of_histogram > 0.0);
        assert!(
            of_histogram >= of_sample - histogram.bin_width(),
            "{of_histogram} and {of_sample}"
        );
    }
    let empty = Histogram::new(64, 0.5, 1.0);
    assert_close(ks_distance_of_histogram(&empty, uniform_cumulative), 0.0, 0.0);
    // A law that lies wholly to the left or right of the window.
    let mut away = Histogram::new(64, 10.0, 1.0);
    away.push(10.0);
    assert_close(ks_distance_of_histogram(&away, uniform_cumulative), 1.0, 0.0);
    assert_close(
        ks_distance_of_histogram(&away, |x| uniform_cumulative(x - 50.0)),
        1.0,
        0.0,
    );
}

#[test]
fn quantiles_interpolate_as_numpy_does() {
    // numpy.quantile([3, 1, 4, 1, 5, 9, 2, 6], p)
    let expected = [
        (0.0, 1.0),
        (0.1, 1.0),
        (0.25, 1.75),
        (0.5, 3.5),
        (0.9, 6.9),
        (1.0, 9.0),
        (-1.0, 1.0),
        (2.0, 9.0),
    ];
    for (probability, value) in expected {
        let mut values = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0];
        assert_close(quantile(&mut values, probability).unwrap(), value, 1e-14);
    }
    assert_eq!(quantile(&mut [], 0.5), None);
    assert_eq!(quantile(&mut [1.0], f64::NAN), None);
    assert_eq!(quantile(&mut [7.0], 0.3), Some(7.0));
    assert_eq!(quantile(&mut [1.0, f64::NAN, 0.0], 0.5), Some(1.0));
}
