//! Proves what must not change: a run repeated, observed at other times, or described in another basis of equal modes is the
//! same run; the noise scales as stated; live changes and divergence leave the record they should; and no experiment within
//! the allowed ranges makes the core panic, hang or report a number that is none. Bitwise where bits are promised.

use crate::setting;

use std::sync::Arc;

use nalgebra::{DMatrix, Rotation2};
use rand::{RngExt as _, seq::SliceRandom as _};
use saddlescope::dynamics::MinibatchSource;
use saddlescope::experiment::{
    DataKind, Engine, Experiment, InitScheme, LangevinNoise, LiveParams, NetworkConfig, Sampling,
};
use saddlescope::model::{Basis, Dataset, DeepLinearNetwork, Risk, Teacher};
use saddlescope::observables::{Observer, Quantity, Schema};
use saddlescope::random::{Generator, Purpose, stream};
use saddlescope::simulation::{Divergence, Simulation, StepOutcome};
use setting::{general_position, normal_matrix};

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

fn weight_bits(simulation: &Simulation) -> Vec<u64> {
    let layers = simulation.network().weights();
    layers.iter().flat_map(|layer| bits(layer.as_slice())).collect()
}

fn observed(simulation: &mut Simulation) -> Vec<f64> {
    let mut row = Vec::new();
    simulation.observe(&mut row);
    row
}

/// Every engine on every kind of data, by every way through it: rank one, plain, Bartlett, condensed, multinomial.
fn every_kind() -> Vec<Experiment> {
    let mut kinds = Vec::new();
    let (exact, isotropic) = (LangevinNoise::Anisotropic, LangevinNoise::Isotropic);
    for (engine, noise, momentum, weight_decay) in [
        (Engine::Sgd, exact, 0.0, 0.0),
        (Engine::Langevin, exact, 0.0, 0.0),
        (Engine::Langevin, isotropic, 0.0, 0.0),
        (Engine::GradientFlow, exact, 0.0, 0.0),
        (Engine::Sgd, exact, 0.8, 0.0),
        (Engine::Sgd, exact, 0.0, 0.05),
        (Engine::Nesterov, exact, 0.8, 0.05),
        (Engine::Adam, exact, 0.0, 0.05),
        (Engine::RmsProp, exact, 0.5, 0.0),
        (Engine::Langevin, exact, 0.8, 0.05),
        (Engine::Langevin, isotropic, 0.8, 0.05),
        (Engine::GradientFlow, exact, 0.8, 0.05),
    ] {
        for (kind, sampling, batch_size) in [
            (DataKind::Online, Sampling::Replacement, 1),
            (DataKind::Online, Sampling::Replacement, 3),
            (DataKind::Online, Sampling::Replacement, 50),
            (DataKind::Dataset, Sampling::Replacement, 2),
            (DataKind::Dataset, Sampling::Replacement, 40),
            (DataKind::Dataset, Sampling::Epochs, 7),
            (DataKind::Dataset, Sampling::Full, 1),
        ] {
            let mut experiment = Experiment {
                engine,
                ..Experiment::default()
            };
            experiment.network = NetworkConfig {
                d_in: 5,
                d_out: 4,
                hidden: vec![6, 5],
            };
            experiment.teacher.basis = Basis::Random;
            experiment.init.scheme = InitScheme::Gaussian;
            experiment.init.std = 0.3;
            experiment.data.kind = kind;
            experiment.data.sampling = sampling;
            experiment.data.n_samples = 12;
            experiment.langevin.noise = noise;
            experiment.langevin.substeps = 2;
            experiment.live = LiveParams {
                learning_rate: 0.01,
                batch_size,
                label_noise_std: 0.4,
                momentum,
                weight_decay,
            };
            kinds.push(experiment);
        }
    }
    kinds
}

/// Live parameters of the second half of a run.
fn changed(experiment: &Experiment) -> LiveParams {
    LiveParams {
        learning_rate: 0.004,
        batch_size: experiment.live.batch_size + 4,
        label_noise_std: 0.9,
        ..LiveParams::default()
    }
}

