//! Which mode the noise points at: the share `D_k / sum_j D_j` of each mode in the diffusion of all mode strengths.
//!
//! While feature `a` is being learned its share is near 1, which is how noise tells what the network is learning
//! (arXiv 2604.06366).

/// The share of every mode, from 0 to 1 with sum 1, given each mode's diffusion; `None` where there is none at all (a saddle at
/// zero, the minimum without label noise, the full batch) or a value is not finite.
pub fn noise_shares(diffusions: &[f64]) -> Option<Vec<f64>> {
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

    #[test]
    fn shares_sum_to_one_at_any_scale() {
        for scale in [1e-300, 1.0, 1e300] {
            let found = noise_shares(&[scale, 2.0 * scale, 5.0 * scale]).unwrap_or_default();
            assert_eq!(found.len(), 3);
            for (share, expected) in found.iter().zip([0.125, 0.25, 0.625]) {
                assert!((share - expected).abs() < 1e-15, "{found:?}");
            }
        }
    }

    #[test]
    fn no_noise_has_no_shares() {
        assert_eq!(noise_shares(&[0.0; 3]), None);
        assert_eq!(noise_shares(&[1.0, f64::NAN, 1.0]), None);
        assert_eq!(noise_shares(&[]), None);
    }
}
