//! Watches one of the student's own singular pairs, without the teacher: how far it is, the peak of its noise, and when it is done.
//! The rules stand in [`BlindDetector`](super::BlindDetector).

use super::stage::{ARRIVED_FRACTION, LOST_FRACTION, Stage};
use super::{LEARNED_FRACTION, ModeEvents, Moment, Peak};
use crate::theory::{ModeLaw, peak_lead};

/// Fraction of its target from which on the diffusion is the pair's own, as for the teacher's modes.
const TRANSITION_FRACTION: f64 = 0.1;
/// By how much `D / tau` has risen above its least to count as a peak.
const RISE: f64 = 0.25;
/// By how much it falls from it.
const FALL: f64 = 0.1;
/// Standard errors by which an estimate must differ.
const CERTAIN: f64 = 2.0;
/// Weight of the newest of several estimates that are averaged: some sixteen looks count.
const NEWEST: f64 = 0.125;
/// Spreads of its own noise at rest that a pair must stand out.
const SIGNAL: f64 = 2.0;

/// What one look says of one pair.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairSample {
    /// Singular value `s`.
    pub value: f64,
    /// Drift `mu` of `s` per unit time.
    pub drift: f64,
    /// Standard error of the drift; zero where it is exact.
    pub drift_error: f64,
    /// Diffusion `D` of `s`, variance per unit time.
    pub diffusion: f64,
    /// Standard error of the diffusion; zero where it is exact.
    pub diffusion_error: f64,
    /// Curvature `lambda = sum_l |A_l^T u|^2 |B_l v|^2`, from the weights alone.
    pub curvature: f64,
}

impl PairSample {
    /// Where the gradient leads the value, `s + mu / lambda`, were the loss quadratic along the pair.
    pub fn target(&self) -> f64 {
        if self.curvature > 0.0 {
            self.value + self.drift / self.curvature
        } else {
            self.value
        }
    }

    /// How far the value is on its way there, from 0; zero also where it shrinks.
    fn fraction(&self) -> f64 {
        let target = self.target();
        if target > 0.0 { self.value / target } else { 0.0 }
    }

    /// Whether the value stands out of what its own noise would sustain, `sqrt(D / (2 lambda))`.
    fn stands_out(&self) -> bool {
        self.value > 0.0 && 2.0 * self.curvature * self.value * self.value >= SIGNAL * SIGNAL * self.diffusion
    }
}

/// The largest diffusion of a pair on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairPeak {
    /// When it was.
    pub moment: Moment,
    /// Singular value there.
    pub value: f64,
    /// Diffusion there, variance per unit time.
    pub diffusion: f64,
    /// When its fall had been seen; a peak without is the largest value so far.
    pub confirmed: Option<Moment>,
}

/// What is known of one pair without the teacher.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PairEvents {
    /// When it began to be learned.
    pub begun: Option<Moment>,
    /// The peak of its noise.
    pub peak: Option<PairPeak>,
    /// When it was done.
    pub done: Option<Moment>,
    /// From the peak to done, in training time of plain gradient descent, of an aligned, balanced mode under gradient flow whose strength is the target that the
    /// pair had when its peak was confirmed.
    pub lead_predicted: Option<f64>,
}

impl PairEvents {
    /// The same in the words of a mode of the teacher, which the pair takes itself for.
    pub fn as_mode(&self) -> ModeEvents {
        ModeEvents {
            peak: self.peak.map(|peak| Peak {
                step: peak.moment.step,
                time: peak.moment.time,
                strength: peak.value,
                diffusion: peak.diffusion,
                confirmed: peak.confirmed.is_some(),
            }),
            learned: self.done,
            lead_predicted: self.lead_predicted,
        }
    }
}

/// What holds for all pairs of a look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    pub(super) depth: usize,
    pub(super) noise_scale: f64,
    pub(super) label_noise_std: f64,
}

/// State of one pair.
#[derive(Clone, Debug)]
pub(super) struct PairWatch {
    pub(super) stage: Stage,
    pub(super) last: PairSample,
    pub(super) events: PairEvents,
    /// Least and largest `D / tau` compared with each other, and the error of the largest.
    least: f64,
    largest: f64,
    largest_error: f64,
}

impl Default for PairWatch {
    fn default() -> Self {
        Self {
            stage: Stage::Waiting,
            last: PairSample::default(),
            events: PairEvents::default(),
            least: f64::INFINITY,
            largest: 0.0,
            largest_error: 0.0,
        }
    }
}

