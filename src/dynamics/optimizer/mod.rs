//! What becomes of a gradient: momentum, weight decay and adaptive steps.
//!
//! An engine finds a step `u`, which is `-eta g` for SGD and an increment of the stochastic equation for Langevin dynamics; `W` are all
//! weights, `mu` is the momentum, `lambda` the weight decay and `v` the velocity, zero where momentum has just been switched on:
//!
//! ```text
//! heavy ball   v <- mu v + u(W)            W <- W + v
//! Nesterov     v <- mu v + u(W + mu v)     W <- W + v
//! RMSProp      q <- a q + (1 - a) g^2      u = -eta g / (sqrt q + eps)
//! Adam         p <- b1 p + (1 - b1) g,     q <- b2 q + (1 - b2) g^2
//!              u = -eta (p / (1 - b1^k)) / (sqrt(q / (1 - b2^k)) + eps) in step k = 1, 2, ..
//!
//! coupled      g + lambda W in place of g: the penalty lambda/2 |W|^2 is part of the loss, and goes through all of the above
//! decoupled    W <- (1 - eta lambda) W + v, and g is the data's alone
//! ```
//!
//! Squares, roots and quotients are taken entry by entry. The adaptive rules are followed by the heavy ball where there is momentum. Without
//! momentum both decays of SGD are one; where there is momentum the decoupled one is weaker by `1 - mu` against the data's pull.
//! With momentum 0 and decay 0 nothing of this is used for SGD and Langevin dynamics.
//!
//! Polyak (1964); Nesterov in the form of Sutskever et al. (ICML 2013); Tieleman and Hinton (2012); Kingma and Ba, arXiv 1412.6980;
//! Loshchilov and Hutter, arXiv 1711.05101, for the decoupled decay.

mod motion;

use serde::{Deserialize, Serialize};

use crate::theory::ModeLaw;
pub(super) use motion::{Motion, StepNumbers};

/// How the steps of a run follow from its gradients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The step itself, or the heavy ball where there is momentum.
    HeavyBall,
    /// The gradient is taken where the momentum leads.
    Nesterov,
    /// Each weight's step is divided by the root mean square of its gradients, their mean in place of the gradient.
    Adam,
    /// Each weight's step is divided by the root mean square of its gradients.
    RmsProp,
}

impl Rule {
    /// Whether steps are divided by sizes of gradients, so that no law of this program holds.
    pub fn is_adaptive(self) -> bool {
        match self {
            Self::HeavyBall | Self::Nesterov => false,
            Self::Adam | Self::RmsProp => true,
        }
    }
}

/// Which way weights decay; it makes a difference only with momentum or adaptive steps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decay {
    /// As part of the loss: the gradient of the penalty is treated like that of the data.
    #[default]
    Coupled,
    /// Beside the step: the weights shrink by `eta lambda`, whatever the step.
    Decoupled,
}

impl Decay {
    /// The law of a mode under this kind of decay, from that under the coupled one: momentum does not speed up the decoupled one.
    #[must_use]
    pub fn of_law(self, law: ModeLaw) -> ModeLaw {
        match self {
            Self::Coupled => law,
            Self::Decoupled => ModeLaw {
                weight_decay: law.weight_decay * (1.0 - law.momentum),
                ..law
            },
        }
    }
}

/// Options of momentum, decay and adaptive steps.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Optimizer {
    /// Which way weights decay.
    pub decay: Decay,
    /// Adam: what is kept of the mean gradient, `b1` in `[0, 1)`.
    pub beta1: f64,
    /// Adam: what is kept of the mean square, `b2` in `[0, 1)`.
    pub beta2: f64,
    /// RMSProp: what is kept of the mean square, `a` in `[0, 1)`.
    pub alpha: f64,
    /// What is added to the root mean square, above 0.
    pub epsilon: f64,
}

impl Optimizer {
    /// Whether every option is the usual one.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Default for Optimizer {
    fn default() -> Self {
        Self {
            decay: Decay::Coupled,
            beta1: 0.9,
            beta2: 0.999,
            alpha: 0.99,
            epsilon: 1e-8,
        }
    }
}
