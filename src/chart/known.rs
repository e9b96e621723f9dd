//! What is known of a run: the one form in which pictures are drawn from a live run and from a recording.

use std::sync::Arc;

use super::theory_curve::TheoryCurve;
use super::time_axis::{TimeAxis, TimeScale};
use crate::dynamics::LiveParams;
use crate::experiment::{Dynamics, Experiment};
use crate::format::grouped;
use crate::history::History;
use crate::observables::events::{ModeEvents, Moment};
use crate::observables::{Quantity, Schema};
use crate::simulation::{
    Densities, EnsembleKind, Intervention, Members, ModeStatistics, NetworkState, Prediction,
    StationaryStatistics, StoredNoise,
};
use crate::theory::{ModeLaw, plateau_levels};

/// Excess loss, in multiples of that at the start or at the first saddle, beyond which a run is lost...
const LOST: f64 = 100.0;
/// ...and up to which it was still near the teacher, so that something else can be seen beside it.
const NEAR: f64 = 4.0;

/// What is known of a run.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    /// Number of the run; another one is another run.
    pub run: u64,
    /// Whether more rows are to come.
    pub goes_on: bool,
    /// Steps after which the run diverged.
    pub diverged: Option<u64>,
    /// As it was started.
    pub experiment: &'a Experiment,
    /// Teacher strengths, largest first.
    pub teacher: &'a [f64],
    /// Layout of the rows.
    pub schema: Schema,
    /// Every change of the live parameters, oldest first.
    pub interventions: &'a [Intervention],
    /// What has happened to every mode.
    pub modes: &'a [ModeEvents],
    /// The same of every one of the student's own pairs, told without the teacher.
    pub pairs: &'a [ModeEvents],
    /// Where the run is.
    pub now: Moment,
    /// Steps between the rows in which events were looked for, where that is more than one.
    pub rows_apart: Option<RowsApart>,
    /// The run, then its companions.
    pub trajectories: Vec<KnownTrajectory<'a>>,
    /// Many runs beside the first trajectory.
    pub ensembles: Vec<KnownEnsemble<'a>>,
    /// Runs kept from before, as far as they are shown.
    pub kept: Vec<KnownKeptRun<'a>>,
    /// Gradient flow of every mode from its size at the start; empty before the first row.
    pub theory: &'a [TheoryCurve],
    /// What is predicted of settled modes at the present parameters.
    pub laws: SettledLaws,
    /// The network at the moment looked at, where it is known.
    pub network: Option<&'a NetworkState>,
    /// The network at what happened to its modes, with what that was, as far as it is known there.
    pub at_events: &'a [(String, NetworkState)],
    /// Laws of the modes' strengths along the run, where they are known.
    pub densities: Option<&'a Densities>,
}

/// What is predicted of settled modes.
#[derive(Clone, Debug, Default)]
pub struct SettledLaws {
    /// Stationary laws of the modes of fresh samples; empty or `None` where they are not known or do not hold.
    pub modes: Vec<Option<Arc<Prediction>>>,
    /// Mean and variance of the modes of a stored set.
    pub stored: Option<Arc<StoredNoise>>,
}

/// How far rows are apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsApart {
    /// Most steps between neighbours.
    pub widest: u64,
    /// Whether all are that far apart, but for the last.
    pub is_even: bool,
}

/// Rows of one of the engines.
#[derive(Clone, Copy, Debug)]
pub struct KnownTrajectory<'a> {
    /// The engine.
    pub dynamics: Dynamics,
    /// Its rows, laid out by the schema.
    pub history: &'a History,
    /// Distribution of every mode's strength since it settled.
    pub statistics: Option<&'a StationaryStatistics>,
}

