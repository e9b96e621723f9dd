//! Proves that the engines' vector arithmetic is the formula: one step of SGD and of Langevin dynamics, from the very numbers the
//! engine draws, against `W_l - A_l^T Q B_l^T` from plain matrix products. Shapes have every common stride (4, 8, 12) and
//! strides of their own, tiles of every height and width, one to five layers, widths from 1 to 64; a step may differ by
//! `1e-10` of itself, which rounding stays far below. Deterministic, so no false alarm.

use crate::starts;

use std::sync::Arc;

use nalgebra::DMatrix;
use saddlescope::dynamics::{
    Engine as _, Langevin, LangevinNoise, LiveParams, MinibatchSource, Sampling, Sgd,
};
use saddlescope::model::{DeepLinearNetwork, Risk};
use saddlescope::random::{NormalStream, Purpose, Streams};
use starts::{dataset, start};

const SHAPES: [&[usize]; 20] = [
    &[1, 1],
    &[1, 5, 1],
    &[2, 3],
    &[4, 4],
    &[4, 4, 4, 4, 4, 4],
    &[3, 4, 2],
    &[5, 7, 6, 4],
    &[7, 3, 8],
    &[4, 10, 10, 10, 4],
    &[9, 12, 11],
    &[12, 12],
    &[12, 1, 12],
    &[13, 5, 2],
    &[2, 13, 3],
    &[16, 17, 20, 4],
    &[16, 1],
    &[10, 40, 30, 10],
    &[32, 64, 64, 32],
    &[37, 5, 23],
    &[5, 1, 33],
];
const TOLERANCE: f64 = 1e-10;
const LEARNING_RATE: f64 = 0.003;

fn live(batch_size: u64, label_noise_std: f64, learning_rate: f64) -> LiveParams {
    LiveParams {
        learning_rate,
        batch_size,
        label_noise_std,
        ..LiveParams::default()
    }
}

/// `W_l - A_l^T Q B_l^T`, all layers at once.
fn plain_step(network: &DeepLinearNetwork, statistic: &DMatrix<f64>) -> DeepLinearNetwork {
    let layers = network.weights();
    let product = |layers: &[DMatrix<f64>], size: usize| {
        let identity = DMatrix::identity(size, size);
        layers.iter().fold(identity, |product, layer| layer * product)
    };
    let moved = layers.iter().enumerate().map(|(l, layer)| {
        let above = product(&layers[l + 1..], layer.nrows());
        let below = product(&layers[..l], layers[0].ncols());
        layer - above.tr_mul(statistic) * below.transpose()
    });
    DeepLinearNetwork::from_weights(moved.collect()).unwrap()
}

/// Asserts that every layer moved from `before` as it should have.
fn assert_moved(
    label: &str,
    found: &DeepLinearNetwork,
    expected: &DeepLinearNetwork,
    before: &DeepLinearNetwork,
) {
    let layers = found
        .weights()
        .iter()
        .zip(expected.weights())
        .zip(before.weights());
    for (l, ((found, expected), before)) in layers.enumerate() {
        let size = (expected - before).norm() + 1e-3 * before.norm();
        let error = (found - expected).norm() / size;
        assert!(error < TOLERANCE, "{label}, layer {}: {error:e}", l + 1);
    }
}

/// Takes steps of SGD next to the formula, for every batch size in turn.
fn assert_sgd(
    label: &str,
    risk: &Risk,
    network: &DeepLinearNetwork,
    mut source: MinibatchSource,
    batches: &[(u64, f64)],
) {
    let mut sgd = Sgd::new(network, risk, source.clone());
    let mut network = network.clone();
    for &(batch_size, sigma) in batches {
        let mut inputs = DMatrix::zeros(network.widths()[0], source.n_columns(batch_size));
        let batch = source.draw(batch_size, sigma, &mut inputs);
        let residual = network.end_to_end_map() * &inputs - &batch.targets;
        let statistic = LEARNING_RATE / batch.divisor * residual * inputs.transpose();
        let before = network.clone();
        let expected = plain_step(&before, &statistic);
        sgd.step(&mut network, &live(batch_size, sigma, LEARNING_RATE))
            .unwrap();
        assert_moved(
            &format!("{label}, B {batch_size}, sigma {sigma}"),
            &network,
            &expected,
            &before,
        );
    }
}

