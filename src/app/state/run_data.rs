//! The present run as the window has it: filled from the worker's events, read by the panels.

use std::collections::VecDeque;

use crate::chart::{TheoryCurve, TimeScale};
use crate::dynamics::LiveParams;
use crate::experiment::{Dynamics, Experiment, LearnedAt};
use crate::history::History;
use crate::observables::events::{self, Activity, BlindActivity, Headline, ModeEvents, Moment, holds};
use crate::observables::{Quantity, Schema};
use crate::simulation::{
    Densities, Divergence, Ensemble, EnsembleKind, Intervention, Members, NetworkState, StationaryStatistics,
    noisy_start,
};
use crate::theory::ModeLaw;
use crate::worker::{Checkpoint, Event, Frame, RunSpec, RunState};

/// Memory that the histories of all trajectories may take together, unless their rows are too wide for the fewest buckets.
const HISTORY_BUDGET_BYTES: usize = 64 << 20;
/// Changes of live parameters that are remembered for drawing; the oldest give way.
const MAX_MARKS: usize = 4096;

/// One engine's part of the run.
#[derive(Clone, Debug)]
pub(crate) struct TrajectoryData {
    pub(crate) dynamics: Dynamics,
    pub(crate) history: History,
    pub(crate) statistics: Option<StationaryStatistics>,
    pub(crate) divergence: Option<Divergence>,
}

/// Many runs beside the first trajectory.
#[derive(Clone, Debug)]
pub(crate) struct EnsembleData {
    pub(crate) kind: EnsembleKind,
    pub(crate) n_members: usize,
    pub(crate) history: History,
    pub(crate) statistics: Option<StationaryStatistics>,
    /// Its members one by one, while they are watched.
    pub(crate) members: Option<Box<Members>>,
}

/// What has happened in the first trajectory.
#[derive(Clone, Debug, Default)]
pub(crate) struct EventData {
    pub(crate) modes: Vec<ModeEvents>,
    pub(crate) activity: Option<Activity>,
    pub(crate) headline: Headline,
    /// What has happened to the student's own pairs, what is being learned, and in words, told without the teacher.
    pub(crate) pairs: Vec<ModeEvents>,
    pub(crate) blind: Option<BlindActivity>,
    pub(crate) blind_headline: Headline,
    /// The newest events, oldest first.
    pub(crate) log: VecDeque<events::Event>,
}

/// The present run as the worker has reported it.
#[derive(Clone, Debug)]
pub(crate) struct RunData {
    /// Number of the run; events of another one are stale.
    pub(crate) run: u64,
    pub(crate) experiment: Experiment,
    pub(crate) schema: Schema,
    /// Trajectories, the experiment's own engine first.
    pub(crate) trajectories: Vec<TrajectoryData>,
    pub(crate) ensembles: Vec<EnsembleData>,
    pub(crate) events: EventData,
    /// What theory predicts for every mode; empty before the first row.
    pub(crate) predicted: Vec<TheoryCurve>,
    pub(crate) state: RunState,
    pub(crate) step: u64,
    pub(crate) time: f64,
    pub(crate) live: LiveParams,
    /// Of these, in force by schedule.
    pub(crate) in_force: LiveParams,
    pub(crate) steps_per_second: f64,
    pub(crate) interventions: Vec<Intervention>,
    /// Moments to which the run can be taken back, oldest first.
    pub(crate) checkpoints: Vec<Checkpoint>,
    /// Frames merged into later ones because this window was busy.
    pub(crate) n_merged: u64,
    /// Rows left out because this window slept.
    pub(crate) n_thinned: u64,
    /// The network as it was last seen, while it is watched.
    pub(crate) network: Option<Box<NetworkState>>,
    /// The network at the moment looked at, where that is not the live end.
    pub(crate) past_network: Option<Box<NetworkState>>,
    /// Laws of the modes' strengths, as far as they have been asked for.
    pub(crate) densities: Densities,
    /// A fault of the worker, or the reason why it refused a command.
    pub(crate) trouble: Option<String>,
}

