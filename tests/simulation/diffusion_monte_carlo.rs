//! Proves that the closed forms for drift, diffusion and gradient noise are those of the steps the engines take, for weights
//! that are neither aligned nor balanced, on unequal widths, with more outputs than inputs and fewer, by 1e5 one-step draws.
//!
//! A draw is taken twice, with learning rates `eta` and `-eta`: with three layers or fewer, half the sum of the two changes of
//! a mode is exactly its part of order `eta^2`, free of the first-order noise that would hide it. At `eta = 1e-5` what the
//! closed forms leave out is of relative order `eta L |W|^2 ~ 1e-4` or smaller; the smallest relative standard error here is
//! `4e-4` (total noise), most are `1e-2`.
//!
//! Statistical checks: 268 in all, within 3 standard errors estimated from the draws (fourth moments for variances), a
//! miss confirmed by a second look: under other seeds a false alarm has probability 0.002. Exact checks state their own
//! tolerance.

use crate::checks;
use crate::moments;
use crate::setting;

use std::sync::Arc;

use checks::{Checks, Look, confirmed};
use moments::Moments;
use nalgebra::DMatrix;
use saddlescope::dynamics::{
    Batching, Engine as _, Langevin, LangevinNoise, LiveParams, MinibatchSource, Sampling, Sgd, total_noise,
};
use saddlescope::model::{Dataset, DeepLinearNetwork, PartialProducts, Risk, Teacher};
use saddlescope::observables::{ModeDynamics, Observer, Quantity, ito_drift};
use saddlescope::random::{Purpose, stream};
use setting::{general_position, normal_matrix};

const N_DRAWS: usize = 100_000;
const ETA: f64 = 1e-5;
const LIMIT: f64 = 3.0;
const LABEL_NOISE_STD: f64 = 0.8;

fn live(learning_rate: f64, batch_size: u64) -> LiveParams {
    LiveParams {
        learning_rate,
        batch_size,
        label_noise_std: LABEL_NOISE_STD,
        ..LiveParams::default()
    }
}

/// Mode strengths `u_a^T W v_a`.
fn strengths(teacher: &Teacher, network: &DeepLinearNetwork) -> Vec<f64> {
    let mut images = teacher.right().clone();
    for layer in network.weights() {
        images = layer * images;
    }
    (0..teacher.rank())
        .map(|mode| teacher.left().column(mode).dot(&images.column(mode)))
        .collect()
}

/// Changes of every mode in one step, and their parts of second order, over many draws from the same weights.
struct StepDraws {
    changes: Vec<Vec<f64>>,
    second_order: Vec<Vec<f64>>,
}

fn step_draws(
    network: &DeepLinearNetwork,
    risk: &Risk,
    source: MinibatchSource,
    live: LiveParams,
    n_draws: usize,
) -> StepDraws {
    let teacher = risk.teacher();
    let before = strengths(teacher, network);
    let mut sgd = Sgd::new(network, risk, source);
    let mut twin = sgd.clone();
    let opposite = LiveParams {
        learning_rate: -live.learning_rate,
        ..live
    };
    let mut draws = StepDraws {
        changes: vec![Vec::with_capacity(n_draws); teacher.rank()],
        second_order: vec![Vec::with_capacity(n_draws); teacher.rank()],
    };
    let mut moved = network.clone();
    for _ in 0..n_draws {
        moved.clone_from(network);
        sgd.step(&mut moved, &live).unwrap();
        let forward = strengths(teacher, &moved);
        moved.clone_from(network);
        twin.step(&mut moved, &opposite).unwrap();
        let backward = strengths(teacher, &moved);
        for mode in 0..teacher.rank() {
            let (up, down) = (forward[mode] - before[mode], backward[mode] - before[mode]);
            draws.changes[mode].push(up);
            draws.second_order[mode].push(0.5 * (up + down));
        }
    }
    draws
}

/// Second-order part of the change of every mode along the mean gradient, by the full batch of both signs.
fn mean_second_order(network: &DeepLinearNetwork, risk: &Risk, learning_rate: f64) -> Vec<f64> {
    let teacher = risk.teacher();
    let before = strengths(teacher, network);
    let moved = |learning_rate| {
        let mut moved = network.clone();
        // One Langevin step of the full batch is the mean gradient; online, that of a set whose moments are exactly white.
        mean_step(risk, &mut moved, learning_rate);
        strengths(teacher, &moved)
    };
    let (up, down) = (moved(learning_rate), moved(-learning_rate));
    (0..before.len())
        .map(|mode| 0.5 * (up[mode] + down[mode]) - before[mode])
        .collect()
}

