//! The student's own singular values, by one-sided Jacobi rotations (Hestenes; Demmel and Veselic, SIAM J. Matrix Anal. Appl. 13,
//! 1992): columns of the map, or of its transpose where that has fewer, are rotated in pairs until all are orthogonal; their norms are the
//! singular values. Small ones keep their relative accuracy, and nothing is allocated. A map wider than [`LARGEST`] both ways is left to the
//! bidiagonal algorithm, which is faster there.

use crate::memory::HeapBytes;
use nalgebra::DMatrix;

/// Columns up to which rotations are the faster way.
const LARGEST: usize = 32;
/// Cosine of two columns that counts as orthogonal.
const ORTHOGONAL: f64 = 1e-15;
/// Rotations take up to some twenty sweeps; this many are enough for any matrix of numbers.
const MAX_SWEEPS: usize = 60;
/// The same for the bidiagonal algorithm.
const MAX_ITERATIONS: usize = 10_000;

/// Work space for maps of one shape.
#[derive(Clone, Debug)]
pub(super) struct SingularValues {
    /// The map or its transpose, with no more columns than rows.
    columns: DMatrix<f64>,
    found: Vec<f64>,
}

impl SingularValues {
    pub(super) fn new(d_out: usize, d_in: usize) -> Self {
        let (n_rows, n_columns) = (d_out.max(d_in), d_out.min(d_in));
        Self {
            columns: DMatrix::zeros(n_rows, n_columns),
            found: Vec::with_capacity(n_columns),
        }
    }

    /// Writes the largest singular values of `map`, in falling order; NaN for a map that is not all numbers.
    pub(super) fn write(&mut self, map: &DMatrix<f64>, values: &mut [f64]) {
        self.found.clear();
        if map.iter().all(|entry| entry.is_finite()) {
            if self.columns.ncols() <= LARGEST {
                self.rotate(map);
            } else if let Some(decomposition) =
                map.clone()
                    .try_svd_unordered(false, false, 5.0 * f64::EPSILON, MAX_ITERATIONS)
            {
                self.found.extend(decomposition.singular_values.iter());
            }
        }
        self.found.sort_unstable_by(|a, b| b.total_cmp(a));
        let found = self.found.iter().chain(std::iter::repeat(&f64::NAN));
        for (value, found) in values.iter_mut().zip(found) {
            *value = *found;
        }
    }

    fn rotate(&mut self, map: &DMatrix<f64>) {
        if map.ncols() <= map.nrows() {
            self.columns.copy_from(map);
        } else {
            map.transpose_to(&mut self.columns);
        }
        // Squares of the entries must neither overflow nor vanish.
        let largest = self.columns.amax();
        if largest == 0.0 {
            self.found.resize(self.columns.ncols(), 0.0);
            return;
        }
        self.columns /= largest;
        for _ in 0..MAX_SWEEPS {
            if !self.sweep() {
                break;
            }
        }
        let norms = self.columns.column_iter().map(|column| largest * column.norm());
        self.found.extend(norms);
    }

    /// Rotates every pair of columns; false where all were orthogonal.
    fn sweep(&mut self) -> bool {
        let (n_rows, n_columns) = self.columns.shape();
        let mut rotated = false;
        for j in 1..n_columns {
            let (before, after) = self.columns.as_mut_slice().split_at_mut(j * n_rows);
            let second = &mut after[..n_rows];
            for first in before.chunks_exact_mut(n_rows) {
                let (mut p, mut q, mut r) = (0.0, 0.0, 0.0);
                for (x, y) in first.iter().zip(second.iter()) {
                    p += x * x;
                    q += y * y;
                    r += x * y;
                }
                // Also where a column has vanished.
                if r.abs() <= ORTHOGONAL * (p * q).sqrt() || r == 0.0 {
                    continue;
                }
                rotated = true;
                let zeta = (q - p) / (2.0 * r);
                let tangent = zeta.signum() / (zeta.abs() + (1.0 + zeta * zeta).sqrt());
                let cosine = (1.0 + tangent * tangent).sqrt().recip();
                let sine = cosine * tangent;
                for (x, y) in first.iter_mut().zip(second.iter_mut()) {
                    (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
                }
            }
        }
        rotated
    }
}

impl HeapBytes for SingularValues {
    fn heap_bytes(&self) -> usize {
        self.columns.heap_bytes() + self.found.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::random_frame;
    use crate::random::{Purpose, stream};

    #[test]
    fn values_are_those_the_matrix_was_made_of() {
        let mut generator = stream(6, Purpose::Teacher);
        for (d_out, d_in) in [(1, 1), (4, 4), (10, 10), (7, 3), (3, 8), (40, 40)] {
            let n = d_out.min(d_in);
            let expected: Vec<f64> = (0..n).map(|i| 3.0 * 0.5_f64.powi(i as i32)).collect();
            let (left, right) = (
                random_frame(d_out, n, &mut generator),
                random_frame(d_in, n, &mut generator),
            );
            let strengths = DMatrix::from_diagonal(&nalgebra::DVector::from_column_slice(&expected));
            let map = left * strengths * right.transpose();
            let mut values = vec![0.0; n];
            let mut solver = SingularValues::new(d_out, d_in);
            for scale in [1.0, 1e-200, 1e200] {
                solver.write(&(scale * &map), &mut values);
                for (value, expected) in values.iter().zip(&expected) {
                    assert!((value / scale - expected).abs() < 1e-14, "{value} {expected}");
                }
            }
        }
    }

    #[test]
    fn zero_has_none_and_what_is_no_number_has_no_values() {
        let mut solver = SingularValues::new(3, 3);
        let mut values = [5.0; 2];
        solver.write(&DMatrix::zeros(3, 3), &mut values);
        assert_eq!(values.map(f64::to_bits), [0; 2]);
        solver.write(&DMatrix::from_element(3, 3, f64::NAN), &mut values);
        assert!(values.iter().all(|value| value.is_nan()));
        // Rank one.
        solver.write(&DMatrix::from_element(3, 3, 1.0), &mut values);
        assert!((values[0] - 3.0).abs() < 1e-14 && values[1] < 1e-14);
    }
}
