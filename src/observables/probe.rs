//! Drift and diffusion along given pairs of directions, estimated from a probe batch by forward and backward passes alone, as one
//! would for a network whose teacher nobody knows.
//!
//! A sample with activations `h_0 = x, h_1, ..` and deltas `delta_L = W x - y, delta_{l-1} = W_l^T delta_l` moves `u_k^T W v_k`, per unit
//! time and to first order, by `-c`,
//!
//! ```text
//! c = sum_l (p_l . delta_l)(q_l . h_{l-1})      p_l = W_{l+1}^T ... W_L^T u_k,   q_l = W_{l-1} ... W_1 v_k
//! ```
//!
//! where `p_l` is `u_k` passed backward and `q_l` is `v_k` passed forward. Of `n` samples,
//!
//! ```text
//! drift        -mean c                  standard error   sqrt(s^2 / n)
//! diffusion    tau s^2                  standard error   tau sqrt((m_4 - s^4 (n - 3)/(n - 1)) / n)
//! ```
//!
//! with `s^2` the variance (divisor `n - 1`) and `m_4` the fourth central moment of `c` (divisor `n`). Both estimates are unbiased. `c`
//! is a product of Gaussian numbers, of kurtosis 9 and more: the relative error of the diffusion is about `3 / sqrt n`, and the
//! error itself is underestimated at small `n`.
//!
//! Samples come from the stream [`Purpose::Probe`], fresh ones online, drawn with replacement from a stored set: probing leaves
//! the draws of the run alone.

use nalgebra::DMatrix;
use rand::RngExt as _;

use crate::dynamics::{Backpropagation, Batching, LiveParams, Sampling};
use crate::model::{DeepLinearNetwork, Risk};
use crate::random::{Generator, NormalStream, Purpose, Streams};

/// What a probe batch says of one pair.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProbeEstimate {
    /// Drift per unit time.
    pub drift: f64,
    /// Its standard error.
    pub drift_error: f64,
    /// Diffusion, variance per unit time.
    pub diffusion: f64,
    /// Its standard error.
    pub diffusion_error: f64,
}

/// Draws probe batches and passes them through a network.
#[derive(Clone, Debug)]
pub struct Probe {
    batching: Batching,
    passes: Backpropagation,
    targets: DMatrix<f64>,
    /// `p_l` and `q_l`, `(d_l, r)` and `(d_{l-1}, r)`.
    pulled: Vec<DMatrix<f64>>,
    pushed: Vec<DMatrix<f64>>,
    /// `p_l . delta_l` and `q_l . h_{l-1}`, `(r, n)`, and `c`.
    outputs: DMatrix<f64>,
    inputs: DMatrix<f64>,
    changes: DMatrix<f64>,
    estimates: Vec<ProbeEstimate>,
    normals: NormalStream,
    choices: Generator,
}

impl Probe {
    /// Probes of `n_samples` samples (at least 2) for networks shaped like `network`, trained on `risk` by minibatches visited by
    /// `sampling`, along `rank` pairs of directions.
    pub fn new(
        network: &DeepLinearNetwork,
        risk: &Risk,
        sampling: Sampling,
        (n_samples, rank): (usize, usize),
        streams: &Streams,
    ) -> Self {
        let widths = network.widths();
        let n = n_samples.max(2);
        let (d_out, sides) = (widths[widths.len() - 1], |widths: &[usize]| {
            widths.iter().map(|&width| DMatrix::zeros(width, rank)).collect()
        });
        Self {
            batching: Batching::of(risk, sampling),
            passes: Backpropagation::new(&widths, n),
            targets: DMatrix::zeros(d_out, n),
            pulled: sides(&widths[1..]),
            pushed: sides(&widths[..widths.len() - 1]),
            outputs: DMatrix::zeros(rank, n),
            inputs: DMatrix::zeros(rank, n),
            changes: DMatrix::zeros(rank, n),
            estimates: vec![ProbeEstimate::default(); rank],
            normals: streams.normals(Purpose::Probe),
            choices: streams.of(Purpose::Probe),
        }
    }

