//! Euler-Maruyama with the exact noise of a minibatch gradient: one increment of the statistic, `dt E[Q] - sqrt(tau dt) N`, passes
//! backwards through the network against the identity.

use pulp::Simd;

use crate::dynamics::blowup::Blowup;
use crate::dynamics::gradient_noise::noise_scale;
use crate::dynamics::kernel::{
    Inputs, Panel, Pass, Work, add_outer_product, add_scaled, dispatch, product, scale, sum_of_squares,
};
use crate::dynamics::{LiveParams, Sampling};
use crate::model::{Dataset, DeepLinearNetwork, Risk};
use crate::random::NormalStream;

/// The engine for the exact noise.
#[derive(Clone, Debug)]
pub(super) struct Anisotropic {
    risk: Risk,
    sampling: Sampling,
    n_substeps: u32,
    normals: NormalStream,
    pass: Pass,
    /// The map at which `E[Q]` is zero: `M` online, where `E[Q] = W - M`; `S_yx` of the clean targets for a stored set, where
    /// `E[Q] = W S_xx - S_yx`.
    target: Panel,
    stored: Option<Stored>,
    /// Draws of `K`, shape `(d_out, d_in)`.
    label_draws: Panel,
    /// Draws of `H`, shape `(d_in, d_in)`, and the same one after the other.
    input_draws: Panel,
    packed_draws: Vec<f64>,
    /// Weights before the step, where it has several substeps.
    before: Option<Pass>,
    d_out: usize,
    scale: f64,
}

/// A stored set in panels.
#[derive(Clone, Debug)]
struct Stored {
    /// `S_xx`, shape `(d_in, d_in)`, and the mean of `xi x^T`, shape `(d_out, d_in)`.
    second_moment: Panel,
    noise_moment: Panel,
    /// Samples, one a column.
    inputs: Panel,
    clean_targets: Panel,
    noise: Panel,
    /// Residual of every sample, scaled by its draw.
    residual: Panel,
    /// One draw for every sample.
    draws: Vec<f64>,
}

impl Anisotropic {
    pub(super) fn new(
        network: &DeepLinearNetwork,
        risk: Risk,
        sampling: Sampling,
        n_substeps: u32,
        normals: NormalStream,
    ) -> Self {
        let pass = Pass::new(network);
        let (d_out, d_in) = risk.teacher().map().shape();
        let (out_stride, in_stride) = (pass.stride::<0>(pass.depth()), pass.stride::<0>(0));
        let panel = |matrix, stride| Panel::of(matrix, stride, in_stride);
        let moments = risk.second_moments();
        let target = moments.map_or_else(|| risk.teacher().map(), |moments| moments.clean_targets);
        let stored = moments.zip(risk.dataset()).map(|(moments, dataset)| {
            Stored::new(dataset, panel(moments.inputs, in_stride), panel(moments.noise, out_stride))
        });
        Self {
            target: panel(target, out_stride),
            stored,
            label_draws: Panel::zeros(d_out, out_stride, in_stride),
            input_draws: Panel::zeros(d_in, in_stride, in_stride),
            packed_draws: vec![0.0; d_in * (d_in + 1) / 2],
            before: (n_substeps > 1).then(|| pass.clone()),
            scale: risk.scale(&network.end_to_end_map(), 0.0),
            d_out,
            sampling,
            n_substeps,
            normals,
            pass,
            risk,
        }
    }

    /// Up to `n_steps` steps of the learning rate.
    pub(super) fn advance(
        &mut self,
        network: &mut DeepLinearNetwork,
        live: &LiveParams,
        n_steps: u64,
    ) -> (u64, Result<(), Blowup>) {
        self.pass.load(network);
        let steps = Steps {
            noise_scale: noise_scale(&self.risk, self.sampling, live),
            engine: self,
            live,
            n_steps,
        };
        let outcome = dispatch(steps.engine.pass.common_stride(), steps);
        self.pass.store(network);
        outcome
    }

    #[inline(always)]
    fn substep<S: Simd, const STRIDE: usize>(
        &mut self,
        simd: S,
        live: &LiveParams,
        noise_scale: f64,
    ) -> Result<(), Blowup> {
        let dt = live.learning_rate / f64::from(self.n_substeps);
        let sigma = live.label_noise_std;
        self.pass.forward::<S, STRIDE>(simd, Inputs::Identity);
        self.mean_statistic::<S, STRIDE>(simd, sigma);
        let last = self.pass.depth();
        let squared = sum_of_squares(simd, &self.pass.deltas[0].data);
        Blowup::check(squared, self.scale + sigma.powi(2) * self.d_out as f64)?;
        let factor = (noise_scale * dt).sqrt();
        if factor > 0.0 {
            self.add_noise::<S, STRIDE>(simd, dt, factor, sigma);
        } else {
            let (mean, statistic) = self.pass.deltas.split_at_mut(last);
            statistic[0].data.fill(0.0);
            add_scaled(simd, -dt, &mean[0].data, &mut statistic[0].data);
        }
        self.pass.backward::<S, STRIDE>(simd, Inputs::Identity);
        self.pass.update::<S, STRIDE>(simd, Inputs::Identity)
    }

    /// `E[Q]` to the work space `deltas[0]`.
    #[inline(always)]
    fn mean_statistic<S: Simd, const STRIDE: usize>(&mut self, simd: S, sigma: f64) {
        let map = &self.pass.activations[self.pass.depth()].data;
        let (stride, inner_stride) = (
            self.pass.stride::<STRIDE>(self.pass.depth()),
            self.pass.stride::<STRIDE>(0),
        );
        let inner = self.pass.inner::<STRIDE>(0);
        let mean = &mut self.pass.deltas[0].data;
        if let Some(stored) = &self.stored {
            product(simd, map, &stored.second_moment.data, mean, stride, inner, inner_stride);
            add_scaled(simd, -sigma, &stored.noise_moment.data, mean);
        } else {
            mean.copy_from_slice(map);
        }
        add_scaled(simd, -1.0, &self.target.data, mean);
    }

