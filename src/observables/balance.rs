//! Imbalance of neighbouring layers, `|W_{l+1}^T W_{l+1} - W_l W_l^T|_F`: zero for balanced weights and conserved, matrix by
//! matrix, under gradient flow (Saxe et al., arXiv 1312.6120).

use nalgebra::DMatrix;

use crate::model::DeepLinearNetwork;
use crate::products::gram_distance_squared;

/// Writes the imbalance `|W_{l+1}^T W_{l+1} - W_l W_l^T|_F` of every pair of neighbouring layers, in units of a squared weight.
/// `scratch` holds the transpose of every layer but the last and is made to fit at the first call.
pub fn pair_imbalances(network: &DeepLinearNetwork, scratch: &mut Vec<DMatrix<f64>>, imbalances: &mut [f64]) {
    let layers = network.weights();
    if scratch.len() + 1 != layers.len() {
        *scratch = layers[..layers.len() - 1]
            .iter()
            .map(DMatrix::transpose)
            .collect();
    }
    for ((pair, transposed), imbalance) in layers.windows(2).zip(scratch).zip(imbalances) {
        pair[0].transpose_to(transposed);
        *imbalance = gram_distance_squared(&pair[1], transposed).sqrt();
    }
}
