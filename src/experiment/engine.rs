//! The engines by name, and what tells apart two runs from one start: the engine together with the kind of its noise.

use serde::{Deserialize, Serialize};

use super::{Experiment, LangevinNoise};
use crate::dynamics::Rule;

/// Which dynamics moves the weights.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// Stochastic gradient descent on minibatches.
    #[default]
    Sgd,
    /// The stochastic differential equation that approximates it.
    Langevin,
    /// The deterministic limit.
    GradientFlow,
    /// Gradient descent on minibatches with Nesterov's momentum.
    Nesterov,
    /// Adam, a reference outside the law.
    Adam,
    /// RMSProp, a reference outside the law.
    #[serde(rename = "rmsprop")]
    RmsProp,
}

impl Engine {
    /// All of them, each with its name as people write it.
    pub const ALL: [(Self, &'static str); 6] = [
        (Self::Sgd, "SGD"),
        (Self::Nesterov, "Nesterov"),
        (Self::Adam, "Adam"),
        (Self::RmsProp, "RMSProp"),
        (Self::Langevin, "Langevin"),
        (Self::GradientFlow, "gradient flow"),
    ];

    /// How its steps follow from gradients, if it takes steps of the learning rate.
    pub fn rule(self) -> Option<Rule> {
        match self {
            Self::Sgd | Self::Langevin => Some(Rule::HeavyBall),
            Self::Nesterov => Some(Rule::Nesterov),
            Self::Adam => Some(Rule::Adam),
            Self::RmsProp => Some(Rule::RmsProp),
            Self::GradientFlow => None,
        }
    }
}

/// An engine together with the kind of its noise: what tells apart two runs from one start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dynamics {
    /// Stochastic gradient descent.
    Sgd,
    /// Langevin dynamics with the exact noise of SGD.
    Langevin,
    /// Langevin dynamics with isotropic noise of equal total variance.
    IsotropicLangevin,
    /// Gradient flow: no noise.
    GradientFlow,
    /// Stochastic gradient descent with Nesterov's momentum.
    Nesterov,
    /// Adam.
    Adam,
    /// RMSProp.
    #[serde(rename = "rmsprop")]
    RmsProp,
}

impl Dynamics {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Sgd,
        Self::Nesterov,
        Self::Adam,
        Self::RmsProp,
        Self::Langevin,
        Self::IsotropicLangevin,
        Self::GradientFlow,
    ];

    /// Its name as people write it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sgd => "SGD",
            Self::Langevin => "Langevin",
            Self::IsotropicLangevin => "isotropic Langevin",
            Self::GradientFlow => "gradient flow",
            Self::Nesterov => "Nesterov",
            Self::Adam => "Adam",
            Self::RmsProp => "RMSProp",
        }
    }

    /// Whether its steps are divided by sizes of gradients: a reference, of which the law says nothing.
    pub fn is_adaptive(self) -> bool {
        match self {
            Self::Adam | Self::RmsProp => true,
            Self::Sgd | Self::Nesterov | Self::Langevin | Self::IsotropicLangevin | Self::GradientFlow => {
                false
            }
        }
    }

    /// What it is, in a sentence.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Sgd => "Gradient descent on minibatches.",
            Self::Langevin => "The stochastic equation with exactly the covariance of SGD's noise.",
            Self::IsotropicLangevin => "The same total noise, spread evenly over all weights.",
            Self::GradientFlow => "No noise at all.",
            Self::Nesterov => "SGD whose gradient is taken where the momentum leads; without momentum, SGD.",
            Self::Adam => {
                "Steps divided by the size of each weight's gradients: a reference, to which the law does not apply."
            }
            Self::RmsProp => {
                "As Adam, without its mean gradient: a reference, to which the law does not apply."
            }
        }
    }
}

impl Experiment {
    /// Engine and noise in one.
    pub fn dynamics(&self) -> Dynamics {
        match (self.engine, self.langevin.noise) {
            (Engine::Sgd, LangevinNoise::Anisotropic | LangevinNoise::Isotropic) => Dynamics::Sgd,
            (Engine::Langevin, LangevinNoise::Anisotropic) => Dynamics::Langevin,
            (Engine::Langevin, LangevinNoise::Isotropic) => Dynamics::IsotropicLangevin,
            (Engine::GradientFlow, LangevinNoise::Anisotropic | LangevinNoise::Isotropic) => {
                Dynamics::GradientFlow
            }
            (Engine::Nesterov, LangevinNoise::Anisotropic | LangevinNoise::Isotropic) => Dynamics::Nesterov,
            (Engine::Adam, LangevinNoise::Anisotropic | LangevinNoise::Isotropic) => Dynamics::Adam,
            (Engine::RmsProp, LangevinNoise::Anisotropic | LangevinNoise::Isotropic) => Dynamics::RmsProp,
        }
    }

    /// The same experiment under other dynamics.
    #[must_use]
    pub fn with_dynamics(mut self, dynamics: Dynamics) -> Self {
        (self.engine, self.langevin.noise) = match dynamics {
            Dynamics::Sgd => (Engine::Sgd, self.langevin.noise),
            Dynamics::Langevin => (Engine::Langevin, LangevinNoise::Anisotropic),
            Dynamics::IsotropicLangevin => (Engine::Langevin, LangevinNoise::Isotropic),
            Dynamics::GradientFlow => (Engine::GradientFlow, self.langevin.noise),
            Dynamics::Nesterov => (Engine::Nesterov, self.langevin.noise),
            Dynamics::Adam => (Engine::Adam, self.langevin.noise),
            Dynamics::RmsProp => (Engine::RmsProp, self.langevin.noise),
        };
        self
    }
}
