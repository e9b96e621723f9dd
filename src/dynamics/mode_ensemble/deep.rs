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
//! (with weight decay, `a` has `-lambda` more)
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
use crate::theory::ModeLaw;

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
    /// `lambda h`.
    decay: f64,
    smallest_weight: f64,
    largest_weight: f64,
}

impl DeepStep {
    /// Of a law without momentum.
    pub(super) fn new(law: &ModeLaw, time_step: f64) -> Self {
        let root = 1.0 / law.depth as f64;
        Self {
            depth: law.depth,
            teacher_strength: law.teacher_strength,
            label_noise_variance: law.label_noise_std * law.label_noise_std,
            time_step,
            noise: law.noise_scale * time_step,
            noise_std: (law.noise_scale * time_step).sqrt(),
            decay: law.weight_decay * time_step,
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
                self.apply_with::<S>(weights, draws, depth as f64, |weight| power(weight, depth - 2));
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
    #[expect(clippy::neg_cmp_op_on_partial_ord, reason = "a NaN is stiff")]
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
            moved[i] = lesser(
                if there > smallest { there } else { smallest },
                self.largest_weight,
            );
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
        let drift = -gain * fma::<S>(error, self.time_step, 0.5 * self.noise * gain * curvature) - self.decay;
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

/// `x^n` by repeated squaring. The library's power to a whole number may round otherwise from one call to the next, and a trajectory
/// must not depend on which others it moves with.
#[inline(always)]
pub(super) fn power(x: f64, n: usize) -> f64 {
    let (mut result, mut square, mut rest) = (1.0, x, n);
    while rest > 0 {
        if rest & 1 == 1 {
            result *= square;
        }
        square *= square;
        rest >>= 1;
    }
    result
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
mod tests;
