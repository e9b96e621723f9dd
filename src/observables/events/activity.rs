//! What the network is learning now, as a value and in words.
//!
//! Until the next feature is half learned, an aligned, balanced mode needs the time that gradient flow takes from its present
//! strength, `ds/dt = L s^(2-2/L) (m - s)` (arXiv 1312.6120), unless noise holds it ([`Hold`]).

use super::headline::Headline;
use super::hold::Hold;
use super::short::short;
use super::stage::Stage;
use crate::theory::{ModeLaw, StrengthCurve};

/// What is being learned now. Modes count from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// No feature is on the way, and some are still near zero: at a saddle, but where the law of the next one says otherwise
    /// (its headline then names no saddle).
    AtSaddle {
        /// Number of modes about the minimum.
        n_learned: usize,
        /// The strongest mode that waits.
        next: usize,
    },
    /// At least one feature is on the way, or none waits and one is still to reach 95 %.
    Learning {
        /// Of these the one whose strength has the largest drift.
        mode: usize,
    },
    /// Every feature is learned.
    AllLearned,
    /// The run has diverged.
    Diverged,
}

/// Where a mode is that waits near zero.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rest {
    /// At a saddle: zero is an unstable rest point.
    Saddle,
    /// At a minimum: weight decay makes zero stable, for strengths below that of the unstable rest point, where there is one.
    Minimum {
        /// That strength.
        below: Option<f64>,
    },
    /// At neither, and on its way: one layer, where zero is no rest point, or a strength beyond the unstable one.
    Nowhere,
}

impl Rest {
    /// Of an aligned, balanced mode of this strength.
    fn of(law: &ModeLaw, strength: f64) -> Self {
        let points = law.rest_points();
        let Some(zero) = points.first().filter(|point| point.strength <= 0.0) else {
            return Self::Nowhere;
        };
        let below = points.get(1).map(|point| point.strength);
        match below {
            _ if !zero.is_stable => Self::Saddle,
            Some(below) if strength > below => Self::Nowhere,
            below => Self::Minimum { below },
        }
    }

    /// "at a saddle" or "at a minimum".
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Saddle => Some("at a saddle"),
            Self::Minimum { .. } => Some("at a minimum"),
            Self::Nowhere => None,
        }
    }
}

impl Activity {
    /// Activity of modes at `stages` with the given drifts of their strengths; `learned` tells which have ever reached 95 %.
    pub(super) fn of(stages: &[Stage], drifts: &[f64], learned: impl Fn(usize) -> bool) -> Self {
        let fastest = |among: &dyn Fn(usize) -> bool| {
            let candidates = (0..stages.len()).filter(|&mode| among(mode));
            candidates.max_by(|&a, &b| drifts[a].total_cmp(&drifts[b]))
        };
        if let Some(mode) = fastest(&|mode| stages[mode] == Stage::Moving) {
            Self::Learning { mode }
        } else if let Some(next) = stages.iter().position(|stage| *stage == Stage::Waiting) {
            let n_learned = stages.iter().filter(|stage| **stage == Stage::Arrived).count();
            Self::AtSaddle { n_learned, next }
        } else if let Some(mode) = fastest(&|mode| !learned(mode)) {
            Self::Learning { mode }
        } else {
            Self::AllLearned
        }
    }

    /// Activity in a single row, seen without those before it; `learned` tells which modes have ever reached 95 % by then.
    pub fn in_row(
        strengths: &[f64],
        drifts: &[f64],
        laws: &[ModeLaw],
        learned: impl Fn(usize) -> bool,
    ) -> Self {
        let fractions = strengths.iter().zip(laws);
        let stages: Vec<Stage> = fractions
            .map(|(strength, law)| Stage::at(strength / law.scale_strength()))
            .collect();
        Self::of(&stages, drifts, learned)
    }

