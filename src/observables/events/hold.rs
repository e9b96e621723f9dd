//! Whether noise keeps a waiting mode from being learned, by the widths of the network.
//!
//! - One input and one output, two layers: held at zero where the [`trapping_number`] of its mode equation is 1 or more. In wider
//!   networks of two layers the noise itself drives the weights away from zero
//!   ([`growth_rate_near_zero`](crate::theory::growth_rate_near_zero)).
//! - Lost: weaker than the threshold of the noise balance ([`NoiseBalance`]). Such a mode is not learned by a value that noise carries
//!   past 95 % once.
//! - Lost to weight decay: so weak that the decay leaves it no strength to end at ([`learned_strength`](ModeLaw::learned_strength)). What
//!   noise does is not told then: its laws are without decay.
//! - Locked out, from three layers on: stronger than the threshold, but from small aligned weights never learned
//!   ([`fates`]). Told where it holds with 5 % less label noise too, for the boundary is no sharper.

use super::short::short;
use crate::dynamics::LiveParams;
use crate::theory::weight_decay::least_learned_teacher;
use crate::theory::{
    Fate, ModeLaw, NoiseBalance, NoisyNetwork, fates, least_learnable_weight, outer_damping, trapping_number,
};

/// Relative distance from the boundary of the lock-out from which on it is told.
const SURE: f64 = 0.05;

/// Widths and start of a network whose minibatches are fresh samples and whose noise is that of SGD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoisyStart {
    /// Input dimension.
    pub d_in: usize,
    /// Output dimension.
    pub d_out: usize,
    /// Strength of every mode at the start, where the weights start aligned and balanced.
    pub aligned_strength: Option<f64>,
}

/// What keeps a mode from being learned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Hold {
    /// The mode equation's trap.
    Trapped {
        /// The trapping number, at least 1.
        number: f64,
    },
    /// Weaker than the threshold.
    Lost {
        /// The threshold.
        threshold: f64,
    },
    /// Weaker than what weight decay leaves.
    Decayed {
        /// Least teacher strength that is learned.
        threshold: f64,
    },
    /// Locked out.
    LockedOut {
        /// Common weight of all layers at the start.
        weight: f64,
        /// The least one from which it would be learned.
        least: f64,
    },
}

impl Hold {
    /// Whether nothing of the mode is left at equilibrium: a value near the teacher's is then a spike, and nothing is learned.
    pub(super) fn is_loss(self) -> bool {
        match self {
            Self::Lost { .. } | Self::Decayed { .. } => true,
            Self::Trapped { .. } | Self::LockedOut { .. } => false,
        }
    }

    /// In words.
    pub(super) fn text(self) -> String {
        match self {
            Self::Trapped { number } => format!("held at zero by noise: trapping number {}", short(number)),
            Self::Lost { threshold } => {
                format!("lost to label noise: weaker than \u{3b8} = {}", short(threshold))
            }
            Self::Decayed { threshold } => format!("lost to weight decay: weaker than {}", short(threshold)),
            Self::LockedOut { weight, least } => format!(
                "locked out by the noise of learned features: w\u{2080} = {}, needed {}",
                short(weight),
                short(least)
            ),
        }
    }
}

/// What keeps each mode from being learned: weight decay or, from a start whose noise is known, that.
pub fn holds(start: Option<&NoisyStart>, laws: &[ModeLaw], live: &LiveParams) -> Vec<Option<Hold>> {
    if live.has_decay() {
        let decayed = |law: &ModeLaw| {
            (law.learned_strength() <= 0.0).then(|| Hold::Decayed {
                threshold: least_learned_teacher(law.depth, law.weight_decay),
            })
        };
        return laws.iter().map(decayed).collect();
    }
    start.map_or_else(|| vec![None; laws.len()], |start| by_noise(start, laws, live))
}

