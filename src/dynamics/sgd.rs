//! Stochastic gradient descent: `W_l <- W_l - eta A_l^T Qbar B_l^T`, `Qbar` the minibatch mean of `Q = (W x - y) x^T`.
//!
//! All layers move at once, each by the gradient at the old weights. A minibatch of fewer columns than inputs passes through
//! the network as it is, `R = W X - Y` against `X`; a wider one, and Bartlett's, is first condensed to its statistic
//! `Qbar = R X^T / B`, `(d_out, d_in)`, which passes against the identity.
//!
//! With momentum, weight decay or adaptive steps the same gradient is handed to [`optimizer`](super::optimizer).

use nalgebra::DMatrix;
use pulp::Simd;

use super::LiveParams;
use super::blowup::Blowup;
use super::engine::Engine;
use super::kernel::{Inputs, Pass, Work, dispatch};
use super::minibatch::MinibatchSource;
use super::optimizer::{Motion, Optimizer, Rule, StepNumbers};
use crate::memory::HeapBytes as _;
use crate::model::{DeepLinearNetwork, Risk};
use crate::products::{Panel, add_outer_product, add_scaled, product, scale, sum_of_squares};
use crate::random::Streams;

/// The SGD engine: a source of minibatches and its work space.
#[derive(Clone, Debug)]
pub struct Sgd {
    risk: Risk,
    source: MinibatchSource,
    pass: Pass,
    /// Teacher of fresh samples; empty for stored ones.
    teacher: Panel,
    /// Inputs `(d_in, n)`, targets or label noise `(d_out, n)` and residual `(d_out, n)` of a minibatch.
    inputs: Panel,
    targets: Panel,
    residual: Panel,
    n_columns: usize,
    /// Scale of the problem at the start, without label noise.
    scale: f64,
    /// What becomes of the gradient where it is not the step itself.
    motion: Motion,
}

impl Sgd {
    /// SGD on minibatches of `source` for the given initial network, with the usual [`Optimizer`].
    pub fn new(network: &DeepLinearNetwork, risk: &Risk, source: MinibatchSource) -> Self {
        Self::with_rule(network, risk, source, Rule::HeavyBall, Optimizer::default())
    }

    /// The same, its steps made from the gradients by `rule`.
    pub fn with_rule(
        network: &DeepLinearNetwork,
        risk: &Risk,
        source: MinibatchSource,
        rule: Rule,
        options: Optimizer,
    ) -> Self {
        let pass = Pass::new(network);
        let (d_out, d_in) = risk.teacher().map().shape();
        let strides = (pass.stride::<0>(pass.depth()), pass.stride::<0>(0));
        let teacher = source.teacher().map_or_else(
            || Panel::zeros(d_out, strides.0, 0),
            |teacher| Panel::of(teacher.map(), strides.0, strides.1),
        );
        Self {
            risk: risk.clone(),
            source,
            teacher,
            inputs: Panel::zeros(d_in, strides.1, 0),
            targets: Panel::zeros(d_out, strides.0, 0),
            residual: Panel::zeros(d_out, strides.0, 0),
            n_columns: 0,
            scale: risk.scale(&network.end_to_end_map(), 0.0),
            motion: Motion::new(rule, options),
            pass,
        }
    }

    /// Whether its steps under these parameters are the gradient's own.
    pub(crate) fn is_plain(&self, live: &LiveParams) -> bool {
        self.motion.is_plain(live)
    }

    /// Where its minibatches come from.
    pub(super) fn source(&self) -> &MinibatchSource {
        &self.source
    }

    /// The same, to be drawn from.
    #[inline(always)]
    pub(super) fn source_mut(&mut self) -> &mut MinibatchSource {
        &mut self.source
    }

    /// Scale of the problem, with label noise.
    #[inline(always)]
    pub(super) fn scale_with(&self, live: &LiveParams) -> f64 {
        self.scale + live.label_noise_std.powi(2) * self.targets.n_rows() as f64
    }

