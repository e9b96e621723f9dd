//! Strength of one aligned, balanced mode over time under gradient flow, `ds/dt = L s^(2-2/L) (m - s)`.
//!
//! ```text
//! L = 1   s = s0 e^-t + m (1 - e^-t)
//! L = 2   s = m / ((m/s0) e^(-2 m t) + 1 - e^(-2 m t))
//! L >= 3  with v = s/m:        L m^(2-2/L) t = F_(2/L-1)(v) - F_(2/L-1)(v0)       when s0 < m
//!         with y = m/s:        L m^(2-2/L) t = F_(2-2/L)(y) - F_(2-2/L)(y0)       when s0 > m
//! m = 0   s = (s0^-q + q L t)^(-1/q), q = 2 - 2/L, for L >= 2
//! ```
//!
//! With weight decay `lambda` the flow is `ds/dt = L s^(2-2/L) (m - s) - L lambda s`: for `L = 1` the same towards `m / (1 + lambda)` at the
//! rate `1 + lambda`, for `L = 2` that of a teacher of strength `m - lambda` (which may be negative), for `L >= 3` a table. With momentum
//! `mu` time passes `1 / (1 - mu)` times as fast, in the limit of small steps.
//!
//! `F_a` is the antiderivative of `x^(a-1)/(1-x)`, summed by series and inverted by a bracketed Newton
//! method, so no step size and no quadrature error enters at any depth. Time is the sum of learning rates.
//!
//! Source: arXiv 1312.6120 for the flow and `L = 2`; arXiv 2604.06366 for the order of events.

use super::logistic_integral::LogisticIntegral;
use std::sync::Arc;

use super::decayed_curve::DecayedCurve;
use super::{ModeLaw, stability::curvature};

/// The gradient-flow curve of one mode from a given start.
///
/// Domain: `depth >= 1`, teacher strength `m >= 0`, any finite start for `L = 1`. For `L >= 2` zero is a
/// saddle that the flow cannot cross, and a start at or below zero is drawn as resting there.
#[derive(Clone, Debug, PartialEq)]
pub struct StrengthCurve {
    /// Where the curve goes: the teacher's strength, less with weight decay.
    teacher_strength: f64,
    start: f64,
    shape: Shape,
    /// Training time per unit of the flow's own: `1 - mu`.
    pace: f64,
}

/// How the strength moves; rates are per unit of time.
#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// At the minimum or at the saddle: nothing moves.
    Resting,
    /// `L = 1`.
    Exponential { rate: f64 },
    /// `L = 2`, `m > 0`.
    Logistic { rate: f64 },
    /// `L >= 3`, `m > 0`.
    Deep {
        rate: f64,
        integral: LogisticIntegral,
        rising: bool,
    },
    /// `L >= 2`, `m = 0`.
    Algebraic { depth: f64 },
    /// `L = 2`, weight decay above `m` by `rate / 2`.
    Fading { rate: f64 },
    /// `L >= 3` with weight decay.
    Decayed(Arc<DecayedCurve>),
}

impl StrengthCurve {
    /// The curve that starts at strength `start` at time zero.
    pub fn new(depth: usize, teacher_strength: f64, start: f64) -> Self {
        let start = if depth >= 2 { start.max(0.0) } else { start };
        let rising = start < teacher_strength;
        let at_minimum = !rising && start <= teacher_strength;
        let shape = if at_minimum || (depth >= 2 && start <= 0.0) {
            Shape::Resting
        } else if depth <= 1 {
            Shape::Exponential { rate: 1.0 }
        } else if teacher_strength <= 0.0 {
            Shape::Algebraic { depth: depth as f64 }
        } else {
            let rate = curvature(depth, teacher_strength);
            let exponent = if rising {
                2.0 / depth as f64 - 1.0
            } else {
                2.0 - 2.0 / depth as f64
            };
            if depth == 2 {
                Shape::Logistic { rate }
            } else {
                Shape::Deep {
                    rate,
                    integral: LogisticIntegral::new(exponent),
                    rising,
                }
            }
        };
        Self {
            teacher_strength,
            start,
            shape,
            pace: 1.0,
        }
    }

    /// The curve of a mode of the given law, with its weight decay and, in the limit of small steps, its momentum.
    pub fn of(law: &ModeLaw, start: f64) -> Self {
        let (depth, teacher, decay) = (law.depth, law.teacher_strength, law.weight_decay);
        let curve = match depth {
            _ if decay <= 0.0 => Self::new(depth, teacher, start),
            0 | 1 => Self {
                teacher_strength: teacher / (1.0 + decay),
                start,
                shape: Shape::Exponential { rate: 1.0 + decay },
                pace: 1.0,
            },
            2 if decay <= teacher => Self::new(depth, teacher - decay, start),
            _ => {
                let start = start.max(0.0);
                let shape = if start <= 0.0 {
                    Shape::Resting
                } else if depth == 2 {
                    let rate = 2.0 * (decay - teacher);
                    Shape::Fading { rate }
                } else {
                    DecayedCurve::new(depth, teacher, decay, start)
                        .map_or(Shape::Resting, |curve| Shape::Decayed(Arc::new(curve)))
                };
                let end = match &shape {
                    Shape::Decayed(curve) => curve.end(),
                    Shape::Fading { .. } => 0.0,
                    _ => start,
                };
                Self {
                    teacher_strength: end,
                    start,
                    shape,
                    pace: 1.0,
                }
            }
        };
        Self {
            pace: 1.0 - law.momentum,
            ..curve
        }
    }

