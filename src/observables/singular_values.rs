//! The student's own singular values, by one-sided Jacobi rotations of the columns of the map, or of its transpose where that has
//! fewer. Small ones keep their relative accuracy, and nothing is allocated. A map wider than [`LARGEST`] both ways is left to the
//! bidiagonal algorithm, which is faster there.

use crate::memory::HeapBytes;
use nalgebra::DMatrix;

use crate::model::orthogonalize;

/// Columns up to which rotations are the faster way.
const LARGEST: usize = 32;
/// Far more iterations than the bidiagonal algorithm takes.
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
        orthogonalize(&mut self.columns, None);
        let norms = self.columns.column_iter().map(|column| largest * column.norm());
        self.found.extend(norms);
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