#[test]
fn online_sgd_is_the_formula() {
    for widths in SHAPES {
        let (teacher, network) = start(widths, 3);
        let source = MinibatchSource::online(Arc::clone(&teacher), 5);
        let d_in = widths[0] as u64;
        // Samples as they are, then Bartlett's, and back: the number of columns rises and falls.
        let sizes = [
            1,
            2,
            3,
            5,
            d_in - 1,
            d_in,
            d_in + 1,
            1,
            1_000_000_000,
            7,
            6,
            2,
            d_in,
            1,
        ];
        let sizes = sizes.into_iter().filter(|&size| size > 0);
        let batches: Vec<_> = sizes
            .flat_map(|size| [0.0, 0.5, 0.0].map(|sigma| (size, sigma)))
            .collect();
        assert_sgd(
            &format!("{widths:?}"),
            &Risk::online(teacher),
            &network,
            source,
            &batches,
        );
    }
}

#[test]
fn stored_sgd_is_the_formula() {
    for widths in SHAPES {
        for n_samples in [1, 2, 6, 13, 50] {
            let (teacher, network) = start(widths, 4);
            let data = dataset(widths, n_samples);
            let risk = Risk::stored(teacher, Arc::clone(&data));
            for sampling in [Sampling::Replacement, Sampling::Epochs, Sampling::Full] {
                let source = MinibatchSource::stored(Arc::clone(&data), sampling, 5);
                let batches = [1, 5, 7, 40, 3, 1000, 2].map(|size| (size, 0.4));
                let label = format!("{widths:?}, N {n_samples}, {sampling:?}");
                assert_sgd(&label, &risk, &network, source, &batches);
            }
        }
    }
}

/// `Q dt = dt E[Q] - sqrt(tau dt) N` at a network, from the next draws.
fn increment(
    risk: &Risk,
    map: &DMatrix<f64>,
    live: &LiveParams,
    dt: f64,
    normals: &mut NormalStream,
) -> DMatrix<f64> {
    let (d_out, d_in) = map.shape();
    let sigma = live.label_noise_std;
    let mut mean = map.clone();
    risk.mean_statistic(map, sigma, &mut mean);
    let noise = if let Some(dataset) = risk.dataset() {
        // N = n^(-1/2) sum g_i (Q_i - mean Q).
        let mut draws = vec![0.0; dataset.n_samples()];
        normals.fill(&mut draws);
        let residual = map * dataset.inputs() - dataset.targets(sigma);
        let mut noise = DMatrix::zeros(d_out, d_in);
        for (i, draw) in draws.iter().enumerate() {
            noise += *draw * (residual.column(i) * dataset.inputs().column(i).transpose() - &mean);
        }
        noise / (draws.len() as f64).sqrt()
    } else {
        // N = E H - sigma K; the draws of H come column by column down to the diagonal.
        let mut symmetric = DMatrix::zeros(d_in, d_in);
        for column in 0..d_in {
            for row in 0..column {
                let draw = normals.draw();
                symmetric[(row, column)] = draw;
                symmetric[(column, row)] = draw;
            }
            symmetric[(column, column)] = 2_f64.sqrt() * normals.draw();
        }
        let mut label_draws = DMatrix::zeros(d_out, d_in);
        if sigma != 0.0 {
            normals.fill(label_draws.as_mut_slice());
        }
        &mean * symmetric - sigma * label_draws
    };
    dt * mean - (live.noise_scale() * dt).sqrt() * noise
}

#[test]
fn langevin_dynamics_is_the_formula() {
    for widths in SHAPES {
        for n_samples in [None, Some(1), Some(9), Some(70)] {
            for n_substeps in [1, 3] {
                let (teacher, mut network) = start(widths, 3);
                let risk = match n_samples {
                    None => Risk::online(teacher),
                    Some(n_samples) => Risk::stored(teacher, dataset(widths, n_samples)),
                };
                let mut normals = Streams::new(9).normals(Purpose::Langevin);
                let (sampling, noise) = (Sampling::Replacement, LangevinNoise::Anisotropic);
                let mut engine = Langevin::new(&network, risk.clone(), sampling, noise, n_substeps, 9);
                for (batch_size, sigma) in [(1, 0.0), (1, 0.5), (7, 0.0), (7, 0.3)] {
                    let live = live(batch_size, sigma, LEARNING_RATE);
                    let before = network.clone();
                    let mut expected = network.clone();
                    for _ in 0..n_substeps {
                        let map = expected.end_to_end_map();
                        let dt = LEARNING_RATE / f64::from(n_substeps);
                        let statistic = increment(&risk, &map, &live, dt, &mut normals);
                        expected = plain_step(&expected, &statistic);
                    }
                    engine.step(&mut network, &live).unwrap();
                    let label = format!(
                        "{widths:?}, N {n_samples:?}, {n_substeps} substeps, B {batch_size}, sigma {sigma}"
                    );
                    assert_moved(&label, &network, &expected, &before);
                }
            }
        }
    }
}
