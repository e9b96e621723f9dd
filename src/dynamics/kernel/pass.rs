//! The passes of a step through a network held in panels.

mod by_rule;

use pulp::Simd;

use crate::dynamics::blowup::Blowup;
use crate::dynamics::range::{check_range, ordinary_change};
use crate::memory::HeapBytes;
use crate::model::DeepLinearNetwork;
use crate::products::{
    LARGEST_COMMON_STRIDE, Panel, ProductSizes, Squares, add_outer_product, add_scaled, padded_widths,
    product, sum_of_squares, transposed_product,
};

/// The columns `X` a pass starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::dynamics) enum Inputs {
    /// This many, in `activations[0]`; at most `d_in`.
    Columns(usize),
    /// The identity, `d_in` columns.
    Identity,
}

/// Weights, activations and deltas of a network.
#[derive(Clone, Debug)]
pub(in crate::dynamics) struct Pass {
    widths: Vec<usize>,
    strides: Vec<usize>,
    common_stride: usize,
    weights: Vec<Panel>,
    /// `H_0 .. H_L`, each with room for `d_in` columns.
    pub(in crate::dynamics) activations: Vec<Panel>,
    /// `D_0 .. D_L`, likewise; `D_0` is work space for the caller.
    pub(in crate::dynamics) deltas: Vec<Panel>,
    /// Square of the change of a layer up to which no check is needed.
    ordinary_change_squared: f64,
}

impl Pass {
    /// Work space for networks shaped like `network`.
    pub(in crate::dynamics) fn new(network: &DeepLinearNetwork) -> Self {
        let widths = network.widths();
        let strides = padded_widths(&widths);
        let common =
            strides.iter().all(|stride| *stride == strides[0]) && strides[0] <= LARGEST_COMMON_STRIDE;
        let common_stride = if common { strides[0] } else { 0 };
        let panel = |l: usize| Panel::zeros(widths[l], strides[l], strides[0]);
        let last = network.depth();
        Self {
            weights: network
                .weights()
                .iter()
                .zip(strides.windows(2))
                .map(|(layer, pair)| Panel::of(layer, pair[1], pair[0]))
                .collect(),
            // Zeros rather than copies of zeros: what no pass reaches then takes no memory.
            activations: (0..=last).map(panel).collect(),
            deltas: std::iter::once(last).chain(1..=last).map(panel).collect(),
            ordinary_change_squared: ordinary_change(network.depth()).powi(2),
            widths,
            strides,
            common_stride,
        }
    }

    /// Takes the weights of a network.
    pub(in crate::dynamics) fn load(&mut self, network: &DeepLinearNetwork) {
        for (panel, layer) in self.weights.iter_mut().zip(network.weights()) {
            panel.load(layer);
        }
    }

    /// Gives the weights to a network.
    pub(in crate::dynamics) fn store(&self, network: &mut DeepLinearNetwork) {
        for (panel, layer) in self.weights.iter().zip(network.weights_mut()) {
            panel.store(layer);
        }
    }

    /// The weights of every layer.
    pub(in crate::dynamics) fn weights(&self) -> &[Panel] {
        &self.weights
    }

    /// Numbers of all layers, padding among them.
    pub(in crate::dynamics) fn n_numbers(&self) -> usize {
        self.weights.iter().map(|panel| panel.data.len()).sum()
    }

    /// Takes over the weights of a network of the same shape.
    pub(in crate::dynamics) fn set_weights(&mut self, weights: &[Panel]) {
        for (panel, other) in self.weights.iter_mut().zip(weights) {
            panel.copy_from(other);
        }
    }

    /// The stride of all panels, or 0 where each has its own.
    pub(in crate::dynamics) fn common_stride(&self) -> usize {
        self.common_stride
    }

    /// Depth `L`.
    #[inline(always)]
    pub(in crate::dynamics) fn depth(&self) -> usize {
        self.weights.len()
    }

    /// Stride of the panels of `d_l` rows.
    #[inline(always)]
    pub(in crate::dynamics) fn stride<const STRIDE: usize>(&self, layer: usize) -> usize {
        if STRIDE > 0 { STRIDE } else { self.strides[layer] }
    }

    /// How many columns a product runs over of a matrix that has `d_l`: `d_l` itself, but with a common stride of four all four,
    /// the padding among them, since the compiler then knows their number.
    #[inline(always)]
    pub(in crate::dynamics) fn inner<const STRIDE: usize>(&self, layer: usize) -> usize {
        if STRIDE == 4 { STRIDE } else { self.widths[layer] }
    }

    /// Sizes of the end-to-end map times columns of inputs.
    #[inline(always)]
    pub(in crate::dynamics) fn map_sizes<const STRIDE: usize>(&self) -> ProductSizes {
        ProductSizes {
            stride: self.stride::<STRIDE>(self.depth()),
            inner: self.inner::<STRIDE>(0),
            inner_stride: self.stride::<STRIDE>(0),
        }
    }

    /// Number of columns of a pass.
    #[inline(always)]
    pub(in crate::dynamics) fn n_columns(&self, inputs: Inputs) -> usize {
        match inputs {
            Inputs::Columns(n) => n,
            Inputs::Identity => self.widths[0],
        }
    }

