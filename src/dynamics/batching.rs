//! How minibatches are drawn, as far as it decides the size of their noise: the one place where the noise scale `tau` and, with it,
//! the law of a mode are put together.
//!
//! ```text
//! fresh samples, or stored ones with replacement     tau = eta / B
//! stored ones in epochs                              tau = eta (N - B) / ((N - 1) B), zero for B >= N
//! the whole stored set                               tau = 0
//! ```

use super::LiveParams;
use super::minibatch::Sampling;
use crate::model::Risk;
use crate::theory::ModeLaw;

/// How minibatches are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Batching {
    /// Fresh samples every time.
    Online,
    /// Samples of a stored set.
    Stored {
        /// How they are visited.
        sampling: Sampling,
        /// Number of stored samples `N`.
        n_samples: usize,
    },
}

impl Batching {
    /// Minibatches of `risk`; `sampling` matters for a stored set only.
    pub fn of(risk: &Risk, sampling: Sampling) -> Self {
        risk.dataset().map_or(Self::Online, |dataset| Self::Stored {
            sampling,
            n_samples: dataset.n_samples(),
        })
    }

    /// Noise scale `tau`: the variance of a step's mean gradient is `tau / eta` times that of one sample.
    pub fn noise_scale(self, live: &LiveParams) -> f64 {
        let per_sample = match self {
            Self::Online => 1.0 / live.batch_size as f64,
            Self::Stored { sampling, n_samples } => {
                sampling.minibatch_variance_factor(live.batch_size, n_samples)
            }
        };
        live.learning_rate * per_sample
    }

    /// The law of a mode of strength `teacher_strength` in a network of `depth` layers. Its noise is that of Gaussian inputs, which
    /// for a stored set is an approximation. Weight decay is coupled; of the decoupled one [`Decay::of_law`](super::Decay::of_law) tells.
    pub fn mode_law(self, depth: usize, teacher_strength: f64, live: &LiveParams) -> ModeLaw {
        ModeLaw {
            depth,
            teacher_strength,
            label_noise_std: live.label_noise_std,
            noise_scale: self.noise_scale(live),
            momentum: live.momentum,
            weight_decay: live.weight_decay,
        }
    }
}
