//! Products of panels, in tiles that keep their sums in vector registers.
//!
//! Strides and numbers of columns are those of the slices; where they are constants to the caller, the loops unroll. A tile
//! has up to three vectors of rows and four columns: twelve sums, which hide the latency of a fused multiply-add on every
//! processor with sixteen registers.

use pulp::Simd;

/// Rows of a tile, in vectors.
pub(super) const TILE_ROWS: usize = 3;
/// Columns of the left factor in a tile of [`transposed_product`] and [`add_outer_product`].
pub(super) const TILE_COLUMNS: usize = 4;

/// Sizes of the columns a tile reads and writes.
#[derive(Clone, Copy, Debug)]
pub(super) struct TileSizes {
    /// Vectors in a column of the left factor.
    pub(super) height: usize,
    /// Numbers from one column of the other matrix to the next.
    pub(super) other_stride: usize,
}

/// Sizes of a product `out = left right`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProductSizes {
    /// Numbers from one column of `left` and of `out` to the next.
    pub(crate) stride: usize,
    /// Columns of `left` and rows of `right` that count.
    pub(crate) inner: usize,
    /// Numbers from one column of `right` to the next.
    pub(crate) inner_stride: usize,
}

/// `out = left right`, as many columns as `out` has.
#[inline(always)]
pub(crate) fn product<S: Simd>(simd: S, left: &[f64], right: &[f64], out: &mut [f64], sizes: ProductSizes) {
    let ProductSizes {
        stride,
        inner,
        inner_stride,
    } = sizes;
    let left = &S::as_simd_f64s(left).0[..inner * (stride / S::F64_LANES)];
    let (mut out, mut right) = (out, right);
    while !out.is_empty() {
        let n_left = out.len() / stride;
        let n = match n_left {
            1..=4 => n_left,
            5 | 6 => 3,
            _ => 4,
        };
        let (out_now, out_later) = out.split_at_mut(n * stride);
        let (right_now, right_later) = right.split_at(n * inner_stride);
        match n {
            1 => product_columns::<S, 1>(simd, left, right_now, out_now, sizes),
            2 => product_columns::<S, 2>(simd, left, right_now, out_now, sizes),
            3 => product_columns::<S, 3>(simd, left, right_now, out_now, sizes),
            _ => product_columns::<S, 4>(simd, left, right_now, out_now, sizes),
        }
        (out, right) = (out_later, right_later);
    }
}

/// `N` columns of a product.
#[inline(always)]
fn product_columns<S: Simd, const N: usize>(
    simd: S,
    left: &[S::f64s],
    right: &[f64],
    out: &mut [f64],
    sizes: ProductSizes,
) {
    let height = sizes.stride / S::F64_LANES;
    let out = S::as_mut_simd_f64s(out).0;
    let mut columns = [right; N];
    for (j, column) in columns.iter_mut().enumerate() {
        *column = &right[j * sizes.inner_stride..][..sizes.inner];
    }
    let mut row = 0;
    while height - row >= TILE_ROWS {
        product_tile::<S, TILE_ROWS, N>(simd, left, columns, out, height, row);
        row += TILE_ROWS;
    }
    match height - row {
        2 => product_tile::<S, 2, N>(simd, left, columns, out, height, row),
        1 => product_tile::<S, 1, N>(simd, left, columns, out, height, row),
        _ => {}
    }
}

