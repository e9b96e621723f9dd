//! Products of small matrices of which every entry is a vector, one lane a run. Matrices are column-major and not padded.
//!
//! The orders of the sums are those of [`tiles`](super::tiles) and [`outer_product`](super::outer_product): a product against a single column sums even and odd
//! terms apart; a transposed product sums the rows that share a lane there, every fourth, and then these four sums crosswise.

use nalgebra::DMatrix;
use pulp::{Arch, Simd, WithSimd};

/// Runs side by side: the lanes of the widest vector in use.
pub(crate) const LANES: usize = 4;

/// Rows that are worked on at once.
const ROWS: usize = 4;

/// Work on vectors of [`LANES`] numbers.
pub(crate) trait LaneWork {
    /// Does it; the answer goes on to whoever asked.
    fn run<S: Simd>(self, simd: S) -> bool;
}

struct Dispatched<W>(W);

impl<W: LaneWork> WithSimd for Dispatched<W> {
    type Output = bool;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> bool {
        S::F64_LANES == LANES && self.0.run(simd)
    }
}

/// Does `work` where the processor has vectors of [`LANES`] numbers; `false` where it has none, or the bounds were not kept.
pub(crate) fn dispatch(work: impl LaneWork) -> bool {
    Arch::new().dispatch(Dispatched(work))
}

/// Whether this processor has vectors of [`LANES`] numbers.
pub(crate) fn are_there() -> bool {
    struct Yes;
    impl LaneWork for Yes {
        fn run<S: Simd>(self, _simd: S) -> bool {
            true
        }
    }
    dispatch(Yes)
}

/// Writes a matrix into one lane.
pub(crate) fn load_lane(matrix: &DMatrix<f64>, lane: usize, out: &mut [f64]) {
    for (out, entry) in out.as_chunks_mut::<LANES>().0.iter_mut().zip(matrix.iter()) {
        out[lane] = *entry;
    }
}

/// `out = left right`: `left` has `rows` rows and `inner` columns.
#[inline(always)]
pub(crate) fn product<S: Simd>(
    simd: S,
    left: &[S::f64s],
    right: &[S::f64s],
    out: &mut [S::f64s],
    rows: usize,
    inner: usize,
) {
    let left = &left[..rows * inner];
    let is_single = out.len() == rows;
    for (out, right) in out.chunks_exact_mut(rows).zip(right.chunks_exact(inner)) {
        let mut row = 0;
        while row < rows {
            match (rows - row, is_single) {
                (1, true) => single::<S, 1>(simd, left, right, out, row),
                (2, true) => single::<S, 2>(simd, left, right, out, row),
                (3, true) => single::<S, 3>(simd, left, right, out, row),
                (_, true) => single::<S, ROWS>(simd, left, right, out, row),
                (1, false) => one_of_many::<S, 1>(simd, left, right, out, row),
                (2, false) => one_of_many::<S, 2>(simd, left, right, out, row),
                (3, false) => one_of_many::<S, 3>(simd, left, right, out, row),
                (_, false) => one_of_many::<S, ROWS>(simd, left, right, out, row),
            }
            row += ROWS;
        }
    }
}

#[inline(always)]
fn single<S: Simd, const N: usize>(
    simd: S,
    left: &[S::f64s],
    right: &[S::f64s],
    out: &mut [S::f64s],
    row: usize,
) {
    let rows = out.len();
    let (mut even, mut odd) = ([simd.splat_f64s(0.0); N], [simd.splat_f64s(0.0); N]);
    let (pairs, last) = right.as_chunks::<2>();
    let (left_pairs, left_last) = left.split_at(2 * rows * pairs.len());
    for (columns, factors) in left_pairs.chunks_exact(2 * rows).zip(pairs) {
        let (first, second) = (&columns[row..row + N], &columns[rows + row..][..N]);
        for r in 0..N {
            even[r] = simd.mul_add_e_f64s(first[r], factors[0], even[r]);
            odd[r] = simd.mul_add_e_f64s(second[r], factors[1], odd[r]);
        }
    }
    if let [factor] = last {
        let column = &left_last[row..row + N];
        for r in 0..N {
            even[r] = simd.mul_add_e_f64s(column[r], *factor, even[r]);
        }
    }
    let out = &mut out[row..row + N];
    for r in 0..N {
        out[r] = simd.add_f64s(even[r], odd[r]);
    }
}

#[inline(always)]
fn one_of_many<S: Simd, const N: usize>(
    simd: S,
    left: &[S::f64s],
    right: &[S::f64s],
    out: &mut [S::f64s],
    row: usize,
) {
    let rows = out.len();
    let mut sums = [simd.splat_f64s(0.0); N];
    for (column, factor) in left.chunks_exact(rows).zip(right) {
        let column = &column[row..row + N];
        for r in 0..N {
            sums[r] = simd.mul_add_e_f64s(column[r], *factor, sums[r]);
        }
    }
    out[row..row + N].copy_from_slice(&sums);
}

