//! When a run halts by itself.

use serde::{Deserialize, Serialize};

use crate::observables::events::ModeEvents;
use crate::simulation::{Phase, StationaryStatistics};

/// Independent values that the histogram of a mode must hold, where there is label noise, before a run counts as settled.
const ENOUGH_VALUES: f64 = 400.0;

/// When a run halts by itself: as soon as any of these holds. Each halts a run once; played on, it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HaltRule {
    /// Every mode is learned or held elsewhere, and has been watched for long enough.
    pub settled: bool,
    /// So many steps are done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
    /// Training time has reached this value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<f64>,
    /// This mode, counted from 0, has its diffusion peak.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peak: Option<usize>,
    /// This mode, counted from 0, is learned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learned: Option<usize>,
}

impl HaltRule {
    /// The run goes on until it is told to halt.
    pub const NEVER: Self = Self {
        settled: false,
        step: None,
        time: None,
        peak: None,
        learned: None,
    };
}

impl Default for HaltRule {
    fn default() -> Self {
        Self {
            settled: true,
            ..Self::NEVER
        }
    }
}

/// Why a run halted by itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HaltCause {
    /// Every mode has settled.
    Settled,
    /// So many steps are done.
    Step(u64),
    /// Training time has reached this value.
    Time(f64),
    /// A mode, counted from 0, has its diffusion peak.
    Peak(usize),
    /// A mode, counted from 0, is learned.
    Learned(usize),
}

/// Where a run is, as far as a rule asks.
pub(super) struct Place<'a> {
    pub(super) step: u64,
    pub(super) time: f64,
    pub(super) modes: &'a dyn Fn(usize) -> Option<ModeEvents>,
    pub(super) statistics: &'a StationaryStatistics,
    /// Whether the engine draws any noise.
    pub(super) draws_noise: bool,
}

/// A rule with what of it has not held yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Halting {
    rule: HaltRule,
    left: HaltRule,
}

impl Halting {
    /// A rule of which no condition has held.
    pub(super) fn new(rule: HaltRule) -> Self {
        Self { rule, left: rule }
    }

    /// Another rule; a condition that is as it was and has held does not halt again.
    pub(super) fn set_rule(&mut self, rule: HaltRule) {
        fn left<T: Copy + PartialEq>(new: Option<T>, old: Option<T>, still: bool) -> Option<T> {
            let is_new = new != old;
            new.filter(|_| is_new || still)
        }
        let old = self.rule;
        let still = self.left;
        self.left = HaltRule {
            settled: rule.settled && (still.settled || !old.settled),
            step: left(rule.step, old.step, still.step.is_some()),
            time: left(rule.time, old.time, still.time.is_some()),
            peak: left(rule.peak, old.peak, still.peak.is_some()),
            learned: left(rule.learned, old.learned, still.learned.is_some()),
        };
        self.rule = rule;
    }

    /// The last step that may be taken from here at this learning rate before the rule is to be asked.
    pub(super) fn last_step(&self, step: u64, time: f64, learning_rate: f64) -> u64 {
        let by_step = self.left.step.filter(|&last| last > step).unwrap_or(u64::MAX);
        let n_steps = self.left.time.map(|last| ((last - time) / learning_rate).ceil());
        let by_time = n_steps
            .filter(|&n_steps| n_steps >= 1.0)
            .map_or(u64::MAX, |n_steps| step.saturating_add(n_steps as u64));
        by_step.min(by_time)
    }

    /// Why the run halts here, if it does; a condition answers once.
    pub(super) fn cause(&mut self, place: &Place<'_>) -> Option<HaltCause> {
        let left = &mut self.left;
        let events = |mode: usize| (place.modes)(mode);
        let has_peak = |mode| events(mode).is_some_and(|of| of.peak.is_some_and(|peak| peak.confirmed));
        let is_learned = |mode| events(mode).is_some_and(|of| of.learned.is_some());
        if let Some(step) = left.step.take_if(|step| place.step >= *step) {
            return Some(HaltCause::Step(step));
        }
        if let Some(time) = left.time.take_if(|time| place.time >= *time) {
            return Some(HaltCause::Time(time));
        }
        if let Some(mode) = left.peak.take_if(|mode| has_peak(*mode)) {
            return Some(HaltCause::Peak(mode));
        }
        if let Some(mode) = left.learned.take_if(|mode| is_learned(*mode)) {
            return Some(HaltCause::Learned(mode));
        }
        if left.settled && is_settled(place) {
            left.settled = false;
            return Some(HaltCause::Settled);
        }
        None
    }

    /// Passes over every condition that holds already: a run that is played on has been seen where it is.
    pub(super) fn pass_over(&mut self, place: &Place<'_>) {
        while self.cause(place).is_some() {}
    }
}

/// Whether every mode has been watched for long enough: where noise moves it, until its histogram holds enough independent values;
/// where nothing does, as long again as was left out before.
fn is_settled(place: &Place<'_>) -> bool {
    place.statistics.modes.iter().all(|mode| match mode.phase {
        Phase::Approaching | Phase::BurnIn { .. } => false,
        Phase::Counting { since } => {
            if place.draws_noise && mode.is_noisy() {
                mode.n_effective()
                    .is_some_and(|n_effective| n_effective >= ENOUGH_VALUES)
            } else {
                place.statistics.until.saturating_sub(since) >= mode.burn_in
            }
        }
    })
}
