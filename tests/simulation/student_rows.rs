//! The columns of a row that look at gradients as a whole and along the student's own pairs, against the same written out by a general
//! library of matrices, on fresh samples and stored sets, wide and narrow.

use crate::setting::general_position;
use crate::starts;

use nalgebra::DMatrix;
use saddlescope::dynamics::{Batching, LiveParams, Sampling, total_noise};
use saddlescope::experiment::{Engine, Experiment, InitScheme};
use saddlescope::model::{DeepLinearNetwork, PartialProducts, Risk};
use saddlescope::observables::{Observer, Quantity, Schema};
use saddlescope::simulation::Simulation;

const LIVE: LiveParams = LiveParams {
    learning_rate: 0.01,
    batch_size: 3,
    label_noise_std: 0.7,
    momentum: 0.0,
    weight_decay: 0.0,
};

fn settings() -> Vec<(DeepLinearNetwork, Risk, Sampling)> {
    let mut settings = Vec::new();
    for (i, widths) in [&[5, 7, 6, 4][..], &[3, 5, 6], &[4, 3], &[6, 2, 5, 6]]
        .into_iter()
        .enumerate()
    {
        let (teacher, network) = general_position(widths, &[2.0, 0.7], 0.5, 50 + i as u64);
        settings.push((
            network.clone(),
            Risk::online(teacher.clone()),
            Sampling::Replacement,
        ));
        for sampling in [Sampling::Replacement, Sampling::Epochs] {
            let dataset = starts::dataset(widths, 70);
            settings.push((network.clone(), Risk::stored(teacher.clone(), dataset), sampling));
        }
    }
    settings
}

fn row_of(network: &DeepLinearNetwork, risk: &Risk, sampling: Sampling) -> (Schema, Vec<f64>) {
    let mut observer = Observer::new(network, risk.clone(), sampling);
    let mut row = Vec::new();
    observer.observe(network, &LIVE, 0, 0.0, &mut row);
    (observer.schema(), row)
}

fn assert_near(found: f64, expected: f64, what: &str) {
    assert!(
        (found - expected).abs() <= 1e-10 * expected.abs(),
        "{what}: {found} {expected}"
    );
}

#[test]
fn gradients_as_a_whole() {
    for (network, risk, sampling) in settings() {
        let (schema, row) = row_of(&network, &risk, sampling);
        let at = |quantity| row[schema.column(quantity, 0)];
        let products = PartialProducts::new(&network);
        let mut mean = products.map().clone();
        risk.mean_statistic(products.map(), LIVE.label_noise_std, &mut mean);
        let layers = products.above().iter().zip(products.below());
        let squares = layers.map(|(a, b)| (a.transpose() * &mean * b.transpose()).norm_squared());
        let norm = squares.sum::<f64>().sqrt();
        let tau = Batching::of(&risk, sampling).noise_scale(&LIVE);
        let noise = tau * total_noise(&risk, &products, LIVE.label_noise_std);
        assert_near(at(Quantity::GradientNorm), norm, "norm");
        assert_near(at(Quantity::NoiseTrace), noise, "trace");
        assert_near(at(Quantity::SignalToNoise), norm / noise, "ratio");
        let teacher = risk.teacher();
        let modes = teacher.left().transpose() * products.map() * teacher.right();
        let off = 0.5 * (modes[(0, 1)].abs() + modes[(1, 0)].abs());
        assert_near(at(Quantity::OffDiagonal), off, "off the diagonal");
    }
}

