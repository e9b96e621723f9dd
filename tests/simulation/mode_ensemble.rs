//! The ensemble of scalar equations against the exact stationary law, gradient flow, an independent program, and itself on
//! other numbers of threads.

use saddlescope::dynamics::{
    Batching, Decay, EnsembleMode, EnsembleOptions, LiveParams, ModeEnsemble, Substeps,
};
use saddlescope::stats::{ks_critical_distance, ks_distance};
use saddlescope::theory::{ModeLaw, StationaryLaw, StrengthCurve};

fn live(learning_rate: f64, batch_size: u64, label_noise_std: f64) -> LiveParams {
    LiveParams {
        learning_rate,
        batch_size,
        label_noise_std,
        ..LiveParams::default()
    }
}

fn options(depth: usize, modes: &[(f64, f64)], n_trajectories: usize) -> EnsembleOptions {
    let mode = |&(teacher_strength, start): &(f64, f64)| EnsembleMode {
        teacher_strength,
        start,
    };
    EnsembleOptions {
        depth,
        batching: Batching::Online,
        modes: modes.iter().map(mode).collect(),
        n_trajectories,
        substeps: Substeps::Auto,
        seed: 1,
        decay: Decay::Coupled,
    }
}

/// Kolmogorov-Smirnov distance between 10^6 samples and the exact law: 10 rows of 10^5 trajectories, 4 relaxation times
/// apart, after 12 from the minimum.
fn distance_to_law(law: &ModeLaw, batch_size: u64) -> f64 {
    let eta = law.noise_scale * batch_size as f64;
    let relaxation = (law.relaxation_time() / eta).ceil() as u64;
    let start = (law.teacher_strength, law.teacher_strength);
    let mut ensemble = ModeEnsemble::new(
        &options(law.depth, &[start], 100_000),
        &live(eta, batch_size, law.label_noise_std),
    );
    ensemble.advance(8 * relaxation);
    let mut samples = Vec::new();
    for _ in 0..10 {
        ensemble.advance(4 * relaxation);
        samples.extend_from_slice(ensemble.strengths(0));
    }
    samples.sort_unstable_by(f64::total_cmp);
    let stationary = StationaryLaw::new(law);
    let density = stationary.as_density().unwrap();
    ks_distance(&samples, |strength| density.cumulative(strength))
}

#[test]
fn stationary_samples_have_the_exact_law() {
    // A sample of the law itself exceeds 0.01 with probability 2 exp(-2 n 0.01^2), at most e^-150 here; what is measured is
    // the error of the time step.
    let settings = [
        (1, 2.0, 1.0, 0.05, 1),
        (2, 2.0, 1.0, 0.05, 1),
        (2, 2.0, 1.0, 0.05, 4),
        (2, 1.0, 1.0, 0.1, 1),
        (3, 2.0, 1.0, 0.02, 2),
        (4, 1.5, 0.8, 0.03, 1),
    ];
    for (depth, teacher_strength, label_noise_std, noise_scale, batch_size) in settings {
        let law = ModeLaw {
            depth,
            teacher_strength,
            label_noise_std,
            noise_scale,
            ..ModeLaw::default()
        };
        let distance = distance_to_law(&law, batch_size);
        assert!(distance < 0.01, "{law:?}, B = {batch_size}: {distance}");
    }
}

#[test]
fn without_noise_a_trajectory_is_gradient_flow() {
    for depth in [1, 2, 3, 4, 6] {
        let mut errors = Vec::new();
        for n_substeps in [1, 2] {
            let mut options = options(depth, &[(2.0, 0.05)], 1);
            options.substeps = Substeps::Fixed(n_substeps);
            let mut ensemble = ModeEnsemble::new(&options, &live(0.01, 1_000_000_000_000_000_000, 0.0));
            let curve = StrengthCurve::new(depth, 2.0, 0.05);
            let mut error: f64 = 0.0;
            for row in 1..=60 {
                ensemble.advance(10);
                error = error.max((ensemble.mean(0) - curve.at(0.1 * f64::from(row))).abs());
            }
            errors.push(error);
        }
        if depth == 1 {
            // Exact at any step, but for the noise of one sample in 10^18.
            assert!(errors[0] < 1e-4, "{errors:?}");
        } else {
            // Half the step, a quarter of the error.
            let order = (errors[0] / errors[1]).log2();
            assert!(
                errors[0] < 2e-3 && (order - 2.0).abs() < 0.1,
                "L = {depth}: {errors:?}"
            );
        }
    }
}

