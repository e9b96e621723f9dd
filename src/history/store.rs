//! A bounded store of rows with a resolution that falls off backwards in two ways.
//!
//! A bucket may hold at most `min(widest, max(1, p / q))` rows, where `p` rows came before it and `q` is a hundredth of the
//! capacity: however long the run
//! grows, its beginning stays finely resolved (which a logarithmic time axis and a zoom into the first transitions need),
//! and its end is resolved evenly. When the buckets reach the capacity, `widest` doubles and neighbours are merged.
//! Merging keeps every extreme value, so nothing that was seen can vanish from a drawing.

/// What a bucket says of one column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    /// Value of the bucket's first row.
    pub first: f64,
    /// Value of its last row.
    pub last: f64,
    /// Least value.
    pub min: f64,
    /// Greatest value.
    pub max: f64,
}

impl Bucket {
    fn of(value: f64) -> Self {
        Self {
            first: value,
            last: value,
            min: value,
            max: value,
        }
    }

    fn extend(&mut self, later: &Self) {
        self.last = later.last;
        self.min = self.min.min(later.min);
        self.max = self.max.max(later.max);
    }
}

/// Buckets per e-fold of the run that are kept at any length, as a divisor of the capacity. A run of 2^64 rows has 44
/// e-folds and merging may leave buckets half full, so 100 makes every run fit.
const CAPACITY_PER_RESOLUTION: usize = 100;
/// Fewest buckets a store may be asked to keep: below this the relative resolution would be visible as steps.
const MIN_CAPACITY: usize = 8192;

/// Rows of a run, in a bounded number of buckets.
#[derive(Clone, Debug)]
pub struct History {
    /// One series of buckets a column; all have the same length.
    columns: Vec<Vec<Bucket>>,
    /// Rows in each bucket.
    n_rows_in: Vec<u64>,
    n_rows: u64,
    /// Rows a late bucket may hold.
    widest: u64,
    capacity: usize,
}

impl History {
    /// A store of rows of `n_columns` numbers in at most about `budget_bytes` bytes (at least 8192 buckets).
    pub fn new(n_columns: usize, budget_bytes: usize) -> Self {
        let capacity = (budget_bytes / (n_columns.max(1) * size_of::<Bucket>())).max(MIN_CAPACITY);
        Self {
            columns: vec![Vec::new(); n_columns],
            n_rows_in: Vec::new(),
            n_rows: 0,
            widest: 1,
            capacity,
        }
    }

    /// Number of rows taken in.
    pub fn n_rows(&self) -> u64 {
        self.n_rows
    }

    /// Number of buckets now; at most [`Self::capacity`].
    pub fn n_buckets(&self) -> usize {
        self.n_rows_in.len()
    }

    /// Largest number of buckets.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Rows in each bucket, oldest first.
    pub fn n_rows_in_buckets(&self) -> &[u64] {
        &self.n_rows_in
    }

    /// Buckets of a column, oldest first.
    pub fn column(&self, column: usize) -> &[Bucket] {
        &self.columns[column]
    }

    /// Latest value of a column.
    pub fn last(&self, column: usize) -> Option<f64> {
        self.columns[column].last().map(|bucket| bucket.last)
    }

    /// Bytes held.
    pub fn n_bytes(&self) -> usize {
        let buckets: usize = self
            .columns
            .iter()
            .map(|column| column.capacity() * size_of::<Bucket>())
            .sum();
        buckets + self.n_rows_in.capacity() * size_of::<u64>()
    }

    /// Takes in rows laid out one after the other; a last incomplete row is left out.
    pub fn extend(&mut self, rows: &[f64]) {
        for row in rows.chunks_exact(self.columns.len()) {
            self.push(row);
        }
    }

    fn push(&mut self, row: &[f64]) {
        let joins = self
            .n_rows_in
            .last()
            .is_some_and(|&n| n < self.allowed(self.n_rows - n));
        if joins {
            if let Some(n) = self.n_rows_in.last_mut() {
                *n += 1;
            }
            for (column, &value) in self.columns.iter_mut().zip(row) {
                if let Some(bucket) = column.last_mut() {
                    bucket.extend(&Bucket::of(value));
                }
            }
        } else {
            if self.n_rows_in.len() == self.capacity {
                self.compact();
            }
            self.n_rows_in.push(1);
            for (column, &value) in self.columns.iter_mut().zip(row) {
                column.push(Bucket::of(value));
            }
        }
        self.n_rows += 1;
    }

    /// Rows a bucket may hold that begins after `n_before` rows.
    fn allowed(&self, n_before: u64) -> u64 {
        (n_before / (self.capacity / CAPACITY_PER_RESOLUTION) as u64).clamp(1, self.widest)
    }

    /// Merges neighbours under an ever larger `widest` until a quarter of the capacity is free.
    fn compact(&mut self) {
        while self.n_rows_in.len() > self.capacity / 4 * 3 {
            self.widest *= 2;
            let (mut kept, mut n_before) = (0, 0);
            for next in 1..self.n_rows_in.len() {
                let merged = self.n_rows_in[kept] + self.n_rows_in[next];
                if merged <= self.allowed(n_before) {
                    self.n_rows_in[kept] = merged;
                    for column in &mut self.columns {
                        let later = column[next];
                        column[kept].extend(&later);
                    }
                } else {
                    n_before += self.n_rows_in[kept];
                    kept += 1;
                    self.n_rows_in[kept] = self.n_rows_in[next];
                    for column in &mut self.columns {
                        column[kept] = column[next];
                    }
                }
            }
            self.n_rows_in.truncate(kept + 1);
            for column in &mut self.columns {
                column.truncate(kept + 1);
            }
        }
    }
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
            assert!(history.n_buckets() <= history.capacity());
            assert_eq!(history.n_rows_in_buckets().iter().sum::<u64>(), n_rows);
            assert_eq!(history.last(0), Some((n_rows - 1) as f64));
            let steps = history.column(0);
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
            .column(1)
            .iter()
            .map(|bucket| bucket.max)
            .fold(f64::MIN, f64::max);
        assert_eq!(greatest.to_bits(), 1e6_f64.to_bits());
        let mut n_before = 0;
        for &n in history.n_rows_in_buckets() {
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
        assert!(history.n_buckets() <= history.capacity());
        assert!(history.capacity() * 8 * size_of::<Bucket>() <= budget);
    }
}
