//! Runs a simulation, or replicas of one, and records it.
//!
//! A script of changes is carried out on the way: those at the first step before the first row, the others after the row of
//! their step, if there is one.
//!
//! A run that diverges is recorded up to its last state. Replicas are observed together, and where one of them diverges the others
//! are already beyond that step: their rows end with the last one of the schedule before it.

use std::ops::ControlFlow;
use std::time::Duration;

use super::kept_weights::KeptWeights;
use super::recording::{Recording, RunEnd, n_replica_columns};
use crate::experiment::LiveParams;
use crate::model::DeepLinearNetwork;
use crate::platform::Instant;
use crate::simulation::{
    Replicas, STATISTICS_STRIDE, Schedule, Script, Simulation, StationaryStatistics, StationaryTable,
    StepOutcome,
};

/// Steps before the first report of progress: one of a large network may take a second.
const STEPS_BEFORE_FIRST_REPORT: u64 = 1;
/// Time between two reports, so that a run with distant rows can still be watched and cancelled; in between, every replica goes on
/// by itself.
const TIME_BETWEEN_REPORTS: Duration = Duration::from_millis(30);

/// What is kept of a run beside its rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keeping {
    /// Statistics of the modes once they have settled, from values every [`STATISTICS_STRIDE`] steps, however far apart the rows
    /// are.
    pub statistics: bool,
    /// Weights at step 0 and after every so many steps.
    pub weights_every: Option<u64>,
}

