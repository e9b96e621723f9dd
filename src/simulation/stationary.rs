//! Statistics of the mode strengths once a run has settled.
//!
//! What a run does on its way must enter no histogram, so every mode is left out until it has arrived and then for its
//! burn-in:
//! - arrived: within 5 % of the teacher's strength, or within four standard deviations of the Boltzmann law where that is
//!   wider; at the latest after three times what gradient flow needs to get there, so that a mode which noise holds at the
//!   saddle is counted too ([`ModeStatistics::arrived`] tells);
//! - burn-in: [`StationaryStatistics::factor`] relaxation times `1 / (eta L m^(2-2/L))`; what is left of the approach is then
//!   `e^-factor` of it. If the autocorrelation turns out longer than theory's, five integrated autocorrelation times: the
//!   counting then begins anew.
//!
//! The same holds after a change of the learning rate, the batch size or the label noise, since each changes the law.

use crate::dynamics::{Batching, Decay};
use crate::experiment::{Experiment, LiveParams};
use crate::stats::{Histogram, Moments, Series};
use crate::theory::{ModeLaw, StrengthCurve};

/// Strengths are counted at multiples of this many steps, so that they weigh the same however the run is recorded.
pub const STATISTICS_STRIDE: u64 = super::Schedule::SPARSEST;
/// Bins of a histogram as kept; drawing merges them.
const N_BINS: usize = 1024;
/// Relaxation times left out unless a person says otherwise.
pub const DEFAULT_BURN_IN: f64 = 10.0;
/// Integrated autocorrelation times that the burn-in must reach.
const MIN_AUTOCORRELATION_TIMES: f64 = 5.0;
/// Counts from which on the autocorrelation is looked at.
const FIRST_LOOK: u64 = 128;
/// Distance from the teacher's strength, relative to it, at which a mode has arrived.
const NEAR: f64 = 0.05;

/// How far one mode's statistics are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The mode is on its way.
    Approaching,
    /// It has arrived; values count from this step on.
    BurnIn {
        /// First step that will count.
        until: u64,
    },
    /// Values count since this step.
    Counting {
        /// First step that counted.
        since: u64,
    },
}

/// Distribution of one mode's strength since it has settled.
#[derive(Clone, Debug)]
pub struct ModeStatistics {
    /// How far it is.
    pub phase: Phase,
    /// Whether the mode came near the teacher's strength; one counted without that is held elsewhere.
    pub arrived: bool,
    /// Steps left out after the arrival.
    pub burn_in: u64,
    /// Moments of the strength.
    pub moments: Moments,
    /// Histogram of the strength.
    pub histogram: Histogram,
    /// Effective sample size when it was last looked at; it is looked at again after every sixteenth more values.
    n_effective: Option<f64>,
    next_look: u64,
    /// The values in order, one a stride, for errors and drift. Not kept of many values at one step, which are no series.
    pub series: Series,
    /// Sum of the curvatures `lambda_k` at the counted values, and their number: of the present weights, which noise moves away
    /// from balance.
    curvature: (f64, u64),
    /// Sum of the rates at which the entries of the mode's row of `W - M` relax at the present weights, where it is known.
    pub row_rate: Option<f64>,
    /// Steps from one value to the next.
    stride: u64,
    law: ModeLaw,
    /// Step by which the mode is counted wherever it is; unknown before the first value.
    deadline: Option<u64>,
}

impl ModeStatistics {
    /// Whether noise moves the mode about where it settles.
    pub fn is_noisy(&self) -> bool {
        self.law.temperature() > 0.0
    }
}

/// Distribution of every mode's strength.
#[derive(Clone, Debug)]
pub struct StationaryStatistics {
    /// Step of the start, or of the last change of the law.
    pub origin: u64,
    /// Last step that was looked at.
    pub until: u64,
    /// Relaxation times left out.
    pub factor: f64,
    /// Modes in order.
    pub modes: Vec<ModeStatistics>,
    stride: u64,
    learning_rate: f64,
    live: LiveParams,
    depth: usize,
    batching: Batching,
    decay: Decay,
}

impl StationaryStatistics {
    /// Statistics of the modes of an experiment that starts at step 0.
    pub fn new(experiment: &Experiment) -> Self {
        Self::with_stride(STATISTICS_STRIDE, experiment)
    }

    /// The same from values every `stride` steps, as a recording has them.
    pub fn with_stride(stride: u64, experiment: &Experiment) -> Self {
        let (depth, live) = (experiment.network.depth(), &experiment.live);
        let (batching, decay) = (experiment.batching(), experiment.optimizer.decay);
        let stride = stride.max(1);
        let mode = |&teacher_strength: &f64| ModeStatistics {
            phase: Phase::Approaching,
            arrived: false,
            burn_in: 0,
            moments: Moments::default(),
            histogram: Histogram::new(N_BINS, 0.0, 1.0),
            n_effective: None,
            next_look: FIRST_LOOK,
            series: Series::default(),
            curvature: (0.0, 0),
            row_rate: None,
            stride,
            law: decay.of_law(batching.mode_law(depth, teacher_strength, live)),
            deadline: None,
        };
        let mut statistics = Self {
            origin: 0,
            until: 0,
            factor: DEFAULT_BURN_IN,
            modes: experiment.teacher.strengths.iter().map(mode).collect(),
            stride,
            learning_rate: live.learning_rate,
            live: *live,
            depth,
            batching,
            decay,
        };
        statistics.restart(0, live);
        statistics
    }

