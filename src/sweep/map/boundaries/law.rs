//! Which laws say something of a map, and the logarithm of how far beyond each a setting is.

use std::cell::RefCell;
use std::collections::HashMap;

use super::Setting;
use crate::experiment::{DataKind, Decay, Dynamics, Experiment};
use crate::observables::events::LEARNED_FRACTION;
use crate::sweep::Stop;
use crate::theory::{
    NoiseBalance, NoisyNetwork, StrengthCurve, curvature, largest_decayed_curvature,
    largest_mean_square_stable_learning_rate_of_row, relaxation_rate, trapping_number, weight_decay,
};

/// A law that draws a line on a map. Modes count from 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Full-batch gradient descent leaves the minimum.
    DescentUnstable,
    /// The mean square of the error grows with batches of `B` samples.
    MeanSquareUnstable,
    /// Label noise makes a feature vanish at equilibrium.
    Lost(usize),
    /// Weight decay keeps a feature from being learned.
    Decayed(usize),
    /// The saddle at zero holds the only mode.
    Trapped,
    /// The diffusion of a mode rises to the end.
    PeakGone(usize),
    /// A run that stops so ends before gradient flow has learned a mode.
    TooShort(usize, Stop),
    /// Equal temperature of a mode, a power of ten.
    EqualTemperature(usize, i32),
    /// Equal noise scale `eta / B`, a power of ten.
    EqualNoiseScale(i32),
    /// Equal steps to 95 % of a mode by gradient flow, a power of ten.
    EqualSteps(usize, i32),
}

/// What a law needs of every depth and, by its bits, weight decay, found once: critical label noise `eta sigma^2 / B`, or the largest
/// curvature.
#[derive(Debug, Default)]
pub(super) struct Memo(RefCell<HashMap<(usize, u64), f64>>);

impl Memo {
    fn of(&self, depth: usize, weight_decay: f64, find: impl FnOnce() -> f64) -> f64 {
        let mut known = self.0.borrow_mut();
        *known.entry((depth, weight_decay.to_bits())).or_insert_with(find)
    }
}

/// What runs of an experiment are.
struct Kind {
    is_descent: bool,
    has_noise_of_sgd: bool,
    has_flow: bool,
}

impl Kind {
    fn of(base: &Experiment) -> Self {
        let is_online = base.data.kind == DataKind::Online;
        let (is_descent, has_noise, has_flow) = match base.dynamics() {
            Dynamics::Sgd | Dynamics::Nesterov => (true, true, true),
            Dynamics::Langevin => (false, true, true),
            Dynamics::IsotropicLangevin | Dynamics::GradientFlow => (false, false, true),
            Dynamics::Adam | Dynamics::RmsProp => (false, false, false),
        };
        Self {
            is_descent,
            has_noise_of_sgd: has_noise && is_online,
            has_flow,
        }
    }
}

impl Law {
    /// The laws that say something of runs of `base` where these parameters vary.
    pub(super) fn all(base: &Experiment, keys: &[String; 2], stop: Option<Stop>, mode: usize) -> Vec<Self> {
        let varies = |wanted: &[&str]| keys.iter().any(|key| wanted.contains(&key.as_str()));
        let (kind, rank) = (Kind::of(base), base.teacher.strengths.len());
        let has_label_noise = base.live.label_noise_std > 0.0 || varies(&["live.label_noise_std"]);
        // These laws are those of a network without weight decay.
        let has_decay = base.live.weight_decay > 0.0 || varies(&["live.weight_decay"]);
        let has_noise_law = kind.has_noise_of_sgd && !has_decay;
        let of_rate = varies(&[
            "live.learning_rate",
            "network.depth",
            "live.momentum",
            "live.weight_decay",
        ]);
        let of_noise = varies(&[
            "live.learning_rate",
            "live.batch_size",
            "live.label_noise_std",
            "network.depth",
        ]);
        let mut laws = Vec::new();
        let has_momentum = base.live.momentum > 0.0 || varies(&["live.momentum"]);
        // Decay beside steps with momentum is no part of what momentum acts on.
        let is_decay_apart = has_decay && has_momentum && base.optimizer.decay == Decay::Decoupled;
        if kind.is_descent && of_rate && !is_decay_apart {
            laws.push(Self::DescentUnstable);
        }
        if kind.is_descent && has_noise_law && of_noise && !has_momentum {
            laws.push(Self::MeanSquareUnstable);
        }
        let is_single = base.network.d_in == 1 && base.network.d_out == 1;
        if has_noise_law && has_label_noise && of_noise {
            if is_single {
                laws.push(Self::Trapped);
            } else {
                laws.extend((0..rank).map(Self::Lost));
            }
        }
        if varies(&["live.weight_decay"]) && kind.has_flow {
            laws.extend((0..rank).map(Self::Decayed));
        }
        if has_noise_law && has_label_noise && varies(&["live.label_noise_std", "network.depth"]) {
            laws.extend((0..rank).map(Self::PeakGone));
        }
        if kind.has_flow && mode < rank {
            laws.extend(stop.map(|stop| Self::TooShort(mode, stop)));
        }
        laws
    }

