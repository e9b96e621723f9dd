//! Steps of one aligned, balanced mode of `L >= 2` layers.
//!
//! With `w` the weight that every layer gives to the mode, `s = w^L`, `g = w^(L-2)` and `V = 2 (s - m)^2 + sigma^2`, the
//! equation `dw = -w^(L-1) (s - m) dt + sqrt(tau) w^(L-1) sqrt(V) dB` (arXiv 2604.06366, Ito) reads for `u = ln w`
//!
//! ```text
//! du = a dt + b o dB                                           (Stratonovich)
//! a  = -g (s - m) - (tau/2) g^2 [(L-1) V + 2 L s (s - m)]
//! b  = sqrt(tau) g sqrt(V)
//! ```
//!
//! and is stepped by Heun's method, `x_1 = x(w)`, `x_2 = x(w e^(x_1))`, `w <- w e^((x_1 + x_2)/2)`, with tamed increments
//!
//! ```text
//! x(w) = (a h + b sqrt(h) xi) / max(1, 2 r),     r = h (|a| + b^2)
//! ```
//!
//! where both halves share `xi ~ N(0, 1)`. For a step that resolves the motion (`r <= 1/2`) taming changes nothing, and the
//! method errs by `h^2` where noise is weak; for any other, `|x| <= 1/2 + 0.71 |xi|`. The exponential of an increment
//! is `(1 + y + y^2/2 + y^3/6 + y^4/24)^4`, `y = x/4`: positive for every `x`, right to `1e-6` for `|x| < 1/2`, and made of
//! products alone. So strengths are positive and finite at any setting; they are also kept within [`SMALLEST_STRENGTH`] and
//! [`LARGEST_STRENGTH`], which only a trapped mode or a runaway setting reaches. (The scheme is this program's own.)
//!
//! A block of trajectories is first moved without taming, which costs no division; where any of them asked for it, the block is
//! moved again from where it stood. The stages of a substep are loops of their own over the block: a processor looks only so
//! far ahead for work that need not wait, and one loop over all of them would be a single long wait for each trajectory.

use pulp::Simd;

use crate::random::fma;

/// Below this a strength is not followed; a mode that noise traps at zero stays here.
pub(super) const SMALLEST_STRENGTH: f64 = 1e-100;
/// Above this a strength is not followed.
pub(super) const LARGEST_STRENGTH: f64 = 1e30;
/// Trajectories of which one that needs taming has all tamed.
const BLOCK: usize = 64;

/// One substep of a mode under fixed parameters.
#[derive(Clone, Copy, Debug)]
pub(super) struct DeepStep {
    depth: usize,
    teacher_strength: f64,
    label_noise_variance: f64,
    /// Substep `h`.
    time_step: f64,
    /// `tau h`.
    noise: f64,
    /// `sqrt(tau h)`.
    noise_std: f64,
    smallest_weight: f64,
    largest_weight: f64,
}

impl DeepStep {
    pub(super) fn new(
        depth: usize,
        teacher_strength: f64,
        label_noise_std: f64,
        noise_scale: f64,
        time_step: f64,
    ) -> Self {
        let root = 1.0 / depth as f64;
        Self {
            depth,
            teacher_strength,
            label_noise_variance: label_noise_std * label_noise_std,
            time_step,
            noise: noise_scale * time_step,
            noise_std: (noise_scale * time_step).sqrt(),
            smallest_weight: SMALLEST_STRENGTH.powf(root),
            largest_weight: LARGEST_STRENGTH.powf(root),
        }
    }

    /// Moves every weight by one substep, each with its own standard normal draw.
    #[inline(always)]
    pub(super) fn apply<S: Simd>(&self, weights: &mut [f64], draws: &[f64]) {
        // The loop is compiled for each of the usual depths, so that powers become products.
        match self.depth {
            2 => self.apply_with::<S>(weights, draws, 2.0, |_| 1.0),
            3 => self.apply_with::<S>(weights, draws, 3.0, |weight| weight),
            4 => self.apply_with::<S>(weights, draws, 4.0, |weight| weight * weight),
            depth => {
                let power = i32::try_from(depth).unwrap_or(i32::MAX) - 2;
                self.apply_with::<S>(weights, draws, depth as f64, |weight| weight.powi(power));
            }
        }
    }

    #[inline(always)]
    fn apply_with<S: Simd>(
        &self,
        weights: &mut [f64],
        draws: &[f64],
        depth: f64,
        gain: impl Fn(f64) -> f64 + Copy,
    ) {
        let (blocks, rest) = weights.as_chunks_mut::<BLOCK>();
        let (draw_blocks, rest_draws) = draws.as_chunks::<BLOCK>();
        for (weights, draws) in blocks.iter_mut().zip(draw_blocks) {
            let (moved, is_stiff) = self.moved::<S, BLOCK, false>(weights, draws, depth, gain);
            *weights = if is_stiff {
                self.moved::<S, BLOCK, true>(weights, draws, depth, gain).0
            } else {
                moved
            };
        }
        for (weight, &draw) in rest.iter_mut().zip(rest_draws) {
            [*weight] = self.moved::<S, 1, true>(&[*weight], &[draw], depth, gain).0;
        }
    }

