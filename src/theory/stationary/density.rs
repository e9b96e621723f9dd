//! A normalised stationary density, tabulated so that evaluation is cheap.
//!
//! The panels of the march hold the log-density as Chebyshev series; here it is normalised, its cumulative is
//! the integral of the density's own series, and the moments are Clenshaw-Curtis sums over the panels plus
//! the exact moments of the exponential tails. Against closed forms and independent quadrature the table is
//! good to about 1e-11.

use super::chart::{Chart, Side};
use super::chebyshev::{Series, integral};
use super::march::{March, Panel};
use super::tail::Tail;

/// Upper tail beyond which mass is not counted when deciding whether the third moment has settled.
const OUTERMOST_MASS: f64 = 1e-12;
/// Skewness that this outermost mass may contribute.
const SETTLED: f64 = 1e-3;

/// The stationary density of one mode's strength `s`.
///
/// Defined on the whole line for `L = 1` and on `s > 0` otherwise. Evaluation takes a binary search and one
/// polynomial of degree 17.
#[derive(Clone, Debug)]
pub struct StationaryDensity {
    chart: Chart,
    /// From left to right, without gaps.
    panels: Vec<Panel>,
    /// Probability below a point of each panel.
    cumulatives: Vec<Series>,
    left_tail: Tail,
    right_tail: Tail,
    moments: CentralMoments,
}

#[derive(Clone, Copy, Debug)]
struct CentralMoments {
    mean: f64,
    variance: f64,
    skewness: Option<f64>,
}

/// Where a strength falls.
enum Place {
    LeftOfSupport,
    Tail(Side),
    Panel { index: usize, local: f64 },
}

impl StationaryDensity {
    pub(super) fn new(chart: Chart) -> Self {
        let (panels, left_tail, right_tail) = March::run(chart);
        let moments = CentralMoments {
            mean: chart.teacher(),
            variance: 0.0,
            skewness: None,
        };
        let mut density = Self {
            chart,
            panels,
            cumulatives: Vec::new(),
            left_tail,
            right_tail,
            moments,
        };
        density.normalise();
        density.moments = density.central_moments();
        density
    }

    /// Probability density at `strength`; zero at and below zero for `L >= 2`.
    ///
    /// For `L = 2` and strong noise it grows without bound toward zero (the integral stays finite).
    pub fn density(&self, strength: f64) -> f64 {
        let log_density = match self.place(strength) {
            Place::LeftOfSupport => return 0.0,
            Place::Tail(side) => {
                let log_density = self.tail(side).log_density_at(self.chart.outer_of(strength));
                return log_density.exp() / self.chart.strength_per_outer(strength);
            }
            Place::Panel { index, local } => self.panels[index].log_density.at(local),
        };
        log_density.exp() / self.chart.strength_slope(self.chart.coordinate(strength))
    }

    /// Probability of a strength below `strength`.
    pub fn cumulative(&self, strength: f64) -> f64 {
        match self.place(strength) {
            Place::LeftOfSupport => 0.0,
            Place::Tail(Side::Left) => {
                self.left_tail.log_density_at(self.chart.outer_of(strength)).exp() / self.left_tail.rate
            }
            // What the march leaves to the right is below the rounding of 1.
            Place::Tail(Side::Right) => 1.0,
            Place::Panel { index, local } => self.cumulatives[index].at(local).clamp(0.0, 1.0),
        }
    }

    /// Strength below which the probability is `probability`: the inverse of
    /// [`cumulative`](Self::cumulative).
    ///
    /// The ends of the support for probabilities of 0 or less and 1 or more.
    pub fn quantile(&self, probability: f64) -> f64 {
        if probability <= 0.0 {
            return self.chart.lower_end();
        }
        if probability >= 1.0 {
            return f64::INFINITY;
        }
        let left_mass = self.left_tail.mass();
        if probability < left_mass {
            let outer = self.left_tail.edge + (probability / left_mass).ln() / self.left_tail.rate;
            return self.chart.strength_at_outer(outer);
        }
        let index = self
            .cumulatives
            .partition_point(|cumulative| cumulative.at_right() < probability);
        let index = index.min(self.panels.len() - 1);
        let (mut low, mut high) = (-1.0, 1.0);
        // Each halving gives one more bit of the local coordinate.
        for _ in 0..54 {
            let middle = f64::midpoint(low, high);
            if self.cumulatives[index].at(middle) < probability {
                low = middle;
            } else {
                high = middle;
            }
        }
        self.chart
            .strength(self.panels[index].coordinate(f64::midpoint(low, high)))
    }

    /// Mean strength; always finite.
    pub fn mean(&self) -> f64 {
        self.moments.mean
    }

    /// Variance of the strength; infinite for `L = 1` and `tau >= 1`, finite otherwise.
    pub fn variance(&self) -> f64 {
        self.moments.variance
    }