impl RunData {
    /// A run that has been asked for and not answered yet.
    pub(crate) fn new(spec: &RunSpec) -> Self {
        let experiment = spec.experiment.clone();
        let schema = experiment.schema();
        let n_histories = 1 + spec.companions.len() + spec.ensembles.len();
        let history = |n_columns| History::new(n_columns, HISTORY_BUDGET_BYTES / n_histories);
        let trajectory = |dynamics| TrajectoryData {
            dynamics,
            history: history(schema.n_columns()),
            statistics: None,
            divergence: None,
        };
        let dynamics = std::iter::once(experiment.dynamics()).chain(spec.companions.iter().copied());
        let ensemble = |&(kind, n_members): &(EnsembleKind, usize)| EnsembleData {
            kind,
            n_members,
            history: history(Ensemble::n_columns(schema.rank())),
            statistics: None,
            members: None,
        };
        Self {
            ensembles: spec.ensembles.iter().map(ensemble).collect(),
            events: EventData::default(),
            predicted: Vec::new(),
            trajectories: dynamics.map(trajectory).collect(),
            run: spec.run,
            schema,
            state: RunState::Empty,
            step: 0,
            time: 0.0,
            live: experiment.live,
            in_force: experiment
                .schedule
                .in_force(&experiment.live, 0, &LearnedAt::default()),
            steps_per_second: 0.0,
            interventions: Vec::new(),
            checkpoints: Vec::new(),
            n_merged: 0,
            n_thinned: 0,
            network: None,
            past_network: None,
            densities: Densities::default(),
            trouble: None,
            experiment,
        }
    }

    /// Takes in an event; one of an older run changes nothing.
    pub(crate) fn take(&mut self, event: Event) {
        match event {
            Event::Frame(frame) if frame.run == self.run => self.take_frame(*frame),
            Event::Refused { run, message } if run == self.run => self.trouble = Some(message),
            Event::Failed { run, message } if run == self.run => {
                self.state = RunState::Empty;
                self.trouble = Some(format!("the simulation panicked and was stopped: {message}"));
            }
            Event::Frame(_)
            | Event::Refused { .. }
            | Event::Failed { .. }
            | Event::Rewound { .. }
            | Event::Snapshot { .. }
            | Event::KeptState { .. }
            | Event::Halted { .. } => {}
        }
    }

    /// The run as it was at a kept state, under the number it has since it was taken back there.
    #[must_use]
    pub(crate) fn rewound(&self, run: u64, to: Checkpoint) -> Self {
        let mut past = self.clone();
        past.run = run;
        past.state = RunState::Paused;
        (past.step, past.time) = (to.step, to.time);
        past.trouble = None;
        (past.network, past.past_network) = (None, None);
        past.densities = Densities::default();
        let step = to.step as f64;
        for trajectory in &mut past.trajectories {
            trajectory.history = trajectory.history.up_to(Schema::STEP, step);
            trajectory.divergence = None;
        }
        for ensemble in &mut past.ensembles {
            ensemble.history = ensemble.history.up_to(Schema::STEP, step);
        }
        past.events.log.retain(|event| event.step <= to.step);
        past.interventions.retain(|change| change.step < to.step);
        past.live = past
            .interventions
            .last()
            .map_or(past.experiment.live, |change| change.live);
        past.in_force = past.live_at_step(to.step).unwrap_or(past.live);
        past.checkpoints.retain(|checkpoint| checkpoint.step <= to.step);
        past
    }

    fn take_frame(&mut self, frame: Frame) {
        self.state = frame.state;
        self.step = frame.step;
        self.time = frame.time;
        self.live = frame.live;
        self.in_force = frame.in_force;
        self.steps_per_second = frame.steps_per_second;
        self.n_merged += frame.n_merged;
        self.n_thinned += frame.n_thinned;
        for (trajectory, new) in self.trajectories.iter_mut().zip(frame.trajectories) {
            trajectory.history.extend(&new.rows);
            trajectory.statistics = Some(new.statistics);
            trajectory.divergence = new.divergence;
        }
        for (ensemble, new) in self.ensembles.iter_mut().zip(frame.ensembles) {
            ensemble.history.extend(&new.rows);
            ensemble.statistics = Some(new.statistics);
            ensemble.members = new.members.or(ensemble.members.take());
        }
        self.network = frame.network.or(self.network.take());
        if self.predicted.is_empty() {
            self.predict();
        }
        self.events.modes = frame.events.modes;
        self.events.activity = frame.events.activity;
        self.events.headline = frame.events.headline;
        self.events.pairs = frame.events.pairs;
        self.events.blind = frame.events.blind;
        self.events.blind_headline = frame.events.blind_headline;
        self.events.log.extend(frame.events.new);
        let n_excess = self.events.log.len().saturating_sub(MAX_MARKS);
        self.events.log.drain(..n_excess);
        self.checkpoints = frame.checkpoints;
        // A second change at the same step replaces the first, as it does in the run.
        for change in frame.interventions {
            if self
                .interventions
                .last()
                .is_some_and(|last| last.step == change.step)
            {
                self.interventions.pop();
            }
            self.interventions.push(change);
        }
        self.interventions.truncate(frame.n_interventions);
    }