/// `W_l -= eta A_l^T E[Q] B_l^T`, written out.
fn mean_step(risk: &Risk, network: &mut DeepLinearNetwork, learning_rate: f64) {
    let products = PartialProducts::new(network);
    let mut mean = products.map().clone();
    risk.mean_statistic(products.map(), LABEL_NOISE_STD, &mut mean);
    for (l, layer) in network.weights_mut().iter_mut().enumerate() {
        *layer -= learning_rate * products.above()[l].transpose() * &mean * products.below()[l].transpose();
    }
}

/// Minibatches of `risk`.
fn source(risk: &Risk, sampling: Sampling, look: Look) -> MinibatchSource {
    match risk.dataset() {
        None => MinibatchSource::online(Arc::clone(risk.teacher()), look.seed),
        Some(dataset) => MinibatchSource::stored(Arc::clone(dataset), sampling, look.seed),
    }
}

/// Mean and variance of the change of every mode against exact drift and diffusion.
fn check_modes(network: &DeepLinearNetwork, risk: &Risk, sampling: Sampling, batch_size: u64) {
    let rank = risk.teacher().rank();
    confirmed(
        LIMIT,
        N_DRAWS,
        3 * rank + rank * (rank - 1) / 2,
        |look, checks| {
            check_modes_once(network, risk, sampling, batch_size, look, checks);
        },
    );
}

fn check_modes_once(
    network: &DeepLinearNetwork,
    risk: &Risk,
    sampling: Sampling,
    batch_size: u64,
    look: Look,
    checks: &mut Checks,
) {
    let live = live(ETA, batch_size);
    let draws = step_draws(network, risk, source(risk, sampling, look), live, look.n_draws);
    let products_of_layers = PartialProducts::new(network);
    let mut modes = ModeDynamics::new(&products_of_layers, risk);
    modes.update(&products_of_layers, risk, sampling, &live);
    let along_mean = mean_second_order(network, risk, ETA);
    let mut observer = Observer::new(network, risk.clone(), sampling);
    let mut row = Vec::new();
    observer.observe(network, &live, 0, 0.0, &mut row);
    let ito = &row[observer.schema().columns(Quantity::ItoDrift)];
    if risk.dataset().is_none() {
        let expected = ito_drift(network.weights(), &products_of_layers, risk.teacher(), &live);
        for (found, expected) in ito.iter().zip(expected) {
            assert!(
                (found - expected).abs() < 1e-12 * expected.abs(),
                "{found} {expected}"
            );
        }
    }
    for mode in 0..risk.teacher().rank() {
        let label = format!("B = {batch_size}, mode {mode}");
        let found = Moments::of(&draws.changes[mode]);
        let second = Moments::of(&draws.second_order[mode]);
        let expected_second = along_mean[mode] + ETA * ito[mode];
        checks.within(
            &format!("{label}: mean"),
            found.mean,
            found.mean_error,
            ETA * modes.drift()[mode] + expected_second,
        );
        checks.within(
            &format!("{label}: variance"),
            found.variance,
            found.variance_error,
            ETA * modes.diffusion()[mode],
        );
        checks.within(
            &format!("{label}: second order"),
            second.mean,
            second.mean_error,
            expected_second,
        );
        for other in 0..mode {
            let pairs = draws.changes[mode].iter().zip(&draws.changes[other]);
            let away = Moments::of(&draws.changes[other]).mean;
            let products: Vec<f64> = pairs.map(|(a, b)| (a - found.mean) * (b - away)).collect();
            let products = Moments::of(&products);
            let covariance = modes.covariance(&products_of_layers, risk, sampling, &live, (mode, other));
            checks.within(
                &format!("{label} and {other}: covariance"),
                products.mean,
                products.mean_error,
                ETA * covariance,
            );
        }
    }
}

#[test]
fn modes_of_widths_5_7_6_4_online() {
    let (teacher, network) = general_position(&[5, 7, 6, 4], &[2.0, 1.3, 0.6], 0.45, 21);
    let risk = Risk::online(teacher);
    for batch_size in [1, 3, 8] {
        check_modes(&network, &risk, Sampling::Replacement, batch_size);
    }
}

