//! What is predicted of the modes of a stored set once they have settled: mean, and variance from the present weights.
//!
//! It holds for inputs that are white on their support, where modes do not couple, for layers wide enough for the set's own minimum, and
//! for steps with `(d_in + 2) eta lambda_k / B <= 0.05`, the size of what [`stored_variance`] leaves out: the noise by which the fluctuations
//! themselves are multiplied. SGD in every order of visits; Langevin dynamics has the noise of independent
//! draws, so it is covered where samples are drawn with replacement.

use super::risk_of;
use super::stationary::STATISTICS_STRIDE;
use crate::dynamics::{LiveParams, Sampling};
use crate::experiment::{DataKind, Dynamics, Experiment};
use crate::model::ModeAtMinimum;
use crate::random::Streams;
use crate::theory::{Draws, stored_variance};

/// Largest relative size of the terms that are left out for which a variance is given.
const LARGEST_CORRECTION: f64 = 0.05;

/// The settled modes of a stored set.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredNoise {
    modes: Vec<ModeAtMinimum>,
    draws: Draws,
    batch_size: u64,
    learning_rate: f64,
    d_in: usize,
}

impl StoredNoise {
    /// Of an experiment under the given parameters; `None` where nothing is predicted.
    pub fn new(experiment: &Experiment, live: &LiveParams) -> Option<Self> {
        let (data, network) = (&experiment.data, &experiment.network);
        if data.kind == DataKind::Online {
            return None;
        }
        let draws = match (experiment.dynamics(), data.sampling) {
            (Dynamics::Sgd | Dynamics::Langevin, Sampling::Replacement) => Draws::Independent,
            (Dynamics::Sgd, Sampling::Full) => Draws::Epochs {
                n_samples: data.n_samples,
            },
            // Another size in the middle moves the epochs against the steps at which values are counted.
            (Dynamics::Sgd, Sampling::Epochs) if live.batch_size == experiment.live.batch_size => {
                Draws::Epochs {
                    n_samples: data.n_samples,
                }
            }
            _ => return None,
        };
        let narrowest = network.hidden.iter().copied().min().unwrap_or(usize::MAX);
        if narrowest < network.d_in.min(network.d_out) {
            return None;
        }
        let risk = risk_of(experiment, &Streams::new(experiment.seed)).ok()?;
        Some(Self {
            modes: risk.modes_at_minimum(live.label_noise_std)?,
            draws,
            batch_size: match data.sampling {
                Sampling::Full => data.n_samples as u64,
                Sampling::Replacement | Sampling::Epochs => live.batch_size,
            },
            learning_rate: live.learning_rate,
            d_in: network.d_in,
        })
    }

    /// Strength of a mode at the minimum of the set's loss.
    pub fn mean(&self, mode: usize) -> Option<f64> {
        self.modes.get(mode).map(|mode| mode.strength)
    }

    /// Variance of a mode at weights of curvature `lambda_k` along it, over the steps at which values are counted.
    pub fn variance(&self, mode: usize, curvature: f64) -> Option<f64> {
        let contraction = self.learning_rate * curvature;
        let left_out = (self.d_in + 2) as f64 * contraction / self.batch_size as f64;
        let omega = self
            .modes
            .get(mode)
            .filter(|_| left_out <= LARGEST_CORRECTION)?
            .omega;
        stored_variance(self.draws, self.batch_size, contraction, omega, STATISTICS_STRIDE)
    }
}
