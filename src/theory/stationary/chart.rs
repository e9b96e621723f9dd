//! Coordinate `z` in which the stationary law of a mode is smooth at every scale, and its log-slope there.
//!
//! - Line (`L = 1`): `s = m + (sigma/sqrt 2) sinh z`, so that `V(s) = sigma^2 cosh^2 z` and the density of
//!   `z` is `cosh(z)^(-1-1/tau)`.
//! - Half line (`L >= 2`): `s = m exp(y)`, `y = c sinh z`, `c = min(sigma/m, 1)/sqrt 2`: linear on the scale
//!   of the label noise about `m`, a power of `s` far from it. With `u = s/m`, `r = sigma/m`,
//!   `v = 2(u-1)^2 + r^2` and `k = 2/(tau L m^(2-2/L))`, the density of `y` has the log-slope
//!
//! ```text
//! d/dy ln q = -(2 - 3/L) - 4u(u-1)/v - k (u-1) u^(-(1-2/L)) / v
//! ```
//!
//! With weight decay `lambda` at `L = 2` the log-slope has `-k (lambda/m) / v` more; with momentum `tau / (1 - mu)` stands for `tau`.
//!
//! Only log-slopes are needed: integrating them gives the density, whatever its height. Everything near `m`
//! is computed from `u - 1`, which keeps its digits when the law is very narrow.

use std::f64::consts::SQRT_2;

use crate::theory::{ModeLaw, curvature};

/// Which end of the axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// The coordinate of one law.
#[derive(Clone, Copy, Debug)]
pub(super) enum Chart {
    Line {
        teacher: f64,
        scale: f64,
        degrees_of_freedom: f64,
    },
    HalfLine(HalfLine),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct HalfLine {
    depth: f64,
    teacher: f64,
    /// `c`.
    stretch: f64,
    /// `r`.
    noise_ratio: f64,
    /// `k`.
    stiffness: f64,
    /// `lambda / m`, for `L = 2`.
    decay: f64,
}

impl Chart {
    /// The chart of a law with positive noise scale and, for `L >= 2`, positive teacher strength.
    ///
    /// `None` when the law is too narrow for 64-bit numbers: no label noise, or ratios that leave their
    /// range.
    pub(super) fn new(law: &ModeLaw) -> Option<Self> {
        if law.label_noise_std <= 0.0 {
            return None;
        }
        let teacher = law.teacher_strength;
        if law.depth <= 1 {
            let degrees_of_freedom = 1.0 + law.effective_noise_scale().recip();
            let scale = law.label_noise_std / SQRT_2;
            return degrees_of_freedom.is_finite().then_some(Self::Line {
                teacher,
                scale,
                degrees_of_freedom,
            });
        }
        let noise_ratio = law.label_noise_std / teacher;
        let stiffness = 2.0 / law.effective_noise_scale() / curvature(law.depth, teacher);
        let in_range = noise_ratio > 1e-100 && noise_ratio < 1e100 && stiffness < 1e100;
        in_range.then_some(Self::HalfLine(HalfLine {
            depth: law.depth as f64,
            teacher,
            stretch: noise_ratio.min(1.0) / SQRT_2,
            noise_ratio,
            stiffness,
            decay: law.weight_decay / teacher,
        }))
    }

    /// Step over which the law changes by about one standard deviation near `m`.
    pub(super) fn first_step(&self) -> f64 {
        match self {
            Self::Line {
                degrees_of_freedom, ..
            } => (1.0 + degrees_of_freedom).sqrt().recip(),
            Self::HalfLine(half) => {
                let relative_stretch = half.stretch / half.noise_ratio;
                (1.0 + half.stiffness * relative_stretch * relative_stretch)
                    .sqrt()
                    .recip()
            }
        }
    }

    /// Coordinate of a strength (`> 0` on the half line).
    pub(super) fn coordinate(&self, strength: f64) -> f64 {
        match self {
            Self::Line { teacher, scale, .. } => ((strength - teacher) / scale).asinh(),
            Self::HalfLine(half) => (half.log_ratio(strength) / half.stretch).asinh(),
        }
    }

    pub(super) fn strength(&self, z: f64) -> f64 {
        match self {
            Self::Line { teacher, scale, .. } => teacher + scale * z.sinh(),
            Self::HalfLine(half) => half.teacher * half.exponent(z).exp(),
        }
    }

    /// Deviation of the strength from the teacher: in units of `sigma/sqrt 2` on the line, of `m` on the half
    /// line.
    pub(super) fn deviation(&self, z: f64) -> f64 {
        match self {
            Self::Line { .. } => z.sinh(),
            Self::HalfLine(half) => half.exponent(z).exp_m1(),
        }
    }

    /// Lower end of the support.
    pub(super) fn lower_end(&self) -> f64 {
        match self {
            Self::Line { .. } => f64::NEG_INFINITY,
            Self::HalfLine(_) => 0.0,
        }
    }

    pub(super) fn teacher(&self) -> f64 {
        match self {
            Self::Line { teacher, .. } => *teacher,
            Self::HalfLine(half) => half.teacher,
        }
    }

