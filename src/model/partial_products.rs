//! The two sides of every layer: `A_l = W_L ... W_{l+1}`, shape `(d_out, d_l)`, and `B_l = W_{l-1} ... W_1`, shape
//! `(d_{l-1}, d_in)`; the empty product is the identity, so `W = A_l W_l B_l` for every `l`.

use nalgebra::DMatrix;

use super::network::DeepLinearNetwork;
use crate::memory::HeapBytes;
use crate::products::multiply;

/// Partial products of a network, recomputed in place.
#[derive(Clone, Debug)]
pub struct PartialProducts {
    above: Vec<DMatrix<f64>>,
    below: Vec<DMatrix<f64>>,
    map: DMatrix<f64>,
}

impl HeapBytes for PartialProducts {
    fn heap_bytes(&self) -> usize {
        self.above.heap_bytes() + self.below.heap_bytes() + self.map.heap_bytes()
    }
}

impl PartialProducts {
    /// Partial products of `network`.
    pub fn new(network: &DeepLinearNetwork) -> Self {
        let widths = network.widths();
        let (d_in, d_out) = (widths[0], widths[network.depth()]);
        let mut products = Self {
            above: widths[1..]
                .iter()
                .map(|&width| DMatrix::identity(d_out, width))
                .collect(),
            below: widths[..network.depth()]
                .iter()
                .map(|&width| DMatrix::identity(width, d_in))
                .collect(),
            map: DMatrix::zeros(d_out, d_in),
        };
        products.update(network);
        products
    }

    /// Recomputes the products for new weights of the same shapes.
    pub fn update(&mut self, network: &DeepLinearNetwork) {
        let weights = network.weights();
        for l in 1..weights.len() {
            let (done, next) = self.below.split_at_mut(l);
            multiply(&weights[l - 1], &done[l - 1], &mut next[0]);
        }
        for l in (1..weights.len()).rev() {
            let (next, done) = self.above.split_at_mut(l);
            multiply(&done[0], &weights[l], &mut next[l - 1]);
        }
        let last = weights.len() - 1;
        multiply(&weights[last], &self.below[last], &mut self.map);
    }

    /// `A_1 .. A_L`.
    pub fn above(&self) -> &[DMatrix<f64>] {
        &self.above
    }

    /// `B_1 .. B_L`.
    pub fn below(&self) -> &[DMatrix<f64>] {
        &self.below
    }

    /// The end-to-end map `W`, shape `(d_out, d_in)`.
    pub fn map(&self) -> &DMatrix<f64> {
        &self.map
    }
}
