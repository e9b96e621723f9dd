//! Gradient flow `dW_l/dt = -A_l^T E[Q] B_l^T - lambda_w W_l`: the deterministic limit of SGD from the same initial weights.
//!
//! Integrated by the Dormand-Prince pair of order 5(4) with its continuous extension of order 4 (Hairer, Norsett, Wanner,
//! "Solving Ordinary Differential Equations I", sections II.4 to II.6). The solver chooses its own time steps and the
//! weights at a wanted time are interpolated, so the trajectory does not depend on the learning rate or on when it is looked
//! at. The error is controlled relative to the norm of each layer.

use nalgebra::DMatrix;

use super::backpropagation::Backpropagation;
use super::blowup::Blowup;
use crate::memory::HeapBytes;
use crate::model::{DeepLinearNetwork, Risk};

/// Allowed local error relative to a layer's norm.
const RELATIVE_TOLERANCE: f64 = 1e-11;
/// How many time steps one call of [`GradientFlow::advance_to`] may take before the problem counts as too stiff. Descent at a
/// learning rate near its stability limit needs about one a step, so a thousand leave room for rates a thousand times as large,
/// and the longest step of a run stays short enough to interrupt.
const MAX_TIME_STEPS: usize = 1000;

/// Rows of the Butcher tableau, stage 2 to 7; the last row is the solution itself ("first same as last").
const STAGES: [&[f64]; 6] = [
    &[1.0 / 5.0],
    &[3.0 / 40.0, 9.0 / 40.0],
    &[44.0 / 45.0, -56.0 / 15.0, 32.0 / 9.0],
    &[
        19_372.0 / 6_561.0,
        -25_360.0 / 2_187.0,
        64_448.0 / 6_561.0,
        -212.0 / 729.0,
    ],
    &[
        9_017.0 / 3_168.0,
        -355.0 / 33.0,
        46_732.0 / 5_247.0,
        49.0 / 176.0,
        -5_103.0 / 18_656.0,
    ],
    &[
        35.0 / 384.0,
        0.0,
        500.0 / 1_113.0,
        125.0 / 192.0,
        -2_187.0 / 6_784.0,
        11.0 / 84.0,
    ],
];
/// Difference of the two solutions' weights.
const ERROR: [f64; 7] = [
    71.0 / 57_600.0,
    0.0,
    -71.0 / 16_695.0,
    71.0 / 1_920.0,
    -17_253.0 / 339_200.0,
    22.0 / 525.0,
    -1.0 / 40.0,
];
/// Weights of the last term of the continuous extension.
const DENSE: [f64; 7] = [
    -12_715_105_075.0 / 11_282_082_432.0,
    0.0,
    87_487_479_700.0 / 32_700_410_799.0,
    -10_690_763_975.0 / 1_880_347_072.0,
    701_980_252_875.0 / 199_316_789_632.0,
    -1_453_857_185.0 / 822_651_844.0,
    69_997_945.0 / 29_380_423.0,
];

/// The gradient-flow engine. All states are the weights of every layer, column-major, one layer after the other.
#[derive(Clone, Debug)]
pub struct GradientFlow {
    risk: Risk,
    label_noise_std: f64,
    weight_decay: f64,
    gradient: Backpropagation,
    /// `E[Q]`, shape `(d_out, d_in)`.
    mean: DMatrix<f64>,
    scratch: DeepLinearNetwork,
    /// Start and length of the interval last integrated.
    start_time: f64,
    time_step: f64,
    next_time_step: f64,
    start: Vec<f64>,
    end: Vec<f64>,
    /// Time derivatives at the seven stages; the last one is that at the end of the interval.
    slopes: [Vec<f64>; 7],
}

