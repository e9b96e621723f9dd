//! Density of a mode's strength over time: the Fokker-Planck equation of the mode equation, solved for its quantiles.
//!
//! In `z = ln s` (the strength itself for `L = 1`) the mode equation is, in Ito's sense,
//! `dz = b dt + sqrt(D) dB`, `b = drift(s)/s - D(s)/(2 s^2)`, `D = D(s)/s^2`, and its density obeys
//!
//! ```text
//! dn/dt = -d/dz [ b n - (1/2) d(D n)/dz ]
//! ```
//!
//! with the derivative of `D n`, which belongs to Ito's sense. The unknown here is not `n` but where its quantiles stand: `z = Q(x, t)` for
//! every `x` of a standard normal variable, so that `n(Q) dQ/dx = phi(x)`. What flows through a quantile is nothing, hence
//!
//! ```text
//! dQ/dt = b - D'/2 + (D/2) [ x/Q' + Q''/Q'^2 ]          Q' = dQ/dx, D' = dD/dz
//! ```
//!
//! Mass is kept exactly and the density is positive wherever `Q` rises. The points move with the mode, so that nothing is smeared by
//! transport: on a fixed grid of width `h` with implicit steps `dt` the numerical diffusion `|v| h + v^2 dt` would have to be far below
//! `D`, which for `tau = 3e-4` asks for a hundred thousand cells and steps. Derivatives are central differences of second order on
//! points evenly spaced in `x`; beyond the last the law is carried on as a Gaussian. In time, Rodas3, a Rosenbrock method of order 3
//! that damps what is stiff (Sandu et al., Atmos. Environ. 31, 3459 (1997)), with steps chosen by its embedded error.
//!
//! Source: arXiv 2604.06366 for the equation of the mode; the form by quantiles is the one-dimensional case of the Wasserstein
//! gradient flow of Jordan, Kinderlehrer and Otto (1998).

use super::ModeLaw;
use super::quantiles::{N_POINTS, Quantiles, SPACING, abscissa};

/// Error of a step that is allowed, as a share of the local width.
const TOLERANCE: f64 = 2e-5;
/// Time that the spread of a point is given at first, in units of the fastest rate.
const FIRST: f64 = 1e-6;
/// Smallest step, in units of the fastest rate, before it is given up.
const LEAST_STEP: f64 = 1e-13;
/// Steps of one call at most: far more than the whole course of a mode takes.
const MOST_STEPS: u32 = 200_000;
/// Width in `z` below which the law is a point for numbers of this precision.
const POINT: f64 = 1e-11;
/// `z` below which a strength is as good as zero.
const LOWEST: f64 = -600.0;

/// Law of one mode's strength as it moves on in time, from a point at time 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Transport {
    law: ModeLaw,
    /// Logarithm of the strength at the origin of `z`.
    log_unit: f64,
    time: f64,
    quantiles: Quantiles,
    /// The next step.
    step: f64,
    work: Work,
}

/// Why a law cannot be followed further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unresolved;

/// Work space of a step.
#[derive(Clone, Debug, Default, PartialEq)]
struct Work {
    stages: [Vec<f64>; 4],
    trial: Vec<f64>,
    rates: Vec<f64>,
    /// Derivatives of the rates by the point below, the point itself and the point above.
    jacobian: [Vec<f64>; 3],
    /// Of the elimination: one over the pivots, and the factors of the rows.
    pivots: Vec<f64>,
    factors: Vec<f64>,
}

/// Drift and diffusion at a point: `b - D'/2`, its slope, `D` and `D'`.
#[derive(Clone, Copy, Debug, Default)]
struct Local {
    velocity: f64,
    velocity_slope: f64,
    diffusion: f64,
    diffusion_slope: f64,
}

