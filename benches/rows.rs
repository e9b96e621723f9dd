//! The rows of the speed table (`benches/README.md`), one at a time, for a comparison with other programs.
//!
//! `cargo bench --bench rows` prints steps per second of every row; `... -- W1 1000000` takes a million steps of row W1 on one
//! thread and prints nothing, for whoever holds the clock (`benches/peers`).

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use saddlescope::dynamics::{
    Batching, Decay, EnsembleMode, EnsembleOptions, LiveParams, ModeEnsemble, Substeps,
};
use saddlescope::experiment::{DataKind, Engine, Experiment, Sampling};
use saddlescope::simulation::{Replicas, Simulation, StepOutcome};

/// Name, widths, batch size, engine, and whether 16 samples are stored.
const NETWORKS: [(&str, &[usize], u64, Engine, bool); 6] = [
    ("W1", &[4, 4, 4], 1, Engine::Sgd, false),
    ("W2", &[4, 10, 10, 10, 4], 1, Engine::Sgd, true),
    ("W3", &[10, 100, 100, 100, 10], 32, Engine::Sgd, false),
    ("W4", &[32, 64, 64, 32], 256, Engine::Sgd, false),
    ("W6a", &[4, 4, 4], 4, Engine::Langevin, false),
    ("W6b", &[4, 10, 10, 10, 4], 4, Engine::Langevin, false),
];
/// Trajectories of each of the four modes of row W5, whose steps are trajectory-steps.
const N_TRAJECTORIES: usize = 4096;

/// Name of a row of replicas, and the row of one of them. Steps are those of all.
const REPLICAS: [(&str, &str); 3] = [("W7a", "W1"), ("W7b", "W2"), ("W7c", "W6a")];
/// Replicas of these rows.
const N_REPLICAS: usize = 4096;

/// Takes steps in all replicas of a row on one thread.
fn advance_replicas(row: &str, n_steps: u64) -> bool {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
    let replicas = network_row(row).and_then(|experiment| Replicas::new(&experiment, N_REPLICAS).ok());
    pool.ok().zip(replicas).is_some_and(|(pool, mut replicas)| {
        pool.install(|| replicas.advance_to(n_steps / N_REPLICAS as u64));
        replicas.n_diverged() == 0
    })
}

fn network_row(name: &str) -> Option<Experiment> {
    let (_, widths, batch_size, engine, stored) = NETWORKS.into_iter().find(|row| row.0 == name)?;
    let mut experiment = Experiment {
        engine,
        ..Experiment::default()
    };
    let last = widths.len() - 1;
    experiment.network.d_in = widths[0];
    experiment.network.d_out = widths[last];
    experiment.network.hidden = widths[1..last].to_vec();
    experiment.live = LiveParams {
        learning_rate: 1e-4,
        batch_size,
        label_noise_std: 0.5,
        ..LiveParams::default()
    };
    if stored {
        experiment.data.kind = DataKind::Dataset;
        experiment.data.n_samples = 16;
        experiment.data.sampling = Sampling::Epochs;
    }
    Some(experiment)
}

fn ensemble_row() -> ModeEnsemble {
    let mode = |teacher_strength| EnsembleMode {
        teacher_strength,
        start: 0.01,
    };
    let options = EnsembleOptions {
        depth: 3,
        batching: Batching::Online,
        modes: [4.0, 3.0, 2.0, 1.0].map(mode).to_vec(),
        n_trajectories: N_TRAJECTORIES,
        substeps: Substeps::Fixed(1),
        seed: 1,
        decay: Decay::Coupled,
    };
    let live = LiveParams {
        learning_rate: 1e-3,
        batch_size: 4,
        label_noise_std: 0.5,
        ..LiveParams::default()
    };
    ModeEnsemble::new(&options, &live)
}

/// Takes steps of a row on one thread; false where there is no such row or the run did not go through.
fn advance(name: &str, n_steps: u64) -> bool {
    if let Some(replicas) = REPLICAS.into_iter().find(|row| row.0 == name) {
        return advance_replicas(replicas.1, n_steps);
    }
    if name == "W5" {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build();
        let n_steps = n_steps / (4 * N_TRAJECTORIES) as u64;
        return pool.is_ok_and(|pool| {
            pool.install(|| ensemble_row().advance(n_steps));
            true
        });
    }
    network_row(name)
        .and_then(|experiment| Simulation::new(&experiment).ok())
        .is_some_and(|mut simulation| matches!(simulation.advance(n_steps), StepOutcome::Advanced))
}

fn main() -> std::process::ExitCode {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench")
        .collect();
    if let [name, n_steps] = arguments.as_slice() {
        let done = n_steps.parse().is_ok_and(|n_steps| advance(name, n_steps));
        return if done {
            std::process::ExitCode::SUCCESS
        } else {
            std::process::ExitCode::FAILURE
        };
    }
    for (name, n_steps) in [
        ("W1", 4_000_000),
        ("W2", 1_500_000),
        ("W3", 8_000),
        ("W4", 8_000),
        ("W5", 80_000_000),
        ("W6a", 2_000_000),
        ("W6b", 600_000),
        ("W7a", 40_960_000),
        ("W7b", 8_192_000),
        ("W7c", 12_288_000),
    ] {
        let times = (0..5).map(|_| {
            let start = Instant::now();
            assert!(
                advance(name, n_steps),
                "the benchmark must not measure a halted run"
            );
            start.elapsed().as_secs_f64()
        });
        let best = times.fold(f64::INFINITY, f64::min);
        println!("{name}: {:.4e} steps/s", n_steps as f64 / best);
    }
    std::process::ExitCode::SUCCESS
}
