//! The part of a stationary law beyond its last panel: exponential in the outer coordinate of the chart.
//!
//! On the half line that coordinate is `ln(s/m)`, so an exponential tail is a power of `s`.

use super::chart::Side;

/// Density `exp(log_density - rate * distance)` of the outer coordinate, from `edge` outward.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    pub(super) edge: f64,
    pub(super) log_density: f64,
    pub(super) rate: f64,
}

impl Tail {
    pub(super) fn mass(&self) -> f64 {
        self.log_density.exp() / self.rate
    }

    /// Log-density of the outer coordinate at `outer`, at or beyond the edge.
    pub(super) fn log_density_at(&self, outer: f64) -> f64 {
        self.log_density - self.rate * (outer - self.edge).abs()
    }

    /// Contribution of the tail to the mean of `(exp(outer) - centre)^power`, for the half line.
    pub(super) fn moment(&self, side: Side, power: u32, centre: f64) -> f64 {
        let mut sum = 0.0;
        let mut binomial = 1.0;
        for k in 0..=power {
            let rate = match side {
                Side::Left => self.rate + f64::from(k),
                Side::Right => self.rate - f64::from(k),
            };
            let constant = (-centre).powi((power - k).cast_signed());
            sum += binomial * constant * (self.log_density + f64::from(k) * self.edge).exp() / rate;
            binomial *= f64::from(power - k) / f64::from(k + 1);
        }
        sum
    }
}
