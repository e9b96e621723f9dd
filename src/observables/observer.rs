//! Turns the present weights into one row of numbers.
//!
//! Alignment of mode `k`: `|u_k^T W v_k| u_k^T W v_k / (|W v_k| |W^T u_k|)`, the product of two cosines with the sign of the strength:
//! 1 where `(u_k, v_k)` is a singular pair of the student, -1 where `(u_k, -v_k)` is. Modes of equal teacher strength share one value, with `U`, `V` of the whole group and
//! Frobenius norms, so it does not depend on the basis chosen inside the group.

use nalgebra::DMatrix;

use super::balance::pair_imbalances;
use super::decay::with_decay;
use super::diffusion::ModeDynamics;
use super::own_noise::{Looked, OwnNoise};
use super::schema::{Quantity, Schema};
use crate::dynamics::{Batching, LiveParams, Sampling};
use crate::memory::HeapBytes;
use crate::model::{DeepLinearNetwork, PartialProducts, Risk};
use crate::products::{multiply, multiply_transposed};
use crate::theory::StoredLaw;

/// Two modes of a network at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairDynamics {
    /// Their strengths.
    pub strengths: [f64; 2],
    /// Their drift, per unit time.
    pub drift: [f64; 2],
    /// Covariance of their noise per unit time: diffusion of the first, of both, diffusion of the second.
    pub covariance: [f64; 3],
}

/// Measures networks of one shape against one teacher.
#[derive(Clone, Debug)]
pub struct Observer {
    risk: Risk,
    sampling: Sampling,
    schema: Schema,
    products: PartialProducts,
    modes: ModeDynamics,
    /// `W V`, shape `(d_out, r)`.
    images: DMatrix<f64>,
    /// `W^T U`, shape `(d_in, r)`.
    preimages: DMatrix<f64>,
    /// `U^T W V`, shape `(r, r)`.
    mode_matrix: DMatrix<f64>,
    /// Made for the first whole row.
    own: Option<Box<OwnNoise>>,
    balance_scratch: Vec<DMatrix<f64>>,
}

impl Observer {
    /// An observer of networks shaped like `network`, trained on `risk` by minibatches visited by `sampling`.
    pub fn new(network: &DeepLinearNetwork, risk: Risk, sampling: Sampling) -> Self {
        let products = PartialProducts::new(network);
        let rank = risk.teacher().rank();
        let (d_out, d_in) = products.map().shape();
        Self {
            schema: Schema::new(rank, network.depth()).with_held_out(risk.held_out().is_some()),
            modes: ModeDynamics::new(&products, &risk),
            images: DMatrix::zeros(d_out, rank),
            preimages: DMatrix::zeros(d_in, rank),
            mode_matrix: DMatrix::zeros(rank, rank),
            own: None,
            balance_scratch: Vec::new(),
            products,
            sampling,
            risk,
        }
    }

    /// Layout of the rows.
    pub fn schema(&self) -> Schema {
        self.schema
    }

    /// The mode matrix `U^T W V` of the network last observed, shape `(r, r)`; its diagonal holds the mode strengths.
    pub fn mode_matrix(&self) -> &DMatrix<f64> {
        &self.mode_matrix
    }

    /// Appends the mode strengths of `network` to `strengths`, to the bit those of a row, at a fraction of the cost.
    pub fn observe_strengths(&mut self, network: &DeepLinearNetwork, strengths: &mut Vec<f64>) {
        self.products.update(network);
        self.update_mode_matrix();
        strengths.extend(self.mode_matrix.diagonal().iter());
    }

    /// Appends strengths and curvatures of `network`, to the bit those of a row, at a fraction of the cost.
    pub fn observe_settled(
        &mut self,
        network: &DeepLinearNetwork,
        strengths: &mut Vec<f64>,
        curvatures: &mut Vec<f64>,
    ) {
        self.products.update(network);
        self.update_mode_matrix();
        self.modes.update_curvature(&self.products, &self.risk);
        strengths.extend(self.mode_matrix.diagonal().iter());
        curvatures.extend_from_slice(self.modes.curvature());
    }

