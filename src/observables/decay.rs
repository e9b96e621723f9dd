//! What weight decay adds to the drift of a strength.

use crate::dynamics::LiveParams;

/// Drift of a strength, weight decay included: `mu_k - L lambda a_k`, exact for any weights, for the map is of degree `L` in them.
pub fn with_decay(drift: f64, strength: f64, depth: usize, live: &LiveParams) -> f64 {
    if live.has_decay() {
        drift - depth as f64 * live.weight_decay * strength
    } else {
        drift
    }
}
