//! From a column of a history to the few numbers a pixel that draw it.

use super::level::Level;
use super::store::History;

/// Which part of which columns to draw, and how finely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceRequest {
    /// Column along the horizontal axis; it must not fall from row to row.
    pub x_column: usize,
    /// Column along the vertical axis.
    pub y_column: usize,
    /// Least and greatest `x` in sight.
    pub x_range: (f64, f64),
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
    /// Its least value; `x` to within the pixel.
    pub min: [f64; 2],
    /// Its greatest value; `x` to within the pixel.
    pub max: [f64; 2],
}

impl Cell {
    /// First, least, greatest and last point in the order of `x`: a line through them fills exactly what the raw curve
    /// would.
    pub fn outline(&self) -> [[f64; 2]; 4] {
        let [inner, later] = if self.min[0] <= self.max[0] {
            [self.min, self.max]
        } else {
            [self.max, self.min]
        };
        [self.first, inner, later, self.last]
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

/// Gathers the visible part of a column pixel by pixel. One bucket on each side beyond the range is included, so the curve
/// runs to the edges.
pub fn trace(history: &History, request: &TraceRequest) -> Trace {
    let (low, high) = request.x_range;
    if high.partial_cmp(&low) != Some(std::cmp::Ordering::Greater) || request.n_pixels == 0 {
        return Trace::default();
    }
    let (level, range) = level_for(history, request);
    let xs = &level.column(request.x_column)[range.clone()];
    let ys = &level.column(request.y_column)[range.clone()];
    let pixel = (high - low) / request.n_pixels as f64;
    let mut trace = Trace {
        cells: Vec::with_capacity(request.n_pixels + 2),
        n_rows_per_pixel: 1,
    };
    // Right edge of the pixel column being gathered.
    let mut edge = f64::NEG_INFINITY;
    let mut n_rows = 0;
    for ((x, y), n) in xs.iter().zip(ys).zip(&level.n_rows_in()[range]) {
        let middle = 0.5 * (x.first + x.last);
        match trace.cells.last_mut() {
            Some(cell) if middle < edge => {
                cell.last = [x.last, y.last];
                if y.min < cell.min[1] {
                    cell.min = [middle, y.min];
                }
                if y.max > cell.max[1] {
                    cell.max = [middle, y.max];
                }
                n_rows += n;
            }
            Some(_) | None => {
                edge = low + pixel * (((middle - low) / pixel).floor() + 1.0);
                n_rows = *n;
                trace.cells.push(Cell {
                    first: [x.first, y.first],
                    last: [x.last, y.last],
                    min: [middle, y.min],
                    max: [middle, y.max],
                });
            }
        }
        trace.n_rows_per_pixel = trace.n_rows_per_pixel.max(n_rows);
    }
    trace
}

/// The coarsest level whose buckets are no wider than about half a pixel, and its buckets in sight; the finest if none is.
fn level_for<'a>(history: &'a History, request: &TraceRequest) -> (&'a Level, std::ops::Range<usize>) {
    for level in history.levels().iter().skip(1).rev() {
        let range = in_sight(level, request);
        if range.len() > 2 * request.n_pixels {
            return (level, range);
        }
    }
    (history.finest(), in_sight(history.finest(), request))
}

/// Buckets that reach into the range, and one beyond each end.
fn in_sight(level: &Level, request: &TraceRequest) -> std::ops::Range<usize> {
    let (low, high) = request.x_range;
    let xs = level.column(request.x_column);
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

    fn request(low: f64, high: f64, n_pixels: usize) -> TraceRequest {
        TraceRequest {
            x_column: 0,
            y_column: 1,
            x_range: (low, high),
            n_pixels,
        }
    }

    #[test]
    fn few_rows_are_drawn_as_they_are() {
        let drawn = trace(&history(5), &request(0.0, 4.0, 100));
        let points = [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 1.0], [4.0, 0.0]];
        let expected: Vec<_> = points.iter().map(|&point| [point; 4]).collect();
        let found: Vec<_> = drawn.cells.iter().map(Cell::outline).collect();
        assert_eq!(found, expected);
        assert_eq!(drawn.n_rows_per_pixel, 1);
    }

    #[test]
    fn many_rows_keep_their_envelope_in_a_few_points_a_pixel() {
        let drawn = trace(&history(1_000_000), &request(0.0, 1e6, 50));
        assert!(drawn.cells.len() <= 52);
        assert!(drawn.cells.iter().any(|cell| cell.max[1] > 4.9));
        let points: Vec<_> = drawn.cells.iter().flat_map(Cell::outline).collect();
        assert!(points.windows(2).all(|pair| pair[0][0] <= pair[1][0]));
        assert!(drawn.n_rows_per_pixel > 10_000);
    }

    #[test]
    fn a_zoom_shows_the_rows_inside_and_one_beyond_each_edge() {
        let drawn = trace(&history(1000), &request(690.5, 710.5, 400));
        assert_eq!(drawn.cells.first().map(|cell| cell.first), Some([690.0, 0.0]));
        assert_eq!(drawn.cells.last().map(|cell| cell.last), Some([711.0, 1.0]));
    }

    #[test]
    fn an_empty_or_reversed_range_draws_nothing() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0)] {
            assert_eq!(trace(&history(10), &request(low, high, 100)), Trace::default());
        }
    }
}