#[test]
fn modes_of_widths_3_5_6_online() {
    let (teacher, network) = general_position(&[3, 5, 6], &[2.0, 1.3, 0.6], 0.5, 22);
    let risk = Risk::online(teacher);
    for batch_size in [1, 2, 8] {
        check_modes(&network, &risk, Sampling::Replacement, batch_size);
    }
}

/// Increments of a run from the same weights, projected on fixed directions.
struct Projections {
    /// Single weights of different layers, then random directions across all of them.
    directions: Vec<Vec<DMatrix<f64>>>,
}

impl Projections {
    fn new(network: &DeepLinearNetwork) -> Self {
        let mut generator = stream(23, Purpose::Ensemble);
        let layers = network.weights();
        let zero: Vec<DMatrix<f64>> = layers.iter().map(|layer| layer * 0.0).collect();
        let unit = |l: usize, row: usize, column: usize| {
            let mut direction = zero.clone();
            direction[l][(row, column)] = 1.0;
            direction
        };
        let last = layers.len() - 1;
        let mut directions = vec![unit(0, 1, 0), unit(0, 2, 1), unit(last, 0, 2)];
        for _ in 0..2 {
            directions.push(
                layers
                    .iter()
                    .map(|layer| normal_matrix(layer.nrows(), layer.ncols(), &mut generator))
                    .collect(),
            );
        }
        Self { directions }
    }

    fn of_change(&self, before: &DeepLinearNetwork, after: &DeepLinearNetwork) -> Vec<f64> {
        self.directions
            .iter()
            .map(|direction| {
                let layers = before.weights().iter().zip(after.weights());
                layers
                    .zip(direction)
                    .map(|((before, after), direction)| (after - before).dot(direction))
                    .sum()
            })
            .collect()
    }

    /// The projection of the gradient of a statistic `Q` is `tr(C^T Q)` with `C = sum_l A_l P_l B_l`.
    fn pulled(&self, products: &PartialProducts) -> Vec<DMatrix<f64>> {
        let (above, below) = (products.above(), products.below());
        self.directions
            .iter()
            .map(|direction| {
                let terms = direction.iter().enumerate();
                terms.fold(products.map() * 0.0, |sum, (l, p)| {
                    sum + &above[l] * p * &below[l]
                })
            })
            .collect()
    }

    /// Covariances of the projected one-sample gradient: `x^T S x - sigma xi^T C x` with `S` the symmetric part of `E^T C` has
    /// covariance `2 tr(S S') + sigma^2 tr(C^T C')`.
    fn online_covariance(&self, products: &PartialProducts, teacher: &Teacher) -> DMatrix<f64> {
        let pulled = self.pulled(products);
        let error = products.map() - teacher.map();
        let symmetric: Vec<_> = pulled
            .iter()
            .map(|c| {
                let product = error.tr_mul(c);
                (&product + product.transpose()) * 0.5
            })
            .collect();
        DMatrix::from_fn(pulled.len(), pulled.len(), |i, j| {
            2.0 * symmetric[i].dot(&symmetric[j]) + LABEL_NOISE_STD.powi(2) * pulled[i].dot(&pulled[j])
        })
    }

    /// Covariances over the samples of a stored set, one at a time.
    fn stored_covariance(&self, products: &PartialProducts, dataset: &Dataset) -> DMatrix<f64> {
        let pulled = self.pulled(products);
        let n = dataset.n_samples();
        let targets = dataset.targets(LABEL_NOISE_STD);
        let values = DMatrix::from_fn(pulled.len(), n, |direction, i| {
            let x = dataset.inputs().column(i);
            let residual = products.map() * x - targets.column(i);
            residual.dot(&(&pulled[direction] * x))
        });
        let centred = DMatrix::from_fn(pulled.len(), n, |i, j| values[(i, j)] - values.row(i).mean());
        &centred * centred.transpose() / n as f64
    }
}

/// Checks means and all covariances of projected increments, divided by `size`, against `expected`.
fn check_covariance(
    checks: &mut Checks,
    increments: &[Vec<f64>],
    mean: &[f64],
    size: f64,
    expected: &DMatrix<f64>,
) {
    let n = increments.len() as f64;
    let column = |i: usize| increments.iter().map(|row| row[i]).collect::<Vec<f64>>();
    let columns: Vec<Vec<f64>> = (0..mean.len()).map(column).collect();
    for i in 0..mean.len() {
        let found = Moments::of(&columns[i]);
        checks.within(&format!("mean {i}"), found.mean, found.mean_error, mean[i]);
        for j in 0..=i {
            let (centre, other) = (found.mean, Moments::of(&columns[j]).mean);
            let products: Vec<f64> = columns[i]
                .iter()
                .zip(&columns[j])
                .map(|(a, b)| (a - centre) * (b - other) / size)
                .collect();
            let covariance = Moments::of(&products);
            checks.within(
                &format!("covariance {i}, {j}"),
                covariance.mean * n / (n - 1.0),
                covariance.mean_error,
                expected[(i, j)],
            );
        }
    }
}