/// Rows of many runs, laid out by [`crate::simulation::Ensemble::column`].
#[derive(Clone, Copy, Debug)]
pub struct KnownEnsemble<'a> {
    /// Which ensemble.
    pub kind: EnsembleKind,
    /// Its members.
    pub n_members: usize,
    /// Its rows.
    pub history: &'a History,
    /// Distribution of every mode's strength since it settled.
    pub statistics: Option<&'a StationaryStatistics>,
    /// Its members one by one, where they are known.
    pub members: Option<&'a Members>,
}

/// A run kept from before.
#[derive(Clone, Debug)]
pub struct KnownKeptRun<'a> {
    /// Its number, unlike that of any other run.
    pub id: u64,
    /// Its name.
    pub label: &'a str,
    /// Its rows.
    pub history: &'a History,
    /// How far along the time axis, in data units, it is moved to lie over the present one.
    pub shift: f64,
    /// Layout of the rows that it was kept from.
    pub schema: Schema,
    /// Its teacher's strengths, largest first.
    pub teacher: &'a [f64],
    /// What happened to every mode.
    pub modes: &'a [ModeEvents],
    /// Distribution of every mode's strength since it settled.
    pub statistics: Option<&'a StationaryStatistics>,
}

impl Known<'_> {
    /// Number of modes.
    pub fn rank(&self) -> usize {
        self.schema.rank()
    }

    /// Latest value of a per-mode quantity of the run.
    pub fn latest(&self, quantity: Quantity, mode: usize) -> Option<f64> {
        let trajectory = self.trajectories.first()?;
        trajectory.history.last(self.schema.column(quantity, mode))
    }

    /// Parameters in force at the end.
    pub fn live(&self) -> LiveParams {
        if !self.experiment.schedule.is_empty()
            && let Some(trajectory) = self.trajectories.first()
            && let Some(live) = self
                .schema
                .read_live(|column| trajectory.history.last(column).unwrap_or(f64::NAN))
        {
            return live;
        }
        self.interventions
            .last()
            .map_or(self.experiment.live, |change| change.live)
    }

    /// Parameters in force at a recorded step.
    pub fn live_at(&self, step: u64) -> LiveParams {
        if !self.experiment.schedule.is_empty()
            && let Some(trajectory) = self.trajectories.first()
            && let Some(bucket) = trajectory.history.bucket_at(Schema::STEP, step as f64)
        {
            let level = trajectory.history.finest();
            let row = |column: usize| {
                level
                    .column(column)
                    .get(bucket)
                    .map_or(f64::NAN, |bucket| bucket.first)
            };
            if let Some(live) = self.schema.read_live(row) {
                return live;
            }
        }
        let before = self.interventions.iter().take_while(|change| change.step <= step);
        before.last().map_or(self.experiment.live, |change| change.live)
    }

    /// The law of a mode under the given parameters.
    pub fn mode_law(&self, mode: usize, live: &LiveParams) -> ModeLaw {
        self.experiment.mode_law(mode, live)
    }

    /// Values that the histogram of a mode of the run holds; none of a run that diverged, which has settled nowhere.
    pub fn n_settled(&self, mode: usize) -> u64 {
        let (of_run, _) = self.statistics(mode);
        let count = of_run.map_or(0, |statistics| statistics.moments.count());
        if self.diverged.is_some() { 0 } else { count }
    }

    /// Distribution of a mode's strength since it settled, and that of an ensemble.
    pub(super) fn statistics(&self, mode: usize) -> (Option<&ModeStatistics>, Option<&ModeStatistics>) {
        let of_run = self
            .trajectories
            .first()
            .and_then(|trajectory| trajectory.statistics)
            .and_then(|statistics| statistics.modes.get(mode));
        let of_ensembles = self
            .ensembles
            .iter()
            .filter_map(|ensemble| ensemble.statistics?.modes.get(mode));
        (of_run, { of_ensembles }.find(|mode| mode.moments.count() > 0))
    }

    /// Number of steps, with fraction, after which the training time was or will be `time`: learning rates change at the
    /// interventions.
    pub fn step_at(&self, time: f64) -> f64 {
        step_at(self.experiment, self.interventions, time)
    }

    /// Position along the time axis of a training time.
    pub fn place_at(&self, scale: TimeScale, time: f64) -> f64 {
        scale.position(match scale.axis {
            TimeAxis::Time => time,
            TimeAxis::Steps => self.step_at(time),
        })
    }

    /// Where on a time axis a run whose excess loss stands in this column leaves every scale on which something else could be seen,
    /// in data units; `None` where it does not, or is there again.
    pub(super) fn leaves(&self, history: &History, excess_loss: usize, axis: TimeAxis) -> Option<f64> {
        let level = history.finest();
        let losses = level.column(excess_loss);
        let start = losses.first().map_or(0.0, |bucket| bucket.first);
        let saddle = plateau_levels(self.teacher).first().copied().unwrap_or(0.0);
        let scale = start.max(saddle);
        // What is no number is beyond too.
        let is_within = |value: f64, most: f64| value <= most * scale;
        if losses.last().is_none_or(|bucket| is_within(bucket.last, LOST)) {
            return None;
        }
        let n_beyond = losses
            .iter()
            .rev()
            .take_while(|bucket| !is_within(bucket.max, NEAR))
            .count();
        let last = losses.len().saturating_sub(n_beyond + 1);
        level.column(axis.column()).get(last).map(|bucket| bucket.last)
    }
}

