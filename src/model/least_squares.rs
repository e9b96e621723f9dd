//! The teacher of a data set that comes without one: the least-squares map from its inputs to its targets.
//!
//! With samples as columns, `X` `(d_in, N)` and `Y` `(d_out, N)`, it is `M = S_yx S_xx^+`, `S_yx = Y X^T / N`,
//! `S_xx = X X^T / N`: the map of least mean loss and, among several, of least norm. Gradient flow from small weights ends there.
//! Its singular value decomposition `M = U diag(m) V^T` gives the modes. What it leaves of the targets stays in the data as a
//! residual that no student removes.
//!
//! The condition number of `S_xx` is the square of that of the inputs, so `M` is corrected by what it leaves of the targets,
//! `M <- M + (Y - M X) X^T S_xx^+ / N`, which brings its error down to that of a solution from the inputs themselves (Bjorck, Numerical
//! Methods for Least Squares Problems, 1996, section 2.9.2).
//!
//! The numerical rank is the number of singular values above [`NEGLIGIBLE`] times the largest one. A map of low rank has exact
//! zeros among its singular values, where the usual bidiagonal algorithm may lose its way: here a triangular factor with
//! pivots is cut to its rank, and what is left is decomposed by rotations.

use nalgebra::{DMatrix, DVector};
use thiserror::Error;

use super::orthogonalize;
use super::teacher::Teacher;

/// Eigenvalues of the inputs' second moment below this fraction of the largest count as zero: directions in which the inputs vary by
/// less than a millionth of their largest.
const SINGULAR: f64 = 1e-12;
/// Strengths below this fraction of the largest count as zero. Inputs that vary by a millionth leave errors of about 1e-9.
const NEGLIGIBLE: f64 = 1e-8;
/// Strengths below this count as zero, for the modes would take a million times longer than one of strength 1.
const LEAST_STRENGTH: f64 = 1e-6;
/// Far more iterations than a decomposition takes.
const MAX_ITERATIONS: usize = 10_000;
/// Corrections of the map; each brings its error down by `1e-16 / SINGULAR` at least.
const N_CORRECTIONS: usize = 2;
/// What may be cut off the triangular factor, as a fraction of its norm.
const ROUNDING: f64 = 1e-13;

/// Why samples have no teacher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum LeastSquaresError {
    /// Every strength is negligible.
    #[error(
        "nothing to learn, for the least-squares map from the inputs is zero (no strength of {LEAST_STRENGTH:e} or more)"
    )]
    Zero,
    /// There are too many modes.
    #[error("the least-squares map from the inputs has more than {most} modes")]
    TooManyModes {
        /// Modes there may be.
        most: usize,
    },
    /// Numbers beyond what can be computed.
    #[error("the least-squares map from the inputs cannot be computed")]
    NoDecomposition,
}

impl Teacher {
    /// The teacher of given samples, one a column; its left singular vectors have their largest entry positive.
    ///
    /// # Errors
    /// [`LeastSquaresError`], where there is nothing to learn or there are more than `most` modes.
    pub fn least_squares(
        inputs: &DMatrix<f64>,
        targets: &DMatrix<f64>,
        most: usize,
    ) -> Result<Self, LeastSquaresError> {
        let map = least_squares_map(inputs, targets).ok_or(LeastSquaresError::NoDecomposition)?;
        let decomposition = Decomposition::of(&map, most)?;
        let strengths = &decomposition.values;
        let least = (NEGLIGIBLE * strengths.max()).max(LEAST_STRENGTH);
        let mut order: Vec<usize> = (0..strengths.len()).filter(|&i| strengths[i] >= least).collect();
        order.sort_by(|&a, &b| strengths[b].total_cmp(&strengths[a]));
        if order.is_empty() {
            return Err(LeastSquaresError::Zero);
        }
        if order.len() > most {
            return Err(LeastSquaresError::TooManyModes { most });
        }
        let mut left = decomposition.left.select_columns(&order);
        let mut right = decomposition.right.select_columns(&order);
        make_largest_positive(&mut left, &mut right);
        let strengths = DVector::from_iterator(order.len(), order.iter().map(|&i| strengths[i]));
        let teacher = Self::from_parts(left, strengths, right);
        // Negligible modes are all that may be missing.
        let missing = (teacher.map() - &map).norm();
        let allowed = (1e-6 * map.norm()).max(LEAST_STRENGTH * (map.len() as f64).sqrt());
        if missing <= allowed {
            Ok(teacher)
        } else {
            Err(LeastSquaresError::NoDecomposition)
        }
    }
}