    /// Where the curve goes: the teacher's strength, less with weight decay.
    pub fn end(&self) -> f64 {
        self.teacher_strength
    }

    /// Strength at time `time >= 0`.
    pub fn at(&self, time: f64) -> f64 {
        let (teacher, start) = (self.teacher_strength, self.start);
        let time = time / self.pace;
        match self.shape {
            Shape::Resting => start,
            // Sums of positive terms: a start far below or above m keeps its digits at early times.
            Shape::Exponential { rate } => {
                let decay = -rate * time;
                start * decay.exp() - teacher * decay.exp_m1()
            }
            Shape::Logistic { rate } => {
                let decay = -rate * time;
                teacher / (teacher / start * decay.exp() - decay.exp_m1())
            }
            Shape::Deep {
                rate,
                integral,
                rising,
            } => {
                let logit = integral.advance(logit_of(start, teacher), rate * time);
                let odds_against = (-logit).exp();
                if rising {
                    teacher / (1.0 + odds_against)
                } else {
                    teacher * (1.0 + odds_against)
                }
            }
            Shape::Algebraic { depth } => {
                let power = 2.0 - 2.0 / depth;
                (start.powf(-power) + power * depth * time).powf(-power.recip())
            }
            Shape::Fading { rate } => {
                let (half, growth) = (0.5 * rate, rate * time);
                half / (half / start * growth.exp() + growth.exp_m1())
            }
            Shape::Decayed(ref curve) => curve.at(time),
        }
    }

    /// Time at which the strength equals `strength`; zero at the start itself.
    ///
    /// `None` for a strength the curve never takes: behind the start, at the minimum (reached only in the
    /// limit) or beyond it.
    pub fn time_to_reach(&self, strength: f64) -> Option<f64> {
        let (teacher, start) = (self.teacher_strength, self.start);
        let on_the_way = if start < teacher {
            start <= strength && strength < teacher
        } else {
            teacher < strength && strength <= start
        };
        if strength.to_bits() == start.to_bits() {
            return Some(0.0);
        }
        if !on_the_way {
            return None;
        }
        let time = match self.shape {
            Shape::Resting => None,
            Shape::Exponential { rate } => Some(((strength - start) / (teacher - strength)).ln_1p() / rate),
            Shape::Logistic { rate } => {
                let odds_gain = teacher / start * ((strength - start) / (teacher - strength));
                Some(odds_gain.ln_1p() / rate)
            }
            Shape::Deep { rate, integral, .. } => {
                let elapsed =
                    integral.value(logit_of(strength, teacher)) - integral.value(logit_of(start, teacher));
                Some(elapsed.max(0.0) / rate)
            }
            Shape::Algebraic { depth } => {
                let power = 2.0 - 2.0 / depth;
                Some((strength.powf(-power) - start.powf(-power)) / (power * depth))
            }
            Shape::Fading { rate } => {
                let half = 0.5 * rate;
                Some((half * (strength.recip() - start.recip()) / (half / start + 1.0)).ln_1p() / rate)
            }
            Shape::Decayed(ref curve) => Some(curve.time_to_reach(strength)),
        };
        time.map(|time| self.pace * time)
    }

    /// Time at which the strength is half of where the curve goes; `None` when the start is already past it.
    pub fn half_time(&self) -> Option<f64> {
        self.time_to_reach(0.5 * self.teacher_strength)
    }
}

/// Time by which the diffusion peak comes before the mode is learned: from the peak strength to
/// `learned_fraction` of where it ends, `m` without weight decay, along the gradient flow, for `0 < learned_fraction < 1`.
///
/// `ln(19) / (2m)` at `L = 2` without label noise for `learned_fraction = 0.95`. `None` without a peak, or
/// when the peak lies past that fraction.
pub fn peak_lead(law: &ModeLaw, learned_fraction: f64) -> Option<f64> {
    let curve = StrengthCurve::of(law, law.diffusion_peak()?);
    curve.time_to_reach(learned_fraction * law.learned_strength())
}

/// Logit of `s/m` below `m`, of `m/s` above it.
fn logit_of(strength: f64, teacher: f64) -> f64 {
    if strength < teacher {
        (strength / (teacher - strength)).ln()
    } else {
        (teacher / (strength - teacher)).ln()
    }
}
