//! Chebyshev series on [-1, 1]: fit at 17 points, integrate, evaluate.
//!
//! `f(x) = sum_k c_k T_k(x)`, interpolating at `x_j = -cos(pi j / 16)`. The antiderivative that vanishes at
//! -1 has `C_k = (c_(k-1) - c_(k+1)) / (2k)` with `c_0` counted twice. Trefethen, *Approximation Theory and
//! Approximation Practice*, chapters 3 and 19.

use std::{array, f64::consts::PI, sync::LazyLock};

const DEGREE: usize = 16;
/// Number of interpolation points.
const N_NODES: usize = DEGREE + 1;
/// One more coefficient than points: room for an antiderivative.
const N_COEFFICIENTS: usize = N_NODES + 1;

/// Values at the interpolation points, from left to right.
pub(super) type NodeValues = [f64; N_NODES];

/// Matrices of the two linear maps that every panel needs.
struct Tables {
    nodes: NodeValues,
    /// Coefficient `k` of the interpolant is the product of row `k` with the node values.
    to_coefficients: [NodeValues; N_NODES],
    /// `T_k` at node `j`, for every coefficient.
    at_nodes: [[f64; N_COEFFICIENTS]; N_NODES],
    /// Clenshaw-Curtis weights: the integral of the interpolant over [-1, 1].
    weights: NodeValues,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let cosine = |k: usize, j: usize| (PI * ((k * j) % (2 * DEGREE)) as f64 / DEGREE as f64).cos();
    let sign = |k: usize| if k.is_multiple_of(2) { 1.0 } else { -1.0 };
    let half_at_ends = |i: usize| if i == 0 || i == DEGREE { 0.5 } else { 1.0 };
    let to_coefficient =
        |k: usize, j: usize| 2.0 / DEGREE as f64 * sign(k) * half_at_ends(k) * half_at_ends(j) * cosine(k, j);
    let integral_of_polynomial = |k: usize| 2.0 / (1.0 - (k * k) as f64);
    Tables {
        nodes: array::from_fn(|j| -cosine(1, j)),
        to_coefficients: array::from_fn(|k| array::from_fn(|j| to_coefficient(k, j))),
        at_nodes: array::from_fn(|j| array::from_fn(|k| sign(k) * cosine(k, j))),
        weights: array::from_fn(|j| {
            (0..N_NODES)
                .step_by(2)
                .map(|k| to_coefficient(k, j) * integral_of_polynomial(k))
                .sum()
        }),
    }
});

/// Coefficients of a polynomial in the Chebyshev basis.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series([f64; N_COEFFICIENTS]);

impl Series {
    pub(super) const ZERO: Self = Self([0.0; N_COEFFICIENTS]);

    /// The polynomial through `values` at the interpolation points.
    pub(super) fn fit(values: &NodeValues) -> Self {
        let mut coefficients = [0.0; N_COEFFICIENTS];
        for (coefficient, row) in coefficients.iter_mut().zip(&TABLES.to_coefficients) {
            *coefficient = dot(row, values);
        }
        Self(coefficients)
    }

    /// Antiderivative of a fitted series, times `scale`, plus `constant`: equal to `constant` at -1.
    pub(super) fn integrated(&self, scale: f64, constant: f64) -> Self {
        let c = |k: usize| self.0.get(k).copied().unwrap_or(0.0);
        let mut integral = [0.0; N_COEFFICIENTS];
        let mut at_left = 0.0;
        for k in (1..N_COEFFICIENTS).rev() {
            let previous = if k == 1 { 2.0 * c(0) } else { c(k - 1) };
            let coefficient = scale * (previous - c(k + 1)) / (2.0 * k as f64);
            integral[k] = coefficient;
            at_left += if k.is_multiple_of(2) {
                coefficient
            } else {
                -coefficient
            };
        }
        integral[0] = constant - at_left;
        Self(integral)
    }

    /// The same series with `shift` added to its constant term.
    pub(super) fn shifted(mut self, shift: f64) -> Self {
        self.0[0] += shift;
        self
    }

    /// The same series times `factor`.
    pub(super) fn scaled(mut self, factor: f64) -> Self {
        for coefficient in &mut self.0 {
            *coefficient *= factor;
        }
        self
    }

    /// Value at `x` in [-1, 1], by Clenshaw's recurrence.
    pub(super) fn at(&self, x: f64) -> f64 {
        let (mut next, mut after) = (0.0, 0.0);
        for coefficient in self.0[1..].iter().rev() {
            (next, after) = (coefficient + 2.0 * x * next - after, next);
        }
        self.0[0] + x * next - after
    }

    /// Values at all interpolation points.
    pub(super) fn at_nodes(&self) -> NodeValues {
        array::from_fn(|j| dot(&TABLES.at_nodes[j], &self.0))
    }

    /// Value at the right end.
    pub(super) fn at_right(&self) -> f64 {
        self.0.iter().sum()
    }

    /// Size of the last coefficients of a fit: an estimate of what the fit leaves out.
    pub(super) fn tail(&self) -> f64 {
        self.0[DEGREE].abs().max(self.0[DEGREE - 1].abs())
    }
}

/// The interpolation points, from left to right.
pub(super) fn nodes() -> &'static NodeValues {
    &TABLES.nodes
}

/// Integral over [-1, 1] of the polynomial through `values` at the interpolation points.
pub(super) fn integral(values: &NodeValues) -> f64 {
    dot(&TABLES.weights, values)
}

fn dot<const N: usize>(left: &[f64; N], right: &[f64; N]) -> f64 {
    left.iter().zip(right).map(|(a, b)| a * b).sum()
}
