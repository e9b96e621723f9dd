//! Euler-Maruyama with the exact noise of a minibatch gradient: one increment of the statistic, `dt E[Q] - sqrt(tau dt) N`, passes
//! backwards through the network against the identity. With momentum or weight decay it is handed to [`optimizer`](crate::dynamics::optimizer).

use nalgebra::DMatrix;
use pulp::Simd;

use super::stored::Stored;
use crate::dynamics::blowup::Blowup;
use crate::dynamics::kernel::{Inputs, Pass, Work, dispatch};
use crate::dynamics::optimizer::{Motion, StepNumbers};
use crate::dynamics::{Batching, LiveParams, Sampling};
use crate::memory::HeapBytes;
use crate::model::{DeepLinearNetwork, Risk};
use crate::products::{Panel, add_outer_product, add_scaled, product, scale, sum_of_squares};
use crate::random::NormalStream;

/// The engine for the exact noise.
#[derive(Clone, Debug)]
pub(crate) struct Anisotropic {
    risk: Risk,
    batching: Batching,
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
    before: Option<Vec<Panel>>,
    scale: f64,
    /// Momentum and decay.
    motion: Motion,
}

impl Anisotropic {
    pub(super) fn new(
        network: &DeepLinearNetwork,
        risk: Risk,
        sampling: Sampling,
        n_substeps: u32,
        normals: NormalStream,
        motion: Motion,
    ) -> Self {
        let pass = Pass::new(network);
        let (d_out, d_in) = risk.teacher().map().shape();
        let (out_stride, in_stride) = (pass.stride::<0>(pass.depth()), pass.stride::<0>(0));
        let panel = |matrix, stride| Panel::of(matrix, stride, in_stride);
        let moments = risk.second_moments();
        let target = moments.map_or_else(|| risk.teacher().map(), |moments| moments.clean_targets);
        let stored = moments
            .zip(risk.dataset())
            .map(|(moments, dataset)| Stored::new(dataset, &moments, out_stride, in_stride));
        Self {
            target: panel(target, out_stride),
            stored,
            label_draws: Panel::zeros(d_out, out_stride, in_stride),
            input_draws: Panel::zeros(d_in, in_stride, in_stride),
            packed_draws: vec![0.0; d_in * (d_in + 1) / 2],
            before: (n_substeps > 1).then(|| pass.weights().to_vec()),
            scale: risk.scale(&network.end_to_end_map(), 0.0),
            batching: Batching::of(&risk, sampling),
            n_substeps,
            normals,
            motion,
            pass,
            risk,
        }
    }

    /// The engine at the start of another run from `network` on the same risk; a stored set is shared, not copied.
    pub(super) fn restarted(&self, network: &DeepLinearNetwork, normals: NormalStream) -> Self {
        Self {
            pass: Pass::new(network),
            scale: self.risk.scale(&network.end_to_end_map(), 0.0),
            stored: self.stored.as_ref().map(Stored::restarted),
            motion: self.motion.restarted(),
            normals,
            ..self.clone()
        }
    }

    /// Whether it is driven by fresh samples.
    pub(super) fn is_online(&self) -> bool {
        self.stored.is_none()
    }

    pub(in crate::dynamics) fn risk(&self) -> &Risk {
        &self.risk
    }

    pub(in crate::dynamics) fn n_substeps(&self) -> u32 {
        self.n_substeps
    }

    pub(in crate::dynamics) fn noise_scale(&self, live: &LiveParams) -> f64 {
        self.batching.noise_scale(live)
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
        let parts = self.motion.carried();
        parts
            .map(|(name, layers)| (name, self.pass.matrices_of(layers)))
            .collect()
    }

    /// Where its noise is drawn from.
    #[inline(always)]
    pub(in crate::dynamics) fn normals_mut(&mut self) -> &mut NormalStream {
        &mut self.normals
    }

    /// Scale of the problem, with label noise.
    #[inline(always)]
    pub(in crate::dynamics) fn scale_with(&self, live: &LiveParams) -> f64 {
        self.scale + live.label_noise_std.powi(2) * self.target.n_rows() as f64
    }

    /// Up to `n_steps` steps of the learning rate.
    pub(super) fn advance(
        &mut self,
        network: &mut DeepLinearNetwork,
        live: &LiveParams,
        n_steps: u64,
    ) -> (u64, Result<(), Blowup>) {
        self.pass.load(network);
        if n_steps > 0 && !live.has_momentum() {
            self.motion.rest();
        }
        let (stride, noise_scale) = (self.pass.common_stride(), self.batching.noise_scale(live));
        let outcome = if self.motion.is_plain(live) {
            let run = Run {
                noise_scale,
                engine: self,
                live,
                n_steps,
            };
            dispatch(stride, run)
        } else {
            let run = RunByRule {
                noise_scale,
                engine: self,
                live,
                n_steps,
            };
            dispatch(stride, run)
        };
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
        self.deltas::<S, STRIDE>(simd, live, noise_scale)?;
        self.pass.update::<S, STRIDE>(simd, Inputs::Identity)
    }

