//! The law of a mode is put together in one place: its noise scale for every kind of data and sampling, against numbers written
//! out and against the variance of minibatch gradients, and every reader of it.

use nalgebra::DMatrix;
use saddlescope::dynamics::{Backpropagation, Batching, LiveParams, Minibatch, MinibatchSource};
use saddlescope::experiment::{DataKind, Experiment, Sampling};
use saddlescope::observables::Quantity;
use saddlescope::simulation::{Simulation, StationaryStatistics};

const N_SAMPLES: usize = 6;

fn experiment(kind: DataKind, sampling: Sampling, batch_size: u64) -> Experiment {
    let mut experiment = Experiment::default();
    experiment.network.d_in = 2;
    experiment.network.d_out = 2;
    experiment.network.hidden = vec![3];
    experiment.teacher.strengths = vec![2.0, 1.0];
    experiment.init.strength = 0.5;
    experiment.data.kind = kind;
    experiment.data.sampling = sampling;
    experiment.data.n_samples = N_SAMPLES;
    experiment.live = LiveParams {
        learning_rate: 0.03,
        batch_size,
        label_noise_std: 0.7,
        ..LiveParams::default()
    };
    if kind == DataKind::File {
        experiment.teacher.strengths.clear();
        let table = "a,b\n1,0\n-1,0.5\n0,2\n0.3,-1\n2,1\n-1,-1\n";
        let directory = tempfile::tempdir().unwrap();
        for name in ["x.csv", "y.csv"] {
            std::fs::write(directory.path().join(name), table).unwrap();
        }
        "x.csv".clone_into(&mut experiment.data.inputs);
        "y.csv".clone_into(&mut experiment.data.targets);
        experiment.load_samples(directory.path()).unwrap();
    }
    experiment
}

/// `tau` over the learning rate.
fn expected(kind: DataKind, sampling: Sampling, batch_size: u64) -> f64 {
    match (kind, sampling, batch_size) {
        (DataKind::Online, _, b) | (_, Sampling::Replacement, b) => 1.0 / b as f64,
        // (6 - 4) / (5 * 4).
        (_, Sampling::Epochs, 4) => 0.1,
        (_, Sampling::Epochs, 1) => 1.0,
        (_, Sampling::Epochs | Sampling::Full, _) => 0.0,
    }
}

#[test]
fn every_reader_has_the_noise_scale_of_its_data() {
    for kind in [DataKind::Online, DataKind::Dataset, DataKind::File] {
        for sampling in [Sampling::Replacement, Sampling::Epochs, Sampling::Full] {
            for batch_size in [1, 4, 6, 9] {
                let label = format!("{kind:?} {sampling:?} {batch_size}");
                let experiment = experiment(kind, sampling, batch_size);
                let live = experiment.live;
                let tau = live.learning_rate * expected(kind, sampling, batch_size);
                let law = experiment.mode_law(1, &live);
                assert!((law.noise_scale - tau).abs() < 1e-15, "{label}");
                assert_eq!((law.depth, law.label_noise_std), (2, 0.7));
                assert_eq!(
                    law.teacher_strength.to_bits(),
                    experiment.teacher.strengths[1].to_bits()
                );

                let mut simulation = Simulation::new(&experiment).unwrap();
                let mut row = Vec::new();
                simulation.observe(&mut row);
                let column = |quantity| row[simulation.schema().column(quantity, 1)];
                if kind == DataKind::Online {
                    let drawn = law.diffusion(column(Quantity::Strength));
                    assert_eq!(
                        column(Quantity::DiffusionLaw).to_bits(),
                        drawn.to_bits(),
                        "{label}"
                    );
                } else {
                    // From the set's own fourth moments, and so exact for these aligned, balanced weights.
                    let (law, exact) = (column(Quantity::DiffusionLaw), column(Quantity::Diffusion));
                    assert!((law - exact).abs() <= 1e-11 * exact, "{label}: {law} {exact}");
                }
                assert_eq!(column(Quantity::Diffusion) > 0.0, tau > 0.0, "{label}");
                assert_eq!(Batching::of(simulation.risk(), sampling), experiment.batching());

                // Four standard deviations of the Boltzmann law are wider than 5 % of the strength where there is noise, so a mode
                // that far off has arrived if, and only if, the statistics know the noise.
                let off = law.teacher_strength * 1.04 + 2.0 * law.temperature().sqrt();
                let mut statistics = StationaryStatistics::new(&experiment);
                statistics.push(0, &[0.0, off], &[]);
                let arrived = off - law.teacher_strength <= 4.0 * law.temperature().sqrt();
                assert_eq!(statistics.modes[1].arrived, arrived || tau == 0.0, "{label}");
            }
        }
    }
}

/// The variance of the mean gradient of a minibatch over that of one sample is `tau / eta`: 20 000 minibatches each, errors 1 %
/// (kurtosis 3), so 6 % is wrong with probability below 1e-8 a setting.
#[test]
fn the_noise_scale_is_that_of_minibatch_gradients() {
    for sampling in [Sampling::Replacement, Sampling::Epochs, Sampling::Full] {
        for batch_size in [1, 4] {
            let experiment = experiment(DataKind::Dataset, sampling, batch_size);
            let simulation = Simulation::new(&experiment).unwrap();
            let dataset = simulation.risk().dataset().unwrap();
            let network = simulation.network();
            let variance = |source: &mut MinibatchSource, batch_size: u64| {
                let n = source.n_columns(batch_size);
                let mut gradient = Backpropagation::new(&network.widths(), n);
                let (mut sum, mut sum_of_squares) = (0.0, 0.0);
                for _ in 0..20_000 {
                    let mut inputs = DMatrix::zeros(2, n);
                    let Minibatch { targets, divisor } =
                        source.draw(batch_size, experiment.live.label_noise_std, &mut inputs);
                    gradient.inputs_mut().copy_from(&inputs);
                    gradient.forward(network);
                    gradient.set_residual(targets);
                    gradient.backward(network);
                    let mut moved = network.clone();
                    gradient.add_gradient(divisor.recip(), &mut moved);
                    let entry = (&moved.weights()[0] - &network.weights()[0])[(0, 0)];
                    sum += entry;
                    sum_of_squares += entry * entry;
                }
                let mean = sum / 20_000.0;
                sum_of_squares / 20_000.0 - mean * mean
            };
            let source = |sampling| MinibatchSource::stored(dataset.clone(), sampling, 5);
            let one = variance(&mut source(Sampling::Replacement), 1);
            let found = variance(&mut source(sampling), batch_size) / one;
            let tau = experiment.batching().noise_scale(&experiment.live);
            let expected = tau / experiment.live.learning_rate;
            assert!(
                (found - expected).abs() < 0.06 * expected + 1e-9,
                "{sampling:?} {batch_size}: {found} {expected}"
            );
        }
    }
}
