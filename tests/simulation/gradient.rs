//! Proves that every engine descends the loss that is reported: all entries of all layers' gradients against central
//! differences of `Risk::loss`, for widths 5-7-6-4 and 3-5-2, online and stored. The loss is a polynomial of degree `2L` in
//! the weights, so a central difference of width `h` errs by `O(h^2)`; two widths are combined to `O(h^4)` and the rest is
//! rounding, about `1e-10`. Tolerance `1e-8` of the largest entry. Deterministic, so no false alarm.

use crate::setting;

use std::sync::Arc;

use nalgebra::DMatrix;
use saddlescope::dynamics::{
    Backpropagation, Engine as _, GradientFlow, Langevin, LangevinNoise, LiveParams, MinibatchSource,
    Sampling, Sgd,
};
use saddlescope::model::{Dataset, DeepLinearNetwork, Risk};
use setting::{general_position, normal_matrix};

const TOLERANCE: f64 = 1e-8;
const LABEL_NOISE_STD: f64 = 0.7;

/// Central differences of the loss in every weight.
fn differences(risk: &Risk, network: &DeepLinearNetwork) -> Vec<DMatrix<f64>> {
    let mut moved = network.clone();
    let mut gradient: Vec<DMatrix<f64>> = network.weights().to_vec();
    for (l, layer) in gradient.iter_mut().enumerate() {
        for i in 0..layer.len() {
            let centre = network.weights()[l][i];
            let mut difference = |h: f64| {
                let mut loss_at = |offset: f64| {
                    moved.weights_mut()[l][i] = centre + offset;
                    risk.loss(&moved.end_to_end_map(), LABEL_NOISE_STD)
                };
                (loss_at(h) - loss_at(-h)) / (2.0 * h)
            };
            layer[i] = (4.0 * difference(1e-3) - difference(2e-3)) / 3.0;
            moved.weights_mut()[l][i] = centre;
        }
    }
    gradient
}

fn assert_gradient(label: &str, found: &[DMatrix<f64>], expected: &[DMatrix<f64>], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (l, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).amax() / expected.amax();
        assert!(error <= tolerance, "{label}, layer {}: {error:e}", l + 1);
    }
}

/// The gradient from the mean statistic `E[Q]`, as the deterministic engines compute it.
fn backpropagated(risk: &Risk, network: &DeepLinearNetwork) -> Vec<DMatrix<f64>> {
    let mut gradient = Backpropagation::new(&network.widths(), network.weights()[0].ncols());
    gradient.inputs_mut().fill_with_identity();
    let mut mean = risk.teacher().map().clone();
    risk.mean_statistic(gradient.forward(network), LABEL_NOISE_STD, &mut mean);
    gradient.residual_mut().copy_from(&mean);
    gradient.backward(network);
    let zeros = network.weights().iter().map(|layer| layer * 0.0).collect();
    let mut sum = DeepLinearNetwork::from_weights(zeros).unwrap();
    gradient.add_gradient(1.0, &mut sum);
    sum.weights().to_vec()
}

/// `(before - after) / change`, layer by layer.
fn slope(before: &DeepLinearNetwork, after: &DeepLinearNetwork, change: f64) -> Vec<DMatrix<f64>> {
    before
        .weights()
        .iter()
        .zip(after.weights())
        .map(|(before, after)| (before - after) / change)
        .collect()
}

fn live() -> LiveParams {
    LiveParams {
        learning_rate: 0.25,
        batch_size: 3,
        label_noise_std: LABEL_NOISE_STD,
        ..LiveParams::default()
    }
}

/// A stored set of inputs that are neither centred nor white, with targets no linear map gives.
fn stored(widths: &[usize], n_samples: usize, seed: u64) -> (Risk, Arc<Dataset>, DeepLinearNetwork) {
    let (teacher, network) = general_position(widths, &[1.5, 0.8], 0.6, seed);
    let mut generator = saddlescope::random::stream(seed, saddlescope::random::Purpose::Dataset);
    let (d_in, d_out) = (widths[0], widths[widths.len() - 1]);
    let inputs = normal_matrix(d_in, n_samples, &mut generator).add_scalar(0.3);
    let targets = normal_matrix(d_out, n_samples, &mut generator);
    let noise = normal_matrix(d_out, n_samples, &mut generator);
    let dataset = Arc::new(Dataset::from_samples(inputs, targets, noise).unwrap());
    (Risk::stored(teacher, Arc::clone(&dataset)), dataset, network)
}

