//! The part of a row that looks at gradients as a whole and along the student's own singular pairs: mean gradient and its noise, second-order
//! drift, and drift, diffusion and curvature of the pairs with their numbers ([`PairFollower`]).

use nalgebra::DMatrix;

use super::decay::with_decay;
use super::diffusion::ModeDynamics;
use super::following::PairFollower;
use super::gradient::GradientSize;
use super::ito::ItoDrift;
use super::schema::{Quantity, Schema};
use super::singular_pairs::SingularPairs;
use crate::dynamics::{Batching, LiveParams, Sampling};
use crate::memory::HeapBytes;
use crate::model::{DeepLinearNetwork, PartialProducts, Risk};

/// Work space for networks of one shape.
#[derive(Clone, Debug)]
pub(super) struct OwnNoise {
    schema: Schema,
    pairs: SingularPairs,
    follower: PairFollower,
    /// The pairs of the row, as many as there are modes.
    left: DMatrix<f64>,
    right: DMatrix<f64>,
    along: ModeDynamics,
    ito: ItoDrift,
    gradient: GradientSize,
}

/// What is looked at: the network, its products and the teacher's modes updated for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Looked<'a> {
    pub(super) network: &'a DeepLinearNetwork,
    pub(super) products: &'a PartialProducts,
    pub(super) risk: &'a Risk,
    pub(super) sampling: Sampling,
    pub(super) modes: &'a ModeDynamics,
    pub(super) mode_matrix: &'a DMatrix<f64>,
    pub(super) live: &'a LiveParams,
}

impl OwnNoise {
    /// For networks with the given partial products.
    pub(super) fn new(products: &PartialProducts, risk: &Risk, schema: Schema) -> Self {
        let (d_out, d_in) = products.map().shape();
        let rank = schema.rank();
        Self {
            schema,
            pairs: SingularPairs::new(d_out, d_in),
            follower: PairFollower::default(),
            left: DMatrix::zeros(d_out, rank),
            right: DMatrix::zeros(d_in, rank),
            along: ModeDynamics::of_pairs(products, risk, rank),
            ito: ItoDrift::new(products, risk, rank),
            gradient: GradientSize::new(products, risk),
        }
    }

    /// Fills in the columns from [`Quantity::GradientNorm`] on, and the singular values.
    pub(super) fn write(&mut self, looked: Looked<'_>, row: &mut [f64]) {
        let Looked {
            products,
            risk,
            sampling,
            modes,
            live,
            ..
        } = looked;
        let (schema, rank) = (self.schema, self.schema.rank());
        let noise = (
            Batching::of(risk, sampling).noise_scale(live),
            live.label_noise_std,
        );
        self.gradient.update(products, risk, modes.mean(), noise);
        let (norm, trace) = (self.gradient.norm(), self.gradient.noise());
        row[schema.column(Quantity::GradientNorm, 0)] = norm;
        row[schema.column(Quantity::NoiseTrace, 0)] = trace;
        row[schema.column(Quantity::SignalToNoise, 0)] = if trace > 0.0 {
            (norm / trace).min(f64::MAX)
        } else {
            0.0
        };
        row[schema.column(Quantity::OffDiagonal, 0)] = off_diagonal(looked.mode_matrix);
        self.ito
            .update(looked.network.weights(), products, risk, modes, noise);
        row[schema.columns(Quantity::ItoDrift)].copy_from_slice(self.ito.drift());

        self.pairs.update(products.map());
        row[schema.columns(Quantity::SingularValue)].copy_from_slice(&self.pairs.values()[..rank]);
        self.left.copy_from(&self.pairs.left().columns(0, rank));
        self.right.copy_from(&self.pairs.right().columns(0, rank));
        let directions = (&self.left, &self.right);
        self.along
            .update_along(products, risk, directions, sampling, live);
        let drifts = self.along.drift().iter().zip(self.pairs.values());
        for (column, (&drift, &value)) in row[schema.columns(Quantity::StudentDrift)].iter_mut().zip(drifts) {
            *column = with_decay(drift, value, schema.depth(), live);
        }
        row[schema.columns(Quantity::StudentDiffusion)].copy_from_slice(self.along.diffusion());
        row[schema.columns(Quantity::StudentCurvature)].copy_from_slice(self.along.curvature());
        let numbers = self.follower.follow(&self.pairs);
        let columns = row[schema.columns(Quantity::StudentPair)].iter_mut();
        for (column, &number) in columns.zip(numbers) {
            *column = (number + 1) as f64;
        }
    }
}

/// Mean absolute entry beside the diagonal; 0 for a single one.
fn off_diagonal(matrix: &DMatrix<f64>) -> f64 {
    let n = matrix.nrows();
    let all: f64 = matrix.iter().map(|entry| entry.abs()).sum();
    let on_it: f64 = matrix.diagonal().iter().map(|entry| entry.abs()).sum();
    if n > 1 {
        (all - on_it) / (n * (n - 1)) as f64
    } else {
        0.0
    }
}

impl HeapBytes for OwnNoise {
    fn heap_bytes(&self) -> usize {
        let pairs = self.pairs.heap_bytes() + self.follower.heap_bytes();
        let directions = self.left.heap_bytes() + self.right.heap_bytes() + self.along.heap_bytes();
        pairs + directions + self.ito.heap_bytes() + self.gradient.heap_bytes()
    }
}
