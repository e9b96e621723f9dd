//! Langevin dynamics with the exact noise of SGD: Euler-Maruyama with `dt = eta / n_sub` on
//!
//! `dW_l = -A_l^T E[Q] B_l^T dt + sqrt(tau) A_l^T N B_l^T dBt`, `tau = eta / B`, the same `N` in every layer.
//!
//! Online, `N = E H - sigma K` with `E = W - M`, `H` symmetric Gaussian (`Var H_ii = 2`, `Var H_ij = 1`) and `K` iid N(0,1):
//! this has exactly the covariance of `Q - E[Q]` for one sample, so the noise is anisotropic and depends on the state, for
//! any weights, and no covariance matrix is formed (fourth moments of a Gaussian). For a stored set `N = n^(-1/2) sum_i g_i (Q_i - mean Q)` with `g_i` iid
//! N(0,1) has exactly the empirical covariance. (Corlouer et al., arXiv 2604.06366.)
//!
//! For comparison, isotropic noise: every weight gets independent noise of the same size, chosen so that the total variance
//! over all weights is that of the exact noise.

use nalgebra::DMatrix;
use rand_distr::{Distribution as _, StandardNormal};
use serde::{Deserialize, Serialize};

use super::LiveParams;
use super::backpropagation::{Backpropagation, add_outer_product};
use super::blowup::Blowup;
use super::gradient_noise::{noise_scale, total_noise};
use super::minibatch::{Sampling, fill_normal};
use super::range::{check_range, ordinary_change};
use crate::model::{DeepLinearNetwork, PartialProducts, Risk};
use crate::random::{Generator, Purpose, Streams};

/// Which noise drives the Langevin engine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LangevinNoise {
    /// The exact covariance of the minibatch gradient at the present weights.
    #[default]
    Anisotropic,
    /// Equal and independent in every weight, with the same total variance.
    Isotropic,
}

/// The Langevin engine.
#[derive(Clone, Debug)]
pub struct Langevin {
    risk: Risk,
    sampling: Sampling,
    noise: LangevinNoise,
    n_substeps: u32,
    generator: Generator,
    gradient: Backpropagation,
    products: PartialProducts,
    /// `E[Q]`, shape `(d_out, d_in)`.
    mean: DMatrix<f64>,
    /// Draws of `K`, shape `(d_out, d_in)`.
    label_draws: DMatrix<f64>,
    /// Draws of `H`, shape `(d_in, d_in)`.
    input_draws: DMatrix<f64>,
    /// Residual of every stored sample `(d_out, N)`, scaled by the draws; empty online.
    residual: DMatrix<f64>,
    /// One draw for every stored sample; empty online.
    sample_draws: Vec<f64>,
    /// Weights before the step.
    before: DeepLinearNetwork,
    scale: f64,
}

impl Langevin {
    /// Langevin dynamics on `risk`, its noise that of minibatches visited by `sampling` (which matters for a stored set
    /// only).
    pub fn new(
        network: &DeepLinearNetwork,
        risk: Risk,
        sampling: Sampling,
        noise: LangevinNoise,
        n_substeps: u32,
        streams: impl Into<Streams>,
    ) -> Self {
        let (d_out, d_in) = risk.teacher().map().shape();
        let n_stored = risk.dataset().map_or(0, |dataset| dataset.n_samples());
        let mut gradient = Backpropagation::new(&network.widths(), d_in);
        gradient.inputs_mut().fill_with_identity();
        Self {
            scale: risk.scale(&network.end_to_end_map(), 0.0),
            sampling,
            noise,
            n_substeps,
            generator: streams.into().of(Purpose::Langevin),
            gradient,
            products: PartialProducts::new(network),
            mean: DMatrix::zeros(d_out, d_in),
            label_draws: DMatrix::zeros(d_out, d_in),
            input_draws: DMatrix::zeros(d_in, d_in),
            residual: DMatrix::zeros(d_out, n_stored),
            sample_draws: vec![0.0; n_stored],
            before: network.clone(),
            risk,
        }
    }

