//! The largest curvature of the loss at the minimum that weight decay leaves, which limits the learning rate of gradient descent.
//!
//! At the balanced, aligned fixed point of `L >= 2` layers a mode of the teacher's strength `m` has the strength `s`, the upper fixed
//! point of [`weight_decay`](super::weight_decay), or zero where decay loses it. With `w = s^(1/L)` and `e = m - s`, where
//! `e w^(L-2) = lambda` for a learned mode, the Hessian of `1/2 |W - M|^2 + lambda/2 sum_l |W_l|^2` falls apart:
//!
//! - within a mode `L (s^(2-2/L) - lambda) + 2 lambda`, once, and `2 lambda`, `L - 1` times;
//! - between two modes `a` and `b`, whose entries `(a, b)` and `(b, a)` of all layers are coupled: twice `L` eigenvalues, those of
//!
//! ```text
//! c c^T + lambda I +- C,   c_k = w_a^(L-k) w_b^(k-1),   layer l of the other entry at the place L + 1 - l
//! C_kl = - e_a w_a^(L-1-d) w_b^(d-1)  for k > l,   - e_b w_b^(L-1-d) w_a^(d-1)  for k < l,   d = |k - l|,   and 0 for k = l
//! ```
//!
//! For `L = 2` and two learned modes the largest of a pair is `s_a + s_b + 2 lambda`, which is above the `2 s_a` of the stronger mode
//! where `2 lambda > s_a - s_b`. The pair of the two strongest modes has the largest of all pairs. `L = 1`: `1 + lambda`, every entry.
//!
//! White inputs, decay as a part of the gradient. Beyond the paper (arXiv 2604.06366).

use nalgebra::DMatrix;

use super::weight_decay::learned_strength;

/// Largest eigenvalue of the Hessian within a mode of strength `strength > 0` at its decayed fixed point.
///
/// Domain: `depth >= 1`, `weight_decay >= 0`.
pub fn decayed_curvature(depth: usize, strength: f64, weight_decay: f64) -> f64 {
    if depth < 2 {
        return 1.0 + weight_decay;
    }
    let along = super::curvature(depth, strength) - (depth as f64 - 2.0) * weight_decay;
    along.max(2.0 * weight_decay)
}

/// Largest eigenvalue of the whole Hessian at the decayed minimum of a network that learns a teacher of these strengths, the largest
/// first; `None` where decay loses the strongest mode, or there is none.
///
/// Domain: `depth >= 1`, `weight_decay >= 0`, finite strengths.
pub fn largest_decayed_curvature(depth: usize, teacher_strengths: &[f64], weight_decay: f64) -> Option<f64> {
    let strongest = Rest::of(depth, *teacher_strengths.first()?, weight_decay);
    if strongest.strength <= 0.0 {
        return None;
    }
    let own = decayed_curvature(depth, strongest.strength, weight_decay);
    match teacher_strengths.get(1) {
        Some(&second) if depth >= 2 => {
            let second = Rest::of(depth, second, weight_decay);
            Some(own.max(curvature_of_pair(depth, strongest, second, weight_decay)))
        }
        Some(_) | None => Some(own),
    }
}

/// A mode at rest.
#[derive(Clone, Copy, Debug)]
struct Rest {
    strength: f64,
    /// `w`
    weight: f64,
    /// `e`
    missing: f64,
}

impl Rest {
    fn of(depth: usize, teacher_strength: f64, weight_decay: f64) -> Self {
        let strength = learned_strength(depth, teacher_strength, weight_decay);
        Self {
            strength,
            weight: strength.powf((depth as f64).recip()),
            missing: teacher_strength - strength,
        }
    }
}