impl GradientFlow {
    /// Gradient flow on `risk` from the weights of `network` at `time`. The label noise matters for a stored set only.
    pub fn new(network: &DeepLinearNetwork, risk: Risk, label_noise_std: f64, time: f64) -> Self {
        let mut gradient = Backpropagation::new(&network.widths(), network.weights()[0].ncols());
        gradient.inputs_mut().fill_with_identity();
        let mut end = vec![0.0; network.n_parameters()];
        flatten(network, &mut end);
        let mean = risk.teacher().map().clone();
        let slopes = std::array::from_fn(|_| vec![0.0; end.len()]);
        let mut flow = Self {
            risk,
            label_noise_std,
            weight_decay: 0.0,
            gradient,
            mean,
            scratch: network.clone(),
            start_time: time,
            time_step: 0.0,
            next_time_step: 0.0,
            start: end.clone(),
            end,
            slopes,
        };
        flow.begin();
        flow
    }

    /// What is minimised.
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// Takes a new label-noise level from `time` on, from the weights of `network`.
    pub fn set_label_noise_std(&mut self, network: &DeepLinearNetwork, label_noise_std: f64, time: f64) {
        if self.risk.dataset().is_some() && label_noise_std.to_bits() != self.label_noise_std.to_bits() {
            self.label_noise_std = label_noise_std;
            self.begin_at(network, time);
        }
    }

    /// Takes another weight decay `lambda_w` from `time` on, from the weights of `network`.
    pub fn set_weight_decay(&mut self, network: &DeepLinearNetwork, weight_decay: f64, time: f64) {
        if weight_decay.to_bits() != self.weight_decay.to_bits() {
            self.weight_decay = weight_decay;
            self.begin_at(network, time);
        }
    }

    /// Flows on from the weights of `network` at `time`.
    fn begin_at(&mut self, network: &DeepLinearNetwork, time: f64) {
        self.start_time = time;
        self.time_step = 0.0;
        flatten(network, &mut self.end);
        self.begin();
    }

    /// Whether the weights at `time` are known without integrating on.
    pub fn reaches(&self, time: f64) -> bool {
        time <= self.start_time + self.time_step
    }

    /// Sets the weights of `network` to those at `time`, which must not go back.
    ///
    /// # Errors
    /// [`Blowup`] where the weights cannot be followed up to `time`; the network is then untouched.
    pub fn advance_to(&mut self, network: &mut DeepLinearNetwork, time: f64) -> Result<(), Blowup> {
        for _ in 0..MAX_TIME_STEPS {
            if self.reaches(time) {
                self.interpolate(network, time);
                return Ok(());
            }
            self.integrate_interval()?;
        }
        Err(Blowup::Stiff {
            time_step: self.next_time_step,
        })
    }

    /// Prepares the first interval: the slope at its start and a cautious length.
    fn begin(&mut self) {
        self.start.clone_from(&self.end);
        self.evaluate(6);
        let speed = norm(&self.slopes[6]);
        self.next_time_step = if speed > 0.0 {
            1e-3 * norm(&self.end).max(1e-6) / speed
        } else {
            1.0
        };
    }

    /// Integrates the interval after the last one, with a length the error control accepts.
    fn integrate_interval(&mut self) -> Result<(), Blowup> {
        self.start_time += self.time_step;
        self.time_step = 0.0;
        std::mem::swap(&mut self.start, &mut self.end);
        self.slopes.swap(0, 6);
        for _ in 0..MAX_TIME_STEPS {
            let time_step = self.next_time_step;
            for stage in 1..7 {
                self.combine(STAGES[stage - 1], time_step);
                self.evaluate(stage);
            }
            let error = self.error(time_step);
            // Also where the error is NaN, the step is cut.
            let change = if error > 0.0 { 0.9 * error.powf(-0.2) } else { 5.0 };
            if error <= 1.0 {
                self.time_step = time_step;
                self.next_time_step = time_step * change.clamp(0.2, 5.0);
                return Ok(());
            }
            self.next_time_step = time_step
                * if error.is_finite() {
                    change.clamp(0.1, 1.0)
                } else {
                    0.1
                };
            if self.next_time_step <= f64::EPSILON * self.start_time.max(f64::MIN_POSITIVE) {
                break;
            }
        }
        // Back to the last good end, so that the flow still answers for times before it.
        std::mem::swap(&mut self.start, &mut self.end);
        self.slopes.swap(0, 6);
        Err(Blowup::Stiff {
            time_step: self.next_time_step,
        })
    }