    /// Bytes that the histograms hold.
    pub fn n_bytes(&self) -> usize {
        self.modes.len() * (size_of::<ModeStatistics>() + N_BINS * size_of::<u64>())
    }

    /// Begins anew at step `origin`, under these parameters.
    pub fn restart(&mut self, origin: u64, live: &LiveParams) {
        self.origin = origin;
        self.until = origin;
        self.learning_rate = live.learning_rate;
        self.live = *live;
        for mode in &mut self.modes {
            let law = self
                .batching
                .mode_law(self.depth, mode.law.teacher_strength, live);
            mode.law = self.decay.of_law(law);
            mode.phase = Phase::Approaching;
            mode.arrived = false;
            mode.deadline = None;
            // At most 2^53, so that steps can be added.
            let burn_in = self.factor * mode.law.relaxation_time() / live.learning_rate;
            mode.burn_in = burn_in.clamp(0.0, 9e15) as u64;
            mode.empty();
        }
    }

    /// Begins anew where other parameters are in force than before: while a schedule moves them nothing is stationary.
    pub fn follow(&mut self, step: u64, live: &LiveParams) {
        if *live != self.live {
            self.restart(step, live);
        }
    }

    /// Leaves out `factor` relaxation times from here on and begins anew.
    pub fn set_factor(&mut self, factor: f64, origin: u64, live: &LiveParams) {
        if factor.is_finite() && factor >= 0.0 {
            self.factor = factor;
        }
        self.restart(origin, live);
    }

    /// Takes in the mode strengths after `step` steps, and the curvatures where they are known, if that is a multiple of the stride.
    pub fn push(&mut self, step: u64, strengths: &[f64], curvatures: &[f64]) {
        if !step.is_multiple_of(self.stride) || step < self.origin {
            return;
        }
        self.until = step;
        for (i, (mode, &strength)) in self.modes.iter_mut().zip(strengths).enumerate() {
            if mode.settle(step, strength, self.learning_rate) {
                mode.count(strength);
                mode.series.push(strength);
                if let Some(curvature) = curvatures.get(i).filter(|curvature| curvature.is_finite()) {
                    mode.curvature.0 += curvature;
                    mode.curvature.1 += 1;
                }
                mode.check_burn_in(step);
            }
        }
    }

    /// Notes the rates of the rows of the present weights: see [`crate::observables::Observer::row_rates`].
    pub fn set_row_rates(&mut self, rates: &[f64]) {
        for (mode, &rate) in self.modes.iter_mut().zip(rates) {
            mode.row_rate = Some(rate).filter(|rate| rate.is_finite());
        }
    }

    /// Training time since the start or the last change of the law.
    pub fn time(&self) -> f64 {
        self.until.saturating_sub(self.origin) as f64 * self.learning_rate
    }

    /// Takes in many values of mode number `mode` at one step, where `typical` is their mean.
    pub fn push_many(&mut self, step: u64, mode: usize, typical: f64, strengths: &[f64]) {
        if !step.is_multiple_of(self.stride) || step < self.origin {
            return;
        }
        self.until = step;
        let learning_rate = self.learning_rate;
        if let Some(mode) = self.modes.get_mut(mode)
            && mode.settle(step, typical, learning_rate)
        {
            for &strength in strengths {
                mode.count(strength);
            }
        }
    }
}

impl ModeStatistics {
    /// The law of the mode under the present parameters.
    pub fn law(&self) -> ModeLaw {
        self.law
    }

    /// Mean curvature `lambda_k` of the present weights over the counted values; `None` where it was not observed.
    pub fn mean_curvature(&self) -> Option<f64> {
        let (sum, n) = self.curvature;
        (n > 0).then(|| sum / n as f64)
    }

    /// How many independent values those counted are worth, as last estimated; `None` while there are few, or all are equal.
    pub fn n_effective(&self) -> Option<f64> {
        self.n_effective
    }

    /// Integrated autocorrelation time in steps; `None` while the series is too short to tell, or constant.
    pub fn autocorrelation_time(&self) -> Option<f64> {
        // The count at the last look is not kept; since then it has grown by a sixteenth at most.
        Some(self.moments.count() as f64 / self.n_effective? * self.stride as f64)
    }

    fn empty(&mut self) {
        self.moments = Moments::default();
        self.series = Series::default();
        self.curvature = (0.0, 0);
        self.n_effective = None;
        self.next_look = FIRST_LOOK;
    }

