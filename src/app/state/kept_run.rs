//! A kept run: what is drawn of a run after it has been given up, to compare the present one with.

use super::run_data::RunData;
use super::view_settings::Alignment;
use crate::chart::{KnownKeptRun, TimeAxis};
use crate::experiment::Experiment;
use crate::history::History;
use crate::observables::Schema;
use crate::observables::events::{ModeEvents, Moment};
use crate::session::Recording;

/// Buckets of a kept run's history.
const MAX_BUCKETS: usize = 8192;
/// Memory for the rows of a recorded run.
const BUDGET_BYTES: usize = 16 << 20;

/// A kept run.
#[derive(Clone, Debug)]
pub(crate) struct KeptRun {
    /// Number of the run, and of its pictures.
    pub(crate) id: u64,
    pub(crate) label: String,
    pub(crate) is_shown: bool,
    /// As it was started, with the live parameters it had in the end.
    pub(crate) experiment: Experiment,
    /// The columns that [`KnownKeptRun`] tells.
    pub(crate) history: History,
    schema: Schema,
    /// Where the diffusion of each mode was largest.
    peaks: Vec<Option<Moment>>,
}

impl KeptRun {
    /// The present run's first trajectory as it is now.
    pub(crate) fn of(run: &RunData, label: String) -> Option<Self> {
        let history = &run.trajectories.first()?.history;
        let mut experiment = run.experiment.clone();
        experiment.live = run.live;
        Some(Self::new(
            run.run,
            label,
            experiment,
            run.schema,
            history,
            &run.events.modes,
        ))
    }

    fn new(
        id: u64,
        label: String,
        experiment: Experiment,
        schema: Schema,
        history: &History,
        modes: &[ModeEvents],
    ) -> Self {
        let peak = |events: &ModeEvents| {
            events.peak.map(|peak| Moment {
                step: peak.step,
                time: peak.time,
            })
        };
        Self {
            id,
            label,
            is_shown: true,
            experiment,
            history: history.digest(&KnownKeptRun::kept_columns(schema), MAX_BUCKETS),
            schema,
            peaks: modes.iter().map(peak).collect(),
        }
    }

    /// A recorded run, as far as it stayed finite.
    pub(crate) fn of_recording(recording: &Recording, label: String) -> Self {
        /// Numbers of recorded runs lie above those of all others.
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1 << 62);
        let schema = recording.schema();
        let mut history = History::new(schema.n_columns(), BUDGET_BYTES);
        for row in recording.rows() {
            if row.iter().any(|value| !value.is_finite()) {
                break;
            }
            history.extend(row);
        }
        let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let experiment = recording.experiment().clone();
        Self::new(id, label, experiment, schema, &history, recording.mode_events())
    }

    /// What pictures show of it over the present run.
    pub(crate) fn known(&self, run: &RunData, alignment: Alignment, axis: TimeAxis) -> KnownKeptRun<'_> {
        KnownKeptRun {
            id: self.id,
            label: &self.label,
            history: &self.history,
            shift: self.shift(run, alignment, axis),
            schema: self.schema,
        }
    }

    /// How far the run is moved along the axis to lie over the present one; not at all where a peak is not known.
    fn shift(&self, run: &RunData, alignment: Alignment, axis: TimeAxis) -> f64 {
        let Alignment::Peak(mode) = alignment else {
            return 0.0;
        };
        let theirs = self.peaks.get(mode).copied().flatten();
        let ours = run.events.modes.get(mode).and_then(|events| events.peak);
        match (theirs, ours, axis) {
            (Some(theirs), Some(ours), TimeAxis::Time) => ours.time - theirs.time,
            (Some(theirs), Some(ours), TimeAxis::Steps) => ours.step as f64 - theirs.step as f64,
            (None, _, _) | (_, None, _) => 0.0,
        }
    }
}