impl PairWatch {
    /// Takes in one look.
    pub(super) fn observe(&mut self, now: Moment, setting: Setting, sample: PairSample) {
        let sample = self.averaged(sample);
        self.last = sample;
        let fraction = self.settle(&sample);
        if self.stage != Stage::Waiting && self.events.begun.is_none() {
            self.events.begun = Some(now);
        }
        if self.events.done.is_some() {
            return;
        }
        self.follow_peak(now, setting, &sample, fraction);
        let gap = (sample.drift.abs() + CERTAIN * sample.drift_error) / sample.curvature;
        if self.stage != Stage::Waiting && gap <= (1.0 / LEARNED_FRACTION - 1.0) * sample.value {
            self.events.done = Some(now);
            self.events.peak = self.events.peak.filter(|peak| peak.confirmed.is_some());
        }
    }

    /// Estimates averaged over looks, with their errors; exact values as they are.
    fn averaged(&self, sample: PairSample) -> PairSample {
        if sample.diffusion_error <= 0.0 || self.last.diffusion_error <= 0.0 {
            return sample;
        }
        let mean = |before: f64, now: f64| before + NEWEST * (now - before);
        // Variances of independent estimates add up with the squares of their weights.
        let error = |before: f64, now: f64| ((1.0 - NEWEST) * before).hypot(NEWEST * now);
        PairSample {
            drift: mean(self.last.drift, sample.drift),
            drift_error: error(self.last.drift_error, sample.drift_error),
            diffusion: mean(self.last.diffusion, sample.diffusion),
            diffusion_error: error(self.last.diffusion_error, sample.diffusion_error),
            ..sample
        }
    }

    /// Moves on the stage; gives how far the pair is.
    fn settle(&mut self, sample: &PairSample) -> f64 {
        let mut fraction = sample.fraction();
        let beyond = if self.stage == Stage::Arrived {
            LOST_FRACTION
        } else {
            ARRIVED_FRACTION
        };
        if fraction * beyond > 1.0 {
            // Far beyond its target: it shrinks, and is not on the way to anything.
            fraction = 0.0;
        }
        let next = self.stage.next(fraction);
        if self.stage == Stage::Arrived && next != Stage::Arrived {
            // It was done, and has something else to learn.
            *self = Self {
                last: self.last,
                ..Self::default()
            };
        }
        if self.stage != Stage::Waiting || sample.stands_out() {
            self.stage = next;
        }
        fraction
    }

    fn follow_peak(&mut self, now: Moment, setting: Setting, sample: &PairSample, fraction: f64) {
        let tau = setting.noise_scale;
        if tau <= 0.0 {
            return;
        }
        let (noise, error) = (sample.diffusion / tau, sample.diffusion_error / tau);
        let on_the_way = (TRANSITION_FRACTION..LEARNED_FRACTION).contains(&fraction) && sample.stands_out();
        if noise > self.largest && on_the_way {
            self.largest = noise;
            self.largest_error = error;
            let risen = noise >= (1.0 + RISE) * self.least;
            self.events.peak = risen.then_some(PairPeak {
                moment: now,
                value: sample.value,
                diffusion: sample.diffusion,
                confirmed: None,
            });
        } else if let Some(peak) = &mut self.events.peak
            && peak.confirmed.is_none()
        {
            let least_fall = FALL * self.largest + CERTAIN * self.largest_error.hypot(error);
            if self.largest - noise >= least_fall && sample.value > peak.value && on_the_way {
                peak.confirmed = Some(now);
                let law = ModeLaw {
                    depth: setting.depth,
                    teacher_strength: sample.target(),
                    label_noise_std: setting.label_noise_std,
                    noise_scale: tau,
                    momentum: 0.0,
                    weight_decay: 0.0,
                };
                self.events.lead_predicted = peak_lead(&law, LEARNED_FRACTION);
            }
        }
        self.least = self.least.min(noise);
    }

    /// Leaves behind what was seen under other label noise; a confirmed peak stands.
    pub(super) fn compare_anew(&mut self) {
        if self.events.peak.is_none_or(|peak| peak.confirmed.is_none()) {
            self.events.peak = None;
            (self.least, self.largest, self.largest_error) = (f64::INFINITY, 0.0, 0.0);
        }
    }
}