    /// `end = start + time_step * sum_j row_j slope_j`.
    fn combine(&mut self, row: &[f64], time_step: f64) {
        self.end.copy_from_slice(&self.start);
        for (factor, slope) in row.iter().zip(&self.slopes) {
            for (state, derivative) in self.end.iter_mut().zip(slope) {
                *state += time_step * factor * derivative;
            }
        }
    }

    /// Writes the time derivative at `self.end` to one stage's slope.
    fn evaluate(&mut self, stage: usize) {
        unflatten(&self.end, &mut self.scratch);
        let map = self.gradient.forward(&self.scratch);
        self.risk
            .mean_statistic(map, self.label_noise_std, &mut self.mean);
        self.gradient.residual_mut().copy_from(&self.mean);
        self.gradient.backward(&self.scratch);
        for layer in self.scratch.weights_mut() {
            layer.fill(0.0);
        }
        self.gradient.add_gradient(-1.0, &mut self.scratch);
        flatten(&self.scratch, &mut self.slopes[stage]);
        if self.weight_decay > 0.0 {
            for (slope, weight) in self.slopes[stage].iter_mut().zip(&self.end) {
                *slope -= self.weight_decay * weight;
            }
        }
    }

    /// Largest local error of a layer, in units of what is allowed.
    fn error(&self, time_step: f64) -> f64 {
        let mut largest: f64 = 0.0;
        let mut offset = 0;
        for layer in self.scratch.weights() {
            let (mut error, mut size) = (0.0, 0.0_f64);
            for i in offset..offset + layer.len() {
                let local: f64 = ERROR
                    .iter()
                    .zip(&self.slopes)
                    .map(|(factor, slope)| factor * slope[i])
                    .sum();
                error += (time_step * local).powi(2);
                size += self.end[i].powi(2).max(self.start[i].powi(2));
            }
            offset += layer.len();
            let ratio = (error / size.max(f64::MIN_POSITIVE)).sqrt() / RELATIVE_TOLERANCE;
            // `max` would hide a NaN.
            if ratio.is_nan() {
                return f64::NAN;
            }
            largest = largest.max(ratio);
        }
        largest
    }

    /// Weights at a time within the last interval, by the continuous extension.
    fn interpolate(&mut self, network: &mut DeepLinearNetwork, time: f64) {
        let h = self.time_step;
        if h == 0.0 {
            unflatten(&self.end, network);
            return;
        }
        let theta = ((time - self.start_time) / h).clamp(0.0, 1.0);
        let rest = 1.0 - theta;
        let mut i = 0;
        for layer in network.weights_mut() {
            for weight in layer.as_mut_slice() {
                let difference = self.end[i] - self.start[i];
                let first = h * self.slopes[0][i] - difference;
                let last = difference - h * self.slopes[6][i] - first;
                let dense: f64 = DENSE
                    .iter()
                    .zip(&self.slopes)
                    .map(|(factor, slope)| factor * slope[i])
                    .sum();
                *weight =
                    self.start[i] + theta * (difference + rest * (first + theta * (last + rest * h * dense)));
                i += 1;
            }
        }
    }
}

impl HeapBytes for GradientFlow {
    fn heap_bytes(&self) -> usize {
        let states = self.start.heap_bytes() + self.end.heap_bytes() + self.slopes.heap_bytes();
        states + self.gradient.heap_bytes() + self.mean.heap_bytes() + self.scratch.heap_bytes()
    }
}

fn norm(vector: &[f64]) -> f64 {
    vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}

fn flatten(network: &DeepLinearNetwork, flat: &mut [f64]) {
    let mut offset = 0;
    for layer in network.weights() {
        flat[offset..offset + layer.len()].copy_from_slice(layer.as_slice());
        offset += layer.len();
    }
}

fn unflatten(flat: &[f64], network: &mut DeepLinearNetwork) {
    let mut offset = 0;
    for layer in network.weights_mut() {
        let n = layer.len();
        layer.as_mut_slice().copy_from_slice(&flat[offset..offset + n]);
        offset += n;
    }
}
