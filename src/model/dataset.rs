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
        Ok(Self::draw_with_held_out(teacher, n_samples, 0, whiten, generator)?.0)
    }

    /// The same, and `n_held_out` more samples of the same kind, on which the map that whitens the first is used. The first do not
    /// depend on how many those are.
    ///
    /// # Errors
    /// [`DatasetError::Singular`] where whitening is asked of fewer samples than dimensions.
    pub fn draw_with_held_out(
        teacher: &Teacher,
        n_samples: usize,
        n_held_out: usize,
        whiten: bool,
        generator: &mut Generator,
    ) -> Result<(Self, Self), DatasetError> {
        let (d_out, d_in) = teacher.map().shape();
        let mut gaussian =
            |rows, columns| DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(generator));
        let [mut inputs, noise] = [d_in, d_out].map(|rows| gaussian(rows, n_samples));
        let [mut held_out, noise_held_out] = [d_in, d_out].map(|rows| gaussian(rows, n_held_out));
        if whiten {
            let map = whitening(&inputs)?;
            inputs = &map * inputs;
            held_out = map * held_out;
        }
        let labelled = |inputs: DMatrix<f64>, noise| Self {
            clean_targets: teacher.map() * &inputs,
            inputs,
            noise,
        };
        Ok((labelled(inputs, noise), labelled(held_out, noise_held_out)))
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

    /// Mean loss `1/2 |y - W x|^2` over the samples for the end-to-end map `map`.
    pub fn loss(&self, map: &DMatrix<f64>, label_noise_std: f64) -> f64 {
        let targets = self.clean_targets.column_iter().zip(self.noise.column_iter());
        let mut squared = 0.0;
        for (input, (clean, noise)) in self.inputs.column_iter().zip(targets) {
            for (i, row) in map.row_iter().enumerate() {
                let output: f64 = row.iter().zip(input.iter()).map(|(w, x)| w * x).sum();
                squared += (output - clean[i] - label_noise_std * noise[i]).powi(2);
            }
        }
        0.5 * squared / self.n_samples() as f64
    }

    /// Targets at a label-noise standard deviation, shape `(d_out, N)`.
    pub fn targets(&self, label_noise_std: f64) -> DMatrix<f64> {
        &self.clean_targets + label_noise_std * &self.noise
    }
}

/// Eigenvalues of the second moment below this fraction of the largest count as zero where inputs are whitened on their support.
pub const NEGLIGIBLE_VARIANCE: f64 = 1e-9;

/// The map `(C^+)^(1/2)` that makes the second moment `C = (1/N) sum x x^T` of the inputs the identity on their support, and the number
/// of directions that it drops because the inputs do not vary in them (eigenvalues of `C` below [`NEGLIGIBLE_VARIANCE`] of the
/// largest).
///
/// # Errors
/// [`DatasetError::Singular`] where all inputs are zero.
pub fn whitening_on_support(inputs: &DMatrix<f64>) -> Result<(DMatrix<f64>, usize), DatasetError> {
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
        &eigen.eigenvectors * scaled * eigen.eigenvectors.transpose(),
        n_dropped,
    ))
}

/// The symmetric root `C^(-1/2)`, the map that makes the second moment `C = (1/N) sum x x^T` of the inputs the identity.
///
/// # Errors
/// [`DatasetError::Singular`] where the second moment `C` has no inverse.
pub fn whitening(inputs: &DMatrix<f64>) -> Result<DMatrix<f64>, DatasetError> {
    let (d_in, n_samples) = inputs.shape();
    let moment = inputs * inputs.transpose() / n_samples as f64;
    let eigen = moment.symmetric_eigen();
    let largest = eigen.eigenvalues.max();
    if eigen.eigenvalues.min() <= 1e-12 * largest {
        return Err(DatasetError::Singular { n_samples, d_in });
    }
    let scaled = DMatrix::from_diagonal(&eigen.eigenvalues.map(|value| value.sqrt().recip()));
    Ok(&eigen.eigenvectors * scaled * eigen.eigenvectors.transpose())
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
