//! Gradients of a deep linear network from a thin factorisation of the error statistic.
//!
//! Write the minibatch mean of `Q = (W x - y) x^T` as `Q = R X^T` with `X` `(d_in, n)` and `R` `(d_out, n)`. Then the
//! gradient of layer `l` is `A_l^T Q B_l^T = D_l H_{l-1}^T` with activations `H_0 = X`, `H_l = W_l H_{l-1}` and deltas
//! `D_L = R`, `D_{l-1} = W_l^T D_l`, all of shape `(d_l, n)`: plain back-propagation with `n` columns. A real minibatch
//! gives `n = B` columns; the exact law of a large Gaussian minibatch gives `n = d_in`; a known matrix `Q` itself is the
//! case `X = I`. No `A_l`, `B_l` or covariance is ever formed.

use nalgebra::{DMatrix, DMatrixView, Dyn};

use crate::memory::HeapBytes;
use crate::model::DeepLinearNetwork;

/// Work space for gradients of networks of fixed widths; a step in it allocates nothing once the number of columns is
/// steady.
#[derive(Clone, Debug)]
pub struct Backpropagation {
    widths: Vec<usize>,
    /// `H_0 .. H_L`, each `(d_l, n)`.
    activations: Vec<DMatrix<f64>>,
    /// `D_1 .. D_L`, each `(d_l, n)`.
    deltas: Vec<DMatrix<f64>>,
}

impl Backpropagation {
    /// Work space for a network of widths `d_0 .. d_L` and `n_columns` columns.
    pub fn new(widths: &[usize], n_columns: usize) -> Self {
        let zeros = |width: &usize| DMatrix::zeros(*width, n_columns);
        Self {
            widths: widths.to_vec(),
            activations: widths.iter().map(zeros).collect(),
            deltas: widths[1..].iter().map(zeros).collect(),
        }
    }

    /// Number of columns `n`.
    pub fn n_columns(&self) -> usize {
        self.activations[0].ncols()
    }

    /// Makes room for `n_columns` columns.
    pub fn resize(&mut self, n_columns: usize) {
        if n_columns != self.n_columns() {
            *self = Self::new(&self.widths, n_columns);
        }
    }

    /// The columns `X` `(d_in, n)`, to be filled before [`Self::forward`].
    pub fn inputs_mut(&mut self) -> &mut DMatrix<f64> {
        &mut self.activations[0]
    }

    /// The columns `X` `(d_in, n)`.
    pub fn inputs(&self) -> &DMatrix<f64> {
        &self.activations[0]
    }

    /// The residual columns `R` `(d_out, n)`, to be filled before [`Self::backward`].
    pub fn residual_mut(&mut self) -> &mut DMatrix<f64> {
        let last = self.deltas.len() - 1;
        &mut self.deltas[last]
    }

    /// Computes the activations `H_1 .. H_L` and gives `H_L = W X`, shape `(d_out, n)`.
    pub fn forward(&mut self, network: &DeepLinearNetwork) -> &DMatrix<f64> {
        for (l, layer) in network.weights().iter().enumerate() {
            let (below, above) = self.activations.split_at_mut(l + 1);
            above[0].gemm(1.0, layer, &below[l], 0.0);
        }
        &self.activations[network.depth()]
    }

    /// `H_L = W X` of the last [`Self::forward`], shape `(d_out, n)`.
    pub fn output(&self) -> &DMatrix<f64> {
        &self.activations[self.deltas.len()]
    }

    /// Computes `R = W X - targets` after [`Self::forward`]; gives the squared Frobenius norm of `R`.
    pub fn set_residual(&mut self, targets: &DMatrix<f64>) -> f64 {
        let last = self.deltas.len() - 1;
        self.activations[last + 1].sub_to(targets, &mut self.deltas[last]);
        self.deltas[last].norm_squared()
    }

    /// Computes the deltas `D_{L-1} .. D_1` from the residual columns.
    pub fn backward(&mut self, network: &DeepLinearNetwork) {
        for l in (1..network.depth()).rev() {
            let (below, above) = self.deltas.split_at_mut(l);
            below[l - 1].gemm_tr(1.0, &network.weights()[l], &above[0], 0.0);
        }
    }

    /// `H_l`, what goes into layer `l`, counted from 0, shape `(d_l, n)`.
    pub fn activation(&self, l: usize) -> &DMatrix<f64> {
        &self.activations[l]
    }

    /// The deltas at the outputs of layer `l`, counted from 0, shape `(d_{l+1}, n)`.
    pub fn delta(&self, l: usize) -> &DMatrix<f64> {
        &self.deltas[l]
    }

    /// Adds `factor` times every layer's gradient to the weights: `W_l += factor D_l H_{l-1}^T`, all at once.
    pub fn add_gradient(&self, factor: f64, network: &mut DeepLinearNetwork) {
        for (l, layer) in network.weights_mut().iter_mut().enumerate() {
            add_outer_product(factor, &self.deltas[l], &self.activations[l], layer);
        }
    }

    /// Bound on the Frobenius norm of the change [`Self::add_gradient`] makes to any layer, `|factor| |D_l| |H_{l-1}|`.
    pub fn largest_change(&self, factor: f64) -> f64 {
        let layers = self.deltas.iter().zip(&self.activations);
        let squares = layers.map(|(delta, below)| delta.norm_squared() * below.norm_squared());
        // `f64::max` would hide a NaN.
        let largest = squares.fold(0.0, |largest: f64, square| {
            if square.is_nan() || square > largest {
                square
            } else {
                largest
            }
        });
        factor.abs() * largest.sqrt()
    }
}

impl HeapBytes for Backpropagation {
    fn heap_bytes(&self) -> usize {
        self.activations.heap_bytes() + self.deltas.heap_bytes()
    }
}

/// `target += factor * left * right^T` for `left` `(p, n)`, `right` `(q, n)`, `target` `(p, q)`, without a copy.
fn add_outer_product(factor: f64, left: &DMatrix<f64>, right: &DMatrix<f64>, target: &mut DMatrix<f64>) {
    if left.ncols() == 1 {
        target.ger(factor, &left.column(0), &right.column(0), 1.0);
    } else {
        // The transpose as a view with exchanged strides: the product then needs no copy.
        let transposed = DMatrixView::from_slice_with_strides_generic(
            right.as_slice(),
            Dyn(right.ncols()),
            Dyn(right.nrows()),
            Dyn(right.nrows()),
            Dyn(1),
        );
        target.gemm(factor, left, &transposed, 1.0);
    }
}