#[test]
fn the_same_seed_gives_the_same_bits_and_another_seed_does_not() {
    for experiment in every_kind() {
        let run = |experiment: &Experiment| {
            let mut simulation = Simulation::new(experiment).unwrap();
            assert_eq!(simulation.advance(60), StepOutcome::Advanced);
            simulation.set_live(changed(experiment)).unwrap();
            assert_eq!(simulation.advance(60), StepOutcome::Advanced);
            (weight_bits(&simulation), bits(&observed(&mut simulation)))
        };
        let first = run(&experiment);
        assert_eq!(first, run(&experiment));
        let mut other = experiment.clone();
        other.seed += 1;
        assert_ne!(first.0, run(&other).0);
    }
}

#[test]
fn the_noise_has_a_seed_of_its_own() {
    // From the same weights and data, another seed makes another run, unless nothing in it is random.
    for experiment in every_kind() {
        let start = Simulation::new(&experiment).unwrap();
        let run = |seed| {
            let experiment = Experiment {
                seed,
                ..experiment.clone()
            };
            let (risk, network) = (start.risk().clone(), start.network().clone());
            let mut simulation = Simulation::from_parts(experiment, risk, network);
            simulation.advance(20);
            weight_bits(&simulation)
        };
        let full = experiment.data.kind == DataKind::Dataset && experiment.data.sampling == Sampling::Full;
        let deterministic = experiment.engine == Engine::GradientFlow || full;
        assert_eq!(run(1) == run(2), deterministic, "{experiment:?}");
    }
}

#[test]
fn how_often_a_run_is_observed_changes_no_bit() {
    for experiment in every_kind() {
        let run = |chunk: u64, looks: usize| {
            let mut simulation = Simulation::new(&experiment).unwrap();
            for end in [55, 140] {
                while simulation.step() < end {
                    let next = (simulation.step() + chunk).min(end);
                    assert_eq!(simulation.advance_to(next), StepOutcome::Advanced);
                    for _ in 0..looks {
                        observed(&mut simulation);
                    }
                }
                simulation.set_live(changed(&experiment)).unwrap();
            }
            let mut row = observed(&mut simulation);
            // The numbers by which pairs are followed from row to row depend on the rows.
            row[simulation.schema().columns(Quantity::StudentPair)].fill(0.0);
            (weight_bits(&simulation), bits(&row))
        };
        let reference = run(1000, 0);
        for (chunk, looks) in [(1, 1), (7, 2), (55, 1)] {
            assert_eq!(run(chunk, looks), reference, "{:?}", experiment.engine);
        }
    }
}

#[test]
fn a_stiff_flow_ends_at_the_same_step_however_it_is_observed() {
    // The weights relax at the rate 200: at the larger learning rate one step would need some 1e5 time steps of the solver.
    for learning_rate in [1.0, 1e3] {
        let mut experiment = Experiment {
            engine: Engine::GradientFlow,
            ..Experiment::default()
        };
        experiment.teacher.strengths = vec![100.0, 50.0];
        experiment.init.strength = 1.0;
        experiment.live.learning_rate = learning_rate;
        let run = |chunk: u64| {
            let mut simulation = Simulation::new(&experiment).unwrap();
            let mut outcome = StepOutcome::Advanced;
            while simulation.step() < 200 && outcome == StepOutcome::Advanced {
                outcome = simulation.advance_to((simulation.step() + chunk).min(200));
            }
            (outcome, weight_bits(&simulation), simulation.step())
        };
        let reference = run(1);
        assert_eq!(
            matches!(reference.0, StepOutcome::Diverged(_)),
            learning_rate > 1.0
        );
        for chunk in [200, 13] {
            assert_eq!(
                run(chunk),
                reference,
                "eta = {learning_rate}, {chunk} steps at once"
            );
        }
    }
}

