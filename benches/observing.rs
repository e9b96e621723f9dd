//! What recording costs: SGD with all observables every ten steps, against SGD alone; and what a probe batch along the student's own pairs
//! costs.
//!
//! `cargo bench --bench observing`

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::time::Instant;

use saddlescope::experiment::{Experiment, Sampling};
use saddlescope::observables::{Probe, SingularPairs};
use saddlescope::random::Streams;
use saddlescope::simulation::{SetupError, Simulation};

/// Steps between rows.
const STRIDE: u64 = 10;
const N_ROUNDS: usize = 15;

fn simulation(widths: &[usize], batch_size: u64) -> Result<Simulation, SetupError> {
    let mut experiment = Experiment::default();
    let last = widths.len() - 1;
    experiment.network.d_in = widths[0];
    experiment.network.d_out = widths[last];
    experiment.network.hidden = widths[1..last].to_vec();
    experiment.live.batch_size = batch_size;
    experiment.live.learning_rate = 1e-4;
    experiment.live.label_noise_std = 0.5;
    Simulation::new(&experiment)
}

/// Seconds of `n_rows` rows' worth of steps, in stretches of [`STRIDE`], with and without the rows.
fn seconds(simulation: &mut Simulation, n_rows: u64, recorded: bool) -> f64 {
    let mut rows = Vec::with_capacity(simulation.schema().n_columns());
    let start = Instant::now();
    for _ in 0..n_rows {
        let _outcome = simulation.advance(STRIDE);
        if recorded {
            rows.clear();
            simulation.observe(&mut rows);
        }
    }
    start.elapsed().as_secs_f64()
}

/// Samples of a probe batch.
const N_PROBE: usize = 128;

/// Seconds of a probe batch along all pairs of the present student, decomposition included.
fn probe_seconds(simulation: &Simulation, n_probes: u64) -> f64 {
    let network = simulation.network();
    let (d_out, d_in) = simulation.risk().teacher().map().shape();
    let mut pairs = SingularPairs::new(d_out, d_in);
    let rank = d_out.min(d_in);
    let streams = Streams::new(1);
    let mut probe = Probe::new(
        network,
        simulation.risk(),
        Sampling::Replacement,
        (N_PROBE, rank),
        &streams,
    );
    let start = Instant::now();
    for _ in 0..n_probes {
        pairs.update(&network.end_to_end_map());
        let directions = (pairs.left(), pairs.right());
        let _estimates = probe.observe(network, simulation.risk(), directions, simulation.live());
    }
    start.elapsed().as_secs_f64() / n_probes as f64
}

fn main() -> Result<(), SetupError> {
    let shapes: [(&[usize], u64, u64); 4] = [
        (&[4, 4, 4], 32, 20_000),
        (&[4, 10, 10, 10, 4], 1, 20_000),
        (&[4, 10, 10, 10, 4], 32, 10_000),
        (&[10, 100, 100, 100, 10], 32, 200),
    ];
    for (widths, batch_size, n_rows) in shapes {
        let mut simulation = simulation(widths, batch_size)?;
        let mut best = [f64::INFINITY; 2];
        for _ in 0..N_ROUNDS {
            for (best, recorded) in best.iter_mut().zip([false, true]) {
                *best = best.min(seconds(&mut simulation, n_rows, recorded));
            }
        }
        let [plain, recorded] = best.map(|seconds| seconds / n_rows as f64 * 1e6);
        println!(
            "{widths:?}, B = {batch_size}: {STRIDE} steps {plain:.2} us, a row {:.2} us, {:.0} % of the steps; a probe of {N_PROBE} {:.1} us",
            recorded - plain,
            100.0 * (recorded - plain) / plain,
            1e6 * probe_seconds(&simulation, n_rows)
        );
    }
    Ok(())
}
