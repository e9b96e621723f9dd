//! A bounded store of rows with a resolution that falls off backwards in two ways.
//!
//! A bucket may hold at most `min(widest, max(1, p / q))` rows, where `p` rows came before it and `q` is a hundredth of the
//! capacity: however long the run grows, its beginning stays finely resolved (which a logarithmic time axis and a zoom into
//! the first transitions need), and its end is resolved evenly. When the buckets reach the capacity, `widest` doubles and
//! neighbours are merged. Merging keeps every extreme value, so nothing that was seen can vanish from a drawing.
//!
//! Above the buckets stand coarser levels, each summing up [`COARSER`] buckets of the one below in one, so that drawing
//! costs the same however much of the run is in sight.

use super::level::{Bucket, Level};

/// Buckets that one bucket of the next coarser level sums up.
const COARSER: usize = 4;
/// Levels, the finest included.
const N_LEVELS: usize = 4;
/// Buckets per e-fold of the run that are kept at any length, as a divisor of the capacity. A run of 2^64 rows has 44
/// e-folds and merging may leave buckets half full, so 100 makes every run fit.
const CAPACITY_PER_RESOLUTION: usize = 100;
/// Fewest buckets a store may be asked to keep: below this the relative resolution would be visible as steps.
const MIN_CAPACITY: usize = 8192;

/// Rows of a run, in a bounded number of buckets.
#[derive(Clone, Debug)]
pub struct History {
    /// Levels from fine to coarse.
    levels: [Level; N_LEVELS],
    n_rows: u64,
    /// Rows a late bucket may hold.
    widest: u64,
    capacity: usize,
}

impl History {
    /// A store of rows of `n_columns` numbers in at most `budget_bytes` bytes or 8192 buckets, whichever is more.
    pub fn new(n_columns: usize, budget_bytes: usize) -> Self {
        // The coarser levels together take a third of what the finest does. A power of two is what growing vectors end at,
        // so none is left half empty.
        let n_buckets = budget_bytes / 4 * 3 / (n_columns.max(1) * size_of::<Bucket>() + size_of::<u64>());
        let power = n_buckets.checked_ilog2().map_or(0, |exponent| 1 << exponent);
        Self {
            levels: std::array::from_fn(|_| Level::new(n_columns)),
            n_rows: 0,
            widest: 1,
            capacity: power.max(MIN_CAPACITY),
        }
    }

    /// Number of rows taken in.
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Largest number of buckets.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The same rows at every level of detail, from fine to coarse; there is at least one.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// All buckets.
    pub fn finest(&self) -> &Level {
        &self.levels[0]
    }

    /// Latest value of a column.
    pub fn last(&self, column: usize) -> Option<f64> {
        self.finest().column(column).last().map(|bucket| bucket.last)
    }

    /// Number, in the finest level, of the last bucket that begins at or before `x` in a column that must not fall; the first
    /// bucket where `x` comes before all of them.
    pub fn bucket_at(&self, column: usize, x: f64) -> Option<usize> {
        let buckets = self.finest().column(column);
        let after = buckets.partition_point(|bucket| bucket.first <= x);
        (!buckets.is_empty()).then(|| after.saturating_sub(1))
    }

    /// The rows that came at or before `x` in a column that must not fall, to the whole bucket.
    #[must_use]
    pub fn up_to(&self, column: usize, x: f64) -> Self {
        let mut kept = self.clone();
        let n_buckets = self
            .finest()
            .column(column)
            .partition_point(|bucket| bucket.last <= x);
        kept.levels[0].truncate(n_buckets);
        kept.n_rows = kept.finest().n_rows_in().iter().sum();
        kept.summarise(0);
        kept
    }

