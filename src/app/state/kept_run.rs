//! A kept run: what is drawn of a run after it has been given up, to compare the present one with.

use super::run_data::RunData;
use super::view_settings::Alignment;
use crate::chart::{KnownKeptRun, RecordedRun, TimeAxis};
use crate::experiment::Experiment;
use crate::history::History;
use crate::observables::Schema;
use crate::observables::events::ModeEvents;
use crate::session::{Recording, SavedKeptRun};
use crate::simulation::{Change, Script, StationaryStatistics};

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
    /// As a session keeps it.
    saved: SavedKeptRun,
    /// The columns that [`KnownKeptRun`] tells.
    pub(crate) history: History,
    schema: Schema,
    /// What happened to every mode.
    pub(crate) modes: Vec<ModeEvents>,
    /// Distribution of every mode's strength since it settled.
    pub(crate) statistics: Option<StationaryStatistics>,
}

impl KeptRun {
    /// The present run's first trajectory as it is now.
    pub(crate) fn of(run: &RunData, label: String) -> Option<Self> {
        let trajectory = run.trajectories.first()?;
        let changes = run.interventions.iter().map(|change| Change {
            step: change.step,
            live: change.live,
        });
        // A run that diverged has settled nowhere.
        let settled = trajectory
            .statistics
            .clone()
            .filter(|_| run.divergence().is_none());
        let saved = SavedKeptRun {
            label,
            experiment: run.experiment.clone(),
            script: Script::new(changes.collect()).unwrap_or_default(),
            n_steps: run.step,
        };
        Some(Self::new(
            run.run,
            saved,
            run.schema,
            &trajectory.history,
            (&run.events.modes, settled),
        ))
    }

    /// As a session keeps it.
    pub(crate) fn saved(&self) -> &SavedKeptRun {
        &self.saved
    }

    fn new(
        id: u64,
        saved: SavedKeptRun,
        schema: Schema,
        history: &History,
        (modes, statistics): (&[ModeEvents], Option<StationaryStatistics>),
    ) -> Self {
        let mut experiment = saved.experiment.clone();
        if let Some(last) = saved.script.changes().last() {
            experiment.live = last.live;
        }
        Self {
            id,
            label: saved.label.clone(),
            is_shown: true,
            experiment,
            saved,
            history: history.digest(&KnownKeptRun::kept_columns(schema), MAX_BUCKETS),
            schema,
            modes: modes.to_vec(),
            statistics,
        }
    }

    /// A recorded run, as far as it stayed finite.
    pub(crate) fn of_recording(recording: &Recording, saved: SavedKeptRun) -> Self {
        /// Numbers of recorded runs lie above those of all others.
        static NEXT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1 << 62);
        let schema = recording.schema();
        let mut history = History::new(schema.n_columns(), BUDGET_BYTES);
        let is_whole = recording.rows().all(|row| {
            let is_finite = row.iter().all(|value| value.is_finite());
            if is_finite {
                history.extend(row);
            }
            is_finite
        });
        let id = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let has_settled = is_whole && !recording.session().end.diverged;
        let statistics = has_settled.then(|| RecordedRun::statistics_of(recording));
        let seen = (recording.mode_events(), statistics);
        Self::new(id, saved, schema, &history, seen)
    }

    /// What pictures show of it over the present run.
    pub(crate) fn known(&self, run: &RunData, alignment: Alignment, axis: TimeAxis) -> KnownKeptRun<'_> {
        KnownKeptRun {
            id: self.id,
            label: &self.label,
            history: &self.history,
            shift: self.shift(run, alignment, axis),
            schema: self.schema,
            teacher: &self.experiment.teacher.strengths,
            modes: &self.modes,
            statistics: self.statistics.as_ref(),
        }
    }

    /// How far the run is moved along the axis to lie over the present one; not at all where a peak is not known.
    fn shift(&self, run: &RunData, alignment: Alignment, axis: TimeAxis) -> f64 {
        let Alignment::Peak(mode) = alignment else {
            return 0.0;
        };
        let theirs = self.modes.get(mode).and_then(ModeEvents::peak_moment);
        let ours = run.events.modes.get(mode).and_then(|events| events.peak);
        match (theirs, ours, axis) {
            (Some(theirs), Some(ours), TimeAxis::Time) => ours.time - theirs.time,
            (Some(theirs), Some(ours), TimeAxis::Steps) => ours.step as f64 - theirs.step as f64,
            (None, _, _) | (_, None, _) => 0.0,
        }
    }
}
