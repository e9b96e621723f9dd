//! From a column of a history to the few numbers a pixel that draw it.

use std::ops::Range;

use super::level::Level;
use super::store::History;

/// How pixels are laid out along the horizontal axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spacing {
    /// Evenly in `x`.
    Linear,
    /// Evenly in `log10 x`; only what lies above zero can be seen.
    Logarithmic,
}

/// Which part of a history to draw, and how finely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// Column along the horizontal axis; it must not fall from row to row.
    pub x_column: usize,
    /// Least and greatest `x` in sight, in data units.
    pub x_range: (f64, f64),
    /// How pixels are laid out.
    pub spacing: Spacing,
    /// Number of pixels the range fills.
    pub n_pixels: usize,
}

/// What one pixel column holds of a curve, in data units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    /// `[x, y]` of its first row.
    pub first: [f64; 2],
    /// Its last row.
    pub last: [f64; 2],
    /// Its least value.
    pub min: f64,
    /// Its greatest value.
    pub max: f64,
}

impl Cell {
    /// First, least, greatest and last point, those between in the middle and in the order that makes the shorter way: a line
    /// through them fills what the raw curve would.
    pub fn outline(&self) -> [[f64; 2]; 4] {
        let x = 0.5 * (self.first[0] + self.last[0]);
        let [inner, later] = if self.first[1] <= self.last[1] {
            [self.min, self.max]
        } else {
            [self.max, self.min]
        };
        [self.first, [x, inner], [x, later], self.last]
    }
}

/// A curve as far as pixels can show it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// Pixel columns that hold rows, from left to right.
    pub cells: Vec<Cell>,
    /// Most rows that one pixel stands for; 1 where every row in sight is a point of its own.
    pub n_rows_per_pixel: u64,
}

/// Which buckets of a history stand in which pixel column: found once, good for every column of the history. One bucket on
/// each side beyond the range is included, so that curves run to the edges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pixels {
    /// From left to right.
    columns: Vec<PixelColumn>,
    n_rows_per_pixel: u64,
}

#[derive(Clone, Debug, PartialEq)]
struct PixelColumn {
    /// Level of the history and the buckets in it.
    level: usize,
    buckets: Range<usize>,
    /// First and last `x`.
    x: (f64, f64),
}

impl Pixels {
    /// The pixel columns of what is in sight of a history.
    pub fn new(history: &History, sight: &Sight) -> Self {
        // Chosen once: a choice for every bucket would take the logarithm of all and throw away those not asked for.
        match sight.spacing {
            Spacing::Linear => Self::placed(history, sight, |x| x),
            Spacing::Logarithmic => Self::placed(history, sight, f64::log10),
        }
    }

    /// Pixels that are even in `position` of `x`.
    fn placed(history: &History, sight: &Sight, position: impl Fn(f64) -> f64) -> Self {
        let (low, high) = sight.x_range;
        let (left, right) = (position(low), position(high));
        if !((right - left).is_finite() && right > left) || sight.n_pixels == 0 {
            return Self::default();
        }
        let mut placing = Placing {
            position,
            left,
            pixel: (right - left) / sight.n_pixels as f64,
            edge: f64::NEG_INFINITY,
            covered: f64::NEG_INFINITY,
            n_rows: 0,
            pixels: Self {
                columns: Vec::with_capacity(sight.n_pixels + 2),
                n_rows_per_pixel: 1,
            },
        };
        match sight.spacing {
            Spacing::Linear => placing.take(history, sight, sight.x_range, sight.n_pixels),
            // The rows of a pixel double from octave to octave, so each octave is read at a level of its own.
            Spacing::Logarithmic => {
                let octave = 2_f64.log10();
                let n_octaves = ((right - left) / octave).ceil().clamp(1.0, 200.0) as u32;
                let edge = |i: u32| 10_f64.powf(left + (right - left) * f64::from(i) / f64::from(n_octaves));
                let n_pixels = (sight.n_pixels / n_octaves as usize).max(1);
                for i in 0..n_octaves {
                    placing.take(history, sight, (edge(i), edge(i + 1)), n_pixels);
                }
            }
        }
        placing.pixels
    }