    /// The mode it is of, counted from 0.
    pub fn mode(self) -> Option<usize> {
        match self {
            Self::DescentUnstable | Self::MeanSquareUnstable | Self::Trapped | Self::EqualNoiseScale(_) => {
                None
            }
            Self::Lost(mode)
            | Self::Decayed(mode)
            | Self::PeakGone(mode)
            | Self::TooShort(mode, _)
            | Self::EqualTemperature(mode, _)
            | Self::EqualSteps(mode, _) => Some(mode),
        }
    }

    /// Whether it is a line along which something is equal, and no boundary.
    pub fn is_level(self) -> bool {
        match self {
            Self::EqualTemperature(..) | Self::EqualNoiseScale(_) | Self::EqualSteps(..) => true,
            Self::DescentUnstable
            | Self::MeanSquareUnstable
            | Self::Lost(_)
            | Self::Decayed(_)
            | Self::Trapped
            | Self::PeakGone(_)
            | Self::TooShort(..) => false,
        }
    }

    /// Logarithm of how far beyond the boundary a setting is: negative before it, 0 on it. No number where the law says nothing.
    pub(super) fn excess(self, at: &Setting, memo: &Memo) -> f64 {
        match self {
            Self::DescentUnstable => {
                let curvature = memo.of(at.depth, at.weight_decay, || largest_curvature(at));
                let limit = at.momentum().largest_stable_learning_rate(curvature);
                (at.learning_rate / limit).ln()
            }
            Self::MeanSquareUnstable => (at.learning_rate / mean_square_limit(at)).ln(),
            Self::Lost(mode) => {
                let critical = memo.of(at.depth, 0.0, || critical_label_noise(at, mode));
                let label_noise = at.law(mode).effective_noise_scale() * at.label_noise_std.powi(2);
                (label_noise / critical).ln()
            }
            Self::Decayed(mode) => {
                let largest = weight_decay::largest_decay(at.depth, at.teacher()[mode]);
                (at.law(mode).weight_decay / largest).ln()
            }
            Self::Trapped if at.depth == 2 => trapping_number(&at.law(0)).ln(),
            Self::Trapped => f64::NAN,
            Self::PeakGone(mode) => (at.label_noise_std / at.law(mode).peak_vanishes_at()).ln(),
            Self::TooShort(mode, Stop::Time(time)) => (time_to_learn(at, mode) / time).ln(),
            Self::TooShort(
                mode,
                Stop::Steps(steps)
                | Stop::Settled {
                    most_steps: steps, ..
                },
            ) => (steps_to_learn(at, mode) / steps as f64).ln(),
            Self::EqualTemperature(mode, exponent) => {
                (at.law(mode).temperature() / 10_f64.powi(exponent)).ln()
            }
            Self::EqualNoiseScale(exponent) => (at.noise_scale() / 10_f64.powi(exponent)).ln(),
            Self::EqualSteps(mode, exponent) => (steps_to_learn(at, mode) / 10_f64.powi(exponent)).ln(),
        }
    }
}

/// A family of lines along which something is equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Temperature(usize),
    NoiseScale,
    Steps(usize),
}

