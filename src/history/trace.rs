//! From a column of a history to the few points that draw it.

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

/// Points of a curve in the order of drawing, in data units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// `[x, y]` of every point.
    pub points: Vec<[f64; 2]>,
    /// Most rows that one pixel stands for; 1 where every row in sight is a point of its own.
    pub n_rows_per_pixel: u64,
}

/// One pixel column being gathered.
struct Cell {
    pixel: i64,
    first: [f64; 2],
    last: [f64; 2],
    min: [f64; 2],
    max: [f64; 2],
    n_rows: u64,
}

/// Draws the visible part of a column: where a pixel holds several rows it gets its first, least, greatest and last value,
/// so the drawn curve fills exactly what the raw curve would. One bucket on each side beyond the range is included, so the
/// curve runs to the edges.
pub fn trace(history: &History, request: &TraceRequest) -> Trace {
    let xs = history.column(request.x_column);
    let ys = history.column(request.y_column);
    let (low, high) = request.x_range;
    if high.partial_cmp(&low) != Some(std::cmp::Ordering::Greater) || request.n_pixels == 0 {
        return Trace::default();
    }
    let begin = xs.partition_point(|x| x.last < low).saturating_sub(1);
    let end = (xs.partition_point(|x| x.first <= high) + 1).min(xs.len());
    let scale = request.n_pixels as f64 / (high - low);
    let mut trace = Trace {
        points: Vec::new(),
        n_rows_per_pixel: 1,
    };
    let mut open: Option<Cell> = None;
    for i in begin..end {
        let (x, y, n_rows) = (&xs[i], &ys[i], history.n_rows_in_buckets()[i]);
        let middle = 0.5 * (x.first + x.last);
        let pixel = ((middle - low) * scale).floor() as i64;
        match &mut open {
            Some(cell) if cell.pixel == pixel => {
                cell.last = [x.last, y.last];
                if y.min < cell.min[1] {
                    cell.min = [middle, y.min];
                }
                if y.max > cell.max[1] {
                    cell.max = [middle, y.max];
                }
                cell.n_rows += n_rows;
            }
            Some(_) | None => {
                if let Some(cell) = open.take() {
                    close(&cell, &mut trace);
                }
                open = Some(Cell {
                    pixel,
                    first: [x.first, y.first],
                    last: [x.last, y.last],
                    min: [middle, y.min],
                    max: [middle, y.max],
                    n_rows,
                });
            }
        }
    }
    if let Some(cell) = open {
        close(&cell, &mut trace);
    }
    trace
}

/// Writes the distinct points of a finished pixel column in the order of `x`.
fn close(cell: &Cell, trace: &mut Trace) {
    trace.n_rows_per_pixel = trace.n_rows_per_pixel.max(cell.n_rows);
    let inner = if cell.min[0] <= cell.max[0] {
        [cell.min, cell.max]
    } else {
        [cell.max, cell.min]
    };
    let mut previous = None;
    for point in [cell.first, inner[0], inner[1], cell.last] {
        if previous != Some(point) {
            trace.points.push(point);
        }
        previous = Some(point);
    }
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
        assert_eq!(
            drawn.points,
            [[0.0, 0.0], [1.0, 1.0], [2.0, 0.0], [3.0, 1.0], [4.0, 0.0]]
        );
        assert_eq!(drawn.n_rows_per_pixel, 1);
    }

    #[test]
    fn many_rows_keep_their_envelope_in_a_few_points_a_pixel() {
        let drawn = trace(&history(1_000_000), &request(0.0, 1e6, 50));
        assert!(drawn.points.len() <= 4 * 51);
        assert!(drawn.points.iter().any(|p| p[1] > 4.9));
        assert!(drawn.points.windows(2).all(|pair| pair[0][0] <= pair[1][0]));
        assert!(drawn.n_rows_per_pixel > 10_000);
    }

    #[test]
    fn a_zoom_shows_the_rows_inside_and_one_beyond_each_edge() {
        let drawn = trace(&history(1000), &request(690.5, 710.5, 400));
        assert_eq!(drawn.points.first(), Some(&[690.0, 0.0]));
        assert_eq!(drawn.points.last(), Some(&[711.0, 1.0]));
    }

    #[test]
    fn an_empty_or_reversed_range_draws_nothing() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0)] {
            assert_eq!(trace(&history(10), &request(low, high, 100)), Trace::default());
        }
    }
}
