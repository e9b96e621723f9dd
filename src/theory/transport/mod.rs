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

mod coefficients;
mod rodas;

use coefficients::{Equation, Local};
use rodas::Work;

use super::ModeLaw;
use super::quantiles::{N_POINTS, Quantiles, abscissa};

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
    equation: Equation,
    time: f64,
    quantiles: Quantiles,
    /// The next step.
    step: f64,
    work: Work,
}

/// Why a law cannot be followed further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unresolved;

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
            equation: Equation::new(*law, unit),
            time: 0.0,
            quantiles: Quantiles::new(unit, vec![0.0; N_POINTS]),
            step: 0.0,
            work: Work::default(),
        };
        let origin = transport.quantiles.place(start);
        let local = transport.equation.local(origin);
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
        &self.equation.law
    }

    /// Takes other parameters from here on.
    pub fn set_law(&mut self, law: &ModeLaw) {
        self.equation.law = *law;
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
        self.equation.law.depth >= 2 && self.quantiles.places.last().is_some_and(|place| *place < LOWEST)
    }

    /// Moves a point on: where the law in force has noise there it spreads again, by the first moments for a moment, else it goes where
    /// the drift takes it.
    fn advance_point(&mut self, until: f64, rate: f64) {
        let middle = self.quantiles.places[N_POINTS / 2];
        let local = self.equation.local(middle);
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
        let step = left.min(0.01 * (1.0 - self.equation.law.momentum) / rate);
        let halfway = self.equation.local(middle + 0.5 * step * drift(&local));
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
        let rate = super::curvature(self.law().depth, self.law().scale_strength()).max(1e-300);
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
            let error = self.work.try_step(&self.equation, &self.quantiles.places, step);
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
}