    /// What these pixels hold of a column of the same history.
    pub fn trace(&self, history: &History, y_column: usize) -> Trace {
        let levels = history.levels();
        let cell = |column: &PixelColumn| {
            let buckets = &levels[column.level].column(y_column)[column.buckets.clone()];
            let (first, last) = (buckets[0], buckets[buckets.len() - 1]);
            let (mut min, mut max) = (first.min, first.max);
            for bucket in &buckets[1..] {
                min = if bucket.min < min { bucket.min } else { min };
                max = if bucket.max > max { bucket.max } else { max };
            }
            Cell {
                first: [column.x.0, first.first],
                last: [column.x.1, last.last],
                min,
                max,
            }
        };
        Trace {
            cells: self.columns.iter().map(cell).collect(),
            n_rows_per_pixel: self.n_rows_per_pixel,
        }
    }
}

/// Pixel columns being found from left to right.
struct Placing<P> {
    /// Where along the axis an `x` lies.
    position: P,
    left: f64,
    pixel: f64,
    /// Right edge, as a position, of the pixel column being filled.
    edge: f64,
    /// Largest `x` placed so far.
    covered: f64,
    n_rows: u64,
    pixels: Pixels,
}

impl<P: Fn(f64) -> f64> Placing<P> {
    /// Takes in the part of the range that has not been covered yet.
    fn take(&mut self, history: &History, sight: &Sight, x_range: (f64, f64), n_pixels: usize) {
        let (level, range) = level_for(history, sight.x_column, x_range, n_pixels);
        let xs = &history.levels()[level].column(sight.x_column);
        let n_rows = history.levels()[level].n_rows_in();
        for bucket in range {
            let x = xs[bucket];
            if x.last <= self.covered {
                continue;
            }
            let first = x.first.max(self.covered);
            // A logarithmic axis begins after zero.
            if sight.spacing == Spacing::Logarithmic && first <= 0.0 {
                continue;
            }
            self.covered = x.last;
            let position = (self.position)(0.5 * (first + x.last));
            let goes_on = |column: &PixelColumn| column.level == level && position < self.edge;
            if let Some(column) = self.pixels.columns.last_mut().filter(|column| goes_on(column)) {
                column.buckets.end = bucket + 1;
                column.x.1 = x.last;
                self.n_rows += n_rows[bucket];
            } else {
                self.edge = self.left + self.pixel * (((position - self.left) / self.pixel).floor() + 1.0);
                self.n_rows = n_rows[bucket];
                self.pixels.columns.push(PixelColumn {
                    level,
                    buckets: bucket..bucket + 1,
                    x: (first, x.last),
                });
            }
            self.pixels.n_rows_per_pixel = self.pixels.n_rows_per_pixel.max(self.n_rows);
        }
    }
}

/// The coarsest level whose buckets are no wider than about half a pixel, and its buckets in sight; the finest if none is.
fn level_for(
    history: &History,
    x_column: usize,
    x_range: (f64, f64),
    n_pixels: usize,
) -> (usize, Range<usize>) {
    for (i, level) in history.levels().iter().enumerate().skip(1).rev() {
        let range = in_sight(level, x_column, x_range);
        if range.len() > 2 * n_pixels {
            return (i, range);
        }
    }
    (0, in_sight(history.finest(), x_column, x_range))
}