/// Largest eigenvalue between two modes.
fn curvature_of_pair(depth: usize, a: Rest, b: Rest, weight_decay: f64) -> f64 {
    // `base^exponent`, 1 for the exponent 0 whatever the base.
    let power = |base: f64, exponent: usize| base.powi(exponent as i32);
    // Layers count from 0 here.
    let side = |k: usize| power(a.weight, depth - 1 - k) * power(b.weight, k);
    let coupling = |k: usize, l: usize| {
        let (from, to) = if k > l { (a, b) } else { (b, a) };
        match k.abs_diff(l) {
            0 => 0.0,
            d => -from.missing * power(from.weight, depth - 1 - d) * power(to.weight, d - 1),
        }
    };
    let largest = |sign: f64| {
        let entry = |k: usize, place: usize| {
            let own = if k == place { weight_decay } else { 0.0 };
            side(k) * side(place) + own + sign * coupling(k, depth - 1 - place)
        };
        DMatrix::from_fn(depth, depth, entry)
            .symmetric_eigenvalues()
            .max()
    };
    largest(1.0).max(largest(-1.0))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;

    /// Loss of square layers, all their entries in one list, row by row.
    fn loss(entries: &[f64], teacher: &[f64], depth: usize, decay: f64) -> f64 {
        let n = teacher.len();
        let layer = |l: usize| DMatrix::from_row_slice(n, n, &entries[l * n * n..(l + 1) * n * n]);
        let product = (1..depth).fold(layer(0), |product, l| layer(l) * product);
        let error = product - DMatrix::from_diagonal(&nalgebra::DVector::from_row_slice(teacher));
        let squares: f64 = entries.iter().map(|entry| entry * entry).sum();
        0.5 * error.norm_squared() + 0.5 * decay * squares
    }

    /// Largest eigenvalue of the Hessian by finite differences, at the aligned weights of these strengths.
    fn by_differences(strengths: &[f64], teacher: &[f64], depth: usize, decay: f64) -> f64 {
        const H: f64 = 1e-3;
        let n = teacher.len();
        let mut at = vec![0.0; depth * n * n];
        for l in 0..depth {
            for (k, strength) in strengths.iter().enumerate() {
                at[l * n * n + k * n + k] = strength.powf((depth as f64).recip());
            }
        }
        // It is a minimum, as the network finds it.
        for i in 0..at.len() {
            let moved = |by: f64| {
                let mut entries = at.clone();
                entries[i] += by;
                loss(&entries, teacher, depth, decay)
            };
            let slope = (moved(H) - moved(-H)) / (2.0 * H);
            assert!(slope.abs() < 1e-4, "entry {i}: {slope}");
        }
        let second = |i: usize, j: usize| {
            let moved = |x: f64, y: f64| {
                let mut entries = at.clone();
                entries[i] += x * H;
                entries[j] += y * H;
                loss(&entries, teacher, depth, decay)
            };
            (moved(1.0, 1.0) - moved(1.0, -1.0) - moved(-1.0, 1.0) + moved(-1.0, -1.0)) / (4.0 * H * H)
        };
        let hessian = DMatrix::from_fn(at.len(), at.len(), second);
        hessian.symmetric_eigenvalues().max()
    }

    #[test]
    fn it_is_the_largest_eigenvalue_of_the_hessian_of_the_loss() {
        // Modes far apart and close, learned and lost, weak and strong decay.
        let cases: [(usize, &[f64], f64); 11] = [
            (1, &[2.0, 1.0], 0.7),
            (2, &[1.5], 0.4),
            (2, &[1.5], 1.2),
            (2, &[4.0, 2.0, 0.5], 0.1),
            (2, &[4.0, 2.0, 0.5], 1.5),
            (2, &[4.0, 2.0, 0.5], 2.5),
            (3, &[2.0], 0.9),
            (3, &[2.0, 1.9, 0.3], 0.2),
            (3, &[2.0, 1.9, 0.3], 0.9),
            (4, &[1.5, 0.8], 0.1),
            (4, &[1.5, 0.6], 0.6),
        ];
        for (depth, teacher, decay) in cases {
            let strengths: Vec<f64> = teacher
                .iter()
                .map(|&m| learned_strength(depth, m, decay))
                .collect();
            let expected = by_differences(&strengths, teacher, depth, decay);
            let found = largest_decayed_curvature(depth, teacher, decay).unwrap();
            assert!(
                (found / expected - 1.0).abs() < 1e-4,
                "L = {depth}, m = {teacher:?}, lambda = {decay}: {found} {expected}"
            );
        }
    }

    #[test]
    fn without_decay_it_is_the_curvature_and_beyond_the_threshold_there_is_none() {
        for depth in 1..6 {
            let found = largest_decayed_curvature(depth, &[3.0, 1.0], 0.0).unwrap();
            assert!((found - crate::theory::curvature(depth, 3.0)).abs() < 1e-9);
        }
        assert_eq!(largest_decayed_curvature(2, &[3.0, 1.0], 3.0), None);
        assert_eq!(largest_decayed_curvature(2, &[], 0.0), None);
        // Two layers: 2 (m - lambda) of a mode, and s_a + s_b + 2 lambda of a pair.
        let close = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 1e-9);
        close(largest_decayed_curvature(2, &[3.0], 1.0), 4.0);
        close(largest_decayed_curvature(2, &[3.0], 2.0), 4.0);
        close(largest_decayed_curvature(2, &[3.0, 2.0], 1.0), 5.0);
    }
}
