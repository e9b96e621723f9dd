//! The noise along the student's own singular pairs, without a teacher: exact against the steps that SGD takes, and estimated from
//! probe batches against exact.
//!
//! Statistical checks: within 3 standard errors, a miss confirmed by a second look with twice the draws: under other seeds one
//! false alarm has probability 7e-6, the 50 checks here 4e-4 together.

use crate::checks::confirmed;
use crate::moments::Moments;
use crate::setting::general_position;
use crate::starts;

use saddlescope::dynamics::{Engine as _, LiveParams, MinibatchSource, Sampling, Sgd};
use saddlescope::experiment::Experiment;
use saddlescope::model::{DeepLinearNetwork, PartialProducts, Risk};
use saddlescope::observables::{ModeDynamics, Probe, ProbeEstimate, SingularPairs};
use saddlescope::random::Streams;
use saddlescope::simulation::Simulation;

const LIVE: LiveParams = LiveParams {
    learning_rate: 1e-5,
    batch_size: 3,
    label_noise_std: 0.8,
    momentum: 0.0,
    weight_decay: 0.0,
};

fn pairs_of(network: &DeepLinearNetwork) -> SingularPairs {
    let map = network.end_to_end_map();
    let mut pairs = SingularPairs::new(map.nrows(), map.ncols());
    pairs.update(&map);
    pairs
}

/// Exact drift and diffusion along the pairs of a network.
fn exact(
    network: &DeepLinearNetwork,
    risk: &Risk,
    sampling: Sampling,
    pairs: &SingularPairs,
) -> ModeDynamics {
    let products = PartialProducts::new(network);
    let mut exact = ModeDynamics::of_pairs(&products, risk, pairs.values().len());
    exact.update_along(&products, risk, (pairs.left(), pairs.right()), sampling, &LIVE);
    exact
}

/// Networks in general position with their data: fresh samples on unequal widths both ways, and stored sets, with replacement and
/// in epochs.
fn settings() -> Vec<(DeepLinearNetwork, Risk, Sampling)> {
    let online = |widths: &[usize], seed| {
        let (teacher, network) = general_position(widths, &[2.0, 1.3, 0.6], 0.5, seed);
        (network, Risk::online(teacher), Sampling::Replacement)
    };
    let stored = |sampling| {
        let (teacher, network) = general_position(&[4, 6, 3], &[2.0, 0.8], 0.5, 33);
        (
            network,
            Risk::stored(teacher, starts::dataset(&[4, 6, 3], 17)),
            sampling,
        )
    };
    vec![
        online(&[5, 7, 6, 4], 31),
        online(&[3, 5, 6], 32),
        stored(Sampling::Replacement),
        stored(Sampling::Epochs),
    ]
}

/// Changes of the singular values themselves, decomposed anew after every step: what perturbation of first order says of them.
#[test]
fn singular_values_move_as_the_noise_along_their_pairs_says() {
    for (network, risk, sampling) in settings() {
        let pairs = pairs_of(&network);
        let n = pairs.values().len();
        confirmed(3.0, 20_000, 2 * n, |look, checks| {
            let source = match risk.dataset() {
                None => MinibatchSource::online(risk.teacher().clone(), look.seed),
                Some(dataset) => MinibatchSource::stored(dataset.clone(), sampling, look.seed),
            };
            let mut sgd = Sgd::new(&network, &risk, source);
            let mut changes = vec![Vec::with_capacity(look.n_draws); n];
            let (mut moved, mut after) = (network.clone(), pairs.clone());
            for _ in 0..look.n_draws {
                moved.copy_from(&network);
                sgd.step(&mut moved, &LIVE).unwrap();
                after.update(&moved.end_to_end_map());
                for (k, changes) in changes.iter_mut().enumerate() {
                    changes.push(after.values()[k] - pairs.values()[k]);
                }
            }
            let exact = exact(&network, &risk, sampling, &pairs);
            let eta = LIVE.learning_rate;
            for (k, changes) in changes.iter().enumerate() {
                let found = Moments::of(changes);
                let drift = eta * exact.drift()[k];
                checks.within(&format!("drift {k}"), found.mean, found.mean_error, drift);
                let diffusion = eta * exact.diffusion()[k];
                checks.within(
                    &format!("diffusion {k}"),
                    found.variance,
                    found.variance_error,
                    diffusion,
                );
            }
        });
    }
}

