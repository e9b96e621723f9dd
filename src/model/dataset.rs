//! A stored data set: `N` inputs `x_i`, targets `y_i = M x_i + sigma xi_i`, with the noise `xi_i` drawn once.
//!
//! The noise is kept apart from the clean targets, so that the label-noise slider rescales the same draws and never
//! makes a new data set. Samples are columns: inputs `(d_in, N)`, targets `(d_out, N)`.

use nalgebra::DMatrix;
use rand_distr::{Distribution as _, StandardNormal};
use thiserror::Error;

use super::teacher::Teacher;
use crate::random::Generator;

/// Why a data set could not be made.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum DatasetError {
    /// Inputs and targets hold different numbers of samples.
    #[error("{inputs} inputs but {targets} targets")]
    Unpaired {
        /// Number of inputs.
        inputs: usize,
        /// Number of targets.
        targets: usize,
    },
    /// The second moment of the inputs has no inverse, so they cannot be whitened.
    #[error("{n_samples} inputs of dimension {d_in} cannot be whitened: their second moment is singular")]
    Singular {
        /// Number of samples.
        n_samples: usize,
        /// Dimension of an input.
        d_in: usize,
    },
}

/// Stored samples, one a column.
#[derive(Clone, Debug, PartialEq)]
pub struct Dataset {
    inputs: DMatrix<f64>,
    clean_targets: DMatrix<f64>,
    noise: DMatrix<f64>,
}

impl Dataset {
    /// `n_samples` Gaussian inputs, whitened if asked, labelled by the teacher; noise of unit variance is drawn with them.
    ///
    /// # Errors
    /// [`DatasetError::Singular`] where whitening is asked of fewer samples than dimensions.
    pub fn draw(
        teacher: &Teacher,
        n_samples: usize,
        whiten: bool,
        generator: &mut Generator,
    ) -> Result<Self, DatasetError> {
        let (d_out, d_in) = teacher.map().shape();
        let mut inputs = DMatrix::from_fn(d_in, n_samples, |_, _| StandardNormal.sample(generator));
        let noise = DMatrix::from_fn(d_out, n_samples, |_, _| StandardNormal.sample(generator));
        if whiten {
            inputs = whitened(&inputs)?;
        }
        let clean_targets = teacher.map() * &inputs;
        Ok(Self {
            inputs,
            clean_targets,
            noise,
        })
    }

    /// A data set of given samples, one a column, to whose targets `sigma` times `noise` is added.
    ///
    /// # Errors
    /// [`DatasetError::Unpaired`] where the numbers of columns differ.
    pub fn from_samples(
        inputs: DMatrix<f64>,
        clean_targets: DMatrix<f64>,
        noise: DMatrix<f64>,
    ) -> Result<Self, DatasetError> {
        let targets = if clean_targets.shape() == noise.shape() {
            clean_targets.ncols()
        } else {
            noise.ncols()
        };
        if inputs.ncols() != targets {
            return Err(DatasetError::Unpaired {
                inputs: inputs.ncols(),
                targets,
            });
        }
        Ok(Self {
            inputs,
            clean_targets,
            noise,
        })
    }

    /// Number of samples `N`.
    pub fn n_samples(&self) -> usize {
        self.inputs.ncols()
    }

    /// Inputs, shape `(d_in, N)`.
    pub fn inputs(&self) -> &DMatrix<f64> {
        &self.inputs
    }

    /// Targets without noise, shape `(d_out, N)`.
    pub fn clean_targets(&self) -> &DMatrix<f64> {
        &self.clean_targets
    }

    /// Noise of unit variance, shape `(d_out, N)`.
    pub fn noise(&self) -> &DMatrix<f64> {
        &self.noise
    }

    /// Targets at a label-noise standard deviation, shape `(d_out, N)`.
    pub fn targets(&self, label_noise_std: f64) -> DMatrix<f64> {
        &self.clean_targets + label_noise_std * &self.noise
    }
}

/// Eigenvalues of the second moment below this fraction of the largest count as zero where inputs are whitened on their support.
pub const NEGLIGIBLE_VARIANCE: f64 = 1e-9;

/// Inputs whose second moment is the identity on their support, `x -> (C^+)^(1/2) x`, and the number of directions dropped because the
/// inputs do not vary in them (eigenvalues of `C` below [`NEGLIGIBLE_VARIANCE`] of the largest).
///
/// # Errors
/// [`DatasetError::Singular`] where all inputs are zero.
pub fn whitened_on_support(inputs: &DMatrix<f64>) -> Result<(DMatrix<f64>, usize), DatasetError> {
    let (d_in, n_samples) = inputs.shape();
    let moment = inputs * inputs.transpose() / n_samples as f64;
    let eigen = moment.symmetric_eigen();
    let least = NEGLIGIBLE_VARIANCE * eigen.eigenvalues.max();
    if least <= 0.0 {
        return Err(DatasetError::Singular { n_samples, d_in });
    }
    let is_dropped = |value: &f64| *value <= least;
    let n_dropped = eigen.eigenvalues.iter().filter(|value| is_dropped(value)).count();
    let scales = eigen.eigenvalues.map(|value| {
        if is_dropped(&value) {
            0.0
        } else {
            value.sqrt().recip()
        }
    });
    let scaled = DMatrix::from_diagonal(&scales);
    Ok((
        &eigen.eigenvectors * scaled * eigen.eigenvectors.transpose() * inputs,
        n_dropped,
    ))
}

/// Inputs whose second moment `(1/N) sum x x^T` is the identity: `x -> C^(-1/2) x` with the symmetric root.
///
/// # Errors
/// [`DatasetError::Singular`] where the second moment `C` has no inverse.
pub fn whitened(inputs: &DMatrix<f64>) -> Result<DMatrix<f64>, DatasetError> {
    let (d_in, n_samples) = inputs.shape();
    let moment = inputs * inputs.transpose() / n_samples as f64;
    let eigen = moment.symmetric_eigen();
    let largest = eigen.eigenvalues.max();
    if eigen.eigenvalues.min() <= 1e-12 * largest {
        return Err(DatasetError::Singular { n_samples, d_in });
    }
    let scaled = DMatrix::from_diagonal(&eigen.eigenvalues.map(|value| value.sqrt().recip()));
    Ok(&eigen.eigenvectors * scaled * eigen.eigenvectors.transpose() * inputs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Basis;
    use crate::random::{Purpose, stream};

    #[test]
    fn whitened_inputs_have_the_identity_as_second_moment() {
        let teacher = Teacher::new(2, 3, &[1.0], Basis::Identity, &mut stream(5, Purpose::Teacher));
        let dataset = Dataset::draw(&teacher, 8, true, &mut stream(5, Purpose::Dataset)).ok();
        let moment = dataset.map(|d| d.inputs() * d.inputs().transpose() / 8.0);
        assert!(moment.is_some_and(|m| (m - DMatrix::identity(3, 3)).norm() < 1e-13));
        let too_few = Dataset::draw(&teacher, 2, true, &mut stream(5, Purpose::Dataset));
        assert_eq!(
            too_few,
            Err(DatasetError::Singular {
                n_samples: 2,
                d_in: 3
            })
        );
    }
}
