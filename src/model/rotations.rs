//! One-sided Jacobi rotations (Hestenes; Demmel and Veselic, SIAM J. Matrix Anal. Appl. 13, 1992): columns are rotated in pairs until
//! all are orthogonal. Their norms are then the singular values of the matrix, small ones with their relative accuracy, and where
//! the rotations are applied to the columns of an identity beside it, those are its right singular vectors. Nothing is allocated.

use nalgebra::DMatrix;

/// Cosine of two columns that counts as orthogonal.
const ORTHOGONAL: f64 = 1e-15;
/// Rotations take up to some twenty sweeps; this many are enough for any matrix of numbers.
const MAX_SWEEPS: usize = 60;

/// Makes the columns orthogonal, and applies the same rotations to those of `carried`, which has as many. Squares of the entries
/// must neither overflow nor vanish.
pub(crate) fn orthogonalize(columns: &mut DMatrix<f64>, mut carried: Option<&mut DMatrix<f64>>) {
    for _ in 0..MAX_SWEEPS {
        if !sweep(columns, carried.as_deref_mut()) {
            break;
        }
    }
}

/// Rotates every pair of columns; false where all were orthogonal.
fn sweep(columns: &mut DMatrix<f64>, mut carried: Option<&mut DMatrix<f64>>) -> bool {
    let n_columns = columns.ncols();
    let mut rotated = false;
    for j in 1..n_columns {
        for i in 0..j {
            let (first, second) = pair(columns, i, j);
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
            rotate(first, second, cosine, sine);
            if let Some(carried) = carried.as_deref_mut() {
                let (first, second) = pair(carried, i, j);
                rotate(first, second, cosine, sine);
            }
        }
    }
    rotated
}

/// Columns `i < j`.
fn pair(columns: &mut DMatrix<f64>, i: usize, j: usize) -> (&mut [f64], &mut [f64]) {
    let n_rows = columns.nrows();
    let (before, after) = columns.as_mut_slice().split_at_mut(j * n_rows);
    (&mut before[i * n_rows..(i + 1) * n_rows], &mut after[..n_rows])
}

fn rotate(first: &mut [f64], second: &mut [f64], cosine: f64, sine: f64) {
    for (x, y) in first.iter_mut().zip(second.iter_mut()) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}