    /// `ds/dz`.
    pub(super) fn strength_slope(&self, z: f64) -> f64 {
        match self {
            Self::Line { scale, .. } => scale * z.cosh(),
            Self::HalfLine(half) => self.strength(z) * half.stretch * z.cosh(),
        }
    }

    /// Slope of the log-density with respect to `z`.
    pub(super) fn log_slope(&self, z: f64) -> f64 {
        match self {
            Self::Line {
                degrees_of_freedom, ..
            } => -degrees_of_freedom * z.tanh(),
            Self::HalfLine(half) => half.log_slope(half.exponent(z)) * half.stretch * z.cosh() + z.tanh(),
        }
    }

    /// The coordinate in which both tails are exponential: `z` itself on the line, `y` on the half line.
    pub(super) fn outer(&self, z: f64) -> f64 {
        match self {
            Self::Line { .. } => z,
            Self::HalfLine(half) => half.exponent(z),
        }
    }

    /// `d outer / dz`.
    pub(super) fn outer_slope(&self, z: f64) -> f64 {
        match self {
            Self::Line { .. } => 1.0,
            Self::HalfLine(half) => half.stretch * z.cosh(),
        }
    }

    /// [`outer`](Self::outer) of a strength.
    pub(super) fn outer_of(&self, strength: f64) -> f64 {
        match self {
            Self::Line { .. } => self.coordinate(strength),
            Self::HalfLine(half) => half.log_ratio(strength),
        }
    }

    /// `ds / d outer` at a strength.
    pub(super) fn strength_per_outer(&self, strength: f64) -> f64 {
        match self {
            Self::Line { .. } => self.strength_slope(self.coordinate(strength)),
            Self::HalfLine(_) => strength,
        }
    }

    /// Strength at a given [`outer`](Self::outer) coordinate.
    pub(super) fn strength_at_outer(&self, outer: f64) -> f64 {
        match self {
            Self::Line { .. } => self.strength(outer),
            Self::HalfLine(half) => half.teacher * outer.exp(),
        }
    }

    /// Rate at which the density of the outer coordinate falls outward at `z`.
    pub(super) fn outward_rate(&self, z: f64, side: Side) -> f64 {
        let slope = match self {
            Self::Line { .. } => self.log_slope(z),
            Self::HalfLine(half) => half.log_slope(half.exponent(z)),
        };
        match side {
            Side::Left => slope,
            Side::Right => -slope,
        }
    }

    /// Whether the density falls monotonically from `z` outward, with its final rate or faster.
    pub(super) fn is_in_tail(&self, z: f64, side: Side) -> bool {
        match self {
            Self::Line { .. } => true,
            Self::HalfLine(half) => half.is_in_tail(half.exponent(z), side),
        }
    }

    /// Whether the log-slope has reached its limit, so that beyond `z` the tail is a pure power of `s`.
    pub(super) fn is_pure_power(&self, z: f64, side: Side) -> bool {
        match (self, side) {
            (Self::Line { .. }, Side::Left | Side::Right) => z.abs() > 40.0,
            (Self::HalfLine(half), Side::Left) => {
                // For L >= 3 the flow cuts the density off faster than any power; the bound keeps s
                // representable.
                half.exponent(z) < if half.cutoff_power() > 0.0 { -600.0 } else { -45.0 }
            }
            (Self::HalfLine(half), Side::Right) => half.exponent(z) > 45.0 + half.noise_ratio.max(1.0).ln(),
        }
    }
}

impl HalfLine {
    /// `y = ln(s/m)` at `z`.
    fn exponent(&self, z: f64) -> f64 {
        self.stretch * z.sinh()
    }

    fn log_ratio(&self, strength: f64) -> f64 {
        let deviation = (strength - self.teacher) / self.teacher;
        if deviation.abs() < 0.5 {
            deviation.ln_1p()
        } else {
            (strength / self.teacher).ln()
        }
    }

    /// `1 - 2/L`.
    fn cutoff_power(&self) -> f64 {
        1.0 - 2.0 / self.depth
    }

    fn log_slope(&self, y: f64) -> f64 {
        let ratio = y.exp();
        let deviation = y.exp_m1();
        let variance = 2.0 * deviation * deviation + self.noise_ratio * self.noise_ratio;
        let flow = self.stiffness * (-self.cutoff_power() * y).exp();
        -(2.0 - 3.0 / self.depth)
            - (4.0 * ratio + flow) * (deviation / variance)
            - self.stiffness * self.decay / variance
    }

    fn is_in_tail(&self, y: f64, side: Side) -> bool {
        match side {
            // The log-slope is negative everywhere above m; its limit is -(4 - 3/L).
            Side::Right => y > 0.0 && -self.log_slope(y) > 4.0 - 3.0 / self.depth - 1e-6,
            Side::Left if self.cutoff_power() > 0.0 => {
                // The flow term grows toward zero and here already outweighs the largest value of the first.
                let flow = -self.stiffness * y.exp_m1() * (-self.cutoff_power() * y).exp();
                flow > (2.0 - 3.0 / self.depth) * (2.0 + self.noise_ratio * self.noise_ratio)
            }
            // L = 2: the log-slope changes sign once.
            Side::Left => self.log_slope(y) > 0.0,
        }
    }
}
