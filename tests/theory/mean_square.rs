//! Largest learning rate of a row against simulation of its second moments, and against the closed form of one entry.

use saddlescope::theory::{
    largest_mean_square_stable_learning_rate, largest_mean_square_stable_learning_rate_of_row,
};

/// Growth in many steps of the second moments `x_b` of a row whose entries relax at `rates`:
/// `x_b <- (1 - eta c_b)^2 x_b + (eta c_b)^2 / B (sum_k x_k + x_b)`.
fn growth(rates: &[f64], eta: f64, batch: f64) -> f64 {
    let mut moments = vec![1.0; rates.len()];
    let mut growth = 1.0;
    for _ in 0..20_000 {
        let total: f64 = moments.iter().sum();
        for (moment, rate) in moments.iter_mut().zip(rates) {
            let step = eta * rate;
            *moment = (1.0 - step).powi(2) * *moment + step * step / batch * (total + *moment);
        }
        growth = moments.iter().sum::<f64>();
        if !(1e-100..1e100).contains(&growth) {
            break;
        }
    }
    growth
}

#[test]
fn one_entry_has_the_closed_form() {
    for (depth, strength, batch) in [(2, 1.5, 1), (3, 0.7, 4), (1, 2.0, 100)] {
        let rate = depth as f64 * f64::powf(strength, 2.0 - 2.0 / depth as f64);
        let found = largest_mean_square_stable_learning_rate_of_row(&[rate], f64::from(batch));
        let expected = largest_mean_square_stable_learning_rate(depth, strength, batch as usize);
        assert!((found / expected - 1.0).abs() < 1e-12);
    }
    assert!(largest_mean_square_stable_learning_rate_of_row(&[0.0], 2.0).is_infinite());
}

#[test]
fn below_the_limit_the_second_moments_shrink_and_above_they_grow() {
    for (rates, batch) in [
        (vec![8.0, 6.0, 5.0, 4.5], 2.0),
        (vec![3.0; 16], 1.0),
        (vec![1.0, 0.3, 0.2], 7.0),
    ] {
        let limit = largest_mean_square_stable_learning_rate_of_row(&rates, batch);
        assert!(growth(&rates, 0.98 * limit, batch) < 1e-3, "{rates:?}");
        assert!(growth(&rates, 1.02 * limit, batch) > 1e3, "{rates:?}");
    }
}