    /// Some columns alone, in a few thousand buckets: the finest level that has no more of them than `most`.
    #[must_use]
    pub fn digest(&self, columns: &[usize], most: usize) -> Self {
        let fits = |level: &&Level| level.n_buckets() <= most.max(1);
        let level = self
            .levels
            .iter()
            .find(fits)
            .unwrap_or(&self.levels[N_LEVELS - 1]);
        let mut digest = Self {
            levels: std::array::from_fn(|_| Level::new(columns.len())),
            n_rows: self.n_rows,
            widest: self.widest,
            capacity: self.capacity,
        };
        digest.levels[0] = level.select(columns);
        digest.summarise(0);
        digest
    }

    /// Bytes held.
    pub fn n_bytes(&self) -> usize {
        self.levels.iter().map(Level::n_bytes).sum()
    }

    /// Bytes that it holds at most, however long the run.
    pub fn most_bytes(&self) -> usize {
        // The coarser levels together take a third of what the finest does.
        self.capacity * (self.finest().n_columns() * size_of::<Bucket>() + size_of::<u64>()) / 3 * 4
    }

    /// Takes in rows laid out one after the other; a last incomplete row is left out.
    pub fn extend(&mut self, rows: &[f64]) {
        let mut unchanged = self.finest().n_buckets().saturating_sub(1);
        for row in rows.chunks_exact(self.finest().n_columns()) {
            let last = self.finest().n_rows_in().last();
            if last.is_some_and(|&n| n < self.allowed(self.n_rows - n)) {
                self.levels[0].extend_last(row);
            } else {
                if self.finest().n_buckets() == self.capacity {
                    self.compact();
                    unchanged = 0;
                }
                self.levels[0].push(row);
            }
            self.n_rows += 1;
        }
        self.summarise(unchanged);
    }

    /// Brings the coarser levels up to date where the first `unchanged` buckets are as they were.
    fn summarise(&mut self, mut unchanged: usize) {
        for coarser in 1..N_LEVELS {
            unchanged /= COARSER;
            let (below, level) = self.levels.split_at_mut(coarser);
            level[0].summarise(&below[coarser - 1], COARSER, unchanged);
        }
    }

    /// Rows a bucket may hold that begins after `n_before` rows.
    fn allowed(&self, n_before: u64) -> u64 {
        allowed(n_before, self.capacity, self.widest)
    }

    /// Merges neighbours under an ever larger `widest` until a quarter of the capacity is free.
    fn compact(&mut self) {
        while self.finest().n_buckets() > self.capacity / 4 * 3 {
            self.widest *= 2;
            let (capacity, widest) = (self.capacity, self.widest);
            self.levels[0].merge_neighbours(|n_before| allowed(n_before, capacity, widest));
        }
    }
}

