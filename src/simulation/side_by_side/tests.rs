//! Four runs side by side are, bit for bit, what each is alone.

use super::*;
use crate::experiment::{Course, CourseKind, DataKind, Engine, Experiment, InitScheme, LiveParams, Sampling};
use crate::random::Streams;

/// Four runs that differ in their streams.
fn members(experiment: &Experiment) -> Vec<Simulation> {
    let simulation = Simulation::new(experiment).unwrap();
    let mut streams = Streams::new(experiment.seed);
    (0..LANES)
        .map(|_| {
            let member = simulation.restarted(&streams);
            streams = streams.next_replica();
            member
        })
        .collect()
}

/// Bits of step and weights.
fn bits(simulation: &Simulation) -> (u64, Vec<u64>) {
    let weights = simulation.network.weights().iter().flatten();
    (
        simulation.step(),
        weights.map(|weight| weight.to_bits()).collect(),
    )
}

fn experiment(widths: &[usize], batch_size: u64) -> Experiment {
    let mut experiment = Experiment::default();
    let last = widths.len() - 1;
    experiment.network.d_in = widths[0];
    experiment.network.d_out = widths[last];
    experiment.network.hidden = widths[1..last].to_vec();
    let rank = widths.iter().copied().min().unwrap().min(2);
    experiment.teacher.strengths.truncate(rank);
    experiment.init.scheme = InitScheme::Gaussian;
    experiment.init.std = 0.3;
    experiment.live = LiveParams {
        learning_rate: 0.01,
        batch_size,
        label_noise_std: 0.5,
        ..LiveParams::default()
    };
    experiment
}

/// Moves the same four side by side and alone, by the same looks, and compares every bit; and a third time with their weights left in
/// the lanes to the end.
fn compare(experiment: &Experiment, changes: &[(u64, LiveParams)], must_have_lanes: bool) {
    let [mut together, mut ahead, mut alone] = [(); 3].map(|()| members(experiment));
    let (mut quartet, mut resident) = (Quartet::default(), Quartet::default());
    for &(step, live) in changes {
        quartet.advance_to(&mut together.iter_mut().collect::<Vec<_>>(), step);
        resident.advance_ahead(&mut ahead.iter_mut().collect::<Vec<_>>(), step);
        for (one, other) in together.iter_mut().zip(&mut alone) {
            let _outcome = other.advance_to(step);
            assert_eq!(bits(one), bits(other), "{step} {experiment:?}");
            assert_eq!(one.divergence(), other.divergence());
            one.set_live(live).unwrap();
        }
        for (lane, (one, other)) in ahead.iter_mut().zip(&mut alone).enumerate() {
            let found: Vec<u64> = match resident.weights() {
                Some(layers) => {
                    let entries = layers.iter().flat_map(|layer| layer.as_chunks::<LANES>().0);
                    entries.map(|entry| entry[lane].to_bits()).collect()
                }
                None => bits(one).1,
            };
            assert_eq!((one.step(), found), bits(other), "{step} {experiment:?}");
            one.set_live(live).unwrap();
            other.set_live(live).unwrap();
        }
    }
    resident.bring_back(&mut ahead.iter_mut().collect::<Vec<_>>());
    for (one, other) in ahead.iter().zip(&alone) {
        assert_eq!(bits(one), bits(other), "{experiment:?}");
    }
    let has_lanes = !matches!(quartet.lanes, Some(Lanes::None) | None);
    assert_eq!(has_lanes, must_have_lanes && lanes::are_there(), "{experiment:?}");
}

#[test]
fn every_run_is_bit_for_bit_what_it_is_alone() {
    let shapes: [&[usize]; 8] = [
        &[4, 4, 4],
        &[4, 10, 10, 10, 4],
        &[3, 5, 2],
        &[1, 1],
        &[5, 3],
        &[2, 13, 7],
        &[6, 4, 9, 5],
        &[1, 3, 1],
    ];
    for widths in shapes {
        for batch_size in [1, 2, 3, 32] {
            let mut experiment = experiment(widths, batch_size);
            let live = experiment.live;
            let noiseless = LiveParams {
                label_noise_std: 0.0,
                ..live
            };
            let other = LiveParams {
                learning_rate: 0.004,
                batch_size: batch_size + 1,
                ..live
            };
            let changes = [(3, live), (70, noiseless), (101, other), (140, live)];
            compare(&experiment, &changes, true);
            experiment.engine = Engine::Langevin;
            compare(&experiment, &changes, true);
            experiment.langevin.substeps = 3;
            compare(&experiment, &changes, true);
            experiment.engine = Engine::Sgd;
            experiment.data.kind = DataKind::Dataset;
            experiment.data.n_samples = 9;
            for sampling in [Sampling::Replacement, Sampling::Epochs, Sampling::Full] {
                experiment.data.sampling = sampling;
                compare(&experiment, &changes, true);
            }
        }
    }
}

