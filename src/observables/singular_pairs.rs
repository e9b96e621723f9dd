//! The student's own singular values and vectors, `W = sum_k s_k u_k v_k^T`, by one-sided Jacobi rotations of the columns of the map, or
//! of its transpose where that has fewer. Small values keep their relative accuracy, and nothing is allocated. A map wider than
//! [`LARGEST`] both ways is left to the bidiagonal algorithm, which is faster there.
//!
//! `u_k` and `v_k` are known up to a common sign, which is chosen so that the largest entry of `u_k` is positive; of equal singular
//! values only the space is, and the vectors are some basis of it. Where a value is zero the missing vectors are completed from the
//! coordinate axes.
//!
//! To first order in a change of the weights a simple singular value moves by `ds_k = u_k^T dW v_k`, so drift and diffusion of
//! `u_k^T W v_k` with the vectors held fixed are those of the student's own `s_k`. The turning of the vectors enters in second order
//! only, as a repulsion of neighbouring values of order `tau / (s_k - s_j)`, which is left out: where two values are closer than
//! `sqrt(D)` over a step, the formulas are those of fixed directions and not those of the sorted values.

use nalgebra::DMatrix;

use crate::memory::HeapBytes;
use crate::model::orthogonalize;

/// Columns up to which rotations are the faster way.
const LARGEST: usize = 32;
/// Far more iterations than the bidiagonal algorithm takes.
const MAX_ITERATIONS: usize = 10_000;
/// Part of a coordinate axis outside the directions found so far that is enough to go on from.
const OUTSIDE: f64 = 0.5;

/// Singular values and vectors of maps of one shape, with the work space to find them.
#[derive(Clone, Debug)]
pub struct SingularPairs {
    /// The map or its transpose, with no more columns than rows.
    columns: DMatrix<f64>,
    /// The rotations of these columns.
    carried: DMatrix<f64>,
    values: Vec<f64>,
    /// `u_k` `(d_out, n)` and `v_k` `(d_in, n)`.
    left: DMatrix<f64>,
    right: DMatrix<f64>,
    order: Vec<usize>,
    unsorted: Vec<f64>,
}

impl SingularPairs {
    /// For maps of shape `(d_out, d_in)`, all `n = min(d_out, d_in)` pairs.
    pub fn new(d_out: usize, d_in: usize) -> Self {
        let (n_rows, n) = (d_out.max(d_in), d_out.min(d_in));
        Self {
            columns: DMatrix::zeros(n_rows, n),
            carried: DMatrix::zeros(n, n),
            values: Vec::with_capacity(n),
            left: DMatrix::identity(d_out, n),
            right: DMatrix::identity(d_in, n),
            order: Vec::with_capacity(n),
            unsorted: Vec::with_capacity(n),
        }
    }

    /// Singular values in falling order; NaN for a map that was not all numbers.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// `u_k`, a column each, shape `(d_out, n)`, in the order of the values.
    pub fn left(&self) -> &DMatrix<f64> {
        &self.left
    }

    /// `v_k`, a column each, shape `(d_in, n)`, in the order of the values.
    pub fn right(&self) -> &DMatrix<f64> {
        &self.right
    }

    /// Decomposes `map`. The vectors of a map that is not all numbers stay what they were.
    pub fn update(&mut self, map: &DMatrix<f64>) {
        self.unsorted.clear();
        self.values.clear();
        if map.iter().all(|entry| entry.is_finite()) {
            if self.columns.ncols() <= LARGEST {
                self.rotate(map);
            } else {
                self.bidiagonalize(map);
            }
        }
        self.values.extend(
            self.order
                .iter()
                .take(self.unsorted.len())
                .map(|&k| self.unsorted[k]),
        );
        self.values.resize(self.columns.ncols(), f64::NAN);
    }

    fn rotate(&mut self, map: &DMatrix<f64>) {
        let is_tall = map.ncols() <= map.nrows();
        if is_tall {
            self.columns.copy_from(map);
        } else {
            map.transpose_to(&mut self.columns);
        }
        // Squares of the entries must neither overflow nor vanish.
        let largest = self.columns.amax();
        self.carried.fill_with_identity();
        if largest == 0.0 {
            self.unsorted.resize(self.columns.ncols(), 0.0);
        } else {
            self.columns /= largest;
            orthogonalize(&mut self.columns, Some(&mut self.carried));
            let norms = self.columns.column_iter().map(|column| largest * column.norm());
            self.unsorted.extend(norms);
        }
        self.sort();
        let (images, kept) = if is_tall {
            (&mut self.left, &mut self.right)
        } else {
            (&mut self.right, &mut self.left)
        };
        for (k, &from) in self.order.iter().enumerate() {
            kept.set_column(k, &self.carried.column(from));
            images.set_column(k, &self.columns.column(from));
            normalize(images, k);
        }
        self.fix_signs();
    }

    fn bidiagonalize(&mut self, map: &DMatrix<f64>) {
        let found = map
            .clone()
            .try_svd_unordered(true, true, 5.0 * f64::EPSILON, MAX_ITERATIONS);
        let Some(found) = found else { return };
        self.unsorted.extend(found.singular_values.iter());
        self.sort();
        let (Some(u), Some(v_t)) = (found.u, found.v_t) else {
            return;
        };
        for (k, &from) in self.order.iter().enumerate() {
            self.left.set_column(k, &u.column(from));
            self.right.set_column(k, &v_t.row(from).transpose());
        }
        self.fix_signs();
    }

