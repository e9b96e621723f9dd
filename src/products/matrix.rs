//! Products of small matrices as they are, without the cost a general library has for each: what is measured of a network is made
//! of many of them.
//!
//! Matrices are column-major. Columns are combined four at a time, so that sums stay in registers over four terms; where the
//! inner dimension runs along columns, as in `A^T B`, four sums are taken side by side.

use nalgebra::DMatrix;
use pulp::{Arch, Simd, WithSimd};

/// Terms or sums taken together.
const WIDTH: usize = 4;
/// Columns whose products with [`WIDTH`] others are taken together: as many sums as the registers hold.
const BLOCK: usize = 3;

/// `out = left right`.
///
/// # Panics
/// Where the shapes do not fit.
pub(crate) fn multiply(left: &DMatrix<f64>, right: &DMatrix<f64>, out: &mut DMatrix<f64>) {
    assert!(
        right.nrows() == left.ncols() && out.nrows() == left.nrows(),
        "shapes must fit"
    );
    multiply_columns(left, right.as_slice(), out.as_mut_slice());
}

/// `out = left right` for some columns of two matrices, one after the other.
pub(crate) fn multiply_columns(left: &DMatrix<f64>, right: &[f64], out: &mut [f64]) {
    let (n_rows, inner) = left.shape();
    assert!(right.len() * n_rows == out.len() * inner, "shapes must fit");
    Arch::new().dispatch(Multiply {
        n_rows,
        left: left.as_slice(),
        inner,
        right,
        out,
    });
}

/// `out = left^T right`.
///
/// # Panics
/// Where the shapes do not fit.
pub(crate) fn multiply_transposed(left: &DMatrix<f64>, right: &DMatrix<f64>, out: &mut DMatrix<f64>) {
    assert!(
        right.nrows() == left.nrows() && out.nrows() == left.ncols(),
        "shapes must fit"
    );
    multiply_columns_transposed(left, right.as_slice(), out.as_mut_slice());
}

/// `out = left^T right` for some columns of two matrices, one after the other.
pub(crate) fn multiply_columns_transposed(left: &DMatrix<f64>, right: &[f64], out: &mut [f64]) {
    let (inner, out_rows) = left.shape();
    assert!(right.len() * out_rows == out.len() * inner, "shapes must fit");
    Arch::new().dispatch(MultiplyTransposed {
        inner,
        left: left.as_slice(),
        right,
        out_rows,
        out,
    });
}

/// `|A^T A - B^T B|_F^2` for `A` and `B` of equally many columns, from the entries on and above the diagonal.
///
/// # Panics
/// Where the shapes do not fit.
pub(crate) fn gram_distance_squared(a: &DMatrix<f64>, b: &DMatrix<f64>) -> f64 {
    assert!(a.ncols() == b.ncols(), "shapes must fit");
    Arch::new().dispatch(GramDistance { a, b })
}

struct Multiply<'a> {
    n_rows: usize,
    left: &'a [f64],
    inner: usize,
    right: &'a [f64],
    out: &'a mut [f64],
}

impl WithSimd for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let n_rows = self.n_rows;
        let columns = self.right.chunks_exact(self.inner);
        for (out, factors) in self.out.chunks_exact_mut(n_rows).zip(columns) {
            out.fill(0.0);
            let (fours, rest) = factors.as_chunks::<WIDTH>();
            let (left_fours, left_rest) = self.left.split_at(fours.len() * WIDTH * n_rows);
            for (left, factors) in left_fours.chunks_exact(WIDTH * n_rows).zip(fours) {
                add_columns::<S, WIDTH>(simd, left, *factors, out);
            }
            for (left, factor) in left_rest.chunks_exact(n_rows).zip(rest) {
                add_columns::<S, 1>(simd, left, [*factor], out);
            }
        }
    }
}

/// Adds to `out` each of `N` columns times its factor.
#[inline(always)]
fn add_columns<S: Simd, const N: usize>(simd: S, columns: &[f64], factors: [f64; N], out: &mut [f64]) {
    let n = out.len();
    let (head, tail) = S::as_simd_f64s(&columns[..n]);
    let (mut heads, mut tails) = ([head; N], [tail; N]);
    for j in 1..N {
        (heads[j], tails[j]) = S::as_simd_f64s(&columns[j * n..(j + 1) * n]);
    }
    let (out_head, out_tail) = S::as_mut_simd_f64s(out);
    for (i, sum) in out_head.iter_mut().enumerate() {
        for j in 0..N {
            *sum = simd.mul_add_e_f64s(heads[j][i], simd.splat_f64s(factors[j]), *sum);
        }
    }
    for (i, sum) in out_tail.iter_mut().enumerate() {
        for j in 0..N {
            *sum += tails[j][i] * factors[j];
        }
    }
}

struct MultiplyTransposed<'a> {
    inner: usize,
    left: &'a [f64],
    right: &'a [f64],
    out_rows: usize,
    out: &'a mut [f64],
}

