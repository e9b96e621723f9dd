//! The law of one aligned, balanced mode: drift and diffusion of its strength `s`.
//!
//! With every layer of the mode at the same weight `w`, `s = w^L` and `V(s) = 2 (s - m)^2 + sigma^2`:
//!
//! ```text
//! layer weight   dw = -w^(L-1) (s - m) dt                       + sqrt(tau) w^(L-1) sqrt(V) dB
//! strength       ds = [L s^(2-2/L) (m - s)                       gradient flow
//!                      + (tau/2) L (L-1) s^(3-4/L) V(s)] dt      Ito correction
//!                     + sqrt(tau) L s^(2-2/L) sqrt(V) dB
//! diffusion      D(s) = tau L^2 s^(4-4/L) V(s)
//! ```
//!
//! Conventions: `L` depth (number of weight matrices), `m` teacher strength, `sigma` label-noise standard
//! deviation, `tau = learning_rate / batch_size` noise scale, time `t` = sum of learning rates. `D` is the
//! growth of the variance of `s` per unit time, with no factor 1/2. Signed strengths are allowed: the flow
//! and the diffusion use `|s|` in the power, the Ito correction is odd in `s`, as for a mode one of whose
//! layers changed sign.
//!
//! Weight decay `lambda` adds `-L lambda s` to the drift ([`weight_decay`](super::weight_decay)); it makes no noise, so `D(s)` stays,
//! but the mode ends at `s* < m`, where the residual it leaves is seen as noise. Momentum `mu` leaves the path as it is in the limit of
//! small steps and multiplies the rate by `1 / (1 - mu)`; with it the noise scale of that path is `tau / (1 - mu)`:
//!
//! ```text
//! ds/dt  = [flow - L lambda s + Ito at tau/(1-mu)] / (1 - mu)
//! T      = tau/(1-mu) L^2 s*^(4-4/L) V(s*) / (2 kappa),   kappa = L s*^(2-2/L) - (L-2) lambda
//! ```
//!
//! `D` is that of the gradient noise itself, as it is measured in every row; over times longer than the memory of the momentum the strength
//! spreads `1 / (1-mu)^2` times as fast.
//!
//! Source: arXiv 2604.06366, decoupled stochastic differential equations of the modes. The peak under label
//! noise and the point where it vanishes, momentum and weight decay are beyond the paper.

use super::weight_decay::{RestPoint, learned_strength, rest_points};

/// Parameters of the law of one mode.
///
/// Domain of every method: `depth >= 1`, `teacher_strength >= 0`, `label_noise_std >= 0`, `noise_scale >= 0`,
/// `0 <= momentum < 1`, `weight_decay >= 0`, all finite and below 1e50, and strengths of absolute value below 1e50. Inside it nothing is ever NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModeLaw {
    /// Number of weight matrices `L`, at least 1.
    pub depth: usize,
    /// Singular value `m` of the teacher for this mode, at least 0.
    pub teacher_strength: f64,
    /// Standard deviation `sigma` of the noise on each label, at least 0.
    pub label_noise_std: f64,
    /// Learning rate over batch size, `tau`, at least 0.
    pub noise_scale: f64,
    /// Momentum `mu`, from 0 to below 1.
    pub momentum: f64,
    /// Weight decay `lambda` of the coupled kind, at least 0; the decoupled one `(1 - mu)` times.
    pub weight_decay: f64,
}

impl Default for ModeLaw {
    /// A single layer at rest: no teacher, no noise, no momentum, no decay.
    fn default() -> Self {
        Self {
            depth: 1,
            teacher_strength: 0.0,
            label_noise_std: 0.0,
            noise_scale: 0.0,
            momentum: 0.0,
            weight_decay: 0.0,
        }
    }
}

impl ModeLaw {
    /// `V(s) = 2 (s - m)^2 + sigma^2`: variance of the residual that one sample shows the mode.
    pub fn residual_variance(&self, strength: f64) -> f64 {
        let error = strength - self.teacher_strength;
        2.0 * error * error + self.label_noise_std * self.label_noise_std
    }

