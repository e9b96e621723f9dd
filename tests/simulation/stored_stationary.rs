//! Settled modes of whitened stored sets: mean at the set's own minimum, variance from the present weights.

use saddlescope::experiment::{DataKind, Engine, Experiment, Sampling};
use saddlescope::simulation::{Estimates, STATISTICS_STRIDE, Simulation, StationaryStatistics, StoredNoise};

fn experiment(sampling: Sampling, batch_size: u64, learning_rate: f64) -> Experiment {
    let mut experiment = Experiment {
        seed: 3,
        ..Experiment::default()
    };
    experiment.teacher.strengths = vec![2.0, 1.0];
    experiment.init.strength = 0.5;
    (experiment.data.kind, experiment.data.sampling) = (DataKind::Dataset, sampling);
    (experiment.data.n_samples, experiment.data.whiten) = (64, true);
    experiment.live.learning_rate = learning_rate;
    experiment.live.batch_size = batch_size;
    experiment.live.label_noise_std = 0.5;
    experiment
}

/// Measured over predicted variance of every mode, the standard error of the ratio, and the distance of the means in units of `m`.
fn ratios(experiment: &Experiment, n_steps: u64) -> Vec<(f64, f64, f64)> {
    let mut simulation = Simulation::new(experiment).unwrap();
    let mut statistics = StationaryStatistics::new(experiment);
    while simulation.step() < n_steps {
        simulation.advance(STATISTICS_STRIDE);
        let (mut strengths, mut curvatures) = (Vec::new(), Vec::new());
        simulation.observe_settled(&mut strengths, &mut curvatures);
        statistics.push(simulation.step(), &strengths, &curvatures);
    }
    let noise = StoredNoise::new(experiment, &experiment.live).unwrap();
    let of_mode = |mode: usize| {
        let of_mode = &statistics.modes[mode];
        let found = Estimates::new(of_mode).unwrap().with_errors.unwrap();
        let predicted = noise.variance(mode, of_mode.mean_curvature().unwrap()).unwrap();
        let mean = (found.mean.value - noise.mean(mode).unwrap()) / experiment.teacher.strengths[mode];
        (
            found.variance.value / predicted,
            found.variance.error / predicted,
            mean,
        )
    };
    (0..2).map(of_mode).collect()
}

/// Within four standard errors (a false alarm in 16 000 for each of 6 ratios) and the 5 % that are left out.
#[test]
fn variances_of_draws_with_replacement_are_predicted() {
    for (sampling, batch_size, learning_rate) in [
        (Sampling::Replacement, 1, 0.0018),
        (Sampling::Replacement, 4, 0.008),
        (Sampling::Replacement, 8, 0.015),
    ] {
        let experiment = experiment(sampling, batch_size, learning_rate);
        for (mode, (ratio, error, mean)) in ratios(&experiment, 400_000).into_iter().enumerate() {
            assert!(
                (ratio - 1.0).abs() < 4.0 * error + 0.05,
                "{sampling:?} {batch_size} {learning_rate} {mode}: {ratio} {error}"
            );
            assert!(
                mean.abs() < 0.01,
                "{sampling:?} {batch_size} {learning_rate} {mode}: {mean}"
            );
        }
    }
}

#[test]
fn nothing_is_predicted_where_it_does_not_hold() {
    let whitened = experiment(Sampling::Replacement, 4, 0.01);
    assert!(StoredNoise::new(&whitened, &whitened.live).is_some());
    let changes: [fn(&mut Experiment); 6] = [
        |experiment| experiment.data.sampling = Sampling::Epochs,
        |experiment| experiment.data.whiten = false,
        |experiment| experiment.data.kind = DataKind::Online,
        |experiment| experiment.engine = Engine::GradientFlow,
        |experiment| experiment.network.hidden = vec![2],
        |experiment| {
            experiment.engine = Engine::Langevin;
            experiment.data.sampling = Sampling::Epochs;
        },
    ];
    for change in changes {
        let mut experiment = whitened.clone();
        change(&mut experiment);
        assert!(StoredNoise::new(&experiment, &experiment.live).is_none());
    }
    // A full batch makes no noise.
    let mut full = whitened;
    full.data.sampling = Sampling::Full;
    let noise = StoredNoise::new(&full, &full.live).unwrap();
    assert_eq!(noise.variance(0, 4.0), Some(0.0));
}