    /// `-dt E[Q] + factor N` to the deltas of the last layer.
    #[inline(always)]
    fn add_noise<S: Simd, const STRIDE: usize>(&mut self, simd: S, dt: f64, factor: f64, sigma: f64) {
        let last = self.pass.depth();
        let (stride, inner_stride) = (self.pass.stride::<STRIDE>(last), self.pass.stride::<STRIDE>(0));
        let inner = self.pass.inner::<STRIDE>(0);
        let (mean, statistic) = self.pass.deltas.split_at_mut(last);
        let (mean, statistic) = (&mean[0].data, &mut statistic[0].data);
        if let Some(stored) = &mut self.stored {
            let map = &self.pass.activations[last].data;
            stored.scale_residual(simd, map, sigma, &mut self.normals, (stride, inner, inner_stride));
            let factor = factor / (stored.draws.len() as f64).sqrt();
            scale(simd, factor, &mut stored.residual.data);
            statistic.fill(0.0);
            let (residual, inputs) = (&stored.residual.data, &stored.inputs.data);
            add_outer_product(simd, residual, inputs, statistic, stride, inner_stride);
        } else {
            fill_symmetric(&mut self.input_draws, &mut self.packed_draws, &mut self.normals);
            product(simd, mean, &self.input_draws.data, statistic, stride, inner, inner_stride);
            if sigma != 0.0 {
                let d_in = self.input_draws.n_rows();
                for column in self.label_draws.columns_mut(d_in).iter() {
                    self.normals.fill(column);
                }
                add_scaled(simd, -sigma, &self.label_draws.data, statistic);
            }
            scale(simd, factor, statistic);
        }
        add_scaled(simd, -dt, mean, statistic);
    }
}

impl Stored {
    fn new(dataset: &Dataset, second_moment: Panel, noise_moment: Panel) -> Self {
        let n_samples = dataset.n_samples();
        let clean_targets = Panel::of(dataset.clean_targets(), noise_moment.stride(), n_samples);
        Self {
            inputs: Panel::of(dataset.inputs(), second_moment.stride(), n_samples),
            noise: Panel::of(dataset.noise(), noise_moment.stride(), n_samples),
            residual: clean_targets.clone(),
            clean_targets,
            draws: vec![0.0; n_samples],
            second_moment,
            noise_moment,
        }
    }

    /// `g_i - mean g` times the residual of every sample: `sum g_i (Q_i - mean Q) = sum (g_i - mean g) Q_i`. `sizes` are stride of the
    /// map, its columns, stride of the inputs.
    #[inline(always)]
    fn scale_residual<S: Simd>(
        &mut self,
        simd: S,
        map: &[f64],
        sigma: f64,
        normals: &mut NormalStream,
        sizes: (usize, usize, usize),
    ) {
        let (stride, inner, inner_stride) = sizes;
        let residual = &mut self.residual.data;
        product(simd, map, &self.inputs.data, residual, stride, inner, inner_stride);
        normals.fill(&mut self.draws);
        let mean_draw = self.draws.iter().sum::<f64>() / self.draws.len() as f64;
        let targets = self.clean_targets.data.chunks_exact(stride);
        let samples = targets.zip(self.noise.data.chunks_exact(stride)).zip(&self.draws);
        for (residual, ((clean, noise), draw)) in residual.chunks_exact_mut(stride).zip(samples) {
            let factor = draw - mean_draw;
            for (entry, (clean, noise)) in residual.iter_mut().zip(clean.iter().zip(noise)) {
                *entry = factor * (*entry - (clean + sigma * noise));
            }
        }
    }
}

/// Fills a square matrix with `(Z + Z^T) / sqrt 2`: variance 2 on the diagonal, 1 off it. The draws come column by column down to
/// the diagonal.
#[inline(always)]
fn fill_symmetric(matrix: &mut Panel, packed: &mut [f64], normals: &mut NormalStream) {
    normals.fill(packed);
    let (n, stride, entries) = (matrix.n_rows(), matrix.stride(), &mut matrix.data);
    let mut rest: &[f64] = packed;
    for column in 0..n {
        let (above, later) = rest.split_at(column + 1);
        for (row, draw) in above[..column].iter().enumerate() {
            entries[column * stride + row] = *draw;
            entries[row * stride + column] = *draw;
        }
        entries[column * stride + column] = std::f64::consts::SQRT_2 * above[column];
        rest = later;
    }
}

/// Steps at fixed parameters.
struct Steps<'a> {
    engine: &'a mut Anisotropic,
    live: &'a LiveParams,
    noise_scale: f64,
    n_steps: u64,
}

impl Work for Steps<'_> {
    type Output = (u64, Result<(), Blowup>);

    #[inline(always)]
    fn run<S: Simd, const STRIDE: usize>(self, simd: S) -> Self::Output {
        let Self { engine, live, .. } = self;
        for step in 0..self.n_steps {
            if let Some(before) = &mut engine.before {
                before.copy_weights_from(&engine.pass);
            }
            for _ in 0..engine.n_substeps {
                let outcome = engine.substep::<S, STRIDE>(simd, live, self.noise_scale);
                if outcome.is_err() {
                    if let Some(before) = &engine.before {
                        engine.pass.copy_weights_from(before);
                    }
                    return (step, outcome);
                }
            }
        }
        (self.n_steps, Ok(()))
    }
}
