//! Second-order (Ito) part of the drift of every mode: what the noise adds to the mean change of a step beyond `eta mu_k`.
//!
//! A step changes `W` in second order by `eta^2 sum_{l<k} A_k A_k^T Q X_{kl} Q B_l^T B_l` with
//! `X_{kl} = B_k^T (W_{k-1} ... W_{l+1}) A_l^T`, shape `(d_in, d_out)`. With `p_l = A_l A_l^T u_a`, `q_l = B_l^T B_l v_a` the part of
//! its mean that comes from the noise is, per unit time,
//! - online, white Gaussian inputs, `E = W - M`, `e_k = E^T p_k`:
//!   `tau sum_{l<k} [(e_k.q_l) tr(X E) + q_l^T X (E e_k + sigma^2 p_k)]`, which is
//!   `tau sum_{l<k} p_k^T [E (tr(X E) I + (X E)^T) + sigma^2 X^T] q_l` written out;
//! - of a stored set, `e_i = W x_i - y_i`:
//!   `tau sum_{l<k} [mean_i (p_k.e_i)(x_i^T X e_i)(x_i.q_l) - p_k^T E[Q] X E[Q] q_l]`.
//!
//! (Corlouer et al., arXiv 2604.06366, of which this is the form without the assumption of aligned and balanced weights.)

use nalgebra::DMatrix;

use super::diffusion::ModeDynamics;
use crate::memory::HeapBytes;
use crate::model::{Dataset, PartialProducts, Risk};
use crate::products::{multiply, multiply_columns, multiply_columns_transposed, multiply_transposed};

/// Samples of a block.
const BLOCK: usize = 64;

/// Work space for networks of one shape.
#[derive(Clone, Debug)]
pub(super) struct ItoDrift {
    /// `(W_{k-1} ... W_{l+1})^T B_k`, `(d_l, d_in)`, for every `l`; that of the last layer is never needed.
    inner: Vec<DMatrix<f64>>,
    /// `X^T`, shape `(d_out, d_in)`.
    bridge: DMatrix<f64>,
    /// `E e_k + sigma^2 p_k`, `(d_out, r)`, for every layer; of a stored set `E[Q] q_k`.
    pulled: Vec<DMatrix<f64>>,
    /// `X` times that, `(d_in, r)`.
    pushed: DMatrix<f64>,
    samples: Option<Block>,
    drift: Vec<f64>,
}

/// Some samples of a stored set.
#[derive(Clone, Debug)]
struct Block {
    /// `e_i`, `(d_out, BLOCK)`, and `X^T x_i`.
    residual: Vec<f64>,
    image: Vec<f64>,
    /// `p_k.e_i` and `x_i.q_l`, `(r, BLOCK)`.
    outputs: Vec<f64>,
    inputs: Vec<f64>,
}

impl ItoDrift {
    /// For networks with the given partial products and `rank` modes.
    pub(super) fn new(products: &PartialProducts, risk: &Risk, rank: usize) -> Self {
        let (d_out, d_in) = products.map().shape();
        let above = products.above();
        let block = |rows: usize, n: usize| vec![0.0; rows * BLOCK.min(n)];
        Self {
            inner: above[..above.len() - 1]
                .iter()
                .map(|a| DMatrix::zeros(a.ncols(), d_in))
                .collect(),
            bridge: DMatrix::zeros(d_out, d_in),
            pulled: vec![DMatrix::zeros(d_out, rank); above.len()],
            pushed: DMatrix::zeros(d_in, rank),
            samples: risk.dataset().map(|dataset| {
                let n = dataset.n_samples();
                Block {
                    residual: block(d_out, n),
                    image: block(d_out, n),
                    outputs: block(rank, n),
                    inputs: block(rank, n),
                }
            }),
            drift: vec![0.0; rank],
        }
    }

    /// The drift of every mode, per unit time, as last computed.
    pub(super) fn drift(&self) -> &[f64] {
        &self.drift
    }