    /// Predicts the course of every mode from its size in the first row.
    fn predict(&mut self) {
        let history = &self.trajectories[0].history;
        let predicted = (0..self.rank()).filter_map(|mode| {
            let column = history
                .finest()
                .column(self.schema.column(Quantity::Strength, mode));
            let start = column.first()?.first;
            Some(TheoryCurve::new(
                &self.experiment.mode_law(mode, &self.experiment.live),
                start,
            ))
        });
        self.predicted = predicted.collect();
    }

    /// Number of modes.
    pub(crate) fn rank(&self) -> usize {
        self.schema.rank()
    }

    /// Latest value of a per-mode quantity in the first trajectory.
    pub(crate) fn latest(&self, quantity: Quantity, mode: usize) -> Option<f64> {
        self.trajectories
            .first()
            .and_then(|trajectory| trajectory.history.last(self.schema.column(quantity, mode)))
    }

    /// Bytes that the histories hold.
    pub(crate) fn n_bytes(&self) -> usize {
        self.histories().map(History::n_bytes).sum()
    }

    /// Bytes that they hold at most.
    pub(crate) fn most_bytes(&self) -> usize {
        self.histories().map(History::most_bytes).sum()
    }

    fn histories(&self) -> impl Iterator<Item = &History> {
        let trajectories = self.trajectories.iter().map(|trajectory| &trajectory.history);
        trajectories.chain(self.ensembles.iter().map(|ensemble| &ensemble.history))
    }

    /// The network at the moment looked at.
    pub(crate) fn network_shown(&self) -> Option<&NetworkState> {
        self.past_network.as_deref().or(self.network.as_deref())
    }

    /// Parameters in force from times on, in order, the first from the start.
    fn course(&self) -> Vec<(f64, LiveParams)> {
        let history = self.trajectories.first().map(|trajectory| &trajectory.history);
        let Some(history) = history.filter(|_| !self.experiment.schedule.is_empty()) else {
            let changes = self.interventions.iter().map(|change| (change.time, change.live));
            return std::iter::once((0.0, self.experiment.live))
                .chain(changes)
                .collect();
        };
        let level = history.finest();
        let times = level.column(Schema::TIME);
        let mut course: Vec<(f64, LiveParams)> = Vec::new();
        for (row, time) in times.iter().enumerate() {
            let Some(live) = self.schema.read_live(|column| level.column(column)[row].last) else {
                continue;
            };
            if course.last().is_none_or(|(_, last)| *last != live) {
                course.push((time.last, live));
            }
        }
        if let Some((first, _)) = course.first_mut() {
            *first = 0.0;
        }
        course
    }

    /// Follows the laws of the modes up to the end of the run, for a little while; says whether they are there.
    pub(crate) fn follow_densities(&mut self, goes_on: impl FnMut() -> bool) -> bool {
        let starts = || -> Option<Vec<f64>> {
            let history = &self.trajectories.first()?.history;
            let start = |mode| {
                let column = history
                    .finest()
                    .column(self.schema.column(Quantity::Strength, mode));
                Some(column.first()?.first)
            };
            (0..self.rank()).map(start).collect()
        };
        if self.densities.modes().is_empty() {
            let Some(starts) = starts() else { return true };
            let live = self.live_at_step(0).unwrap_or(self.experiment.live);
            self.densities = Densities::new(&self.experiment, &live, &starts);
        }
        if self.densities.are_at(self.time) {
            return true;
        }
        let course = self.course();
        self.densities
            .advance_to(&self.experiment, &course, self.time, goes_on)
    }

    /// The law of one mode at the present parameters.
    pub(crate) fn mode_law(&self, mode: usize) -> ModeLaw {
        self.experiment.mode_law(mode, &self.in_force)
    }

    /// Value of a column of the first trajectory in the last bucket that begins at or before a step.
    pub(crate) fn value_at_step(&self, step: u64, column: usize) -> f64 {
        let Some(history) = self.trajectories.first().map(|trajectory| &trajectory.history) else {
            return 0.0;
        };
        let bucket = history.bucket_at(Schema::STEP, step as f64);
        bucket.map_or(0.0, |bucket| history.finest().column(column)[bucket].first)
    }

