//! The engines by name, and what tells apart two runs from one start: the engine together with the kind of its noise.

use serde::{Deserialize, Serialize};

use super::{Experiment, LangevinNoise};

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
}

impl Engine {
    /// All of them, each with its name as people write it.
    pub const ALL: [(Self, &'static str); 3] = [
        (Self::Sgd, "SGD"),
        (Self::Langevin, "Langevin"),
        (Self::GradientFlow, "gradient flow"),
    ];
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
}

impl Dynamics {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::Sgd,
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
        }
    }

    /// What it is, in a sentence.
    pub fn hint(self) -> &'static str {
        match self {
            Self::Sgd => "Gradient descent on minibatches.",
            Self::Langevin => "The stochastic equation with exactly the covariance of SGD's noise.",
            Self::IsotropicLangevin => "The same total noise, spread evenly over all weights.",
            Self::GradientFlow => "No noise at all.",
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
        };
        self
    }
}
