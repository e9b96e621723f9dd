//! Four runs of SGD side by side.

use pulp::Simd;

use super::network::LaneNetwork;
use super::{CHUNK, interleave};
use crate::dynamics::LiveParams;
use crate::dynamics::kernel::Inputs;
use crate::dynamics::sgd::Sgd;
use crate::model::DeepLinearNetwork;
use crate::products::lanes::{
    LANES, LaneWork, add_outer_product, add_scaled, add_squares, dispatch, load_lane, product, scale,
};

/// Most columns of a minibatch: more would leave the fastest cache, and are work enough for the engines' own vectors.
const MOST_COLUMNS: usize = 64;

/// Work space of four runs.
#[derive(Clone, Debug)]
pub(crate) struct SgdLanes {
    network: LaneNetwork,
    /// Teachers of fresh samples; empty for stored ones.
    teacher: Vec<f64>,
    /// Inputs, rest of the targets and residual of a minibatch.
    inputs: Vec<f64>,
    targets: Vec<f64>,
    residual: Vec<f64>,
    /// Inputs and rest of the targets of [`CHUNK`] minibatches, run by run.
    input_draws: Vec<f64>,
    target_draws: Vec<f64>,
    n_columns: usize,
}

impl SgdLanes {
    /// Work space for runs like these.
    pub(crate) fn new(engines: [&Sgd; LANES], network: &DeepLinearNetwork) -> Self {
        let mut teacher = Vec::new();
        for (lane, engine) in engines.into_iter().enumerate() {
            if let Some(own) = engine.source().teacher() {
                teacher.resize(LANES * own.map().len(), 0.0);
                load_lane(own.map(), lane, &mut teacher);
            }
        }
        Self {
            network: LaneNetwork::new(network),
            teacher,
            inputs: Vec::new(),
            targets: Vec::new(),
            residual: Vec::new(),
            input_draws: Vec::new(),
            target_draws: Vec::new(),
            n_columns: 0,
        }
    }

    /// The four networks.
    pub(crate) fn network(&self) -> &LaneNetwork {
        &self.network
    }

    /// To be loaded with.
    pub(crate) fn network_mut(&mut self) -> &mut LaneNetwork {
        &mut self.network
    }

    /// Takes `n_steps` steps in all four; `false` where they may have been out of the ordinary, or minibatches are too large. Engines and
    /// networks are then undefined.
    pub(crate) fn advance(
        &mut self,
        mut engines: [&mut Sgd; LANES],
        live: &LiveParams,
        n_steps: u64,
    ) -> bool {
        let n_columns = engines[0].source().n_columns(live.batch_size);
        if n_columns > MOST_COLUMNS {
            return false;
        }
        if n_columns != self.n_columns {
            self.n_columns = n_columns;
            let widths = &self.network.widths;
            let (d_in, d_out) = (widths[0], widths[widths.len() - 1]);
            self.inputs.resize(LANES * n_columns * d_in, 0.0);
            self.targets.resize(LANES * n_columns * d_out, 0.0);
            self.residual.resize(LANES * n_columns * d_out, 0.0);
            self.input_draws.resize(LANES * CHUNK * n_columns * d_in, 0.0);
            self.target_draws.resize(LANES * CHUNK * n_columns * d_out, 0.0);
        }
        let condensed =
            n_columns > self.network.widths[0] || engines[0].source().is_condensed(live.batch_size);
        dispatch(Advance {
            lanes: self,
            engines: &mut engines,
            live,
            count: n_steps,
            condensed,
        })
    }

    /// Draws the minibatches of the next steps, at most [`CHUNK`]; gives their divisor.
    #[inline(always)]
    fn draw(&mut self, engines: &mut [&mut Sgd; LANES], live: &LiveParams, n_steps: usize) -> f64 {
        let (n_inputs, n_targets) = (self.inputs.len() / LANES, self.targets.len() / LANES);
        let d_in = self.network.widths[0];
        let mut divisor = 1.0;
        let inputs = self.input_draws.chunks_exact_mut(CHUNK * n_inputs);
        let targets = self.target_draws.chunks_exact_mut(CHUNK * n_targets);
        for ((engine, inputs), targets) in engines.iter_mut().zip(inputs).zip(targets) {
            divisor = engine.source_mut().draw_batches(
                live,
                d_in,
                &mut inputs[..n_steps * n_inputs],
                &mut targets[..n_steps * n_targets],
                n_steps,
            );
        }
        divisor
    }

