//! Buckets of neighbouring rows: the first, last, least and greatest value of every column.

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

/// A series of buckets for every column, all of the same length, oldest first.
#[derive(Clone, Debug)]
pub struct Level {
    columns: Vec<Vec<Bucket>>,
    n_rows_in: Vec<u64>,
}

impl Level {
    pub(super) fn new(n_columns: usize) -> Self {
        Self {
            columns: vec![Vec::new(); n_columns],
            n_rows_in: Vec::new(),
        }
    }

    /// Number of buckets.
    pub fn n_buckets(&self) -> usize {
        self.n_rows_in.len()
    }

    /// Number of columns.
    pub fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// Buckets of a column.
    pub fn column(&self, column: usize) -> &[Bucket] {
        &self.columns[column]
    }

    /// Rows in each bucket.
    pub fn n_rows_in(&self) -> &[u64] {
        &self.n_rows_in
    }

    /// Bytes held.
    pub fn n_bytes(&self) -> usize {
        let n_buckets: usize = self.columns.iter().map(Vec::capacity).sum();
        n_buckets * size_of::<Bucket>() + self.n_rows_in.capacity() * size_of::<u64>()
    }

    /// Some of the columns alone.
    pub(super) fn select(&self, columns: &[usize]) -> Self {
        Self {
            columns: columns
                .iter()
                .map(|&column| self.columns[column].clone())
                .collect(),
            n_rows_in: self.n_rows_in.clone(),
        }
    }

    /// Gives up all but the first `n_buckets` buckets.
    pub(super) fn truncate(&mut self, n_buckets: usize) {
        self.n_rows_in.truncate(n_buckets);
        for column in &mut self.columns {
            column.truncate(n_buckets);
        }
    }

    /// Begins a bucket with a row.
    pub(super) fn push(&mut self, row: &[f64]) {
        self.n_rows_in.push(1);
        for (column, &value) in self.columns.iter_mut().zip(row) {
            column.push(Bucket::of(value));
        }
    }

    /// Adds a row to the last bucket.
    pub(super) fn extend_last(&mut self, row: &[f64]) {
        if let Some(n) = self.n_rows_in.last_mut() {
            *n += 1;
        }
        for (column, &value) in self.columns.iter_mut().zip(row) {
            if let Some(bucket) = column.last_mut() {
                bucket.extend(&Bucket::of(value));
            }
        }
    }

    /// Merges neighbours, oldest first, wherever a bucket that begins after `n` rows may hold the rows of both:
    /// `merged <= allowed(n)`.
    pub(super) fn merge_neighbours(&mut self, allowed: impl Fn(u64) -> u64) {
        let (mut kept, mut n_before) = (0, 0);
        for next in 1..self.n_rows_in.len() {
            let merged = self.n_rows_in[kept] + self.n_rows_in[next];
            if merged <= allowed(n_before) {
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

    /// Sums up the buckets of `fine`, `factor` in one, from the bucket of `fine` on that begins coarse bucket `from`.
    pub(super) fn summarise(&mut self, fine: &Self, factor: usize, from: usize) {
        self.n_rows_in.truncate(from);
        let n_buckets = fine.n_rows_in.len().div_ceil(factor);
        make_room(&mut self.n_rows_in, n_buckets);
        let groups = fine.n_rows_in[from * factor..].chunks(factor);
        self.n_rows_in
            .extend(groups.map(|group| group.iter().sum::<u64>()));
        for (coarse, fine) in self.columns.iter_mut().zip(&fine.columns) {
            coarse.truncate(from);
            make_room(coarse, n_buckets);
            coarse.extend(fine[from * factor..].chunks(factor).map(|group| {
                let mut sum = group[0];
                group[1..].iter().for_each(|later| sum.extend(later));
                sum
            }));
        }
    }
}

/// Room for so many in all, in powers of two: what a vector takes by itself when many come at once may end at nearly twice as much.
fn make_room<T>(values: &mut Vec<T>, n: usize) {
    if values.capacity() < n {
        values.reserve_exact(n.next_power_of_two() - values.len());
    }
}