impl Transport {
    /// The law that begins at a point: `None` where that does not move or does not spread, as without minibatch noise or at a saddle.
    pub fn new(law: &ModeLaw, start: f64) -> Option<Self> {
        let is_deep = law.depth >= 2;
        let scale = law.scale_strength();
        let unit = is_deep.then_some(scale);
        let moves = scale > 0.0 && law.diffusion(start) > 0.0 && (!is_deep || start > 0.0);
        if !(start.is_finite() && moves) {
            return None;
        }
        let mut transport = Self {
            law: *law,
            log_unit: unit.map_or(0.0, f64::ln),
            time: 0.0,
            quantiles: Quantiles::new(unit, vec![0.0; N_POINTS]),
            step: 0.0,
            work: Work::default(),
        };
        let origin = transport.quantiles.place(start);
        let local = transport.local(origin);
        let rate = super::curvature(law.depth, scale.max(start.abs())) / (1.0 - law.momentum);
        // Of a point: the first moments for a moment.
        let first = FIRST / rate.max(1e-300);
        let middle = origin + first * (local.velocity + 0.5 * local.diffusion_slope);
        let std = (local.diffusion * first).sqrt();
        if !(std > POINT && middle.is_finite()) {
            return None;
        }
        for (i, place) in transport.quantiles.places.iter_mut().enumerate() {
            *place = middle + std * abscissa(i);
        }
        transport.time = first;
        transport.step = first;
        Some(transport)
    }

    /// Training time reached.
    pub fn time(&self) -> f64 {
        self.time
    }

    /// The law in force.
    pub fn law(&self) -> &ModeLaw {
        &self.law
    }

    /// Takes other parameters from here on.
    pub fn set_law(&mut self, law: &ModeLaw) {
        self.law = *law;
    }

    /// The law at the time reached.
    pub fn quantiles(&self) -> &Quantiles {
        &self.quantiles
    }

    /// Whether the law has become a point for numbers of this precision, as it does without label noise.
    pub fn is_point(&self) -> bool {
        self.quantiles.width() < POINT
    }

    /// Whether even the uppermost quantile is as good as zero: the mode is lost, and stays there.
    fn is_at_zero(&self) -> bool {
        self.law.depth >= 2 && self.quantiles.places.last().is_some_and(|place| *place < LOWEST)
    }

    /// Moves a point on: where the law in force has noise there it spreads again, by the first moments for a moment, else it goes where
    /// the drift takes it.
    fn advance_point(&mut self, until: f64, rate: f64) {
        let middle = self.quantiles.places[N_POINTS / 2];
        let local = self.local(middle);
        let left = until - self.time;
        let first = (FIRST / rate).min(left);
        let std = (local.diffusion * first).sqrt();
        let drift = |local: &Local| local.velocity + 0.5 * local.diffusion_slope;
        if std > POINT {
            let middle = middle + first * drift(&local);
            for (i, place) in self.quantiles.places.iter_mut().enumerate() {
                *place = middle + std * abscissa(i);
            }
            self.step = first;
            self.time += first;
            return;
        }
        // A hundredth of the relaxation at a time, by the middle of the step.
        let step = left.min(0.01 * (1.0 - self.law.momentum) / rate);
        let halfway = self.local(middle + 0.5 * step * drift(&local));
        let way = step * drift(&halfway);
        if way.is_finite() {
            for place in &mut self.quantiles.places {
                *place += way;
            }
        }
        // At rest there is nothing to follow.
        let rests = way.abs() < POINT * step * rate;
        self.time = if rests || step >= left {
            until
        } else {
            self.time + step
        };
    }

    /// Moves on to a time.
    ///
    /// # Errors
    /// [`Unresolved`] where no step is small enough; the law is then that of the time reached.
    pub fn advance_to(&mut self, time: f64) -> Result<(), Unresolved> {
        for _ in 0..MOST_STEPS {
            if self.time >= time {
                return Ok(());
            }
            self.advance_once(time)?;
        }
        Err(Unresolved)
    }