    /// In words. `strengths`, `laws` and `holds` have one entry per mode.
    pub fn headline(
        self,
        strengths: &[f64],
        laws: &[ModeLaw],
        holds: &[Option<Hold>],
        learning_rate: f64,
    ) -> Headline {
        let n_modes = laws.len();
        match self {
            Self::AtSaddle { n_learned, next } => {
                let (strength, law) = (strengths[next], &laws[next]);
                let rest = Rest::of(law, strength);
                let place = rest.name().map_or_else(String::new, |place| format!("{place}, "));
                let outlook = match (holds.get(next).copied().flatten(), rest) {
                    (Some(hold), _) => Some(hold.text()),
                    (None, Rest::Minimum { below: Some(below) }) => Some(format!(
                        "if aligned, held at zero by weight decay up to {}",
                        short(below)
                    )),
                    (None, _) => outlook(strength, law, learning_rate),
                };
                let learned = format!("{n_learned} of {n_modes} learned");
                Headline::new(
                    format!("{place}next: {}", names_of_equals(next, laws)),
                    outlook.map_or_else(|| learned.clone(), |outlook| format!("{learned}; {outlook}")),
                )
            }
            Self::Learning { mode } => Headline::new(
                format!("learning feature {}", mode + 1),
                format!(
                    "strength {} of {}",
                    short(strengths[mode]),
                    short(laws[mode].teacher_strength)
                ),
            ),
            Self::AllLearned if n_modes == 1 => Headline::new("the feature is learned", ""),
            Self::AllLearned if n_modes == 2 => Headline::new("both features are learned", ""),
            Self::AllLearned => Headline::new(format!("all {n_modes} features are learned"), ""),
            Self::Diverged => Headline::new("the run has diverged", ""),
        }
    }
}

/// "feature 2", or "features 3 and 4" for modes of equal teacher strength, whose order is not defined.
fn names_of_equals(mode: usize, laws: &[ModeLaw]) -> String {
    let strength = laws[mode].teacher_strength.to_bits();
    let last = laws
        .iter()
        .rposition(|law| law.teacher_strength.to_bits() == strength)
        .unwrap_or(mode);
    match last - mode {
        0 => format!("feature {}", mode + 1),
        1 => format!("features {} and {}", mode + 1, last + 1),
        _ => format!("features {} to {}", mode + 1, last + 1),
    }
}

/// When the waiting mode will be half learned, where that can be told.
fn outlook(strength: f64, law: &ModeLaw, learning_rate: f64) -> Option<String> {
    // At L = 1 there is no saddle, and a strength of zero is no rest.
    let half = (strength > 0.0 || law.depth == 1).then(|| StrengthCurve::of(law, strength).half_time());
    let n_steps = short_count(half.flatten()? / learning_rate);
    Some(format!("half learned in about {n_steps} steps by gradient flow"))
}

