//! Drift and diffusion of a mode's strength in the coordinate of its quantiles, with their slopes: what the rates of the quantiles and
//! the derivatives of those are made of.

use crate::theory::ModeLaw;

/// The mode equation in the coordinate `z` of the quantiles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Equation {
    pub(super) law: ModeLaw,
    /// Strength at the origin of `z = ln s`; none where `z` is the strength itself.
    unit: Option<f64>,
    /// Logarithm of that strength; 0 where there is none.
    log_unit: f64,
}

/// Drift and diffusion at a point: `b - D'/2`, its slope, `D` and `D'`.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Local {
    pub(super) velocity: f64,
    pub(super) velocity_slope: f64,
    pub(super) diffusion: f64,
    pub(super) diffusion_slope: f64,
}

impl Equation {
    pub(super) fn new(law: ModeLaw, unit: Option<f64>) -> Self {
        Self {
            law,
            unit,
            log_unit: unit.map_or(0.0, f64::ln),
        }
    }

    /// Strength at `z`.
    fn strength(&self, place: f64) -> f64 {
        self.unit.map_or(place, |unit| unit * place.exp())
    }

    /// Drift and diffusion at `z`, with their slopes: with `q = 1 - 2/L`, `g = s^q`, `V = 2 (s - m)^2 + sigma^2` and the pace `p = 1/(1 - mu)`
    ///
    /// ```text
    /// D = p^2 tau L^2 g^2 V       b = p [L g (m - s) - L lambda + (p tau/2) L (L-1) g^2 V] - D/2
    /// ```
    ///
    /// and for one layer, in `s` itself, `D = p^2 tau V`, `b = p [m - s - lambda s]`.
    pub(super) fn local(&self, place: f64) -> Local {
        let law = &self.law;
        let (depth, teacher) = (law.depth as f64, law.teacher_strength);
        // Momentum makes the strength spread faster than the noise of one gradient.
        let pace = 1.0 / (1.0 - law.momentum);
        let strength = self.strength(place);
        let away = strength - teacher;
        let variance = law.residual_variance(strength);
        if law.depth <= 1 {
            let scale = pace * pace * law.noise_scale;
            let diffusion_slope = scale * 4.0 * away;
            let drift = pace * (-away - law.weight_decay * strength);
            return Local {
                velocity: drift - 0.5 * diffusion_slope,
                velocity_slope: -pace * (1.0 + law.weight_decay) - 0.5 * scale * 4.0,
                diffusion: scale * variance,
                diffusion_slope,
            };
        }
        let power = 1.0 - 2.0 / depth;
        let gain = if law.depth == 2 {
            1.0
        } else {
            (power * (place + self.log_unit)).exp()
        };
        // g^2 V and its derivatives by z.
        let square = gain * gain;
        let (slope_of_variance, bend_of_variance) =
            (4.0 * away * strength, 4.0 * strength * (2.0 * strength - teacher));
        let noise = square * variance;
        let noise_slope = square * (2.0 * power * variance + slope_of_variance);
        let noise_bend =
            square * (4.0 * power * power * variance + 4.0 * power * slope_of_variance + bend_of_variance);
        let scale = pace * pace * law.noise_scale * depth * depth;
        let ito = 0.5 * pace * pace * law.noise_scale * depth * (depth - 1.0);
        // The part of b and of -D'/2 that noise makes.
        let drift = pace * depth * (-gain * away - law.weight_decay);
        let drift_slope = -pace * depth * gain * (power * away + strength);
        Local {
            velocity: drift + (ito - 0.5 * scale) * noise - 0.5 * scale * noise_slope,
            velocity_slope: drift_slope + (ito - 0.5 * scale) * noise_slope - 0.5 * scale * noise_bend,
            diffusion: scale * noise,
            diffusion_slope: scale * noise_slope,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against drift and diffusion of the law, and their differences, at every depth, with momentum and decay.
    #[test]
    fn drift_and_diffusion_are_those_of_the_law() {
        for depth in 1..=5 {
            for (momentum, weight_decay) in [(0.0, 0.0), (0.7, 0.05)] {
                let law = ModeLaw {
                    depth,
                    teacher_strength: 1.7,
                    label_noise_std: 0.6,
                    noise_scale: 0.03,
                    momentum,
                    weight_decay,
                };
                let equation = Equation::new(law, (depth >= 2).then_some(law.scale_strength()));
                let pace = 1.0 / (1.0 - momentum);
                let coefficients = |place: f64| {
                    let strength = equation.strength(place);
                    let diffusion = law.diffusion(strength) * pace * pace;
                    if depth == 1 {
                        return (law.drift(strength), diffusion);
                    }
                    let relative = diffusion / strength.powi(2);
                    (law.drift(strength) / strength - 0.5 * relative, relative)
                };
                for strength in [1e-3, 0.3, 1.2, 1.7, 2.5] {
                    let place = equation.unit.map_or(strength, |unit| (strength / unit).ln());
                    let h = 1e-4;
                    let [below, here, above] = [place - h, place, place + h].map(coefficients);
                    let slope = (above.1 - below.1) / (2.0 * h);
                    let bend = (above.1 - 2.0 * here.1 + below.1) / (h * h);
                    let local = equation.local(place);
                    let close = |found: f64, expected: f64, what: &str| {
                        let scale = here.0.abs() + here.1.abs() + slope.abs() + 1e-3;
                        assert!(
                            (found - expected).abs() < 1e-6 * scale,
                            "depth {depth}, {strength}, {what}: {found} {expected}"
                        );
                    };
                    close(local.diffusion, here.1, "D");
                    close(local.diffusion_slope, slope, "D'");
                    close(local.velocity, here.0 - 0.5 * slope, "velocity");
                    let expected = (above.0 - below.0) / (2.0 * h) - 0.5 * bend;
                    close(local.velocity_slope, expected, "its slope");
                }
            }
        }
    }
}
