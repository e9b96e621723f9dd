//! Replicas of a cell: run to their stop and measured on the way, with no trajectory kept.

use std::sync::atomic::{AtomicBool, Ordering};

use nalgebra::DMatrix;

use super::measure::ModeOutcome;
use super::{Stop, Sweep};
use crate::budget::{self, OutOfMemory};
use crate::experiment::{Experiment, LiveParams};
use crate::observables::events::{LEARNED_FRACTION, Moment};
use crate::observables::{LaneModes, LaneObserver, Quantity, Schema, with_decay};
use crate::products::lanes::LANES;
use crate::session::{StateDigest, state_digest};
use crate::simulation::{
    Phase, Quartet, STATISTICS_STRIDE, SetupError, Simulation, StationaryStatistics, bytes_of_run,
};
use crate::stats::Moments;
use crate::theory::{ModeLaw, StrengthCurve};

/// Steps between two looks at whether the sweep is interrupted.
const STEPS_BETWEEN_LOOKS: u64 = 256;
/// Most weights of a network that is looked at in lanes.
const MOST_WEIGHTS: usize = 768;
/// Fraction of the teacher's strength that tells a mode that is there from one that is not.
const HALF: f64 = 0.5;
/// How many times the time of gradient flow a mode has before it counts as trapped.
const PATIENCE: f64 = 3.0;
/// The smallest start, relative to the teacher's strength, that this time is computed from.
const SMALLEST_START: f64 = 1e-6;

/// What was measured of one mode.
#[derive(Clone, Debug)]
pub(super) struct ModeMeasured {
    pub(super) outcome: ModeOutcome,
    /// First row at half of the teacher's strength or above.
    pub(super) half: Option<Moment>,
    /// First row at 95 % or above.
    pub(super) learned: Option<Moment>,
    /// Step of the confirmed peak of the diffusion, and the steps from there to 95 %.
    pub(super) peak: Option<u64>,
    pub(super) lead: Option<u64>,
    /// Of the strength since the mode settled.
    pub(super) moments: Option<Moments>,
    pub(super) alignment: f64,
}

/// What was measured of one replica.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    pub(super) modes: Vec<ModeMeasured>,
    pub(super) diverged: bool,
    pub(super) steps: u64,
    pub(super) excess_loss: f64,
    pub(super) imbalance: f64,
    pub(super) digest: StateDigest,
}

/// What is known of a mode on its way.
#[derive(Clone, Copy, Debug, Default)]
struct Watch {
    /// Where the mode ends: the teacher's strength, less with weight decay.
    teacher_strength: f64,
    start: f64,
    last: f64,
    half: Option<Moment>,
    learned: Option<Moment>,
}

impl Watch {
    fn look(&mut self, now: Moment, strength: f64) {
        self.last = strength;
        if strength >= HALF * self.teacher_strength {
            self.half.get_or_insert(now);
        }
        if strength >= LEARNED_FRACTION * self.teacher_strength {
            self.learned.get_or_insert(now);
        }
    }

    fn outcome(&self, law: &ModeLaw, time: f64, diverged: bool) -> ModeOutcome {
        let is_there = self.last >= HALF * self.teacher_strength;
        match (diverged, self.half, self.learned) {
            (true, _, _) => ModeOutcome::Diverged,
            (false, _, Some(_)) if is_there => ModeOutcome::Learned,
            (false, Some(_), _) if !is_there => ModeOutcome::Lost,
            (false, None, _) if time > self.patience(law) => ModeOutcome::Trapped,
            (false, Some(_) | None, Some(_) | None) => ModeOutcome::Unfinished,
        }
    }

    /// Training time after which a mode that is not there has stayed away.
    fn patience(&self, law: &ModeLaw) -> f64 {
        let start = self.start.abs().max(SMALLEST_START * self.teacher_strength);
        let curve = StrengthCurve::of(law, start);
        PATIENCE * curve.time_to_reach(LEARNED_FRACTION * curve.end()).unwrap_or(0.0)
    }
}

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

