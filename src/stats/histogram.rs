//! A histogram of bounded size that finds its own range.
//!
//! Bins are dyadic: their width is a power of two and every edge a multiple of it, so edges are exact and two
//! histograms of the same stream agree wherever their widths do. When a value falls outside the window, the
//! window slides if what is occupied fits into half of it, else the bins are merged in pairs (as often as
//! needed) and the width doubles. No count is ever lost; a value costs a division and a comparison otherwise.

/// Values beyond this size are counted as out of range.
const LARGEST_VALUE: f64 = 1e300;

/// Counts of a stream in a fixed number of bins.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    n_not_finite: u64,
    n_out_of_range: u64,
    /// The window starts at `first * bin_width`.
    first: i64,
    bin_width: f64,
}

/// Neighbouring bins of a histogram merged for drawing; bar `i` covers
/// `lower + i width .. lower + (i+1) width`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// Left edge of the first bar.
    pub lower: f64,
    /// Width of every bar.
    pub width: f64,
    /// Number of values in each bar; neither the first nor the last is empty.
    pub counts: Vec<u64>,
}

impl Histogram {
    /// An empty histogram of `n_bins` bins (rounded up to a power of two, at least 16) whose window of at
    /// least `width` starts out centred on `centre`.
    ///
    /// A width that is not positive and finite, or too small next to `centre`, is replaced by the smallest
    /// one at which neighbouring edges near `centre` are distinct numbers; a `centre` out of range, by zero.
    pub fn new(n_bins: usize, centre: f64, width: f64) -> Self {
        let n_bins = n_bins.max(16).next_power_of_two();
        let mut histogram = Self {
            counts: vec![0; n_bins],
            total: 0,
            n_not_finite: 0,
            n_out_of_range: 0,
            first: 0,
            bin_width: 1.0,
        };
        histogram.restart(centre, width);
        histogram
    }

    /// Empties the histogram and starts again from the given window (see [`new`](Self::new)), keeping the
    /// memory.
    pub fn restart(&mut self, centre: f64, width: f64) {
        let centre = if centre.abs() <= LARGEST_VALUE {
            centre
        } else {
            0.0
        };
        let width = if width.is_finite() { width.max(0.0) } else { 0.0 };
        self.clear();
        let smallest = (centre.abs() * f64::EPSILON).max(1e-290);
        self.bin_width = power_of_two_at_least((width / self.counts.len() as f64).max(smallest));
        self.first = self.index_of(centre) - signed(self.counts.len() / 2);
    }

    /// Empties the histogram and keeps its window.
    pub fn clear(&mut self) {
        self.counts.fill(0);
        self.total = 0;
        self.n_not_finite = 0;
        self.n_out_of_range = 0;
    }

    /// Counts one value. Infinities, NaN and values beyond 1e300 are counted apart.
    pub fn push(&mut self, value: f64) {
        if !value.is_finite() {
            self.n_not_finite += 1;
            return;
        }
        if value.abs() > LARGEST_VALUE {
            self.n_out_of_range += 1;
            return;
        }
        if !self.covers(value) {
            self.make_room_for(value);
        }
        let bin = self.index_of(value) - self.first;
        self.counts[bin as usize] += 1;
        self.total += 1;
    }

    /// Counts of the bins, from left to right; bin `i` holds values from `edge(i)` up to, not including,
    /// `edge(i+1)`.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// Number of values in the bins.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Number of infinite and NaN values, which are in no bin.
    pub fn n_not_finite(&self) -> u64 {
        self.n_not_finite
    }

    /// Number of finite values beyond 1e300, which are in no bin.
    pub fn n_out_of_range(&self) -> u64 {
        self.n_out_of_range
    }

    /// Width of every bin: a power of two.
    pub fn bin_width(&self) -> f64 {
        self.bin_width
    }