    /// Sets up `R = W X - Y` against `X`.
    #[inline(always)]
    fn residual_of_columns<S: Simd, const STRIDE: usize>(
        &mut self,
        simd: S,
        live: &LiveParams,
    ) -> Result<(), Blowup> {
        let (n, last) = (self.n_columns, self.pass.depth());
        let sizes = self.pass.map_sizes::<STRIDE>();
        let divisor = self.source.draw_columns(
            live.batch_size,
            live.label_noise_std,
            self.pass.activations[0].columns_mut(n),
            self.targets.columns_mut(n),
        );
        self.pass.forward::<S, STRIDE>(simd, Inputs::Columns(n));
        let (activations, delta) = (&self.pass.activations, &mut self.pass.deltas[last].data);
        let delta = &mut delta[..n * sizes.stride];
        // Y - W X, of the sign that descends.
        if self.teacher.data.is_empty() {
            delta.copy_from_slice(&self.targets.data[..n * sizes.stride]);
        } else {
            let inputs = &activations[0].data;
            product(simd, &self.teacher.data, inputs, delta, sizes);
            add_scaled(simd, 1.0, &self.targets.data, delta);
        }
        add_scaled(simd, -1.0, &activations[last].data, delta);
        let squared = sum_of_squares(simd, delta);
        scale(simd, live.learning_rate / divisor, delta);
        self.check(squared / divisor, live)
    }

    /// Sets up `Q = R X^T` against the identity.
    #[inline(always)]
    fn condensed_residual<S: Simd, const STRIDE: usize>(
        &mut self,
        simd: S,
        live: &LiveParams,
    ) -> Result<(), Blowup> {
        let (n, last) = (self.n_columns, self.pass.depth());
        let sizes = self.pass.map_sizes::<STRIDE>();
        let divisor = self.source.draw_columns(
            live.batch_size,
            live.label_noise_std,
            self.inputs.columns_mut(n),
            self.targets.columns_mut(n),
        );
        self.pass.forward::<S, STRIDE>(simd, Inputs::Identity);
        // For fresh samples the teacher is taken from the map rather than from every column: R = (W - M) X - sigma K.
        let map = &mut self.pass.activations[last].data;
        if !self.teacher.data.is_empty() {
            add_scaled(simd, -1.0, &self.teacher.data, map);
        }
        let residual = &mut self.residual.data[..n * sizes.stride];
        product(simd, map, &self.inputs.data, residual, sizes);
        add_scaled(simd, -1.0, &self.targets.data, residual);
        let squared = sum_of_squares(simd, residual);
        scale(simd, -live.learning_rate / divisor, residual);
        let statistic = &mut self.pass.deltas[last].data;
        statistic.fill(0.0);
        let inputs = &self.inputs.data[..n * sizes.inner_stride];
        add_outer_product(
            simd,
            residual,
            inputs,
            statistic,
            sizes.stride,
            sizes.inner_stride,
        );
        self.check(squared / divisor, live)
    }

    #[inline(always)]
    fn check(&self, squared: f64, live: &LiveParams) -> Result<(), Blowup> {
        Blowup::check(squared, self.scale_with(live))
    }
}

impl Engine for Sgd {
    fn advance(
        &mut self,
        network: &mut DeepLinearNetwork,
        live: &LiveParams,
        n_steps: u64,
    ) -> (u64, Result<(), Blowup>) {
        let n_columns = self.source.n_columns(live.batch_size);
        if n_columns != self.n_columns {
            self.n_columns = n_columns;
            for panel in [&mut self.inputs, &mut self.targets, &mut self.residual] {
                panel.resize(n_columns);
            }
        }
        self.pass.load(network);
        let condensed =
            n_columns > self.pass.n_columns(Inputs::Identity) || self.source.is_condensed(live.batch_size);
        let stride = self.pass.common_stride();
        if n_steps > 0 && !live.has_momentum() {
            self.motion.rest();
        }
        let outcome = if self.motion.is_plain(live) {
            let run = Run {
                sgd: self,
                live,
                n_steps,
                condensed,
            };
            dispatch(stride, run)
        } else {
            let run = RunByRule {
                sgd: self,
                live,
                n_steps,
                condensed,
            };
            dispatch(stride, run)
        };
        self.pass.store(network);
        outcome
    }

    fn set_live(&mut self, _network: &DeepLinearNetwork, live: &LiveParams) {
        // At once, not with the next step: that may be taken in lanes, which have no velocity to forget.
        if !live.has_momentum() {
            self.motion.rest();
        }
    }

