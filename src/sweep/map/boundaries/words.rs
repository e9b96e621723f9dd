//! The words of a law: a few beside its line, what lines of its kind mean, and the law itself with its formula and its numbers.

use super::law::{critical_label_noise, mean_square_limit, steps_to_learn};
use super::{Law, Setting};
use crate::format::{brief, grouped, power_of_ten, significant};
use crate::theory::{curvature, trapping_number, weight_decay};

impl Law {
    /// A few words beside the line.
    pub fn name(self) -> String {
        match self {
            Self::DescentUnstable => "descent unstable".to_owned(),
            Self::MeanSquareUnstable => "mean square unstable".to_owned(),
            Self::Lost(mode) => format!("feature {} lost", mode + 1),
            Self::Decayed(mode) => format!("feature {} decayed", mode + 1),
            Self::Trapped => "trapped at the saddle".to_owned(),
            Self::PeakGone(mode) => format!("no noise peak of {}", mode + 1),
            Self::TooShort(_, n_steps) => format!("needs {} steps", grouped(n_steps)),
            Self::EqualTemperature(_, exponent) => format!("T = {}", power_of_ten(exponent)),
            Self::EqualNoiseScale(exponent) => format!("\u{3b7}/B = {}", power_of_ten(exponent)),
            Self::EqualSteps(_, exponent) => format!("{} steps", power_of_ten(exponent)),
        }
    }

    /// What is said of lines of its kind in the key of the map.
    pub fn key(self) -> &'static str {
        match self {
            Self::DescentUnstable => "gradient descent unstable beyond",
            Self::MeanSquareUnstable => "SGD unstable in mean square beyond",
            Self::Lost(_) => "feature lost to label noise beyond",
            Self::Decayed(_) => "feature lost to weight decay beyond",
            Self::Trapped => "trapped at the saddle beyond",
            Self::PeakGone(_) => "no noise peak beyond",
            Self::TooShort(..) => "more steps needed than the run has",
            Self::EqualTemperature(..) => "equal temperature",
            Self::EqualNoiseScale(_) => "equal \u{3b7}/B",
            Self::EqualSteps(..) => "equal learning time",
        }
    }

    /// The law in a sentence, its formula, and its numbers at a setting.
    pub(super) fn explain(self, at: &Setting) -> String {
        let depth = at.depth;
        let of = |mode: usize| at.teacher().get(mode).map_or_else(String::new, |m| brief(*m, 4));
        let strongest = at.teacher().first().copied().unwrap_or(f64::NAN);
        let n = |value: f64| significant(value, 3);
        match self {
            Self::DescentUnstable => {
                let limit = at
                    .momentum()
                    .largest_stable_learning_rate(curvature(depth, strongest));
                let gain = if at.momentum > 0.0 { " with momentum" } else { "" };
                format!(
                    "Largest stable learning rate of gradient descent{gain}: \u{3b7} = 2/(L m^(2\u{2212}2/L)) of the strongest feature = {} for L = \
                     {depth}, m = {}.",
                    n(limit),
                    brief(strongest, 4)
                )
            }
            Self::MeanSquareUnstable => format!(
                "Mean square of the error under SGD: \u{3a3} g = 1, g = (\u{3b7}/B)c/(2 \u{2212} \u{3b7}c(1 + 1/B)) over the row of the strongest feature; alone it \
                 would be \u{3b7} L m^(2\u{2212}2/L)(1 + 2/B) = 2. Limit \u{3b7} = {} at B = {}.",
                n(mean_square_limit(at)),
                n(at.batch_size)
            ),
            Self::Lost(mode) => format!(
                "Label noise takes \u{3b8} from every feature at equilibrium; feature {} is lost where \u{3b8} = m = {}: \u{3b8} = (\u{3b7}\u{3c3}\u{b2}/2B)(L \u{2212} \
                 1)(d_in d_out)^(1/L) N^(1\u{2212}2/L). It is lost from \u{3b7}\u{3c3}\u{b2}/B = {} on, here {}. Reached after long times only.",
                mode + 1,
                of(mode),
                n(critical_label_noise(at, mode)),
                n(at.law(mode).effective_noise_scale() * at.label_noise_std.powi(2))
            ),
            Self::Decayed(mode) => format!(
                "Weight decay: feature {} of strength m = {} cannot be learned beyond \u{3bb} = {} (L = {depth}; \u{3bb} = m for two layers).",
                mode + 1,
                of(mode),
                n(weight_decay::largest_decay(depth, at.teacher()[mode]))
            ),
            Self::Trapped => format!(
                "The saddle at zero holds the mode where (\u{3b7}/B)(2m\u{b2} + \u{3c3}\u{b2})/(2m) = 1: here {}.",
                n(trapping_number(&at.law(0)))
            ),
            Self::PeakGone(mode) => format!(
                "The noise of feature {} no longer peaks before it is learned: \u{3c3} = m\u{221a}(2/(p(p + 2))), p = 4 \u{2212} 4/L, = {} for L = {depth}, m = {}.",
                mode + 1,
                n(at.law(mode).peak_vanishes_at()),
                of(mode)
            ),
            Self::TooShort(mode, n_steps) => format!(
                "Gradient flow learns feature {} (95 %) in {} steps here; a run has {}.",
                mode + 1,
                n(steps_to_learn(at, mode)),
                grouped(n_steps)
            ),
            Self::EqualTemperature(mode, exponent) => format!(
                "Equal temperature of feature {}: T = \u{3b7}\u{3c3}\u{b2} L m^(2\u{2212}2/L)/(2B) = {}.",
                mode + 1,
                power_of_ten(exponent)
            ),
            Self::EqualNoiseScale(exponent) => format!(
                "Equal noise scale: \u{3b7}/B = {} sets the size of every fluctuation.",
                power_of_ten(exponent)
            ),
            Self::EqualSteps(mode, exponent) => format!(
                "Equal learning time: gradient flow learns feature {} (95 %) in {} steps.",
                mode + 1,
                power_of_ten(exponent)
            ),
        }
    }
}
