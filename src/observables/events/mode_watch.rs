//! Watches one mode: the peak of its diffusion and the moment it is learned, by the rules of [`Peak`].

use super::{EventKind, LEARNED_FRACTION, ModeEvents, Moment, Peak};
use crate::theory::{ModeLaw, ResidualMoments, StoredLaw, peak_lead};

/// Fraction of the teacher's strength from which on the diffusion is the mode's own.
const TRANSITION_FRACTION: f64 = 0.1;
/// By how much `D / tau` rises to a peak and falls from it.
const PROMINENCE: f64 = 0.05;

/// What one row says of the mode.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) step: u64,
    pub(super) time: f64,
    pub(super) strength: f64,
    /// `D`.
    pub(super) diffusion: f64,
    /// The law of the mode under the parameters in force.
    pub(super) law: ModeLaw,
    /// Moments of one sample's gradient, of a stored set.
    pub(super) moments: Option<ResidualMoments>,
    /// Whether its equilibrium is lost to label noise: a value beyond 95 % is then a spike, and nothing is learned.
    pub(super) is_lost: bool,
}

/// State of one mode.
#[derive(Clone, Debug)]
pub(super) struct ModeWatch {
    /// Label noise of the rows compared with each other.
    label_noise_std: Option<f64>,
    /// Least `D / tau` of these rows.
    least: f64,
    /// Largest `D / tau` of these rows within the transition.
    largest: f64,
    /// Whether the peak has been told in an event.
    announced: bool,
    /// Whether the peak belongs to another label noise and stands for good.
    settled: bool,
    events: ModeEvents,
}

impl Default for ModeWatch {
    fn default() -> Self {
        Self {
            label_noise_std: None,
            least: f64::INFINITY,
            largest: 0.0,
            announced: false,
            settled: false,
            events: ModeEvents::default(),
        }
    }
}

impl ModeWatch {
    pub(super) fn events(&self) -> ModeEvents {
        self.events
    }

    /// Takes in one row; `tell` hears of what happened.
    pub(super) fn observe(&mut self, mode: usize, sample: Sample, mut tell: impl FnMut(EventKind)) {
        if self.events.learned.is_some() {
            return;
        }
        if let Some(before) = self.label_noise_std.replace(sample.law.label_noise_std)
            && before.to_bits() != sample.law.label_noise_std.to_bits()
        {
            self.compare_anew(mode, &mut tell);
        }
        if !self.settled {
            self.follow_peak(mode, sample, &mut tell);
        }
        if !sample.is_lost && sample.strength >= LEARNED_FRACTION * sample.law.scale_strength() {
            if self.events.peak.is_some_and(|peak| !peak.confirmed) {
                self.withdraw(mode, &mut tell);
            }
            self.events.learned = Some(Moment {
                step: sample.step,
                time: sample.time,
            });
            tell(EventKind::Learned { mode });
        }
    }

    /// Leaves behind rows of another label noise.
    fn compare_anew(&mut self, mode: usize, tell: &mut impl FnMut(EventKind)) {
        match self.events.peak {
            Some(peak) if peak.confirmed => self.settled = true,
            Some(_) | None => {
                self.withdraw(mode, tell);
                self.least = f64::INFINITY;
                self.largest = 0.0;
            }
        }
    }

    fn follow_peak(&mut self, mode: usize, sample: Sample, tell: &mut impl FnMut(EventKind)) {
        if sample.law.noise_scale <= 0.0 {
            return;
        }
        let value = sample.diffusion / sample.law.noise_scale;
        let fraction = sample.strength / sample.law.scale_strength();
        if value > self.largest && (TRANSITION_FRACTION..LEARNED_FRACTION).contains(&fraction) {
            if self.events.peak.is_some_and(|peak| peak.confirmed) {
                self.withdraw(mode, tell);
            }
            self.largest = value;
            let risen = value >= (1.0 + PROMINENCE) * self.least;
            self.events.peak = risen.then_some(Peak {
                step: sample.step,
                time: sample.time,
                strength: sample.strength,
                diffusion: sample.diffusion,
                confirmed: false,
            });
        } else if let Some(peak) = &mut self.events.peak
            && !peak.confirmed
            && value < self.largest
        {
            if !self.announced {
                self.announced = true;
                tell(EventKind::PeakProvisional { mode, peak: *peak });
            }
            if value <= (1.0 - PROMINENCE) * self.largest && sample.strength > peak.strength {
                peak.confirmed = true;
                tell(EventKind::PeakConfirmed { mode, peak: *peak });
                self.events.lead_predicted = match sample.moments {
                    None => peak_lead(&sample.law, LEARNED_FRACTION),
                    Some(moments) => {
                        let law = sample.law;
                        StoredLaw { law, moments }.peak_lead(LEARNED_FRACTION)
                    }
                };
            }
        }
        self.least = self.least.min(value);
    }

    fn withdraw(&mut self, mode: usize, tell: &mut impl FnMut(EventKind)) {
        self.events.peak = None;
        self.events.lead_predicted = None;
        if std::mem::take(&mut self.announced) {
            tell(EventKind::PeakWithdrawn { mode });
        }
    }
}
