//! What weight decay does to an aligned, balanced mode.
//!
//! The loss `1/2 (s - m)^2 + lambda/2 L s^(2/L)` of a mode whose layers all have the weight `s^(1/L)` has the gradient flow
//!
//! ```text
//! ds/dt = L s [ h(s) - lambda ],   h(s) = s^(1-2/L) (m - s)
//! ```
//!
//! - `L = 1`: the mode ends at `m / (1 + lambda)`.
//! - `L = 2`: at `m - lambda`, or at zero for `m <= lambda`: a soft threshold, continuous in `lambda`. The whole flow is that of a teacher
//!   of strength `m - lambda`.
//! - `L >= 3`: `h` vanishes at both ends of `(0, m)` and is largest at `m (L-2) / (2L-2)`. For a smaller `lambda` there are two fixed points:
//!   from below the lower one a mode decays to zero, from above it is learned up to the upper one. For a larger `lambda` every mode decays:
//!   at the threshold what can be learned jumps from `m (L-2) / (2L-2)` to nothing.
//!
//! Decay is balanced for ever: `W_(l+1)^T W_(l+1) - W_l W_l^T` decays at the rate `2 lambda`. It is akin to what label noise does to a
//! network at the noise balance: the penalty `tau sigma^2 / 4` times the trace of the Hessian shrinks every mode as well, at `L = 2` by
//! the same amount for all ([`NoiseBalance`](super::NoiseBalance)).
//!
//! Beyond the paper (arXiv 2604.06366). The penalty `lambda/2 L sum_a s_a^(2/L)`, a Schatten quasi-norm, is that of Dai, Karzand and Srebro
//! (NeurIPS 2021), the least sum of squared layers for a given product.

/// Halvings of an interval; each gives a bit of the strength.
const HALVINGS: usize = 64;

/// A strength at which gradient flow leaves an aligned, balanced mode where it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestPoint {
    /// The strength, at least 0.
    pub strength: f64,
    /// Whether the mode comes back to it from strengths nearby, of those that are not negative.
    pub is_stable: bool,
}

/// Every strength from zero on at which the mode rests, in rising order. The last one is where a mode ends that begins above all of them.
///
/// - `L = 1`: `m / (1 + lambda)`, stable. Zero is no rest point: the flow there is `m`, so that one layer has no saddles.
/// - `L = 2`: zero, unstable for `lambda < m`, and then `m - lambda`, stable; else zero alone, stable.
/// - `L >= 3` without decay: zero, unstable, and `m`, stable. With decay zero is stable; up to the largest decay there are the two
///   [`fixed_points`] besides, the lower one unstable, the upper one stable.
///
/// Domain: `depth >= 1`, `teacher_strength >= 0`, `weight_decay >= 0`, all finite.
pub fn rest_points(depth: usize, teacher_strength: f64, weight_decay: f64) -> Vec<RestPoint> {
    let stable = |strength| RestPoint {
        strength,
        is_stable: true,
    };
    let unstable = |strength| RestPoint {
        strength,
        is_stable: false,
    };
    if depth <= 1 {
        return vec![stable(teacher_strength / (1.0 + weight_decay))];
    }
    match fixed_points(depth, teacher_strength, weight_decay) {
        None => vec![stable(0.0)],
        Some((lower, upper)) if lower > 0.0 => vec![stable(0.0), unstable(lower), stable(upper)],
        Some((_, upper)) => vec![unstable(0.0), stable(upper)],
    }
}

/// The strengths that bound the way of a mode that is learned, where it can be: it ends at the second from all above the first. From three
/// layers on, with decay, the first is the unstable fixed point; else it is zero, which at `L = 1` is no fixed point.
///
/// Domain: `depth >= 1`, `teacher_strength >= 0`, `weight_decay >= 0`, all finite.
pub fn fixed_points(depth: usize, teacher_strength: f64, weight_decay: f64) -> Option<(f64, f64)> {
    let (teacher, decay) = (teacher_strength, weight_decay);
    if teacher <= 0.0 {
        return None;
    }
    match depth {
        0 | 1 => Some((0.0, teacher / (1.0 + decay))),
        2 => (decay < teacher).then_some((0.0, teacher - decay)),
        _ if decay <= 0.0 => Some((0.0, teacher)),
        _ if decay >= largest_decay(depth, teacher) => None,
        _ => {
            let top = strength_at_jump(depth, teacher);
            let surplus = |strength: f64| pull(depth, teacher, strength) - decay;
            // Below the top in logarithms: the lower root may be many decades down, h(s) < m s^(1-2/L).
            let power = 1.0 - 2.0 / depth as f64;
            let mut low = (decay / teacher).powf(power.recip()).min(top).ln();
            let mut high = top.ln();
            for _ in 0..HALVINGS {
                let middle = f64::midpoint(low, high);
                if surplus(middle.exp()) < 0.0 {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            let lower = f64::midpoint(low, high).exp();
            // In the distance from m, so that a weak decay keeps its digits.
            let (mut near, mut far) = (0.0, teacher - top);
            for _ in 0..2 * HALVINGS {
                let middle = f64::midpoint(near, far);
                let strength = teacher - middle;
                if middle * strength.powf(power) < decay {
                    near = middle;
                } else {
                    far = middle;
                }
            }
            Some((lower, teacher - f64::midpoint(near, far)))
        }
    }
}

/// The strength up to which a mode is learned; zero where it cannot be.
pub fn learned_strength(depth: usize, teacher_strength: f64, weight_decay: f64) -> f64 {
    if weight_decay <= 0.0 {
        return teacher_strength;
    }
    fixed_points(depth, teacher_strength, weight_decay).map_or(0.0, |(_, upper)| upper)
}

/// `h(s) = s^(1-2/L) (m - s)`, for `s >= 0`.
pub fn pull(depth: usize, teacher_strength: f64, strength: f64) -> f64 {
    strength.powf(1.0 - 2.0 / depth as f64) * (teacher_strength - strength)
}

/// Largest weight decay at which a mode of this teacher strength can be learned: infinite for `L = 1`, `m` for `L = 2`, the maximum of
/// `h` for `L >= 3`.
pub fn largest_decay(depth: usize, teacher_strength: f64) -> f64 {
    match depth {
        0 | 1 => f64::INFINITY,
        _ => pull(depth, teacher_strength, strength_at_jump(depth, teacher_strength)),
    }
}

/// `m (L-2) / (2L-2)`: where a mode ends at the largest decay that it bears; zero for `L = 2`, no jump.
pub fn strength_at_jump(depth: usize, teacher_strength: f64) -> f64 {
    let depth = depth as f64;
    teacher_strength * (depth - 2.0).max(0.0) / (2.0 * depth - 2.0)
}

/// Smallest teacher strength that is learned under this weight decay, from a start that is large enough; features below are lost:
/// `lambda` for `L = 2`, `((2L-2)/L) lambda^(L/(2L-2)) (L/(L-2))^((L-2)/(2L-2))` for `L >= 3`, zero for `L = 1`.
pub fn least_learned_teacher(depth: usize, weight_decay: f64) -> f64 {
    match depth {
        0 | 1 => 0.0,
        2 => weight_decay,
        _ => {
            // The largest h is m^(2-2/L) times that of m = 1.
            let power = 2.0 - 2.0 / depth as f64;
            (weight_decay / largest_decay(depth, 1.0)).powf(power.recip())
        }
    }
}