    /// The order of falling values; equal ones stay in theirs.
    fn sort(&mut self) {
        self.order.clear();
        self.order.extend(0..self.unsorted.len());
        let values = &self.unsorted;
        self.order
            .sort_unstable_by(|&a, &b| values[b].total_cmp(&values[a]).then(a.cmp(&b)));
    }

    fn fix_signs(&mut self) {
        for k in 0..self.left.ncols() {
            let column = self.left.column(k);
            let largest = column.iamax();
            if column[largest] < 0.0 {
                self.left.column_mut(k).neg_mut();
                self.right.column_mut(k).neg_mut();
            }
        }
    }
}

/// Makes column `k` a unit vector; a column of zeros becomes one that is orthogonal to those before it.
fn normalize(vectors: &mut DMatrix<f64>, k: usize) {
    let norm = vectors.column(k).norm();
    if norm > 0.0 {
        vectors.column_mut(k).scale_mut(norm.recip());
        return;
    }
    let n_rows = vectors.nrows();
    let outside =
        |vectors: &DMatrix<f64>, axis: usize| 1.0 - (0..k).map(|j| vectors[(axis, j)].powi(2)).sum::<f64>();
    let enough = OUTSIDE.min(1.0 - k as f64 / n_rows as f64);
    // The axes have n_rows - k outside on average, so there is always one.
    let axis = (0..n_rows).find(|&axis| outside(vectors, axis) >= enough * (1.0 - 1e-12));
    let axis = axis.unwrap_or(0);
    vectors[(axis, k)] = 1.0;
    // Twice is enough.
    for _ in 0..2 {
        for j in 0..k {
            let (done, mut rest) = vectors.columns_range_pair_mut(j, k);
            let part = done.dot(&rest);
            rest.axpy(-part, &done, 1.0);
        }
        let norm = vectors.column(k).norm();
        vectors.column_mut(k).scale_mut(norm.recip());
    }
}

impl HeapBytes for SingularPairs {
    fn heap_bytes(&self) -> usize {
        let matrices = self.columns.heap_bytes() + self.carried.heap_bytes();
        let vectors = self.left.heap_bytes() + self.right.heap_bytes();
        let lists = self.values.heap_bytes() + self.unsorted.heap_bytes();
        matrices + vectors + lists + size_of::<usize>() * self.order.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random_frame;
    use crate::random::{Purpose, stream};

    fn diagonal(values: &[f64]) -> DMatrix<f64> {
        DMatrix::from_diagonal(&nalgebra::DVector::from_column_slice(values))
    }

    fn assert_orthonormal(vectors: &DMatrix<f64>) {
        let n = vectors.ncols();
        let gram = vectors.tr_mul(vectors);
        assert!((gram - DMatrix::identity(n, n)).amax() < 1e-13);
    }

    /// Values, and the map made again of the vectors.
    #[test]
    fn pairs_are_those_the_matrix_was_made_of() {
        let mut generator = stream(6, Purpose::Teacher);
        for (d_out, d_in) in [(1, 1), (4, 4), (10, 10), (7, 3), (3, 8), (40, 40), (33, 50)] {
            let n = d_out.min(d_in);
            let expected: Vec<f64> = (0..n).map(|i| 3.0 * 0.5_f64.powi(i as i32)).collect();
            let (left, right) = (
                random_frame(d_out, n, &mut generator),
                random_frame(d_in, n, &mut generator),
            );
            let map = &left * diagonal(&expected) * right.transpose();
            let mut pairs = SingularPairs::new(d_out, d_in);
            for scale in [1.0, 1e-200, 1e200] {
                pairs.update(&(scale * &map));
                for (k, expected) in expected.iter().enumerate() {
                    assert!((pairs.values()[k] / scale - expected).abs() < 1e-14);
                    assert!(pairs.left().column(k).max() >= -pairs.left().column(k).min());
                }
                assert_orthonormal(pairs.left());
                assert_orthonormal(pairs.right());
                let values: Vec<f64> = pairs.values().iter().map(|value| value / scale).collect();
                let again = pairs.left() * diagonal(&values) * pairs.right().transpose();
                assert!((again - &map).amax() < 1e-13, "{d_out} {d_in}");
            }
        }
    }

    #[test]
    fn zero_has_axes_and_what_is_no_number_has_no_values() {
        let mut pairs = SingularPairs::new(3, 3);
        pairs.update(&DMatrix::zeros(3, 3));
        assert_eq!(pairs.values().to_vec(), vec![0.0; 3]);
        assert_orthonormal(pairs.left());
        assert_orthonormal(pairs.right());
        pairs.update(&DMatrix::from_element(3, 3, f64::NAN));
        assert!(pairs.values().iter().all(|value| value.is_nan()));
        // Rank one, both ways.
        for (d_out, d_in) in [(3, 3), (5, 2), (2, 5)] {
            let mut pairs = SingularPairs::new(d_out, d_in);
            pairs.update(&DMatrix::from_element(d_out, d_in, 1.0));
            let norm = ((d_out * d_in) as f64).sqrt();
            assert!((pairs.values()[0] - norm).abs() < 1e-14 && pairs.values()[1] < 1e-14);
            assert_orthonormal(pairs.left());
            assert_orthonormal(pairs.right());
        }
    }
}