/// A replica on its way.
struct Way {
    depth: usize,
    schema: Schema,
    every: u64,
    watches: Vec<Watch>,
    detector: Option<crate::observables::events::EventDetector>,
    statistics: Option<StationaryStatistics>,
    row: Vec<f64>,
    strengths: Vec<f64>,
}

impl Way {
    fn new(sweep: &Sweep, simulation: &Simulation, every: u64) -> Self {
        let experiment = simulation.experiment();
        let watch = |mode| Watch {
            teacher_strength: experiment.mode_law(mode, &experiment.live).scale_strength(),
            ..Watch::default()
        };
        Self {
            depth: simulation.experiment().network.depth(),
            schema: simulation.schema(),
            every,
            watches: (0..simulation.schema().rank()).map(watch).collect(),
            detector: sweep
                .measures
                .peak
                .then(|| simulation.event_detector().without_pairs()),
            statistics: sweep
                .measures
                .settled
                .then(|| StationaryStatistics::new(simulation.experiment())),
            row: Vec::new(),
            strengths: Vec::new(),
        }
    }

    /// The next step that is looked at.
    fn next_after(&self, step: u64) -> u64 {
        let after = |stride: u64| (step / stride + 1).saturating_mul(stride);
        let row = after(self.every);
        if self.statistics.is_some() {
            row.min(after(STATISTICS_STRIDE))
        } else {
            row
        }
    }

    fn is_row(&self, step: u64, last_step: u64) -> bool {
        step.is_multiple_of(self.every) || step >= last_step
    }

    /// Whether the diffusion is looked at after `step` steps. Once every mode is learned there is no peak left to be found, and the
    /// strengths alone cost a fraction of a row.
    fn searches(&self, step: u64, last_step: u64) -> bool {
        let not_learned = || self.watches.iter().any(|watch| watch.learned.is_none());
        self.detector.is_some() && self.is_row(step, last_step) && not_learned()
    }

    /// Looks at the present weights, or at the modes `seen` in one of the lanes.
    fn look(&mut self, simulation: &mut Simulation, last_step: u64, seen: Option<(&LaneModes, usize)>) {
        let now = Moment {
            step: simulation.step(),
            time: simulation.time(),
        };
        if simulation.divergence().is_some() {
            return;
        }
        let searches = self.searches(now.step, last_step);
        self.strengths.clear();
        if let Some((modes, lane)) = seen {
            self.strengths
                .extend(modes.strength.iter().map(|lanes| lanes[lane]));
            if searches {
                self.fill_row(now, simulation.in_force(), modes, lane);
            }
        } else if searches {
            self.row.clear();
            simulation.observe_modes(&mut self.row);
            self.strengths
                .extend_from_slice(&self.row[self.schema.columns(Quantity::Strength)]);
        } else {
            simulation.observe_strengths(&mut self.strengths);
        }
        if let Some(detector) = &mut self.detector
            && searches
        {
            detector.observe(&self.row);
        }
        if self.is_row(now.step, last_step) {
            for (watch, &strength) in self.watches.iter_mut().zip(&self.strengths) {
                if now.step == 0 {
                    watch.start = strength;
                }
                watch.look(now, strength);
            }
        }
        if let Some(statistics) = &mut self.statistics {
            statistics.follow(now.step, simulation.in_force());
            statistics.push(now.step, &self.strengths, &[]);
        }
    }

    /// The row that a detector reads.
    fn fill_row(&mut self, now: Moment, live: &LiveParams, modes: &LaneModes, lane: usize) {
        let schema = self.schema;
        self.row.resize(schema.n_columns(), 0.0);
        self.row[Schema::STEP] = now.step as f64;
        self.row[Schema::TIME] = now.time;
        for mode in 0..schema.rank() {
            self.row[schema.column(Quantity::Strength, mode)] = modes.strength[mode][lane];
            let (drift, strength) = (modes.drift[mode][lane], modes.strength[mode][lane]);
            self.row[schema.column(Quantity::Drift, mode)] = with_decay(drift, strength, self.depth, live);
            self.row[schema.column(Quantity::Diffusion, mode)] =
                live.noise_scale() * modes.diffusion_over_tau[mode][lane];
        }
        schema.write_live(live, &mut self.row);
    }