    /// Edge `i` of `n_bins + 1`: the left edge of bin `i`.
    pub fn edge(&self, i: usize) -> f64 {
        (self.first + signed(i)) as f64 * self.bin_width
    }

    /// The occupied part in at most `max_bars` bars (at least 2), each of 1, 2, 4, ... whole bins; `None`
    /// when empty.
    pub fn rebinned(&self, max_bars: usize) -> Option<Bars> {
        let (first, last) = self.occupied()?;
        let mut shift = 0;
        while (last >> shift) - (first >> shift) >= signed(max_bars.max(2)) {
            shift += 1;
        }
        let n_bars = (last >> shift) - (first >> shift) + 1;
        let mut counts = vec![0; n_bars as usize];
        for (bin, count) in self.occupied_bins() {
            counts[((bin >> shift) - (first >> shift)) as usize] += count;
        }
        let width = self.bin_width * f64::powi(2.0, shift);
        Some(Bars {
            lower: (first >> shift) as f64 * width,
            width,
            counts,
        })
    }

    /// Number of the bin of `value`, counted from zero at the origin of the axis.
    fn index_of(&self, value: f64) -> i64 {
        (value / self.bin_width).floor() as i64
    }

    fn covers(&self, value: f64) -> bool {
        // In floating point: the bin number of a distant value may not fit an integer.
        let bin = (value / self.bin_width).floor() - self.first as f64;
        bin >= 0.0 && bin < self.counts.len() as f64
    }

    /// Occupied bins and their counts, numbered as by `index_of`.
    fn occupied_bins(&self) -> impl DoubleEndedIterator<Item = (i64, u64)> + '_ {
        let numbered = self.counts.iter().enumerate();
        numbered
            .filter(|(_, count)| **count > 0)
            .map(|(bin, count)| (self.first + signed(bin), *count))
    }

    /// First and last occupied bin.
    fn occupied(&self) -> Option<(i64, i64)> {
        let mut bins = self.occupied_bins();
        let (first, _) = bins.next()?;
        Some((first, bins.next_back().map_or(first, |(last, _)| last)))
    }

    /// Slides or widens the window until it covers `value` and all that is occupied.
    fn make_room_for(&mut self, value: f64) {
        let n_bins = self.counts.len();
        let half = n_bins as f64 / 2.0;
        let (lower, upper) = match self.occupied() {
            Some((first, last)) => {
                let (lower, upper) = (first as f64 * self.bin_width, (last + 1) as f64 * self.bin_width);
                (lower.min(value), upper.max(value))
            }
            None => (value, value),
        };
        let resolution = lower.abs().max(upper.abs()) * f64::EPSILON;
        let mut shift = 0;
        let mut width = self.bin_width;
        while (upper - lower) / width > half - 2.0 || width < resolution {
            width *= 2.0;
            shift += 1;
        }
        let mut counts = vec![0; n_bins];
        let middle = (f64::midpoint(lower, upper) / width).floor() as i64;
        let new_first = middle - signed(n_bins / 2);
        for (bin, count) in self.occupied_bins() {
            // Beyond 62 doublings every bin number is 0 or -1.
            counts[((bin >> shift.min(62)) - new_first) as usize] += count;
        }
        self.counts = counts;
        self.first = new_first;
        self.bin_width = width;
    }
}

impl Bars {
    /// Density of bar `i`: its share of all counts per unit of width. Zero beyond the last bar.
    pub fn density(&self, i: usize) -> f64 {
        let total: u64 = self.counts.iter().sum();
        self.counts
            .get(i)
            .map_or(0.0, |count| *count as f64 / (total as f64 * self.width))
    }
}

fn signed(i: usize) -> i64 {
    i.cast_signed() as i64
}

/// The smallest power of two that is at least `x`, for normal positive `x` below 1e305.
fn power_of_two_at_least(x: f64) -> f64 {
    let below = f64::powi(2.0, x.log2().floor() as i32);
    if below < x { 2.0 * below } else { below }
}
