//! Momentum about a minimum: the closed forms against the recursions they solve, iterated as they stand. Deterministic.

use saddlescope::theory::{Momentum, MomentumRule, Regime, Steps, row_variance};

const RULES: [MomentumRule; 2] = [MomentumRule::HeavyBall, MomentumRule::Nesterov];

/// The mean step: error and velocity after it.
fn step(rule: MomentumRule, mu: f64, h: f64, (error, velocity): (f64, f64)) -> (f64, f64) {
    let seen = match rule {
        MomentumRule::HeavyBall => error,
        MomentumRule::Nesterov => error + mu * velocity,
    };
    let velocity = mu * velocity - h * seen;
    (error + velocity, velocity)
}

/// Stationary second moments of a row, by iterating `S <- A S A^T + noise` for every entry: the noise of an entry is
/// `(h^2 / B) (sum_k y_k + y_b + sigma^2)`, `y` the mean square of where the gradient is taken.
fn iterated(rule: MomentumRule, mu: f64, rates: &[f64], eta: f64, batch: f64, sigma: f64) -> Vec<f64> {
    let mut moments = vec![[0.0_f64; 3]; rates.len()];
    for _ in 0..200_000 {
        let seen: Vec<f64> = moments
            .iter()
            .map(|[p, r, q]| match rule {
                MomentumRule::HeavyBall => *p,
                MomentumRule::Nesterov => p + 2.0 * mu * r + mu * mu * q,
            })
            .collect();
        let total: f64 = seen.iter().sum();
        for ((moments, rate), seen) in moments.iter_mut().zip(rates).zip(seen) {
            let h = eta * rate;
            // Columns of the linear map, from the step itself.
            let (a, c) = step(rule, mu, h, (1.0, 0.0));
            let (b, d) = step(rule, mu, h, (0.0, 1.0));
            let noise = h * h / batch * (total + seen + sigma * sigma);
            let [p, r, q] = *moments;
            *moments = [
                a * a * p + 2.0 * a * b * r + b * b * q + noise,
                a * c * p + (a * d + b * c) * r + b * d * q + noise,
                c * c * p + 2.0 * c * d * r + d * d * q + noise,
            ];
        }
    }
    moments.iter().map(|moments| moments[0]).collect()
}

#[test]
fn the_stationary_variance_is_that_of_the_iterated_second_moments() {
    for rule in RULES {
        for momentum in [0.0, 0.5, 0.9] {
            for (eta, batch) in [(0.05, 2), (0.02, 1), (0.2, 16)] {
                let rates = [2.0, 1.3, 1.0, 0.6];
                let law = Momentum { rule, momentum };
                let steps = Steps::of_sgd(eta, batch);
                let expected = iterated(rule, momentum, &rates, eta, batch as f64, 0.4);
                for (rate, expected) in rates.into_iter().zip(expected) {
                    let found = law.row_variance(rates, rate, &steps, 0.4).unwrap();
                    assert!(
                        (found / expected - 1.0).abs() < 1e-9,
                        "{rule:?} {momentum} {eta}: {found} {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn without_momentum_it_is_the_variance_of_plain_steps_and_in_small_steps_it_is_hotter() {
    let rates = [2.0, 1.0];
    for rule in RULES {
        let variance = |momentum, eta: f64| {
            let law = Momentum { rule, momentum };
            law.row_variance(rates, 2.0, &Steps::of_sgd(eta, 4), 0.5).unwrap()
        };
        let plain = row_variance(rates, 2.0, &Steps::of_sgd(0.05, 4), 0.5).unwrap();
        assert!((variance(0.0, 0.05) / plain - 1.0).abs() < 1e-14);
        // tau sigma^2 c / (2 (1 - mu)), with an error of first order in eta.
        let leading = |eta: f64| eta / 4.0 * 0.25 * 2.0 / (2.0 * 0.1);
        assert!((variance(0.9, 1e-6) / leading(1e-6) - 1.0).abs() < 1e-4);
    }
}

#[test]
fn roots_limits_and_regimes_are_those_of_the_recursion() {
    for rule in RULES {
        for momentum in [0.0, 0.3, 0.8, 0.95] {
            let law = Momentum { rule, momentum };
            let limit = law.largest_stable_learning_rate(1.0);
            for share in [1e-3, 0.01, 0.1, 0.4, 0.9, 0.999, 1.001, 1.2] {
                let h = share * limit;
                // The error decays or grows by the larger root, over many steps; double and complex roots beat, hence the envelope.
                let mut state = (1.0_f64, 0.3_f64);
                let (mut early, mut late, mut swings) = (0.0_f64, 0.0_f64, 0);
                let n = 6000;
                for i in 0..n {
                    let before = state.0;
                    state = step(rule, momentum, h, state);
                    let size = state.0.hypot(state.1);
                    if !(1e-250..1e250).contains(&size) {
                        // Scaled, as the recursion is linear.
                        state = (state.0 / size, state.1 / size);
                    }
                    swings += u32::from(before * state.0 < 0.0);
                    let log = size.ln();
                    if i == n / 3 {
                        early = log;
                    }
                    if i == n / 2 {
                        late = log;
                    }
                    if size < 1e-200 {
                        break;
                    }
                }
                let root = law.largest_root(h);
                if early != 0.0 && late != 0.0 && root.ln().abs() * f64::from(n) < 500.0 {
                    let found = (late - early) / f64::from(n / 2 - n / 3);
                    assert!((found - root.ln()).abs() < 0.01, "{rule:?} {momentum} {share}");
                }
                let regime = law.regime(h);
                assert_eq!(
                    regime == Regime::Diverges,
                    share > 1.0,
                    "{rule:?} {momentum} {share}"
                );
                let critical = Momentum::critical_momentum(rule, h);
                if h < 1.0 && regime != Regime::Diverges {
                    assert_eq!(
                        regime == Regime::Oscillates,
                        momentum > critical,
                        "{rule:?} {momentum} {share}"
                    );
                    // What only rescales time crosses zero at most once.
                    assert!(regime == Regime::Oscillates || swings <= 1);
                    assert!(regime == Regime::Rescales || swings > 2);
                }
            }
        }
    }
    // Small steps: the rate of plain descent at eta / (1 - mu).
    for rule in RULES {
        let law = Momentum { rule, momentum: 0.9 };
        let rate = law.relaxation_rate(1e-5, 2.0);
        assert!((rate / 20.0 - 1.0).abs() < 1e-2, "{rate}");
        assert!((law.effective_learning_rate(1e-5) - 1e-4).abs() < 1e-18);
    }
}
