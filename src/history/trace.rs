//! From a column of a history to the few numbers a pixel that draw it.

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

/// Which part of which columns to draw, and how finely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TraceRequest {
    /// Column along the horizontal axis; it must not fall from row to row.
    pub x_column: usize,
    /// Column along the vertical axis.
    pub y_column: usize,
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
    // Chosen once: a choice for every bucket would take the logarithm of all and throw away those not asked for.
    match request.spacing {
        Spacing::Linear => gather(history, request, |x| x),
        Spacing::Logarithmic => gather(history, request, f64::log10),
    }
}

/// The trace whose pixels are even in `position` of `x`.
fn gather(history: &History, request: &TraceRequest, position: impl Fn(f64) -> f64) -> Trace {
    let (low, high) = request.x_range;
    let (left, right) = (position(low), position(high));
    if !((right - left).is_finite() && right > left) || request.n_pixels == 0 {
        return Trace::default();
    }
    let pixel = (right - left) / request.n_pixels as f64;
    let mut gathering = Gathering {
        position,
        left,
        pixel,
        edge: f64::NEG_INFINITY,
        covered: f64::NEG_INFINITY,
        n_rows: 0,
        trace: Trace {
            cells: Vec::with_capacity(request.n_pixels + 2),
            n_rows_per_pixel: 1,
        },
    };
    match request.spacing {
        Spacing::Linear => gathering.take(history, request, request.x_range, request.n_pixels),
        // The rows of a pixel double from octave to octave, so each octave is read at a level of its own.
        Spacing::Logarithmic => {
            let octave = 2_f64.log10();
            let n_octaves = ((right - left) / octave).ceil().clamp(1.0, 200.0) as u32;
            let edge = |i: u32| 10_f64.powf(left + (right - left) * f64::from(i) / f64::from(n_octaves));
            let n_pixels = (request.n_pixels / n_octaves as usize).max(1);
            for i in 0..n_octaves {
                gathering.take(history, request, (edge(i), edge(i + 1)), n_pixels);
            }
        }
    }
    gathering.trace
}

/// A trace being gathered from left to right.
struct Gathering<P> {
    /// Where along the axis an `x` lies.
    position: P,
    left: f64,
    pixel: f64,
    /// Right edge, as a position, of the pixel column being gathered.
    edge: f64,
    /// Largest `x` gathered so far.
    covered: f64,
    n_rows: u64,
    trace: Trace,
}

impl<P: Fn(f64) -> f64> Gathering<P> {
    /// Takes in the part of the range that has not been covered yet.
    fn take(&mut self, history: &History, request: &TraceRequest, x_range: (f64, f64), n_pixels: usize) {
        let (level, range) = level_for(history, request.x_column, x_range, n_pixels);
        let xs = &level.column(request.x_column)[range.clone()];
        let ys = &level.column(request.y_column)[range.clone()];
        for ((x, y), n) in xs.iter().zip(ys).zip(&level.n_rows_in()[range]) {
            if x.last <= self.covered {
                continue;
            }
            let first = x.first.max(self.covered);
            // A logarithmic axis begins after zero.
            if request.spacing == Spacing::Logarithmic && first <= 0.0 {
                continue;
            }
            self.covered = x.last;
            let middle = 0.5 * (first + x.last);
            let position = (self.position)(middle);
            match self.trace.cells.last_mut() {
                Some(cell) if position < self.edge => {
                    cell.last = [x.last, y.last];
                    if y.min < cell.min[1] {
                        cell.min = [middle, y.min];
                    }
                    if y.max > cell.max[1] {
                        cell.max = [middle, y.max];
                    }
                    self.n_rows += n;
                }
                Some(_) | None => {
                    self.edge =
                        self.left + self.pixel * (((position - self.left) / self.pixel).floor() + 1.0);
                    self.n_rows = *n;
                    self.trace.cells.push(Cell {
                        first: [first, y.first],
                        last: [x.last, y.last],
                        min: [middle, y.min],
                        max: [middle, y.max],
                    });
                }
            }
            self.trace.n_rows_per_pixel = self.trace.n_rows_per_pixel.max(self.n_rows);
        }
    }
}

/// The coarsest level whose buckets are no wider than about half a pixel, and its buckets in sight; the finest if none is.
fn level_for(
    history: &History,
    x_column: usize,
    x_range: (f64, f64),
    n_pixels: usize,
) -> (&Level, std::ops::Range<usize>) {
    for level in history.levels().iter().skip(1).rev() {
        let range = in_sight(level, x_column, x_range);
        if range.len() > 2 * n_pixels {
            return (level, range);
        }
    }
    (history.finest(), in_sight(history.finest(), x_column, x_range))
}

/// Buckets that reach into the range, and one beyond each end.
fn in_sight(level: &Level, x_column: usize, (low, high): (f64, f64)) -> std::ops::Range<usize> {
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

    fn request(low: f64, high: f64, n_pixels: usize) -> TraceRequest {
        TraceRequest {
            x_column: 0,
            y_column: 1,
            x_range: (low, high),
            spacing: Spacing::Linear,
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

    #[test]
    fn a_logarithmic_axis_keeps_the_envelope_of_every_octave() {
        let history = history(1_000_000);
        let request = TraceRequest {
            spacing: Spacing::Logarithmic,
            ..request(1.0, 1e6, 600)
        };
        let drawn = trace(&history, &request);
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
        assert!(drawn.cells.iter().any(|cell| cell.max[1] > 4.9));
        let late = drawn.cells.iter().filter(|cell| cell.first[0] > 1e4);
        assert!(late.clone().count() > 150);
        assert!(late.clone().all(|cell| cell.min[1] == 0.0 && cell.max[1] >= 1.0));
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