    /// The increment of a substep, passed backwards through the network.
    #[inline(always)]
    fn deltas<S: Simd, const STRIDE: usize>(
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
        Blowup::check(squared, self.scale + sigma.powi(2) * self.target.n_rows() as f64)?;
        let factor = (noise_scale * dt).sqrt();
        if factor > 0.0 {
            self.add_noise::<S, STRIDE>(simd, dt, factor, sigma);
        } else {
            let (mean, statistic) = self.pass.deltas.split_at_mut(last);
            statistic[0].data.fill(0.0);
            add_scaled(simd, -dt, &mean[0].data, &mut statistic[0].data);
        }
        self.pass.backward::<S, STRIDE>(simd, Inputs::Identity);
        Ok(())
    }

    /// `E[Q]` to the work space `deltas[0]`.
    #[inline(always)]
    fn mean_statistic<S: Simd, const STRIDE: usize>(&mut self, simd: S, sigma: f64) {
        let map = &self.pass.activations[self.pass.depth()].data;
        let sizes = self.pass.map_sizes::<STRIDE>();
        let mean = &mut self.pass.deltas[0].data;
        if let Some(stored) = &self.stored {
            product(simd, map, &stored.panels.second_moment.data, mean, sizes);
            add_scaled(simd, -sigma, &stored.panels.noise_moment.data, mean);
        } else {
            mean.copy_from_slice(map);
        }
        add_scaled(simd, -1.0, &self.target.data, mean);
    }

    /// `-dt E[Q] + factor N` to the deltas of the last layer.
    #[inline(always)]
    fn add_noise<S: Simd, const STRIDE: usize>(&mut self, simd: S, dt: f64, factor: f64, sigma: f64) {
        let last = self.pass.depth();
        let sizes = self.pass.map_sizes::<STRIDE>();
        let (mean, statistic) = self.pass.deltas.split_at_mut(last);
        let (mean, statistic) = (&mean[0].data, &mut statistic[0].data);
        if let Some(stored) = &mut self.stored {
            let map = &self.pass.activations[last].data;
            stored.scale_residual(simd, map, sigma, &mut self.normals, sizes);
            let factor = factor / (stored.draws.len() as f64).sqrt();
            scale(simd, factor, &mut stored.residual.data);
            statistic.fill(0.0);
            let (residual, inputs) = (&stored.residual.data, &stored.panels.inputs.data);
            add_outer_product(
                simd,
                residual,
                inputs,
                statistic,
                sizes.stride,
                sizes.inner_stride,
            );
        } else {
            fill_symmetric(&mut self.input_draws, &mut self.packed_draws, &mut self.normals);
            product(simd, mean, &self.input_draws.data, statistic, sizes);
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

impl HeapBytes for Anisotropic {
    fn heap_bytes(&self) -> usize {
        let draws =
            self.label_draws.heap_bytes() + self.input_draws.heap_bytes() + self.packed_draws.heap_bytes();
        let work = self.pass.heap_bytes() + self.target.heap_bytes() + self.before.heap_bytes();
        draws + work + self.stored.heap_bytes() + self.motion.n_bytes(self.pass.n_numbers())
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
struct Run<'a> {
    engine: &'a mut Anisotropic,
    live: &'a LiveParams,
    noise_scale: f64,
    n_steps: u64,
}

impl Work for Run<'_> {
    type Output = (u64, Result<(), Blowup>);

    #[inline(always)]
    fn run<S: Simd, const STRIDE: usize>(self, simd: S) -> Self::Output {
        let Self { engine, live, .. } = self;
        for step in 0..self.n_steps {
            if let Some(before) = &mut engine.before {
                for (before, weights) in before.iter_mut().zip(engine.pass.weights()) {
                    before.copy_from(weights);
                }
            }
            for _ in 0..engine.n_substeps {
                let outcome = engine.substep::<S, STRIDE>(simd, live, self.noise_scale);
                if outcome.is_err() {
                    if let Some(before) = &engine.before {
                        engine.pass.set_weights(before);
                    }
                    return (step, outcome);
                }
            }
        }
        (self.n_steps, Ok(()))
    }
}

/// Steps with momentum or decay, at fixed parameters.
struct RunByRule<'a> {
    engine: &'a mut Anisotropic,
    live: &'a LiveParams,
    noise_scale: f64,
    n_steps: u64,
}

impl Work for RunByRule<'_> {
    type Output = (u64, Result<(), Blowup>);

    #[inline(always)]
    fn run<S: Simd, const STRIDE: usize>(self, simd: S) -> Self::Output {
        let Self { engine, live, .. } = self;
        let numbers = StepNumbers::new(live, engine.n_substeps);
        for step in 0..self.n_steps {
            // Where a later part of the step fails, the whole step is taken back.
            let before =
                (engine.n_substeps > 1).then(|| (engine.pass.weights().to_vec(), engine.motion.clone()));
            for _ in 0..engine.n_substeps {
                engine.pass.begin(&mut engine.motion, &numbers);
                let outcome = engine
                    .deltas::<S, STRIDE>(simd, live, self.noise_scale)
                    .and_then(|()| {
                        let Anisotropic { pass, motion, .. } = &mut *engine;
                        pass.update_by::<S, STRIDE>(simd, Inputs::Identity, motion, &numbers)
                    });
                if outcome.is_err() {
                    if let Some((weights, motion)) = before {
                        engine.pass.set_weights(&weights);
                        engine.motion = motion;
                    }
                    return (step, outcome);
                }
            }
        }
        (self.n_steps, Ok(()))
    }
}