impl Recording {
    /// Runs `simulation` for `n_steps` more steps and records it on `schedule`. `progress` is told the number of steps taken
    /// and may end the run.
    pub fn run(
        simulation: &mut Simulation,
        schedule: Schedule,
        n_steps: u64,
        progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> (Self, RunEnd) {
        Self::run_script(simulation, &Script::default(), schedule, n_steps, progress)
    }

    /// As [`Self::run`], and carries out `script` on the way.
    pub fn run_script(
        simulation: &mut Simulation,
        script: &Script,
        schedule: Schedule,
        n_steps: u64,
        progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> (Self, RunEnd) {
        Self::run_keeping(
            simulation,
            script,
            schedule,
            n_steps,
            Keeping::default(),
            progress,
        )
    }

    /// As [`Self::run_script`], and keeps statistics of the modes once they have settled.
    pub fn run_settled(
        simulation: &mut Simulation,
        script: &Script,
        schedule: Schedule,
        n_steps: u64,
        progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> (Self, RunEnd) {
        let keeping = Keeping {
            statistics: true,
            ..Keeping::default()
        };
        Self::run_keeping(simulation, script, schedule, n_steps, keeping, progress)
    }

    /// As [`Self::run_script`], and keeps what else is asked for.
    pub fn run_keeping(
        simulation: &mut Simulation,
        script: &Script,
        schedule: Schedule,
        n_steps: u64,
        keeping: Keeping,
        progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> (Self, RunEnd) {
        let statistics = keeping
            .statistics
            .then(|| StationaryStatistics::new(simulation.experiment()));
        let weights = keeping
            .weights_every
            .map(|every| KeptWeights::new(simulation.network(), every));
        let mut plain = Plain {
            simulation,
            rows: Vec::new(),
            statistics,
            weights,
            seen: (Vec::new(), Vec::new()),
        };
        let (end, observed) = drive(&mut plain, script, schedule, n_steps, progress);
        let Plain {
            simulation,
            mut rows,
            statistics,
            weights,
            ..
        } = plain;
        if simulation.step() > observed {
            simulation.observe(&mut rows);
        }
        if let RunEnd::Diverged(_) = end {
            drop_overflowed([(&mut rows, simulation.schema().n_columns())]);
        }
        let table = statistics.map(|mut statistics| StationaryTable::new(simulation, &mut statistics));
        let recording = Self::of(simulation, rows).with_stationary(table);
        (recording.with_weights(weights), end)
    }

    /// Runs `replicas` for `n_steps` more steps and records them on `schedule`: the rows of the plain run, and beside each
    /// the distribution of the strengths. `script` is carried out in all of them. The first divergence ends the run.
    pub fn run_replicas(
        replicas: &mut Replicas,
        script: &Script,
        schedule: Schedule,
        n_steps: u64,
        progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> (Self, RunEnd) {
        let mut several = Several {
            last: replicas.replica(0).network().clone(),
            replicas,
            rows: Vec::new(),
            replica_rows: Vec::new(),
        };
        let (end, observed) = drive(&mut several, script, schedule, n_steps, progress);
        if end == RunEnd::Cancelled && several.replicas.step() > observed {
            several.observe();
        }
        let Several {
            replicas,
            mut rows,
            mut replica_rows,
            last,
        } = several;
        if let RunEnd::ReplicaDiverged(_) = end {
            let schema = replicas.replica(0).schema();
            drop_overflowed([
                (&mut rows, schema.n_columns()),
                (&mut replica_rows, n_replica_columns(schema)),
            ]);
        }
        (Self::of_replicas(replicas, rows, replica_rows, last), end)
    }
}

/// What can be run and observed.
trait Recorded {
    /// Number of steps taken.
    fn step(&self) -> u64;
    /// Takes steps until `step` have been taken in all; answers how the run ended, if it did.
    fn advance_to(&mut self, step: u64) -> Option<RunEnd>;
    /// Takes new parameters, which are allowed.
    fn set_live(&mut self, live: LiveParams);
    /// Records the present state.
    fn observe(&mut self);
    /// The next step that something kept beside the rows needs to look at.
    fn next_look(&self) -> Option<u64> {
        None
    }
    /// Lets what is kept beside the rows look at the present state.
    fn look(&mut self) {}
}

/// One run.
struct Plain<'a> {
    simulation: &'a mut Simulation,
    rows: Vec<f64>,
    statistics: Option<StationaryStatistics>,
    weights: Option<KeptWeights>,
    /// Strengths and curvatures last seen.
    seen: (Vec<f64>, Vec<f64>),
}

impl Recorded for Plain<'_> {
    fn step(&self) -> u64 {
        self.simulation.step()
    }

    fn advance_to(&mut self, step: u64) -> Option<RunEnd> {
        match self.simulation.advance_to(step) {
            StepOutcome::Advanced => None,
            StepOutcome::Diverged(divergence) => Some(RunEnd::Diverged(divergence)),
        }
    }

    fn set_live(&mut self, live: LiveParams) {
        // A script has been validated, which is all that can be refused.
        let _valid = self.simulation.set_live(live);
        if let Some(statistics) = &mut self.statistics {
            statistics.restart(self.simulation.step(), self.simulation.in_force());
        }
    }

    fn observe(&mut self) {
        self.simulation.observe(&mut self.rows);
    }

    fn next_look(&self) -> Option<u64> {
        let next = (self.step() / STATISTICS_STRIDE + 1).saturating_mul(STATISTICS_STRIDE);
        let of_statistics = self.statistics.as_ref().map(|_| next);
        let of_weights = self
            .weights
            .as_ref()
            .map(|weights| weights.next_after(self.step()));
        of_statistics.into_iter().chain(of_weights).min()
    }

    fn look(&mut self) {
        let step = self.simulation.step();
        if let Some(weights) = &mut self.weights {
            weights.look(step, self.simulation.network());
        }
        if let Some(statistics) = self
            .statistics
            .as_mut()
            .filter(|_| step.is_multiple_of(STATISTICS_STRIDE))
        {
            let (strengths, curvatures) = &mut self.seen;
            strengths.clear();
            curvatures.clear();
            self.simulation.observe_settled(strengths, curvatures);
            statistics.follow(step, self.simulation.in_force());
            statistics.push(step, strengths, curvatures);
        }
    }
}

/// Several runs.
struct Several<'a> {
    replicas: &'a mut Replicas,
    rows: Vec<f64>,
    replica_rows: Vec<f64>,
    /// Weights of the plain run at the last row.
    last: DeepLinearNetwork,
}

impl Recorded for Several<'_> {
    fn step(&self) -> u64 {
        self.replicas.step()
    }

    fn advance_to(&mut self, step: u64) -> Option<RunEnd> {
        self.replicas.advance_to(step);
        self.replicas.first_divergence().map(RunEnd::ReplicaDiverged)
    }

    fn set_live(&mut self, live: LiveParams) {
        // As above.
        let _valid = self.replicas.set_live(live);
    }

    fn observe(&mut self) {
        self.replicas.observe_plain_run(&mut self.rows);
        if let Some(summaries) = self.replicas.observe() {
            Replicas::columns(&summaries, &mut self.replica_rows);
        } else {
            // Initial weights beyond the range of numbers.
            let n_columns = n_replica_columns(self.replicas.replica(0).schema());
            self.replica_rows.extend(std::iter::repeat_n(f64::NAN, n_columns));
        }
        self.last.clone_from(self.replicas.replica(0).network());
    }
}

/// Runs and observes at the start, on schedule and after `n_steps`, carrying out `script`; answers how it ended and the last step
/// observed.
fn drive(
    recorded: &mut impl Recorded,
    script: &Script,
    schedule: Schedule,
    n_steps: u64,
    mut progress: impl FnMut(u64) -> ControlFlow<()>,
) -> (RunEnd, u64) {
    let mut report_stride = STEPS_BEFORE_FIRST_REPORT;
    let last_step = recorded.step().saturating_add(n_steps);
    if let Some(live) = script.at(recorded.step()) {
        recorded.set_live(live);
    }
    recorded.observe();
    recorded.look();
    let mut observed = recorded.step();
    loop {
        let step = recorded.step();
        if step >= last_step {
            return (RunEnd::Completed, observed);
        }
        let next_row = schedule.next_after(step).min(last_step);
        let next = next_row
            .min(step.saturating_add(report_stride))
            .min(script.next_after(step).unwrap_or(u64::MAX))
            .min(recorded.next_look().unwrap_or(u64::MAX));
        let start = Instant::now();
        if let Some(end) = recorded.advance_to(next) {
            return (end, observed);
        }
        if next - step >= report_stride {
            // How many steps a report waits for decides about no value.
            report_stride = if start.elapsed() < TIME_BETWEEN_REPORTS / 2 {
                report_stride.saturating_mul(2)
            } else {
                (report_stride / 2).max(1)
            };
        }
        recorded.look();
        if recorded.step() == next_row {
            recorded.observe();
            observed = next_row;
        }
        if let Some(live) = script.at(recorded.step()) {
            recorded.set_live(live);
        }
        if progress(recorded.step()).is_break() {
            return (RunEnd::Cancelled, observed);
        }
    }
}

/// Drops the last rows that hold infinities or NaN in any of the tables, given with their numbers of columns, but never the
/// first row: weights on the edge of the range of numbers may have observables, their fourth powers, beyond it.
fn drop_overflowed<const N: usize>(mut tables: [(&mut Vec<f64>, usize); N]) {
    let is_finite = |(rows, n_columns): &(&mut Vec<f64>, usize)| {
        rows.len() <= *n_columns
            || rows[rows.len() - n_columns..]
                .iter()
                .all(|value| value.is_finite())
    };
    while !tables.iter().all(is_finite) {
        for (rows, n_columns) in &mut tables {
            rows.truncate(rows.len() - *n_columns);
        }
    }
}
