//! The teacher `M = U diag(m) V^T`, shape `(d_out, d_in)` and rank `r`, whose modes the student learns.
//!
//! `U` and `V` are given, never found by a decomposition of `M`: among equal strengths the singular vectors are a
//! convention, and the one made here is kept for the whole run. Samples that are not white may have other directions as their modes
//! ([`Teacher::of_correlation`]): then `m_k = u_k^T M v_k` still, but `M` has entries between modes too.

use nalgebra::{DMatrix, DVector};
use rand_distr::{Distribution as _, StandardNormal};
use serde::{Deserialize, Serialize};

use crate::random::Generator;

/// How the singular vectors of the teacher are chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// Uniformly random orthonormal vectors (Haar measure) from the teacher's stream.
    Random,
    /// The coordinate axes: mode `k` maps input `k` to output `k`.
    #[default]
    Identity,
}

/// A linear map of given singular strengths.
#[derive(Clone, Debug, PartialEq)]
pub struct Teacher {
    left: DMatrix<f64>,
    strengths: DVector<f64>,
    right: DMatrix<f64>,
    map: DMatrix<f64>,
}

impl Teacher {
    /// A teacher of the given strengths, largest first; at most `min(d_out, d_in)` of them.
    pub fn new(
        d_out: usize,
        d_in: usize,
        strengths: &[f64],
        basis: Basis,
        generator: &mut Generator,
    ) -> Self {
        let rank = strengths.len();
        let (left, right) = match basis {
            Basis::Random => (
                random_frame(d_out, rank, generator),
                random_frame(d_in, rank, generator),
            ),
            Basis::Identity => (DMatrix::identity(d_out, rank), DMatrix::identity(d_in, rank)),
        };
        Self::from_parts(left, DVector::from_column_slice(strengths), right)
    }

    /// The teacher `U diag(m) V^T` of given parts: `left` `(d_out, r)`, `strengths` `r`, `right` `(d_in, r)`.
    pub fn from_parts(left: DMatrix<f64>, strengths: DVector<f64>, right: DMatrix<f64>) -> Self {
        let map = &left * DMatrix::from_diagonal(&strengths) * right.transpose();
        Self {
            left,
            strengths,
            right,
            map,
        }
    }

    /// The same map with other directions as modes, of the strengths `u_k^T M v_k`.
    pub(super) fn with_modes(self, left: DMatrix<f64>, strengths: DVector<f64>, right: DMatrix<f64>) -> Self {
        Self {
            left,
            strengths,
            right,
            map: self.map,
        }
    }

    /// Number of modes `r`.
    pub fn rank(&self) -> usize {
        self.strengths.len()
    }

    /// Left singular vectors `U`, one a column, shape `(d_out, r)`.
    pub fn left(&self) -> &DMatrix<f64> {
        &self.left
    }

    /// Strengths `m_1 >= ... >= m_r`.
    pub fn strengths(&self) -> &[f64] {
        self.strengths.as_slice()
    }

    /// Right singular vectors `V`, one a column, shape `(d_in, r)`.
    pub fn right(&self) -> &DMatrix<f64> {
        &self.right
    }

    /// The map `M`, shape `(d_out, d_in)`.
    pub fn map(&self) -> &DMatrix<f64> {
        &self.map
    }

    /// For each mode, the range of modes that share its strength (to `1e-9` relative). Inside such a range the singular
    /// vectors are a convention, so what is said of one mode must be said of the range.
    pub fn degenerate_range(&self, mode: usize) -> std::ops::Range<usize> {
        let strengths = self.strengths();
        let same = |a: usize, b: usize| (strengths[a] - strengths[b]).abs() <= 1e-9 * strengths[a].abs();
        let mut start = mode;
        while start > 0 && same(start - 1, start) {
            start -= 1;
        }
        let mut end = mode + 1;
        while end < strengths.len() && same(end - 1, end) {
            end += 1;
        }
        start..end
    }
}

/// `n_columns` orthonormal vectors of `n_rows` entries, uniformly distributed: the orthogonal factor of a Gaussian
/// matrix, with the signs that make the triangular factor's diagonal positive (Mezzadri, arXiv math-ph/0609050).
pub fn random_frame(n_rows: usize, n_columns: usize, generator: &mut Generator) -> DMatrix<f64> {
    let gaussian = DMatrix::from_fn(n_rows, n_columns, |_, _| StandardNormal.sample(generator));
    let decomposition = gaussian.qr();
    let mut frame = decomposition.q();
    for (mut column, pivot) in frame.column_iter_mut().zip(decomposition.r().diagonal().iter()) {
        if *pivot < 0.0 {
            column.neg_mut();
        }
    }
    frame
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, stream};

    #[test]
    fn frames_are_orthonormal_and_the_map_has_the_given_strengths() {
        let mut generator = stream(3, Purpose::Teacher);
        let teacher = Teacher::new(5, 7, &[3.0, 2.0, 0.5], Basis::Random, &mut generator);
        for frame in [teacher.left(), teacher.right()] {
            let gram = frame.transpose() * frame;
            assert!((gram - DMatrix::identity(3, 3)).norm() < 1e-14);
        }
        let found = teacher.left().transpose() * teacher.map() * teacher.right();
        assert!((found - DMatrix::from_diagonal(&DVector::from_vec(vec![3.0, 2.0, 0.5]))).norm() < 1e-14);
    }

    #[test]
    fn degenerate_modes_are_found_as_ranges() {
        let mut generator = stream(3, Purpose::Teacher);
        let teacher = Teacher::new(4, 4, &[2.0, 1.0, 1.0, 0.5], Basis::Identity, &mut generator);
        assert_eq!(teacher.degenerate_range(0), 0..1);
        assert_eq!(teacher.degenerate_range(1), 1..3);
        assert_eq!(teacher.degenerate_range(2), 1..3);
        assert_eq!(teacher.degenerate_range(3), 3..4);
    }
}
