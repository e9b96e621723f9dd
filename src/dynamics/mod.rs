//! How the student moves: SGD, Langevin dynamics and gradient flow, from the same initial weights.
//!
//! All of them rest on one identity: the gradient of the loss for layer `l` is `A_l^T Q B_l^T`, where `Q = (W x - y) x^T`
//! is averaged over samples and `A_l`, `B_l` are the products of the layers above and below. [`Backpropagation`] applies
//! it to matrices as they are, for whoever wants a gradient; SGD and Langevin dynamics apply the same formulas to panels made for
//! vectors (`kernel`, on `products`). The engines differ only in the `Q` they feed in. Each is an [`Engine`], whose verb is `advance`.

mod backpropagation;
mod batching;
mod blowup;
mod clock;
mod engine;
mod flow_engine;
mod gradient_flow;
mod gradient_noise;
mod kernel;
mod lanes;
mod langevin;
mod minibatch;
mod mode_ensemble;
mod optimizer;
mod parameter;
mod range;
mod sgd;

pub use backpropagation::Backpropagation;
pub use batching::Batching;
pub use blowup::Blowup;
pub(crate) use clock::Clock;
pub use engine::Engine;
pub use flow_engine::FlowEngine;
pub use gradient_flow::GradientFlow;
pub use gradient_noise::total_noise;
pub(crate) use lanes::{LaneNetwork, LangevinLanes, SgdLanes};
pub(crate) use langevin::Anisotropic;
pub use langevin::{Langevin, LangevinNoise};
pub use minibatch::{Minibatch, MinibatchSource, Sampling};
pub use mode_ensemble::{EnsembleMode, EnsembleOptions, ModeEnsemble, Substeps};
pub use optimizer::{Decay, Optimizer, Rule};
pub use parameter::{MAX_BATCH_SIZE, MAX_MOMENTUM, MAX_SCALE, Scheduled};
pub use range::check_range;
pub use sgd::Sgd;

use serde::{Deserialize, Serialize};

/// What may change while a run goes on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveParams {
    /// Learning rate `eta > 0`.
    pub learning_rate: f64,
    /// Batch size `B >= 1`.
    #[serde(deserialize_with = "crate::whole_number::deserialize")]
    pub batch_size: u64,
    /// Standard deviation `sigma >= 0` of the label noise.
    pub label_noise_std: f64,
    /// Momentum `mu`, from 0 up to 0.999: what a step keeps of the one before it, `v <- mu v + step`, `W <- W + v`.
    #[serde(skip_serializing_if = "is_off")]
    pub momentum: f64,
    /// Weight decay `lambda_w >= 0`: the loss has `lambda_w / 2 sum_l |W_l|^2` more.
    #[serde(skip_serializing_if = "is_off")]
    pub weight_decay: f64,
}

/// Whether a value is what it is where nothing is said: it is not written then, so that what is written of an experiment without
/// it, and whatever is derived from that, stays as it was before there was such a key.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_off(value: &f64) -> bool {
    value.to_bits() == 0
}

impl LiveParams {
    /// What holds where nothing is said.
    pub const DEFAULT: Self = Self {
        learning_rate: 0.005,
        batch_size: 32,
        label_noise_std: 0.0,
        momentum: 0.0,
        weight_decay: 0.0,
    };

    /// Noise scale `tau = eta / B` of fresh samples; [`Batching::noise_scale`] is that of any.
    pub fn noise_scale(&self) -> f64 {
        self.learning_rate / self.batch_size as f64
    }

    /// Whether a step is the gradient's alone: without momentum and weight decay.
    pub fn is_plain(&self) -> bool {
        !self.has_momentum() && !self.has_decay()
    }

    /// Whether steps are kept in part by those after them.
    pub fn has_momentum(&self) -> bool {
        self.momentum > 0.0
    }

    /// Whether the weights decay.
    pub fn has_decay(&self) -> bool {
        self.weight_decay > 0.0
    }

    /// What a steady step adds up to over all later ones, `1 / (1 - mu)`.
    pub fn momentum_gain(&self) -> f64 {
        (1.0 - self.momentum).recip()
    }
}

impl Default for LiveParams {
    fn default() -> Self {
        Self::DEFAULT
    }
}