/// Projected changes by many steps from the same weights.
fn increments(
    network: &DeepLinearNetwork,
    projections: &Projections,
    n_draws: usize,
    mut step: impl FnMut(&mut DeepLinearNetwork),
) -> Vec<Vec<f64>> {
    let mut moved = network.clone();
    (0..n_draws)
        .map(|_| {
            moved.clone_from(network);
            step(&mut moved);
            projections.of_change(network, &moved)
        })
        .collect()
}

/// Projections of `-eta` times the mean gradient.
fn mean_increment(network: &DeepLinearNetwork, risk: &Risk, projections: &Projections) -> Vec<f64> {
    let mut moved = network.clone();
    mean_step(risk, &mut moved, ETA);
    projections.of_change(network, &moved)
}

/// Means and covariances of five projections.
const N_COVARIANCE_CHECKS: usize = 5 + 15;

/// SGD's one-sample gradient and Langevin's increments, both against the covariance `expected`.
fn check_noise(network: &DeepLinearNetwork, risk: &Risk, expected: &DMatrix<f64>) {
    let projections = Projections::new(network);
    let mean = mean_increment(network, risk, &projections);
    let sampling = Sampling::Replacement;
    confirmed(LIMIT, N_DRAWS, N_COVARIANCE_CHECKS, |look, checks| {
        let mut sgd = Sgd::new(network, risk, source(risk, sampling, look));
        let one = live(ETA, 1);
        let found = increments(network, &projections, look.n_draws, |moved| {
            sgd.step(moved, &one).unwrap();
        });
        check_covariance(checks, &found, &mean, ETA * ETA, expected);
    });

    // Two substeps and three samples: each substep has variance tau dt, and there are eta / dt of them.
    for (n_substeps, batch_size) in [(1, 1), (2, 3)] {
        confirmed(LIMIT, N_DRAWS, N_COVARIANCE_CHECKS, |look, checks| {
            let live = live(ETA, batch_size);
            let noise = LangevinNoise::Anisotropic;
            let mut langevin = Langevin::new(network, risk.clone(), sampling, noise, n_substeps, look.seed);
            let found = increments(network, &projections, look.n_draws, |moved| {
                langevin.step(moved, &live).unwrap();
            });
            let size = ETA * ETA / batch_size as f64;
            check_covariance(checks, &found, &mean, size, expected);
        });
    }
}

#[test]
fn langevin_noise_has_the_covariance_of_the_gradient_online() {
    let (teacher, network) = general_position(&[5, 7, 6, 4], &[2.0, 1.3, 0.6], 0.45, 21);
    let products = PartialProducts::new(&network);
    let expected = Projections::new(&network).online_covariance(&products, &teacher);
    check_noise(&network, &Risk::online(teacher), &expected);
}

/// A stored set of few samples that are neither white nor centred.
fn stored(widths: &[usize], n_samples: usize, seed: u64) -> (Risk, Arc<Dataset>, DeepLinearNetwork) {
    let (teacher, network) = general_position(widths, &[1.5, 0.8], 0.5, seed);
    let mut generator = stream(seed, Purpose::Dataset);
    let (d_in, d_out) = (widths[0], widths[widths.len() - 1]);
    let inputs = normal_matrix(d_in, n_samples, &mut generator).add_scalar(0.3);
    let targets = normal_matrix(d_out, n_samples, &mut generator);
    let noise = normal_matrix(d_out, n_samples, &mut generator);
    let dataset = Arc::new(Dataset::from_samples(inputs, targets, noise).unwrap());
    (Risk::stored(teacher, Arc::clone(&dataset)), dataset, network)
}

#[test]
fn langevin_noise_has_the_covariance_of_the_gradient_on_a_stored_set() {
    let (risk, dataset, network) = stored(&[3, 5, 2], 6, 24);
    let products = PartialProducts::new(&network);
    let expected = Projections::new(&network).stored_covariance(&products, &dataset);
    check_noise(&network, &risk, &expected);
}

