//! Which mode the noise points at: the share `D_a / sum_b D_b` of each mode in the diffusion of all mode strengths.
//!
//! While feature `a` is being learned its share is near 1, which is how noise tells what the network is learning
//! (arXiv 2604.06366).

use crate::observables::{Quantity, Schema};

/// The share of every mode in one observed row, from 0 to 1 with sum 1; `None` where there is no diffusion at all (a saddle at
/// zero, the minimum without label noise, the full batch) or a value is not finite.
pub fn noise_shares(schema: Schema, row: &[f64]) -> Option<Vec<f64>> {
    let diffusions = row.get(schema.columns(Quantity::Diffusion))?;
    // Divided by the largest first, so that neither tiny nor huge values leave the range of numbers.
    let largest = diffusions.iter().copied().fold(0.0, f64::max);
    if !(largest > 0.0 && diffusions.iter().all(|d| d.is_finite())) {
        return None;
    }
    let total: f64 = diffusions.iter().map(|d| d / largest).sum();
    Some(diffusions.iter().map(|d| d / largest / total).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(diffusions: [f64; 3]) -> Option<Vec<f64>> {
        let schema = Schema::new(3);
        let mut row = vec![0.0; schema.n_columns()];
        row[schema.columns(Quantity::Diffusion)].copy_from_slice(&diffusions);
        noise_shares(schema, &row)
    }

    #[test]
    fn shares_sum_to_one_at_any_scale() {
        for scale in [1e-300, 1.0, 1e300] {
            let found = shares([scale, 2.0 * scale, 5.0 * scale]).unwrap_or_default();
            assert_eq!(found.len(), 3);
            for (share, expected) in found.iter().zip([0.125, 0.25, 0.625]) {
                assert!((share - expected).abs() < 1e-15, "{found:?}");
            }
        }
    }

    #[test]
    fn no_noise_has_no_shares() {
        assert_eq!(shares([0.0; 3]), None);
        assert_eq!(shares([1.0, f64::NAN, 1.0]), None);
        assert_eq!(noise_shares(Schema::new(3), &[]), None);
    }
}
