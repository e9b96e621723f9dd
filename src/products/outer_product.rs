//! Sums of outer products of columns, in the same tiles.

use pulp::Simd;

use super::tiles::{TILE_COLUMNS, TILE_ROWS, TileSizes};

/// `target += left right^T`: `left` and `target` have columns of stride `stride`, `right` of `right_stride`, the number of columns
/// of `target`; `left` and `right` have equally many columns.
#[inline(always)]
pub(crate) fn add_outer_product<S: Simd>(
    simd: S,
    left: &[f64],
    right: &[f64],
    target: &mut [f64],
    stride: usize,
    right_stride: usize,
) {
    let sizes = TileSizes {
        height: stride / S::F64_LANES,
        other_stride: right_stride,
    };
    let height = sizes.height;
    let target = &mut S::as_mut_simd_f64s(target).0[..right_stride * height];
    let left = S::as_simd_f64s(left).0;
    for (tile, target) in target.chunks_exact_mut(TILE_COLUMNS * height).enumerate() {
        let mut row = 0;
        let first = TILE_COLUMNS * tile;
        while height - row >= TILE_ROWS {
            outer_tile::<S, TILE_ROWS>(simd, left, right, target, sizes, row, first);
            row += TILE_ROWS;
        }
        match height - row {
            2 => outer_tile::<S, 2>(simd, left, right, target, sizes, row, first),
            1 => outer_tile::<S, 1>(simd, left, right, target, sizes, row, first),
            _ => {}
        }
    }
}

/// The tile that begins at a row, in vectors, and a column.
#[inline(always)]
fn outer_tile<S: Simd, const ROWS: usize>(
    simd: S,
    left: &[S::f64s],
    right: &[f64],
    target: &mut [S::f64s],
    sizes: TileSizes,
    row: usize,
    first: usize,
) {
    let height = sizes.height;
    let mut sums = [[simd.splat_f64s(0.0); ROWS]; TILE_COLUMNS];
    for c in 0..TILE_COLUMNS {
        sums[c].copy_from_slice(&target[c * height + row..][..ROWS]);
    }
    for (column, factors) in left
        .chunks_exact(height)
        .zip(right.chunks_exact(sizes.other_stride))
    {
        let column = &column[row..row + ROWS];
        let factors = &factors[first..first + TILE_COLUMNS];
        for c in 0..TILE_COLUMNS {
            let factor = simd.splat_f64s(factors[c]);
            for r in 0..ROWS {
                sums[c][r] = simd.mul_add_e_f64s(column[r], factor, sums[c][r]);
            }
        }
    }
    for c in 0..TILE_COLUMNS {
        target[c * height + row..][..ROWS].copy_from_slice(&sums[c]);
    }
}
