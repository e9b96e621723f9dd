//! Euler-Maruyama with equal, independent noise in every weight, of variance `tau dt / P` times the total variance of the exact
//! noise over all `P` weights.

use nalgebra::DMatrix;

use crate::dynamics::backpropagation::Backpropagation;
use crate::dynamics::blowup::Blowup;
use crate::dynamics::gradient_noise::total_noise;
use crate::dynamics::optimizer::{Motion, StepNumbers};
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
    /// Momentum and decay, and the increment they are given.
    motion: Motion,
    increment: Option<DeepLinearNetwork>,
}

impl Isotropic {
    pub(super) fn new(
        network: &DeepLinearNetwork,
        risk: Risk,
        sampling: Sampling,
        n_substeps: u32,
        normals: NormalStream,
        motion: Motion,
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
            motion,
            increment: None,
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
            self.motion.restarted(),
        )
    }

    /// What it carries from step to step, with momentum.
    pub(super) fn motion_mut(&mut self) -> &mut Motion {
        &mut self.motion
    }

    /// Whether it has a velocity to forget.
    pub(super) fn is_moving(&self) -> bool {
        self.motion.is_moving()
    }

    /// What it carries from step to step beside the weights.
    pub(super) fn carried(&self) -> Vec<(&'static str, Vec<DMatrix<f64>>)> {
        let shapes = self.before.weights();
        let matrices = |layers: &[Vec<f64>]| {
            let layers = shapes.iter().zip(layers);
            layers
                .map(|(shape, layer)| DMatrix::from_column_slice(shape.nrows(), shape.ncols(), layer))
                .collect()
        };
        let parts = self.motion.carried();
        parts.map(|(name, layers)| (name, matrices(layers))).collect()
    }

    /// One step of the learning rate; the network is untouched where it fails.
    pub(super) fn step(&mut self, network: &mut DeepLinearNetwork, live: &LiveParams) -> Result<(), Blowup> {
        self.before.copy_from(network);
        if !live.has_momentum() {
            self.motion.rest();
        }
        let is_plain = self.motion.is_plain(live);
        let motion = (!is_plain && self.n_substeps > 1).then(|| self.motion.clone());
        for _ in 0..self.n_substeps {
            let result = if is_plain {
                self.substep(network, live)
            } else {
                self.substep_by_rule(network, live)
            };
            if result.is_err() {
                network.copy_from(&self.before);
                if let Some(motion) = motion {
                    self.motion = motion;
                }
                return result;
            }
        }
        Ok(())
    }

    fn substep(&mut self, network: &mut DeepLinearNetwork, live: &LiveParams) -> Result<(), Blowup> {
        let dt = live.learning_rate / f64::from(self.n_substeps);
        let std = self.deltas(network, live)?;
        let n_weights = network.n_parameters() as f64;
        self.add_increment(dt, std, network);
        // No draw is as large as 64.
        let change = self.gradient.largest_change(dt) + 64.0 * std * n_weights.sqrt();
        if change <= ordinary_change(network.depth()) {
            Ok(())
        } else {
            check_range(network)
        }
    }

    /// The same with momentum or decay.
    fn substep_by_rule(&mut self, network: &mut DeepLinearNetwork, live: &LiveParams) -> Result<(), Blowup> {
        let numbers = StepNumbers::new(live, self.n_substeps);
        let weights = network.weights_mut().iter_mut();
        self.motion.begin(weights.map(DMatrix::as_mut_slice), &numbers);
        let std = self.deltas(network, live)?;
        let mut increment = self.increment.take().unwrap_or_else(|| network.clone());
        for layer in increment.weights_mut() {
            layer.fill(0.0);
        }
        self.add_increment(numbers.rate(), std, &mut increment);
        let mut squared = 0.0;
        for (l, layer) in network.weights_mut().iter_mut().enumerate() {
            self.motion
                .step_mut(l)
                .copy_from_slice(increment.weights()[l].as_slice());
            squared += self.motion.apply(l, layer.as_mut_slice(), &numbers);
        }
        self.increment = Some(increment);
        let is_ordinary = squared <= ordinary_change(network.depth()).powi(2);
        if !is_ordinary {
            check_range(network)?;
        }
        self.motion.keep();
        Ok(())
    }

    /// Passes `E[Q]` backwards through the network; gives the standard deviation of the noise in every weight.
    fn deltas(&mut self, network: &DeepLinearNetwork, live: &LiveParams) -> Result<f64, Blowup> {
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
        self.gradient.residual_mut().copy_from(&self.mean);
        self.gradient.backward(network);
        Ok((noise_scale * dt * total / n_weights).sqrt())
    }

    /// Adds drift and noise of a substep.
    fn add_increment(&mut self, dt: f64, std: f64, network: &mut DeepLinearNetwork) {
        self.gradient.add_gradient(-dt, network);
        for layer in network.weights_mut() {
            for weight in layer.as_mut_slice() {
                *weight += std * self.normals.draw();
            }
        }
    }
}

impl HeapBytes for Isotropic {
    fn heap_bytes(&self) -> usize {
        let work = self.gradient.heap_bytes() + self.products.heap_bytes();
        let n_weights = self.before.n_parameters();
        let motion = self.motion.n_bytes(n_weights) + n_weights * size_of::<f64>();
        work + self.mean.heap_bytes() + self.before.heap_bytes() + motion
    }
}