/// Drift and diffusion along the singular pairs of the library's own decomposition: the mean and the variance over samples of
/// `c = u^T (sum_l A_l A_l^T e x^T B_l^T B_l) v`, of fresh ones by Gaussian fourth moments with `C` its matrix `sum_l B_l^T B_l v u^T A_l A_l^T`.
#[test]
fn noise_along_the_pairs() {
    for (network, risk, sampling) in settings() {
        let (schema, row) = row_of(&network, &risk, sampling);
        let products = PartialProducts::new(&network);
        let (map, sigma) = (products.map(), LIVE.label_noise_std);
        let svd = map.clone().svd(true, true);
        let mut order: Vec<usize> = (0..svd.singular_values.len()).collect();
        order.sort_by(|&a, &b| svd.singular_values[b].total_cmp(&svd.singular_values[a]));
        let tau = Batching::of(&risk, sampling).noise_scale(&LIVE);
        for (place, &k) in order.iter().take(schema.rank()).enumerate() {
            let at = |quantity| row[schema.column(quantity, place)];
            let (u, v) = (
                svd.u.as_ref().unwrap().column(k).into_owned(),
                svd.v_t.as_ref().unwrap().row(k).transpose(),
            );
            let layers = || products.above().iter().zip(products.below());
            // `c = tr(C^T e x^T)`.
            let c = layers().fold(DMatrix::zeros(map.nrows(), map.ncols()), |sum, (a, b)| {
                sum + a * a.transpose() * &u * v.transpose() * b.transpose() * b
            });
            let (mean, variance) = match risk.dataset() {
                None => {
                    // x^T S x - sigma xi^T C x, with S the symmetric part of E^T C.
                    let error = map - risk.teacher().map();
                    let product = error.tr_mul(&c);
                    let symmetric = (&product + product.transpose()) * 0.5;
                    let variance = 2.0 * symmetric.norm_squared() + sigma * sigma * c.norm_squared();
                    (symmetric.trace(), variance)
                }
                Some(dataset) => {
                    let residual = map * dataset.inputs() - dataset.targets(sigma);
                    let pulled = &c * dataset.inputs();
                    let changes: Vec<f64> = residual
                        .column_iter()
                        .zip(pulled.column_iter())
                        .map(|(e, c)| e.dot(&c))
                        .collect();
                    let n = changes.len() as f64;
                    let mean = changes.iter().sum::<f64>() / n;
                    (
                        mean,
                        changes.iter().map(|change| (change - mean).powi(2)).sum::<f64>() / n,
                    )
                }
            };
            let curvature: f64 = layers()
                .map(|(a, b)| a.tr_mul(&u).norm_squared() * (b * &v).norm_squared())
                .sum();
            assert_near(at(Quantity::SingularValue), svd.singular_values[k], "value");
            assert!(
                (at(Quantity::StudentDrift) + mean).abs() < 1e-9 * variance.sqrt(),
                "drift"
            );
            assert!(
                (at(Quantity::StudentDiffusion) / (tau * variance) - 1.0).abs() < 1e-8,
                "diffusion"
            );
            assert!(
                (at(Quantity::StudentCurvature) / curvature - 1.0).abs() < 1e-8,
                "curvature"
            );
        }
    }
}

/// Pairs are followed from row to row: a stronger feature that starts from a smaller value overtakes.
#[test]
fn pairs_keep_their_numbers_through_a_crossing_of_singular_values() {
    let mut experiment = Experiment::default();
    experiment.teacher.strengths = vec![3.0, 1.5];
    experiment.network.d_in = 3;
    experiment.network.d_out = 3;
    experiment.network.hidden = vec![3];
    experiment.init.scheme = InitScheme::Aligned;
    // Without noise the values cross; with it they pass each other at a distance, and the pairs turn into each other.
    experiment.engine = Engine::GradientFlow;
    experiment.live = LiveParams {
        learning_rate: 0.005,
        batch_size: 64,
        label_noise_std: 0.0,
        ..LiveParams::default()
    };
    let start = Simulation::new(&experiment).unwrap();
    // The second mode starts fifty times larger than the first.
    let mut network = start.initial_network().clone();
    for layer in network.weights_mut() {
        layer.fill(0.0);
        layer[(0, 0)] = 0.05;
        layer[(1, 1)] = 0.35;
    }
    let mut simulation = Simulation::from_parts(experiment, start.risk().clone(), network);
    let schema = simulation.schema();
    let (mut before, mut n_exchanges) = (None, 0);
    for _ in 0..400 {
        let mut row = Vec::new();
        simulation.observe(&mut row);
        let numbers = row[schema.columns(Quantity::StudentPair)].to_vec();
        n_exchanges += usize::from(
            before
                .replace(numbers.clone())
                .is_some_and(|before| before != numbers),
        );
        // At the start the largest is the second mode: number 1, all the way.
        let (values, strengths) = (
            &row[schema.columns(Quantity::SingularValue)],
            &row[schema.columns(Quantity::Strength)],
        );
        for (value, number) in values.iter().zip(&numbers) {
            let mode = usize::from(*number < 1.5);
            let near = (value - strengths[mode]).abs() < 0.1 * strengths[mode].abs();
            assert!(
                near || (strengths[0] - strengths[1]).abs() < 0.2,
                "{numbers:?} {values:?} {strengths:?}"
            );
        }
        let _advanced = simulation.advance(2);
    }
    assert_eq!(n_exchanges, 1);
    assert_eq!(before.unwrap(), [2.0, 1.0]);
}
