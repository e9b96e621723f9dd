//! What is predicted of the modes of a stored set once they have settled: mean, and variance from the present weights.
//!
//! It holds for inputs that are white on their support, where modes do not couple, for layers wide enough for the set's own minimum, and
//! for steps with `(d_in + 2) eta lambda_k / B <= 0.05`, the size of what [`stored_variance`] leaves out: the noise by which the fluctuations
//! themselves are multiplied. Samples are drawn with replacement, by SGD or as the noise of Langevin dynamics; the full batch makes no
//! noise. Epochs without repetition are not covered: their draws cancel, and what is left out is no longer small beside the rest.

use super::risk_of;
use crate::dynamics::{LiveParams, Sampling};
use crate::experiment::{DataKind, Dynamics, Experiment};
use crate::model::ModeAtMinimum;
use crate::random::Streams;
use crate::theory::stored_variance;

/// Largest relative size of the terms that are left out for which a variance is given.
const LARGEST_CORRECTION: f64 = 0.05;

/// The settled modes of a stored set.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredNoise {
    modes: Vec<ModeAtMinimum>,
    /// `None` for the full batch.
    batch_size: Option<u64>,
    learning_rate: f64,
    d_in: usize,
}

impl StoredNoise {
    /// Of an experiment under the given parameters; `None` where nothing is predicted.
    pub fn new(experiment: &Experiment, live: &LiveParams) -> Option<Self> {
        let (data, network) = (&experiment.data, &experiment.network);
        // Momentum and decay are not covered.
        if data.kind == DataKind::Online || !live.is_plain() {
            return None;
        }
        let batch_size = match (experiment.dynamics(), data.sampling) {
            (Dynamics::Sgd | Dynamics::Nesterov | Dynamics::Langevin, Sampling::Replacement) => {
                Some(live.batch_size)
            }
            (Dynamics::Sgd | Dynamics::Nesterov, Sampling::Full) => None,
            (
                Dynamics::Sgd
                | Dynamics::Nesterov
                | Dynamics::Adam
                | Dynamics::RmsProp
                | Dynamics::Langevin
                | Dynamics::IsotropicLangevin
                | Dynamics::GradientFlow,
                _,
            ) => {
                return None;
            }
        };
        let narrowest = network.hidden.iter().copied().min().unwrap_or(usize::MAX);
        if narrowest < network.d_in.min(network.d_out) {
            return None;
        }
        let risk = risk_of(experiment, &Streams::new(experiment.seed)).ok()?;
        Some(Self {
            modes: risk.modes_at_minimum(live.label_noise_std)?,
            batch_size,
            learning_rate: live.learning_rate,
            d_in: network.d_in,
        })
    }

    /// Strength of a mode at the minimum of the set's loss.
    pub fn mean(&self, mode: usize) -> Option<f64> {
        self.modes.get(mode).map(|mode| mode.strength)
    }

    /// Variance of a mode at weights of curvature `lambda_k` along it, where it is known.
    pub fn variance(&self, mode: usize, curvature: f64) -> Option<f64> {
        let omega = self.modes.get(mode)?.omega;
        let Some(batch_size) = self.batch_size else {
            return Some(0.0);
        };
        let contraction = self.learning_rate * curvature;
        let left_out = (self.d_in + 2) as f64 * contraction / batch_size as f64;
        stored_variance(batch_size, contraction, omega).filter(|_| left_out <= LARGEST_CORRECTION)
    }
}
