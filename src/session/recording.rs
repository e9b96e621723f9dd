//! A run kept as rows of observables and the events seen in them, with what is needed to understand them later: experiment, teacher, data, weights.
//!
//! Rows are laid out by [`Schema`], one after the other. A run of `n` steps recorded every `k` has rows at the steps
//! `0, k, 2k, ..` and at `n`; the last row of a run that diverged is finite.
//!
//! An observable that a file was made without is NaN in every row.
//!
//! Of several replicas, the rows are those of the plain run, and beside each row stands the distribution of every mode strength
//! over all of them.

use nalgebra::DMatrix;
use thiserror::Error;

use super::events::{RecordedEvent, RunEvents, events_of};
use super::file::Session;
use super::kept_weights::KeptWeights;
use crate::budget;
use crate::experiment::{Experiment, LiveParams};
use crate::model::{DeepLinearNetwork, Risk};
use crate::observables::events::ModeEvents;
use crate::observables::{Quantity, Schema};
use crate::simulation::{
    Densities, Divergence, Intervention, Passages, ReplicaDivergence, Replicas, SetupError, Simulation,
    StationaryTable,
};

/// Most numbers a recording may hold, 1 GiB of them.
pub const MAX_RECORDED_NUMBERS: u64 = 1 << 27;

/// Most numbers that a recording may hold on this machine.
pub(super) fn most_recorded_numbers() -> u64 {
    // Beside the rows stand columns of them, in turn, and pictures.
    let fitting = budget::bytes() / (2 * size_of::<f64>() as u64);
    fitting.min(MAX_RECORDED_NUMBERS)
}

/// How a recorded run ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RunEnd {
    /// Every step was taken.
    Completed,
    /// Progress was answered with [`ControlFlow::Break`](std::ops::ControlFlow::Break).
    Cancelled,
    /// Training diverged.
    Diverged(Divergence),
    /// Training diverged in one of several replicas, which ended them all.
    ReplicaDiverged(ReplicaDivergence),
}

/// Why a run cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RecordingError {
    /// The rows would not fit.
    #[error(
        "{n_steps} steps recorded every {every} make {n_rows} rows of {n_columns} numbers; at most {} numbers are kept: record every {least_every} steps or more rarely",
        most_recorded_numbers()
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
    /// The weights would not fit.
    #[error(
        "{n_weights} weights kept every {every} of {n_steps} steps, {n_times} times: at most {} numbers are kept: keep them every {least_every} steps or more rarely",
        most_recorded_numbers()
    )]
    TooManyWeights {
        /// Steps asked for.
        n_steps: u64,
        /// Steps between weights asked for.
        every: u64,
        /// How often they would be kept.
        n_times: u64,
        /// Weights of the network.
        n_weights: u64,
        /// Steps between weights that would fit.
        least_every: u64,
    },
}