    /// Takes one step, as far as it can be long, but not beyond a time.
    ///
    /// # Errors
    /// [`Unresolved`] where no step is small enough; the law is then that of the time reached.
    pub fn advance_once(&mut self, until: f64) -> Result<(), Unresolved> {
        let rate = super::curvature(self.law.depth, self.law.scale_strength()).max(1e-300);
        let shortest = LEAST_STEP / rate;
        if self.is_at_zero() {
            self.time = until;
            return Ok(());
        }
        if self.is_point() {
            self.advance_point(until, rate);
            return Ok(());
        }
        loop {
            let left = until - self.time;
            let is_cut = self.step >= left;
            let step = self.step.min(left);
            let error = self.try_step(step);
            let factor = if error.is_finite() {
                (0.9 * error.max(1e-9).powf(-1.0 / 3.0)).clamp(0.2, 4.0)
            } else {
                0.2
            };
            if error <= 1.0 {
                std::mem::swap(&mut self.quantiles.places, &mut self.work.trial);
                self.time = if is_cut { until } else { self.time + step };
                // A step cut short by the time asked for tells nothing against a longer one.
                self.step = if is_cut {
                    self.step.max(factor * step)
                } else {
                    factor * step
                };
                return Ok(());
            }
            if step < shortest {
                return Err(Unresolved);
            }
            self.step = factor * step;
        }
    }

    /// Drift and diffusion at `z`, with their slopes: with `q = 1 - 2/L`, `g = s^q`, `V = 2 (s - m)^2 + sigma^2` and the pace `p = 1/(1 - mu)`
    ///
    /// ```text
    /// D = p^2 tau L^2 g^2 V       b = p [L g (m - s) - L lambda + (p tau/2) L (L-1) g^2 V] - D/2
    /// ```
    ///
    /// and for one layer, in `s` itself, `D = p^2 tau V`, `b = p [m - s - lambda s]`.
    fn local(&self, place: f64) -> Local {
        let law = &self.law;
        let (depth, teacher) = (law.depth as f64, law.teacher_strength);
        // Momentum makes the strength spread faster than the noise of one gradient.
        let pace = 1.0 / (1.0 - law.momentum);
        let strength = self.quantiles.strength(place);
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

    /// Takes a step of Rodas3 into the trial places; gives its error in units of what is allowed.
    fn try_step(&mut self, step: f64) -> f64 {
        let mut work = std::mem::take(&mut self.work);
        let error = self.rodas(step, &mut work);
        self.work = work;
        error
    }

    fn rodas(&self, step: f64, work: &mut Work) -> f64 {
        const GAMMA: f64 = 0.5;
        let Work {
            stages,
            trial,
            rates,
            jacobian,
            pivots,
            factors,
        } = work;
        self.rates(&self.quantiles.places, rates, Some(&mut *jacobian));
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
        trial.extend(
            self.quantiles
                .places
                .iter()
                .zip(&*one)
                .map(|(place, one)| place + 2.0 * one),
        );
        self.rates(trial, rates, None);
        solve(three, rates, &|i| one[i] - two[i]);
        for (trial, three) in trial.iter_mut().zip(&*three) {
            *trial += three;
        }
        self.rates(trial, rates, None);
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

    /// `dQ/dt` of every quantile and, if asked for, its derivatives.
    fn rates(&self, places: &[f64], rates: &mut Vec<f64>, mut jacobian: Option<&mut [Vec<f64>; 3]>) {
        rates.clear();
        if let Some(jacobian) = &mut jacobian {
            jacobian.iter_mut().for_each(Vec::clear);
        }
        for (i, &place) in places.iter().enumerate() {
            let local = self.local(place);
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
                let transport = Transport::new(&law, 0.4).unwrap_or_else(|| unreachable!("it has noise"));
                let pace = 1.0 / (1.0 - momentum);
                let coefficients = |place: f64| {
                    let strength = transport.quantiles.strength(place);
                    let diffusion = law.diffusion(strength) * pace * pace;
                    if depth == 1 {
                        return (law.drift(strength), diffusion);
                    }
                    let relative = diffusion / strength.powi(2);
                    (law.drift(strength) / strength - 0.5 * relative, relative)
                };
                for strength in [1e-3, 0.3, 1.2, 1.7, 2.5] {
                    let place = transport.quantiles.place(strength);
                    let h = 1e-4;
                    let [below, here, above] = [place - h, place, place + h].map(coefficients);
                    let slope = (above.1 - below.1) / (2.0 * h);
                    let bend = (above.1 - 2.0 * here.1 + below.1) / (h * h);
                    let local = transport.local(place);
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
