//! Weights kept along a run, beside its rows.

use nalgebra::DMatrix;

use crate::model::DeepLinearNetwork;

/// Weights at step 0 and after every so many steps.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptWeights {
    every: u64,
    steps: Vec<u64>,
    /// Shape of every layer, `(d_l, d_{l-1})`.
    shapes: Vec<(usize, usize)>,
    /// Of every layer the matrices one after the other, each row by row.
    layers: Vec<Vec<f64>>,
}

impl KeptWeights {
    /// None yet, of networks shaped like `network`, every `every` steps.
    pub(super) fn new(network: &DeepLinearNetwork, every: u64) -> Self {
        let shapes: Vec<_> = network.weights().iter().map(DMatrix::shape).collect();
        Self {
            every: every.max(1),
            steps: Vec::new(),
            layers: vec![Vec::new(); shapes.len()],
            shapes,
        }
    }

    /// The next step whose weights are kept.
    pub(super) fn next_after(&self, step: u64) -> u64 {
        (step / self.every + 1).saturating_mul(self.every)
    }

    /// Keeps the weights at a step, if they are to be kept there and have not been.
    pub(super) fn look(&mut self, step: u64, network: &DeepLinearNetwork) {
        if !step.is_multiple_of(self.every) || self.steps.last() == Some(&step) {
            return;
        }
        self.steps.push(step);
        for (kept, layer) in self.layers.iter_mut().zip(network.weights()) {
            for row in layer.row_iter() {
                kept.extend(row.iter());
            }
        }
    }

    /// Steps at which they were kept.
    pub fn steps(&self) -> &[u64] {
        &self.steps
    }

    /// Of every layer its shape `(d_l, d_{l-1})` and the weights at all these steps, each matrix row by row.
    pub fn layers(&self) -> impl Iterator<Item = ((usize, usize), &[f64])> {
        let layers = self.layers.iter().map(Vec::as_slice);
        self.shapes.iter().copied().zip(layers)
    }
}