    /// Sum of the rates at which the entries of every mode's row of `W - M` relax, for the network last observed: see
    /// [`ModeDynamics::row_rates`].
    pub fn row_rates(&self) -> Vec<f64> {
        self.modes.row_rates(&self.products)
    }

    /// Appends a row in which only step, time, strengths, drift, diffusion and live parameters are filled in, to the bit as by [`Self::observe`].
    pub fn observe_modes(
        &mut self,
        network: &DeepLinearNetwork,
        live: &LiveParams,
        step: u64,
        time: f64,
        rows: &mut Vec<f64>,
    ) {
        self.products.update(network);
        self.modes.update(&self.products, &self.risk, self.sampling, live);
        self.update_mode_matrix();
        let (first, schema) = (rows.len(), self.schema);
        rows.resize(first + schema.n_columns(), 0.0);
        let row = &mut rows[first..];
        row[Schema::STEP] = step as f64;
        row[Schema::TIME] = time;
        for mode in 0..schema.rank() {
            let strength = self.mode_matrix[(mode, mode)];
            row[schema.column(Quantity::Strength, mode)] = strength;
            row[schema.column(Quantity::Drift, mode)] =
                with_decay(self.modes.drift()[mode], strength, network.depth(), live);
            row[schema.column(Quantity::Diffusion, mode)] = self.modes.diffusion()[mode];
        }
        schema.write_live(live, row);
    }

    /// Drift of two modes and the covariance of their noise, per unit time.
    pub fn observe_pair(
        &mut self,
        network: &DeepLinearNetwork,
        live: &LiveParams,
        (one, other): (usize, usize),
    ) -> PairDynamics {
        self.products.update(network);
        let (products, risk, sampling) = (&self.products, &self.risk, self.sampling);
        self.modes.update(products, risk, sampling, live);
        let cross = self
            .modes
            .covariance(products, risk, sampling, live, (one, other));
        self.update_mode_matrix();
        let strengths = [one, other].map(|mode| self.mode_matrix[(mode, mode)]);
        let drift = [one, other].map(|mode| self.modes.drift()[mode]);
        let drift = [0, 1].map(|i| with_decay(drift[i], strengths[i], network.depth(), live));
        let [first, second] = [one, other].map(|mode| self.modes.diffusion()[mode]);
        PairDynamics {
            strengths,
            drift,
            covariance: [first, cross, second],
        }
    }

    /// Appends one row for `network` to `rows`.
    pub fn observe(
        &mut self,
        network: &DeepLinearNetwork,
        live: &LiveParams,
        step: u64,
        time: f64,
        rows: &mut Vec<f64>,
    ) {
        self.products.update(network);
        self.modes.update(&self.products, &self.risk, self.sampling, live);
        self.update_mode_matrix();
        let map = self.products.map();
        let teacher = self.risk.teacher();
        multiply_transposed(map, teacher.left(), &mut self.preimages);

        let batching = Batching::of(&self.risk, self.sampling);
        let (rank, schema) = (self.schema.rank(), self.schema);
        let first = rows.len();
        rows.resize(first + schema.n_columns(), 0.0);
        let row = &mut rows[first..];
        row[Schema::STEP] = step as f64;
        row[Schema::TIME] = time;
        row[Schema::LOSS] = self.risk.loss(map, live.label_noise_std) + penalty(network, live);
        row[Schema::EXCESS_LOSS] = self.risk.excess_loss(map);
        for mode in 0..rank {
            let strength = self.mode_matrix[(mode, mode)];
            let law = batching.mode_law(network.depth(), teacher.strengths()[mode], live);
            row[schema.column(Quantity::Strength, mode)] = strength;
            row[schema.column(Quantity::Drift, mode)] =
                with_decay(self.modes.drift()[mode], strength, network.depth(), live);
            row[schema.column(Quantity::Diffusion, mode)] = self.modes.diffusion()[mode];
            row[schema.column(Quantity::DiffusionLaw, mode)] = match self.risk.gradient_moments() {
                None => law.diffusion(strength),
                Some(moments) => {
                    let moments = moments[mode].at(live.label_noise_std);
                    StoredLaw { law, moments }.diffusion(strength)
                }
            };
            row[schema.column(Quantity::Alignment, mode)] = self.alignment(mode);
            row[schema.column(Quantity::Curvature, mode)] = self.modes.curvature()[mode];
        }
        schema.write_live(live, row);
        self.write_layers(network, &mut rows[first..]);
        self.write_own(network, live, &mut rows[first..]);
        if let Some(held_out) = self.risk.held_out() {
            let loss = held_out.loss(self.products.map(), live.label_noise_std);
            rows[first + schema.column(Quantity::HeldOutLoss, 0)] = loss;
        }
    }