#[test]
fn a_single_layer_without_label_noise_is_exact_at_any_step() {
    // y = s - m has mean y0 e^-t and second moment y0^2 e^(-(2 - 2 tau) t); here h = t = 0.5 in one step.
    let n = 200_000;
    let mut ensemble = ModeEnsemble::new(&options(1, &[(1.0, -2.0)], n), &live(0.5, 5, 0.0));
    ensemble.advance(1);
    let deviations: Vec<f64> = ensemble.strengths(0).iter().map(|s| s - 1.0).collect();
    let moment = |power: i32| deviations.iter().map(|y| y.powi(power)).sum::<f64>() / n as f64;
    // E y^p = y0^p exp(p (p tau - 1 - tau) t).
    let exact = |power: f64| (-3_f64).powf(power) * (power * (power * 0.1 - 1.1) * 0.5).exp();
    for power in [1, 2] {
        let p = f64::from(power);
        let error = ((exact(2.0 * p) - exact(p).powi(2)) / n as f64).sqrt();
        // 5 standard errors: false alarm 6e-7 each.
        assert!(
            (moment(power) - exact(p)).abs() < 5.0 * error,
            "{power}: {}",
            moment(power)
        );
    }
    assert!(
        deviations.iter().all(|y| *y < 0.0),
        "the noise of the inputs alone does not cross the teacher"
    );
}

#[test]
fn means_and_spreads_are_those_of_an_independent_program() {
    // R4: 20000 trajectories by Euler's method in w at the same step h. It lags: the steps of dw/dt = f follow
    // dw/dt = f - (h/2) f f' and so come late by (h/2) ln(f(w) / f(w0)), which is put on our means (the largest shift is 7 standard
    // errors; with h/4 that program comes to our means). 4 joint standard errors, 48 checks: false alarm 0.003, for
    // other seeds than the fixed one.
    let (n, n_reference) = (4000, 20_000.0);
    let strengths = [4.0, 3.0, 2.0, 1.0];
    let mut ensemble = ModeEnsemble::new(&options(3, &strengths.map(|m| (m, 0.01)), n), &live(1e-3, 4, 0.5));
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/R4_sgd_modes.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let columns = ["step", "mode", "sde_mean", "sde_std"].map(column);
    let mut n_checks = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let [step, mode, mean, std] = columns.map(|column| record[column].parse::<f64>().unwrap());
        if ![604.0, 1057.0, 1359.0, 1812.0, 2416.0, 4229.0].contains(&step) {
            continue;
        }
        ensemble.advance(step as u64 - ensemble.step());
        let mode = mode as usize;
        let found = ensemble.summary(mode);
        let joint = (1.0 / n as f64 + 1.0 / n_reference).sqrt();
        let law = ModeLaw {
            depth: 3,
            teacher_strength: strengths[mode],
            label_noise_std: 0.5,
            noise_scale: 2.5e-4,
            ..ModeLaw::default()
        };
        let speed = |strength: f64| law.weight_drift(strength.cbrt()).abs();
        let delay = 0.5e-3 * (speed(found.mean) / speed(0.01)).ln();
        let expected = found.mean - delay * law.flow_drift(found.mean);
        let (mean_distance, std_distance) = (
            (expected - mean) / (std * joint),
            // Tails in transition are wider than a Gaussian's: the error of a spread without kurtosis would be 0.71.
            (found.std - std) / (std * joint),
        );
        assert!(
            mean_distance.abs() < 4.0,
            "step {step}, mode {mode}: {expected} {mean}"
        );
        assert!(
            std_distance.abs() < 4.0,
            "step {step}, mode {mode}: {found:?} {std}"
        );
        n_checks += 2;
    }
    assert_eq!(n_checks, 48);
}