    /// `tau / (1 - mu)`: noise scale of the path that momentum makes.
    pub fn effective_noise_scale(&self) -> f64 {
        self.noise_scale / (1.0 - self.momentum)
    }

    /// `s*`: where the mode ends, `m` without weight decay; zero where that is too strong for it to be learned.
    pub fn learned_strength(&self) -> f64 {
        learned_strength(self.depth, self.teacher_strength, self.weight_decay)
    }

    /// Strengths from zero on at which gradient flow on the data, with weight decay, leaves the mode where it is, in rising order.
    pub fn rest_points(&self) -> Vec<RestPoint> {
        rest_points(self.depth, self.teacher_strength, self.weight_decay)
    }

    /// What shares of the mode are taken of: where it ends, or the teacher's strength for a mode that cannot be learned.
    pub fn scale_strength(&self) -> f64 {
        let learned = self.learned_strength();
        if learned > 0.0 {
            learned
        } else {
            self.teacher_strength
        }
    }

    /// `-L lambda s`: rate of change of the strength by weight decay.
    pub fn decay_drift(&self, strength: f64) -> f64 {
        -(self.depth() * self.weight_decay * strength)
    }

    /// `L |s|^(2-2/L) (m - s)`: rate of change of the strength under gradient flow on the data alone.
    pub fn flow_drift(&self, strength: f64) -> f64 {
        self.depth() * strength.abs().powf(self.flow_power()) * (self.teacher_strength - strength)
    }

    /// `(tau/2) L (L-1) sign(s) |s|^(3-4/L) V(s)`: second-order drift, from the noise common to all layers.
    ///
    /// Zero for `L = 1`, where the strength is linear in the weight.
    pub fn ito_drift(&self, strength: f64) -> f64 {
        if self.depth <= 1 {
            return 0.0;
        }
        let depth = self.depth();
        let power = strength.signum() * strength.abs().powf(3.0 - 4.0 / depth);
        0.5 * self.effective_noise_scale() * depth * (depth - 1.0) * power * self.residual_variance(strength)
    }

    /// Whole drift of the strength: gradient flow, decay and Ito correction, at the rate that momentum gives.
    pub fn drift(&self, strength: f64) -> f64 {
        let drift = self.flow_drift(strength) + self.ito_drift(strength) + self.decay_drift(strength);
        drift / (1.0 - self.momentum)
    }

    /// `D(s) = tau L^2 |s|^(4-4/L) V(s)`: growth of the variance of the strength per unit time.
    ///
    /// That of one step's gradient, without what momentum makes of it. `tau V(s)` for `L = 1`; zero at the saddle `s = 0` for `L >= 2`.
    pub fn diffusion(&self, strength: f64) -> f64 {
        let depth = self.depth();
        let power = strength.abs().powf(2.0 * self.flow_power());
        self.noise_scale * depth * depth * power * self.residual_variance(strength)
    }

    /// What makes [`diffusion`](Self::diffusion) rise and fall with the strength: `d ln s^(4-4/L) / ds` and `-d ln V / ds`. Below the
    /// peak the first is larger.
    ///
    /// Domain: `strength > 0`.
    pub fn diffusion_slopes(&self, strength: f64) -> (f64, f64) {
        let fall = 4.0 * (self.teacher_strength - strength) / self.residual_variance(strength);
        (2.0 * self.flow_power() / strength, fall)
    }

    /// Drift `-w^(L-1) (w^L - m)` of the weight `w >= 0` that every layer gives to the mode.
    pub fn weight_drift(&self, weight: f64) -> f64 {
        -weight.powf(self.depth() - 1.0) * (weight.powf(self.depth()) - self.teacher_strength)
    }

    /// Diffusion `tau w^(2L-2) V(w^L)` of the weight `w >= 0` that every layer gives to the mode.
    pub fn weight_diffusion(&self, weight: f64) -> f64 {
        let gain = weight.powf(2.0 * self.depth() - 2.0);
        self.noise_scale * gain * self.residual_variance(weight.powf(self.depth()))
    }