/// `out = left^T right`: `left` and `right` have `rows` rows, `left` as many columns as `out` rows.
#[inline(always)]
pub(crate) fn transposed_product<S: Simd>(
    simd: S,
    left: &[S::f64s],
    right: &[S::f64s],
    out: &mut [S::f64s],
    rows: usize,
    columns: usize,
) {
    for (out, right) in out.chunks_exact_mut(columns).zip(right.chunks_exact(rows)) {
        let (pairs, last) = out.as_chunks_mut::<2>();
        let (left_pairs, left_last) = left[..columns * rows].split_at(2 * rows * pairs.len());
        for (out, left) in pairs.iter_mut().zip(left_pairs.chunks_exact(2 * rows)) {
            *out = transposed_columns(simd, [&left[..rows], &left[rows..]], right);
        }
        if let [out] = last {
            [*out] = transposed_columns(simd, [&left_last[..rows]], right);
        }
    }
}

#[inline(always)]
fn transposed_columns<S: Simd, const N: usize>(
    simd: S,
    left: [&[S::f64s]; N],
    right: &[S::f64s],
) -> [S::f64s; N] {
    let mut sums = [[simd.splat_f64s(0.0); LANES]; N];
    let (blocks, rest) = right.as_chunks::<LANES>();
    for (i, block) in blocks.iter().enumerate() {
        for c in 0..N {
            let column = &left[c][LANES * i..][..LANES];
            for lane in 0..LANES {
                sums[c][lane] = simd.mul_add_e_f64s(column[lane], block[lane], sums[c][lane]);
            }
        }
    }
    for c in 0..N {
        let column = &left[c][LANES * blocks.len()..];
        for (lane, (entry, factor)) in column.iter().zip(rest).enumerate() {
            sums[c][lane] = simd.mul_add_e_f64s(*entry, *factor, sums[c][lane]);
        }
    }
    // Not by a closure: that would be compiled apart, without the vectors of this processor.
    let mut total = [simd.splat_f64s(0.0); N];
    for c in 0..N {
        let [p, q, r, s] = sums[c];
        total[c] = simd.add_f64s(simd.add_f64s(p, r), simd.add_f64s(q, s));
    }
    total
}

/// `target += left right^T`: `left` has `rows` rows, `right` `columns`, and both as many columns.
#[inline(always)]
pub(crate) fn add_outer_product<S: Simd>(
    simd: S,
    left: &[S::f64s],
    right: &[S::f64s],
    target: &mut [S::f64s],
    rows: usize,
    columns: usize,
) {
    let target = &mut target[..rows * columns];
    let mut row = 0;
    while row < rows {
        match rows - row {
            1 => outer_rows::<S, 1>(simd, left, right, target, rows, columns, row),
            2 => outer_rows::<S, 2>(simd, left, right, target, rows, columns, row),
            3 => outer_rows::<S, 3>(simd, left, right, target, rows, columns, row),
            _ => outer_rows::<S, ROWS>(simd, left, right, target, rows, columns, row),
        }
        row += ROWS;
    }
}

#[inline(always)]
fn outer_rows<S: Simd, const N: usize>(
    simd: S,
    left: &[S::f64s],
    right: &[S::f64s],
    target: &mut [S::f64s],
    rows: usize,
    columns: usize,
    row: usize,
) {
    if left.len() == rows {
        let mut delta = [simd.splat_f64s(0.0); N];
        delta.copy_from_slice(&left[row..row + N]);
        for (target, factor) in target.chunks_exact_mut(rows).zip(right) {
            let target = &mut target[row..row + N];
            for r in 0..N {
                target[r] = simd.mul_add_e_f64s(delta[r], *factor, target[r]);
            }
        }
        return;
    }
    for (k, target) in target.chunks_exact_mut(rows).enumerate() {
        let target = &mut target[row..row + N];
        let mut sums = [simd.splat_f64s(0.0); N];
        sums.copy_from_slice(target);
        for (delta, factors) in left.chunks_exact(rows).zip(right.chunks_exact(columns)) {
            let (delta, factor) = (&delta[row..row + N], factors[k]);
            for r in 0..N {
                sums[r] = simd.mul_add_e_f64s(delta[r], factor, sums[r]);
            }
        }
        target.copy_from_slice(&sums);
    }
}

/// `out += factor * term`, entry by entry.
#[inline(always)]
pub(crate) fn add_scaled<S: Simd>(simd: S, factor: f64, term: &[S::f64s], out: &mut [S::f64s]) {
    let factor = simd.splat_f64s(factor);
    for (entry, term) in out.iter_mut().zip(term) {
        *entry = simd.mul_add_e_f64s(factor, *term, *entry);
    }
}

/// `out *= factor`.
#[inline(always)]
pub(crate) fn scale<S: Simd>(simd: S, factor: f64, out: &mut [S::f64s]) {
    let factor = simd.splat_f64s(factor);
    for entry in out {
        *entry = simd.mul_f64s(*entry, factor);
    }
}

/// `sum + |entries|^2`, lane by lane.
#[inline(always)]
pub(crate) fn add_squares<S: Simd>(simd: S, entries: &[S::f64s], sum: &mut S::f64s) {
    let (pairs, last) = entries.as_chunks::<2>();
    let mut odd = simd.splat_f64s(0.0);
    for [a, b] in pairs {
        *sum = simd.mul_add_e_f64s(*a, *a, *sum);
        odd = simd.mul_add_e_f64s(*b, *b, odd);
    }
    if let [a] = last {
        *sum = simd.mul_add_e_f64s(*a, *a, *sum);
    }
    *sum = simd.add_f64s(*sum, odd);
}
