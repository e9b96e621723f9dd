//! What is in force over a run: changes by hand, and what a schedule makes of them.

use crate::dynamics::{Clock, Engine};
use crate::experiment::{Experiment, LOOK, LearnedAt, LiveParams, Scheduled};
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
    pub(super) course: InForce,
    pub(super) clock: Clock,
    /// The engine, if the change has touched it.
    pub(super) engine: Option<Box<dyn Engine>>,
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

    /// Notes which modes that are waited for are learned after `step` steps; `strengths` are asked for at most once.
    pub(super) fn look_for_learned(
        &mut self,
        experiment: &Experiment,
        step: u64,
        observe: impl FnOnce(&mut Vec<f64>),
    ) {
        if !step.is_multiple_of(LOOK) {
            return;
        }
        let mut observe = Some(observe);
        let mut strengths = Vec::new();
        for (index, which) in Scheduled::ALL.into_iter().enumerate() {
            let Some(mode) = experiment.schedule.waits_for(which) else {
                continue;
            };
            if self.learned_at[index].is_some() {
                continue;
            }
            if let Some(observe) = observe.take() {
                observe(&mut strengths);
            }
            let end = experiment.mode_law(mode, &self.live).learned_strength();
            let is_learned = end > 0.0
                && strengths
                    .get(mode)
                    .is_some_and(|strength| *strength >= LEARNED_FRACTION * end);
            if is_learned {
                self.learned_at[index] = Some(step);
                self.changed_at = step;
            }
        }
    }
}