    fn is_changed_by(&self, live: &LiveParams) -> bool {
        self.motion.is_moving() && !live.has_momentum()
    }

    fn restarted(
        &self,
        network: &DeepLinearNetwork,
        _live: &LiveParams,
        streams: &Streams,
    ) -> Box<dyn Engine> {
        Box::new(Self {
            motion: self.motion.restarted(),
            ..Self::new(network, &self.risk, self.source.restarted(streams))
        })
    }

    fn n_bytes(&self) -> usize {
        // Panels of a minibatch grow with the batch size that is set during the run.
        let numbers = self.inputs.stride() + self.targets.stride() + self.residual.stride();
        let minibatch = numbers * self.source.n_columns(u64::MAX) * size_of::<f64>();
        let own = size_of::<Self>() + self.teacher.heap_bytes() + self.pass.heap_bytes();
        own + minibatch + self.source.heap_bytes() + self.motion.n_bytes(self.pass.n_numbers())
    }

    fn carried(&self) -> Vec<(&'static str, Vec<DMatrix<f64>>)> {
        let parts = self.motion.carried();
        parts
            .map(|(name, layers)| (name, self.pass.matrices_of(layers)))
            .collect()
    }

    fn boxed(&self) -> Box<dyn Engine> {
        Box::new(self.clone())
    }
}

/// Steps at fixed parameters.
struct Run<'a> {
    sgd: &'a mut Sgd,
    live: &'a LiveParams,
    n_steps: u64,
    condensed: bool,
}

impl Work for Run<'_> {
    type Output = (u64, Result<(), Blowup>);

    #[inline(always)]
    fn run<S: Simd, const STRIDE: usize>(self, simd: S) -> Self::Output {
        let Self { sgd, live, .. } = self;
        for step in 0..self.n_steps {
            let (inputs, residual) = if self.condensed {
                (Inputs::Identity, sgd.condensed_residual::<S, STRIDE>(simd, live))
            } else {
                (
                    Inputs::Columns(sgd.n_columns),
                    sgd.residual_of_columns::<S, STRIDE>(simd, live),
                )
            };
            // Not in a closure: that would be compiled apart, without the vectors of this processor.
            if residual.is_err() {
                return (step, residual);
            }
            sgd.pass.backward::<S, STRIDE>(simd, inputs);
            let outcome = sgd.pass.update::<S, STRIDE>(simd, inputs);
            if outcome.is_err() {
                return (step, outcome);
            }
        }
        (self.n_steps, Ok(()))
    }
}

/// Steps by the rule of a [`Motion`], at fixed parameters.
struct RunByRule<'a> {
    sgd: &'a mut Sgd,
    live: &'a LiveParams,
    n_steps: u64,
    condensed: bool,
}

impl Work for RunByRule<'_> {
    type Output = (u64, Result<(), Blowup>);

    #[inline(always)]
    fn run<S: Simd, const STRIDE: usize>(self, simd: S) -> Self::Output {
        let Self { sgd, live, .. } = self;
        let numbers = StepNumbers::new(live, 1);
        // What the residual is multiplied by.
        let scaled = LiveParams {
            learning_rate: sgd.motion.factor_of_gradient(numbers.rate()),
            ..*live
        };
        for step in 0..self.n_steps {
            sgd.pass.begin(&mut sgd.motion, &numbers);
            let (inputs, residual) = if self.condensed {
                (
                    Inputs::Identity,
                    sgd.condensed_residual::<S, STRIDE>(simd, &scaled),
                )
            } else {
                (
                    Inputs::Columns(sgd.n_columns),
                    sgd.residual_of_columns::<S, STRIDE>(simd, &scaled),
                )
            };
            if residual.is_err() {
                sgd.pass.take_back(&sgd.motion);
                return (step, residual);
            }
            sgd.pass.backward::<S, STRIDE>(simd, inputs);
            let Sgd { pass, motion, .. } = sgd;
            if let Err(blowup) = pass.update_by::<S, STRIDE>(simd, inputs, motion, &numbers) {
                return (step, Err(blowup));
            }
        }
        (self.n_steps, Ok(()))
    }
}
