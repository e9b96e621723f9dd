//! Replicas of a cell: run to their stop and measured on the way, with no trajectory kept.

use std::sync::atomic::{AtomicBool, Ordering};

use nalgebra::DMatrix;

use super::watch::{Measured, ModeMeasured, Way};
use super::{Stop, Sweep};
use crate::budget::{self, OutOfMemory};
use crate::experiment::Experiment;
use crate::observables::{LaneModes, LaneObserver};
use crate::products::lanes::LANES;
use crate::simulation::{Quartet, SetupError, Simulation, bytes_of_run};

/// Steps between two looks at whether the sweep is interrupted.
const STEPS_BETWEEN_LOOKS: u64 = 256;
/// Most weights of a network that is looked at in lanes.
const MOST_WEIGHTS: usize = 768;
impl Sweep {
    /// Checks that there is memory for so many cells at a time, each like `experiment`, and for what is measured of their replicas.
    pub(super) fn check_memory(&self, experiment: &Experiment, n_threads: usize) -> Result<(), OutOfMemory> {
        let runs = bytes_of_run(experiment).saturating_mul(self.replicas.min(LANES) as u64);
        let measured =
            bytes_of_measures(experiment.teacher.strengths.len()).saturating_mul(self.replicas as u64);
        budget::check(runs.saturating_add(measured).saturating_mul(n_threads as u64))
    }
}

/// Bytes of what is measured of a replica with so many modes.
fn bytes_of_measures(rank: usize) -> u64 {
    // Once as they are measured, once gathered.
    (2 * (size_of::<Measured>() + rank * size_of::<ModeMeasured>())) as u64
}

/// Runs replicas of one cell as `sweep` says, four side by side where they can; `None` where they were interrupted.
///
/// # Errors
/// [`SetupError`] where data cannot be drawn.
pub(super) fn run(
    sweep: &Sweep,
    experiments: &[Experiment],
    interrupted: &AtomicBool,
) -> Result<Option<Vec<Measured>>, SetupError> {
    let mut runs = Vec::with_capacity(experiments.len());
    let mut n_steps = 0;
    for experiment in experiments {
        let simulation = Simulation::new(experiment)?;
        n_steps = sweep.stop.most_steps(experiment.live.learning_rate);
        let way = Way::new(sweep, &simulation, sweep.stride(n_steps));
        runs.push(Run {
            simulation,
            way,
            measured: None,
        });
    }
    let mut quartet = Quartet::default();
    let mut together = Together::of(&runs);
    loop {
        let seen =
            { together.as_mut() }.and_then(|together| together.look(&runs, quartet.weights(), n_steps));
        // Alone each looks at its own weights.
        if seen.is_none() {
            quartet.bring_back(&mut going_on(&mut runs));
        }
        for (lane, run) in runs.iter_mut().enumerate().filter(|(_, run)| run.goes_on()) {
            run.look(n_steps, seen.map(|modes| (modes, lane)));
        }
        if runs
            .iter()
            .any(|run| run.goes_on() && run.has_ended(sweep.stop, n_steps))
        {
            quartet.bring_back(&mut going_on(&mut runs));
            for run in runs.iter_mut().filter(|run| run.goes_on()) {
                if run.has_ended(sweep.stop, n_steps) {
                    run.measured = Some(run.way.measured(&mut run.simulation));
                }
            }
        }
        // All that go on are at one step.
        let Some(first) = runs.iter().find(|run| run.goes_on()) else {
            return Ok(runs.into_iter().map(|run| run.measured).collect());
        };
        let mut step = first.simulation.step();
        let next = first.way.next_after(step).min(n_steps);
        let mut members = going_on(&mut runs);
        while step < next {
            if interrupted.load(Ordering::Relaxed) {
                return Ok(None);
            }
            step = next.min(step + STEPS_BETWEEN_LOOKS);
            quartet.advance_ahead(&mut members, step);
        }
    }
}

/// The runs that are not yet measured.
fn going_on(runs: &mut [Run]) -> Vec<&mut Simulation> {
    let going_on = runs.iter_mut().filter(|run| run.goes_on());
    going_on.map(|run| &mut run.simulation).collect()
}

/// A replica until it is measured.
struct Run {
    simulation: Simulation,
    way: Way,
    measured: Option<Measured>,
}

/// Four replicas of a small network on the online stream, looked at in the lanes of vectors.
struct Together {
    observer: LaneObserver,
    modes: LaneModes,
}

impl Together {
    fn of(runs: &[Run]) -> Option<Self> {
        let [a, b, c, d] = runs else { return None };
        let four = [a, b, c, d].map(|run| &run.simulation);
        let network = a.simulation.network();
        let n_weights: usize = network.weights().iter().map(DMatrix::len).sum();
        let is_online = four.iter().all(|run| run.risk().dataset().is_none());
        (is_online && n_weights <= MOST_WEIGHTS).then(|| Self {
            observer: LaneObserver::new(network, four.map(|run| &**run.risk().teacher())),
            modes: LaneModes::default(),
        })
    }

    /// The modes of all four, whose weights are in the lanes where they are given; `None` where one of them has ended, or the processor has
    /// no lanes.
    fn look(&mut self, runs: &[Run], weights: Option<&[Vec<f64>]>, last_step: u64) -> Option<&LaneModes> {
        let [a, b, c, d] = runs else { return None };
        let four = [a, b, c, d];
        let go_on = |run: &&Run| run.goes_on() && run.simulation.divergence().is_none();
        if !four.iter().all(go_on) {
            return None;
        }
        let with_diffusion = four
            .iter()
            .any(|run| run.way.searches(run.simulation.step(), last_step));
        let sigma = a.simulation.in_force().label_noise_std;
        let same = |run: &&Run| run.simulation.in_force().label_noise_std.to_bits() == sigma.to_bits();
        if !four.iter().all(same) {
            return None;
        }
        let (observer, modes) = (&mut self.observer, &mut self.modes);
        let is_seen = if let Some(layers) = weights {
            observer.observe_lanes(layers, sigma, with_diffusion, modes)
        } else {
            let networks = four.map(|run| run.simulation.network());
            observer.observe(networks, sigma, with_diffusion, modes)
        };
        is_seen.then_some(&*modes)
    }
}

impl Run {
    fn goes_on(&self) -> bool {
        self.measured.is_none()
    }

    fn look(&mut self, n_steps: u64, seen: Option<(&LaneModes, usize)>) {
        self.way.look(&mut self.simulation, n_steps, seen);
    }

    fn has_ended(&self, stop: Stop, n_steps: u64) -> bool {
        self.simulation.step() >= n_steps
            || self.simulation.divergence().is_some()
            || self.way.is_settled(stop)
    }
}
