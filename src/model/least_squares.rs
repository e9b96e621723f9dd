//! The teacher of a data set that comes without one: the least-squares map from its inputs to its targets.
//!
//! With samples as columns, `X` `(d_in, N)` and `Y` `(d_out, N)`, it is `M = S_yx S_xx^+`, `S_yx = Y X^T / N`,
//! `S_xx = X X^T / N`: the map of least mean loss and, among several, of least norm. Gradient flow from small weights ends there.
//! Its singular value decomposition `M = U diag(m) V^T` gives the modes. What it leaves of the targets stays in the data as a
//! residual that no student removes.

use nalgebra::{DMatrix, DVector};

use super::teacher::Teacher;

/// Eigenvalues of the inputs' second moment below this fraction of the largest count as zero.
const SINGULAR: f64 = 1e-12;
/// Strengths below this fraction of the largest count as zero.
const NEGLIGIBLE: f64 = 1e-9;
/// Strengths below this count as zero, for the modes would take a million times longer than one of strength 1.
const LEAST_STRENGTH: f64 = 1e-6;
/// Far more iterations than a decomposition takes.
const MAX_ITERATIONS: usize = 10_000;

impl Teacher {
    /// The teacher of given samples, one a column; its left singular vectors have their largest entry positive. `None` where
    /// every strength is zero or the decomposition fails, as it does for numbers near the end of the range.
    pub fn least_squares(inputs: &DMatrix<f64>, targets: &DMatrix<f64>) -> Option<Self> {
        let n_samples = inputs.ncols() as f64;
        let second_moment = inputs * inputs.transpose() / n_samples;
        let correlation = targets * inputs.transpose() / n_samples;
        let map = correlation * pseudo_inverse(second_moment)?;
        if !map.iter().all(|entry| entry.is_finite()) {
            return None;
        }
        let decomposition = map.clone().try_svd(true, true, f64::EPSILON, MAX_ITERATIONS)?;
        let (left, right) = (decomposition.u?, decomposition.v_t?.transpose());
        let strengths = decomposition.singular_values;
        let least = (NEGLIGIBLE * strengths.max()).max(LEAST_STRENGTH);
        let mut order: Vec<usize> = (0..strengths.len()).filter(|&i| strengths[i] >= least).collect();
        order.sort_by(|&a, &b| strengths[b].total_cmp(&strengths[a]));
        if order.is_empty() {
            return None;
        }
        let (mut left, mut right) = (left.select_columns(&order), right.select_columns(&order));
        for (mut u, mut v) in left.column_iter_mut().zip(right.column_iter_mut()) {
            if u[u.icamax()] < 0.0 {
                u.neg_mut();
                v.neg_mut();
            }
        }
        let strengths = DVector::from_iterator(order.len(), order.iter().map(|&i| strengths[i]));
        let teacher = Self::from_parts(left, strengths, right);
        let faithful = (teacher.map() - &map).norm() <= 1e-6 * map.norm();
        faithful.then_some(teacher)
    }
}

/// The pseudo-inverse of a symmetric matrix with no negative eigenvalue.
fn pseudo_inverse(matrix: DMatrix<f64>) -> Option<DMatrix<f64>> {
    let eigen = matrix.try_symmetric_eigen(f64::EPSILON, MAX_ITERATIONS)?;
    let least = SINGULAR * eigen.eigenvalues.max();
    let inverses = eigen
        .eigenvalues
        .map(|value| if value > least { value.recip() } else { 0.0 });
    Some(&eigen.eigenvectors * DMatrix::from_diagonal(&inverses) * eigen.eigenvectors.transpose())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Basis;
    use crate::random::{Purpose, stream};
    use rand_distr::{Distribution as _, StandardNormal};

    #[test]
    fn the_teacher_of_labelled_samples_is_found_again() {
        let mut generator = stream(4, Purpose::Dataset);
        let teacher = Teacher::new(5, 3, &[3.0, 0.5], Basis::Random, &mut generator);
        let inputs = DMatrix::from_fn(3, 20, |_, _| StandardNormal.sample(&mut generator));
        let found = Teacher::least_squares(&inputs, &(teacher.map() * &inputs));
        assert!(
            found
                .as_ref()
                .is_some_and(|found| (found.map() - teacher.map()).norm() < 1e-12)
        );
        assert!(found.is_some_and(|found| found.rank() == 2 && (found.strengths()[1] - 0.5).abs() < 1e-12));
    }

    #[test]
    fn fewer_samples_than_inputs_give_the_map_of_least_norm() {
        let inputs = DMatrix::from_column_slice(3, 1, &[0.0, 2.0, 0.0]);
        let targets = DMatrix::from_column_slice(2, 1, &[4.0, 0.0]);
        let expected = DMatrix::from_row_slice(2, 3, &[0.0, 2.0, 0.0, 0.0, 0.0, 0.0]);
        let found = Teacher::least_squares(&inputs, &targets);
        assert!(found.is_some_and(|found| (found.map() - expected).norm() < 1e-14));
        assert!(Teacher::least_squares(&inputs, &DMatrix::zeros(2, 1)).is_none());
    }
}
