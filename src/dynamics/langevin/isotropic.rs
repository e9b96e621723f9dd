//! Euler-Maruyama with equal, independent noise in every weight, of variance `tau dt / P` times the total variance of the exact
//! noise over all `P` weights.

use nalgebra::DMatrix;

use crate::dynamics::backpropagation::Backpropagation;
use crate::dynamics::blowup::Blowup;
use crate::dynamics::gradient_noise::total_noise;
use crate::dynamics::range::{check_range, ordinary_change};
use crate::dynamics::{Batching, LiveParams, Sampling};
use crate::memory::HeapBytes;
use crate::model::{DeepLinearNetwork, PartialProducts, Risk};
use crate::random::NormalStream;

/// The engine for isotropic noise.
#[derive(Clone, Debug)]
pub(super) struct Isotropic {
    risk: Risk,
    sampling: Sampling,
    n_substeps: u32,
    normals: NormalStream,
    gradient: Backpropagation,
    products: PartialProducts,
    /// `E[Q]`, shape `(d_out, d_in)`.
    mean: DMatrix<f64>,
    /// Weights before the step.
    before: DeepLinearNetwork,
    scale: f64,
}

impl Isotropic {
    pub(super) fn new(
        network: &DeepLinearNetwork,
        risk: Risk,
        sampling: Sampling,
        n_substeps: u32,
        normals: NormalStream,
    ) -> Self {
        let (d_out, d_in) = risk.teacher().map().shape();
        let mut gradient = Backpropagation::new(&network.widths(), d_in);
        gradient.inputs_mut().fill_with_identity();
        Self {
            scale: risk.scale(&network.end_to_end_map(), 0.0),
            sampling,
            n_substeps,
            normals,
            gradient,
            products: PartialProducts::new(network),
            mean: DMatrix::zeros(d_out, d_in),
            before: network.clone(),
            risk,
        }
    }

    /// The engine at the start of another run from `network` on the same risk.
    pub(super) fn restarted(&self, network: &DeepLinearNetwork, normals: NormalStream) -> Self {
        Self::new(
            network,
            self.risk.clone(),
            self.sampling,
            self.n_substeps,
            normals,
        )
    }

    /// One step of the learning rate; the network is untouched where it fails.
    pub(super) fn step(&mut self, network: &mut DeepLinearNetwork, live: &LiveParams) -> Result<(), Blowup> {
        self.before.copy_from(network);
        for _ in 0..self.n_substeps {
            let result = self.substep(network, live);
            if result.is_err() {
                network.copy_from(&self.before);
                return result;
            }
        }
        Ok(())
    }

    fn substep(&mut self, network: &mut DeepLinearNetwork, live: &LiveParams) -> Result<(), Blowup> {
        let dt = live.learning_rate / f64::from(self.n_substeps);
        let sigma = live.label_noise_std;
        let map = self.gradient.forward(network);
        self.risk.mean_statistic(map, sigma, &mut self.mean);
        let scale = self.scale + sigma.powi(2) * map.nrows() as f64;
        Blowup::check(self.mean.norm_squared(), scale)?;
        self.products.update(network);
        let total = total_noise(&self.risk, &self.products, sigma);
        let noise_scale = Batching::of(&self.risk, self.sampling).noise_scale(live);
        let n_weights = network.n_parameters() as f64;
        let std = (noise_scale * dt * total / n_weights).sqrt();
        self.gradient.residual_mut().copy_from(&self.mean);
        self.gradient.backward(network);
        self.gradient.add_gradient(-dt, network);
        for layer in network.weights_mut() {
            for weight in layer.as_mut_slice() {
                *weight += std * self.normals.draw();
            }
        }
        // No draw is as large as 64.
        let change = self.gradient.largest_change(dt) + 64.0 * std * n_weights.sqrt();
        if change <= ordinary_change(network.depth()) {
            Ok(())
        } else {
            check_range(network)
        }
    }
}

impl HeapBytes for Isotropic {
    fn heap_bytes(&self) -> usize {
        let work = self.gradient.heap_bytes() + self.products.heap_bytes();
        work + self.mean.heap_bytes() + self.before.heap_bytes()
    }
}
