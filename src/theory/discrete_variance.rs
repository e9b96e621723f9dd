//! Stationary variance of mode strengths under SGD with finite steps, linearised about the minimum.
//!
//! One mode alone, `c = L m^(2-2/L)`, `T` its temperature:
//!
//! ```text
//! Var s = T / (1 - (eta c / 2) (1 + 2/B))
//! ```
//!
//! The full matrix, about the aligned balanced minimum. Entry `(a, b)` of the error in the teacher's basis
//! (row `a` output, column `b` input) relaxes at the rate `c_ab = sum_l w_a^(2(L-l)) w_b^(2(l-1))`,
//! `w = m^(1/L)`, and one sample's gradient gives it a variance `sum_k e_ak^2 + e_ab^2 + sigma^2`: the
//! columns of one row feed each other, the rows do not. So for row `a`, with `x_b = E[e_ab^2]`,
//!
//! ```text
//! [I - diag((1 - eta c_a.)^2) - diag((eta c_a.)^2 / B) (1 1^T + I)] x = (eta c_a.)^2 sigma^2 / B
//! ```
//!
//! The matrix is diagonal plus rank one, so the solution is closed (Sherman-Morrison):
//!
//! ```text
//! g_b = tau c_ab / (2 - c_ab (h + tau)),   x_b = sigma^2 g_b / (1 - sum_k g_k),   Var a_k = x_a
//! ```
//!
//! (`h = eta`, `tau = eta/B`; an Euler-Maruyama step of Langevin dynamics with the noise of SGD obeys the same with its own
//! length `h`), and `sum_k g_k < 1` (with every denominator positive) is the condition for the mean square to stay finite.
//!
//! Beyond the paper (arXiv 2604.06366).

use super::{ModeLaw, stability::curvature};

/// Stationary variance of one mode alone under SGD with the given learning rate and batch size; the noise
/// scale of the law is replaced by `learning_rate / batch_size`.
///
/// `None` when the mean square of its error grows: `eta L m^(2-2/L) (1 + 2/B) >= 2`.
pub fn discrete_variance(law: &ModeLaw, learning_rate: f64, batch_size: usize) -> Option<f64> {
    let batch = batch_size as f64;
    let temperature = ModeLaw {
        noise_scale: learning_rate / batch,
        ..*law
    }
    .temperature();
    let margin = 1.0 - 0.5 * learning_rate * law.curvature() * (1.0 + 2.0 / batch);
    (margin > 0.0).then(|| temperature / margin)
}

/// Stationary variance of the strength of mode `mode` in a full network under online SGD.
///
/// `teacher_strengths` has one entry per *input* direction, `d_in` in all: the teacher's singular values,
/// then a zero for every input direction outside its rank (those columns still carry noise, through the first
/// layer). Rows do not couple, so `d_out` plays no part. Hidden widths at least the rank of the teacher;
/// inputs white and Gaussian, `depth >= 1`, `batch_size >= 1`.
///
/// `None` when `mode` is out of range or when the mean square of row `mode` grows at this learning rate.
pub fn discrete_matrix_variance(
    teacher_strengths: &[f64],
    mode: usize,
    depth: usize,
    learning_rate: f64,
    batch_size: usize,
    label_noise_std: f64,
) -> Option<f64> {
    let row_strength = *teacher_strengths.get(mode)?;
    let columns = teacher_strengths.iter();
    row_variance(
        columns.map(|&column_strength| relaxation_rate(row_strength, column_strength, depth)),
        relaxation_rate(row_strength, row_strength, depth),
        &Steps::of_sgd(learning_rate, batch_size),
        label_noise_std,
    )
}

/// How finely a stochastic differential equation is stepped.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Steps {
    /// Training time `h` of one step: the learning rate for SGD, a fraction of it for Langevin dynamics with substeps.
    pub length: f64,
    /// Noise scale `tau`: variance of the noise per unit of training time, of one step divided by `h`.
    pub noise_scale: f64,
}

impl Steps {
    /// SGD: steps of the learning rate, noise scale `eta/B`.
    pub fn of_sgd(learning_rate: f64, batch_size: usize) -> Self {
        Self {
            length: learning_rate,
            noise_scale: learning_rate / batch_size as f64,
        }
    }
}

/// Stationary variance of one entry of a row of the error, the entries of which relax at `rates` (one per input direction),
/// the entry itself at `own_rate`: with `g_b = tau c_b / (2 - c_b (h + tau))`, `x = sigma^2 g / (1 - sum_b g_b)`.
///
/// `None` when the mean square of the row grows at these steps.
pub fn row_variance(
    rates: impl IntoIterator<Item = f64>,
    own_rate: f64,
    steps: &Steps,
    label_noise_std: f64,
) -> Option<f64> {
    let gain = |rate: f64| {
        let margin = 2.0 - rate * (steps.length + steps.noise_scale);
        (margin > 0.0).then(|| steps.noise_scale * rate / margin)
    };
    let mut total_gain = 0.0;
    for rate in rates {
        total_gain += gain(rate)?;
    }
    let own_gain = gain(own_rate)?;
    (total_gain < 1.0).then(|| label_noise_std * label_noise_std * own_gain / (1.0 - total_gain))
}

/// `c_ab = sum_{l=1..L} w_a^(2(L-l)) w_b^(2(l-1))`, `w = m^(1/L)`: relaxation rate of entry `(a, b)` of the
/// error.
///
/// `L m^(2-2/L)` on the diagonal; `w_a^(2L-2)` for a column `b` outside the teacher's rank. `depth >= 1`,
/// strengths at least 0.
pub fn relaxation_rate(row_strength: f64, column_strength: f64, depth: usize) -> f64 {
    // Equal strengths: the closed form keeps the digits of the sum of equal terms.
    if row_strength.to_bits() == column_strength.to_bits() {
        return curvature(depth, row_strength);
    }
    let power = 2.0 / depth as f64;
    let (row, column) = (row_strength.powf(power), column_strength.powf(power));
    // Horner's rule; starting at 1 makes the empty power 0^0 = 1.
    let (mut sum, mut column_power) = (1.0, 1.0);
    for _ in 1..depth {
        column_power *= column;
        sum = sum * row + column_power;
    }
    sum
}
