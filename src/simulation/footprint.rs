//! How much memory a run takes at most, from its shape, before anything is allocated: what is too large is refused ([`crate::budget`]).
//!
//! Counted is what a run holds for itself, at any batch size it may be given on its way. With `s_l` the widths padded to
//! whole vectors, `P = sum_l s_l s_{l-1}` and rank `r`:
//!
//! ```text
//! weights        2 P for SGD, 3 P for Langevin dynamics (to go back to), 11 P for gradient flow (stages)
//! velocity       3 P, with the step and the weights before it: momentum may be switched on; 5 P for adaptive steps, 4 P for
//!                isotropic noise
//! passes         2 sum_l s_l s_0, activations and deltas of up to d_in columns
//! engine         4 s_L s_0 + 2 s_0^2
//! products       sum_l (s_L s_l + s_{l-1} s_0) for the observer, and as much for isotropic noise
//! own pairs      as much as the modes again, and 2 sum_l s_l s_0 + P + L r s_L + 7 s_0 s_L + 64 (s_0 + s_L + 256)
//! modes          L r (s_L + 2 s_0) + 2 r sum_l s_l + 3 s_L s_0 + 64 (s_L + 3 r)
//! stored set     N (s_0 + 2 s_L + 3) for SGD, its largest minibatch and the order of visits; N (s_L + 1) for Langevin dynamics
//! ```
//!
//! and a quarter more, for what an allocator rounds up; and what replicas share,
//!
//! ```text
//! teacher        4 (s_L s_0 + r (s_0 + s_L)), with what it is made from
//! initial        3 P
//! stored set     N (4 s_0 + 3 s_L) + 4 s_0^2 + 2 s_L s_0, with what it is made from; N' (2 s_0 + 2 s_L) for N' samples held out
//! ```

use crate::dynamics::LangevinNoise;
use crate::experiment::{DataKind, Engine, Experiment};
use crate::products::padded_widths;

/// Bytes of a run beside those that grow with the network: generators with the numbers they have ready, small vectors.
const FIXED_BYTES: usize = 8192;
/// The same for each layer: the heads of its matrices and what an allocator adds to small ones.
const BYTES_PER_LAYER: usize = 1024;
/// Samples that the diffusion of a stored set is measured on at a time.
const BLOCK: usize = 64;

/// What decides how much memory a run takes.
#[derive(Clone, Debug)]
struct Footprint {
    /// Widths padded to whole vectors.
    widths: Vec<usize>,
    rank: usize,
    n_samples: usize,
    n_held_out: usize,
    engine: Engine,
    is_isotropic: bool,
}

impl Footprint {
    /// Of a run of `experiment`.
    fn of(experiment: &Experiment) -> Self {
        let data = &experiment.data;
        let (n_samples, n_held_out) = match data.kind {
            DataKind::Online => (0, 0),
            DataKind::Dataset => (data.n_samples, data.n_held_out()),
            DataKind::File => {
                let n_held_out = data.samples.as_ref().map_or(0, |samples| samples.n_held_out());
                (data.n_samples, n_held_out)
            }
        };
        Self {
            widths: padded_widths(&experiment.network.widths()),
            rank: experiment.teacher.strengths.len(),
            n_samples,
            n_held_out,
            engine: experiment.engine,
            is_isotropic: experiment.langevin.noise == LangevinNoise::Isotropic,
        }
    }

    /// First and last width.
    fn ends(&self) -> (usize, usize) {
        (self.widths[0], self.widths[self.widths.len() - 1])
    }

    fn n_weights(&self) -> usize {
        self.widths.windows(2).map(|pair| pair[0] * pair[1]).sum()
    }

    /// Bytes that a replica holds at most.
    fn bytes_each(&self) -> u64 {
        let (widths, rank, n_samples) = (&self.widths, self.rank, self.n_samples);
        let depth = widths.len() - 1;
        let (first, last) = self.ends();
        let pairs = self.n_weights();
        let sum: usize = widths.iter().sum();
        let products: usize = widths
            .windows(2)
            .map(|pair| last * pair[1] + pair[0] * first)
            .sum();
        let block = if n_samples > 0 { BLOCK } else { 0 };
        let modes =
            depth * rank * (last + 2 * first) + 2 * rank * sum + 3 * last * first + block * (last + 3 * rank);
        let engine = match self.engine {
            Engine::Sgd | Engine::Nesterov => 5 * pairs + n_samples * (first + 2 * last + 3),
            Engine::Adam | Engine::RmsProp => 7 * pairs + n_samples * (first + 2 * last + 3),
            Engine::Langevin if self.is_isotropic => 7 * pairs + products,
            Engine::Langevin => 6 * pairs + n_samples * (last + 1),
            Engine::GradientFlow => 11 * pairs,
        };
        // Gradients as a whole and along the student's own pairs, and the pairs.
        let followed = 64.min(first.min(last));
        let own = modes
            + 2 * sum * first
            + pairs
            + depth * rank * last
            + 6 * first.max(last) * first.min(last)
            + first * last
            + followed * (first + last + 4 * followed)
            + block * (2 * last + 2 * sum + 2 * rank);
        let passes = 2 * sum * first + 4 * last * first + 2 * first * first;
        let numbers = engine + passes + products + modes + own;
        (FIXED_BYTES + depth * BYTES_PER_LAYER + size_of::<f64>() * (numbers + numbers / 4)) as u64
    }

    /// Bytes that all replicas share.
    fn bytes_shared(&self) -> u64 {
        let (first, last) = self.ends();
        let teacher = 4 * (last * first + self.rank * (first + last));
        let stored = match self.n_samples {
            0 => 0,
            n => n * (4 * first + 3 * last) + 4 * first * first + 2 * last * first,
        };
        let held_out = 2 * self.n_held_out * (first + last);
        (size_of::<f64>() * (teacher + 3 * self.n_weights() + stored + held_out)) as u64
    }
}

/// Bytes that a run of `experiment` takes at most, with everything that it is made from.
pub fn bytes_of_run(experiment: &Experiment) -> u64 {
    let footprint = Footprint::of(experiment);
    footprint.bytes_shared() + footprint.bytes_each()
}
