//! The words of a law: a few beside its line, what lines of its kind mean, and the law itself with its formula and its numbers.

use std::fmt::Write as _;

use super::law::{critical_label_noise, largest_curvature, mean_square_limit, steps_to_learn, time_to_learn};
use super::{Law, Setting};
use crate::experiment::{DataKind, InitScheme};
use crate::format::{brief, grouped, power_of_ten, significant};
use crate::sweep::Stop;
use crate::theory::{MomentumRule, trapping_number, weight_decay};

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
            Self::TooShort(_, Stop::Time(time)) => format!("needs the time {}", brief(time, 4)),
            Self::TooShort(
                _,
                Stop::Steps(steps)
                | Stop::Settled {
                    most_steps: steps, ..
                },
            ) => {
                format!("needs {} steps", grouped(steps))
            }
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
            Self::TooShort(_, Stop::Time(_)) => "more training time needed than the run has",
            Self::TooShort(_, Stop::Steps(_) | Stop::Settled { .. }) => "more steps needed than the run has",
            Self::EqualTemperature(..) => "equal temperature",
            Self::EqualNoiseScale(_) => "equal \u{3b7}/B",
            Self::EqualSteps(..) => "equal learning time",
        }
    }

    /// The law in a sentence, its formula, and its numbers at a setting.
    pub(super) fn explain(self, at: &Setting) -> String {
        match self {
            Self::DescentUnstable => at.of_white_inputs(&at.descent()),
            Self::MeanSquareUnstable => format!(
                "Mean square of the error under SGD: \u{3a3} g = 1, g = (\u{3b7}/B)c/(2 \u{2212} \u{3b7}c(1 + 1/B)) over the row of the strongest feature; \
                 alone it would be \u{3b7} L m^(2\u{2212}2/L)(1 + 2/B) = 2. Limit \u{3b7} = {} at B = {}.",
                digits(mean_square_limit(at)),
                digits(at.batch_size)
            ),
            Self::Lost(mode) => format!(
                "Label noise takes \u{3b8} from every feature at equilibrium; feature {} is lost where \u{3b8} = m = {}: \u{3b8} = \
                 (\u{3b7}\u{3c3}\u{b2}/2B)(L \u{2212} 1)(d_in d_out)^(1/L) N^(1\u{2212}2/L), N the sum of the strengths that are left. It is lost from \
                 \u{3b7}\u{3c3}\u{b2}/B = {} on, here {}. Reached after long times only.",
                mode + 1,
                at.strength_of(mode),
                digits(critical_label_noise(at, mode)),
                digits(at.law(mode).effective_noise_scale() * at.label_noise_std.powi(2))
            ),
            Self::Decayed(mode) => at.of_white_inputs(&format!(
                "Weight decay: feature {} cannot be learned beyond \u{3bb} = {} ({}; \u{3bb} = m for two layers).",
                mode + 1,
                digits(weight_decay::largest_decay(at.depth, at.teacher()[mode])),
                at.depth_and_strength(mode)
            )),
            Self::Trapped => format!(
                "The saddle at zero holds the mode where (\u{3b7}/B)(2m\u{b2} + \u{3c3}\u{b2})/(2m) = 1: here {}.",
                digits(trapping_number(&at.law(0)))
            ),
            Self::PeakGone(mode) => format!(
                "The noise of feature {} no longer peaks before it is learned: \u{3c3} = m\u{221a}(2/(p(p + 2))), p = 4 \u{2212} 4/L, = {} for {}.",
                mode + 1,
                digits(at.law(mode).peak_vanishes_at()),
                at.depth_and_strength(mode)
            ),
            Self::TooShort(mode, stop) => {
                let (needed, has) = match stop {
                    Stop::Time(time) => (
                        format!("at the training time {} here", digits(time_to_learn(at, mode))),
                        format!("a run stops at {}", brief(time, 4)),
                    ),
                    Stop::Steps(steps) => (steps_here(at, mode), format!("a run has {}", grouped(steps))),
                    Stop::Settled { most_steps, .. } => (
                        steps_here(at, mode),
                        format!("a run has {} at most", grouped(most_steps)),
                    ),
                };
                at.of_white_inputs(&format!("{} {needed}; {has}.", at.flow_learns(mode)))
            }
            Self::EqualTemperature(mode, exponent) => format!(
                "Equal temperature of feature {}: T = \u{3b7}\u{3c3}\u{b2} L m^(2\u{2212}2/L)/(2B) = {}.",
                mode + 1,
                power_of_ten(exponent)
            ),
            Self::EqualNoiseScale(exponent) => format!(
                "Equal noise scale: \u{3b7}/B = {} sets the size of every fluctuation.",
                power_of_ten(exponent)
            ),
            Self::EqualSteps(mode, exponent) => at.of_white_inputs(&format!(
                "Equal learning time: {} in {} steps.",
                at.flow_learns(mode),
                power_of_ten(exponent)
            )),
        }
    }
}

