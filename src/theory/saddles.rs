//! Levels of the excess loss at the saddles between which the network moves.
//!
//! At the saddle where the first `k` modes are learned and the others are still zero, the excess loss
//! `1/2 ||W - M||_F^2` is `1/2 sum_{a > k} m_a^2`. Level `r` of a rank-`r` teacher is the global minimum,
//! zero.
//!
//! With weight decay a learned mode ends at `s* < m`, where it adds `1/2 (m - s*)^2`, and modes that the decay does not let be learned
//! stay at zero. A network of one layer has no saddles.
//!
//! Source: arXiv 2604.06366, the saddle-to-saddle regime; with weight decay beyond the paper.

use super::ModeLaw;

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

/// Excess loss `1/2 sum_a (m_a - s_a)^2` where aligned, balanced modes rest: the first `k` at the strength at which they end, the others at
/// zero, for `k = 0, 1, ..., n`. Without the penalty of weight decay.
///
/// `laws` are those of the modes in order of learning, largest teacher strength first; `n` is the number of those that can be learned. The
/// last level is that of the minimum, and the only one at depth 1, where no mode rests at zero.
pub fn rest_levels(laws: &[ModeLaw]) -> Vec<f64> {
    let levels = |n_learned: usize| {
        let errors = laws.iter().enumerate().map(|(mode, law)| {
            let strength = if mode < n_learned {
                law.learned_strength()
            } else {
                0.0
            };
            law.teacher_strength - strength
        });
        // Smallest first, as in `plateau_level`.
        let mut squares: Vec<f64> = errors.map(|error| error * error).collect();
        squares.sort_by(f64::total_cmp);
        0.5 * squares.iter().sum::<f64>()
    };
    let can_be_learned = |law: &&ModeLaw| law.learned_strength() > 0.0;
    let n = laws.iter().take_while(can_be_learned).count();
    let rests_at_zero = laws.iter().all(|law| law.depth >= 2);
    let first = if rests_at_zero { 0 } else { n };
    (first..=n).map(levels).collect()
}
