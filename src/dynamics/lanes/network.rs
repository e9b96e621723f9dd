//! Weights, activations and deltas of four networks of one shape, entry by entry in vectors: the passes of `kernel::pass`.

use pulp::Simd;

use crate::dynamics::kernel::Inputs;
use crate::dynamics::range::ordinary_change;
use crate::model::DeepLinearNetwork;
use crate::products::lanes::{
    LANES, add_outer_product, add_scaled, add_squares, load_lane, product, transposed_product,
};

/// Four networks and the work space of a step. A matrix of `n` entries is a slice of `4 n` numbers.
#[derive(Clone, Debug)]
pub(crate) struct LaneNetwork {
    pub(super) widths: Vec<usize>,
    pub(super) weights: Vec<Vec<f64>>,
    /// `H_0 .. H_L`, each with room for `d_in` columns.
    pub(super) activations: Vec<Vec<f64>>,
    /// `D_0 .. D_L`; `D_0` is work space for the caller, as large as a map.
    pub(super) deltas: Vec<Vec<f64>>,
    ordinary_change_squared: f64,
}

impl LaneNetwork {
    pub(super) fn new(network: &DeepLinearNetwork) -> Self {
        let widths = network.widths();
        let (depth, d_in) = (network.depth(), widths[0]);
        let columns = |layer: usize| vec![0.0; LANES * widths[layer] * d_in];
        Self {
            weights: network
                .weights()
                .iter()
                .map(|layer| vec![0.0; LANES * layer.len()])
                .collect(),
            activations: (0..=depth).map(columns).collect(),
            deltas: std::iter::once(depth).chain(1..=depth).map(columns).collect(),
            ordinary_change_squared: ordinary_change(depth).powi(2),
            widths,
        }
    }

    /// Takes the weights of four networks.
    pub(crate) fn load(&mut self, networks: [&DeepLinearNetwork; LANES]) {
        for (lane, network) in networks.into_iter().enumerate() {
            for (weights, layer) in self.weights.iter_mut().zip(network.weights()) {
                load_lane(layer, lane, weights);
            }
        }
    }

    /// Weights of every layer, entry by entry a vector with one number of each network.
    pub(crate) fn weights(&self) -> &[Vec<f64>] {
        &self.weights
    }

    /// Gives the weights back.
    pub(crate) fn store(&self, networks: [&mut DeepLinearNetwork; LANES]) {
        for (lane, network) in networks.into_iter().enumerate() {
            self.store_lane(lane, network);
        }
    }

    fn store_lane(&self, lane: usize, network: &mut DeepLinearNetwork) {
        for (weights, layer) in self.weights.iter().zip(network.weights_mut()) {
            for (entry, weights) in layer.iter_mut().zip(weights.as_chunks::<LANES>().0) {
                *entry = weights[lane];
            }
        }
    }

    #[inline(always)]
    pub(super) fn depth(&self) -> usize {
        self.weights.len()
    }

    #[inline(always)]
    fn n_columns(&self, inputs: Inputs) -> usize {
        match inputs {
            Inputs::Columns(n) => n,
            Inputs::Identity => self.widths[0],
        }
    }

    /// `H_1 .. H_L`.
    #[inline(always)]
    pub(super) fn forward<S: Simd>(&mut self, simd: S, inputs: Inputs) {
        let n = self.n_columns(inputs);
        for l in 0..self.depth() {
            let (rows, inner) = (self.widths[l + 1], self.widths[l]);
            let (done, next) = self.activations.split_at_mut(l + 1);
            let (weights, out) = (&self.weights[l], &mut next[0][..LANES * n * rows]);
            if l == 0 && inputs == Inputs::Identity {
                out.copy_from_slice(weights);
            } else {
                let below = S::as_simd_f64s(&done[l][..LANES * n * inner]).0;
                let (weights, out) = (S::as_simd_f64s(weights).0, S::as_mut_simd_f64s(out).0);
                product(simd, weights, below, out, rows, inner);
            }
        }
    }

    /// `D_{L-1} .. D_1` from `D_L`.
    #[inline(always)]
    pub(super) fn backward<S: Simd>(&mut self, simd: S, inputs: Inputs) {
        let n = self.n_columns(inputs);
        for l in (1..self.depth()).rev() {
            let (rows, columns) = (self.widths[l + 1], self.widths[l]);
            let (next, done) = self.deltas.split_at_mut(l + 1);
            let delta = S::as_simd_f64s(&done[0][..LANES * n * rows]).0;
            let out = S::as_mut_simd_f64s(&mut next[l][..LANES * n * columns]).0;
            let weights = S::as_simd_f64s(&self.weights[l]).0;
            transposed_product(simd, weights, delta, out, rows, columns);
        }
    }

    /// `W_l += D_l H_{l-1}^T`, and adds to `bound` the square of what no layer can change by more than.
    #[inline(always)]
    pub(super) fn update<S: Simd>(&mut self, simd: S, inputs: Inputs, bound: &mut S::f64s) {
        let n = self.n_columns(inputs);
        let identity = if inputs == Inputs::Identity { n as f64 } else { 0.0 };
        let (mut deltas, mut activations) = (simd.splat_f64s(0.0), simd.splat_f64s(identity));
        for l in 0..self.depth() {
            let (rows, columns) = (self.widths[l + 1], self.widths[l]);
            let delta = S::as_simd_f64s(&self.deltas[l + 1][..LANES * n * rows]).0;
            let weights = S::as_mut_simd_f64s(&mut self.weights[l]).0;
            add_squares(simd, delta, &mut deltas);
            if l == 0 && inputs == Inputs::Identity {
                add_scaled(simd, 1.0, delta, weights);
            } else {
                let activation = S::as_simd_f64s(&self.activations[l][..LANES * n * columns]).0;
                add_squares(simd, activation, &mut activations);
                add_outer_product(simd, delta, activation, weights, rows, columns);
            }
        }
        *bound = simd.mul_add_e_f64s(deltas, activations, *bound);
    }

    /// Whether sums over all steps show that in none of them a run had anything to be judged: `squares` of the residuals over
    /// `divisor`, against the limits of divergence, and `bound` of [`Self::update`]. A NaN shows nothing.
    #[inline(always)]
    pub(super) fn is_ordinary(
        &self,
        squares: [f64; LANES],
        divisor: f64,
        scales: [f64; LANES],
        bound: [f64; LANES],
    ) -> bool {
        (0..LANES).all(|lane| {
            let residual = crate::dynamics::Blowup::check(squares[lane] / divisor, scales[lane]);
            residual.is_ok() && bound[lane] <= self.ordinary_change_squared
        })
    }
}