    /// Sets up `R = W X - Y` against `X`; adds to `squares`.
    #[inline(always)]
    fn residual_of_columns<S: Simd>(&mut self, simd: S, factor: f64, squares: &mut S::f64s) {
        let last = self.network.depth();
        let (n, n_in, n_out) = (self.n_columns, self.network.widths[0], self.network.widths[last]);
        self.network.activations[0][..LANES * n * n_in].copy_from_slice(&self.inputs);
        self.network.forward(simd, Inputs::Columns(n));
        let (activations, deltas) = (&self.network.activations, &mut self.network.deltas);
        let delta = S::as_mut_simd_f64s(&mut deltas[last][..LANES * n * n_out]).0;
        let targets = S::as_simd_f64s(&self.targets).0;
        if self.teacher.is_empty() {
            delta.copy_from_slice(targets);
        } else {
            let (teacher, inputs) = (S::as_simd_f64s(&self.teacher).0, S::as_simd_f64s(&self.inputs).0);
            product(simd, teacher, inputs, delta, n_out, n_in);
            add_scaled(simd, 1.0, targets, delta);
        }
        let map = S::as_simd_f64s(&activations[last][..LANES * n * n_out]).0;
        add_scaled(simd, -1.0, map, delta);
        add_squares(simd, delta, squares);
        scale(simd, factor, delta);
    }

    /// Sets up `Q = R X^T` against the identity; adds to `squares`.
    #[inline(always)]
    fn condensed_residual<S: Simd>(&mut self, simd: S, factor: f64, squares: &mut S::f64s) {
        let last = self.network.depth();
        let (n_in, n_out) = (self.network.widths[0], self.network.widths[last]);
        self.network.forward(simd, Inputs::Identity);
        let map = S::as_mut_simd_f64s(&mut self.network.activations[last]).0;
        if !self.teacher.is_empty() {
            add_scaled(simd, -1.0, S::as_simd_f64s(&self.teacher).0, map);
        }
        let residual = S::as_mut_simd_f64s(&mut self.residual).0;
        let inputs = S::as_simd_f64s(&self.inputs).0;
        product(simd, map, inputs, residual, n_out, n_in);
        add_scaled(simd, -1.0, S::as_simd_f64s(&self.targets).0, residual);
        add_squares(simd, residual, squares);
        scale(simd, -factor, residual);
        let statistic = S::as_mut_simd_f64s(&mut self.network.deltas[last]).0;
        statistic.fill(simd.splat_f64s(0.0));
        add_outer_product(simd, residual, inputs, statistic, n_out, n_in);
    }
}

/// Steps at fixed parameters.
struct Advance<'a, 'b> {
    lanes: &'a mut SgdLanes,
    engines: &'a mut [&'b mut Sgd; LANES],
    live: &'a LiveParams,
    count: u64,
    condensed: bool,
}

impl LaneWork for Advance<'_, '_> {
    #[inline(always)]
    fn run<S: Simd>(self, simd: S) -> bool {
        let Self {
            lanes, engines, live, ..
        } = self;
        let (n_inputs, n_targets) = (lanes.inputs.len() / LANES, lanes.targets.len() / LANES);
        let (mut squares, mut bound) = (simd.splat_f64s(0.0), simd.splat_f64s(0.0));
        let (mut left, mut divisor) = (self.count, 1.0);
        while left > 0 {
            let n_now = left.min(CHUNK as u64) as usize;
            divisor = lanes.draw(engines, live, n_now);
            let factor = live.learning_rate / divisor;
            for step in 0..n_now {
                interleave(
                    &lanes.input_draws[step * n_inputs..],
                    CHUNK * n_inputs,
                    &mut lanes.inputs,
                );
                interleave(
                    &lanes.target_draws[step * n_targets..],
                    CHUNK * n_targets,
                    &mut lanes.targets,
                );
                let inputs = if self.condensed {
                    lanes.condensed_residual(simd, factor, &mut squares);
                    Inputs::Identity
                } else {
                    lanes.residual_of_columns(simd, factor, &mut squares);
                    Inputs::Columns(lanes.n_columns)
                };
                lanes.network.backward(simd, inputs);
                lanes.network.update(simd, inputs, &mut bound);
            }
            left -= n_now as u64;
        }
        let scales = engines.each_ref().map(|engine| engine.scale_with(live));
        let lanes_of = |vector: S::f64s| {
            let mut numbers = [0.0; LANES];
            S::as_mut_simd_f64s(&mut numbers).0.fill(vector);
            numbers
        };
        lanes
            .network
            .is_ordinary(lanes_of(squares), divisor, scales, lanes_of(bound))
    }
}
