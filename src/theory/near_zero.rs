//! Two layers near zero: whether label noise holds a mode at the saddle or drives the weights away from it.
//!
//! A network of two layers at rest at `W = 0` sees nothing but label noise. Both layers' weights of a hidden unit then grow or
//! shrink by factors; the logarithm of `|w_1|^2 + |w_2|^2` grows per unit of training time, with `D`, `d` the larger and the
//! smaller of `d_in`, `d_out`, at the mean rate
//!
//! ```text
//! tau sigma^2 (D - 2) R,   R = (d/2) U(d/2 + 1, b, z) / U(d/2, b, z),   b = (D+d)/2,  z = (D-d)/2
//! ```
//!
//! (`U` Tricomi's function; `R = 1` for `D = d`). By `U(a, b, z) Gamma(a) = int_0^inf e^(-z t) t^(a-1) (1+t)^(b-a-1) dt`, `R` is the
//! mean of `t/(1+t)` over the density of that integral, which is what is summed here.
//!
//! Only for `d_in = d_out = 1` is the rate negative: noise then draws to zero, and a feature can be held at the saddle for ever.
//! With 2 by 1 or 2 by 2 the rate is zero, and for all wider networks the noise itself drives the weights away from zero.
//!
//! With `r` modes learned the rest of the network is a network of `d_in - r` by `d_out - r` that every learned mode damps:
//! the rate is the one above for these widths, less `tau sigma^2 r`. Where one free direction is left on either side and it holds
//! a feature of strength `m`, the rate is `2 m - tau sigma^2 (1 + r)`: the feature dies if it is weaker than the `theta` of
//! [`NoiseBalance`](super::NoiseBalance).
//!
//! Beyond the paper (arXiv 2604.06366); compare stochastic collapse (arXiv 2306.04251).

/// Points of the sum on either side of the peak of the integrand.
const N_POINTS: i32 = 400;
/// Natural logarithm of the ratio to its peak at which the integrand is left out.
const NEGLIGIBLE: f64 = 40.0;

/// Mean rate of growth of `ln(|w_1|^2 + |w_2|^2)` near zero under label noise alone, for two layers between `d_in` inputs and
/// `d_out` outputs with `n_learned` modes already learned, per unit of training time.
///
/// `label_noise` is `tau sigma^2`. `None` where the learned modes leave no free direction.
pub fn growth_rate_near_zero(d_in: usize, d_out: usize, n_learned: usize, label_noise: f64) -> Option<f64> {
    let (wide, narrow) = (d_in.max(d_out), d_in.min(d_out));
    if narrow <= n_learned {
        return None;
    }
    let free = (wide - n_learned) as f64;
    let drift = (free - 2.0) * outer_share(wide - n_learned, narrow - n_learned);
    Some(label_noise * (drift - n_learned as f64))
}

/// Rate of the last free direction, in which a feature of strength `m` waits: `2 m - tau sigma^2 (1 + r)`.
///
/// `None` unless `d_in = d_out = n_learned + 1`: in other networks there is no closed form between the rate without a feature and
/// the one of a strong feature.
pub fn growth_rate_of_last_mode(
    d_in: usize,
    d_out: usize,
    n_learned: usize,
    teacher_strength: f64,
    label_noise: f64,
) -> Option<f64> {
    let is_last = d_in == d_out && d_in == n_learned + 1;
    is_last.then_some(2.0 * teacher_strength - label_noise * (1.0 + n_learned as f64))
}

/// `R` for `wide >= narrow >= 1`, between 0 and 1.
fn outer_share(wide: usize, narrow: usize) -> f64 {
    if wide == narrow {
        return 1.0;
    }
    let a = narrow as f64 / 2.0;
    let power = wide as f64 / 2.0 - 1.0;
    let z = (wide - narrow) as f64 / 2.0;
    // In x = ln t the integrand falls off at least exponentially on both sides, and has one peak.
    let log_density = |x: f64| a * x + power * x.exp().ln_1p() - z * x.exp();
    let slope = |x: f64| a + power * (1.0 + (-x).exp()).recip() - z * x.exp();
    let peak = root_of_falling(slope, -60.0, 60.0);
    let top = log_density(peak);
    let beyond = |x: f64| log_density(x) - top + NEGLIGIBLE;
    let right = root_of_falling(beyond, peak, peak + 60.0);
    let left = -root_of_falling(|x| beyond(-x), -peak, -peak + 2.0 * NEGLIGIBLE / a + 60.0);
    let (mut total, mut weighted) = (0.0, 0.0);
    let width = (right - left) / f64::from(2 * N_POINTS);
    for i in 0..=2 * N_POINTS {
        let x = left + f64::from(i) * width;
        let density = (log_density(x) - top).exp();
        total += density;
        weighted += density / (1.0 + (-x).exp());
    }
    weighted / total
}

/// Where a function that is positive at `low` and falls crosses zero, to the accuracy needed for the ends of an integral.
fn root_of_falling(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if function(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
