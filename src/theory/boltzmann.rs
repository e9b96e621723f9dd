//! Boltzmann approximation of the stationary law: a Gaussian about the minimum at the temperature of the
//! noise.
//!
//! `s ~ N(m, T)` (about `s*` in place of `m` with weight decay, at the temperature of [`ModeLaw`]) with `T = tau sigma^2 L m^(2-2/L) / 2`. It holds when `T` is much smaller than `m^2` and
//! `sigma^2`; all runs of equal `tau sigma^2` share it. To leading order in `tau` the mean of a single mode
//! lies lower, `m - (L-1) (tau sigma^2 / 2) m^(1-2/L)`.
//!
//! Source: arXiv 2604.06366, stationary distribution under label noise; the shift of the mean is beyond the
//! paper.

use std::f64::consts::{SQRT_2, TAU};

use super::ModeLaw;

/// Density at `strength` of the Boltzmann approximation.
///
/// For zero temperature the law is a point mass at `m`: infinite there, zero elsewhere.
pub fn boltzmann_density(law: &ModeLaw, strength: f64) -> f64 {
    let variance = law.temperature();
    let deviation = strength - law.learned_strength();
    if variance > 0.0 {
        (-0.5 * deviation * (deviation / variance)).exp() / (TAU * variance).sqrt()
    } else if deviation.abs() > 0.0 {
        0.0
    } else {
        f64::INFINITY
    }
}

/// Probability of a strength below `strength` in the Boltzmann approximation; a step at `m` for zero temperature.
pub fn boltzmann_cumulative(law: &ModeLaw, strength: f64) -> f64 {
    let std = law.temperature().sqrt();
    let deviation = strength - law.learned_strength();
    if std > 0.0 {
        0.5 * libm::erfc(-deviation / (std * SQRT_2))
    } else if deviation < 0.0 {
        0.0
    } else {
        1.0
    }
}

/// Mean of a single mode under label noise to leading order in the noise scale,
/// `m - (L-1) (tau sigma^2 / 2) m^(1-2/L)`, for `m > 0`.
pub fn shifted_mean(law: &ModeLaw) -> f64 {
    let depth = law.depth as f64;
    let label_noise_variance = law.label_noise_std * law.label_noise_std;
    let power = law.teacher_strength.powf(1.0 - 2.0 / depth);
    law.teacher_strength - 0.5 * (depth - 1.0) * law.effective_noise_scale() * label_noise_variance * power
}