#[test]
fn diffusion_is_proportional_to_learning_rate_over_batch_size() {
    for experiment in every_kind() {
        let mut simulation = Simulation::new(&experiment).unwrap();
        simulation.advance(30);
        let schema = simulation.schema();
        let row = observed(&mut simulation);
        let before = *simulation.live();
        let after = LiveParams {
            learning_rate: 0.3 * before.learning_rate,
            batch_size: 5 * before.batch_size,
            ..before
        };
        simulation.set_live(after).unwrap();
        let scaled = observed(&mut simulation);
        // In epochs the batch size also sets how much of the set a minibatch leaves out; here it then leaves out nothing.
        let ratio = match (experiment.data.kind, experiment.data.sampling) {
            (DataKind::Online, _) | (DataKind::Dataset | DataKind::File, Sampling::Replacement) => 0.3 / 5.0,
            (DataKind::Dataset | DataKind::File, Sampling::Epochs | Sampling::Full) => 0.0,
        };
        for column in 0..schema.live() {
            let is_of = |quantities: &[Quantity]| {
                let mut quantities = quantities.iter();
                quantities.any(|&quantity| schema.columns(quantity).contains(&column))
            };
            let own = [
                Quantity::StudentDiffusion,
                Quantity::ItoDrift,
                Quantity::NoiseTrace,
            ];
            let diffusion = is_of(&[Quantity::Diffusion, Quantity::DiffusionLaw]);
            let expected = if diffusion || is_of(&own) {
                ratio * row[column]
            } else if is_of(&[Quantity::SignalToNoise]) {
                // None where there is no noise.
                if ratio > 0.0 { row[column] / ratio } else { 0.0 }
            } else {
                row[column]
            };
            let error = (scaled[column] - expected).abs();
            assert!(error <= 1e-13 * expected.abs(), "{}", schema.names()[column]);
            if diffusion && experiment.data.sampling != Sampling::Full {
                assert!(row[column] > 0.0);
            }
        }
    }
}

/// The same teacher with the singular vectors of modes 1 and 2 turned by `angle`.
fn turned(teacher: &Teacher, angle: f64) -> Teacher {
    let rotation = Rotation2::new(angle);
    let turn = |frame: &DMatrix<f64>| {
        let mut frame = frame.clone();
        let pair = frame.columns(1, 2) * rotation.matrix();
        frame.columns_mut(1, 2).copy_from(&pair);
        frame
    };
    let strengths = nalgebra::DVector::from_column_slice(teacher.strengths());
    Teacher::from_parts(turn(teacher.left()), strengths, turn(teacher.right()))
}

#[test]
fn the_basis_of_equal_modes_does_not_matter() {
    let (teacher, network) = general_position(&[5, 6, 4], &[2.0, 1.0, 1.0, 0.5], 0.3, 51);
    let other = turned(&teacher, 0.7);
    assert!((teacher.map() - other.map()).norm() < 1e-14);
    assert!((teacher.left() - other.left()).norm() > 0.5);
    let mut generator = stream(51, Purpose::Dataset);
    let dataset = Arc::new(Dataset::draw(&teacher, 12, false, &mut generator).unwrap());
    for engine in [Engine::Sgd, Engine::Langevin, Engine::GradientFlow] {
        for stored in [false, true] {
            let start = |teacher: Teacher| {
                let experiment = Experiment {
                    engine,
                    live: LiveParams {
                        learning_rate: 0.01,
                        batch_size: 8,
                        label_noise_std: 0.3,
                        ..LiveParams::default()
                    },
                    ..Experiment::default()
                };
                let teacher = Arc::new(teacher);
                let risk = if stored {
                    Risk::stored(teacher, Arc::clone(&dataset))
                } else {
                    Risk::online(teacher)
                };
                Simulation::from_parts(experiment, risk, network.clone())
            };
            let (mut one, mut two) = (start((*teacher).clone()), start(other.clone()));
            for _ in 0..5 {
                compare_bases(&observed(&mut one), &observed(&mut two), one.schema());
                one.advance(50);
                two.advance(50);
            }
        }
    }
}

