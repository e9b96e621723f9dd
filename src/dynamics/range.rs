//! The range of weights that can be computed with.
//!
//! What is measured of a network is of second to fourth order in the products `A_l`, `B_l` of its layers: the diffusion of a mode
//! is at most `tau (sum_l |A_l|^2 |B_l|^2)^2 (2 |E|^2 + sigma^2)`. One step at a hopeless learning rate can take weights from an
//! ordinary size past the largest number, so a step that moves a layer far is checked, and taken back, before anyone sees it.

use nalgebra::DMatrix;

use super::blowup::Blowup;
use crate::model::{DeepLinearNetwork, PartialProducts};

/// Largest product of norms: its sixth power, times the largest noise scale, is still a number.
const LARGEST: f64 = 1e45;
/// Change of a product of all layers that needs no check.
const ORDINARY: f64 = 1e20;

/// Change of one layer in one step, as a Frobenius norm, up to which the weights of a network of this depth need no check.
pub(super) fn ordinary_change(depth: usize) -> f64 {
    ORDINARY.powf(1.0 / depth as f64)
}

/// Checks that the network's products, gradients and their variances are numbers.
///
/// # Errors
/// [`Blowup::Weights`] where they are not.
pub fn check_range(network: &DeepLinearNetwork) -> Result<(), Blowup> {
    let products = PartialProducts::new(network);
    let layers = products.above().iter().zip(products.below());
    let gain: f64 = layers
        .map(|(above, below)| above.norm_squared() * below.norm_squared())
        .sum();
    let weights: f64 = network.weights().iter().map(DMatrix::norm_squared).sum();
    let size = gain + weights + products.map().norm();
    // A NaN is not small.
    if size <= LARGEST {
        Ok(())
    } else {
        Err(Blowup::Weights { size, limit: LARGEST })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_networks_are_in_range_and_huge_ones_are_not() {
        let network = |size: f64, depth: usize| {
            DeepLinearNetwork::from_weights(vec![DMatrix::from_element(2, 2, size); depth])
        };
        let in_range = |size, depth| network(size, depth).is_some_and(|n| check_range(&n).is_ok());
        assert!(in_range(1e6, 1) && in_range(1e3, 2) && in_range(1.0, 32) && in_range(0.0, 3));
        assert!(!in_range(1e30, 1) && !in_range(1e6, 8) && !in_range(f64::NAN, 1) && !in_range(f64::MAX, 2));
    }
}