/// Of weights whose singular pairs are the teacher's modes, the numbers are those of the modes.
#[test]
fn aligned_pairs_are_the_modes() {
    let mut experiment = Experiment::default();
    experiment.live.label_noise_std = 0.4;
    let mut simulation = Simulation::new(&experiment).unwrap();
    let _advanced = simulation.advance(300);
    let (network, risk) = (simulation.network(), simulation.risk());
    let pairs = pairs_of(network);
    let products = PartialProducts::new(network);
    let mut modes = ModeDynamics::new(&products, risk);
    modes.update(&products, risk, Sampling::Replacement, &LIVE);
    let own = exact(network, risk, Sampling::Replacement, &pairs);
    // The first mode is far from the others, and the noise turns the pairs by a small angle.
    assert!((own.drift()[0] / modes.drift()[0] - 1.0).abs() < 0.1);
    assert!((own.diffusion()[0] / modes.diffusion()[0] - 1.0).abs() < 0.1);
    assert!((own.curvature()[0] / modes.curvature()[0] - 1.0).abs() < 0.02);
}

/// Estimates of many probe batches: without bias, their squared errors on average the variance of the estimates.
#[test]
fn probes_estimate_drift_and_diffusion_with_their_errors() {
    const N_SAMPLES: usize = 200;
    for (network, risk, sampling) in settings() {
        let pairs = pairs_of(&network);
        let n = pairs.values().len();
        let exact = exact(&network, &risk, sampling, &pairs);
        confirmed(3.0, 2_000, 3 * n, |look, checks| {
            let streams = Streams::new(look.seed);
            let mut probe = Probe::new(&network, &risk, sampling, (N_SAMPLES, n), &streams);
            let mut found = vec![Vec::with_capacity(look.n_draws); n];
            for _ in 0..look.n_draws {
                let estimates = probe.observe(&network, &risk, (pairs.left(), pairs.right()), &LIVE);
                for (found, estimate) in found.iter_mut().zip(estimates) {
                    found.push(*estimate);
                }
            }
            for (k, found) in found.iter().enumerate() {
                let of = |value: fn(&ProbeEstimate) -> f64| {
                    let values: Vec<f64> = found.iter().map(value).collect();
                    Moments::of(&values)
                };
                let (drift, diffusion) = (of(|e| e.drift), of(|e| e.diffusion));
                checks.within(
                    &format!("drift {k}"),
                    drift.mean,
                    drift.mean_error,
                    exact.drift()[k],
                );
                let expected = exact.diffusion()[k];
                checks.within(
                    &format!("diffusion {k}"),
                    diffusion.mean,
                    diffusion.mean_error,
                    expected,
                );
                let squared = of(|e| e.drift_error * e.drift_error);
                let error = squared.mean_error.hypot(drift.variance_error);
                checks.within(
                    &format!("error of drift {k}"),
                    squared.mean,
                    error,
                    drift.variance,
                );
                // The fourth moment of a few hundred samples falls short of that of products of Gaussian numbers.
                let squared = of(|e| e.diffusion_error * e.diffusion_error);
                let ratio = squared.mean / diffusion.variance;
                assert!((0.75..1.15).contains(&ratio), "pair {k}: {ratio}");
            }
        });
    }
}

/// A run that is probed at every step has the bits of one that is not.
#[test]
fn probing_changes_no_bit() {
    let mut experiment = Experiment::default();
    experiment.live.batch_size = 1;
    experiment.live.label_noise_std = 0.3;
    let (mut probed, mut alone) = (
        Simulation::new(&experiment).unwrap(),
        Simulation::new(&experiment).unwrap(),
    );
    let streams = Streams::new(experiment.seed);
    let mut probe = Probe::new(
        probed.network(),
        probed.risk(),
        Sampling::Replacement,
        (16, 4),
        &streams,
    );
    for _ in 0..200 {
        let _advanced = probed.advance(1);
        let pairs = pairs_of(probed.network());
        let live = *probed.live();
        let estimates = probe.observe(
            probed.network(),
            probed.risk(),
            (pairs.left(), pairs.right()),
            &live,
        );
        assert!(estimates.iter().all(|estimate| estimate.diffusion_error > 0.0));
    }
    let _advanced = alone.advance(200);
    assert_eq!(probed.network(), alone.network());
}