impl Family {
    pub(super) fn all(base: &Experiment, keys: &[String; 2], mode: usize) -> Vec<Self> {
        let varies = |wanted: &[&str]| keys.iter().filter(|key| wanted.contains(&key.as_str())).count();
        let kind = Kind::of(base);
        let mut families = Vec::new();
        if mode >= base.teacher.strengths.len() {
            return families;
        }
        let noise = ["live.learning_rate", "live.batch_size", "live.label_noise_std"];
        if kind.has_noise_of_sgd && varies(&noise) == 2 {
            let has_label_noise = base.live.label_noise_std > 0.0 || varies(&["live.label_noise_std"]) > 0;
            families.push(if has_label_noise {
                Self::Temperature(mode)
            } else {
                Self::NoiseScale
            });
        }
        let slow = [
            "live.learning_rate",
            "init.strength",
            "init.std",
            "init.gamma",
            "network.depth",
            "live.momentum",
        ];
        if kind.has_flow && varies(&slow) == 2 {
            families.push(Self::Steps(mode));
        }
        families
    }

    pub(super) fn value(self, at: &Setting) -> f64 {
        match self {
            Self::Temperature(mode) => at.law(mode).temperature(),
            Self::NoiseScale => at.noise_scale(),
            Self::Steps(mode) => steps_to_learn(at, mode),
        }
    }

    pub(super) fn law(self, exponent: i32) -> Law {
        match self {
            Self::Temperature(mode) => Law::EqualTemperature(mode, exponent),
            Self::NoiseScale => Law::EqualNoiseScale(exponent),
            Self::Steps(mode) => Law::EqualSteps(mode, exponent),
        }
    }
}

/// Largest learning rate at which the mean square of the row of the strongest mode shrinks.
pub(super) fn mean_square_limit(at: &Setting) -> f64 {
    let strengths = at.teacher();
    let strongest = strengths.first().copied().unwrap_or(0.0);
    let empty = at.base.network.d_in.saturating_sub(strengths.len());
    let columns = strengths.iter().copied().chain(std::iter::repeat_n(0.0, empty));
    let rates: Vec<f64> = columns
        .map(|column| relaxation_rate(strongest, column, at.depth))
        .collect();
    largest_mean_square_stable_learning_rate_of_row(&rates, at.batch_size)
}

/// `eta sigma^2 / B` from which on a mode is lost at the noise balance; infinite for a single layer.
pub(super) fn critical_label_noise(at: &Setting, mode: usize) -> f64 {
    if at.depth < 2 {
        return f64::INFINITY;
    }
    let is_lost = |label_noise: f64| {
        let network = NoisyNetwork {
            depth: at.depth,
            d_in: at.base.network.d_in,
            d_out: at.base.network.d_out,
            teacher_strengths: at.teacher().to_vec(),
            noise_scale: label_noise,
            label_noise_std: 1.0,
        };
        NoiseBalance::new(network).is_lost(mode)
    };
    let (mut low, mut high) = (1e-12_f64.ln(), 1e12_f64.ln());
    if !is_lost(high.exp()) {
        return f64::INFINITY;
    }
    while high - low > 1e-12 * high.abs().max(1.0) {
        let middle = f64::midpoint(low, high);
        if is_lost(middle.exp()) {
            high = middle;
        } else {
            low = middle;
        }
    }
    high.exp()
}

/// Largest curvature at the minimum, the strongest mode's own without weight decay; no number where decay loses the strongest mode.
pub(super) fn largest_curvature(at: &Setting) -> f64 {
    if at.weight_decay > 0.0 {
        largest_decayed_curvature(at.depth, at.teacher(), at.weight_decay).unwrap_or(f64::NAN)
    } else {
        let strongest = at.teacher().first().copied().unwrap_or(f64::NAN);
        curvature(at.depth, strongest)
    }
}

/// Training time in which gradient flow takes a mode to 95 % of where it ends.
pub(super) fn time_to_learn(at: &Setting, mode: usize) -> f64 {
    let curve = StrengthCurve::of(&at.law(mode), at.start(mode));
    let time = curve.time_to_reach(LEARNED_FRACTION * curve.end());
    time.unwrap_or(f64::NAN)
}

/// Steps in which gradient flow takes a mode to 95 % of where it ends.
pub(super) fn steps_to_learn(at: &Setting, mode: usize) -> f64 {
    time_to_learn(at, mode) / at.learning_rate
}
