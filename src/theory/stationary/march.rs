//! The march that covers the axis of a stationary law with panels, from `m` outward.
//!
//! On each panel the log-slope of the density in the coordinate of [`Chart`] is fitted by a Chebyshev series
//! and integrated exactly. A panel is halved until the last coefficients of both the log-slope and the
//! density are below [`TOLERANCE`], and the next one tries twice its width. A side ends in the outer tail,
//! where less than [`LEFT_OUT`] of the mass remains, or where the density is a pure power of `s`; either way
//! the rest is a [`Tail`].

use super::chart::{Chart, Side};
use super::chebyshev::{NodeValues, Series, integral, nodes};
use super::tail::Tail;

/// Size of the last Chebyshev coefficients at which a panel counts as resolved.
const TOLERANCE: f64 = 1e-13;
/// Share of the mass that may be left to a tail whose density still bends.
const LEFT_OUT: f64 = 1e-20;
/// Bound on the panels of one side; a few dozen are usual.
const MAX_PANELS: usize = 5_000;

/// One interval `[left, left + width]` of the coordinate.
#[derive(Clone, Copy, Debug)]
pub(super) struct Panel {
    pub(super) left: f64,
    pub(super) width: f64,
    /// Log-density with respect to the coordinate, up to a constant shared by all panels.
    pub(super) log_density: Series,
}

impl Panel {
    pub(super) fn right(&self) -> f64 {
        self.left + self.width
    }

    /// Where `z` lies in the panel, from -1 to 1.
    pub(super) fn local(&self, z: f64) -> f64 {
        (2.0 * (z - self.left) / self.width - 1.0).clamp(-1.0, 1.0)
    }

    /// The coordinate at `local`, in [-1, 1].
    pub(super) fn coordinate(&self, local: f64) -> f64 {
        self.left + 0.5 * self.width * (local + 1.0)
    }

    /// The coordinates at the interpolation points.
    pub(super) fn node_coordinates(&self) -> NodeValues {
        nodes().map(|local| self.coordinate(local))
    }
}

/// State shared by the two sides.
pub(super) struct March {
    chart: Chart,
    /// Largest log-density seen.
    top: f64,
    /// Mass covered, in units of `exp(top)`.
    mass: f64,
}

impl March {
    /// Panels from left to right, then the left and the right tail. The log-density is zero at `m`.
    pub(super) fn run(chart: Chart) -> (Vec<Panel>, Tail, Tail) {
        let mut march = Self {
            chart,
            top: 0.0,
            mass: 0.0,
        };
        let mut panels = Vec::with_capacity(64);
        let left_tail = march.cover(Side::Left, &mut panels);
        panels.reverse();
        let right_tail = march.cover(Side::Right, &mut panels);
        (panels, left_tail, right_tail)
    }

    /// Appends the panels of one side, from `m` outward.
    fn cover(&mut self, side: Side, panels: &mut Vec<Panel>) -> Tail {
        let (mut edge, mut log_density, mut step) = (0.0, 0.0, self.chart.first_step());
        let limit = panels.len() + MAX_PANELS;
        loop {
            let smallest_step = 1e-13 * f64::abs(edge).max(1e-6 * self.chart.first_step());
            let mut was_halved = false;
            let (panel, values) = loop {
                let left = if side == Side::Left { edge - step } else { edge };
                let (panel, values, is_resolved) = self.try_panel(left, step, log_density, side);
                if is_resolved || step <= smallest_step {
                    break (panel, values);
                }
                step *= 0.5;
                was_halved = true;
            };
            self.add(&panel, &values);
            panels.push(panel);
            (edge, log_density) = match side {
                Side::Left => (panel.left, values[0]),
                Side::Right => (panel.right(), values[values.len() - 1]),
            };
            let tail = Tail {
                edge: self.chart.outer(edge),
                log_density: log_density - self.chart.outer_slope(edge).ln(),
                // On the verge of trapping the rate is lost in rounding; it must stay positive for a finite
                // mass.
                rate: self.chart.outward_rate(edge, side).max(f64::EPSILON),
            };
            let rest = (tail.log_density - self.top).exp() / tail.rate;
            let is_negligible = rest <= LEFT_OUT * self.mass && self.chart.is_in_tail(edge, side);
            if is_negligible || self.chart.is_pure_power(edge, side) || panels.len() >= limit {
                return tail;
            }
            if !was_halved {
                step *= 2.0;
            }
        }
    }

    /// A panel that continues `log_density` from its inner end, its values at the nodes, and whether both
    /// series converged.
    fn try_panel(&self, left: f64, width: f64, log_density: f64, side: Side) -> (Panel, NodeValues, bool) {
        let mut panel = Panel {
            left,
            width,
            log_density: Series::ZERO,
        };
        let slopes = panel.node_coordinates().map(|z| self.chart.log_slope(z));
        let slope = Series::fit(&slopes);
        let rise = slope.integrated(0.5 * width, 0.0);
        let at_left = match side {
            Side::Left => log_density - rise.at_right(),
            Side::Right => log_density,
        };
        panel.log_density = rise.shifted(at_left);
        let values = panel.log_density.at_nodes();
        let top = values.iter().copied().fold(self.top, f64::max);
        let density = Series::fit(&values.map(|value| (value - top).exp()));
        let steepest = slopes
            .iter()
            .fold(0.0, |steepest: f64, slope| steepest.max(slope.abs()));
        let is_resolved =
            slope.tail() * width <= TOLERANCE * (10.0 + width * steepest) && density.tail() <= TOLERANCE;
        (panel, values, is_resolved)
    }

    fn add(&mut self, panel: &Panel, values: &NodeValues) {
        let top = values.iter().copied().fold(self.top, f64::max);
        self.mass *= (self.top - top).exp();
        self.top = top;
        self.mass += 0.5 * panel.width * integral(&values.map(|value| (value - top).exp()));
    }
}
