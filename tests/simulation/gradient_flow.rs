//! Proves that the gradient-flow engine solves its equation: against R3 (quadrature, `1e-12`) for aligned modes of depth 2, 3
//! and 4; against classical Runge-Kutta steps for weights in general position; against `W(t) = M + (W_0 - M) e^-t` and the
//! matrix exponential for a single layer; and by what the flow must leave alone: the imbalance matrices stay, the loss never
//! rises, and neither the learning rate nor the times at which it is looked at matter. Deterministic, so no false alarm.

use crate::setting;

use std::sync::Arc;

use nalgebra::DMatrix;
use saddlescope::dynamics::{GradientFlow, LiveParams, Sampling};
use saddlescope::experiment::{Engine, Experiment};
use saddlescope::model::{Basis, Dataset, DeepLinearNetwork, Init, Risk, Teacher};
use saddlescope::random::{Purpose, stream};
use saddlescope::simulation::{Simulation, StepOutcome};
use setting::{general_position, normal_matrix};

fn relative(found: &DMatrix<f64>, expected: &DMatrix<f64>) -> f64 {
    (found - expected).norm() / expected.norm()
}

fn experiment(live: LiveParams) -> Experiment {
    let mut experiment = Experiment {
        engine: Engine::GradientFlow,
        live,
        ..Experiment::default()
    };
    experiment.data.sampling = Sampling::Full;
    experiment
}

fn live(learning_rate: f64, label_noise_std: f64) -> LiveParams {
    LiveParams {
        learning_rate,
        batch_size: 1,
        label_noise_std,
        ..LiveParams::default()
    }
}