    /// Skewness of the strength, if it means anything.
    ///
    /// The tail `s^(-5+3/L)` makes the third moment of `L = 2` and `L = 3` infinite in principle, but for
    /// small noise its weight is far below what any run would meet. So this is the skewness of the law
    /// without its farthest tail, and `None` when the outermost 1e-12 of the mass would already change it by
    /// more than 0.001: a sample's skewness then has no value to settle to. For `L = 1` it is zero, and
    /// `None` without a third moment (`tau >= 1/2`).
    pub fn skewness(&self) -> Option<f64> {
        self.moments.skewness
    }

    fn place(&self, strength: f64) -> Place {
        if strength <= self.chart.lower_end() {
            return Place::LeftOfSupport;
        }
        let z = self.chart.coordinate(strength);
        let index = self.panels.partition_point(|panel| panel.right() <= z);
        match self.panels.get(index) {
            None => Place::Tail(Side::Right),
            Some(panel) if z < panel.left && index == 0 => Place::Tail(Side::Left),
            Some(panel) => Place::Panel {
                index,
                local: panel.local(z),
            },
        }
    }

    fn tail(&self, side: Side) -> &Tail {
        match side {
            Side::Left => &self.left_tail,
            Side::Right => &self.right_tail,
        }
    }

    /// Fills the cumulatives and makes the total mass one. All sums are in units of the largest density, so
    /// that no height over- or underflows.
    fn normalise(&mut self) {
        let node_values: Vec<_> = self
            .panels
            .iter()
            .map(|panel| panel.log_density.at_nodes())
            .collect();
        let tops = [self.left_tail.log_density, self.right_tail.log_density];
        let top = node_values
            .iter()
            .flatten()
            .chain(&tops)
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        self.left_tail.log_density -= top;
        self.right_tail.log_density -= top;
        let mut below = self.left_tail.mass();
        for (panel, values) in self.panels.iter_mut().zip(&node_values) {
            let density = Series::fit(&values.map(|value| (value - top).exp()));
            let cumulative = density.integrated(0.5 * panel.width, below);
            below = cumulative.at_right();
            self.cumulatives.push(cumulative);
        }
        let total = below + self.right_tail.mass();
        for (panel, cumulative) in self.panels.iter_mut().zip(&mut self.cumulatives) {
            panel.log_density = panel.log_density.shifted(-top - total.ln());
            *cumulative = cumulative.scaled(total.recip());
        }
        self.left_tail.log_density -= total.ln();
        self.right_tail.log_density -= total.ln();
    }

    fn central_moments(&self) -> CentralMoments {
        match self.chart {
            Chart::Line {
                teacher,
                scale,
                degrees_of_freedom,
            } => CentralMoments {
                mean: teacher,
                variance: if degrees_of_freedom > 2.0 {
                    scale * scale / (degrees_of_freedom - 2.0)
                } else {
                    f64::INFINITY
                },
                skewness: (degrees_of_freedom > 3.0).then_some(0.0),
            },
            Chart::HalfLine(_) => self.half_line_moments(),
        }
    }

    /// Moments of `x = s/m`, then scaled. A law near `m` is described by `x - 1`, one near zero by `x`
    /// itself, so that no digits cancel in either.
    fn half_line_moments(&self) -> CentralMoments {
        let teacher = self.chart.teacher();
        let is_near_teacher = self.quantile(0.5) > 0.5 * teacher;
        let origin = if is_near_teacher { 1.0 } else { 0.0 };
        let position = |z| {
            if is_near_teacher {
                self.chart.deviation(z)
            } else {
                self.chart.strength(z) / teacher
            }
        };
        let weighted = |panel: &Panel, power: i32, centre: f64| {
            let mut values = panel.log_density.at_nodes().map(f64::exp);
            for (value, z) in values.iter_mut().zip(panel.node_coordinates()) {
                *value *= (position(z) - centre).powi(power);
            }
            0.5 * panel.width * integral(&values)
        };
        let left_tail = |power, centre| self.left_tail.moment(Side::Left, power, origin + centre);
        let right_tail = |power, centre| self.right_tail.moment(Side::Right, power, origin + centre);

        let mut mean = left_tail(1, 0.0) + right_tail(1, 0.0);
        for panel in &self.panels {
            mean += weighted(panel, 1, 0.0);
        }
        let mut variance = left_tail(2, mean) + right_tail(2, mean);
        let (mut third, mut outermost) = (left_tail(3, mean), 0.0);
        let mut below = self.left_tail.mass();
        for (panel, cumulative) in self.panels.iter().zip(&self.cumulatives) {
            variance += weighted(panel, 2, mean);
            let contribution = weighted(panel, 3, mean);
            third += contribution;
            if 1.0 - below < OUTERMOST_MASS {
                outermost += contribution;
            }
            below = cumulative.at_right();
        }
        let cubed_std = variance.powf(1.5);
        CentralMoments {
            mean: teacher * (origin + mean),
            variance: teacher * teacher * variance,
            skewness: (outermost.abs() <= SETTLED * cubed_std).then_some(third / cubed_std),
        }
    }
}