impl Teacher {
    /// The least-squares map `M` of given samples with the singular vectors of their correlation `S_yx = U diag(c) V^T` as modes, in
    /// the order of `c`: what is learned one after the other from a small start. Strength `m_k = u_k^T M v_k = c_k v_k^T S_xx^+ v_k` is
    /// where the mode ends. For white inputs both are those of [`Self::least_squares`].
    ///
    /// # Errors
    /// Those of [`Self::least_squares`].
    pub fn of_correlation(
        inputs: &DMatrix<f64>,
        targets: &DMatrix<f64>,
        most: usize,
    ) -> Result<Self, LeastSquaresError> {
        let of_map = Self::least_squares(inputs, targets, most)?;
        // What M leaves of the targets has no correlation with the inputs.
        let moment = inputs * inputs.transpose() / inputs.ncols() as f64;
        let decomposition = Decomposition::of(&(of_map.map() * moment), most)?;
        let mut order: Vec<usize> = (0..decomposition.values.len()).collect();
        order.sort_by(|&a, &b| decomposition.values[b].total_cmp(&decomposition.values[a]));
        order.truncate(of_map.rank());
        let mut left = decomposition.left.select_columns(&order);
        let mut right = decomposition.right.select_columns(&order);
        make_largest_positive(&mut left, &mut right);
        let strengths = (left.transpose() * of_map.map() * &right).diagonal();
        if strengths.iter().all(|strength| *strength >= LEAST_STRENGTH) {
            Ok(of_map.with_modes(left, strengths, right))
        } else {
            Err(LeastSquaresError::NoDecomposition)
        }
    }
}

/// Makes the largest entry of every left singular vector positive.
fn make_largest_positive(left: &mut DMatrix<f64>, right: &mut DMatrix<f64>) {
    for (mut u, mut v) in left.column_iter_mut().zip(right.column_iter_mut()) {
        if u[u.icamax()] < 0.0 {
            u.neg_mut();
            v.neg_mut();
        }
    }
}

