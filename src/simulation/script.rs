//! What is done to a run and when: the changes of the live parameters, by step.
//!
//! A driver stops exactly at the step of each change, calls [`Simulation::set_live`] there and goes on. The state then has the
//! bits of the run the script was taken from, at any stride of observation:
//!
//! ```text
//! loop: advance to min(next row, script.next_after(step)); observe if a row is due; set_live(script.at(step))
//! ```

use thiserror::Error;

use super::{Intervention, Simulation};
use crate::dynamics::Clock;
use crate::experiment::{Experiment, ExperimentError, LearnedAt, LiveParams, Schedules};

/// A change of the live parameters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Number of steps taken before the change.
    pub step: u64,
    /// Parameters from then on.
    pub live: LiveParams,
}

/// Why changes do not make a script.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ScriptError {
    /// A change does not come after the one before it.
    #[error("step = {step}: must be above {previous}, the step of the change before it")]
    NotRising {
        /// Which change, counted from 0.
        index: usize,
        /// Its step.
        step: u64,
        /// The step before.
        previous: u64,
    },
    /// A value is outside what is allowed.
    #[error("{cause}")]
    Value {
        /// Which change, counted from 0.
        index: usize,
        /// What is wrong.
        cause: ExperimentError,
    },
}

/// Changes at strictly rising steps, every value allowed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Script {
    changes: Vec<Change>,
}

impl Script {
    /// A script of these changes.
    ///
    /// # Errors
    /// The first change that is not later than the one before it, or has a value that is not allowed.
    pub fn new(changes: Vec<Change>) -> Result<Self, ScriptError> {
        let mut previous = None;
        for (index, &Change { step, live }) in changes.iter().enumerate() {
            if let Some(previous) = previous.filter(|previous| step <= *previous) {
                return Err(ScriptError::NotRising {
                    index,
                    step,
                    previous,
                });
            }
            live.validate()
                .map_err(|cause| ScriptError::Value { index, cause })?;
            previous = Some(step);
        }
        Ok(Self { changes })
    }

    /// What has been done to `simulation` so far.
    pub fn of(simulation: &Simulation) -> Self {
        let changes = simulation.interventions().iter();
        Self {
            changes: changes
                .map(|change| Change {
                    step: change.step,
                    live: change.live,
                })
                .collect(),
        }
    }

    /// The changes, by step.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// The changes with their training times, to the bit those that a run of `experiment` records; as if no mode that a schedule waits
    /// for were ever learned.
    pub fn interventions(&self, experiment: &Experiment) -> Vec<Intervention> {
        let mut clock = ScheduledClock::new(experiment);
        let mut interventions = Vec::new();
        for &Change { step, live } in &self.changes {
            if live != clock.set {
                clock.advance_to(step);
                clock.set_live(live);
                let time = clock.clock.time();
                interventions.push(Intervention { step, time, live });
            }
        }
        interventions
    }

    /// Training time of a run of `experiment` after `step` steps, to the bit, as if no mode that a schedule waits for were ever learned.
    pub fn time_at(&self, experiment: &Experiment, step: u64) -> f64 {
        let mut clock = ScheduledClock::new(experiment);
        for change in self.interventions(experiment) {
            if change.step > step {
                break;
            }
            clock.advance_to(change.step);
            clock.set_live(change.live);
        }
        clock.advance_to(step);
        clock.clock.time()
    }

    /// The changes from step `from` on, before step `to`.
    #[must_use]
    pub fn between(&self, from: u64, to: u64) -> Self {
        let changes = self.changes.iter().copied();
        Self {
            changes: changes
                .filter(|change| (from..to).contains(&change.step))
                .collect(),
        }
    }

    /// Step of the first change after `step`.
    pub fn next_after(&self, step: u64) -> Option<u64> {
        let next = self.changes.partition_point(|change| change.step <= step);
        self.changes.get(next).map(|change| change.step)
    }

    /// The parameters that are taken once exactly `step` steps are done.
    pub fn at(&self, step: u64) -> Option<LiveParams> {
        let found = self.changes.binary_search_by_key(&step, |change| change.step);
        found.ok().map(|index| self.changes[index].live)
    }
}

/// The clock of a run, without the run.
struct ScheduledClock<'a> {
    schedule: &'a Schedules,
    set: LiveParams,
    in_force: LiveParams,
    clock: Clock,
}

impl<'a> ScheduledClock<'a> {
    fn new(experiment: &'a Experiment) -> Self {
        let (schedule, set) = (&experiment.schedule, experiment.live);
        let in_force = schedule.in_force(&set, 0, &LearnedAt::default());
        Self {
            schedule,
            set,
            in_force,
            clock: Clock::new(in_force.learning_rate),
        }
    }

    fn set_live(&mut self, live: LiveParams) {
        self.set = live;
        let learned_at = LearnedAt::default();
        self.in_force = self.schedule.in_force(&live, self.clock.step(), &learned_at);
        self.clock.set_learning_rate(self.in_force.learning_rate);
    }

    fn advance_to(&mut self, step: u64) {
        let learned_at = LearnedAt::default();
        while self.clock.step() < step {
            let next = self.schedule.next_after(self.clock.step(), &learned_at).min(step);
            self.clock.advance(next - self.clock.step());
            let now = self.schedule.in_force(&self.set, next, &learned_at);
            if now.learning_rate.to_bits() != self.in_force.learning_rate.to_bits() {
                self.clock.set_learning_rate(now.learning_rate);
            }
            self.in_force = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(step: u64, learning_rate: f64) -> Change {
        let live = LiveParams {
            learning_rate,
            ..LiveParams::default()
        };
        Change { step, live }
    }

    #[test]
    fn changes_are_found_by_step() {
        let script = Script::new(vec![change(0, 0.1), change(7, 0.2), change(8, 0.3)]).unwrap_or_default();
        assert_eq!(script.changes().len(), 3);
        assert_eq!(
            [0, 6, 7, 8].map(|step| script.next_after(step)),
            [Some(7), Some(7), Some(8), None]
        );
        assert_eq!(script.at(7), Some(change(7, 0.2).live));
        assert_eq!(script.at(6), None);
    }

    #[test]
    fn steps_rise_and_values_are_allowed() {
        let refused =
            |changes: Vec<Change>| Script::new(changes).map_or_else(|e| e.to_string(), |_| String::new());
        let message = refused(vec![change(5, 0.1), change(5, 0.2)]);
        assert_eq!(
            message,
            "step = 5: must be above 5, the step of the change before it"
        );
        assert!(refused(vec![change(5, f64::NAN)]).contains("learning_rate = NaN"));
    }
}
