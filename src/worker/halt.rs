//! When a run halts by itself.

use serde::{Deserialize, Serialize};

use crate::observables::events::ModeEvents;
use crate::simulation::{Phase, StationaryStatistics};

/// Independent values that the histogram of a mode must hold, where there is label noise, before a run counts as settled.
const ENOUGH_VALUES: f64 = 400.0;

/// When a run halts by itself: as soon as any of these holds. Each halts a run once; played on, it goes on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
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

/// A rule with what it has already halted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Halting {
    rule: HaltRule,
    /// The conditions that have not held yet.
    left: HaltRule,
}

impl Halting {
    /// A rule of which no condition has held.
    pub(super) fn new(rule: HaltRule) -> Self {
        Self { rule, left: rule }
    }

    /// Another rule; a condition that is as it was and has held does not halt again.
    pub(super) fn set_rule(&mut self, rule: HaltRule) {
        let (old, left) = (self.rule, self.left);
        self.left = HaltRule {
            settled: rule.settled && (left.settled || !old.settled),
            step: rule.step.filter(|_| rule.step != old.step || left.step.is_some()),
            time: rule.time.filter(|_| rule.time != old.time || left.time.is_some()),
            peak: rule.peak.filter(|_| rule.peak != old.peak || left.peak.is_some()),
            learned: rule
                .learned
                .filter(|_| rule.learned != old.learned || left.learned.is_some()),
        };
        self.rule = rule;
    }

    /// The last step that may be taken now.
    pub(super) fn last_step(&self, step: u64) -> u64 {
        self.left.step.filter(|&last| last > step).unwrap_or(u64::MAX)
    }

    /// Why the run halts here, if it does; each condition answers once.
    pub(super) fn cause(
        &mut self,
        step: u64,
        time: f64,
        modes: impl Fn(usize) -> Option<ModeEvents>,
        statistics: &StationaryStatistics,
        is_noisy: bool,
    ) -> Option<HaltCause> {
        let left = &mut self.left;
        let has_peak = |mode: &usize| {
            modes(*mode).is_some_and(|events| events.peak.is_some_and(|peak| peak.confirmed))
        };
        let is_learned = |mode: &usize| modes(*mode).is_some_and(|events| events.learned.is_some());
        if let Some(last) = left.step.take_if(|last| step >= *last) {
            return Some(HaltCause::Step(last));
        }
        if let Some(last) = left.time.take_if(|last| time >= *last) {
            return Some(HaltCause::Time(last));
        }
        if let Some(mode) = left.peak.take_if(|mode| has_peak(mode)) {
            return Some(HaltCause::Peak(mode));
        }
        if let Some(mode) = left.learned.take_if(|mode| is_learned(mode)) {
            return Some(HaltCause::Learned(mode));
        }
        if left.settled && is_settled(statistics, is_noisy) {
            left.settled = false;
            return Some(HaltCause::Settled);
        }
        None
    }
}

/// Whether every mode has been watched for long enough: with label noise until its histogram holds enough independent values,
/// without as long again as was left out before it.
fn is_settled(statistics: &StationaryStatistics, is_noisy: bool) -> bool {
    statistics.modes.iter().all(|mode| match mode.phase {
        Phase::Approaching | Phase::BurnIn { .. } => false,
        Phase::Counting { since } => {
            if is_noisy {
                let n_effective = mode.blocks.effective_sample_size();
                n_effective.is_some_and(|n| n >= ENOUGH_VALUES)
            } else {
                statistics.until.saturating_sub(since) >= mode.burn_in
            }
        }
    })
}