fn by_noise(start: &NoisyStart, laws: &[ModeLaw], live: &LiveParams) -> Vec<Option<Hold>> {
    let depth = laws.first().map_or(1, |law| law.depth);
    if depth == 2 && start.d_in == 1 && start.d_out == 1 {
        let trapped = |law| Some(trapping_number(law)).filter(|number| *number >= 1.0);
        return laws
            .iter()
            .map(|law| trapped(law).map(|number| Hold::Trapped { number }))
            .collect();
    }
    if depth == 1 || live.label_noise_std <= 0.0 {
        return vec![None; laws.len()];
    }
    let network = |label_noise_std| NoisyNetwork {
        depth,
        d_in: start.d_in,
        d_out: start.d_out,
        teacher_strengths: laws.iter().map(|law| law.teacher_strength).collect(),
        label_noise_std,
        noise_scale: live.noise_scale() * live.momentum_gain(),
    };
    let balance = NoiseBalance::new(network(live.label_noise_std));
    let lost = |mode: usize| {
        balance.is_lost(mode).then_some(Hold::Lost {
            threshold: balance.shrinkage(),
        })
    };
    let mut holds: Vec<Option<Hold>> = (0..laws.len()).map(lost).collect();
    let Some(strength) = start.aligned_strength.filter(|_| depth > 2) else {
        return holds;
    };
    let weaker = NoiseBalance::new(network((1.0 - SURE) * live.label_noise_std));
    let locked = fates(&weaker, strength);
    for (mode, hold) in holds.iter_mut().enumerate() {
        if locked[mode] != Fate::LockedOut || hold.is_some() {
            continue;
        }
        let kappa = outer_damping(balance.network(), mode);
        let least = least_learnable_weight(depth, laws[mode].teacher_strength, kappa);
        *hold = least.map(|least| Hold::LockedOut {
            weight: strength.powf((depth as f64).recip()),
            least,
        });
    }
    holds
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds_of(depth: usize, width: usize, strengths: &[f64], live: LiveParams) -> Vec<Option<Hold>> {
        let law = |&teacher_strength: &f64| ModeLaw {
            depth,
            teacher_strength,
            label_noise_std: live.label_noise_std,
            noise_scale: live.noise_scale(),
            ..ModeLaw::default()
        };
        let laws: Vec<ModeLaw> = strengths.iter().map(law).collect();
        let start = NoisyStart {
            d_in: width,
            d_out: width,
            aligned_strength: Some(1e-5),
        };
        holds(Some(&start), &laws, &live)
    }

    /// The trapping number is 3.2 in both; 20 of 20 networks of width 4 leave zero, and 4 theta is stronger than the feature.
    #[test]
    fn only_a_network_of_one_input_and_one_output_is_trapped() {
        let live = LiveParams {
            learning_rate: 0.001,
            batch_size: 1,
            label_noise_std: 80.0,
            ..LiveParams::default()
        };
        let one = holds_of(2, 1, &[1.0], live);
        assert!(
            matches!(one[0], Some(Hold::Trapped { number }) if (number - 3.2).abs() < 0.01),
            "{one:?}"
        );
        assert!(matches!(holds_of(2, 4, &[1.0], live)[0], Some(Hold::Lost { .. })));
        let quiet = LiveParams {
            label_noise_std: 0.0,
            ..live
        };
        assert_eq!(holds_of(2, 4, &[1.0], quiet), [None]);
    }

    /// The demonstration of the lock-out: learned in 20 of 20 networks up to 1.5, in none from 1.8 on.
    #[test]
    fn a_late_weak_feature_is_locked_out() {
        let live = |label_noise_std| LiveParams {
            learning_rate: 0.01,
            batch_size: 2,
            label_noise_std,
            ..LiveParams::default()
        };
        assert_eq!(holds_of(3, 4, &[3.0, 0.5], live(1.5)), [None, None]);
        let held = holds_of(3, 4, &[3.0, 0.5], live(2.2));
        assert!(held[0].is_none());
        assert!(
            matches!(held[1], Some(Hold::LockedOut { weight, least }) if weight < least),
            "{held:?}"
        );
    }
}