/// Mean squared distance of one-step changes from their expected mean, divided by `eta^2`.
fn total_variance(
    network: &DeepLinearNetwork,
    risk: &Risk,
    n_draws: usize,
    mut step: impl FnMut(&mut DeepLinearNetwork),
) -> Moments {
    let mut centre = network.clone();
    mean_step(risk, &mut centre, ETA);
    let mut moved = network.clone();
    let squares: Vec<f64> = (0..n_draws)
        .map(|_| {
            moved.clone_from(network);
            step(&mut moved);
            let layers = moved.weights().iter().zip(centre.weights());
            layers
                .map(|(moved, centre)| (moved - centre).norm_squared())
                .sum::<f64>()
                / (ETA * ETA)
        })
        .collect();
    Moments::of(&squares)
}

#[test]
fn total_noise_is_the_trace_of_the_gradient_covariance() {
    let (teacher, network) = general_position(&[5, 7, 6, 4], &[2.0, 1.3, 0.6], 0.45, 21);
    check_total_noise(&Risk::online(teacher), &network);
    let (risk, _, network) = stored(&[3, 5, 2], 6, 24);
    check_total_noise(&risk, &network);
}

fn check_total_noise(risk: &Risk, network: &DeepLinearNetwork) {
    let expected = total_noise(risk, &PartialProducts::new(network), LABEL_NOISE_STD);
    let sampling = Sampling::Replacement;
    confirmed(LIMIT, N_DRAWS, 4, |look, checks| {
        let mut sgd = Sgd::new(network, risk, source(risk, sampling, look));
        let one = live(ETA, 1);
        let found = total_variance(network, risk, look.n_draws, |moved| {
            sgd.step(moved, &one).unwrap();
        });
        checks.within("SGD", found.mean, found.mean_error, expected);

        for (noise, n_substeps) in [
            (LangevinNoise::Anisotropic, 1),
            (LangevinNoise::Isotropic, 1),
            (LangevinNoise::Isotropic, 3),
        ] {
            let mut langevin = Langevin::new(network, risk.clone(), sampling, noise, n_substeps, look.seed);
            let four = live(ETA, 4);
            let found = total_variance(network, risk, look.n_draws, |moved| {
                langevin.step(moved, &four).unwrap();
            });
            let label = format!("{noise:?}, {n_substeps} substeps");
            checks.within(&label, 4.0 * found.mean, 4.0 * found.mean_error, expected);
        }
    });
}

#[test]
fn isotropic_noise_is_the_same_and_independent_in_every_weight() {
    let (teacher, network) = general_position(&[5, 7, 6, 4], &[2.0, 1.3, 0.6], 0.45, 21);
    let risk = Risk::online(teacher);
    let projections = Projections::new(&network);
    let total = total_noise(&risk, &PartialProducts::new(&network), LABEL_NOISE_STD);
    let each = total / network.n_parameters() as f64;
    let n_directions = projections.directions.len();
    let expected = DMatrix::from_fn(n_directions, n_directions, |i, j| {
        let layers = projections.directions[i].iter().zip(&projections.directions[j]);
        each * layers.map(|(a, b)| a.dot(b)).sum::<f64>()
    });
    let mean = mean_increment(&network, &risk, &projections);
    let (sampling, noise) = (Sampling::Replacement, LangevinNoise::Isotropic);
    confirmed(LIMIT, N_DRAWS, N_COVARIANCE_CHECKS, |look, checks| {
        let mut langevin = Langevin::new(&network, risk.clone(), sampling, noise, 1, look.seed);
        let one = live(ETA, 1);
        let found = increments(&network, &projections, look.n_draws, |moved| {
            langevin.step(moved, &one).unwrap();
        });
        check_covariance(checks, &found, &mean, ETA * ETA, &expected);
    });
}

/// First-order change of every mode by every stored sample alone, `-u^T (sum_l A_l A_l^T Q_i B_l^T B_l) v`, per unit time.
fn sample_changes(network: &DeepLinearNetwork, risk: &Risk, dataset: &Dataset) -> DMatrix<f64> {
    let teacher = risk.teacher();
    let products = PartialProducts::new(network);
    let targets = dataset.targets(LABEL_NOISE_STD);
    DMatrix::from_fn(teacher.rank(), dataset.n_samples(), |mode, i| {
        let x = dataset.inputs().column(i);
        let statistic = (products.map() * x - targets.column(i)) * x.transpose();
        let layers = products.above().iter().zip(products.below());
        let change: f64 = layers
            .map(|(a, b)| {
                let pulled = a * a.transpose() * &statistic * b.transpose() * b;
                teacher
                    .left()
                    .column(mode)
                    .dot(&(pulled * teacher.right().column(mode)))
            })
            .sum();
        -change
    })
}