    /// Weights after a substep, and whether an increment among them asks for taming.
    #[inline(always)]
    fn moved<S: Simd, const N: usize, const TAMED: bool>(
        &self,
        weights: &[f64; N],
        draws: &[f64; N],
        depth: f64,
        gain: impl Fn(f64) -> f64 + Copy,
    ) -> ([f64; N], bool) {
        let (mut predicted, mut corrected, mut moved) = ([0.0; N], [0.0; N], [0.0; N]);
        let mut n_stiff = 0;
        for i in 0..N {
            let (increment, stiffness) = self.increment::<S, TAMED>(weights[i], draws[i], depth, gain);
            predicted[i] = increment;
            // A NaN is stiff.
            n_stiff += u64::from(!(stiffness <= 1.0));
        }
        for i in 0..N {
            moved[i] = weights[i] * exponential::<S>(predicted[i]);
        }
        for i in 0..N {
            let (increment, stiffness) = self.increment::<S, TAMED>(moved[i], draws[i], depth, gain);
            corrected[i] = increment;
            n_stiff += u64::from(!(stiffness <= 1.0));
        }
        for i in 0..N {
            let there = weights[i] * exponential::<S>(0.5 * (predicted[i] + corrected[i]));
            // A weight of zero rests at the saddle.
            let smallest = lesser(self.smallest_weight, weights[i]);
            moved[i] = lesser(if there > smallest { there } else { smallest }, self.largest_weight);
        }
        (moved, n_stiff > 0)
    }

    /// The increment `x(w)` of `ln w`, tamed or not, and `2 r`.
    #[inline(always)]
    fn increment<S: Simd, const TAMED: bool>(
        &self,
        weight: f64,
        draw: f64,
        depth: f64,
        gain: impl Fn(f64) -> f64,
    ) -> (f64, f64) {
        let gain = gain(weight);
        let strength = gain * weight * weight;
        let error = strength - self.teacher_strength;
        let variance = fma::<S>(2.0 * error, error, self.label_noise_variance);
        let curvature = fma::<S>(depth - 1.0, variance, 2.0 * depth * strength * error);
        let drift = -gain * fma::<S>(error, self.time_step, 0.5 * self.noise * gain * curvature);
        let spread = self.noise_std * gain * variance.sqrt();
        let stiffness = 2.0 * fma::<S>(spread, spread, drift.abs());
        let increment = fma::<S>(spread, draw, drift);
        if TAMED {
            (increment / stiffness.max(1.0), stiffness)
        } else {
            (increment, stiffness)
        }
    }
}

#[inline(always)]
fn lesser(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// `e^x` for increments: see the formula above.
#[inline(always)]
fn exponential<S: Simd>(x: f64) -> f64 {
    let y = 0.25 * x;
    let mut root = fma::<S>(y, 1.0 / 24.0, 1.0 / 6.0);
    for coefficient in [0.5, 1.0, 1.0] {
        root = fma::<S>(root, y, coefficient);
    }
    let square = root * root;
    square * square
}

#[cfg(test)]
mod tests {
    use pulp::Scalar;

    use super::*;

    #[test]
    fn the_exponential_is_positive_everywhere_and_right_for_small_increments() {
        for i in -4000..=4000 {
            let x = f64::from(i) * 0.01;
            assert!(exponential::<Scalar>(x) > 0.0);
            if x.abs() < 0.5 {
                assert!((exponential::<Scalar>(x) / x.exp() - 1.0).abs() < 2e-6, "{x}");
            }
            if x.abs() < 3.0 {
                assert!((exponential::<Scalar>(x) / x.exp() - 1.0).abs() < 0.02, "{x}");
            }
        }
    }

    #[test]
    fn increments_are_numbers_within_their_bound_at_any_setting() {
        let extremes = [0.0, 1e-12, 1.0, 1e6];
        for depth in [2, 3, 4, 32] {
            for setting in 0..256_usize {
                let [teacher_strength, sigma, tau, time_step] =
                    [0, 2, 4, 6].map(|shift| extremes[(setting >> shift) % 4]);
                let step = DeepStep::new(depth, teacher_strength, sigma, tau, time_step);
                for strength in [SMALLEST_STRENGTH, 1e-20, 1e-3, 1.0, 30.0, 1e6, LARGEST_STRENGTH] {
                    let weight = strength.powf(1.0 / depth as f64);
                    for draw in [-9.0_f64, 0.0, 9.0] {
                        let gain = |weight: f64| weight.powi(depth as i32 - 2);
                        let (increment, _) =
                            step.increment::<Scalar, true>(weight, draw, depth as f64, gain);
                        // A NaN fails too.
                        assert!(
                            increment.abs() <= 0.5 + 0.7072 * draw.abs(),
                            "{step:?} {strength} {draw}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn usual_depths_agree_with_the_general_loop() {
        for depth in [2, 3, 4] {
            let step = DeepStep::new(depth, 1.3, 0.4, 0.03, 0.05);
            let power = depth as i32 - 2;
            let mut weights = [0.3, 0.9, 1.1, 1.6];
            let draws = [0.4, -1.2, 2.1, -0.3];
            let mut general = weights;
            step.apply::<Scalar>(&mut weights, &draws);
            step.apply_with::<Scalar>(&mut general, &draws, depth as f64, |weight| {
                weight.powi(power)
            });
            for (a, b) in weights.iter().zip(general) {
                assert!((a / b - 1.0).abs() < 1e-14);
            }
        }
    }

    #[test]
    fn a_block_moves_as_its_members_do() {
        // From hardly moving to stiff: both paths, and blocks with one stiff member.
        for time_step in [1e-3, 0.05, 2.0] {
            let step = DeepStep::new(3, 2.0, 0.5, 0.01, time_step);
            let start: Vec<f64> = (0..4 * BLOCK).map(|i| 0.02 * i as f64).collect();
            let draws: Vec<f64> = (0..4 * BLOCK).map(|i| (i as f64).sin() * 3.0).collect();
            let mut together = start.clone();
            step.apply::<Scalar>(&mut together, &draws);
            for i in 0..start.len() {
                let mut alone = [start[i]];
                step.apply::<Scalar>(&mut alone, &draws[i..=i]);
                assert_eq!(alone[0].to_bits(), together[i].to_bits());
            }
        }
    }
}