fn compare_bases(one: &[f64], two: &[f64], schema: Schema) {
    let same = |label: &str, a: f64, b: f64| {
        assert!((a - b).abs() <= 1e-9 * a.abs().max(1e-3), "{label}: {a} and {b}");
    };
    for column in [Schema::LOSS, Schema::EXCESS_LOSS, schema.imbalance()] {
        same("scalar", one[column], two[column]);
    }
    for mode in 0..4 {
        for quantity in [Quantity::SingularValue, Quantity::Alignment] {
            let column = schema.column(quantity, mode);
            same(quantity.name(), one[column], two[column]);
        }
    }
    for quantity in [Quantity::Strength, Quantity::Drift] {
        let value = |row: &[f64], mode| row[schema.column(quantity, mode)];
        let sum = |row: &[f64]| value(row, 1) + value(row, 2);
        same(quantity.name(), sum(one), sum(two));
        // The single values do depend on the basis: otherwise nothing was tested.
        assert!(
            (value(one, 1) - value(two, 1)).abs() > 1e-6,
            "{}",
            quantity.name()
        );
    }
    for quantity in [Quantity::Strength, Quantity::Drift, Quantity::Diffusion] {
        for mode in [0, 3] {
            let column = schema.column(quantity, mode);
            same(quantity.name(), one[column], two[column]);
        }
    }
}

/// A set whose inputs name their samples.
fn numbered(n_samples: usize) -> Arc<Dataset> {
    let inputs = DMatrix::from_fn(1, n_samples, |_, i| i as f64);
    let targets = DMatrix::zeros(1, n_samples);
    Arc::new(Dataset::from_samples(inputs, targets.clone(), targets).unwrap())
}

fn drawn(source: &mut MinibatchSource, batch_size: u64) -> Vec<usize> {
    let mut inputs = DMatrix::zeros(1, source.n_columns(batch_size));
    let batch = source.draw(batch_size, 0.0, &mut inputs);
    assert_eq!(batch.divisor as usize, inputs.ncols());
    inputs.iter().map(|&i| i as usize).collect()
}

#[test]
fn epochs_visit_every_sample_once() {
    for (n_samples, batch_size) in [(12, 3), (12, 4), (10, 3), (7, 7), (7, 9), (9, 1), (7, 4)] {
        let mut source = MinibatchSource::stored(numbered(n_samples), Sampling::Epochs, 61);
        let n_columns = n_samples.min(batch_size as usize);
        let n_batches = n_samples / n_columns;
        let mut orders = Vec::new();
        for _ in 0..2000 {
            let mut epoch: Vec<usize> = (0..n_batches)
                .flat_map(|_| drawn(&mut source, batch_size))
                .collect();
            orders.push(epoch.clone());
            epoch.sort_unstable();
            epoch.dedup();
            assert_eq!(epoch.len(), n_batches * n_columns);
        }
        // Reshuffled: the first sample of an epoch is any of them. Chi-square with at most 11 degrees of freedom above 60:
        // false alarm below 1e-8.
        let expected = 2000.0 / n_samples as f64;
        let chi_squared: f64 = (0..n_samples)
            .map(|i| orders.iter().filter(|order| order[0] == i).count() as f64)
            .map(|count| (count - expected).powi(2) / expected)
            .sum();
        assert!(chi_squared < 60.0, "{chi_squared}");
    }
}

#[test]
fn a_batch_size_changed_within_an_epoch_repeats_no_sample_of_a_minibatch() {
    let mut source = MinibatchSource::stored(numbered(10), Sampling::Epochs, 62);
    let mut generator = stream(62, Purpose::Ensemble);
    for _ in 0..2000 {
        let mut batch = drawn(&mut source, generator.random_range(1..=12));
        let n = batch.len();
        batch.sort_unstable();
        batch.dedup();
        assert_eq!(batch.len(), n);
    }
}