#[test]
fn online_gradient_is_the_slope_of_the_population_loss() {
    for (widths, seed) in [(&[5, 7, 6, 4][..], 1), (&[3, 5, 2], 2), (&[2, 3], 3)] {
        let (teacher, network) = general_position(widths, &[1.5, 0.8], 0.6, seed);
        let risk = Risk::online(teacher);
        let expected = differences(&risk, &network);
        assert_gradient("online", &backpropagated(&risk, &network), &expected, TOLERANCE);
        assert_flow(&risk, &network, &expected);
    }
}

#[test]
fn stored_gradient_is_the_slope_of_the_mean_loss() {
    for (widths, n_samples) in [(&[5, 7, 6, 4][..], 9), (&[3, 5, 2], 2), (&[2, 3], 4)] {
        let (risk, dataset, network) = stored(widths, n_samples, 4);
        let expected = differences(&risk, &network);
        assert_gradient("stored", &backpropagated(&risk, &network), &expected, TOLERANCE);
        assert_flow(&risk, &network, &expected);

        // The full batch: SGD by samples (2 of dimension 3) or by their statistic (9 of dimension 5), Langevin without noise.
        let mut after = network.clone();
        let source = MinibatchSource::stored(dataset, Sampling::Full, 0);
        Sgd::new(&network, &risk, source)
            .step(&mut after, &live())
            .unwrap();
        let found = slope(&network, &after, live().learning_rate);
        assert_gradient("full-batch SGD", &found, &expected, TOLERANCE);

        for noise in [LangevinNoise::Anisotropic, LangevinNoise::Isotropic] {
            let mut after = network.clone();
            Langevin::new(&network, risk.clone(), Sampling::Full, noise, 1, 0)
                .step(&mut after, &live())
                .unwrap();
            let found = slope(&network, &after, live().learning_rate);
            assert_gradient("Langevin without noise", &found, &expected, TOLERANCE);
        }
    }
}

/// Gradient flow leaves along the gradient: an error of the order of the time step remains.
fn assert_flow(risk: &Risk, network: &DeepLinearNetwork, expected: &[DMatrix<f64>]) {
    let time = 1e-6;
    let mut after = network.clone();
    GradientFlow::new(network, risk.clone(), LABEL_NOISE_STD, 0.0)
        .advance_to(&mut after, time)
        .unwrap();
    assert_gradient("flow", &slope(network, &after, time), expected, 1e-4);
}

#[test]
fn the_loss_has_the_stated_normalisation() {
    // 1/2 |W - M|^2 + 1/2 sigma^2 d_out online; 1/(2N) sum |y - W x|^2 for a stored set. No factor 2/d_out.
    let (teacher, network) = general_position(&[5, 7, 6, 4], &[1.5, 0.8], 0.6, 1);
    let map = network.end_to_end_map();
    let excess = 0.5 * (&map - teacher.map()).norm_squared();
    let risk = Risk::online(teacher);
    assert!((risk.excess_loss(&map) - excess).abs() <= 1e-14 * excess);
    let loss = excess + 0.5 * LABEL_NOISE_STD * LABEL_NOISE_STD * 4.0;
    assert!((risk.loss(&map, LABEL_NOISE_STD) - loss).abs() <= 1e-14 * loss);

    let (risk, dataset, network) = stored(&[3, 5, 2], 7, 4);
    let map = network.end_to_end_map();
    let mut sum = 0.0;
    for i in 0..7 {
        let target = dataset.clean_targets().column(i) + LABEL_NOISE_STD * dataset.noise().column(i);
        sum += 0.5 * (target - &map * dataset.inputs().column(i)).norm_squared();
    }
    assert!((risk.loss(&map, LABEL_NOISE_STD) - sum / 7.0).abs() <= 1e-14 * sum);
}
