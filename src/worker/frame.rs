//! What the worker has computed since the window last took something from it.

use super::checkpoints::Checkpoint;
use super::run_state::RunState;
use crate::dynamics::LiveParams;
use crate::experiment::Dynamics;
use crate::observables::events::{
    Activity, BlindActivity, BlindDetector, Event, EventDetector, Headline, ModeEvents,
};
use crate::simulation::{
    Divergence, Ensemble, EnsembleKind, Intervention, Members, NetworkState, Simulation, StationaryStatistics,
};

/// Most rows a trajectory's pending frame may hold. A window that sleeps for hours costs rows, not memory: every other row is then
/// left out, and the number is told.
const MAX_PENDING_ROWS: usize = 1 << 15;

/// One engine's part of a frame.
#[derive(Clone, Debug)]
pub struct TrajectoryFrame {
    /// What moves it.
    pub dynamics: Dynamics,
    /// Recorded rows, one after the other, laid out by the run's schema.
    pub rows: Vec<f64>,
    /// Distribution of the mode strengths since they have settled.
    pub statistics: StationaryStatistics,
    /// The divergence that ended the trajectory.
    pub divergence: Option<Divergence>,
}

/// A ensemble's part of a frame.
#[derive(Clone, Debug)]
pub struct EnsembleFrame {
    /// Which ensemble.
    pub kind: EnsembleKind,
    /// Rows, one after the other, laid out by [`Ensemble::column`](crate::simulation::Ensemble::column).
    pub rows: Vec<f64>,
    /// Distribution of the strengths of all members since they have settled.
    pub statistics: StationaryStatistics,
    /// Its members one by one, where they are watched.
    pub members: Option<Box<Members>>,
}

/// What has happened in the first trajectory.
#[derive(Clone, Debug, Default)]
pub struct EventsFrame {
    /// What is known of every mode.
    pub modes: Vec<ModeEvents>,
    /// What is being learned.
    pub activity: Option<Activity>,
    /// The same in words.
    pub headline: Headline,
    /// What is known of every one of the student's own pairs, told without the teacher.
    pub pairs: Vec<ModeEvents>,
    /// What is being learned, told the same way.
    pub blind: Option<BlindActivity>,
    /// The same in words.
    pub blind_headline: Headline,
    /// Events since the last frame, oldest first.
    pub new: Vec<Event>,
}

/// Everything new about a run, and its present state.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Number of the run.
    pub run: u64,
    /// What the worker is doing.
    pub state: RunState,
    /// Steps taken.
    pub step: u64,
    /// Training time.
    pub time: f64,
    /// Live parameters as they are set.
    pub live: LiveParams,
    /// The same in force for the next step, by schedule.
    pub in_force: LiveParams,
    /// Steps a second, measured over the last while; 0 when halted.
    pub steps_per_second: f64,
    /// Trajectories, the experiment's own engine first.
    pub trajectories: Vec<TrajectoryFrame>,
    /// Ensembles beside the first trajectory.
    pub ensembles: Vec<EnsembleFrame>,
    /// The network of the first trajectory, where it is watched.
    pub network: Option<Box<NetworkState>>,
    /// What has happened.
    pub events: EventsFrame,
    /// Changes of the live parameters since the last frame.
    pub interventions: Vec<Intervention>,
    /// Number of changes in all; of those told before, any beyond it have been taken back.
    pub n_interventions: usize,
    /// Moments to which the run can be taken back, oldest first.
    pub checkpoints: Vec<Checkpoint>,
    /// Earlier frames merged into this one because the window was busy.
    pub n_merged: u64,
    /// Rows left out of this frame because the window did not take it for too long.
    pub n_thinned: u64,
}

/// The present state of a run, to be put into a frame.
pub(super) struct Now<'a> {
    pub(super) run: u64,
    pub(super) state: RunState,
    pub(super) steps_per_second: f64,
    pub(super) trajectories: &'a [Simulation],
    pub(super) statistics: &'a [StationaryStatistics],
    pub(super) ensembles: Vec<(&'a Ensemble, &'a StationaryStatistics)>,
    pub(super) network: Option<Box<NetworkState>>,
    pub(super) watches_members: bool,
    pub(super) detector: &'a EventDetector,
    pub(super) checkpoints: &'a [Checkpoint],
}

/// A frame being gathered.
#[derive(Debug)]
pub(super) struct PendingFrame {
    rows: Vec<Vec<f64>>,
    ensemble_rows: Vec<Vec<f64>>,
    /// Number of the first event that has not been sent.
    first_event: u64,
    interventions: Vec<Intervention>,
    n_merged: u64,
    n_thinned: u64,
    /// Whether anything is worth sending.
    pub(super) dirty: bool,
}

impl PendingFrame {
    pub(super) fn new(n_trajectories: usize, n_ensembles: usize) -> Self {
        Self {
            rows: vec![Vec::new(); n_trajectories],
            ensemble_rows: vec![Vec::new(); n_ensembles],
            first_event: 0,
            interventions: Vec::new(),
            n_merged: 0,
            n_thinned: 0,
            dirty: true,
        }
    }

    /// Rows of a trajectory, to append to.
    pub(super) fn rows_mut(&mut self, trajectory: usize) -> &mut Vec<f64> {
        self.dirty = true;
        &mut self.rows[trajectory]
    }

