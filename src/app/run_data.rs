//! What the window knows of the present run: filled from the worker's events, read by the panels.

use crate::dynamics::LiveParams;
use crate::experiment::{Engine, Experiment};
use crate::history::History;
use crate::observables::{Quantity, Schema};
use crate::simulation::{Divergence, Intervention, StrengthStatistics};
use crate::worker::{Event, Frame, RunState};

/// Memory that the histories of all lanes may take together.
pub(super) const HISTORY_BUDGET_BYTES: usize = 64 << 20;
/// Changes of live parameters that are remembered for drawing; the oldest give way.
const MAX_MARKS: usize = 4096;

/// One engine's part of the run.
#[derive(Clone, Debug)]
pub(super) struct LaneData {
    pub(super) engine: Engine,
    pub(super) history: History,
    pub(super) statistics: Option<StrengthStatistics>,
    pub(super) divergence: Option<Divergence>,
}

/// The present run as the worker has told it.
#[derive(Clone, Debug)]
pub(super) struct RunData {
    /// Number of the run; events of another one are stale.
    pub(super) run: u64,
    pub(super) experiment: Experiment,
    pub(super) schema: Schema,
    /// Lanes, the experiment's own engine first.
    pub(super) lanes: Vec<LaneData>,
    pub(super) state: RunState,
    pub(super) step: u64,
    pub(super) time: f64,
    pub(super) live: LiveParams,
    pub(super) steps_per_second: f64,
    pub(super) interventions: Vec<Intervention>,
    /// Offers of frames that found this window busy.
    pub(super) n_merged: u64,
    /// Rows left out because this window slept.
    pub(super) n_thinned: u64,
    /// A fault of the worker, or the reason why it refused a command.
    pub(super) trouble: Option<String>,
}

impl RunData {
    /// A run that has been asked for and not answered yet.
    pub(super) fn new(run: u64, experiment: Experiment, companions: &[Engine]) -> Self {
        let schema = Schema::new(experiment.teacher.strengths.len());
        let n_lanes = companions.len() + 1;
        let lane = |engine| LaneData {
            engine,
            history: History::new(schema.n_columns(), HISTORY_BUDGET_BYTES / n_lanes),
            statistics: None,
            divergence: None,
        };
        let engines = std::iter::once(experiment.engine).chain(companions.iter().copied());
        Self {
            run,
            schema,
            lanes: engines.map(lane).collect(),
            state: RunState::Empty,
            step: 0,
            time: 0.0,
            live: experiment.live,
            steps_per_second: 0.0,
            interventions: Vec::new(),
            n_merged: 0,
            n_thinned: 0,
            trouble: None,
            experiment,
        }
    }

    /// Takes in an event; one of an older run changes nothing.
    pub(super) fn take(&mut self, event: Event) {
        match event {
            Event::Frame(frame) if frame.run == self.run => self.take_frame(*frame),
            Event::Refused { run, message } if run == self.run => self.trouble = Some(message),
            Event::Failed { run, message } if run == self.run => {
                self.state = RunState::Empty;
                self.trouble = Some(format!("the simulation stopped by a fault of its own: {message}"));
            }
            Event::Frame(_) | Event::Refused { .. } | Event::Failed { .. } => {}
        }
    }

    fn take_frame(&mut self, frame: Frame) {
        self.state = frame.state;
        self.step = frame.step;
        self.time = frame.time;
        self.live = frame.live;
        self.steps_per_second = frame.steps_per_second;
        self.n_merged += frame.n_merged;
        self.n_thinned += frame.n_thinned;
        for (lane, new) in self.lanes.iter_mut().zip(frame.lanes) {
            lane.history.extend(&new.rows);
            lane.statistics = new.statistics;
            lane.divergence = new.divergence;
        }
        self.interventions.extend(frame.interventions);
        let n_excess = self.interventions.len().saturating_sub(MAX_MARKS);
        self.interventions.drain(..n_excess);
    }

    /// Number of modes.
    pub(super) fn rank(&self) -> usize {
        self.schema.rank()
    }

    /// Latest value of a per-mode quantity in the first lane.
    pub(super) fn latest(&self, quantity: Quantity, mode: usize) -> Option<f64> {
        self.lanes
            .first()
            .and_then(|lane| lane.history.last(self.schema.column(quantity, mode)))
    }

    /// Bytes that the histories hold.
    pub(super) fn n_bytes(&self) -> usize {
        self.lanes.iter().map(|lane| lane.history.n_bytes()).sum()
    }

    /// The divergence that ended the run.
    pub(super) fn divergence(&self) -> Option<&Divergence> {
        self.lanes.first().and_then(|lane| lane.divergence.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_of_an_older_run_change_nothing() {
        let mut data = RunData::new(2, Experiment::default(), &[]);
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
