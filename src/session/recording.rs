//! A run kept as rows of observables and the events seen in them, with what is needed to understand them later: experiment, teacher, data, weights.
//!
//! Rows are laid out by [`Schema`], one after the other. A run of `n` steps recorded every `k` has rows at the steps
//! `0, k, 2k, ..` and at `n`; the last row of a run that diverged is finite.

use std::ops::ControlFlow;

use thiserror::Error;

use super::events::{RecordedEvent, events_of};
use crate::experiment::Experiment;
use crate::model::{DeepLinearNetwork, Risk};
use crate::observables::Schema;
use crate::simulation::{Divergence, Schedule, Simulation, StepOutcome};

/// Most numbers a recording may hold, 1 GiB of them.
pub const MAX_RECORDED_NUMBERS: u64 = 1 << 27;
/// Steps between two reports of progress, so that a run with distant rows can still be watched and cancelled.
const STEPS_BETWEEN_REPORTS: u64 = 256;

/// How a recorded run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RunEnd {
    /// Every step was taken.
    Completed,
    /// Progress was answered with [`ControlFlow::Break`].
    Cancelled,
    /// Training diverged.
    Diverged(Divergence),
}

/// Why a run cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RecordingError {
    /// The rows would not fit.
    #[error(
        "{n_steps} steps recorded every {every} make {n_rows} rows of {n_columns} numbers; at most {MAX_RECORDED_NUMBERS} numbers are kept: record every {least_every} steps or more rarely"
    )]
    TooLong {
        /// Steps asked for.
        n_steps: u64,
        /// Steps between rows asked for.
        every: u64,
        /// Rows that would make.
        n_rows: u64,
        /// Numbers in a row.
        n_columns: usize,
        /// Steps between rows that would fit.
        least_every: u64,
    },
}

/// Rows of a run and what they are rows of.
#[derive(Clone, Debug)]
pub struct Recording {
    experiment: Experiment,
    schema: Schema,
    rows: Vec<f64>,
    events: Vec<RecordedEvent>,
    risk: Risk,
    label_noise_std: f64,
    initial: DeepLinearNetwork,
    last: DeepLinearNetwork,
}

impl Recording {
    /// Checks that `n_steps` steps recorded every `every` fit into memory.
    ///
    /// # Errors
    /// [`RecordingError`] where they do not.
    pub fn check_length(schema: Schema, n_steps: u64, every: u64) -> Result<(), RecordingError> {
        let n_columns = schema.n_columns();
        let most_rows = MAX_RECORDED_NUMBERS / n_columns as u64;
        // The initial and the final row stand beside those of the schedule.
        let n_rows = n_steps / every.max(1) + 2;
        if n_rows <= most_rows {
            return Ok(());
        }
        Err(RecordingError::TooLong {
            n_steps,
            every,
            n_rows,
            n_columns,
            least_every: n_steps / (most_rows - 2) + 1,
        })
    }

    /// Runs `simulation` for `n_steps` more steps and records it on `schedule`. `progress` is told the number of steps taken
    /// and may end the run.
    pub fn run(
        simulation: &mut Simulation,
        schedule: Schedule,
        n_steps: u64,
        mut progress: impl FnMut(u64) -> ControlFlow<()>,
    ) -> (Self, RunEnd) {
        let last_step = simulation.step().saturating_add(n_steps);
        let mut rows = Vec::new();
        simulation.observe(&mut rows);
        let mut observed = simulation.step();
        let end = loop {
            let step = simulation.step();
            if step >= last_step {
                break RunEnd::Completed;
            }
            let next_row = schedule.next_after(step).min(last_step);
            let outcome = simulation.advance_to(next_row.min(step.saturating_add(STEPS_BETWEEN_REPORTS)));
            match outcome {
                StepOutcome::Advanced => {
                    if simulation.step() == next_row {
                        simulation.observe(&mut rows);
                        observed = next_row;
                    }
                }
                StepOutcome::Diverged(divergence) => break RunEnd::Diverged(divergence),
            }
            if progress(simulation.step()).is_break() {
                break RunEnd::Cancelled;
            }
        };
        if simulation.step() > observed {
            simulation.observe(&mut rows);
        }
        if let RunEnd::Diverged(_) = end {
            drop_overflowed(&mut rows, simulation.schema().n_columns());
        }
        (Self::of(simulation, rows), end)
    }

    /// Rows observed of a simulation, which is asked for everything else.
    pub fn of(simulation: &Simulation, rows: Vec<f64>) -> Self {
        Self {
            experiment: simulation.experiment().clone(),
            schema: simulation.schema(),
            events: events_of(simulation, &rows, simulation.divergence()),
            rows,
            risk: simulation.risk().clone(),
            label_noise_std: simulation.live().label_noise_std,
            initial: simulation.initial_network().clone(),
            last: simulation.network().clone(),
        }
    }

    /// The experiment as it was started.
    pub fn experiment(&self) -> &Experiment {
        &self.experiment
    }

    /// Layout of the rows.
    pub fn schema(&self) -> Schema {
        self.schema
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.rows.chunks_exact(self.schema.n_columns())
    }

    /// What happened, by step.
    pub fn events(&self) -> &[RecordedEvent] {
        &self.events
    }

    /// One column, oldest first.
    pub fn column(&self, column: usize) -> impl ExactSizeIterator<Item = f64> {
        self.rows().map(move |row| row[column])
    }

    /// What was minimised, with teacher and data.
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// Label noise in force at the last row.
    pub fn label_noise_std(&self) -> f64 {
        self.label_noise_std
    }

    /// Weights at step 0.
    pub fn initial_network(&self) -> &DeepLinearNetwork {
        &self.initial
    }

    /// Weights at the last row.
    pub fn last_network(&self) -> &DeepLinearNetwork {
        &self.last
    }
}

/// Drops the last rows that hold infinities or NaN, but never the first row: weights on the edge of the range of numbers may
/// have observables, their fourth powers, beyond it.
fn drop_overflowed(rows: &mut Vec<f64>, n_columns: usize) {
    let is_finite = |row: &[f64]| row.iter().all(|value| value.is_finite());
    while rows.len() > n_columns && !is_finite(&rows[rows.len() - n_columns..]) {
        rows.truncate(rows.len() - n_columns);
    }
}