    /// Whether every mode has been counted as often as the sweep asks for.
    fn is_settled(&self, stop: Stop) -> bool {
        let Stop::Settled { counts, .. } = stop else {
            return false;
        };
        let modes = self.statistics.iter().flat_map(|statistics| &statistics.modes);
        self.statistics.is_some() && modes.clone().all(|mode| mode.moments.count() >= counts)
    }

    fn measured(&self, simulation: &mut Simulation) -> Measured {
        let diverged = simulation.divergence().is_some();
        let mut row = Vec::new();
        simulation.observe(&mut row);
        let (schema, time) = (self.schema, simulation.time());
        let experiment = simulation.experiment();
        let in_force = *simulation.in_force();
        let law = |mode| experiment.mode_law(mode, &in_force);
        let laws: Vec<ModeLaw> = (0..schema.rank()).map(law).collect();
        let events: Vec<_> = self
            .detector
            .as_ref()
            .map(|detector| detector.modes().collect())
            .unwrap_or_default();
        let mode = |(mode, watch): (usize, &Watch)| {
            let events = events.get(mode);
            let statistics = self.statistics.as_ref().map(|statistics| &statistics.modes[mode]);
            let settled = statistics.filter(|statistics| {
                matches!(statistics.phase, Phase::Counting { .. }) && statistics.moments.count() > 0
            });
            ModeMeasured {
                outcome: watch.outcome(&laws[mode], time, diverged),
                half: watch.half,
                learned: watch.learned,
                peak: events.and_then(|events| Some(events.peak.filter(|peak| peak.confirmed)?.step)),
                lead: events.and_then(|events| Some(events.lead()?.steps)),
                moments: settled.map(|statistics| statistics.moments),
                alignment: row[schema.column(Quantity::Alignment, mode)],
            }
        };
        Measured {
            modes: self.watches.iter().enumerate().map(mode).collect(),
            diverged,
            steps: simulation.step(),
            excess_loss: row[Schema::EXCESS_LOSS],
            imbalance: row[schema.imbalance()],
            digest: state_digest(simulation),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(strengths: &[f64], time: f64) -> ModeOutcome {
        let mut watch = Watch {
            teacher_strength: 1.0,
            start: 1e-3,
            ..Watch::default()
        };
        for (step, &strength) in (0..).zip(strengths) {
            watch.look(
                Moment {
                    step,
                    time: step as f64,
                },
                strength,
            );
        }
        let law = ModeLaw {
            depth: 2,
            teacher_strength: 1.0,
            ..ModeLaw::default()
        };
        watch.outcome(&law, time, false)
    }

    #[test]
    fn outcomes_are_as_defined() {
        // From 1e-3 gradient flow takes (ln 999 + ln 19) / 2 = 4.93 to 95 %.
        assert_eq!(outcome(&[1e-3, 0.96, 0.5], 100.0), ModeOutcome::Learned);
        assert_eq!(outcome(&[1e-3, 0.96, 0.49], 100.0), ModeOutcome::Lost);
        assert_eq!(outcome(&[1e-3, 0.6, 0.1], 1.0), ModeOutcome::Lost);
        assert_eq!(outcome(&[1e-3, 0.49, 0.1], 14.7), ModeOutcome::Unfinished);
        assert_eq!(outcome(&[1e-3, 0.49, 0.1], 14.9), ModeOutcome::Trapped);
        assert_eq!(outcome(&[1e-3, 0.9], 100.0), ModeOutcome::Unfinished);
    }
}