#[test]
fn aligned_modes_follow_the_reference() {
    #[derive(serde::Deserialize)]
    #[expect(non_snake_case, reason = "the columns of the reference file")]
    struct Row {
        L: usize,
        m: f64,
        t: f64,
        s: f64,
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/R3_gradient_flow.csv");
    let mut reader = csv::Reader::from_path(path).unwrap();
    let rows: Vec<Row> = reader.deserialize().map(Result::unwrap).collect();
    let mut n_compared = 0;
    for (depth, widths) in [(2, &[5, 6, 4][..]), (3, &[5, 7, 6, 4]), (4, &[4, 5, 3, 6, 5])] {
        let strengths = [4.0, 2.0, 1.0];
        let (teacher, _) = general_position(widths, &strengths, 0.0, 3);
        let init = Init::Aligned {
            strengths: vec![1e-3; 3],
            basis: Basis::Random,
        };
        let network = init.draw(widths, &teacher, &mut stream(3, Purpose::Init));
        for (mode, strength) in strengths.into_iter().enumerate() {
            let mut moving = network.clone();
            let mut flow = GradientFlow::new(&network, Risk::online(Arc::clone(&teacher)), 0.0, 0.0);
            for row in rows
                .iter()
                .filter(|row| row.L == depth && (row.m - strength).abs() < 0.5)
            {
                flow.advance_to(&mut moving, row.t).unwrap();
                let map = moving.end_to_end_map();
                let found = teacher
                    .left()
                    .column(mode)
                    .dot(&(map * teacher.right().column(mode)));
                let error = (found / row.s - 1.0).abs();
                assert!(
                    error <= 1e-8,
                    "L = {depth}, m = {strength}, t = {}: {error:e}",
                    row.t
                );
                n_compared += 1;
            }
        }
    }
    assert_eq!(n_compared, 9 * 401);
}

/// Slope of the flow at `network`, from the online loss.
fn slope(teacher: &Teacher, network: &DeepLinearNetwork) -> Vec<DMatrix<f64>> {
    let layers = network.weights();
    let error = network.end_to_end_map() - teacher.map();
    let product = |range: &[DMatrix<f64>], width: usize| {
        range
            .iter()
            .fold(DMatrix::identity(width, width), |product, layer| layer * product)
    };
    (0..layers.len())
        .map(|l| {
            let above = product(&layers[l + 1..], layers[l].nrows());
            let below = product(&layers[..l], layers[0].ncols());
            -(above.transpose() * &error * below.transpose())
        })
        .collect()
}

fn moved(network: &DeepLinearNetwork, slope: &[DMatrix<f64>], time: f64) -> DeepLinearNetwork {
    let layers = network.weights().iter().zip(slope);
    DeepLinearNetwork::from_weights(layers.map(|(w, k)| w + time * k).collect()).unwrap()
}

#[test]
fn weights_in_general_position_follow_runge_kutta() {
    let (teacher, network) = general_position(&[5, 7, 6, 4], &[3.0, 1.5, 0.7], 0.4, 5);
    // Classical Runge-Kutta of order 4 with steps of 1e-3: halving them changes the end by 2e-12.
    let h = 1e-3;
    let mut expected = network.clone();
    let mut found = network.clone();
    let mut flow = GradientFlow::new(&network, Risk::online(Arc::clone(&teacher)), 0.0, 0.0);
    for step in 1..=3000 {
        let k1 = slope(&teacher, &expected);
        let k2 = slope(&teacher, &moved(&expected, &k1, 0.5 * h));
        let k3 = slope(&teacher, &moved(&expected, &k2, 0.5 * h));
        let k4 = slope(&teacher, &moved(&expected, &k3, h));
        let mean: Vec<_> = (0..3)
            .map(|l| (&k1[l] + 2.0 * &k2[l] + 2.0 * &k3[l] + &k4[l]) / 6.0)
            .collect();
        expected = moved(&expected, &mean, h);
        // A time inside the solver's own steps, so that the continuous extension is judged too.
        if step % 50 == 0 {
            flow.advance_to(&mut found, f64::from(step) * h).unwrap();
            for (found, expected) in found.weights().iter().zip(expected.weights()) {
                let error = relative(found, expected);
                assert!(error <= 1e-9, "step {step}: {error:e}");
            }
        }
    }
}

fn imbalances(network: &DeepLinearNetwork) -> Vec<DMatrix<f64>> {
    let pairs = network.weights().windows(2);
    pairs
        .map(|pair| pair[1].transpose() * &pair[1] - &pair[0] * pair[0].transpose())
        .collect()
}

#[test]
fn imbalance_is_conserved_and_the_loss_never_rises() {
    for (widths, seed) in [(&[5, 7, 6, 4][..], 1), (&[3, 5, 2], 2), (&[4, 6, 5, 4, 3, 6], 3)] {
        let (teacher, network) = general_position(widths, &[2.0, 1.0], 0.5, seed);
        let dataset = Dataset::draw(&teacher, 9, false, &mut stream(seed, Purpose::Dataset)).unwrap();
        for risk in [
            Risk::online(Arc::clone(&teacher)),
            Risk::stored(Arc::clone(&teacher), Arc::new(dataset)),
        ] {
            let before = imbalances(&network);
            assert!(before.iter().all(|imbalance| imbalance.norm() > 0.5));
            let mut moving = network.clone();
            let mut flow = GradientFlow::new(&network, risk.clone(), 0.3, 0.0);
            let mut loss = risk.loss(&network.end_to_end_map(), 0.3);
            let start = loss;
            for time in 1..=2000 {
                flow.advance_to(&mut moving, 0.02 * f64::from(time)).unwrap();
                let next = risk.loss(&moving.end_to_end_map(), 0.3);
                // At the minimum the loss only rounds.
                assert!(next <= loss + 1e-13 * start, "{loss:e} then {next:e} at {time}");
                loss = next;
                for (before, after) in before.iter().zip(imbalances(&moving)) {
                    let error = relative(&after, before);
                    assert!(error <= 1e-9, "imbalance moved by {error:e} at {time}");
                }
            }
            assert!(loss < 0.5 * start);
        }
    }
}

#[test]
fn neither_the_learning_rate_nor_the_observer_matters() {
    let (teacher, network) = general_position(&[5, 7, 6, 4], &[3.0, 1.5, 0.7], 0.2, 6);
    let run = |learning_rate: f64, n_steps: u64, chunk: u64| {
        let risk = Risk::online(Arc::clone(&teacher));
        let mut simulation =
            Simulation::from_parts(experiment(live(learning_rate, 0.0)), risk, network.clone());
        while simulation.step() < n_steps {
            let next = (simulation.step() + chunk).min(n_steps);
            assert_eq!(simulation.advance_to(next), StepOutcome::Advanced);
        }
        simulation
    };
    let reference = run(0.001, 8000, 1);
    for (learning_rate, n_steps, chunk) in [(0.01, 800, 1), (0.01, 800, 37), (0.25, 32, 1), (8.0, 1, 1)] {
        let other = run(learning_rate, n_steps, chunk);
        assert!((other.time() - reference.time()).abs() < 1e-12);
        for (found, expected) in other
            .network()
            .weights()
            .iter()
            .zip(reference.network().weights())
        {
            let error = relative(found, expected);
            assert!(error <= 1e-9, "eta = {learning_rate}, {chunk} at once: {error:e}");
        }
    }
}

#[test]
fn a_single_layer_relaxes_exponentially() {
    let (teacher, network) = general_position(&[5, 4], &[3.0, 1.5, 0.7], 0.2, 7);
    let mut moving = network.clone();
    let mut flow = GradientFlow::new(&network, Risk::online(Arc::clone(&teacher)), 0.0, 0.0);
    for step in 1..=200 {
        let time = 0.05 * f64::from(step);
        flow.advance_to(&mut moving, time).unwrap();
        let expected = teacher.map() + (&network.weights()[0] - teacher.map()) * (-time).exp();
        let error = relative(&moving.weights()[0], &expected);
        assert!(error <= 1e-10, "t = {time}: {error:e}");
    }
}

/// `W* + (W_0 - W*) exp(-S_xx t)` with the least-squares map `W* = S_yx S_xx^-1`.
fn linear_flow(start: &DMatrix<f64>, dataset: &Dataset, label_noise_std: f64, time: f64) -> DMatrix<f64> {
    let n = dataset.n_samples() as f64;
    let moment = dataset.inputs() * dataset.inputs().transpose() / n;
    let eigen = moment.symmetric_eigen();
    let of = |function: &dyn Fn(f64) -> f64| {
        let diagonal = DMatrix::from_diagonal(&eigen.eigenvalues.map(function));
        &eigen.eigenvectors * diagonal * eigen.eigenvectors.transpose()
    };
    let cross = dataset.targets(label_noise_std) * dataset.inputs().transpose() / n;
    let minimum = cross * of(&|value| 1.0 / value);
    &minimum + (start - &minimum) * of(&|value| (-value * time).exp())
}

#[test]
fn a_single_layer_on_a_stored_set_follows_the_matrix_exponential() {
    let mut generator = stream(8, Purpose::Dataset);
    let (teacher, network) = general_position(&[3, 4], &[2.0, 0.5], 0.5, 8);
    let inputs = normal_matrix(3, 6, &mut generator).add_scalar(0.4);
    let targets = normal_matrix(4, 6, &mut generator);
    let noise = normal_matrix(4, 6, &mut generator);
    let dataset = Arc::new(Dataset::from_samples(inputs, targets, noise).unwrap());
    let risk = Risk::stored(teacher, Arc::clone(&dataset));

    // Another label-noise level from t = 1.5 on: the flow goes on from where it is.
    let mut simulation = Simulation::from_parts(experiment(live(0.01, 0.4)), risk, network.clone());
    for step in [1, 20, 75, 150] {
        simulation.advance_to(step);
        let expected = linear_flow(&network.weights()[0], &dataset, 0.4, simulation.time());
        let error = relative(&simulation.network().weights()[0], &expected);
        assert!(error <= 1e-10, "step {step}: {error:e}");
    }
    let middle = simulation.network().weights()[0].clone();
    simulation.set_live(live(0.1, 1.7)).unwrap();
    for step in [151, 160, 200] {
        simulation.advance_to(step);
        let expected = linear_flow(&middle, &dataset, 1.7, simulation.time() - 1.5);
        let error = relative(&simulation.network().weights()[0], &expected);
        assert!(error <= 1e-10, "step {step}: {error:e}");
    }
}

#[test]
fn the_saddle_at_zero_and_the_minimum_stay() {
    let (teacher, network) = general_position(&[3, 4, 3], &[2.0, 0.5], 0.0, 9);
    let init = Init::Aligned {
        strengths: vec![0.0; 2],
        basis: Basis::Random,
    };
    let zero = init.draw(&network.widths(), &teacher, &mut stream(9, Purpose::Init));
    let mut moving = zero.clone();
    let mut flow = GradientFlow::new(&zero, Risk::online(Arc::clone(&teacher)), 0.0, 0.0);
    flow.advance_to(&mut moving, 1e6).unwrap();
    assert_eq!(moving, zero);

    // From near the minimum, for 1e3 relaxation times.
    let (_, start) = general_position(&[3, 4, 3], &[2.0, 0.5], 0.7, 9);
    let mut moving = start.clone();
    let mut flow = GradientFlow::new(&start, Risk::online(Arc::clone(&teacher)), 0.0, 0.0);
    for time in 1..=10 {
        flow.advance_to(&mut moving, 100.0 * f64::from(time)).unwrap();
    }
    assert!(relative(&moving.end_to_end_map(), teacher.map()) < 1e-9);
}
