//! Replicas: equal starts, independent noise, statistics that do not depend on threads.

use saddlescope::experiment::{DataKind, Engine, Experiment, Sampling};
use saddlescope::observables::Quantity;
use saddlescope::simulation::{Replicas, Simulation};
use saddlescope::stats::{Summary, quantile};
use saddlescope::theory::{discrete_variance, shifted_mean};

fn experiments() -> Vec<Experiment> {
    let mut stored = Experiment::default();
    stored.data.kind = DataKind::Dataset;
    stored.data.sampling = Sampling::Epochs;
    stored.live.label_noise_std = 0.3;
    let langevin = Experiment {
        engine: Engine::Langevin,
        ..Experiment::default()
    };
    let mut online = Experiment::default();
    online.live.batch_size = 2;
    online.live.label_noise_std = 0.3;
    vec![online, stored, langevin]
}

fn row_of(simulation: &mut Simulation) -> Vec<f64> {
    let mut row = Vec::new();
    simulation.observe(&mut row);
    row
}

#[test]
fn replica_zero_is_the_plain_run_and_the_others_differ_in_noise_alone() {
    for experiment in experiments() {
        let mut simulation = Simulation::new(&experiment).unwrap();
        let mut replicas = Replicas::new(&experiment, 3).unwrap();
        let schema = simulation.schema();
        let start = row_of(&mut simulation);
        for (mode, summary) in replicas.observe().unwrap().iter().enumerate() {
            let strength = start[schema.column(Quantity::Strength, mode)];
            assert_eq!(
                (summary.q10.to_bits(), summary.q90.to_bits()),
                (strength.to_bits(), strength.to_bits())
            );
        }
        simulation.advance_to(200);
        replicas.advance_to(120);
        replicas.advance_to(200);
        assert_eq!(replicas.replica(0).network(), simulation.network());
        assert_ne!(replicas.replica(1).network(), simulation.network());
        assert_ne!(replicas.replica(1).network(), replicas.replica(2).network());
        for r in 0..3 {
            let replica = replicas.replica(r);
            assert_eq!(replica.initial_network(), simulation.initial_network());
            assert_eq!(replica.risk().teacher(), simulation.risk().teacher());
            assert_eq!(replica.risk().dataset(), simulation.risk().dataset());
            assert_eq!(replica.step(), 200);
        }
        // One replica alone has the strengths of the run, to the bit.
        let mut single = Replicas::of(&simulation, 1);
        single.advance_to(200);
        let row = row_of(&mut simulation);
        for (mode, summary) in single.observe().unwrap().iter().enumerate() {
            let strength = row[schema.column(Quantity::Strength, mode)];
            assert_eq!(summary.mean.to_bits(), strength.to_bits());
            assert_eq!(summary.std.to_bits(), 0);
        }
    }
}

#[test]
fn summaries_are_those_of_the_members_at_any_number_of_threads() {
    for experiment in experiments() {
        let run = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(n_threads)
                .build()
                .unwrap();
            pool.install(|| {
                let mut replicas = Replicas::new(&experiment, 7).unwrap();
                replicas.advance_to(100);
                let mut live = experiment.live;
                live.learning_rate = 0.01;
                replicas.set_live(live).unwrap();
                replicas.advance_to(250);
                let mut row = Vec::new();
                Replicas::columns(&replicas.observe().unwrap(), &mut row);
                (replicas, row)
            })
        };
        let (replicas, row) = run(1);
        for n_threads in [2, 3] {
            let bits = |row: &[f64]| -> Vec<u64> { row.iter().map(|value| value.to_bits()).collect() };
            assert_eq!(bits(&row), bits(&run(n_threads).1), "{n_threads} threads");
        }
        // The same numbers by hand.
        let schema = replicas.replica(0).schema();
        let names = Replicas::column_names(4);
        assert_eq!((names.len(), names[5].as_str()), (row.len(), "strength_std_2"));
        let mut strengths: Vec<f64> = (0..7)
            .map(|r| row_of(&mut replicas.replica(r).clone())[schema.column(Quantity::Strength, 1)])
            .collect();
        let mean = strengths.iter().sum::<f64>() / 7.0;
        let variance = strengths.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / 6.0;
        let expected = Summary {
            mean,
            std: variance.sqrt(),
            q10: quantile(&mut strengths, 0.1).unwrap(),
            q90: quantile(&mut strengths, 0.9).unwrap(),
        };
        let at = |name: &str| row[names.iter().position(|n| n == name).unwrap()];
        let found = Summary {
            mean: at("strength_mean_2"),
            std: at("strength_std_2"),
            q10: at("strength_q10_2"),
            q90: at("strength_q90_2"),
        };
        assert_eq!(found, expected);
        assert!(found.std > 0.0);
    }
}

#[test]
fn noise_of_different_replicas_is_independent() {
    // Label noise about the minimum of one mode, after 12 relaxation times of 25 steps.
    let mut experiment = Experiment::default();
    experiment.teacher.strengths = vec![1.0];
    experiment.network.d_in = 1;
    experiment.network.d_out = 1;
    experiment.network.hidden = vec![1];
    experiment.init.strength = 1.0;
    experiment.live.learning_rate = 0.02;
    experiment.live.batch_size = 4;
    experiment.live.label_noise_std = 1.0;
    let n = 3000;
    let mut replicas = Replicas::new(&experiment, n).unwrap();
    replicas.advance_to(300);
    let found = replicas.observe().unwrap()[0];
    let law = saddlescope::theory::ModeLaw {
        depth: 2,
        teacher_strength: 1.0,
        label_noise_std: 1.0,
        noise_scale: 0.005,
        ..saddlescope::theory::ModeLaw::default()
    };
    // Shared noise would take the spread away and leave the mean anywhere within 0.07. The variance errs by
    // sqrt(2 / n) = 2.6 % and its prediction by 2 %, the mean by 0.0013. False alarm at 4 standard errors: 6e-5 each.
    let predicted = discrete_variance(&law, 0.02, 4).unwrap();
    let ratio = found.std.powi(2) / predicted;
    assert!((ratio - 1.0).abs() < 4.0 * 0.026 + 0.02, "{ratio}");
    let error = (predicted / n as f64).sqrt();
    assert!(
        (found.mean - shifted_mean(&law)).abs() < 4.0 * error + 0.001,
        "{found:?}"
    );
}

#[test]
fn diverged_replicas_are_counted_and_left_out() {
    let mut experiment = Experiment::default();
    experiment.live.learning_rate = 0.08;
    experiment.live.batch_size = 1;
    let mut replicas = Replicas::new(&experiment, 16).unwrap();
    replicas.advance_to(400);
    let n_diverged = replicas.n_diverged();
    assert!(
        (1..16).contains(&n_diverged),
        "the setting is meant to be at the edge: {n_diverged}"
    );
    // Their last strengths are beyond any that is learned.
    let summaries = replicas.observe().unwrap();
    assert!(
        summaries
            .iter()
            .all(|summary| summary.mean.abs() < 1e2 && summary.std < 1e2),
        "{summaries:?}"
    );
    experiment.live.learning_rate = 0.2;
    let mut lost = Replicas::new(&experiment, 4).unwrap();
    lost.advance_to(400);
    assert_eq!((lost.n_diverged(), lost.observe()), (4, None));

    let mut refused = experiment.live;
    refused.learning_rate = -1.0;
    assert!(replicas.set_live(refused).is_err());
    assert!((replicas.replica(0).live().learning_rate - 0.08).abs() < 1e-15);
}
