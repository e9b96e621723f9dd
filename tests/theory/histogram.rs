//! The histogram that widens by itself: no count is lost and every count is in the right bin.
use rand::{RngExt as _, SeedableRng as _};
use rand_distr::{Cauchy, Distribution as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use saddlescope::stats::Histogram;

/// Every bin holds exactly the values between its edges.
fn assert_counts_are_those_of(histogram: &Histogram, values: &[f64]) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let below = |edge: f64| sorted.partition_point(|value| *value < edge) as u64;
    for (bin, count) in histogram.counts().iter().enumerate() {
        assert_eq!(
            *count,
            below(histogram.edge(bin + 1)) - below(histogram.edge(bin)),
            "bin {bin}"
        );
    }
    assert_eq!(histogram.counts().iter().sum::<u64>(), values.len() as u64);
    assert_eq!(histogram.total(), values.len() as u64);
}

#[test]
fn counts_survive_growth() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
    let cauchy = Cauchy::new(0.3, 0.01).unwrap();
    let values: Vec<f64> = cauchy.sample_iter(&mut random).take(20_000).collect();
    let mut histogram = Histogram::new(256, 0.3, 0.02);
    let first_width = histogram.bin_width();
    for (i, value) in values.iter().enumerate() {
        let width_before = histogram.bin_width();
        histogram.push(*value);
        if histogram.bin_width() > width_before {
            // Growth leaves room: a quarter of the bins free on each side, up to rounding to whole bins.
            let free = |count: &u64| *count == 0;
            assert!(histogram.counts()[..62].iter().all(free) && histogram.counts()[194..].iter().all(free));
        }
        if i.is_power_of_two() {
            assert_counts_are_those_of(&histogram, &values[..=i]);
        }
    }
    assert_counts_are_those_of(&histogram, &values);
    assert!(
        histogram.bin_width() > 100.0 * first_width,
        "the tails of a Cauchy law make the window grow"
    );
    assert_eq!(histogram.counts().len(), 256);
}

#[test]
fn growth_keeps_a_quarter_of_the_bins_in_use() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(2);
    let mut histogram = Histogram::new(1024, 0.0, 1e-6);
    for i in 0..5_000 {
        histogram.push(f64::from(i) * 1e-3 * random.random_range(-1.0..1.0));
    }
    let occupied: Vec<usize> = (0..1024).filter(|bin| histogram.counts()[*bin] > 0).collect();
    let span = occupied.last().unwrap() - occupied.first().unwrap();
    assert!(span > 200, "{span}");
}

#[test]
fn a_distant_start_slides_the_window_without_widening_it() {
    let mut histogram = Histogram::new(256, 0.0, 1e-3);
    let width = histogram.bin_width();
    histogram.push(1e4 + 1e-5);
    histogram.push(1e4 + 3e-4);
    assert!((histogram.bin_width() - width).abs() <= 0.0);
    assert_counts_are_those_of(&histogram, &[1e4 + 1e-5, 1e4 + 3e-4]);
}

#[test]
fn edges_are_dyadic() {
    let mut histogram = Histogram::new(100, 0.7, 0.3);
    assert_eq!(histogram.counts().len(), 128);
    for value in [0.7, -3.0, 12.0, 500.0] {
        histogram.push(value);
        let width = histogram.bin_width();
        assert!((width.log2() - width.log2().round()).abs() <= 0.0);
        for bin in [0, 17, 128] {
            let multiple = histogram.edge(bin) / width;
            assert!((multiple - multiple.round()).abs() <= 0.0);
        }
    }
    // The requested window is inside the one given.
    let fresh = Histogram::new(100, 0.7, 0.3);
    assert!(fresh.edge(1) <= 0.55 && fresh.edge(127) >= 0.85);
}

#[test]
fn odd_values_are_counted_apart_and_never_panic() {
    let mut histogram = Histogram::new(64, 0.0, 1.0);
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 2e300, -1.5e300] {
        histogram.push(value);
    }
    assert_eq!(
        (
            histogram.total(),
            histogram.n_not_finite(),
            histogram.n_out_of_range()
        ),
        (0, 3, 2)
    );
    let values = [0.0, -0.0, 5e-324, 1e300, -1e300, 1e-200, 1.0];
    for value in values {
        histogram.push(value);
    }
    assert_counts_are_those_of(&histogram, &values);
    for (centre, width) in [
        (f64::NAN, 1.0),
        (1e308, 1.0),
        (0.0, 0.0),
        (1.0, 1e-300),
        (0.0, f64::INFINITY),
        (-1e300, -1.0),
    ] {
        let mut histogram = Histogram::new(0, centre, width);
        assert!(
            histogram.edge(0) < histogram.edge(1) && histogram.counts().len() == 16,
            "{centre}, {width}"
        );
        histogram.push(3.0);
        histogram.push(-1e300);
        assert_counts_are_those_of(&histogram, &[3.0, -1e300]);
    }
}

#[test]
fn bars_merge_whole_bins() {
    let mut random = Xoshiro256PlusPlus::seed_from_u64(3);
    let values: Vec<f64> = (0..3_000).map(|_| random.random_range(0.0..1.0)).collect();
    let mut histogram = Histogram::new(2048, 0.5, 2.0);
    assert_eq!(histogram.rebinned(50), None);
    for value in &values {
        histogram.push(*value);
    }
    for max_bars in [0, 2, 3, 50, 100, 1024, 100_000] {
        let bars = histogram.rebinned(max_bars).unwrap();
        assert!(bars.counts.len() <= max_bars.max(2));
        assert_eq!(bars.counts.iter().sum::<u64>(), 3_000);
        assert!(bars.counts[0] > 0 && *bars.counts.last().unwrap() > 0);
        for (i, count) in bars.counts.iter().enumerate() {
            let from = bars.lower + i as f64 * bars.width;
            let expected = values
                .iter()
                .filter(|value| (from..from + bars.width).contains(*value))
                .count();
            assert_eq!(*count, expected as u64);
        }
        let area: f64 = (0..bars.counts.len()).map(|i| bars.density(i) * bars.width).sum();
        assert!((area - 1.0).abs() < 1e-12);
        assert!(bars.density(bars.counts.len()) <= 0.0);
    }
    // As many bars as fit: half as many more would not.
    assert!(histogram.rebinned(100).unwrap().counts.len() > 50);
}

#[test]
fn clearing_and_restarting() {
    let mut histogram = Histogram::new(64, 0.0, 1.0);
    histogram.push(100.0);
    histogram.push(f64::NAN);
    let width = histogram.bin_width();
    histogram.clear();
    assert_eq!((histogram.total(), histogram.n_not_finite()), (0, 0));
    assert!((histogram.bin_width() - width).abs() <= 0.0);
    histogram.restart(5.0, 0.5);
    assert_eq!(histogram, Histogram::new(64, 5.0, 0.5));
}
