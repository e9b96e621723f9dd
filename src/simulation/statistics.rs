//! Statistics of the mode strengths over the later part of a run.
//!
//! What a run does before it settles must not enter its histograms, and when it settles is not known beforehand. So the
//! first part of the run is always left out: two windows are filled at once, and when the younger one has become as long
//! as all that came before it, it takes the place of the older and a new one is begun. What is shown always covers at least
//! the last half of the run and at most its last three quarters (once [`FIRST_WINDOW`] steps are done), the usual rule of
//! discarding the first half of a chain (Gelman et al., "Bayesian Data Analysis", section 11.4).

use crate::observables::{Quantity, Schema};
use crate::stats::{Histogram, Moments};

/// Rows enter at multiples of this many steps, so that they weigh the same however the run is recorded.
pub const STATISTICS_STRIDE: u64 = super::Schedule::SPARSEST;
/// Steps after which the second window is begun.
const FIRST_WINDOW: u64 = 512;
/// Bins of a histogram as kept; drawing merges them.
const N_BINS: usize = 1024;

/// Distribution of every mode strength from one step on.
#[derive(Clone, Debug)]
pub struct StrengthStatistics {
    /// First step that counts.
    pub since: u64,
    /// Last step that was counted.
    pub until: u64,
    /// Moments of every mode's strength.
    pub moments: Vec<Moments>,
    /// Histogram of every mode's strength.
    pub histograms: Vec<Histogram>,
}

impl StrengthStatistics {
    fn new(since: u64, rank: usize) -> Self {
        let empty = Histogram::new(N_BINS, 0.0, 1.0);
        Self {
            since,
            until: since,
            moments: vec![Moments::default(); rank],
            histograms: vec![empty; rank],
        }
    }

    fn restart(&mut self, since: u64) {
        self.since = since;
        self.until = since;
        self.moments.fill(Moments::default());
    }

    fn push(&mut self, step: u64, strengths: &[f64]) {
        self.until = step;
        for ((moments, histogram), &strength) in
            self.moments.iter_mut().zip(&mut self.histograms).zip(strengths)
        {
            if moments.count() == 0 {
                // As narrow as the number allows: the histogram widens by itself.
                histogram.restart(strength, 0.0);
            }
            moments.push(strength);
            histogram.push(strength);
        }
    }
}

/// Running statistics that leave out the first part of a run.
#[derive(Clone, Debug)]
pub struct LateStatistics {
    origin: u64,
    shown: StrengthStatistics,
    next: StrengthStatistics,
}

impl LateStatistics {
    /// Statistics of `rank` modes for a run that begins, or changes its law, at step `origin`.
    pub fn new(origin: u64, rank: usize) -> Self {
        Self {
            origin,
            shown: StrengthStatistics::new(origin, rank),
            next: StrengthStatistics::new(origin + FIRST_WINDOW, rank),
        }
    }

    /// Begins anew at step `origin`, because the law of the run has changed.
    pub fn restart(&mut self, origin: u64) {
        self.origin = origin;
        self.shown.restart(origin);
        self.next.restart(origin + FIRST_WINDOW);
    }

    /// Takes in an observed row, if its step is a multiple of [`STATISTICS_STRIDE`].
    pub fn push(&mut self, schema: Schema, row: &[f64]) {
        let step = row[Schema::STEP] as u64;
        if !step.is_multiple_of(STATISTICS_STRIDE) || step < self.origin {
            return;
        }
        let strengths = &row[schema.columns(Quantity::Strength)];
        if step >= self.next.since + (self.next.since - self.origin) {
            std::mem::swap(&mut self.shown, &mut self.next);
            self.next.restart(step);
        }
        self.shown.push(step, strengths);
        if step >= self.next.since {
            self.next.push(step, strengths);
        }
    }

    /// The older window, which is the one to show.
    pub fn shown(&self) -> &StrengthStatistics {
        &self.shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_covers_the_later_half_to_three_quarters() {
        let schema = Schema::new(1);
        let mut statistics = LateStatistics::new(0, 1);
        let mut row = vec![0.0; schema.n_columns()];
        for step in (0..200_000_u64).step_by(8) {
            row[Schema::STEP] = step as f64;
            row[schema.column(Quantity::Strength, 0)] = step as f64;
            statistics.push(schema, &row);
            let shown = statistics.shown();
            if step > 2 * FIRST_WINDOW {
                assert!(
                    shown.since * 2 <= step + STATISTICS_STRIDE && shown.since * 4 + 64 >= step,
                    "{step}: {}",
                    shown.since
                );
            }
            assert!(shown.moments[0].count() > 0);
            assert_eq!(shown.moments[0].count(), shown.histograms[0].total());
        }
    }
}