#[test]
fn label_noise_on_a_stored_set_is_the_same_noise_rescaled() {
    let (teacher, network) = general_position(&[4, 5, 3], &[2.0, 1.0], 0.4, 71);
    let mut generator = stream(71, Purpose::Dataset);
    let dataset = Arc::new(Dataset::draw(&teacher, 9, false, &mut generator).unwrap());
    for (engine, sampling) in [
        (Engine::Sgd, Sampling::Full),
        (Engine::Sgd, Sampling::Replacement),
        (Engine::Sgd, Sampling::Epochs),
        (Engine::Langevin, Sampling::Replacement),
    ] {
        let run = |label_noise_std| {
            let mut experiment = Experiment {
                engine,
                ..Experiment::default()
            };
            experiment.data.sampling = sampling;
            experiment.live.batch_size = 2;
            let risk = Risk::stored(Arc::clone(&teacher), Arc::clone(&dataset));
            let mut simulation = Simulation::from_parts(experiment, risk, network.clone());
            let live = LiveParams {
                label_noise_std,
                ..*simulation.live()
            };
            simulation.set_live(live).unwrap();
            let loss = observed(&mut simulation)[Schema::LOSS];
            assert_eq!(simulation.advance(1), StepOutcome::Advanced);
            (loss, simulation.network().clone())
        };
        let [(l0, w0), (l1, w1), (l3, w3)] = [run(0.0), run(1.0), run(3.0)];
        // One step is linear in the noise, and the loss quadratic: its third value is given by two and the noise's own size.
        for l in 0..2 {
            let (once, thrice) = (
                &w1.weights()[l] - &w0.weights()[l],
                &w3.weights()[l] - &w0.weights()[l],
            );
            assert!(once.amax() > 1e-6);
            assert!((thrice - 3.0 * once).amax() <= 1e-14);
        }
        let own = 0.5 * dataset.noise().norm_squared() / 9.0;
        let linear = l1 - l0 - own;
        assert!((l3 - (l0 + 3.0 * linear + 9.0 * own)).abs() <= 1e-13 * l3);
    }
}

fn diverged(outcome: StepOutcome) -> Divergence {
    match outcome {
        StepOutcome::Diverged(divergence) => divergence,
        StepOutcome::Advanced => panic!("the run should have diverged"),
    }
}

fn finite(simulation: &Simulation) -> bool {
    let layers = simulation.network().weights();
    layers
        .iter()
        .all(|layer| layer.iter().all(|weight| weight.is_finite()))
}

#[test]
fn too_large_a_learning_rate_is_an_outcome() {
    for mut experiment in every_kind() {
        // Gradient flow has no learning rate; no step of these two is longer than the learning rate.
        if matches!(
            experiment.engine,
            Engine::GradientFlow | Engine::Adam | Engine::RmsProp
        ) {
            continue;
        }
        experiment.live.learning_rate = 3.0;
        let mut simulation = Simulation::new(&experiment).unwrap();
        let divergence = diverged(simulation.advance(100_000));
        assert_eq!(divergence.step, simulation.step());
        assert!((divergence.time - 3.0 * divergence.step as f64).abs() < 1e-9);
        assert!(finite(&simulation));
        assert!(observed(&mut simulation).iter().all(|value| value.is_finite()));
        assert!(divergence.stability.unwrap().largest_learning_rate < 3.0);
        assert_eq!(simulation.divergence(), Some(&divergence));

        // No further step, also with a learning rate that would do.
        let weights = weight_bits(&simulation);
        simulation
            .set_live(LiveParams {
                learning_rate: 1e-4,
                ..*simulation.live()
            })
            .unwrap();
        assert_eq!(diverged(simulation.advance(10)), divergence);
        assert_eq!(simulation.step(), divergence.step);
        assert_eq!(weight_bits(&simulation), weights);

        // The run up to the divergence is the run that was not asked for more.
        let mut again = Simulation::new(&experiment).unwrap();
        assert_eq!(again.advance_to(divergence.step), StepOutcome::Advanced);
        assert_eq!(weight_bits(&again), weights);
    }
}

#[test]
fn live_changes_are_recorded() {
    let mut simulation = Simulation::new(&Experiment::default()).unwrap();
    let start = *simulation.live();
    simulation.set_live(start).unwrap();
    assert!(simulation.interventions().is_empty());
    simulation.advance(10);
    let with = |learning_rate| LiveParams {
        learning_rate,
        ..start
    };
    simulation.set_live(with(0.01)).unwrap();
    simulation.set_live(with(0.02)).unwrap();
    simulation.advance(5);
    let last = LiveParams {
        batch_size: 3,
        label_noise_std: 0.5,
        ..with(0.02)
    };
    simulation.set_live(last).unwrap();
    let record: Vec<(u64, LiveParams)> = simulation
        .interventions()
        .iter()
        .map(|change| (change.step, change.live))
        .collect();
    assert_eq!(record, [(10, with(0.02)), (15, last)]);
    assert!((simulation.time() - (10.0 * 0.005 + 5.0 * 0.02)).abs() < 1e-15);

    for wrong in [
        with(0.0),
        with(f64::NAN),
        with(-1.0),
        with(f64::INFINITY),
        LiveParams {
            batch_size: 0,
            ..start
        },
        LiveParams {
            label_noise_std: -0.1,
            ..start
        },
        LiveParams {
            label_noise_std: f64::NAN,
            ..start
        },
    ] {
        assert!(simulation.set_live(wrong).is_err());
        assert_eq!(*simulation.live(), last);
        assert_eq!(simulation.interventions().len(), 2);
    }
    // The experiment is as it was started.
    assert_eq!(*simulation.experiment(), Experiment::default());
}