#[test]
fn results_do_not_depend_on_the_number_of_threads_or_of_trajectories() {
    for depth in [1, 2, 3] {
        let modes = [(2.0, 0.1), (1.0, 0.1)];
        let run = |n_threads, n_trajectories| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(n_threads)
                .build()
                .unwrap();
            pool.install(|| {
                let mut ensemble =
                    ModeEnsemble::new(&options(depth, &modes, n_trajectories), &live(0.05, 2, 0.5));
                ensemble.advance(30);
                ensemble.set_live(&live(0.02, 1, 0.2));
                // In one go or in two is the same too.
                for n_steps in if n_threads == 1 { vec![20] } else { vec![13, 7] } {
                    ensemble.advance(n_steps);
                }
                let bits = |mode| ensemble.strengths(mode).iter().map(|s| s.to_bits()).collect();
                [0, 1].map(bits)
            })
        };
        let reference: [Vec<u64>; 2] = run(1, 3000);
        for n_threads in [2, 3] {
            assert!(
                run(n_threads, 3000) == reference,
                "L = {depth}, {n_threads} threads"
            );
        }
        let fewer: [Vec<u64>; 2] = run(2, 600);
        for (few, many) in fewer.iter().zip(&reference) {
            assert!(few[..512] == many[..512]);
            // And no two trajectories are the same.
            let mut distinct = many.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), 3000);
        }
        assert!(reference[0] != reference[1]);
    }
}

/// Much noise in four layers, tau = 0.1: the substeps chosen are fine enough for the stationary law. The critical distance of
/// independent values is exceeded with probability 1e-5; three substeps, a resolution of 0.2, leave a distance of 0.0185.
#[test]
fn substeps_resolve_the_noise_of_deep_modes() {
    let n = 20_000;
    let mut ensemble = ModeEnsemble::new(&options(4, &[(1.0, 1.0)], n), &live(0.1, 1, 1.0));
    ensemble.advance(200);
    let law = ModeLaw {
        depth: 4,
        teacher_strength: 1.0,
        label_noise_std: 1.0,
        noise_scale: 0.1,
        ..ModeLaw::default()
    };
    let stationary = StationaryLaw::new(&law);
    let density = stationary.as_density().unwrap();
    let mut strengths = ensemble.strengths(0).to_vec();
    strengths.sort_by(f64::total_cmp);
    let distance = ks_distance(&strengths, |s| density.cumulative(s));
    assert!(distance < ks_critical_distance(1e-5, n as f64), "{distance}");
}

#[test]
fn parameters_may_change_on_the_way() {
    let mut ensemble = ModeEnsemble::new(&options(2, &[(1.0, 0.5)], 20_000), &live(0.02, 4, 0.0));
    ensemble.advance(500);
    // Without label noise the minimum is a point.
    assert!((ensemble.mean(0) - 1.0).abs() < 1e-6 && ensemble.variance(0) < 1e-12);
    ensemble.set_live(&live(0.02, 4, 1.0));
    ensemble.advance(500);
    let law = ModeLaw {
        depth: 2,
        teacher_strength: 1.0,
        label_noise_std: 1.0,
        noise_scale: 0.005,
        ..ModeLaw::default()
    };
    let stationary = StationaryLaw::new(&law);
    let density = stationary.as_density().unwrap();
    // The variance of n samples errs by sqrt(2 / n) = 1 %; 5 of these, false alarm 6e-7.
    assert!((ensemble.variance(0) / density.variance() - 1.0).abs() < 0.05);
    let summary = ensemble.summary(0);
    for (found, probability) in [(summary.q10, 0.1), (summary.q90, 0.9)] {
        // Error of a quantile in probability: sqrt(p (1 - p) / n) = 0.0021.
        assert!(
            (density.cumulative(found) - probability).abs() < 5.0 * 0.0021,
            "{summary:?}"
        );
    }
}

