//! The law of an aligned, balanced mode trained on a stored set: noise from the set's own fourth moments.
//!
//! With `z_i = v.x_i` and the residual `rho_i = u.(y_i - M x_i)`, a sample's gradient along the mode at error `e = s - m` is
//! `e z_i^2 - rho_i z_i`, whose variance over the set is
//!
//! ```text
//! V(s) = kappa e^2 - 2 gamma e + omega,   kappa = Var(z^2),  gamma = Cov(z^2, rho z),  omega = Var(rho z)
//! D(s) = tau L^2 s^(4-4/L) V(s)
//! ```
//!
//! Gaussian inputs and labels have `kappa = 2`, `gamma = 0`, `omega = sigma^2`: the law of [`ModeLaw`]. One-hot items have a `kappa` of 0
//! along directions that all items share, so that the noise vanishes there however far the mode is from its end.
//!
//! Beyond the paper (arXiv 2604.06366).

use super::{ModeLaw, StrengthCurve};

/// Second moments of a sample's gradient along a mode.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ResidualMoments {
    /// `Var(z^2)`, at least 0.
    pub kappa: f64,
    /// `Cov(z^2, rho z)`.
    pub gamma: f64,
    /// `Var(rho z)`, at least 0.
    pub omega: f64,
}

/// The law of a mode with given moments of its gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoredLaw {
    /// Depth, strength and noise scale; its label noise is in the moments already.
    pub law: ModeLaw,
    /// Moments of one sample's gradient.
    pub moments: ResidualMoments,
}

impl ResidualMoments {
    /// Those of white Gaussian inputs and labels with noise of standard deviation `label_noise_std`.
    pub fn gaussian(label_noise_std: f64) -> Self {
        Self {
            kappa: 2.0,
            gamma: 0.0,
            omega: label_noise_std * label_noise_std,
        }
    }
}

impl StoredLaw {
    /// `V(s)`: variance of one sample's gradient along the mode, over the gain of its layers.
    pub fn residual_variance(&self, strength: f64) -> f64 {
        let error = strength - self.law.teacher_strength;
        let ResidualMoments { kappa, gamma, omega } = self.moments;
        // A variance; rounding may leave less than zero.
        (error * (kappa * error - 2.0 * gamma) + omega).max(0.0)
    }

    /// `D(s) = tau L^2 |s|^(4-4/L) V(s)`.
    pub fn diffusion(&self, strength: f64) -> f64 {
        let depth = self.law.depth as f64;
        let power = strength.abs().powf(4.0 - 4.0 / depth);
        self.law.noise_scale * depth * depth * power * self.residual_variance(strength)
    }

    /// Strength at which the diffusion has its maximum below `m`, if it has one: the smaller root of
    /// `(p+2) kappa s^2 - [2 (p+1) (kappa m + gamma)] s + p (kappa m^2 + 2 gamma m + omega) = 0`, `p = 4 - 4/L`.
    pub fn diffusion_peak(&self) -> Option<f64> {
        let teacher = self.law.teacher_strength;
        let ResidualMoments { kappa, gamma, omega } = self.moments;
        if self.law.depth <= 1 || teacher <= 0.0 || kappa <= 0.0 {
            return None;
        }
        let power = 4.0 - 4.0 / self.law.depth as f64;
        let half_slope = (power + 1.0) * (kappa * teacher + gamma);
        let constant = power * (kappa * teacher * teacher + 2.0 * gamma * teacher + omega);
        let discriminant = half_slope * half_slope - (power + 2.0) * kappa * constant;
        if discriminant <= 0.0 || half_slope <= 0.0 {
            return None;
        }
        // The form without cancellation.
        let peak = constant / (half_slope + discriminant.sqrt());
        (peak > 0.0 && peak < teacher).then_some(peak)
    }

    /// Time by which the peak comes before the mode is learned, along the gradient flow of white inputs: see
    /// [`peak_lead`](super::peak_lead).
    pub fn peak_lead(&self, learned_fraction: f64) -> Option<f64> {
        let peak = self
            .diffusion_peak()
            .filter(|peak| *peak < self.law.learned_strength())?;
        StrengthCurve::of(&self.law, peak).time_to_reach(learned_fraction * self.law.learned_strength())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::theory::peak_lead;

    fn law(depth: usize, moments: ResidualMoments) -> StoredLaw {
        StoredLaw {
            law: ModeLaw {
                depth,
                teacher_strength: 1.7,
                label_noise_std: 0.4,
                noise_scale: 0.01,
                ..ModeLaw::default()
            },
            moments,
        }
    }

    #[test]
    fn gaussian_moments_give_the_law_of_fresh_samples() {
        for depth in 1..6 {
            let stored = law(depth, ResidualMoments::gaussian(0.4));
            for strength in [1e-3, 0.5, 1.2, 1.7, 2.0] {
                let expected = stored.law.diffusion(strength);
                assert!((stored.diffusion(strength) / expected - 1.0).abs() < 1e-13);
            }
            let (found, expected) = (stored.diffusion_peak(), stored.law.diffusion_peak());
            match (found, expected) {
                (Some(found), Some(expected)) => assert!((found - expected).abs() < 1e-12),
                other => assert_eq!(other, (None, None)),
            }
            assert_eq!(
                stored.peak_lead(0.95).is_some(),
                peak_lead(&stored.law, 0.95).is_some()
            );
        }
    }

    /// The peak against a scan, with a skewed residual.
    #[test]
    fn the_peak_is_the_first_maximum() {
        for depth in 2..5 {
            for gamma in [-0.6, 0.0, 0.3] {
                let moments = ResidualMoments {
                    kappa: 3.0,
                    gamma,
                    omega: 0.2,
                };
                let stored = law(depth, moments);
                let scan = (1..16_999).find(|i| {
                    let s = |i: i32| stored.diffusion(f64::from(i) * 1e-4);
                    s(*i) >= s(i - 1) && s(*i) > s(i + 1)
                });
                match (stored.diffusion_peak(), scan) {
                    (Some(peak), Some(i)) => assert!((peak - f64::from(i) * 1e-4).abs() < 2e-4),
                    other => assert_eq!(other, (None, None), "{depth} {gamma}"),
                }
            }
        }
    }

    #[test]
    fn items_that_all_share_a_direction_make_no_noise() {
        let moments = ResidualMoments {
            kappa: 0.0,
            gamma: 0.0,
            omega: 0.0,
        };
        let stored = law(2, moments);
        assert_eq!((stored.diffusion(0.8), stored.diffusion_peak()), (0.0, None));
    }
}
