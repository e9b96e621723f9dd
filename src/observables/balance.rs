//! Imbalance of neighbouring layers: `sqrt(sum_l |W_{l+1}^T W_{l+1} - W_l W_l^T|_F^2)`, zero for balanced weights and
//! conserved, matrix by matrix, under gradient flow (Saxe et al., arXiv 1312.6120).

use nalgebra::DMatrix;

use crate::model::DeepLinearNetwork;
use crate::products::gram_distance_squared;

/// Imbalance of a network, in units of a squared weight; zero for a single layer. `scratch` holds the transpose of every layer but
/// the last and is made to fit at the first call.
pub fn imbalance(network: &DeepLinearNetwork, scratch: &mut Vec<DMatrix<f64>>) -> f64 {
    let layers = network.weights();
    if scratch.len() + 1 != layers.len() {
        *scratch = layers[..layers.len() - 1]
            .iter()
            .map(DMatrix::transpose)
            .collect();
    }
    let mut squared = 0.0;
    for (pair, transposed) in layers.windows(2).zip(scratch) {
        pair[0].transpose_to(transposed);
        squared += gram_distance_squared(&pair[1], transposed);
    }
    squared.sqrt()
}