    /// Moves on to the phase of `step`; says whether the value counts.
    fn settle(&mut self, step: u64, strength: f64, learning_rate: f64) -> bool {
        let deadline = *self
            .deadline
            .get_or_insert_with(|| step.saturating_add(time_allowed(&self.law, strength, learning_rate)));
        if self.phase == Phase::Approaching {
            let end = self.law.learned_strength();
            let width = (NEAR * self.law.teacher_strength).max(4.0 * self.law.temperature().sqrt());
            self.arrived = (strength - end).abs() <= width;
            if self.arrived || step >= deadline {
                self.phase = Phase::BurnIn {
                    until: step.saturating_add(self.burn_in),
                };
            }
        }
        if let Phase::BurnIn { until } = self.phase
            && step >= until
        {
            self.phase = Phase::Counting { since: step };
        }
        matches!(self.phase, Phase::Counting { .. })
    }

    fn count(&mut self, strength: f64) {
        if self.moments.count() == 0 {
            // As narrow as the number allows: the histogram widens by itself.
            self.histogram.restart(strength, 0.0);
        }
        self.moments.push(strength);
        self.histogram.push(strength);
    }

    /// Begins the counting anew where the burn-in was too short for the autocorrelation that is now known.
    fn check_burn_in(&mut self, step: u64) {
        let n = self.moments.count();
        if n < self.next_look {
            return;
        }
        self.next_look = n + n / 16;
        self.n_effective = self.series.n_effective();
        let needed = self.autocorrelation_time().unwrap_or(0.0) * MIN_AUTOCORRELATION_TIMES;
        if needed > self.burn_in as f64 && needed < 9e15 {
            self.burn_in = needed as u64;
            self.phase = Phase::Counting { since: step };
            self.empty();
        }
    }
}

/// Steps after which a mode that started at `strength` should long have arrived.
fn time_allowed(law: &ModeLaw, strength: f64, learning_rate: f64) -> u64 {
    let start = strength.abs().max(1e-6 * law.teacher_strength);
    let curve = StrengthCurve::of(law, start);
    let time = curve.time_to_reach((1.0 - NEAR) * curve.end());
    (3.0 * time.unwrap_or(0.0) / learning_rate).clamp(0.0, 9e15) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVE: LiveParams = LiveParams {
        learning_rate: 0.01,
        batch_size: 4,
        label_noise_std: 0.0,
        ..LiveParams::DEFAULT
    };

    /// A mode of `m = 1`, `L = 2`: relaxation time 50 steps.
    fn statistics() -> StationaryStatistics {
        let mut experiment = Experiment::default();
        experiment.teacher.strengths = vec![1.0];
        experiment.live = LIVE;
        StationaryStatistics::new(&experiment)
    }

    #[test]
    fn nothing_counts_before_arrival_and_burn_in() {
        let mut statistics = statistics();
        for step in (0..4000).step_by(8) {
            let strength = if step < 1000 { 1e-3 } else { 0.96 };
            statistics.push(step, &[strength], &[]);
        }
        // Arrived at step 1008 (the first multiple of 16 from 1000 on), then ten relaxation times.
        let mode = &statistics.modes[0];
        assert_eq!(mode.phase, Phase::Counting { since: 1520 });
        assert_eq!((mode.arrived, mode.burn_in), (true, 500));
        assert_eq!(mode.moments.count(), (3984 - 1520) / 16 + 1);
        assert_eq!(mode.moments.count(), mode.histogram.total());
        statistics.restart(4000, &LIVE);
        assert_eq!(statistics.modes[0].phase, Phase::Approaching);
        assert_eq!(statistics.modes[0].moments.count(), 0);
    }

    #[test]
    fn a_mode_that_never_arrives_is_counted_in_the_end() {
        let mut statistics = statistics();
        for step in (0..40_000).step_by(16) {
            statistics.push(step, &[1e-3], &[]);
        }
        let mode = &statistics.modes[0];
        assert!(!mode.arrived && mode.moments.count() > 0);
        // ln(999 * 19) / 2 of training time, three times, and the burn-in.
        let Phase::Counting { since } = mode.phase else {
            unreachable!("{mode:?}")
        };
        let expected = 3.0 * (999.0_f64 * 19.0).ln() / 2.0 / 0.01 + 500.0;
        assert!((since as f64 - expected).abs() < 40.0, "{since} {expected}");
    }

    #[test]
    fn a_longer_autocorrelation_lengthens_the_burn_in() {
        let mut statistics = statistics();
        // A square wave far slower than the relaxation time.
        for step in (0..400_000_u64).step_by(16) {
            let strength = if step / 4000 % 2 == 0 { 0.98 } else { 1.02 };
            statistics.push(step, &[strength], &[]);
        }
        assert!(
            statistics.modes[0].burn_in > 5000,
            "{}",
            statistics.modes[0].burn_in
        );
    }
}
