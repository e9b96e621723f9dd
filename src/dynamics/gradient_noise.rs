//! Total variance of the gradient noise over all weights.

use crate::model::{PartialProducts, Risk};

/// Trace of the covariance of the one-sample gradient over all weights. Online,
/// `sum_l |A_l^T E|^2 |B_l|^2 + |A_l^T E B_l^T|^2 + sigma^2 |A_l|^2 |B_l|^2` (Frobenius norms); for a stored set the
/// population variance over its samples.
pub fn total_noise(risk: &Risk, products: &PartialProducts, sigma: f64) -> f64 {
    let layers = products.above().iter().zip(products.below());
    if let Some(dataset) = risk.dataset() {
        let n_samples = dataset.n_samples() as f64;
        let residual = products.map() * dataset.inputs() - dataset.targets(sigma);
        layers
            .map(|(above, below)| {
                let deltas = above.tr_mul(&residual);
                let activations = below * dataset.inputs();
                let second_moment: f64 = deltas
                    .column_iter()
                    .zip(activations.column_iter())
                    .map(|(delta, activation)| delta.norm_squared() * activation.norm_squared())
                    .sum();
                let mean = deltas * activations.transpose() / n_samples;
                second_moment / n_samples - mean.norm_squared()
            })
            .sum::<f64>()
            .max(0.0)
    } else {
        let error = products.map() - risk.teacher().map();
        layers
            .map(|(above, below)| {
                let pulled = above.tr_mul(&error);
                let gradient = &pulled * below.transpose();
                pulled.norm_squared() * below.norm_squared()
                    + gradient.norm_squared()
                    + sigma.powi(2) * above.norm_squared() * below.norm_squared()
            })
            .sum()
    }
}