impl WithSimd for MultiplyTransposed<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let columns = self.right.chunks_exact(self.inner);
        for (out, column) in self.out.chunks_exact_mut(self.out_rows).zip(columns) {
            let (fours, rest) = out.as_chunks_mut::<WIDTH>();
            let (left_fours, left_rest) = self.left.split_at(fours.len() * WIDTH * self.inner);
            for (left, out) in left_fours.chunks_exact(WIDTH * self.inner).zip(fours) {
                *out = dots::<S, WIDTH>(simd, left, column);
            }
            for (left, out) in left_rest.chunks_exact(self.inner).zip(rest) {
                [*out] = dots::<S, 1>(simd, left, column);
            }
        }
    }
}

/// The products of `N` columns with a column.
#[inline(always)]
fn dots<S: Simd, const N: usize>(simd: S, columns: &[f64], column: &[f64]) -> [f64; N] {
    let [dots] = tile::<S, N, 1>(simd, columns, column, column.len());
    dots
}

/// The products of `N` columns with `M` others, all of length `n`: a list for each of the others. Every number that is read serves
/// several products.
#[inline(always)]
fn tile<S: Simd, const N: usize, const M: usize>(
    simd: S,
    left: &[f64],
    right: &[f64],
    n: usize,
) -> [[f64; N]; M] {
    let (head, tail) = S::as_simd_f64s(&left[..n]);
    let (mut heads, mut tails) = ([head; N], [tail; N]);
    for j in 1..N {
        (heads[j], tails[j]) = S::as_simd_f64s(&left[j * n..(j + 1) * n]);
    }
    let (head, tail) = S::as_simd_f64s(&right[..n]);
    let (mut others, mut other_tails) = ([head; M], [tail; M]);
    for k in 1..M {
        (others[k], other_tails[k]) = S::as_simd_f64s(&right[k * n..(k + 1) * n]);
    }
    let mut sums = [[simd.splat_f64s(0.0); N]; M];
    for i in 0..head.len() {
        for k in 0..M {
            for j in 0..N {
                sums[k][j] = simd.mul_add_e_f64s(heads[j][i], others[k][i], sums[k][j]);
            }
        }
    }
    let mut products = [[0.0; N]; M];
    for k in 0..M {
        for j in 0..N {
            products[k][j] = simd.reduce_sum_f64s(sums[k][j]);
            for (x, y) in tails[j].iter().zip(other_tails[k]) {
                products[k][j] += x * y;
            }
        }
    }
    products
}

struct GramDistance<'a> {
    a: &'a DMatrix<f64>,
    b: &'a DMatrix<f64>,
}

impl WithSimd for GramDistance<'_> {
    type Output = f64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> f64 {
        let (a, b) = (self.a.as_slice(), self.b.as_slice());
        let (a_rows, b_rows) = (self.a.nrows(), self.b.nrows());
        let n = self.a.ncols();
        let (mut on_diagonal, mut off_diagonal) = (0.0, 0.0);
        let mut first = 0;
        while first < n {
            let last = (first + BLOCK).min(n);
            // Tiles as long as they lie above the diagonal of all columns of the block.
            let mut above = 0;
            while last == first + BLOCK && above + WIDTH <= first {
                let (i, j) = (above, first);
                let left = tile::<S, WIDTH, BLOCK>(simd, &a[i * a_rows..], &a[j * a_rows..], a_rows);
                let right = tile::<S, WIDTH, BLOCK>(simd, &b[i * b_rows..], &b[j * b_rows..], b_rows);
                for (left, right) in left.as_flattened().iter().zip(right.as_flattened()) {
                    off_diagonal += (left - right) * (left - right);
                }
                above += WIDTH;
            }
            for j in first..last {
                for i in above..=j {
                    let [left] = dots::<S, 1>(simd, &a[i * a_rows..], &a[j * a_rows..(j + 1) * a_rows]);
                    let [right] = dots::<S, 1>(simd, &b[i * b_rows..], &b[j * b_rows..(j + 1) * b_rows]);
                    let squared = (left - right) * (left - right);
                    *(if i == j {
                        &mut on_diagonal
                    } else {
                        &mut off_diagonal
                    }) += squared;
                }
            }
            first = last;
        }
        2.0 * off_diagonal + on_diagonal
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, Streams};

    #[test]
    fn products_are_those_of_the_library() {
        let mut normals = Streams::new(4).normals(Purpose::Init);
        for (p, q, r) in [(1, 1, 1), (4, 4, 4), (3, 11, 7), (13, 6, 9), (100, 17, 10)] {
            let mut matrix = |rows, columns| DMatrix::from_fn(rows, columns, |_, _| 0.1 * normals.draw());
            let (a, b) = (matrix(p, q), matrix(q, r));
            let mut out = DMatrix::from_element(p, r, 5.0);
            multiply(&a, &b, &mut out);
            assert!((&out - &a * &b).norm() < 1e-14);
            let (a, b) = (matrix(q, p), matrix(q, r));
            multiply_transposed(&a, &b, &mut out);
            assert!((&out - a.transpose() * &b).norm() < 1e-14);
            let (a, b) = (matrix(p, q), matrix(r, q));
            let expected = (a.transpose() * &a - b.transpose() * &b).norm_squared();
            assert!((gram_distance_squared(&a, &b) - expected).abs() < 1e-13 * (1.0 + expected));
        }
    }
}