fn allowed(n_before: u64, capacity: usize, widest: u64) -> u64 {
    (n_before / (capacity / CAPACITY_PER_RESOLUTION) as u64).clamp(1, widest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(n_rows: u64) -> History {
        let mut history = History::new(2, 0);
        for i in 0..n_rows {
            let spike = if i == 1234 { 1e6 } else { (i as f64).sin() };
            history.extend(&[i as f64, spike]);
        }
        history
    }

    #[test]
    fn the_number_of_buckets_is_bounded_and_no_row_is_lost() {
        for n_rows in [1, 100, 8192, 8193, 1_000_000] {
            let history = filled(n_rows);
            assert!(history.finest().n_buckets() <= history.capacity());
            assert_eq!(history.finest().n_rows_in().iter().sum::<u64>(), n_rows);
            assert_eq!(history.last(0), Some((n_rows - 1) as f64));
            let steps = history.finest().column(0);
            assert!(
                steps
                    .windows(2)
                    .all(|pair| (pair[1].first - pair[0].last - 1.0).abs() < 1e-9)
            );
        }
    }

    #[test]
    fn a_spike_survives_every_merge_and_the_beginning_stays_fine() {
        let history = filled(3_000_000);
        let greatest = history
            .finest()
            .column(1)
            .iter()
            .map(|bucket| bucket.max)
            .fold(f64::MIN, f64::max);
        assert_eq!(greatest.to_bits(), 1e6_f64.to_bits());
        let mut n_before = 0;
        for &n in history.finest().n_rows_in() {
            assert!(n <= (n_before / 81).max(1), "{n} rows after {n_before}");
            n_before += n;
        }
    }

    #[test]
    fn memory_stays_within_the_budget() {
        let budget = 4 << 20;
        let mut history = History::new(8, budget);
        for i in 0..500_000 {
            history.extend(&[f64::from(i); 8]);
        }
        assert!(history.finest().n_buckets() <= history.capacity());
        assert!(history.n_bytes() <= budget, "{} bytes", history.n_bytes());
        assert!(history.n_bytes() <= history.most_bytes() && history.most_bytes() <= budget);
        // Rows that come many at a time take no more.
        let mut in_frames = History::new(8, budget);
        for i in 0..20_000 {
            in_frames.extend(&[f64::from(i); 8 * 37]);
        }
        assert!(in_frames.n_bytes() <= in_frames.most_bytes());
        // Rows too wide for the budget take what the fewest buckets need, and no more.
        let mut wide = History::new(64, 1 << 20);
        for i in 0..50_000 {
            wide.extend(&[f64::from(i); 64]);
        }
        assert!(wide.most_bytes() > 1 << 20);
        assert!((0.7..=1.0).contains(&(wide.n_bytes() as f64 / wide.most_bytes() as f64)));
    }

    #[test]
    fn every_level_sums_up_the_one_below_at_every_moment() {
        let mut history = History::new(2, 0);
        let mut i = 0_u32;
        for n in [1, 7, 40, 3, 9000, 5, 20_000, 11] {
            let rows: Vec<f64> = (i..i + n)
                .flat_map(|k| [f64::from(k), f64::from(k).cos()])
                .collect();
            i += n;
            history.extend(&rows);
            for pair in history.levels().windows(2) {
                let mut expected = Level::new(2);
                expected.summarise(&pair[0], COARSER, 0);
                assert_eq!(pair[1].n_rows_in(), expected.n_rows_in());
                for column in 0..2 {
                    assert_eq!(pair[1].column(column), expected.column(column));
                }
            }
        }
    }

    #[test]
    fn a_row_is_found_and_a_history_cut_by_what_its_first_column_says() {
        let history = filled(3_000_000);
        assert_eq!(History::new(2, 0).bucket_at(0, 1.0), None);
        for x in [-1.0, 0.0, 17.3, 1234.0, 2.5e6, 1e9] {
            let bucket = history.finest().column(0)[history.bucket_at(0, x).unwrap_or(usize::MAX)];
            assert!(bucket.first <= x.max(0.0) && (bucket.last + 1.0 > x || x > 2.9e6));
            let cut = history.up_to(0, x);
            assert!(cut.last(0).is_none_or(|last| last <= x));
            assert!(cut.last(0).unwrap_or(-1.0) + 1.0 >= bucket.first.min(x));
            assert_eq!(cut.finest().n_rows_in().iter().sum::<u64>(), cut.n_rows());
        }
        // A cut history goes on as one that never went further.
        let mut cut = filled(500).up_to(0, 299.0);
        for i in 300..500 {
            cut.extend(&[f64::from(i), f64::from(i).sin()]);
        }
        let whole = filled(500);
        for (a, b) in cut.levels().iter().zip(whole.levels()) {
            assert_eq!(a.column(1), b.column(1));
        }
    }

    #[test]
    fn a_digest_is_small_and_keeps_the_extremes() {
        let history = filled(1_000_000);
        let digest = history.digest(&[1, 0], 2000);
        assert!(digest.finest().n_buckets() <= 2000 && digest.finest().n_columns() == 2);
        let spike = digest
            .finest()
            .column(0)
            .iter()
            .map(|bucket| bucket.max)
            .fold(f64::MIN, f64::max);
        assert!(spike > 9e5);
        assert_eq!(digest.last(1), history.last(0));
    }
}
