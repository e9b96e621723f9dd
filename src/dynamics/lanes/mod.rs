//! Several runs side by side: four networks of one shape, one in each lane of a vector, take their steps together.
//!
//! A number of the engine becomes a vector of the same number of all four runs, so every instruction works for four runs and no vector
//! is padded. Every sum is taken in the order in which the engines themselves take it ([`products`](crate::products)), the order of
//! their vectors' lanes included, and every run draws from its own streams: each run is bit for bit what it is alone.
//!
//! What ends a run, a residual or weights out of range, is not judged here but bounded over all steps. Where the bound is not
//! kept, the answer is `false` and the members are undefined: whoever drives them goes back to where they were known, and
//! lets the engines take the steps.

mod langevin;
mod network;
mod sgd;

pub(crate) use langevin::LangevinLanes;
pub(crate) use network::LaneNetwork;
pub(crate) use sgd::SgdLanes;

use crate::products::lanes::LANES;

/// Steps whose random numbers are drawn at once.
const CHUNK: usize = 32;

/// Writes number `i` of each run into vector `i`: `draws` holds the numbers of one run after those of another, `stride` apart.
#[inline(always)]
fn interleave(draws: &[f64], stride: usize, out: &mut [f64]) {
    let (a, rest) = draws.split_at(stride);
    let (b, rest) = rest.split_at(stride);
    let (c, d) = rest.split_at(stride);
    for (i, out) in out.as_chunks_mut::<LANES>().0.iter_mut().enumerate() {
        *out = [a[i], b[i], c[i], d[i]];
    }
}