    /// Strength at which [`diffusion`](Self::diffusion) has its maximum below `s*`, if it has one: with weight decay the mode may
    /// end before its noise would peak.
    ///
    /// Without label noise `m (2L-2)/(3L-2)`: the peak comes before the mode is learned. `None` for `L = 1`,
    /// for `m = 0`, and once the label noise reaches [`peak_vanishes_at`](Self::peak_vanishes_at): `D` then
    /// rises all the way. The noise scale only sets the height, so it plays no part here.
    pub fn diffusion_peak(&self) -> Option<f64> {
        let peak = self.peak_of_power(2.0 * self.flow_power())?;
        (self.weight_decay <= 0.0 || peak < self.learned_strength()).then_some(peak)
    }

    /// Strength at which [`weight_diffusion`](Self::weight_diffusion) has its maximum below `m`, if it has
    /// one: `m (L-1)/(2L-1)` without label noise, earlier than the peak of the strength itself.
    pub fn weight_diffusion_peak(&self) -> Option<f64> {
        self.peak_of_power(self.flow_power())
    }

    /// Smallest label-noise standard deviation without a diffusion peak: `m sqrt(2 / (p (p+2)))`,
    /// `p = 4 - 4/L`.
    ///
    /// `m/2` for `L = 2`; zero for `L = 1`, which never has a peak.
    pub fn peak_vanishes_at(&self) -> f64 {
        if self.depth <= 1 {
            return 0.0;
        }
        let power = 2.0 * self.flow_power();
        self.teacher_strength * (2.0 / (power * (power + 2.0))).sqrt()
    }

    /// Temperature `T = tau sigma^2 L m^(2-2/L) / 2`: variance of the strength about `m` in the Boltzmann
    /// approximation. Runs with equal `tau sigma^2` share it. With momentum and decay as above; zero for a lost mode.
    pub fn temperature(&self) -> f64 {
        let label_noise_variance = self.label_noise_std * self.label_noise_std;
        if self.weight_decay <= 0.0 {
            return 0.5 * self.effective_noise_scale() * label_noise_variance * self.curvature();
        }
        let learned = self.learned_strength();
        if learned <= 0.0 {
            return 0.0;
        }
        0.5 * self.diffusion(learned) / (1.0 - self.momentum) / self.curvature()
    }

    /// Relaxation time `(1 - mu) / (L m^(2-2/L))` of the strength about `s*`; infinite for `m = 0` and `L >= 2`.
    pub fn relaxation_time(&self) -> f64 {
        (1.0 - self.momentum) / self.curvature()
    }

    /// `L m^(2-2/L)`: slope of the flow at the minimum, where the strength relaxes at this rate without momentum. With weight decay
    /// `L s*^(2-2/L) - (L-2) lambda`; for a mode that it loses the rate at zero, `2 (lambda - m)` for `L = 2`, `L lambda` for `L >= 3`.
    pub fn curvature(&self) -> f64 {
        let (depth, decay) = (self.depth(), self.weight_decay);
        if decay <= 0.0 {
            return super::stability::curvature(self.depth, self.teacher_strength);
        }
        let learned = self.learned_strength();
        if learned > 0.0 {
            super::stability::curvature(self.depth, learned) - (depth - 2.0) * decay
        } else if self.depth == 2 {
            2.0 * (decay - self.teacher_strength)
        } else {
            depth * decay
        }
    }

    /// Maximum below `m` of `s^power V(s)`: with `a = m - s`, the larger root of
    /// `(2 power + 4) a^2 - 4 m a + power sigma^2 = 0`.
    fn peak_of_power(&self, power: f64) -> Option<f64> {
        let teacher = self.teacher_strength;
        if self.depth <= 1 || teacher <= 0.0 {
            return None;
        }
        let noise_ratio = self.label_noise_std / teacher;
        let discriminant = 1.0 - 0.5 * power * (power + 2.0) * noise_ratio * noise_ratio;
        (discriminant > 0.0).then(|| teacher * (1.0 - (1.0 + discriminant.sqrt()) / (power + 2.0)))
    }

    fn depth(&self) -> f64 {
        self.depth as f64
    }

    /// `2 - 2/L`, the power of the strength in the gradient flow.
    fn flow_power(&self) -> f64 {
        2.0 - 2.0 / self.depth()
    }
}