#[test]
fn long_runs_pass_the_points_at_which_they_are_saved() {
    let mut experiment = experiment(&[4, 4, 4], 1);
    let live = experiment.live;
    compare(&experiment, &[(1000, live), (1030, live), (5000, live)], true);
    experiment.engine = Engine::Langevin;
    compare(&experiment, &[(2500, live)], true);
}

#[test]
fn a_divergence_is_found_at_its_own_step() {
    let mut n_diverged = 0;
    for seed in 0..6 {
        let mut experiment = experiment(&[4, 4, 4], 1);
        experiment.seed = seed;
        let live = LiveParams {
            // From stable to hopeless.
            learning_rate: 0.03 + 0.01 * seed as f64,
            ..experiment.live
        };
        experiment.live = live;
        let steps: Vec<_> = (1..40).map(|i| (i * 37, live)).collect();
        let mut runs = members(&experiment);
        let outcomes: Vec<_> = runs.iter_mut().map(|run| run.advance_to(39 * 37)).collect();
        n_diverged += outcomes
            .iter()
            .filter(|outcome| **outcome != crate::simulation::StepOutcome::Advanced)
            .count();
        let none = outcomes
            .iter()
            .all(|outcome| *outcome == crate::simulation::StepOutcome::Advanced);
        compare(&experiment, &steps, none);
    }
    assert!((1..24).contains(&n_diverged), "{n_diverged} of 24 diverged");
}

#[test]
fn momentum_and_decay_go_alone_and_come_back() {
    for (engine, _) in Engine::ALL {
        for substeps in [1, 2] {
            let mut experiment = experiment(&[4, 5, 3], 2);
            experiment.engine = engine;
            experiment.langevin.substeps = substeps;
            let plain = experiment.live;
            let with = |momentum, weight_decay| LiveParams {
                momentum,
                weight_decay,
                ..plain
            };
            // Velocities are forgotten where momentum goes off, also while the four move in lanes, and a run that begins with momentum
            // finds its way into them.
            for start in [with(0.0, 0.0), with(0.9, 0.0), with(0.5, 0.1)] {
                experiment.live = start;
                let changes = [
                    (40, with(0.9, 0.0)),
                    (80, plain),
                    (120, with(0.0, 0.1)),
                    (130, with(0.8, 0.1)),
                    (170, plain),
                    (1300, with(0.9, 0.0)),
                    (1340, with(0.0, 0.0)),
                    (1400, with(0.5, 0.2)),
                    (1440, plain),
                    (1480, plain),
                ];
                let has_lanes = matches!(engine, Engine::Sgd | Engine::Nesterov | Engine::Langevin);
                compare(&experiment, &changes, has_lanes);
            }
        }
    }
}

/// A mode is learned at a step of each run's own, and the learning rate falls there.
#[test]
fn what_a_schedule_waits_for_is_seen_in_the_present_weights() {
    let mut experiment = experiment(&[4, 4, 4], 2);
    experiment.schedule.learning_rate = Some(Course {
        kind: CourseKind::WhenLearned,
        steps: None,
        from: None,
        to: Some(0.002),
        factor: None,
        mode: Some(1),
        points: Vec::new(),
    });
    let live = experiment.live;
    let mut run = members(&experiment).swap_remove(0);
    let _outcome = run.advance_to(800);
    assert_eq!(run.in_force().learning_rate.to_bits(), 0.002_f64.to_bits());
    let changes: Vec<_> = (1..=25).map(|i| (i * 32, live)).collect();
    compare(&experiment, &changes, true);
}

#[test]
fn engines_without_lanes_go_alone() {
    let mut experiment = experiment(&[3, 4, 3], 2);
    let live = experiment.live;
    experiment.engine = Engine::GradientFlow;
    compare(&experiment, &[(10, live)], false);
    experiment.engine = Engine::Langevin;
    experiment.langevin.noise = crate::experiment::LangevinNoise::Isotropic;
    compare(&experiment, &[(10, live)], false);
}