/// All subsets of `size` of the numbers below `n`.
fn subsets(n: usize, size: usize) -> Vec<Vec<usize>> {
    (0_u32..1 << n)
        .filter(|bits| bits.count_ones() as usize == size)
        .map(|bits| (0..n).filter(|i| bits >> i & 1 == 1).collect())
        .collect()
}

#[test]
fn stored_diffusion_is_the_enumerated_variance() {
    let (risk, dataset, network) = stored(&[3, 5, 2], 6, 24);
    let changes = sample_changes(&network, &risk, &dataset);
    let products = PartialProducts::new(&network);
    let mut modes = ModeDynamics::new(&products, &risk);
    for batch_size in 1..=7 {
        for sampling in [Sampling::Replacement, Sampling::Epochs, Sampling::Full] {
            let live = live(0.01, batch_size);
            modes.update(&products, &risk, sampling, &live);
            for mode in 0..2 {
                let row = changes.row(mode);
                // Every minibatch there is, each as likely as the others; with replacement a sum of independent samples.
                let variance = match sampling {
                    Sampling::Replacement => row.variance() / batch_size as f64,
                    Sampling::Epochs => {
                        let means: Vec<f64> = subsets(6, (batch_size as usize).min(6))
                            .iter()
                            .map(|subset| subset.iter().map(|&i| row[i]).sum::<f64>() / subset.len() as f64)
                            .collect();
                        let n = means.len() as f64;
                        let centre = means.iter().sum::<f64>() / n;
                        means.iter().map(|x| (x - centre).powi(2)).sum::<f64>() / n
                    }
                    Sampling::Full => 0.0,
                };
                let expected = 0.01 * variance;
                let error = (modes.diffusion()[mode] - expected).abs();
                assert!(
                    error <= 1e-13 * row.variance(),
                    "{sampling:?}, B = {batch_size}: {} against {expected}",
                    modes.diffusion()[mode]
                );
                let drift = row.mean();
                assert!((modes.drift()[mode] - drift).abs() <= 1e-13 * row.amax());
            }
            let full = Batching::of(&risk, Sampling::Epochs).noise_scale(&LiveParams {
                batch_size: 6,
                ..live
            });
            assert_eq!(full.to_bits(), 0.0_f64.to_bits());
        }
    }
}

#[test]
fn stored_steps_have_the_stated_mean_and_variance() {
    let (risk, _, network) = stored(&[3, 5, 2], 6, 24);
    for (sampling, batch_size) in [
        (Sampling::Replacement, 1),
        // More samples than dimensions: condensed first.
        (Sampling::Replacement, 5),
        // More samples than are stored: multinomial counts.
        (Sampling::Replacement, 7),
        (Sampling::Replacement, 1_000_000),
        (Sampling::Epochs, 2),
        (Sampling::Epochs, 4),
    ] {
        check_modes(&network, &risk, sampling, batch_size);
    }
}

#[test]
fn full_batches_have_no_noise() {
    let (risk, dataset, network) = stored(&[3, 5, 2], 6, 24);
    let mut expected = network.clone();
    mean_step(&risk, &mut expected, 0.01);
    for (sampling, batch_size) in [
        (Sampling::Full, 1),
        (Sampling::Epochs, 6),
        (Sampling::Epochs, 1000),
    ] {
        let live = live(0.01, batch_size);
        let source = MinibatchSource::stored(Arc::clone(&dataset), sampling, 1);
        let mut sgd = Sgd::new(&network, &risk, source);
        let noise = LangevinNoise::Anisotropic;
        let mut langevin = Langevin::new(&network, risk.clone(), sampling, noise, 1, 1);
        for _ in 0..3 {
            let (mut by_sgd, mut by_langevin) = (network.clone(), network.clone());
            sgd.step(&mut by_sgd, &live).unwrap();
            langevin.step(&mut by_langevin, &live).unwrap();
            for found in [by_sgd, by_langevin] {
                for (found, expected) in found.weights().iter().zip(expected.weights()) {
                    assert!((found - expected).amax() <= 1e-15 * expected.amax());
                }
            }
        }
    }
}
