//! Stationary law of the strength of one mode under label noise.
//!
//! The zero-flux solution of the Fokker-Planck equation of the mode's scalar law ([`ModeLaw`]):
//!
//! ```text
//! p(s) ~ s^(-3(1-1/L)) / V(s) * exp( 2/(tau L) * integral of (m - s) s^(2/L-2) / V(s) ds )
//! V(s) = 2 (s - m)^2 + sigma^2
//! ```
//!
//! - `L = 1`: a Student t on the whole line, with `1 + 1/tau` degrees of freedom.
//! - `L >= 2`: supported on `s > 0`, with a tail `s^(-5+3/L)`, of tiny weight in practice.
//! - `L = 2`, `tau (2m^2 + sigma^2) / (2m) >= 1`: not normalisable at zero; the saddle traps the mode.
//! - Momentum: `tau / (1 - mu)` in place of `tau`, in the limit of small steps.
//! - Weight decay, `L = 2`: `m - lambda` in place of `m` in the drift alone, so the law is exact as well. At other depths, and without
//!   label noise, the Gaussian about where the mode ends; for `L >= 3` zero holds the mode for ever once it has come below the lower
//!   fixed point, and that law is what is seen before.
//! - `sigma = 0`: not normalisable at `m`; a point mass, the gradient-flow limit.
//!
//! Source: arXiv 2604.06366, stationary law (there in the limit of small noise) and the point mass; the exact
//! density and trapping are beyond the paper (compare stochastic collapse, arXiv 2306.04251).

mod chart;
mod chebyshev;
mod density;
mod march;
mod tail;

use super::ModeLaw;
use chart::Chart;
pub use density::StationaryDensity;

/// What a mode settles to.
#[derive(Clone, Debug)]
pub enum StationaryLaw {
    /// All mass at one strength: no label noise, no SGD noise, or noise too small for 64-bit numbers to
    /// resolve.
    PointMass {
        /// Where the mass sits: the teacher strength.
        strength: f64,
    },
    /// The saddle at zero holds the mode: no normalisable density on `s > 0`.
    ///
    /// For `L = 2`, or for a teacher strength of zero at any `L >= 2`. With `sigma = 0` the minimum attracts
    /// as well, and which of the two wins is left to chance.
    Trapped {
        /// [`trapping_number`] of the law, at least 1.
        trapping_number: f64,
    },
    /// With weight decay, where no density in closed form is known: Gaussian about where the mode ends.
    Linearised {
        /// Where the mode ends.
        strength: f64,
        /// Variance about it, [`ModeLaw::temperature`].
        variance: f64,
    },
    /// A proper density.
    Density(StationaryDensity),
}

impl StationaryLaw {
    /// The stationary law of `law`, on its documented domain.
    ///
    /// Tabulates the density to about twelve digits; meant to be rebuilt when a parameter changes, not per
    /// step.
    pub fn new(law: &ModeLaw) -> Self {
        let point_mass = Self::PointMass {
            strength: law.learned_strength(),
        };
        if law.noise_scale <= 0.0 {
            return point_mass;
        }
        let trapping_number = trapping_number(law);
        if trapping_number >= 1.0 {
            return Self::Trapped { trapping_number };
        }
        if law.weight_decay > 0.0 && (law.depth != 2 || law.label_noise_std <= 0.0) {
            return Self::Linearised {
                strength: law.learned_strength(),
                variance: law.temperature(),
            };
        }
        match Chart::new(law) {
            Some(chart) => Self::Density(StationaryDensity::new(chart)),
            None => point_mass,
        }
    }

    /// The density, when there is one.
    pub fn as_density(&self) -> Option<&StationaryDensity> {
        match self {
            Self::Density(density) => Some(density),
            Self::PointMass { .. } | Self::Trapped { .. } | Self::Linearised { .. } => None,
        }
    }
}

/// How strongly the saddle at zero holds the mode; at 1 or more it is never learned.
///
/// `tau (2m^2 + sigma^2) / (2m)` for `L = 2`. Zero for `L = 1`, which has no saddle, and for `L >= 3`, where
/// the flow near zero always wins, except that a teacher strength of zero leaves nothing to learn: infinite
/// for `L >= 2`. With weight decay `m - lambda` stands in the denominator, and a mode that cannot be learned is held at any depth.
pub fn trapping_number(law: &ModeLaw) -> f64 {
    let teacher = law.teacher_strength;
    if law.depth <= 1 || law.noise_scale <= 0.0 {
        0.0
    } else if teacher <= 0.0 || law.learned_strength() <= 0.0 {
        f64::INFINITY
    } else if law.depth == 2 {
        law.effective_noise_scale() * law.residual_variance(0.0) / (2.0 * (teacher - law.weight_decay))
    } else {
        0.0
    }
}
