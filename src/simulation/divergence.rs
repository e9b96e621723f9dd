//! Divergence of a run, told in numbers.

use std::fmt;

use crate::dynamics::{Blowup, LiveParams};
use crate::experiment::{Engine, Experiment};
use crate::format::significant;
use crate::theory::{Momentum, MomentumRule, largest_stable_learning_rate};

/// The stability limit of full-batch gradient descent at the minimum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stability {
    /// `2 / (L m^(2-2/L))` of the strongest mode, with momentum `1 + mu` times as much, or as Nesterov's has it ([`Momentum`]).
    pub largest_learning_rate: f64,
    /// The mode that sets the limit, counted from 0.
    pub mode: usize,
}

impl Stability {
    /// The limit for an experiment's depth and teacher. The strongest mode sets it.
    pub fn of(experiment: &Experiment) -> Self {
        let depth = experiment.network.depth();
        let strongest = experiment.teacher.strengths.first().copied().unwrap_or(0.0);
        Self {
            largest_learning_rate: largest_stable_learning_rate(depth, strongest),
            mode: 0,
        }
    }
}

impl Stability {
    /// The limit where steps of the learning rate are taken: gradient flow takes steps of its own.
    pub(super) fn of_steps(experiment: &Experiment, live: &LiveParams) -> Option<Self> {
        let with_momentum = |rule| {
            let plain = Self::of(experiment);
            let momentum = live.momentum;
            let curvature = 2.0 / plain.largest_learning_rate;
            Self {
                largest_learning_rate: Momentum { rule, momentum }.largest_stable_learning_rate(curvature),
                ..plain
            }
        };
        match experiment.engine {
            Engine::Sgd | Engine::Nesterov | Engine::Langevin if !live.has_momentum() => {
                Some(Self::of(experiment))
            }
            Engine::Sgd | Engine::Langevin => Some(with_momentum(MomentumRule::HeavyBall)),
            Engine::Nesterov => Some(with_momentum(MomentumRule::Nesterov)),
            // Gradient flow takes steps of its own, and those of adaptive rules have another limit.
            Engine::GradientFlow | Engine::Adam | Engine::RmsProp => None,
        }
    }
}

/// A run that could not go on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Divergence {
    /// Steps taken before the one that failed; the state is that after these.
    pub step: u64,
    /// Training time of that state.
    pub time: f64,
    /// Parameters in force.
    pub live: LiveParams,
    /// The stability limit; there is none for gradient flow, which takes no steps of that length.
    pub stability: Option<Stability>,
    /// What was seen.
    pub cause: Blowup,
}

impl fmt::Display for Divergence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "diverged at step {} (t = {:.6}): ", self.step, self.time)?;
        let Some(stability) = self.stability else {
            return write!(f, "{}", self.cause);
        };
        let eta = self.live.learning_rate;
        let Stability {
            largest_learning_rate: limit,
            mode,
        } = stability;
        let relation = if eta > limit { "exceeds" } else { "is below" };
        write!(
            f,
            "eta = {eta} {relation} the largest stable learning rate {} = {} of feature {}; {}",
            if self.live.has_momentum() {
                format!("with momentum {}", self.live.momentum)
            } else {
                "2/(L m^(2-2/L))".to_owned()
            },
            significant(limit, 6),
            mode + 1,
            self.cause,
        )?;
        if eta <= limit {
            let LiveParams {
                batch_size,
                label_noise_std,
                ..
            } = self.live;
            write!(
                f,
                "; the noise of B = {batch_size}, sigma = {label_noise_std} or the initial weights drove it"
            )?;
        }
        Ok(())
    }
}