#[inline(always)]
fn product_tile<S: Simd, const ROWS: usize, const N: usize>(
    simd: S,
    left: &[S::f64s],
    right: [&[f64]; N],
    out: &mut [S::f64s],
    height: usize,
    row: usize,
) {
    let mut sums = [[simd.splat_f64s(0.0); ROWS]; N];
    if N == 1 {
        // Even and odd columns apart: a single chain of sums would wait for itself.
        let mut odd_sums = [simd.splat_f64s(0.0); ROWS];
        let (pairs, last) = right[0].as_chunks::<2>();
        let (left_pairs, left_last) = left.split_at(2 * height * pairs.len());
        for (columns, factors) in left_pairs.chunks_exact(2 * height).zip(pairs) {
            let (even, odd) = (&columns[row..row + ROWS], &columns[height + row..][..ROWS]);
            let factors = (simd.splat_f64s(factors[0]), simd.splat_f64s(factors[1]));
            for r in 0..ROWS {
                sums[0][r] = simd.mul_add_e_f64s(even[r], factors.0, sums[0][r]);
                odd_sums[r] = simd.mul_add_e_f64s(odd[r], factors.1, odd_sums[r]);
            }
        }
        if let [factor] = last {
            let (column, factor) = (&left_last[row..row + ROWS], simd.splat_f64s(*factor));
            for r in 0..ROWS {
                sums[0][r] = simd.mul_add_e_f64s(column[r], factor, sums[0][r]);
            }
        }
        for r in 0..ROWS {
            sums[0][r] = simd.add_f64s(sums[0][r], odd_sums[r]);
        }
    } else {
        for (k, column) in left.chunks_exact(height).enumerate() {
            let column = &column[row..row + ROWS];
            for j in 0..N {
                let factor = simd.splat_f64s(right[j][k]);
                for r in 0..ROWS {
                    sums[j][r] = simd.mul_add_e_f64s(column[r], factor, sums[j][r]);
                }
            }
        }
    }
    for j in 0..N {
        out[j * height + row..][..ROWS].copy_from_slice(&sums[j]);
    }
}

/// `out = left^T right`: `left` and `right` have columns of stride `stride`, `out` of `out_stride`, the number of columns of `left`.
#[inline(always)]
pub(crate) fn transposed_product<S: Simd>(
    simd: S,
    left: &[f64],
    right: &[f64],
    out: &mut [f64],
    stride: usize,
    out_stride: usize,
) {
    let left = &S::as_simd_f64s(left).0[..out_stride * (stride / S::F64_LANES)];
    let (mut out, mut right) = (out, right);
    while !right.is_empty() {
        let n = match right.len() / stride {
            1 => 1,
            2 | 4 => 2,
            _ => 3,
        };
        let (out_now, out_later) = out.split_at_mut(n * out_stride);
        let (right_now, right_later) = right.split_at(n * stride);
        let sizes = TileSizes {
            height: stride / S::F64_LANES,
            other_stride: out_stride,
        };
        match n {
            1 => transposed_columns::<S, 1>(simd, left, right_now, out_now, sizes),
            2 => transposed_columns::<S, 2>(simd, left, right_now, out_now, sizes),
            _ => transposed_columns::<S, 3>(simd, left, right_now, out_now, sizes),
        }
        (out, right) = (out_later, right_later);
    }
}

#[inline(always)]
fn transposed_columns<S: Simd, const N: usize>(
    simd: S,
    left: &[S::f64s],
    right: &[f64],
    out: &mut [f64],
    sizes: TileSizes,
) {
    let height = sizes.height;
    let right = S::as_simd_f64s(right).0;
    let mut columns = [right; N];
    for (j, column) in columns.iter_mut().enumerate() {
        *column = &right[j * height..][..height];
    }
    for (tile, left) in left.chunks_exact(TILE_COLUMNS * height).enumerate() {
        let mut lefts = [left; TILE_COLUMNS];
        for (c, column) in lefts.iter_mut().enumerate() {
            *column = &left[c * height..][..height];
        }
        let mut sums = [[simd.splat_f64s(0.0); TILE_COLUMNS]; N];
        for i in 0..height {
            for j in 0..N {
                for c in 0..TILE_COLUMNS {
                    sums[j][c] = simd.mul_add_e_f64s(lefts[c][i], columns[j][i], sums[j][c]);
                }
            }
        }
        for j in 0..N {
            let mut entries = [0.0; TILE_COLUMNS];
            for c in 0..TILE_COLUMNS {
                entries[c] = simd.reduce_sum_f64s(sums[j][c]);
            }
            out[j * sizes.other_stride + TILE_COLUMNS * tile..][..TILE_COLUMNS].copy_from_slice(&entries);
        }
    }
}
