//! The gradient of all weights, its mean against its noise.
//!
//! The mean gradient of layer `l` is `G_l = A_l^T E[Q] B_l^T`; the noise of a step's gradient is, per unit time and summed over all
//! weights,
//! - online: `tau sum_l [|A_l^T E|^2 |B_l|^2 + |G_l|^2 + sigma^2 |A_l|^2 |B_l|^2]` (Frobenius norms);
//! - of a stored set, `delta = A_l^T (W x_i - y_i)`, `h = B_l x_i`: `tau sum_l [mean_i |delta|^2 |h|^2 - |G_l|^2]`.
//!
//! The latter is the rate at which the variances of all weights grow together ([`total_noise`](crate::dynamics::total_noise) is the
//! same without `tau`).

use nalgebra::DMatrix;

use crate::memory::HeapBytes;
use crate::model::{Dataset, PartialProducts, Risk};
use crate::products::{multiply, multiply_columns, multiply_columns_transposed, multiply_transposed};

/// Samples of a block.
const BLOCK: usize = 64;

/// Work space for networks of one shape.
#[derive(Clone, Debug)]
pub(super) struct GradientSize {
    /// `E[Q]^T A_l`, `(d_in, d_l)`, of every layer.
    pulled: Vec<DMatrix<f64>>,
    /// `G_l^T`, `(d_{l-1}, d_l)`, of every layer.
    gradient: Vec<DMatrix<f64>>,
    samples: Option<Block>,
    norm: f64,
    noise: f64,
}

/// Some samples of a stored set.
#[derive(Clone, Debug)]
struct Block {
    residual: Vec<f64>,
    delta: Vec<f64>,
    activation: Vec<f64>,
}

impl GradientSize {
    /// For networks with the given partial products.
    pub(super) fn new(products: &PartialProducts, risk: &Risk) -> Self {
        let (d_out, d_in) = products.map().shape();
        let layers = || products.above().iter().zip(products.below());
        let widest = layers().map(|(a, b)| a.ncols().max(b.nrows())).max().unwrap_or(0);
        Self {
            pulled: layers().map(|(a, _)| DMatrix::zeros(d_in, a.ncols())).collect(),
            gradient: layers()
                .map(|(a, b)| DMatrix::zeros(b.nrows(), a.ncols()))
                .collect(),
            samples: risk.dataset().map(|dataset| {
                let n = BLOCK.min(dataset.n_samples());
                Block {
                    residual: vec![0.0; n * d_out],
                    delta: vec![0.0; n * widest],
                    activation: vec![0.0; n * widest],
                }
            }),
            norm: 0.0,
            noise: 0.0,
        }
    }

    /// Frobenius norm of the mean gradient of all weights.
    pub(super) fn norm(&self) -> f64 {
        self.norm
    }

    /// Trace of the gradient noise of all weights, per unit time.
    pub(super) fn noise(&self) -> f64 {
        self.noise
    }

    /// Recomputes both, with `E[Q]` in `mean`, at noise scale `tau`.
    pub(super) fn update(
        &mut self,
        products: &PartialProducts,
        risk: &Risk,
        mean: &DMatrix<f64>,
        (tau, sigma): (f64, f64),
    ) {
        let (mut squared, mut noise) = (0.0, 0.0);
        for (l, (above, below)) in products.above().iter().zip(products.below()).enumerate() {
            let (pulled, gradient) = (&mut self.pulled[l], &mut self.gradient[l]);
            multiply_transposed(mean, above, pulled);
            multiply(below, pulled, gradient);
            let own = gradient.norm_squared();
            squared += own;
            noise += if risk.dataset().is_some() {
                -own
            } else {
                let below = below.norm_squared();
                pulled.norm_squared() * below + own + sigma * sigma * above.norm_squared() * below
            };
        }
        if let Some((dataset, block)) = risk.dataset().zip(self.samples.as_mut()) {
            noise += block.second_moment(products, dataset, sigma);
        }
        self.norm = squared.sqrt();
        self.noise = tau * noise.max(0.0);
    }
}

impl Block {
    /// `mean_i sum_l |A_l^T e_i|^2 |B_l x_i|^2`.
    fn second_moment(&mut self, products: &PartialProducts, dataset: &Dataset, sigma: f64) -> f64 {
        let map = products.map();
        let (d_out, d_in) = map.shape();
        let mut sum = 0.0;
        let noise = dataset.noise().as_slice().chunks(BLOCK * d_out);
        let targets = dataset
            .clean_targets()
            .as_slice()
            .chunks(BLOCK * d_out)
            .zip(noise);
        for (inputs, (clean, noise)) in dataset.inputs().as_slice().chunks(BLOCK * d_in).zip(targets) {
            let n = inputs.len() / d_in;
            let residual = &mut self.residual[..n * d_out];
            multiply_columns(map, inputs, residual);
            for (entry, (clean, noise)) in residual.iter_mut().zip(clean.iter().zip(noise)) {
                *entry -= clean + sigma * noise;
            }
            for (above, below) in products.above().iter().zip(products.below()) {
                let delta = &mut self.delta[..n * above.ncols()];
                multiply_columns_transposed(above, residual, delta);
                let activation = &mut self.activation[..n * below.nrows()];
                multiply_columns(below, inputs, activation);
                let deltas = delta.chunks_exact(above.ncols());
                for (delta, activation) in deltas.zip(activation.chunks_exact(below.nrows())) {
                    let squared = |column: &[f64]| column.iter().map(|x| x * x).sum::<f64>();
                    sum += squared(delta) * squared(activation);
                }
            }
        }
        sum / dataset.n_samples() as f64
    }
}

impl HeapBytes for GradientSize {
    fn heap_bytes(&self) -> usize {
        let block = self.samples.as_ref().map_or(0, |block| {
            block.residual.heap_bytes() + block.delta.heap_bytes() + block.activation.heap_bytes()
        });
        self.pulled.heap_bytes() + self.gradient.heap_bytes() + block
    }
}
