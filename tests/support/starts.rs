//! Starts of runs of any shape: teacher and network in general position at a size that trains, and stored samples.

use std::sync::Arc;

use saddlescope::model::{Dataset, DeepLinearNetwork, Teacher};
use saddlescope::random::{Purpose, stream};

use crate::setting::{general_position, normal_matrix};

/// A teacher of up to two modes and a Gaussian network whose layers neither grow nor shrink what passes.
pub(crate) fn start(widths: &[usize], seed: u64) -> (Arc<Teacher>, DeepLinearNetwork) {
    let (smallest, largest) = (*widths.iter().min().unwrap(), *widths.iter().max().unwrap());
    let std = (largest as f64).sqrt().recip();
    general_position(widths, &[1.5, 0.8][..smallest.min(2)], std, seed)
}

/// Samples with targets no linear map gives.
pub(crate) fn dataset(widths: &[usize], n_samples: usize) -> Arc<Dataset> {
    let mut generator = stream(7, Purpose::Dataset);
    let (d_in, d_out) = (widths[0], widths[widths.len() - 1]);
    let [inputs, targets, noise] =
        [d_in, d_out, d_out].map(|rows| normal_matrix(rows, n_samples, &mut generator));
    Arc::new(Dataset::from_samples(inputs, targets, noise).unwrap())
}
