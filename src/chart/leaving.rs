//! Where runs that diverge leave every scale.

use super::known::Known;
use super::time_axis::TimeScale;
use super::trace_cache::Source;
use crate::observables::Schema;

/// Positions at which runs leave every scale on which something else could be seen.
#[derive(Debug)]
pub(super) struct Leaving {
    pub(super) trajectories: Vec<Option<f64>>,
    pub(super) kept: Vec<Option<f64>>,
}

impl Leaving {
    /// Of every run that is known.
    pub(super) fn new(known: &Known<'_>, time: TimeScale) -> Self {
        let trajectories = known.trajectories.iter().map(|trajectory| {
            let end = known.leaves(trajectory.history, Schema::EXCESS_LOSS, time.axis);
            end.map(|end| time.position(end))
        });
        let kept = known.kept.iter().map(|kept| {
            let end = kept
                .excess_loss()
                .and_then(|loss| known.leaves(kept.history, loss, time.axis));
            end.map(|end| time.position(end + kept.shift))
        });
        Self {
            trajectories: trajectories.collect(),
            kept: kept.collect(),
        }
    }

    /// Of the run that a curve is drawn from; ensembles leave with the run that they start like.
    pub(super) fn of(&self, source: Source) -> Option<f64> {
        match source {
            Source::Trajectory(i) => self.trajectories[i],
            Source::Ensemble(_) => self.trajectories.first().copied().flatten(),
            Source::KeptRun(i) => self.kept[i],
        }
    }
}
