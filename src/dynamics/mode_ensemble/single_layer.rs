//! Steps of one mode of a single layer, `L = 1`, where the strength is linear in the weight and takes either sign.
//!
//! `ds = (m - s) dt + sqrt(tau) sqrt(2 (s - m)^2 + sigma^2) dB` has the law of `y = s - m` under two independent noises,
//!
//! ```text
//! dy = -y dt + sqrt(2 tau) y dB_1 + sqrt(tau) sigma dB_2
//! ```
//!
//! Each part is solved exactly: the first two terms by `G = exp(-(1 + tau) h + sqrt(2 tau h) xi_1)`, the last by a Gaussian.
//! Strang's splitting puts the first between two halves of the last,
//!
//! ```text
//! y <- G y + sigma sqrt(tau h (1 + G^2) / 2) xi_2
//! ```
//!
//! With weight decay the first part decays at `1 + tau + lambda`, and the constant pull `-lambda m dt` that is left of it is split alike. It is
//! exact without label noise and decay at any `h`, and otherwise wrong by `h^2`. (The scheme is this program's own.)

use super::deep::LARGEST_STRENGTH;
use crate::theory::ModeLaw;

/// One substep of a mode under fixed parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct SingleLayerStep {
    teacher_strength: f64,
    /// `-(1 + tau) h`.
    log_decay: f64,
    /// `sqrt(2 tau h)`.
    log_std: f64,
    /// `sigma sqrt(tau h / 2)`.
    label_std: f64,
    /// `lambda m h / 2`.
    pull: f64,
}

impl SingleLayerStep {
    /// Of a law without momentum.
    pub(super) fn new(law: &ModeLaw, time_step: f64) -> Self {
        let (tau, decay) = (law.noise_scale, law.weight_decay);
        Self {
            teacher_strength: law.teacher_strength,
            log_decay: -(1.0 + tau + decay) * time_step,
            log_std: (2.0 * tau * time_step).sqrt(),
            label_std: law.label_noise_std * (0.5 * tau * time_step).sqrt(),
            pull: 0.5 * decay * law.teacher_strength * time_step,
        }
    }

    /// Moves every strength by one substep, each with two standard normal draws of its own.
    pub(super) fn apply(&self, strengths: &mut [f64], factor_draws: &[f64], label_draws: &[f64]) {
        let draws = factor_draws.iter().zip(label_draws);
        for (strength, (&factor_draw, &label_draw)) in strengths.iter_mut().zip(draws) {
            let factor = (self.log_decay + self.log_std * factor_draw).exp();
            let spread = self.label_std * (1.0 + factor * factor).sqrt();
            let pulled = *strength - self.teacher_strength - self.pull;
            let deviation = factor * pulled - self.pull + spread * label_draw;
            *strength = (self.teacher_strength + deviation).clamp(-LARGEST_STRENGTH, LARGEST_STRENGTH);
        }
    }
}