    /// Live parameters in force at a recorded step of a run with a schedule.
    fn live_at_step(&self, step: u64) -> Option<LiveParams> {
        let is_scheduled = !self.experiment.schedule.is_empty() && !self.trajectories.is_empty();
        is_scheduled
            .then(|| self.schema.read_live(|column| self.value_at_step(step, column)))
            .flatten()
    }

    /// Live parameters in force at a recorded step.
    pub(crate) fn live_at(&self, step: u64) -> LiveParams {
        let changes = self.interventions.iter().take_while(|change| change.step < step);
        let live = changes.last().map_or(self.experiment.live, |change| change.live);
        self.live_at_step(step).unwrap_or(live)
    }

    /// What was being learned at a recorded moment, in words too.
    pub(crate) fn activity_at(&self, moment: Moment) -> (Activity, Headline) {
        let live = self.live_at(moment.step);
        let modes = 0..self.rank();
        let values = |quantity: Quantity| -> Vec<f64> {
            let value = |mode| self.value_at_step(moment.step, self.schema.column(quantity, mode));
            modes.clone().map(value).collect()
        };
        let (strengths, drifts) = (values(Quantity::Strength), values(Quantity::Drift));
        let laws: Vec<ModeLaw> = modes
            .clone()
            .map(|mode| self.experiment.mode_law(mode, &live))
            .collect();
        let learned = |mode: usize| {
            let events = self.events.modes.get(mode);
            events.is_some_and(|events| events.learned.is_some_and(|learned| learned.step <= moment.step))
        };
        let activity = Activity::in_row(&strengths, &drifts, &laws, learned);
        let holds = holds(noisy_start(&self.experiment).as_ref(), &laws, &live);
        let headline = activity.headline(&strengths, &laws, &holds, live.learning_rate);
        (activity, headline)
    }

    /// What was told without the teacher to be learned at a recorded moment.
    pub(crate) fn blind_at(&self, moment: Moment) -> BlindActivity {
        let is_by = |event: Option<u64>| event.is_some_and(|step| step <= moment.step);
        let done = |pair: &ModeEvents| is_by(pair.learned.map(|done| done.step));
        let diffusion = |place| {
            let column = self.schema.column(Quantity::StudentDiffusion, place);
            self.value_at_step(moment.step, column)
        };
        // Between a tenth of its way and its end a pair has a peak or is about to have one.
        let pairs = self.events.pairs.iter().enumerate().take(self.rank());
        let peaked = pairs.filter(|(_, pair)| is_by(pair.peak.map(|peak| peak.step)) && !done(pair));
        let learning = peaked.max_by(|a, b| diffusion(a.0).total_cmp(&diffusion(b.0)));
        match learning {
            Some((pair, _)) => BlindActivity::Learning { pair },
            None => BlindActivity::AtRest {
                n_learned: self.events.pairs.iter().filter(|pair| done(pair)).count(),
                next: None,
            },
        }
    }

    /// The recorded moment at or before a position along the shared axis.
    pub(crate) fn moment_at(&self, scale: TimeScale, position: f64) -> Option<Moment> {
        let history = &self.trajectories.first()?.history;
        let bucket = history.bucket_at(scale.axis.column(), scale.value(position))?;
        let first = |column: usize| history.finest().column(column)[bucket].first;
        Some(Moment {
            step: first(Schema::STEP) as u64,
            time: first(Schema::TIME),
        })
    }

    /// The recorded moment so many buckets before or after another.
    pub(crate) fn moment_beside(&self, moment: Moment, distance: i64) -> Option<Moment> {
        let history = &self.trajectories.first()?.history;
        let steps = history.finest().column(Schema::STEP);
        let bucket = history.bucket_at(Schema::STEP, moment.step as f64)? as i64;
        let bucket = (bucket + distance).clamp(0, steps.len() as i64 - 1) as usize;
        Some(Moment {
            step: steps[bucket].first as u64,
            time: history.finest().column(Schema::TIME)[bucket].first,
        })
    }

    /// The divergence that ended the run.
    pub(crate) fn divergence(&self) -> Option<&Divergence> {
        self.trajectories
            .first()
            .and_then(|trajectory| trajectory.divergence.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_an_older_run_change_nothing() {
        let mut data = RunData::new(&RunSpec {
            run: 2,
            ..RunSpec::new(Experiment::default())
        });
        data.take(Event::Failed {
            run: 1,
            message: "old".to_owned(),
        });
        assert_eq!(data.trouble, None);
        data.take(Event::Failed {
            run: 2,
            message: "new".to_owned(),
        });
        assert!(data.trouble.is_some_and(|text| text.contains("new")));
    }
}
