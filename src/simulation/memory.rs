//! How much memory a run takes, reckoned from its shape before there is a second one.
//!
//! Counted is what every replica holds for itself, at any batch size it may be given on its way; teacher, initial weights and a
//! stored set are shared. With `s_l` the widths padded to whole vectors, `P = sum_l s_l s_{l-1}` and rank `r`:
//!
//! ```text
//! weights        2 P for SGD, 3 P for Langevin dynamics (to go back to), 11 P for gradient flow (stages)
//! passes         2 sum_l s_l s_0, activations and deltas of up to d_in columns
//! engine         4 s_L s_0 + 2 s_0^2
//! products       sum_l (s_L s_l + s_{l-1} s_0) for the observer, and as much for isotropic noise
//! modes          L r (s_L + 2 s_0) + 2 r sum_l s_l + 3 s_L s_0 + 64 (s_L + 3 r)
//! stored set     N (s_0 + 2 s_L + 3) for SGD, its largest minibatch and the order of visits; N (s_L + 1) for Langevin dynamics
//! ```
//!
//! and a quarter more, for what an allocator rounds up.

use super::Simulation;
use crate::dynamics::{LangevinNoise, padded_widths};
use crate::experiment::Engine;

/// Bytes of a run beside those that grow with the network: generators with the numbers they have ready, small vectors.
const FIXED_BYTES: usize = 8192;
/// The same for each layer: the heads of its matrices and what an allocator adds to small ones.
const BYTES_PER_LAYER: usize = 1024;
/// Samples that the diffusion of a stored set is measured on at a time.
const BLOCK: usize = 64;

/// Bytes that a replica of `simulation` holds at most.
pub(super) fn bytes_of_replica(simulation: &Simulation) -> u64 {
    let experiment = simulation.experiment();
    let widths = padded_widths(&simulation.network().widths());
    let depth = widths.len() - 1;
    let (first, last) = (widths[0], widths[depth]);
    let rank = simulation.schema().rank();
    let pairs: usize = widths.windows(2).map(|pair| pair[0] * pair[1]).sum();
    let sum: usize = widths.iter().sum();
    let products: usize = widths
        .windows(2)
        .map(|pair| last * pair[1] + pair[0] * first)
        .sum();
    let n_samples = simulation
        .risk()
        .dataset()
        .map_or(0, |dataset| dataset.n_samples());

    let block = if n_samples > 0 { BLOCK } else { 0 };
    let modes =
        depth * rank * (last + 2 * first) + 2 * rank * sum + 3 * last * first + block * (last + 3 * rank);
    let isotropic = experiment.langevin.noise == LangevinNoise::Isotropic;
    let engine = match experiment.engine {
        Engine::Sgd => 2 * pairs + n_samples * (first + 2 * last + 3),
        Engine::Langevin if isotropic => 3 * pairs + products,
        Engine::Langevin => 3 * pairs + n_samples * (last + 1),
        Engine::GradientFlow => 11 * pairs,
    };
    let passes = 2 * sum * first + 4 * last * first + 2 * first * first;
    let numbers = engine + passes + products + modes;
    (FIXED_BYTES + depth * BYTES_PER_LAYER + size_of::<f64>() * (numbers + numbers / 4)) as u64
}
