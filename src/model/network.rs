//! The student: a deep linear network `W = W_L ... W_1`.

use nalgebra::DMatrix;

use crate::memory::HeapBytes;

/// Weight matrices of a deep linear network, `W_l` of shape `(d_l, d_{l-1})`; at least one layer.
#[derive(Clone, Debug, PartialEq)]
pub struct DeepLinearNetwork {
    weights: Vec<DMatrix<f64>>,
}

impl DeepLinearNetwork {
    /// A network of the given layers, first to last; each layer's inputs must be the outputs of the one before.
    ///
    /// Returns `None` where the shapes do not chain or there is no layer.
    pub fn from_weights(weights: Vec<DMatrix<f64>>) -> Option<Self> {
        let chained = weights.windows(2).all(|pair| pair[1].ncols() == pair[0].nrows());
        (chained && !weights.is_empty()).then_some(Self { weights })
    }

    /// Layers `W_1 .. W_L`.
    pub fn weights(&self) -> &[DMatrix<f64>] {
        &self.weights
    }

    /// Layers for an update in place; their shapes stay.
    pub fn weights_mut(&mut self) -> &mut [DMatrix<f64>] {
        &mut self.weights
    }

    /// Takes over the weights of a network of the same widths, in place.
    pub fn copy_from(&mut self, other: &Self) {
        for (layer, other) in self.weights.iter_mut().zip(&other.weights) {
            layer.copy_from(other);
        }
    }

    /// Depth `L`, the number of weight matrices.
    pub fn depth(&self) -> usize {
        self.weights.len()
    }

    /// Widths `d_0 .. d_L`.
    pub fn widths(&self) -> Vec<usize> {
        std::iter::once(self.weights[0].ncols())
            .chain(self.weights.iter().map(DMatrix::nrows))
            .collect()
    }

    /// Number of weights.
    pub fn n_parameters(&self) -> usize {
        self.weights.iter().map(DMatrix::len).sum()
    }

    /// The map `W = W_L ... W_1`, shape `(d_out, d_in)`.
    pub fn end_to_end_map(&self) -> DMatrix<f64> {
        let mut map = self.weights[0].clone();
        for layer in &self.weights[1..] {
            map = layer * map;
        }
        map
    }
}

impl HeapBytes for DeepLinearNetwork {
    fn heap_bytes(&self) -> usize {
        self.weights.heap_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_must_chain() {
        let chain = |shapes: &[(usize, usize)]| {
            DeepLinearNetwork::from_weights(shapes.iter().map(|s| DMatrix::zeros(s.0, s.1)).collect())
        };
        assert!(chain(&[]).is_none());
        assert!(chain(&[(3, 2), (4, 2)]).is_none());
        assert_eq!(chain(&[(3, 2), (4, 3)]).map(|n| n.widths()), Some(vec![2, 3, 4]));
    }
}
