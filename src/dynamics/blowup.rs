//! Divergence as a value: the point at which a run has left every range that can be computed.

use thiserror::Error;

/// A mean squared residual this many times the scale of the problem means that training has diverged.
const DIVERGENCE_FACTOR: f64 = 1e12;

/// Why an engine could not take a step. The weights it was given are kept.
#[derive(Clone, Copy, Debug, PartialEq, Error)]
pub enum Blowup {
    /// The residual left every sensible range.
    #[error("the mean squared residual {squared:.3e} exceeds {limit:.3e}")]
    Residual {
        /// Mean squared residual `|W x - y|^2` that was seen; may be infinite or NaN.
        squared: f64,
        /// The largest value taken for finite training.
        limit: f64,
    },
    /// The weights left the range in which gradients and their variances can be computed.
    #[error(
        "the weights leave the range that can be computed: their products reach {size:.3e}, beyond {limit:.0e}"
    )]
    Weights {
        /// Largest product of norms; may be infinite or NaN.
        size: f64,
        /// The largest that can be computed with.
        limit: f64,
    },
    /// Gradient flow needs so short time steps that the run would stand still.
    #[error("gradient flow needs time steps as short as {time_step:.3e}")]
    Stiff {
        /// The time step the error control asked for.
        time_step: f64,
    },
}

impl Blowup {
    /// Checks a mean squared residual against the divergence limit of a problem of the given scale (mean squared target).
    ///
    /// # Errors
    /// The blow-up, also where the residual is infinite or NaN.
    pub(super) fn check(squared: f64, scale: f64) -> Result<(), Self> {
        let limit = DIVERGENCE_FACTOR * scale;
        // The limit of a problem that is itself out of range is infinite.
        if squared.is_finite() && squared <= limit {
            Ok(())
        } else {
            Err(Self::Residual { squared, limit })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_and_infinity_are_blowups() {
        assert_eq!(Blowup::check(1.0, 1.0), Ok(()));
        assert!(Blowup::check(f64::NAN, 1.0).is_err());
        assert!(Blowup::check(f64::INFINITY, 1.0).is_err());
        assert!(Blowup::check(f64::INFINITY, f64::INFINITY).is_err());
        assert!(Blowup::check(1.1e12, 1.0).is_err());
    }
}