    /// Number of samples `n` of a batch.
    pub fn n_samples(&self) -> usize {
        self.changes.ncols()
    }

    /// Draws a batch and estimates drift and diffusion of `u_k^T W v_k` along every pair: `lefts` `(d_out, r)`, `rights` `(d_in, r)`.
    pub fn observe(
        &mut self,
        network: &DeepLinearNetwork,
        risk: &Risk,
        (lefts, rights): (&DMatrix<f64>, &DMatrix<f64>),
        live: &LiveParams,
    ) -> &[ProbeEstimate] {
        self.draw(risk, live.label_noise_std);
        self.passes.forward(network);
        self.passes.set_residual(&self.targets);
        self.passes.backward(network);
        self.pass_directions(network, lefts, rights);
        self.changes.fill(0.0);
        for (l, (pulled, pushed)) in self.pulled.iter().zip(&self.pushed).enumerate() {
            self.outputs.gemm_tr(1.0, pulled, self.passes.delta(l), 0.0);
            self.inputs.gemm_tr(1.0, pushed, self.passes.activation(l), 0.0);
            for (change, (output, input)) in self
                .changes
                .iter_mut()
                .zip(self.outputs.iter().zip(self.inputs.iter()))
            {
                *change += output * input;
            }
        }
        let tau = self.batching.noise_scale(live);
        for (row, estimate) in self.changes.row_iter().zip(&mut self.estimates) {
            *estimate = ProbeEstimate::of(row.iter().copied(), tau);
        }
        &self.estimates
    }

    /// Fills in inputs and targets.
    fn draw(&mut self, risk: &Risk, sigma: f64) {
        let inputs = self.passes.inputs_mut();
        if let Some(dataset) = risk.dataset() {
            for (mut input, mut target) in inputs.column_iter_mut().zip(self.targets.column_iter_mut()) {
                let i = self.choices.random_range(0..dataset.n_samples());
                input.copy_from(&dataset.inputs().column(i));
                target.copy_from(&dataset.clean_targets().column(i));
                target.axpy(sigma, &dataset.noise().column(i), 1.0);
            }
        } else {
            self.normals.fill(inputs.as_mut_slice());
            self.normals.fill(self.targets.as_mut_slice());
            self.targets.gemm(1.0, risk.teacher().map(), inputs, sigma);
        }
    }

    /// Passes `u_k` backward and `v_k` forward.
    fn pass_directions(&mut self, network: &DeepLinearNetwork, lefts: &DMatrix<f64>, rights: &DMatrix<f64>) {
        let weights = network.weights();
        let last = weights.len() - 1;
        self.pushed[0].copy_from(rights);
        self.pulled[last].copy_from(lefts);
        for l in 0..last {
            let (done, next) = self.pushed.split_at_mut(l + 1);
            next[0].gemm(1.0, &weights[l], &done[l], 0.0);
        }
        for l in (0..last).rev() {
            let (next, done) = self.pulled.split_at_mut(l + 1);
            next[l].gemm_tr(1.0, &weights[l + 1], &done[0], 0.0);
        }
    }
}

impl ProbeEstimate {
    /// Of the changes `c` of at least two samples, at noise scale `tau`.
    fn of(changes: impl ExactSizeIterator<Item = f64> + Clone, tau: f64) -> Self {
        let n = changes.len() as f64;
        let mean = changes.clone().sum::<f64>() / n;
        let (mut second, mut fourth) = (0.0, 0.0);
        for change in changes {
            let squared = (change - mean) * (change - mean);
            second += squared;
            fourth += squared * squared;
        }
        let (variance, fourth) = (second / (n - 1.0), fourth / n);
        let of_variance = (fourth - variance * variance * (n - 3.0) / (n - 1.0)) / n;
        Self {
            drift: -mean,
            drift_error: (variance / n).sqrt(),
            diffusion: tau * variance,
            diffusion_error: tau * of_variance.max(0.0).sqrt(),
        }
    }
}
