//! Stochastic gradient descent: `W_l <- W_l - eta A_l^T Qbar B_l^T`, `Qbar` the minibatch mean of `Q = (W x - y) x^T`.
//!
//! All layers move at once, each by the gradient at the old weights.

use nalgebra::DMatrix;

use super::LiveParams;
use super::backpropagation::{Backpropagation, add_outer_product};
use super::blowup::Blowup;
use super::minibatch::MinibatchSource;
use super::range::{check_range, ordinary_change};
use crate::model::{DeepLinearNetwork, Risk};

/// The SGD engine: a source of minibatches and its work space.
#[derive(Clone, Debug)]
pub struct Sgd {
    source: MinibatchSource,
    gradient: Backpropagation,
    /// Minibatch inputs `(d_in, n)` and residual `(d_out, n)` where the minibatch is wider than the input and is
    /// first condensed to its `(d_out, d_in)` statistic.
    wide_inputs: DMatrix<f64>,
    wide_residual: DMatrix<f64>,
    /// Scale of the problem at the start, without label noise.
    scale: f64,
    /// Change of a layer that needs no check.
    ordinary_change: f64,
}

impl Sgd {
    /// SGD on minibatches of `source` for the given initial network.
    pub fn new(network: &DeepLinearNetwork, risk: &Risk, source: MinibatchSource) -> Self {
        Self {
            source,
            gradient: Backpropagation::new(&network.widths(), 1),
            wide_inputs: DMatrix::zeros(0, 0),
            wide_residual: DMatrix::zeros(0, 0),
            scale: risk.scale(&network.end_to_end_map(), 0.0),
            ordinary_change: ordinary_change(network.depth()),
        }
    }

    /// One step.
    ///
    /// # Errors
    /// [`Blowup`] where the residual has left the finite range, or the step would take the weights out of it; the network is
    /// then untouched.
    pub fn step(&mut self, network: &mut DeepLinearNetwork, live: &LiveParams) -> Result<(), Blowup> {
        let n_columns = self.source.n_columns(live.batch_size);
        let d_in = self.gradient.inputs().nrows();
        let divisor = if n_columns > d_in {
            self.condensed_gradient(n_columns, network, live)?
        } else {
            self.gradient.resize(n_columns);
            let batch = self
                .source
                .draw(live.batch_size, live.label_noise_std, self.gradient.inputs_mut());
            self.gradient.forward(network);
            let squared = self.gradient.set_residual(&batch.targets);
            check(squared / batch.divisor, self.scale, &batch.targets, live)?;
            batch.divisor
        };
        self.gradient.backward(network);
        let factor = -live.learning_rate / divisor;
        if self.gradient.largest_change(factor) <= self.ordinary_change {
            self.gradient.add_gradient(factor, network);
            Ok(())
        } else {
            let before = network.clone();
            self.gradient.add_gradient(factor, network);
            check_range(network).inspect_err(|_| *network = before)
        }
    }

    /// Sets up the gradient of a minibatch of more samples than inputs: `Q = (W X - Y) X^T` against the identity.
    fn condensed_gradient(
        &mut self,
        n_columns: usize,
        network: &DeepLinearNetwork,
        live: &LiveParams,
    ) -> Result<f64, Blowup> {
        let d_in = self.gradient.inputs().nrows();
        if self.wide_inputs.shape() != (d_in, n_columns) {
            self.wide_inputs = DMatrix::zeros(d_in, n_columns);
        }
        self.gradient.resize(d_in);
        self.gradient.inputs_mut().fill_with_identity();
        let batch = self
            .source
            .draw(live.batch_size, live.label_noise_std, &mut self.wide_inputs);
        let map = self.gradient.forward(network);
        if self.wide_residual.shape() != batch.targets.shape() {
            self.wide_residual = DMatrix::zeros(batch.targets.nrows(), n_columns);
        }
        self.wide_residual.copy_from(&batch.targets);
        self.wide_residual.gemm(1.0, map, &self.wide_inputs, -1.0);
        check(
            self.wide_residual.norm_squared() / batch.divisor,
            self.scale,
            &batch.targets,
            live,
        )?;
        let statistic = self.gradient.residual_mut();
        statistic.fill(0.0);
        add_outer_product(1.0, &self.wide_residual, &self.wide_inputs, statistic);
        Ok(batch.divisor)
    }
}

fn check(squared: f64, scale: f64, targets: &DMatrix<f64>, live: &LiveParams) -> Result<(), Blowup> {
    Blowup::check(
        squared,
        scale + live.label_noise_std.powi(2) * targets.nrows() as f64,
    )
}
