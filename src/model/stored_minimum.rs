//! The minimum of a stored set's own loss, and the noise there, where the inputs are white on their support.
//!
//! With `S_xx` a projection and label noise `sigma` in the targets `y_i`, the loss of the set is least at `M' = S_yx`, which the noise
//! has moved from the teacher. A sample's gradient along mode `k` is then `-rho z`, `rho_i = u_k.(y_i - M' x_i)`, `z_i = v_k.x_i`, of mean 0
//! and variance `omega = Var(rho z)` over the set.

use super::dataset::Dataset;
use super::risk::Risk;

/// Largest difference of `S_xx S_xx` from `S_xx`, relative to it, at which inputs count as white on their support.
const WHITE: f64 = 1e-6;

/// A mode at the minimum of a stored set's loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModeAtMinimum {
    /// `u_k^T M' v_k`.
    pub strength: f64,
    /// Population variance of one sample's gradient along the mode, over the gain of its layers.
    pub omega: f64,
}

impl Risk {
    /// Every mode at the minimum of the stored set's loss; `None` for fresh samples and for inputs that are not white.
    pub fn modes_at_minimum(&self, label_noise_std: f64) -> Option<Vec<ModeAtMinimum>> {
        let (dataset, moments) = (self.dataset()?, self.second_moments()?);
        let spread = moments.inputs;
        if (spread * spread - spread).norm() > WHITE * spread.norm() {
            return None;
        }
        let map = moments.clean_targets + label_noise_std * moments.noise;
        let residuals = dataset.targets(label_noise_std) - &map * Dataset::inputs(dataset);
        let teacher = self.teacher();
        let mode = |(u, v): (nalgebra::DVectorView<'_, f64>, nalgebra::DVectorView<'_, f64>)| {
            let gradients = residuals.tr_mul(&u).component_mul(&dataset.inputs().tr_mul(&v));
            ModeAtMinimum {
                strength: (&map * v).dot(&u),
                omega: gradients.variance(),
            }
        };
        let vectors = teacher.left().column_iter().zip(teacher.right().column_iter());
        Some(vectors.map(mode).collect())
    }
}