    /// One step of the learning rate: `n_sub` Euler-Maruyama steps.
    ///
    /// # Errors
    /// [`Blowup`] where the error matrix has left the finite range, or the step would take the weights out of it; the network
    /// is then untouched.
    pub fn step(&mut self, network: &mut DeepLinearNetwork, live: &LiveParams) -> Result<(), Blowup> {
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
        let noise_scale = noise_scale(&self.risk, self.sampling, live);
        let change = match self.noise {
            LangevinNoise::Anisotropic => {
                // One increment of the statistic, divided by dt: E[Q] - sqrt(tau / dt) N.
                self.gradient.residual_mut().copy_from(&self.mean);
                if noise_scale > 0.0 {
                    self.add_statistic_noise(-(noise_scale / dt).sqrt(), sigma);
                }
                self.gradient.backward(network);
                self.gradient.add_gradient(-dt, network);
                self.gradient.largest_change(dt)
            }
            LangevinNoise::Isotropic => {
                self.products.update(network);
                let total = total_noise(&self.risk, &self.products, sigma);
                let std = (noise_scale * dt * total / network.n_parameters() as f64).sqrt();
                self.gradient.residual_mut().copy_from(&self.mean);
                self.gradient.backward(network);
                self.gradient.add_gradient(-dt, network);
                for layer in network.weights_mut() {
                    for weight in layer.as_mut_slice() {
                        let draw: f64 = StandardNormal.sample(&mut self.generator);
                        *weight += std * draw;
                    }
                }
                // No draw is as large as 64.
                self.gradient.largest_change(dt) + 64.0 * std * (network.n_parameters() as f64).sqrt()
            }
        };
        if change <= ordinary_change(network.depth()) {
            Ok(())
        } else {
            check_range(network)
        }
    }

    /// Adds `factor * N` to the residual columns of the gradient.
    fn add_statistic_noise(&mut self, factor: f64, sigma: f64) {
        if let Some(dataset) = self.risk.dataset() {
            self.residual.copy_from(dataset.clean_targets());
            for (entry, noise) in self.residual.iter_mut().zip(dataset.noise().iter()) {
                *entry = -(*entry + sigma * noise);
            }
            let n_samples = dataset.n_samples();
            // The map is the network's output for the identity as input.
            self.residual
                .gemm(1.0, self.gradient.output(), dataset.inputs(), 1.0);
            // sum g_i (Q_i - mean Q) = sum (g_i - mean g) Q_i.
            for draw in &mut self.sample_draws {
                *draw = StandardNormal.sample(&mut self.generator);
            }
            let mean_draw = self.sample_draws.iter().sum::<f64>() / n_samples as f64;
            for (mut column, draw) in self.residual.column_iter_mut().zip(&self.sample_draws) {
                column *= draw - mean_draw;
            }
            let factor = factor / (n_samples as f64).sqrt();
            let statistic = self.gradient.residual_mut();
            add_outer_product(factor, &self.residual, dataset.inputs(), statistic);
        } else {
            fill_symmetric_normal(&mut self.input_draws, &mut self.generator);
            self.gradient
                .residual_mut()
                .gemm(factor, &self.mean, &self.input_draws, 1.0);
            if sigma != 0.0 {
                fill_normal(&mut self.label_draws, &mut self.generator);
                for (entry, draw) in self
                    .gradient
                    .residual_mut()
                    .iter_mut()
                    .zip(self.label_draws.iter())
                {
                    *entry -= factor * sigma * draw;
                }
            }
        }
    }
}

/// Fills a square matrix with `(Z + Z^T) / sqrt 2`: variance 2 on the diagonal, 1 off it.
fn fill_symmetric_normal(matrix: &mut DMatrix<f64>, generator: &mut Generator) {
    for column in 0..matrix.ncols() {
        for row in 0..column {
            let draw: f64 = StandardNormal.sample(generator);
            matrix[(row, column)] = draw;
            matrix[(column, row)] = draw;
        }
        let draw: f64 = StandardNormal.sample(generator);
        matrix[(column, column)] = std::f64::consts::SQRT_2 * draw;
    }
}