fn log_uniform(generator: &mut Generator, low: f64, high: f64) -> f64 {
    (low.ln() + generator.random::<f64>() * (high / low).ln()).exp()
}

/// An experiment from anywhere in the allowed ranges, or nearly.
fn extreme(generator: &mut Generator) -> Experiment {
    let mut experiment = Experiment {
        seed: generator.random_range(0..1000),
        ..Experiment::default()
    };
    let depth = generator.random_range(1..=8);
    let mut width = || generator.random_range(1..=12);
    experiment.network = NetworkConfig {
        d_in: width(),
        d_out: width(),
        hidden: (1..depth).map(|_| width()).collect(),
    };
    let narrowest = experiment.network.widths().into_iter().min().unwrap();
    let rank = generator.random_range(1..=narrowest);
    let mut strengths: Vec<f64> = (0..rank).map(|_| log_uniform(generator, 1e-6, 1e6)).collect();
    strengths.sort_by(|a, b| b.total_cmp(a));
    experiment.teacher.strengths = strengths;
    let pick = |generator: &mut Generator, n: usize| generator.random_range(0..n);
    experiment.teacher.basis = [Basis::Random, Basis::Identity][pick(generator, 2)];
    experiment.engine = [Engine::Sgd, Engine::Langevin, Engine::GradientFlow][pick(generator, 3)];
    experiment.init.scheme =
        [InitScheme::Aligned, InitScheme::Gaussian, InitScheme::Power][pick(generator, 3)];
    experiment.init.strength = [0.0, log_uniform(generator, 1e-12, 1e6)][pick(generator, 2)];
    experiment.init.std = [0.0, log_uniform(generator, 1e-6, 1e6), 1.0][pick(generator, 3)];
    experiment.init.gamma = -2.0 + 22.0 * generator.random::<f64>();
    experiment.data.kind = [DataKind::Online, DataKind::Dataset][pick(generator, 2)];
    experiment.data.n_samples = generator.random_range(1..=40);
    experiment.data.whiten =
        generator.random::<bool>() && experiment.data.n_samples >= experiment.network.d_in + 2;
    let samplings = [Sampling::Replacement, Sampling::Epochs, Sampling::Full];
    experiment.data.sampling = samplings[pick(generator, 3)];
    experiment.langevin.noise = [LangevinNoise::Anisotropic, LangevinNoise::Isotropic][pick(generator, 2)];
    experiment.langevin.substeps = generator.random_range(1..=3);
    experiment.live = LiveParams {
        learning_rate: log_uniform(generator, 1e-8, 1e3),
        batch_size: log_uniform(generator, 1.0, 1e6) as u64,
        label_noise_std: [0.0, log_uniform(generator, 1e-3, 1e3)][pick(generator, 2)],
        momentum: [0.0, 0.0, 0.9, 0.999][pick(generator, 4)],
        weight_decay: [0.0, 0.0, log_uniform(generator, 1e-6, 1e6)][pick(generator, 3)],
    };
    if experiment.engine == Engine::Sgd {
        experiment.engine =
            [Engine::Sgd, Engine::Nesterov, Engine::Adam, Engine::RmsProp][pick(generator, 4)];
    }
    experiment
}