/// Buckets that reach into the range, and one beyond each end.
fn in_sight(level: &Level, x_column: usize, (low, high): (f64, f64)) -> Range<usize> {
    let xs = level.column(x_column);
    let begin = xs.partition_point(|x| x.last < low).saturating_sub(1);
    let end = (xs.partition_point(|x| x.first <= high) + 1).min(xs.len());
    begin..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(n_rows: u32) -> History {
        let mut history = History::new(2, 0);
        for i in 0..n_rows {
            history.extend(&[f64::from(i), if i == 700 { 5.0 } else { f64::from(i % 2) }]);
        }
        history
    }

    fn sight(low: f64, high: f64, n_pixels: usize) -> Sight {
        Sight {
            x_column: 0,
            x_range: (low, high),
            spacing: Spacing::Linear,
            n_pixels,
        }
    }

    fn trace(history: &History, sight: &Sight) -> Trace {
        Pixels::new(history, sight).trace(history, 1)
    }

    #[test]
    fn few_rows_are_drawn_as_they_are() {
        let drawn = trace(&history(5), &sight(0.0, 4.0, 100));
        let points = [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 1.0], [4.0, 0.0]];
        let expected: Vec<_> = points.iter().map(|&point| [point; 4]).collect();
        let found: Vec<_> = drawn.cells.iter().map(Cell::outline).collect();
        assert_eq!(found, expected);
        assert_eq!(drawn.n_rows_per_pixel, 1);
    }

    #[test]
    fn many_rows_keep_their_envelope_in_a_few_points_a_pixel() {
        let drawn = trace(&history(1_000_000), &sight(0.0, 1e6, 50));
        assert!(drawn.cells.len() <= 52);
        assert!(drawn.cells.iter().any(|cell| cell.max > 4.9));
        let points: Vec<_> = drawn.cells.iter().flat_map(Cell::outline).collect();
        assert!(points.windows(2).all(|pair| pair[0][0] <= pair[1][0]));
        assert!(drawn.n_rows_per_pixel > 10_000);
    }

    #[test]
    fn a_zoom_shows_the_rows_inside_and_one_beyond_each_edge() {
        let drawn = trace(&history(1000), &sight(690.5, 710.5, 400));
        assert_eq!(drawn.cells.first().map(|cell| cell.first), Some([690.0, 0.0]));
        assert_eq!(drawn.cells.last().map(|cell| cell.last), Some([711.0, 1.0]));
    }

    #[test]
    fn a_cell_holds_the_extremes_of_all_its_rows() {
        let mut history = History::new(2, 0);
        let value = |i: u32| (f64::from(i) * 0.37).sin() * f64::from(i % 101);
        for i in 0..100_000 {
            history.extend(&[f64::from(i), value(i)]);
        }
        let drawn = trace(&history, &sight(0.0, 1e5, 300));
        for cell in &drawn.cells {
            let rows = cell.first[0] as u32..=cell.last[0] as u32;
            let (low, high) = rows.fold((f64::MAX, f64::MIN), |(low, high), i| {
                (low.min(value(i)), high.max(value(i)))
            });
            assert_eq!(
                [cell.min, cell.max].map(f64::to_bits),
                [low, high].map(f64::to_bits)
            );
        }
        let n_rows: f64 = drawn
            .cells
            .iter()
            .map(|cell| cell.last[0] - cell.first[0] + 1.0)
            .sum();
        assert!((n_rows - 1e5).abs() < 0.5);
    }

    #[test]
    fn an_empty_or_reversed_range_draws_nothing() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0)] {
            assert!(trace(&history(10), &sight(low, high, 100)).cells.is_empty());
        }
    }

    #[test]
    fn a_logarithmic_axis_keeps_the_envelope_of_every_octave() {
        let history = history(1_000_000);
        let sight = Sight {
            spacing: Spacing::Logarithmic,
            ..sight(1.0, 1e6, 600)
        };
        let drawn = trace(&history, &sight);
        assert!((200..=620).contains(&drawn.cells.len()), "{}", drawn.cells.len());
        let xs: Vec<f64> = drawn
            .cells
            .iter()
            .flat_map(|cell| [cell.first[0], cell.last[0]])
            .collect();
        assert!(xs.windows(2).all(|pair| pair[0] <= pair[1]) && xs[0] > 0.0);
        // The first rows stand alone, the spike is there, and every late pixel goes from 0 to 1.
        assert!(
            drawn.cells[..20]
                .iter()
                .all(|cell| (cell.last[0] - cell.first[0]).abs() < 0.5)
        );
        assert!(drawn.cells.iter().any(|cell| cell.max > 4.9));
        let late = drawn.cells.iter().filter(|cell| cell.first[0] > 1e4);
        assert!(late.clone().count() > 150);
        assert!(late.clone().all(|cell| cell.min == 0.0 && cell.max >= 1.0));
        let mut before = None;
        for cell in late {
            assert!(
                before.is_none_or(|end: f64| cell.first[0] - end < 0.03 * end),
                "a gap after {before:?}"
            );
            before = Some(cell.last[0]);
        }
    }
}
