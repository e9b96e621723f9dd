//! Imbalance of neighbouring layers: `sqrt(sum_l |W_{l+1}^T W_{l+1} - W_l W_l^T|_F^2)`, zero for balanced weights and
//! conserved, matrix by matrix, under gradient flow (Saxe et al., arXiv 1312.6120).

use nalgebra::DMatrix;

use crate::model::DeepLinearNetwork;

/// Imbalance of a network, in units of a squared weight; zero for a single layer. `scratch` holds one `(d_l, d_l)` matrix a
/// hidden layer and is made to fit at the first call.
pub fn imbalance(network: &DeepLinearNetwork, scratch: &mut Vec<DMatrix<f64>>) -> f64 {
    let layers = network.weights();
    if scratch.len() + 1 != layers.len() {
        *scratch = layers[1..]
            .iter()
            .map(|layer| DMatrix::zeros(layer.ncols(), layer.ncols()))
            .collect();
    }
    let mut squared = 0.0;
    for (pair, difference) in layers.windows(2).zip(scratch) {
        difference.gemm(1.0, &pair[0], &pair[0].transpose(), 0.0);
        difference.gemm_tr(1.0, &pair[1], &pair[1], -1.0);
        squared += difference.norm_squared();
    }
    squared.sqrt()
}