    /// How large the layers are, and how far neighbouring ones are from balance.
    fn write_layers(&mut self, network: &DeepLinearNetwork, row: &mut [f64]) {
        let schema = self.schema;
        let norms = &mut row[schema.columns(Quantity::LayerNorm)];
        for (norm, layer) in norms.iter_mut().zip(network.weights()) {
            *norm = layer.norm();
        }
        let pairs = schema.columns(Quantity::PairImbalance);
        pair_imbalances(network, &mut self.balance_scratch, &mut row[pairs.clone()]);
        row[schema.imbalance()] = row[pairs].iter().map(|pair| pair * pair).sum::<f64>().sqrt();
        self.modes
            .write_balance_ratios(&mut row[schema.columns(Quantity::BalanceRatio)]);
    }

    /// Makes room for what whole rows need, so that it is counted from the beginning.
    pub(crate) fn prepare(&mut self) {
        let (products, risk, schema) = (&self.products, &self.risk, self.schema);
        self.own
            .get_or_insert_with(|| Box::new(OwnNoise::new(products, risk, schema)));
    }

    /// Gradients as a whole, and along the student's own pairs.
    fn write_own(&mut self, network: &DeepLinearNetwork, live: &LiveParams, row: &mut [f64]) {
        self.prepare();
        let Some(own) = &mut self.own else { return };
        let looked = Looked {
            network,
            products: &self.products,
            risk: &self.risk,
            sampling: self.sampling,
            modes: &self.modes,
            mode_matrix: &self.mode_matrix,
            live,
        };
        own.write(looked, row);
    }

    /// `W V` and `U^T W V` of the present products.
    fn update_mode_matrix(&mut self) {
        let teacher = self.risk.teacher();
        multiply(self.products.map(), teacher.right(), &mut self.images);
        multiply_transposed(teacher.left(), &self.images, &mut self.mode_matrix);
    }

    /// Alignment of one mode, shared by the modes of equal strength.
    fn alignment(&self, mode: usize) -> f64 {
        let group = self.risk.teacher().degenerate_range(mode);
        let (start, len) = (group.start, group.len());
        let block = self.mode_matrix.view((start, start), (len, len));
        // A mode of the wrong sign is as far from the teacher as can be.
        let inside = block.norm_squared() * if block.trace() < 0.0 { -1.0 } else { 1.0 };
        let norms = self.images.columns(start, len).norm() * self.preimages.columns(start, len).norm();
        // A network at zero is aligned with nothing.
        if norms > 0.0 {
            (inside / norms).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }
}

/// What weight decay adds to the loss, `lambda_w / 2` times the sum of all squared weights.
fn penalty(network: &DeepLinearNetwork, live: &LiveParams) -> f64 {
    if live.weight_decay <= 0.0 {
        return 0.0;
    }
    let squares = network.weights().iter().map(DMatrix::norm_squared);
    0.5 * live.weight_decay * squares.sum::<f64>()
}

impl HeapBytes for Observer {
    fn heap_bytes(&self) -> usize {
        let images = self.images.heap_bytes() + self.preimages.heap_bytes() + self.mode_matrix.heap_bytes();
        let own = self
            .own
            .as_ref()
            .map_or(0, |own| size_of::<OwnNoise>() + own.heap_bytes());
        let parts = self.products.heap_bytes() + self.modes.heap_bytes() + own;
        images + parts + self.balance_scratch.heap_bytes()
    }
}