/// Rows of a run and what they are rows of.
#[derive(Clone, Debug)]
pub struct Recording {
    session: Session,
    interventions: Vec<Intervention>,
    schema: Schema,
    rows: Vec<f64>,
    replica_rows: Vec<f64>,
    events: RunEvents,
    stationary: Option<StationaryTable>,
    weights: Option<KeptWeights>,
    passages: Option<Passages>,
    risk: Risk,
    label_noise_std: f64,
    initial: DeepLinearNetwork,
    last: DeepLinearNetwork,
    carried: Vec<(&'static str, Vec<DMatrix<f64>>)>,
}

impl Recording {
    /// Checks that `n_steps` steps recorded every `every`, with the columns of replicas or without, fit into memory.
    ///
    /// # Errors
    /// [`RecordingError`] where they do not.
    pub fn check_length(
        schema: Schema,
        with_replicas: bool,
        n_steps: u64,
        every: u64,
    ) -> Result<(), RecordingError> {
        let n_columns = schema.n_columns() + usize::from(with_replicas) * n_replica_columns(schema);
        let most_rows = most_recorded_numbers() / n_columns as u64;
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
            least_every: n_steps / (most_rows.max(3) - 2) + 1,
        })
    }

    /// Checks that the weights of `network`, kept every `every` steps of `n_steps`, fit into memory, and into the file that is made of
    /// them.
    ///
    /// # Errors
    /// [`RecordingError::TooManyWeights`] where they do not.
    pub fn check_weights(
        network: &DeepLinearNetwork,
        n_steps: u64,
        every: u64,
    ) -> Result<(), RecordingError> {
        let n_weights = network.n_parameters() as u64;
        let most = (most_recorded_numbers() / n_weights.max(1)).max(1);
        let n_times = n_steps / every.max(1) + 1;
        let n_bytes = n_times
            .saturating_mul(n_weights)
            .saturating_mul(size_of::<f64>() as u64);
        if n_times <= most && budget::check(n_bytes).is_ok() {
            return Ok(());
        }
        Err(RecordingError::TooManyWeights {
            n_steps,
            every,
            n_times,
            n_weights,
            least_every: n_steps / most + 1,
        })
    }

    /// Rows observed of a simulation, which is asked for everything else.
    pub fn of(simulation: &Simulation, rows: Vec<f64>) -> Self {
        Self::ended(simulation, rows, simulation.divergence())
    }

    /// Rows observed of replicas: those of the plain run, whose weights at the last row are `last`, and beside each the
    /// [`Replicas::columns`] of all.
    pub(super) fn of_replicas(
        replicas: &Replicas,
        rows: Vec<f64>,
        replica_rows: Vec<f64>,
        last: DeepLinearNetwork,
    ) -> Self {
        let first = replicas.first_divergence();
        let divergence = first.as_ref().map(|first| &first.divergence);
        let plain = Self::ended(replicas.replica(0), rows, divergence);
        Self {
            passages: Some(replicas.passages().clone()),
            session: Session::of_replicas(replicas),
            replica_rows,
            last,
            // The plain run may have gone on from the last row to where another diverged.
            carried: if first.is_some() {
                Vec::new()
            } else {
                plain.carried
            },
            ..plain
        }
    }

    /// What a file holds of a run: its session, its rows, those of its replicas, and the weights at the start and at the last row.
    ///
    /// # Errors
    /// [`SetupError`] where the session's experiment cannot be set up.
    pub(super) fn of_file(
        session: Session,
        rows: Vec<f64>,
        replica_rows: Vec<f64>,
        initial: DeepLinearNetwork,
        last: DeepLinearNetwork,
    ) -> Result<Self, SetupError> {
        // Set up for its teacher and data; no step is taken.
        let simulation = Simulation::new(&session.experiment)?;
        let experiment = &session.experiment;
        let mut interventions = session.script.interventions(experiment);
        let schema = simulation.schema();
        // Of a run whose course depended on itself, only its rows know when a step was.
        let time_of = |step: u64| {
            let n_columns = schema.n_columns();
            let row = rows
                .chunks_exact(n_columns)
                .find(|row| row[Schema::STEP] >= step as f64);
            let row = row.or_else(|| rows.chunks_exact(n_columns).last());
            row.map_or(0.0, |row| row[Schema::TIME])
        };
        let waits = experiment.schedule.waits();
        if waits {
            for change in &mut interventions {
                change.time = time_of(change.step);
            }
        }
        let end = session.end;
        let divergence = end.diverged.then(|| {
            let time = if waits {
                time_of(end.step)
            } else {
                session.script.time_at(experiment, end.step)
            };
            (end.step, time)
        });
        let set = interventions.last().map_or(experiment.live, |change| change.live);
        let last_row = rows.chunks_exact(schema.n_columns()).last();
        let in_force = last_row.and_then(|row| schema.read_live(|column| row[column]));
        let live = in_force
            .filter(|_| !experiment.schedule.is_empty())
            .unwrap_or(set);
        Ok(Self {
            schema,
            events: events_of(&simulation, &interventions, &rows, divergence),
            rows,
            replica_rows,
            stationary: None,
            weights: None,
            passages: None,
            risk: simulation.risk().clone(),
            label_noise_std: live.label_noise_std,
            initial,
            last,
            carried: Vec::new(),
            interventions,
            session,
        })
    }

    fn ended(simulation: &Simulation, rows: Vec<f64>, divergence: Option<&Divergence>) -> Self {
        Self {
            session: Session::of(simulation),
            interventions: simulation.interventions().to_vec(),
            schema: simulation.schema(),
            events: events_of(
                simulation,
                simulation.interventions(),
                &rows,
                divergence.map(|divergence| (divergence.step, divergence.time)),
            ),
            rows,
            replica_rows: Vec::new(),
            stationary: None,
            weights: None,
            passages: None,
            risk: simulation.risk().clone(),
            label_noise_std: simulation.in_force().label_noise_std,
            initial: simulation.initial_network().clone(),
            last: simulation.network().clone(),
            carried: simulation.carried(),
        }
    }

    /// The experiment as it was started.
    pub fn experiment(&self) -> &Experiment {
        &self.session.experiment
    }

    /// The run as a session, by which it can be done again.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// Every change of the live parameters, oldest first.
    pub fn interventions(&self) -> &[Intervention] {
        &self.interventions
    }

    /// Layout of the rows.
    pub fn schema(&self) -> Schema {
        self.schema
    }

    /// The rows, oldest first.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.rows.chunks_exact(self.schema.n_columns())
    }

    /// Names of the columns of the rows, then of those of the replicas where there are any.
    pub fn column_names(&self) -> Vec<String> {
        let mut names = self.schema.names();
        if !self.replica_rows.is_empty() {
            names.extend(Replicas::column_names(self.schema.rank()));
        }
        names
    }

    /// For every row the statistics of the replicas, laid out by [`Replicas::columns`]; nothing where there was one run.
    pub fn replica_rows(&self) -> impl ExactSizeIterator<Item = &[f64]> {
        self.replica_rows.chunks_exact(n_replica_columns(self.schema))
    }

    /// What happened, by step.
    pub fn events(&self) -> &[RecordedEvent] {
        &self.events.all
    }

    /// What is known of every mode at the end: the same peaks and moments as in [`Self::events`], and a peak that is not
    /// confirmed yet.
    pub fn mode_events(&self) -> &[ModeEvents] {
        &self.events.modes
    }

    /// The same of the student's own pairs, by their numbers, as told without the teacher
    /// ([`BlindDetector`](crate::observables::events::BlindDetector)).
    pub fn pair_events(&self) -> &[ModeEvents] {
        &self.events.pairs
    }

    /// The same recording with what was measured of its settled modes.
    #[must_use]
    pub(super) fn with_stationary(mut self, table: Option<StationaryTable>) -> Self {
        self.stationary = table;
        self
    }

    /// The same recording with the weights that were kept on the way.
    #[must_use]
    pub(super) fn with_weights(mut self, weights: Option<KeptWeights>) -> Self {
        self.weights = weights;
        self
    }

    /// The same recording with when its replicas had their modes learned.
    #[must_use]
    pub(super) fn with_passages(mut self, passages: Option<Passages>) -> Self {
        self.passages = passages;
        self
    }

    /// When the replicas had their modes half learned, and learned, where there are any.
    pub fn passages(&self) -> Option<&Passages> {
        self.passages.as_ref()
    }

    /// The weights that were kept on the way, if that was asked for.
    pub fn weights(&self) -> Option<&KeptWeights> {
        self.weights.as_ref()
    }

    /// What was measured of the settled modes, if that was asked for.
    pub fn stationary(&self) -> Option<&StationaryTable> {
        self.stationary.as_ref()
    }

    /// Parameters in force from times on, oldest first, the first from the start: of a run without a schedule to the bit, else from
    /// its rows.
    pub fn course(&self) -> Vec<(f64, LiveParams)> {
        let experiment = self.experiment();
        if experiment.schedule.is_empty() {
            let changes = self.interventions.iter().map(|change| (change.time, change.live));
            return std::iter::once((0.0, experiment.live)).chain(changes).collect();
        }
        let mut course: Vec<(f64, LiveParams)> = Vec::new();
        for row in self.rows() {
            let live = self.schema.read_live(|column| row[column]);
            if let Some(live) = live.filter(|live| course.last().is_none_or(|(_, last)| last != live)) {
                course.push((row[Schema::TIME], live));
            }
        }
        course
    }

    /// The laws of its modes at the start: see [`Densities`].
    pub fn densities(&self) -> Densities {
        let Some(first) = self.rows().next() else {
            return Densities::default();
        };
        let course = self.course();
        let live = course.first().map_or(self.experiment().live, |(_, live)| *live);
        Densities::new(
            self.experiment(),
            &live,
            &first[self.schema.columns(Quantity::Strength)],
        )
    }

    /// One column, oldest first.
    pub fn column(&self, column: usize) -> impl ExactSizeIterator<Item = f64> {
        self.rows().map(move |row| row[column])
    }

    /// What was minimised, with teacher and data.
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// Label noise in force at the end.
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

    /// What the run carries from step to step beside them, by name; nothing of a recording read from a file.
    pub fn carried(&self) -> &[(&'static str, Vec<DMatrix<f64>>)] {
        &self.carried
    }
}

/// Number of columns that replicas add.
pub(super) fn n_replica_columns(schema: Schema) -> usize {
    Replicas::STATISTICS.len() * schema.rank()
}
