//! Speed of the engines and of observing: one iteration is one step (or one observation) of a network in its transient.
//!
//! `cargo bench --bench steps`

use divan::{Bencher, counter::ItemsCount};
use saddlescope::experiment::{Engine, Experiment};
use saddlescope::simulation::{Simulation, StepOutcome};

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
    let Ok(mut simulation) = Simulation::new(&experiment(widths, batch_size, engine)) else {
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