fn digits(value: f64) -> String {
    significant(value, 3)
}

fn steps_here(at: &Setting, mode: usize) -> String {
    format!("in {} steps here", digits(steps_to_learn(at, mode)))
}

impl Setting {
    /// The limit of gradient descent, with what momentum and decay make of it.
    fn descent(&self) -> String {
        let curvature = largest_curvature(self);
        let limit = digits(self.momentum().largest_stable_learning_rate(curvature));
        let (with, factor) = match (self.momentum > 0.0, self.momentum().rule) {
            (false, _) => ("", "2"),
            (true, MomentumRule::HeavyBall) => (" with momentum", "2(1 + \u{3bc})"),
            (true, MomentumRule::Nesterov) => (" with Nesterov's momentum", "2(1 + \u{3bc})/(1 + 2\u{3bc})"),
        };
        let mut numbers = self.depth_and_strength(0);
        if self.momentum > 0.0 {
            let _never = write!(numbers, ", \u{3bc} = {}", digits(self.momentum));
        }
        let start = format!("Largest stable learning rate of gradient descent{with}: \u{3b7} =");
        if self.weight_decay > 0.0 {
            format!(
                "{start} {factor} / c = {limit}, c = {} being the largest curvature of the loss at the minimum that weight decay leaves \
                 ({numbers}, \u{3bb} = {}).",
                digits(curvature),
                digits(self.weight_decay)
            )
        } else {
            format!(
                "{start} {factor} / (L m^(2\u{2212}2/L)) of the strongest feature = {limit} for {numbers}."
            )
        }
    }

    /// `Gradient flow learns feature 1 (95 %)`, and from where.
    fn flow_learns(&self, mode: usize) -> String {
        let of = if self.weight_decay > 0.0 {
            "95 % of what decay leaves of it"
        } else {
            "95 %"
        };
        let learns = format!("gradient flow learns feature {} ({of})", mode + 1);
        match self.base.init.scheme {
            InitScheme::Aligned => learns,
            InitScheme::Gaussian | InitScheme::Power => {
                format!("from a start of typical size, as an estimate, {learns}")
            }
        }
    }

    /// `L = 2, m = 4` of a mode.
    fn depth_and_strength(&self, mode: usize) -> String {
        format!("L = {}, m = {}", self.depth, self.strength_of(mode))
    }

    fn strength_of(&self, mode: usize) -> String {
        self.teacher()
            .get(mode)
            .map_or_else(String::new, |m| brief(*m, 4))
    }

    /// A law of white inputs, and what is to be said of it for stored samples.
    fn of_white_inputs(&self, law: &str) -> String {
        let law = capitalised(law);
        match self.base.data.kind {
            DataKind::Online => law,
            DataKind::Dataset | DataKind::File if self.base.data.whiten => {
                format!(
                    "{law} It holds for white inputs, as the stored ones are, and for the strengths of the teacher."
                )
            }
            DataKind::Dataset | DataKind::File => {
                format!("{law} It holds for white inputs; for the stored ones it is an estimate.")
            }
        }
    }
}

/// A sentence with a capital at its start.
fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