impl KnownKeptRun<'_> {
    /// What is kept of a run, behind step and time.
    pub const KEPT: [Quantity; 6] = [
        Quantity::ExcessLoss,
        Quantity::Strength,
        Quantity::Diffusion,
        Quantity::Alignment,
        Quantity::Imbalance,
        Quantity::BalanceRatio,
    ];

    /// Position along a time axis of a moment of this run.
    pub fn place(&self, scale: TimeScale, moment: Moment) -> f64 {
        let value = match scale.axis {
            TimeAxis::Time => moment.time,
            TimeAxis::Steps => moment.step as f64,
        };
        scale.position(value + self.shift)
    }

    /// Columns of rows of this layout that are kept, in order.
    pub fn kept_columns(schema: Schema) -> Vec<usize> {
        let kept = Self::KEPT
            .into_iter()
            .flat_map(|quantity| schema.columns(quantity));
        [Schema::STEP, Schema::TIME].into_iter().chain(kept).collect()
    }

    /// Column number `place` of a quantity, if this run has it.
    pub(super) fn column(&self, quantity: Quantity, place: usize) -> Option<usize> {
        let n_before = Self::KEPT.iter().position(|kept| *kept == quantity)?;
        let before = Self::KEPT[..n_before].iter().map(|kept| self.schema.n_of(*kept));
        (place < self.schema.n_of(quantity)).then(|| 2 + before.sum::<usize>() + place)
    }

    /// Column of the balance ratio of a pair of layers and a mode, if this run has them.
    pub(super) fn balance_ratio(&self, pair: usize, mode: usize) -> Option<usize> {
        let rank = self.schema.rank();
        (mode < rank).then(|| self.column(Quantity::BalanceRatio, pair * rank + mode))?
    }

    /// Column of the excess loss.
    pub(super) fn excess_loss(&self) -> Option<usize> {
        self.column(Quantity::ExcessLoss, 0)
    }
}

/// What is said of a run that diverged after so many steps.
pub fn diverged_at(step: u64) -> String {
    format!("diverged at step {}", grouped(step))
}

/// Number of steps, with fraction, after which the training time of a run was or will be `time`.
pub fn step_at(experiment: &Experiment, interventions: &[Intervention], time: f64) -> f64 {
    let start = (0.0, 0.0, experiment.live.learning_rate);
    let (step, from, learning_rate) = interventions
        .iter()
        .map(|change| (change.step as f64, change.time, change.live.learning_rate))
        .take_while(|&(_, from, _)| from <= time)
        .last()
        .unwrap_or(start);
    step + (time - from) / learning_rate
}