/// A number of steps to two significant digits.
fn short_count(n_steps: f64) -> String {
    if n_steps < 100.0 {
        return format!("{:.0}", n_steps.ceil());
    }
    let unit = 10_f64.powf(n_steps.log10().floor() - 1.0);
    let rounded = (n_steps / unit).round() * unit;
    if rounded < 1e6 {
        format!("{rounded:.0}")
    } else {
        format!("{rounded:.1e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laws(strengths: &[f64], noise_scale: f64) -> Vec<ModeLaw> {
        let law = |&teacher_strength| ModeLaw {
            depth: 2,
            teacher_strength,
            label_noise_std: 0.0,
            noise_scale,
            ..ModeLaw::default()
        };
        strengths.iter().map(law).collect()
    }

    #[test]
    fn texts_say_what_happens() {
        use Stage::{Arrived, Moving, Waiting};
        let laws = laws(&[4.0, 2.0, 1.0, 1.0], 0.01);
        let text = |stages: [Stage; 4], strengths: [f64; 4]| {
            Activity::of(&stages, &[0.1, 0.3, 0.2, 0.0], |_| true)
                .headline(&strengths, &laws, &[], 0.005)
                .to_string()
        };
        assert_eq!(
            text([Arrived, Moving, Waiting, Waiting], [4.0, 0.834, 0.0, 0.0]),
            "learning feature 2 (strength 0.834 of 2)"
        );
        // ln(m / s0 - 1) / (2 m eta) = ln(1999) / 0.02 = 380.02 steps, and 691 for ln(999) / 0.01.
        assert_eq!(
            text([Arrived, Waiting, Waiting, Waiting], [4.0, 1e-3, 1e-3, 1e-3]),
            "at a saddle, next: feature 2 (1 of 4 learned; half learned in about 380 steps by gradient flow)"
        );
        assert_eq!(
            text([Arrived, Arrived, Waiting, Waiting], [4.0, 2.0, 1e-3, 1e-3]),
            "at a saddle, next: features 3 and 4 (2 of 4 learned; half learned in about 690 steps by gradient flow)"
        );
        assert_eq!(
            text([Waiting; 4], [-1e-3; 4]),
            "at a saddle, next: feature 1 (0 of 4 learned)"
        );
        assert_eq!(text([Arrived; 4], [4.0; 4]), "all 4 features are learned");
        let of_rank =
            |rank: usize| Activity::AllLearned.headline(&[1.0; 2][..rank], &laws[..rank], &[], 0.005);
        assert_eq!(of_rank(1).to_string(), "the feature is learned");
        assert_eq!(of_rank(2).to_string(), "both features are learned");
        let single = |depth, weight_decay, strength: f64| {
            let law = ModeLaw {
                depth,
                weight_decay,
                teacher_strength: 1.0,
                ..ModeLaw::default()
            };
            Activity::AtSaddle {
                n_learned: 0,
                next: 0,
            }
            .headline(&[strength], &[law], &[], 0.005)
            .to_string()
        };
        // Three layers with decay: s^(1/3) (m - s) = lambda has its lower root at 0.02954.
        assert_eq!(
            single(3, 0.3, 1e-3),
            "at a minimum, next: feature 1 (0 of 1 learned; if aligned, held at zero by weight decay up to 0.0295)"
        );
        assert!(single(3, 0.3, 0.05).starts_with("next: feature 1 (0 of 1 learned; half learned"));
        assert!(single(3, 0.0, 1e-3).starts_with("at a saddle, next: feature 1 (0 of 1 learned; half"));
        assert!(single(2, 0.5, 1e-3).starts_with("at a saddle"));
        assert_eq!(
            single(2, 1.5, 1e-3),
            "at a minimum, next: feature 1 (0 of 1 learned)"
        );
        assert!(single(1, 0.5, 1e-3).starts_with("next: feature 1 (0 of 1 learned; half"));
        let of = |stages: [Stage; 2], learned: bool| Activity::of(&stages, &[0.1, 0.3], |_| learned);
        assert_eq!(of([Moving, Moving], false), Activity::Learning { mode: 1 });
        assert_eq!(of([Arrived, Arrived], false), Activity::Learning { mode: 1 });
        assert_eq!(of([Arrived, Arrived], true), Activity::AllLearned);
    }

    /// The flow of one layer at zero is `m`: it does not rest there. Half learned after `ln 2 / eta` steps from zero: 138.6.
    #[test]
    fn one_layer_is_at_no_saddle() {
        use Stage::{Arrived, Waiting};
        let laws: Vec<ModeLaw> = { laws(&[4.0, 2.0], 0.01).into_iter() }
            .map(|law| ModeLaw { depth: 1, ..law })
            .collect();
        let text = |stages: [Stage; 2], strengths: [f64; 2]| {
            Activity::of(&stages, &[0.1, 0.1], |_| false)
                .headline(&strengths, &laws, &[], 0.005)
                .to_string()
        };
        assert_eq!(
            text([Waiting; 2], [0.0; 2]),
            "next: feature 1 (0 of 2 learned; half learned in about 140 steps by gradient flow)"
        );
        assert_eq!(
            text([Arrived, Waiting], [4.0, 0.0]),
            "next: feature 2 (1 of 2 learned; half learned in about 140 steps by gradient flow)"
        );
    }

    #[test]
    fn a_held_mode_is_told() {
        let laws = laws(&[1.0], 1.25);
        let text = |hold| {
            Activity::of(&[Stage::Waiting], &[0.0], |_| false)
                .headline(&[1e-3], &laws, &[Some(hold)], 0.005)
                .to_string()
        };
        assert_eq!(
            text(Hold::Trapped { number: 1.25 }),
            "at a saddle, next: feature 1 (0 of 1 learned; held at zero by noise: trapping number 1.25)"
        );
        let lost = text(Hold::Lost { threshold: 0.0214 });
        assert!(
            lost.ends_with("; lost to label noise: weaker than \u{3b8} = 0.0214)"),
            "{lost}"
        );
    }

    #[test]
    fn numbers_are_short() {
        let found = [0.834_49, 2.0, 1e-6, 123_456.0, 0.05, -1.0].map(short);
        assert_eq!(found, ["0.834", "2", "1.00e-6", "123456", "0.05", "-1"]);
        assert_eq!(
            [0.3, 99.2, 123.4, 98_765.0, 1.26e9].map(short_count),
            ["1", "100", "120", "99000", "1.3e9"]
        );
    }
}