#[test]
fn the_saddle_holds_what_starts_there_and_what_noise_traps() {
    for depth in [2, 3, 4] {
        let mut ensemble = ModeEnsemble::new(
            &options(depth, &[(1.0, 0.0), (1.0, -0.1)], 10),
            &live(0.1, 1, 1.0),
        );
        ensemble.advance(100);
        for mode in 0..2 {
            assert!(ensemble.strengths(mode).iter().all(|s| *s == 0.0));
        }
    }
    // tau (2 m^2 + sigma^2) / (2 m) = 2.25 above 1, so ln s falls by 2 m (2.25 - 1) = 2.5 a unit of time near zero, by 200
    // in 80, with a spread of sqrt(4 tau 9 80) = 38.
    let mut trapped = ModeEnsemble::new(&options(2, &[(1.0, 0.5)], 1000), &live(0.5, 1, 7_f64.sqrt()));
    trapped.advance(160);
    let summary = trapped.summary(0);
    assert!(summary.q90 < 1e-20, "{summary:?}");
    assert!(trapped.strengths(0).iter().all(|s| *s > 0.0));
    // At L = 3 nothing is trapped.
    let mut free = ModeEnsemble::new(&options(3, &[(1.0, 0.5)], 1000), &live(0.5, 1, 7_f64.sqrt()));
    free.advance(2000);
    assert!(free.summary(0).q90 > 0.01);
}

/// Runs ensembles over a grid of settings far beyond every slider; every strength of every row must be a number, at least zero
/// for `L >= 2`, and far below the largest one that can be followed where the setting is one of a slider. Gives
/// the number of trajectory-steps.
fn sweep(n_trajectories: usize, n_steps: u64) -> u64 {
    let mut n_moves = 0;
    for depth in [1, 2, 3, 4, 7, 32] {
        for learning_rate in [1e-4, 1e-2, 0.3, 3.0, 1e2, 1e6] {
            for batch_size in [1, 32, 1_000_000_000] {
                for sigma in [0.0, 0.1, 1.0, 5.0, 1e3, 1e6] {
                    let modes = [(1e-6, 1e-3), (0.5, 1e-3), (4.0, 10.0), (1e6, 1e6)];
                    let mut options = options(depth, &modes, n_trajectories);
                    options.substeps = Substeps::Fixed(1);
                    let mut ensemble = ModeEnsemble::new(&options, &live(learning_rate, batch_size, sigma));
                    for _ in 0..4 {
                        ensemble.advance(n_steps / 4);
                        for (mode, (teacher_strength, _)) in modes.iter().enumerate() {
                            let usual = *teacher_strength < 10.0 && learning_rate <= 3.0 && sigma <= 5.0;
                            let largest = if usual { 1e15 } else { 1.001e30 };
                            for &strength in ensemble.strengths(mode) {
                                assert!(
                                    strength.abs() <= largest && (depth == 1 || strength > 0.0),
                                    "L {depth}, eta {learning_rate}, B {batch_size}, sigma {sigma}, \
                                     m {teacher_strength}: {strength}"
                                );
                            }
                        }
                    }
                    n_moves += 4 * n_trajectories as u64 * n_steps;
                }
            }
        }
    }
    n_moves
}

#[test]
fn strengths_stay_positive_and_finite_at_any_setting() {
    assert!(sweep(16, 100) > 4_000_000);
}

#[test]
#[ignore = "10^9 trajectory-steps: a minute in a release build"]
fn strengths_stay_positive_and_finite_over_a_thousand_million_steps() {
    assert!(sweep(512, 800) > 1_000_000_000);
}
