//! Levels of the excess loss at the saddles between which the network moves.
//!
//! At the saddle where the first `k` modes are learned and the others are still zero, the excess loss
//! `1/2 ||W - M||_F^2` is `1/2 sum_{a > k} m_a^2`. Level `r` of a rank-`r` teacher is the global minimum,
//! zero.
//!
//! Source: arXiv 2604.06366, the saddle-to-saddle regime.

/// Excess loss with the first `n_learned` modes of `teacher_strengths` learned and the others at zero.
///
/// The slice is in the order of learning (largest strength first). Zero when all are learned, also for
/// `n_learned` beyond the number of modes.
pub fn plateau_level(teacher_strengths: &[f64], n_learned: usize) -> f64 {
    // Smallest first, so that small levels are not lost in the rounding of large ones.
    let squares = teacher_strengths
        .iter()
        .skip(n_learned)
        .rev()
        .map(|strength| strength * strength);
    0.5 * squares.sum::<f64>()
}

/// The `r + 1` levels for 0, 1, ..., `r` learned modes, from the start to the minimum; `r` modes in order of
/// learning.
pub fn plateau_levels(teacher_strengths: &[f64]) -> Vec<f64> {
    (0..=teacher_strengths.len())
        .map(|n_learned| plateau_level(teacher_strengths, n_learned))
        .collect()
}