#[test]
fn extremes_give_finite_rows_or_a_divergence() {
    let mut generator = stream(81, Purpose::Ensemble);
    let (mut n_diverged, mut n_advanced) = (0, 0);
    for case in 0..1000 {
        let experiment = extreme(&mut generator);
        let mut simulation = Simulation::new(&experiment).unwrap();
        let mut outcome = simulation.advance(0);
        for _ in 0..30 {
            let row = observed(&mut simulation);
            assert!(finite(&simulation), "case {case}: {experiment:?}");
            if matches!(outcome, StepOutcome::Diverged(_)) {
                break;
            }
            if let Some(column) = row.iter().position(|value| !value.is_finite()) {
                let (step, name) = (simulation.step(), &simulation.schema().names()[column]);
                panic!(
                    "case {case}, step {step}: {name} is {}: {experiment:?}",
                    row[column]
                );
            }
            outcome = simulation.advance(1);
        }
        match outcome {
            StepOutcome::Diverged(_) => n_diverged += 1,
            StepOutcome::Advanced => n_advanced += 1,
        }
    }
    assert!(n_diverged > 100 && n_advanced > 300, "{n_diverged} {n_advanced}");
}

#[test]
fn initial_weights_out_of_range_are_a_divergence_at_step_zero() {
    for (engine, _) in Engine::ALL {
        let mut experiment = Experiment {
            engine,
            ..Experiment::default()
        };
        experiment.network.hidden = vec![12; 15];
        experiment.init.scheme = InitScheme::Gaussian;
        experiment.init.std = 1e6;
        let mut simulation = Simulation::new(&experiment).unwrap();
        assert!(simulation.divergence().is_some());
        assert_eq!(diverged(simulation.advance(1)).step, 0);
        // The same network at an ordinary size is no divergence.
        experiment.init.std = 0.3;
        assert_eq!(Simulation::new(&experiment).unwrap().divergence(), None);
    }
}

#[test]
fn a_network_that_is_not_all_numbers_can_be_observed() {
    let (teacher, deep) = general_position(&[4, 5, 4], &[2.0, 1.0], 0.4, 84);
    let single = DeepLinearNetwork::from_weights(vec![DMatrix::identity(4, 4)]).unwrap();
    for (network, entry) in [
        (&deep, (1, 2)),
        (&single, (1, 2)),
        (&single, (3, 3)),
        (&single, (0, 0)),
    ] {
        for wrong in [f64::NAN, f64::INFINITY] {
            let mut network = network.clone();
            network.weights_mut()[0][entry] = wrong;
            let mut observer = Observer::new(&network, Risk::online(Arc::clone(&teacher)), Sampling::Full);
            let mut row = Vec::new();
            observer.observe(&network, &LiveParams::default(), 0, 0.0, &mut row);
            let values = &row[observer.schema().columns(Quantity::SingularValue)];
            assert!(values.iter().all(|value| value.is_nan()));
        }
    }
}

#[test]
fn live_changes_of_any_size_keep_the_rules() {
    // A run whose parameters jump over their whole range at random, observed at every step.
    let mut generator = stream(82, Purpose::Ensemble);
    for mut experiment in every_kind() {
        experiment.live.learning_rate = 1e-4;
        let mut simulation = Simulation::new(&experiment).unwrap();
        let mut batch_sizes = [1, 2, 5, 6, 12, 13, 1_000_000];
        for _ in 0..20 {
            batch_sizes.shuffle(&mut generator);
            let live = LiveParams {
                learning_rate: log_uniform(&mut generator, 1e-8, 1e-2),
                batch_size: batch_sizes[0],
                label_noise_std: log_uniform(&mut generator, 1e-3, 1.0),
                momentum: [0.0, 0.5, 0.9][batch_sizes[1] as usize % 3],
                weight_decay: [0.0, 0.1][batch_sizes[2] as usize % 2],
            };
            simulation.set_live(live).unwrap();
            let outcome = simulation.advance(3);
            assert_eq!(outcome, StepOutcome::Advanced);
            assert!(observed(&mut simulation).iter().all(|value| value.is_finite()));
        }
    }
}

#[test]
fn a_network_without_a_matching_shape_is_refused() {
    let mut generator = stream(83, Purpose::Ensemble);
    let layers = vec![
        normal_matrix(4, 3, &mut generator),
        normal_matrix(2, 5, &mut generator),
    ];
    assert!(DeepLinearNetwork::from_weights(layers).is_none());
}
