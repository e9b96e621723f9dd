//! One step of the quantiles in time: Rodas3, a Rosenbrock method of order 3 that damps what is stiff, with its embedded error (Sandu et
//! al., Atmos. Environ. 31, 3459 (1997)). The matrix of derivatives has three diagonals, for a rate depends on the neighbours alone.

use super::coefficients::Equation;
use crate::theory::quantiles::{N_POINTS, SPACING, abscissa};

/// Error of a step that is allowed, as a share of the local width.
const TOLERANCE: f64 = 2e-5;

/// Work space of a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Work {
    stages: [Vec<f64>; 4],
    pub(super) trial: Vec<f64>,
    rates: Vec<f64>,
    /// Derivatives of the rates by the point below, the point itself and the point above.
    jacobian: [Vec<f64>; 3],
    /// Of the elimination: one over the pivots, and the factors of the rows.
    pivots: Vec<f64>,
    factors: Vec<f64>,
}

impl Work {
    /// Takes a step of Rodas3 from these places into the trial ones; gives its error in units of what is allowed.
    pub(super) fn try_step(&mut self, equation: &Equation, places: &[f64], step: f64) -> f64 {
        const GAMMA: f64 = 0.5;
        let Self {
            stages,
            trial,
            rates,
            jacobian,
            pivots,
            factors,
        } = self;
        rates_of(equation, places, rates, Some(&mut *jacobian));
        factorise(1.0 / (step * GAMMA), jacobian, pivots, factors);
        let [one, two, three, four] = stages;
        let solve = |out: &mut Vec<f64>, rates: &[f64], memory: &dyn Fn(usize) -> f64| {
            out.clear();
            out.extend(rates.iter().enumerate().map(|(i, rate)| rate + memory(i) / step));
            eliminate(jacobian, pivots, factors, out);
        };
        solve(one, rates, &|_| 0.0);
        solve(two, rates, &|i| 4.0 * one[i]);
        trial.clear();
        trial.extend(places.iter().zip(&*one).map(|(place, one)| place + 2.0 * one));
        rates_of(equation, trial, rates, None);
        solve(three, rates, &|i| one[i] - two[i]);
        for (trial, three) in trial.iter_mut().zip(&*three) {
            *trial += three;
        }
        rates_of(equation, trial, rates, None);
        solve(four, rates, &|i| one[i] - two[i] - 8.0 / 3.0 * three[i]);
        for (trial, four) in trial.iter_mut().zip(&*four) {
            *trial += four;
        }
        let rises = trial.windows(2).all(|pair| pair[1] > pair[0]);
        if !rises {
            return f64::INFINITY;
        }
        // By mass, and relative to how far quantiles stand apart.
        let (mut sum, mut total) = (0.0, 0.0);
        for i in 1..N_POINTS - 1 {
            let weight = (-0.5 * abscissa(i).powi(2)).exp();
            let apart = (trial[i + 1] - trial[i - 1]) / (2.0 * SPACING);
            sum += weight * (four[i] / (TOLERANCE * apart)).powi(2);
            total += weight;
        }
        let error = (sum / total).sqrt();
        if error.is_nan() { f64::INFINITY } else { error }
    }
}

/// `dQ/dt` of every quantile and, if asked for, its derivatives.
fn rates_of(
    equation: &Equation,
    places: &[f64],
    rates: &mut Vec<f64>,
    mut jacobian: Option<&mut [Vec<f64>; 3]>,
) {
    rates.clear();
    if let Some(jacobian) = &mut jacobian {
        jacobian.iter_mut().for_each(Vec::clear);
    }
    for (i, &place) in places.iter().enumerate() {
        let local = equation.local(place);
        // Beyond the ends the law goes on as a Gaussian.
        let (is_first, is_last) = (i == 0, i == N_POINTS - 1);
        let below = if is_first {
            2.0 * place - places[1]
        } else {
            places[i - 1]
        };
        let above = if is_last {
            2.0 * place - places[i - 1]
        } else {
            places[i + 1]
        };
        let slope = (above - below) / (2.0 * SPACING);
        let bend = (above - 2.0 * place + below) / (SPACING * SPACING);
        let normal = abscissa(i);
        let push = normal / slope + bend / (slope * slope);
        rates.push(local.velocity + 0.5 * local.diffusion * push);
        let Some(jacobian) = &mut jacobian else { continue };
        let half = 0.5 * local.diffusion;
        let by_slope = -half * (normal + 2.0 * bend / slope) / (slope * slope) / (2.0 * SPACING);
        let by_bend = half / (slope * slope * SPACING * SPACING);
        let mut entries = [
            by_bend - by_slope,
            local.velocity_slope + 0.5 * local.diffusion_slope * push - 2.0 * by_bend,
            by_bend + by_slope,
        ];
        if is_first {
            entries = [0.0, entries[1] + 2.0 * entries[0], entries[2] - entries[0]];
        } else if is_last {
            entries = [entries[0] - entries[2], entries[1] + 2.0 * entries[2], 0.0];
        }
        for (diagonal, entry) in jacobian.iter_mut().zip(entries) {
            diagonal.push(entry);
        }
    }
}

/// Eliminates below the diagonal of `shift - J`.
fn factorise(shift: f64, jacobian: &[Vec<f64>; 3], pivots: &mut Vec<f64>, factors: &mut Vec<f64>) {
    let [below, here, above] = jacobian;
    pivots.clear();
    factors.clear();
    for i in 0..here.len() {
        let factor = if i == 0 { 0.0 } else { -below[i] * pivots[i - 1] };
        let carried = if i == 0 { 0.0 } else { factor * above[i - 1] };
        factors.push(factor);
        pivots.push(1.0 / (shift - here[i] + carried));
    }
}

/// Solves `(shift - J) x = values` in place.
fn eliminate(jacobian: &[Vec<f64>; 3], pivots: &[f64], factors: &[f64], values: &mut [f64]) {
    for i in 1..values.len() {
        values[i] -= factors[i] * values[i - 1];
    }
    let above = &jacobian[2];
    for i in (0..values.len()).rev() {
        let beyond = if i + 1 < values.len() {
            above[i] * values[i + 1]
        } else {
            0.0
        };
        values[i] = (values[i] + beyond) * pivots[i];
    }
}
