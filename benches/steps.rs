//! Speed of the engines and of observing, on networks in their transient, with the allocations of each.
//!
//! The items of a row are steps (trajectory-steps for the ensemble). W1 to W6 are the rows of `benches/README.md`, which
//! sets them beside other programs.
//!
//! `cargo bench --bench steps`

use divan::{AllocProfiler, Bencher, counter::ItemsCount};
use saddlescope::dynamics::{
    Batching, Decay, EnsembleMode, EnsembleOptions, LiveParams, ModeEnsemble, Substeps,
};
use saddlescope::experiment::{DataKind, Engine, Experiment, Sampling};
use saddlescope::simulation::{Simulation, StepOutcome};

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// Steps in one timed call, so that the clock's own cost plays no part.
const N_STEPS: u64 = 256;

fn experiment(widths: &[usize], batch_size: u64, engine: Engine) -> Experiment {
    let mut experiment = Experiment {
        engine,
        ..Experiment::default()
    };
    let last = widths.len() - 1;
    experiment.network.d_in = widths[0];
    experiment.network.d_out = widths[last];
    experiment.network.hidden = widths[1..last].to_vec();
    experiment.live.batch_size = batch_size;
    experiment.live.learning_rate = 1e-4;
    experiment.live.label_noise_std = 0.5;
    experiment
}

fn bench_steps(bencher: Bencher<'_, '_>, widths: &[usize], batch_size: u64, engine: Engine) {
    bench_experiment(bencher, &experiment(widths, batch_size, engine));
}

fn bench_experiment(bencher: Bencher<'_, '_>, experiment: &Experiment) {
    let Ok(mut simulation) = Simulation::new(experiment) else {
        return;
    };
    bencher.counter(ItemsCount::new(N_STEPS)).bench_local(|| {
        let outcome = simulation.advance(N_STEPS);
        assert!(
            matches!(outcome, StepOutcome::Advanced),
            "the benchmark must not measure a halted run"
        );
    });
}

/// W1.
#[divan::bench]
fn sgd_4_4_4_batch_1(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[4, 4, 4], 1, Engine::Sgd);
}

/// The window's default.
#[divan::bench]
fn sgd_4_4_4_batch_32(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[4, 4, 4], 32, Engine::Sgd);
}

#[divan::bench]
fn sgd_4_4_4_batch_million(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[4, 4, 4], 1_000_000, Engine::Sgd);
}

#[divan::bench]
fn sgd_4_10_10_10_4_batch_1(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[4, 10, 10, 10, 4], 1, Engine::Sgd);
}

/// W2.
#[divan::bench]
fn sgd_4_10_10_10_4_epochs_of_16(bencher: Bencher<'_, '_>) {
    let mut experiment = experiment(&[4, 10, 10, 10, 4], 1, Engine::Sgd);
    experiment.data.kind = DataKind::Dataset;
    experiment.data.n_samples = 16;
    experiment.data.sampling = Sampling::Epochs;
    bench_experiment(bencher, &experiment);
}

/// W3.
#[divan::bench]
fn sgd_10_100_100_100_10_batch_32(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[10, 100, 100, 100, 10], 32, Engine::Sgd);
}

/// W4.
#[divan::bench]
fn sgd_32_64_64_32_batch_256(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[32, 64, 64, 32], 256, Engine::Sgd);
}

/// W5, on one thread.
#[divan::bench]
fn ensemble_3_layers_4_modes_of_4096(bencher: Bencher<'_, '_>) {
    const N_TRAJECTORIES: usize = 4096;
    let strengths = [4.0, 3.0, 2.0, 1.0];
    let options = EnsembleOptions {
        depth: 3,
        batching: Batching::Online,
        modes: strengths
            .map(|teacher_strength| EnsembleMode {
                teacher_strength,
                start: 0.01,
            })
            .to_vec(),
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
    let mut ensemble = ModeEnsemble::new(&options, &live);
    let n_steps = N_STEPS * (strengths.len() * N_TRAJECTORIES) as u64;
    let Ok(pool) = rayon::ThreadPoolBuilder::new().num_threads(1).build() else {
        return;
    };
    bencher
        .counter(ItemsCount::new(n_steps))
        .bench_local(|| pool.install(|| ensemble.advance(N_STEPS)));
}

/// W6a.
#[divan::bench]
fn langevin_4_4_4(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[4, 4, 4], 4, Engine::Langevin);
}

/// W6b.
#[divan::bench]
fn langevin_4_10_10_10_4(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[4, 10, 10, 10, 4], 4, Engine::Langevin);
}

#[divan::bench]
fn gradient_flow_4_4_4(bencher: Bencher<'_, '_>) {
    bench_steps(bencher, &[4, 4, 4], 4, Engine::GradientFlow);
}

#[divan::bench(args = [0, 1, 2])]
fn observe(bencher: Bencher<'_, '_>, shape: usize) {
    let widths: &[usize] = [&[4, 4, 4][..], &[4, 10, 10, 10, 4], &[10, 100, 100, 100, 10]][shape];
    let Ok(mut simulation) = Simulation::new(&experiment(widths, 4, Engine::Sgd)) else {
        return;
    };
    let mut rows = Vec::new();
    bencher.bench_local(|| {
        rows.clear();
        simulation.observe(&mut rows);
    });
}