/// The map of least squares and least norm, `(d_out, d_in)`; `None` where it is not all numbers.
fn least_squares_map(inputs: &DMatrix<f64>, targets: &DMatrix<f64>) -> Option<DMatrix<f64>> {
    let (of_inputs, of_targets) = (inputs.amax(), targets.amax());
    if of_inputs == 0.0 || of_targets == 0.0 {
        return Some(DMatrix::zeros(targets.nrows(), inputs.nrows()));
    }
    // Squares of small numbers must not vanish.
    let (inputs, targets) = (inputs / of_inputs, targets / of_targets);
    let transposed = inputs.transpose() / inputs.ncols() as f64;
    let inverse = pseudo_inverse(&inputs * &transposed)?;
    let mut map = (&targets * &transposed) * &inverse;
    for _ in 0..N_CORRECTIONS {
        let left = &targets - &map * &inputs;
        map += (left * &transposed) * &inverse;
    }
    map *= of_targets / of_inputs;
    map.iter().all(|entry| entry.is_finite()).then_some(map)
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

/// The singular values of a map that are more than rounding, in no order, with their vectors as columns.
struct Decomposition {
    left: DMatrix<f64>,
    values: DVector<f64>,
    right: DMatrix<f64>,
}

impl Decomposition {
    /// With `M P = Q R`, `R` cut to its first rows, and rotations `J` that make the columns of `R^T J = W diag(m)` orthogonal,
    /// `M = (Q J) diag(m) (P W)^T`.
    fn of(map: &DMatrix<f64>, most: usize) -> Result<Self, LeastSquaresError> {
        let scale = map.amax();
        if scale < LEAST_STRENGTH / map.len() as f64 {
            return Err(LeastSquaresError::Zero);
        }
        let decomposition = (map / scale).col_piv_qr();
        let mut rows = decomposition.r();
        let norm = rows.norm();
        let n = rows.nrows();
        // Norm of the rows from each one on.
        let mut tails = vec![0.0_f64; n + 1];
        for i in (0..n).rev() {
            tails[i] = tails[i + 1].hypot(rows.row(i).norm());
        }
        // Pivots fall about as singular values do, but for a small factor.
        let rank = tails.partition_point(|tail| *tail > ROUNDING * norm).min(n);
        let longest = 4 * most;
        if rank > longest && tails[longest] > NEGLIGIBLE * norm {
            return Err(LeastSquaresError::TooManyModes { most });
        }
        let rank = rank.min(longest);
        decomposition.p().inv_permute_columns(&mut rows);
        let mut columns = rows.rows(0, rank).transpose();
        let mut rotations = DMatrix::identity(rank, rank);
        orthogonalize(&mut columns, Some(&mut rotations));
        let values = DVector::from_iterator(rank, columns.column_iter().map(|column| column.norm()));
        for (mut column, &value) in columns.column_iter_mut().zip(values.iter()) {
            if value > 0.0 {
                column /= value;
            }
        }
        Ok(Self {
            left: decomposition.q().columns(0, rank) * rotations,
            values: scale * values,
            right: columns,
        })
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed step fails the test")]
mod tests {
    use super::*;
    use crate::model::{Basis, random_frame};
    use crate::random::{Generator, Purpose, stream};
    use rand::RngExt as _;
    use rand_distr::{Distribution as _, StandardNormal};

    fn least_squares(inputs: &DMatrix<f64>, targets: &DMatrix<f64>) -> Result<Teacher, LeastSquaresError> {
        Teacher::least_squares(inputs, targets, 64)
    }

    #[test]
    fn the_teacher_of_labelled_samples_is_found_again() {
        let mut generator = stream(4, Purpose::Dataset);
        let teacher = Teacher::new(5, 3, &[3.0, 0.5], Basis::Random, &mut generator);
        let inputs = DMatrix::from_fn(3, 20, |_, _| StandardNormal.sample(&mut generator));
        let found = least_squares(&inputs, &(teacher.map() * &inputs)).unwrap();
        assert!((found.map() - teacher.map()).norm() < 1e-12);
        assert!(found.rank() == 2 && (found.strengths()[1] - 0.5).abs() < 1e-12);
    }

    #[test]
    fn fewer_samples_than_inputs_give_the_map_of_least_norm() {
        let inputs = DMatrix::from_column_slice(3, 1, &[0.0, 2.0, 0.0]);
        let targets = DMatrix::from_column_slice(2, 1, &[4.0, 0.0]);
        let expected = DMatrix::from_row_slice(2, 3, &[0.0, 2.0, 0.0, 0.0, 0.0, 0.0]);
        let found = least_squares(&inputs, &targets).unwrap();
        assert!((found.map() - expected).norm() < 1e-14);
        let nothing = least_squares(&inputs, &DMatrix::zeros(2, 1));
        assert_eq!(nothing, Err(LeastSquaresError::Zero));
        assert_eq!(
            least_squares(&inputs, &(1e-7 * targets)),
            Err(LeastSquaresError::Zero)
        );
    }

    #[test]
    fn two_samples_of_two_dimensions_have_two_modes() {
        let inputs = DMatrix::from_row_slice(2, 2, &[1.0, 1.0, 1.0, 0.0]);
        let targets = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 1.0, 1.0, 1.0, 0.0]);
        let found = least_squares(&inputs, &targets).unwrap();
        let [first, second] = found.strengths() else {
            unreachable!("{found:?}")
        };
        assert!(
            (first - 2.0_f64.sqrt()).abs() < 1e-14 && (second - 1.0).abs() < 1e-14,
            "{first} {second}"
        );
    }

    #[test]
    fn too_many_modes_are_said_to_be_too_many() {
        let inputs = DMatrix::identity(70, 70);
        let refused = Err(LeastSquaresError::TooManyModes { most: 64 });
        assert_eq!(least_squares(&inputs, &inputs), refused);
        assert_eq!(
            Teacher::least_squares(&inputs, &inputs, 3),
            Err(LeastSquaresError::TooManyModes { most: 3 })
        );
    }

    /// A map of random shape, rank and strengths, which spread over up to six orders of magnitude and may be equal.
    fn random_map(generator: &mut Generator) -> (DMatrix<f64>, Vec<f64>) {
        let largest = if generator.random_bool(0.05) { 40 } else { 9 };
        let (d_out, d_in) = (
            generator.random_range(1..=largest),
            generator.random_range(1..=largest),
        );
        let rank = generator.random_range(1..=d_out.min(d_in));
        let spread = *[0.0, 0.5, 3.0, 6.0].get(generator.random_range(0..4)).unwrap();
        let scale = 10_f64.powf(generator.random_range(0.0..4.0));
        let mut strengths: Vec<f64> = (0..rank)
            .map(|_| scale * 10_f64.powf(-spread * generator.random_range(0.0..1.0)))
            .collect();
        strengths.sort_by(|a, b| b.total_cmp(a));
        let (left, right) = match generator.random_range(0..3) {
            0 => (DMatrix::identity(d_out, rank), DMatrix::identity(d_in, rank)),
            1 => (
                random_frame(d_out, rank, generator),
                DMatrix::identity(d_in, rank),
            ),
            _ => (
                random_frame(d_out, rank, generator),
                random_frame(d_in, rank, generator),
            ),
        };
        let map = left * DMatrix::from_diagonal(&DVector::from_column_slice(&strengths)) * right.transpose();
        (map, strengths)
    }

    /// Inputs of full rank, Gaussian, one-hot or of unequal variances, from as many samples as dimensions on.
    fn random_inputs(d_in: usize, generator: &mut Generator) -> DMatrix<f64> {
        let n_samples = d_in * generator.random_range(1..=3) + 5 * generator.random_range(0..=1);
        let gaussian = DMatrix::from_fn(d_in, n_samples, |_, _| StandardNormal.sample(generator));
        match generator.random_range(0..3) {
            0 => DMatrix::from_fn(d_in, n_samples, |i, j| f64::from(u8::from(i == j % d_in))),
            1 if n_samples >= d_in + 5 => gaussian,
            _ => {
                let spread = generator.random_range(0.0..3.0);
                let n = d_in.max(2) as f64 - 1.0;
                let singular = DVector::from_fn(d_in, |i, _| 10_f64.powf(-spread * i as f64 / n));
                random_frame(d_in, d_in, generator)
                    * DMatrix::from_diagonal(&singular)
                    * random_frame(n_samples, d_in, generator).transpose()
                    * (n_samples as f64).sqrt()
            }
        }
    }

    /// Ten thousand maps of every rank, shape and conditioning, exact or with rounding's noise, from inputs whose condition number is
    /// up to a thousand: the rank is found, and strengths and map to 1e-10 of the largest strength.
    #[test]
    fn every_map_is_found_with_its_rank() {
        let mut generator = stream(13, Purpose::Dataset);
        for case in 0..10_000 {
            let (map, strengths) = random_map(&mut generator);
            let inputs = random_inputs(map.ncols(), &mut generator);
            let noise = *[0.0, 1e-14, 1e-12].get(case % 3).unwrap();
            let mut targets = &map * &inputs;
            let size = targets.amax();
            targets.apply(|target| *target += noise * size * generator.random_range(-1.0..1.0));
            let found = least_squares(&inputs, &targets)
                .unwrap_or_else(|error| unreachable!("{case}: {error}: {map}"));
            assert_eq!(
                found.rank(),
                strengths.len(),
                "{case}: {strengths:?} {:?}",
                found.strengths()
            );
            let tolerance = strengths[0] * (1e-10 + 1e5 * noise);
            assert!(
                (found.map() - &map).amax() <= tolerance,
                "{case}: {}",
                (found.map() - &map).amax() / strengths[0]
            );
            for (found, expected) in found.strengths().iter().zip(&strengths) {
                assert!(
                    (found - expected).abs() <= tolerance,
                    "{case}: {found} {expected}"
                );
            }
            for frame in [found.left(), found.right()] {
                let error =
                    (frame.transpose() * frame - DMatrix::identity(frame.ncols(), frame.ncols())).amax();
                assert!(error < 1e-12, "{case}: {error}");
            }
        }
    }

    /// Inputs that leave directions out: the map is the exact one on what they span, and zero beside it.
    #[test]
    fn inputs_of_low_rank_give_the_map_of_least_norm() {
        let mut generator = stream(14, Purpose::Dataset);
        for case in 0..2000 {
            let (map, _) = random_map(&mut generator);
            let d_in = map.ncols();
            let rank = generator.random_range(1..=d_in);
            let frame = random_frame(d_in, rank, &mut generator);
            let n_samples = generator.random_range(rank..=rank + 9);
            let inputs =
                &frame * DMatrix::from_fn(rank, n_samples + 3, |_, _| StandardNormal.sample(&mut generator));
            let expected = &map * &frame * frame.transpose();
            match least_squares(&inputs, &(&map * &inputs)) {
                Ok(found) => {
                    // Negligible modes may be missing.
                    let allowed = 2.0 * (NEGLIGIBLE * map.norm()).max(LEAST_STRENGTH);
                    let error = (found.map() - &expected).amax();
                    assert!(error < allowed, "{case}: {error:e} {allowed:e}");
                }
                Err(error) => assert!(
                    error == LeastSquaresError::Zero && expected.norm() < 1e-5,
                    "{case}: {error}"
                ),
            }
        }
    }
}