    /// Recomputes it for weights, their products, and `modes` updated for the same, at noise scale `tau`.
    pub(super) fn update(
        &mut self,
        weights: &[DMatrix<f64>],
        products: &PartialProducts,
        risk: &Risk,
        modes: &ModeDynamics,
        (tau, sigma): (f64, f64),
    ) {
        self.drift.fill(0.0);
        for (k, pulled) in self.pulled.iter_mut().enumerate() {
            if self.samples.is_some() {
                multiply(modes.mean(), &modes.right()[k], pulled);
            } else {
                multiply(modes.mean(), &modes.error()[k], pulled);
                for (entry, left) in pulled.iter_mut().zip(&modes.left()[k]) {
                    *entry += sigma * sigma * left;
                }
            }
        }
        for k in 1..weights.len() {
            for l in (0..k).rev() {
                if l + 1 == k {
                    self.inner[l].copy_from(&products.below()[k]);
                } else {
                    let (next, done) = self.inner.split_at_mut(l + 1);
                    multiply_transposed(&weights[l + 1], &done[0], &mut next[l]);
                }
                multiply(&products.above()[l], &self.inner[l], &mut self.bridge);
                if let Some(dataset) = risk.dataset() {
                    self.add_stored(products, dataset, modes, (l, k), sigma);
                } else {
                    self.add_online(modes, (l, k));
                }
            }
        }
        for drift in &mut self.drift {
            *drift *= tau;
        }
    }

    fn add_online(&mut self, modes: &ModeDynamics, (l, k): (usize, usize)) {
        let trace = self.bridge.dot(modes.mean());
        multiply_transposed(&self.bridge, &self.pulled[k], &mut self.pushed);
        for (mode, drift) in self.drift.iter_mut().enumerate() {
            let right = modes.right()[l].column(mode);
            let error = modes.error()[k].column(mode);
            *drift += error.dot(&right) * trace + self.pushed.column(mode).dot(&right);
        }
    }

    fn add_stored(
        &mut self,
        products: &PartialProducts,
        dataset: &Dataset,
        modes: &ModeDynamics,
        (l, k): (usize, usize),
        sigma: f64,
    ) {
        let Some(block) = &mut self.samples else { return };
        let map = products.map();
        let ((d_out, d_in), rank) = (map.shape(), self.drift.len());
        multiply_transposed(&self.bridge, &self.pulled[l], &mut self.pushed);
        for (mode, drift) in self.drift.iter_mut().enumerate() {
            *drift -= modes.error()[k].column(mode).dot(&self.pushed.column(mode));
        }
        let n_samples = dataset.n_samples() as f64;
        let noise = dataset.noise().as_slice().chunks(BLOCK * d_out);
        let targets = dataset
            .clean_targets()
            .as_slice()
            .chunks(BLOCK * d_out)
            .zip(noise);
        for (inputs, (clean, noise)) in dataset.inputs().as_slice().chunks(BLOCK * d_in).zip(targets) {
            let n = inputs.len() / d_in;
            let residual = &mut block.residual[..n * d_out];
            multiply_columns(map, inputs, residual);
            for (entry, (clean, noise)) in residual.iter_mut().zip(clean.iter().zip(noise)) {
                *entry -= clean + sigma * noise;
            }
            let image = &mut block.image[..n * d_out];
            multiply_columns(&self.bridge, inputs, image);
            let outputs = &mut block.outputs[..n * rank];
            multiply_columns_transposed(&modes.left()[k], residual, outputs);
            let pushed = &mut block.inputs[..n * rank];
            multiply_columns_transposed(&modes.right()[l], inputs, pushed);
            for i in 0..n {
                let samples = i * d_out..(i + 1) * d_out;
                let middle: f64 = residual[samples.clone()]
                    .iter()
                    .zip(&image[samples])
                    .map(|(e, x)| e * x)
                    .sum();
                for (mode, drift) in self.drift.iter_mut().enumerate() {
                    let at = i * rank + mode;
                    *drift += outputs[at] * middle * pushed[at] / n_samples;
                }
            }
        }
    }
}

impl HeapBytes for ItoDrift {
    fn heap_bytes(&self) -> usize {
        let block = self.samples.as_ref().map_or(0, |block| {
            let numbers = block.residual.heap_bytes() + block.image.heap_bytes();
            numbers + block.outputs.heap_bytes() + block.inputs.heap_bytes()
        });
        let matrices = self.inner.heap_bytes() + self.bridge.heap_bytes() + self.pulled.heap_bytes();
        matrices + self.pushed.heap_bytes() + self.drift.heap_bytes() + block
    }
}