    /// `H_1 .. H_L`.
    #[inline(always)]
    pub(in crate::dynamics) fn forward<S: Simd, const STRIDE: usize>(&mut self, simd: S, inputs: Inputs) {
        let n = self.n_columns(inputs);
        for l in 0..self.depth() {
            let (above, below) = (self.stride::<STRIDE>(l + 1), self.stride::<STRIDE>(l));
            let sizes = ProductSizes {
                stride: above,
                inner: self.inner::<STRIDE>(l),
                inner_stride: below,
            };
            let (done, next) = self.activations.split_at_mut(l + 1);
            let (weights, out) = (&self.weights[l].data, &mut next[0].data[..n * above]);
            if l == 0 && inputs == Inputs::Identity {
                out.copy_from_slice(&weights[..n * above]);
            } else {
                product(simd, weights, &done[l].data, out, sizes);
            }
        }
    }

    /// `D_{L-1} .. D_1` from `D_L`.
    #[inline(always)]
    pub(in crate::dynamics) fn backward<S: Simd, const STRIDE: usize>(&mut self, simd: S, inputs: Inputs) {
        let n = self.n_columns(inputs);
        for l in (1..self.depth()).rev() {
            let (above, below) = (self.stride::<STRIDE>(l + 1), self.stride::<STRIDE>(l));
            let (next, done) = self.deltas.split_at_mut(l + 1);
            let (delta, out) = (&done[0].data[..n * above], &mut next[l].data[..n * below]);
            transposed_product(simd, &self.weights[l].data, delta, out, above, below);
        }
    }

    /// `W_l += D_l H_{l-1}^T`, all at once.
    ///
    /// # Errors
    /// [`Blowup::Weights`] where that would take the weights out of the range that can be computed; they are then untouched.
    #[inline(always)]
    pub(in crate::dynamics) fn update<S: Simd, const STRIDE: usize>(
        &mut self,
        simd: S,
        inputs: Inputs,
    ) -> Result<(), Blowup> {
        let n = self.n_columns(inputs);
        let ordinary =
            self.is_surely_ordinary::<S, STRIDE>(simd, inputs) || self.is_ordinary::<S, STRIDE>(simd, inputs);
        let before = if ordinary {
            None
        } else {
            Some(self.weights.clone())
        };
        for l in 0..self.depth() {
            let (above, below) = (self.stride::<STRIDE>(l + 1), self.stride::<STRIDE>(l));
            let (weights, delta) = (&mut self.weights[l].data, &self.deltas[l + 1].data[..n * above]);
            if l == 0 && inputs == Inputs::Identity {
                add_scaled(simd, 1.0, delta, &mut weights[..n * above]);
            } else {
                let activation = &self.activations[l].data[..n * below];
                add_outer_product(simd, delta, activation, weights, above, below);
            }
        }
        before.map_or(Ok(()), |before| self.check(before))
    }

    /// Whether `sum_l |D_l|^2 sum_l |H_{l-1}|^2`, which bounds the square of every change, is small enough for no check. It takes
    /// two sums; that it is not small enough says little, for the largest delta and the largest activation may be far apart.
    #[inline(always)]
    fn is_surely_ordinary<S: Simd, const STRIDE: usize>(&self, simd: S, inputs: Inputs) -> bool {
        let n = self.n_columns(inputs);
        let (mut deltas, mut activations) = (Squares::new(simd), Squares::new(simd));
        for l in 0..self.depth() {
            deltas.add(simd, &self.deltas[l + 1].data[..n * self.stride::<STRIDE>(l + 1)]);
            if l > 0 || inputs != Inputs::Identity {
                activations.add(simd, &self.activations[l].data[..n * self.stride::<STRIDE>(l)]);
            }
        }
        let identity = if inputs == Inputs::Identity { n as f64 } else { 0.0 };
        // A NaN is not ordinary.
        deltas.sum(simd) * (activations.sum(simd) + identity) <= self.ordinary_change_squared
    }

    /// Whether no layer can change by more than needs no check: `|D_l|^2 |H_{l-1}|^2` bounds the square of its change.
    #[inline(always)]
    fn is_ordinary<S: Simd, const STRIDE: usize>(&self, simd: S, inputs: Inputs) -> bool {
        let n = self.n_columns(inputs);
        (0..self.depth()).all(|l| {
            let delta = &self.deltas[l + 1].data[..n * self.stride::<STRIDE>(l + 1)];
            let activation = if l == 0 && inputs == Inputs::Identity {
                n as f64
            } else {
                sum_of_squares(simd, &self.activations[l].data[..n * self.stride::<STRIDE>(l)])
            };
            // A NaN is not ordinary.
            sum_of_squares(simd, delta) * activation <= self.ordinary_change_squared
        })
    }

    #[cold]
    fn check(&mut self, before: Vec<Panel>) -> Result<(), Blowup> {
        let layers = self
            .weights
            .iter()
            .zip(self.widths.windows(2))
            .map(|(panel, widths)| {
                let mut layer = nalgebra::DMatrix::zeros(widths[1], widths[0]);
                panel.store(&mut layer);
                layer
            });
        let network = DeepLinearNetwork::from_weights(layers.collect());
        network
            .map_or(Ok(()), |network| check_range(&network))
            .inspect_err(|_| self.weights = before)
    }
}

impl HeapBytes for Pass {
    fn heap_bytes(&self) -> usize {
        self.weights.heap_bytes() + self.activations.heap_bytes() + self.deltas.heap_bytes()
    }
}
