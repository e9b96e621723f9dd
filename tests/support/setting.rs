//! Teachers and networks in general position: nothing aligned, nothing balanced.

use std::sync::Arc;

use nalgebra::DMatrix;
use rand_distr::{Distribution as _, StandardNormal};
use saddlescope::model::{Basis, DeepLinearNetwork, Init, Teacher};
use saddlescope::random::{Generator, Purpose, stream};

/// A matrix of independent standard normal numbers.
pub(crate) fn normal_matrix(rows: usize, columns: usize, generator: &mut Generator) -> DMatrix<f64> {
    DMatrix::from_fn(rows, columns, |_, _| StandardNormal.sample(generator))
}

/// A teacher with random singular vectors and a Gaussian network of the given widths.
pub(crate) fn general_position(
    widths: &[usize],
    strengths: &[f64],
    std: f64,
    seed: u64,
) -> (Arc<Teacher>, DeepLinearNetwork) {
    let (d_in, d_out) = (widths[0], widths[widths.len() - 1]);
    let mut generator = stream(seed, Purpose::Teacher);
    let teacher = Teacher::new(d_out, d_in, strengths, Basis::Random, &mut generator);
    let network = Init::Gaussian { std }.draw(widths, &teacher, &mut stream(seed, Purpose::Init));
    (Arc::new(teacher), network)
}
