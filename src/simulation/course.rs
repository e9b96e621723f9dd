//! What is in force over a run: live parameters set by hand, and what a schedule makes of them.

use super::Simulation;
use crate::dynamics::{Clock, Engine};
use crate::experiment::{Experiment, ExperimentError, LOOK, LearnedAt, LiveParams, Scheduled};
use crate::observables::events::LEARNED_FRACTION;

/// A change of the live parameters during a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Intervention {
    /// Number of steps taken before the change.
    pub step: u64,
    /// Training time of the change.
    pub time: f64,
    /// Parameters from then on.
    pub live: LiveParams,
}

/// What held before the last intervention.
#[derive(Clone, Debug)]
pub(super) struct BeforeChange {
    pub(super) live: LiveParams,
    course: InForce,
    clock: Clock,
    /// The engine, if the change has touched it.
    engine: Option<Box<dyn Engine>>,
}

/// What is in force by schedule.
#[derive(Clone, Copy, Debug)]
pub(super) struct InForce {
    pub(super) live: LiveParams,
    pub(super) learned_at: LearnedAt,
    /// Step of the last change of either, by hand or by schedule.
    pub(super) changed_at: u64,
}

impl InForce {
    pub(super) fn at_start(experiment: &Experiment) -> Self {
        let learned_at = LearnedAt::default();
        Self {
            live: experiment.schedule.in_force(&experiment.live, 0, &learned_at),
            learned_at,
            changed_at: 0,
        }
    }
}

impl Simulation {
    /// Takes new live parameters from the present step on and records the change. The same parameters again are no change.
    ///
    /// A second change at the same step takes the place of the first, as if that had not been, so that a slider held on a paused
    /// run leaves one intervention, and none when it is put back. What comes after depends on the recorded interventions alone.
    ///
    /// # Errors
    /// [`ExperimentError`] where a value is not allowed; nothing changes then.
    pub fn set_live(&mut self, live: LiveParams) -> Result<(), ExperimentError> {
        live.validate()?;
        if live == self.live {
            return Ok(());
        }
        let step = self.clock.step();
        if self.interventions.last().is_some_and(|last| last.step == step) {
            self.take_back_change();
        }
        if live == self.live {
            return Ok(());
        }
        self.before_change = Some(BeforeChange {
            live: self.live,
            course: self.course,
            clock: self.clock.clone(),
            engine: None,
        });
        self.live = live;
        let now = self
            .experiment
            .schedule
            .in_force(&live, step, &self.course.learned_at);
        self.course.live = now;
        self.course.changed_at = step;
        if let Some(before) = &mut self.before_change {
            before.engine = self.engine.is_changed_by(&now).then(|| self.engine.clone());
        }
        self.clock.set_learning_rate(now.learning_rate);
        self.engine.set_live(&self.network, &now);
        self.interventions.push(Intervention {
            step,
            time: self.clock.time(),
            live,
        });
        Ok(())
    }

    /// Undoes the last intervention, after which no step was taken.
    fn take_back_change(&mut self) {
        if let Some(before) = self.before_change.take() {
            self.interventions.pop();
            self.live = before.live;
            self.course = before.course;
            self.clock = before.clock;
            if let Some(engine) = before.engine {
                self.engine = engine;
            }
        }
    }

    /// The next step at which other parameters may be in force by schedule.
    pub fn steady_until(&self) -> u64 {
        let schedule = &self.experiment.schedule;
        schedule.next_after(self.clock.step(), &self.course.learned_at)
    }

    /// Takes the parameters that the schedule has for the present step.
    pub(super) fn follow_schedule(&mut self) {
        let step = self.clock.step();
        self.look_for_learned(step);
        let schedule = &self.experiment.schedule;
        let now = schedule.in_force(&self.live, step, &self.course.learned_at);
        let before = self.course.live;
        if now == before {
            return;
        }
        self.course.live = now;
        self.course.changed_at = step;
        if now.learning_rate.to_bits() != before.learning_rate.to_bits() {
            self.clock.set_learning_rate(now.learning_rate);
        }
        self.engine.set_live(&self.network, &now);
    }

    /// Notes which modes that are waited for are learned.
    fn look_for_learned(&mut self, step: u64) {
        if !step.is_multiple_of(LOOK) {
            return;
        }
        let schedule = &self.experiment.schedule;
        let mut strengths = Vec::new();
        for (index, which) in Scheduled::ALL.into_iter().enumerate() {
            let Some(mode) = schedule.waits_for(which) else {
                continue;
            };
            if self.course.learned_at[index].is_some() {
                continue;
            }
            if strengths.is_empty() {
                self.observer.observe_strengths(&self.network, &mut strengths);
            }
            let law = self.experiment.mode_law(mode, &self.course.live);
            let is_learned = law.learned_strength() > 0.0
                && strengths
                    .get(mode)
                    .is_some_and(|strength| *strength >= LEARNED_FRACTION * law.learned_strength());
            if is_learned {
                self.course.learned_at[index] = Some(step);
                self.course.changed_at = step;
            }
        }
    }
}
