//! Lines through points of the window: cut where they leave the plot, whole or broken into dashes or dots.

use eframe::egui::{Color32, Painter, Pos2, Rect, Shape, Stroke, pos2};

use super::frame::BEYOND;
use crate::chart::Dashes;

/// Length of a broken line at most, as a multiple of the plot's width and height together: a noisy line would be hundreds of
/// thousands of dashes, of which none is seen.
const LONGEST_BROKEN: f64 = 8.0;

/// How a line is drawn in the window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) color: Color32,
    pub(super) width: f32,
    pub(super) dashes: Dashes,
}

/// Draws a line through points that may lie anywhere; only what is in the plot is seen.
pub(super) fn draw_line(painter: &Painter, points: &[[f64; 2]], line: Line, plot: Rect) {
    let pieces = cut(points, plot);
    let length: f64 = pieces.iter().map(|piece| length(piece)).sum();
    let longest = LONGEST_BROKEN * f64::from(plot.width() + plot.height());
    let dashes = if length < longest {
        line.dashes
    } else {
        Dashes::None
    };
    let stroke = Stroke::new(line.width, line.color);
    for piece in pieces {
        match dashes {
            Dashes::None => {
                painter.add(Shape::line(piece, stroke));
            }
            Dashes::Dashed(dash, gap) => {
                painter.extend(Shape::dashed_line(&piece, stroke, dash, gap));
            }
            Dashes::Dotted(spacing) => {
                let spacing = spacing.max(line.width + 1.0);
                painter.extend(Shape::dotted_line(&piece, line.color, spacing, 0.5 * line.width));
            }
        }
    }
}

/// Draws a straight line between two points of the plot.
pub(super) fn draw_straight(painter: &Painter, ends: [Pos2; 2], line: Line) {
    let stroke = Stroke::new(line.width, line.color);
    match line.dashes {
        Dashes::None => {
            painter.line_segment(ends, stroke);
        }
        Dashes::Dashed(dash, gap) => {
            painter.extend(Shape::dashed_line(&ends, stroke, dash, gap));
        }
        Dashes::Dotted(spacing) => {
            let spacing = spacing.max(line.width + 1.0);
            painter.extend(Shape::dotted_line(&ends, line.color, spacing, 0.5 * line.width));
        }
    }
}

fn length(piece: &[Pos2]) -> f64 {
    piece
        .windows(2)
        .map(|ends| f64::from(ends[0].distance(ends[1])))
        .sum()
}

/// The pieces of a line that lie in the plot or near it. A piece that leaves is cut where it does, so that it keeps its slope.
fn cut(points: &[[f64; 2]], plot: Rect) -> Vec<Vec<Pos2>> {
    let (low, high) = (
        [f64::from(plot.left()) - BEYOND, f64::from(plot.top()) - BEYOND],
        [
            f64::from(plot.right()) + BEYOND,
            f64::from(plot.bottom()) + BEYOND,
        ],
    );
    let inside = |point: &[f64; 2]| (0..2).all(|k| (low[k]..=high[k]).contains(&point[k]));
    let place = |[x, y]: [f64; 2]| pos2(x as f32, y as f32);
    if points.iter().all(inside) {
        return vec![points.iter().copied().map(place).collect()];
    }
    let mut pieces: Vec<Vec<Pos2>> = Vec::new();
    let mut goes_on = false;
    for ends in points.windows(2) {
        let Some((from, to)) = part_inside(ends[0], ends[1], low, high) else {
            goes_on = false;
            continue;
        };
        if !goes_on {
            pieces.push(vec![place(from)]);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(place(to));
        }
        goes_on = inside(&ends[1]);
    }
    pieces
}

/// The part of a straight line inside a box (Liang and Barsky, 1984).
fn part_inside(a: [f64; 2], b: [f64; 2], low: [f64; 2], high: [f64; 2]) -> Option<([f64; 2], [f64; 2])> {
    if a.iter().chain(&b).any(|place| !place.is_finite()) {
        return None;
    }
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for k in 0..2 {
        let way = b[k] - a[k];
        if way == 0.0 {
            if !(low[k]..=high[k]).contains(&a[k]) {
                return None;
            }
            continue;
        }
        let (first, second) = ((low[k] - a[k]) / way, (high[k] - a[k]) / way);
        enters = enters.max(first.min(second));
        leaves = leaves.min(first.max(second));
    }
    let at = |share: f64| std::array::from_fn(|k| a[k] + share * (b[k] - a[k]));
    let exact = |share: f64, end: [f64; 2], whole: f64| {
        if (share - whole).abs() < f64::EPSILON {
            end
        } else {
            at(share)
        }
    };
    (enters <= leaves).then(|| (exact(enters, a, 0.0), exact(leaves, b, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot() -> Rect {
        Rect::from_min_max(pos2(0.0, 0.0), pos2(100.0, 50.0))
    }

    #[test]
    fn a_line_inside_is_one_piece_and_one_that_leaves_keeps_its_slope() {
        let inside = [[0.0, 0.0], [50.0, 25.0], [100.0, 50.0]];
        assert_eq!(cut(&inside, plot()).len(), 1);
        // Up through the plot to far outside, and back.
        let spike = [[10.0, 40.0], [20.0, -1e12], [30.0, 40.0]];
        let pieces = cut(&spike, plot());
        assert_eq!(pieces.len(), 2);
        assert_eq!((pieces[0][0], pieces[1][1]), (pos2(10.0, 40.0), pos2(30.0, 40.0)));
        assert!((pieces[0][1].x - 10.0).abs() < 1e-3 && (f64::from(pieces[0][1].y) + BEYOND).abs() < 1e-3);
    }

    #[test]
    fn what_is_far_outside_or_no_number_is_left_out() {
        assert!(cut(&[[-1e9, 5.0], [-2e9, 7.0]], plot()).is_empty());
        assert!(cut(&[[0.0, f64::NAN], [5.0, 5.0]], plot()).is_empty());
        // From one side to the other through the plot.
        let across = cut(&[[-1e6, 25.0], [1e6, 25.0]], plot());
        assert_eq!(across.len(), 1);
        assert!((f64::from(across[0][1].x) - 100.0 - BEYOND).abs() < 1e-2);
    }
}
