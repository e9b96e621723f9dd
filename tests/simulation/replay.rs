//! Proves that SGD takes the steps an independent program took: reference R1 (NumPy, float64; PyTorch's gradients agree
//! with it to 1.7e-15) replayed minibatch by minibatch, weights to `1e-12` relative after 1, 10, 100 and 1000 steps, and the
//! minibatch loss before every step. R1 holds a square net, a deep wide one, a rectangular one that catches transposes, and
//! a single layer. Deterministic, so no false alarm.

use crate::reference;

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};
use reference::Reference;
use saddlescope::dynamics::{Backpropagation, Engine as _, LiveParams, MinibatchSource, Sampling, Sgd};
use saddlescope::model::{Dataset, DeepLinearNetwork, Risk, Teacher};

const TOLERANCE: f64 = 1e-12;

struct Replay {
    reference: Reference,
    depth: usize,
    learning_rate: f64,
    /// Samples, one a column.
    inputs: DMatrix<f64>,
    targets: DMatrix<f64>,
    teacher: Arc<Teacher>,
    /// Samples of every step.
    minibatches: Vec<Vec<usize>>,
    losses: DMatrix<f64>,
}

impl Replay {
    fn open(name: &str) -> Self {
        let mut reference = Reference::open(name);
        let batch_size = reference.counts("batch")[0];
        let minibatches: Vec<Vec<usize>> = reference
            .counts("idx")
            .chunks(batch_size)
            .map(<[usize]>::to_vec)
            .collect();
        assert_eq!(minibatches.len(), 1000);
        let strengths = DVector::from_column_slice(reference.matrix("sv").as_slice());
        let rank = strengths.len();
        let (left, right) = (reference.matrix("U"), reference.matrix("V"));
        let teacher = Teacher::from_parts(
            left.columns(0, rank).into(),
            strengths,
            right.columns(0, rank).into(),
        );
        let map = reference.matrix("M");
        assert!((teacher.map() - &map).norm() <= 1e-14 * map.norm());
        Self {
            depth: reference.counts("dims").len() - 1,
            learning_rate: reference.matrix("lr")[0],
            inputs: reference.matrix("X").transpose(),
            targets: reference.matrix("Y").transpose(),
            teacher: Arc::new(teacher),
            losses: reference.matrix("loss_before_step"),
            minibatches,
            reference,
        }
    }

    fn network_after(&mut self, n_steps: usize) -> DeepLinearNetwork {
        let layers = self.reference.layers(&format!("W{n_steps}"), self.depth);
        DeepLinearNetwork::from_weights(layers).unwrap()
    }

    /// Compares with the reference where it holds weights after `n_steps` steps.
    fn compare(&mut self, n_steps: usize, network: &DeepLinearNetwork) {
        if [1, 10, 100, 1000].contains(&n_steps) {
            let expected = self.network_after(n_steps);
            for (l, (found, expected)) in network.weights().iter().zip(expected.weights()).enumerate() {
                let error = (found - expected).amax() / expected.amax();
                assert!(
                    error <= TOLERANCE,
                    "layer {} after {n_steps} steps: {error:e}",
                    l + 1
                );
            }
        }
    }
}

/// The gradient itself, fed with the reference's minibatches.
fn replay_backpropagation(name: &str) {
    let mut replay = Replay::open(name);
    let mut network = replay.network_after(0);
    let batch_size = replay.minibatches[0].len();
    let mut gradient = Backpropagation::new(&network.widths(), batch_size);
    for step in 0..1000 {
        let samples = &replay.minibatches[step];
        let targets = replay.targets.select_columns(samples);
        gradient
            .inputs_mut()
            .copy_from(&replay.inputs.select_columns(samples));
        gradient.forward(&network);
        let loss = 0.5 * gradient.set_residual(&targets) / batch_size as f64;
        let expected = replay.losses[step];
        let scale = expected.max(f64::EPSILON * targets.norm_squared());
        assert!(
            (loss - expected).abs() <= TOLERANCE * scale,
            "loss {loss:e} against {expected:e} before step {step}"
        );
        gradient.backward(&network);
        gradient.add_gradient(-replay.learning_rate / batch_size as f64, &mut network);
        replay.compare(step + 1, &network);
    }
}

/// The SGD engine: every step is one full-batch step on a stored set that holds that step's minibatch.
fn replay_engine(name: &str) {
    let mut replay = Replay::open(name);
    let mut network = replay.network_after(0);
    for step in 0..1000 {
        let samples = &replay.minibatches[step];
        let (inputs, targets) = (
            replay.inputs.select_columns(samples),
            replay.targets.select_columns(samples),
        );
        // Half of the target as its clean part and half as noise of unit size: the sum is exact.
        let dataset = Dataset::from_samples(inputs, &targets * 0.5, targets * 0.5).unwrap();
        let dataset = Arc::new(dataset);
        let risk = Risk::stored(Arc::clone(&replay.teacher), Arc::clone(&dataset));
        let source = MinibatchSource::stored(dataset, Sampling::Full, 0);
        let live = LiveParams {
            learning_rate: replay.learning_rate,
            batch_size: 1,
            label_noise_std: 1.0,
            ..LiveParams::default()
        };
        Sgd::new(&network, &risk, source)
            .step(&mut network, &live)
            .unwrap();
        replay.compare(step + 1, &network);
    }
}

#[test]
fn two_layers_one_sample_a_step() {
    replay_backpropagation("R1_W1");
    replay_engine("R1_W1");
}

#[test]
fn four_layers_wider_inside() {
    replay_backpropagation("R1_W2");
    replay_engine("R1_W2");
}

#[test]
fn every_width_different_three_samples_a_step() {
    replay_backpropagation("R1_rect");
    replay_engine("R1_rect");
}

#[test]
fn a_single_layer_two_samples_a_step() {
    replay_backpropagation("R1_L1");
    replay_engine("R1_L1");
}
