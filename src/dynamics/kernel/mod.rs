//! The engines' arithmetic: weights and work space in a layout made for vectors, and the passes of a step over them.
//!
//! Every matrix is a [`Panel`](crate::products::Panel): column-major, its columns padded with zeros to whole vectors. A network whose widths all fit in
//! 4, 8 or 12 rows has that one stride everywhere, and its steps are compiled for it; any other has a stride for every width.
//! With `Q = R X^T` the mean error statistic, a [`Pass`] computes
//!
//! ```text
//! H_0 = X,  H_l = W_l H_{l-1}        D_L = factor R,  D_{l-1} = W_l^T D_l        W_l += D_l H_{l-1}^T
//! ```
//!
//! as [`Backpropagation`](super::Backpropagation) does, with up to `d_in` columns. Against the identity, `X = I` and `R = Q`,
//! the first layer needs no product: `H_1 = W_1` and `W_1 += D_1`.

mod pass;

pub(super) use pass::{Inputs, Pass};

use pulp::{Arch, Simd, WithSimd};

use crate::products::WIDEST;

/// Work compiled for every stride and vector length.
pub(super) trait Work {
    /// What it gives.
    type Output;

    /// Does it. `STRIDE` is the stride of all panels, or 0 where each has its own.
    fn run<S: Simd, const STRIDE: usize>(self, simd: S) -> Self::Output;
}

/// Does `work` with the widest vectors of this processor.
pub(super) fn dispatch<W: Work>(common_stride: usize, work: W) -> W::Output {
    let arch = Arch::new();
    match common_stride {
        4 => arch.dispatch(Compiled::<W, 4>(work)),
        8 => arch.dispatch(Compiled::<W, 8>(work)),
        12 => arch.dispatch(Compiled::<W, 12>(work)),
        _ => arch.dispatch(Compiled::<W, 0>(work)),
    }
}

struct Compiled<W, const STRIDE: usize>(W);

impl<W: Work, const STRIDE: usize> WithSimd for Compiled<W, STRIDE> {
    type Output = W::Output;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> W::Output {
        const { assert!(S::F64_LANES <= WIDEST, "columns are padded to whole vectors") };
        self.0.run::<S, STRIDE>(simd)
    }
}