    /// Rows of a ensemble, to append to.
    pub(super) fn ensemble_rows_mut(&mut self, ensemble: usize) -> &mut Vec<f64> {
        self.dirty = true;
        &mut self.ensemble_rows[ensemble]
    }

    pub(super) fn add_intervention(&mut self, intervention: Intervention) {
        self.dirty = true;
        self.interventions.push(intervention);
    }

    pub(super) fn count_merge(&mut self) {
        self.n_merged += 1;
    }

    /// Leaves out every other row where too many have gathered, the same rows in every trajectory.
    pub(super) fn thin(&mut self, n_columns: usize, n_ensemble_columns: usize) {
        let is_full = |rows: &Vec<f64>| rows.len() > MAX_PENDING_ROWS * n_columns;
        if !self.rows.first().is_some_and(is_full) {
            return;
        }
        for rows in &mut self.rows {
            self.n_thinned += halve(rows, n_columns);
        }
        for rows in &mut self.ensemble_rows {
            self.n_thinned += halve(rows, n_ensemble_columns);
        }
    }

    /// The frame as it would be sent now.
    pub(super) fn take_frame(&mut self, now: Now<'_>) -> Option<Frame> {
        let first = now.trajectories.first()?;
        let trajectories = now
            .trajectories
            .iter()
            .zip(now.statistics)
            .zip(&mut self.rows)
            .map(|((trajectory, statistics), rows)| TrajectoryFrame {
                dynamics: trajectory.experiment().dynamics(),
                rows: std::mem::take(rows),
                statistics: statistics.clone(),
                divergence: trajectory.divergence().copied(),
            })
            .collect();
        let ensembles = now
            .ensembles
            .iter()
            .zip(&mut self.ensemble_rows)
            .map(|((ensemble, statistics), rows)| EnsembleFrame {
                kind: ensemble.kind(),
                members: now.watches_members.then(|| Box::new(ensemble.members())),
                rows: std::mem::take(rows),
                statistics: (*statistics).clone(),
            })
            .collect();
        let events = EventsFrame {
            modes: now.detector.modes().collect(),
            activity: now.detector.activity(),
            headline: now.detector.headline(),
            pairs: now.detector.pairs(),
            blind: now.detector.blind().map(BlindDetector::activity),
            blind_headline: now
                .detector
                .blind()
                .map_or_else(Headline::default, BlindDetector::headline),
            new: now.detector.events_from(self.first_event).copied().collect(),
        };
        Some(Frame {
            run: now.run,
            state: now.state,
            step: first.step(),
            time: first.time(),
            live: *first.live(),
            in_force: *first.in_force(),
            steps_per_second: now.steps_per_second,
            trajectories,
            ensembles,
            network: now.network,
            events,
            interventions: std::mem::take(&mut self.interventions),
            n_interventions: first.interventions().len(),
            checkpoints: now.checkpoints.to_vec(),
            n_merged: self.n_merged,
            n_thinned: self.n_thinned,
        })
    }

    /// Takes back a frame that the window had no room for.
    pub(super) fn restore(&mut self, frame: Frame) {
        for (rows, trajectory) in self.rows.iter_mut().zip(frame.trajectories) {
            *rows = trajectory.rows;
        }
        for (rows, ensemble) in self.ensemble_rows.iter_mut().zip(frame.ensembles) {
            *rows = ensemble.rows;
        }
        self.interventions = frame.interventions;
    }

    /// Forgets what has been sent, up to event number `n_events`.
    pub(super) fn clear(&mut self, n_events: u64) {
        self.first_event = n_events;
        self.dirty = false;
        self.n_merged = 0;
        self.n_thinned = 0;
    }
}

/// Leaves out every other row; gives how many. The newest stays, so that what is shown is never older than what was dropped.
fn halve(rows: &mut Vec<f64>, n_columns: usize) -> u64 {
    let n_rows = rows.len() / n_columns;
    if n_rows < 2 {
        return 0;
    }
    let skip = usize::from(n_rows.is_multiple_of(2));
    for kept in 0..n_rows.div_ceil(2) {
        let source = (2 * kept + skip).min(n_rows - 1) * n_columns;
        rows.copy_within(source..source + n_columns, kept * n_columns);
    }
    let n_kept = n_rows.div_ceil(2);
    rows.truncate(n_kept * n_columns);
    (n_rows - n_kept) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_halves_the_rows_and_keeps_the_newest() {
        for n_rows in [MAX_PENDING_ROWS + 1, MAX_PENDING_ROWS + 2] {
            let mut pending = PendingFrame::new(2, 0);
            for trajectory in 0..2 {
                for i in 0..n_rows {
                    pending.rows_mut(trajectory).extend([i as f64, 0.0]);
                }
            }
            pending.thin(2, 2);
            for rows in &pending.rows {
                assert_eq!(rows.len() / 2, n_rows.div_ceil(2));
                assert_eq!(rows[rows.len() - 2].to_bits(), ((n_rows - 1) as f64).to_bits());
                assert!(
                    rows.chunks_exact(2)
                        .zip(rows.chunks_exact(2).skip(1))
                        .all(|(a, b)| a[0] < b[0])
                );
            }
            assert_eq!(pending.n_thinned, 2 * (n_rows / 2) as u64);
        }
    }
}
