//! A curve in pixels: no more points than can be told apart, and dashes where they can be seen.

use super::svg::{Rectangle, Svg};
use crate::chart::{Curve, Dashes, Look, Stop, Stroke, thinned};

/// Unit of length, in pixels, by a quarter of which a line may be off.
const FINE: f64 = 0.4;
/// Height of a cell, in pixels, below which it is a point.
const FLAT: f64 = 0.1;
/// Length of a line, in widths of the plot, from which on its dashes are cut across the plot and not along the line: a noisy
/// line would be thousands of them.
const LONGEST_DASHED: f64 = 4.0;

/// Draws a curve whose positions `to_pixels` lays out on `plot`. What lies more than the plot's width beside it is left out, for
/// its dashes would have no end.
pub(super) fn draw_curve(
    svg: &mut Svg,
    curve: &Curve,
    look: &Look,
    plot: Rectangle,
    to_pixels: impl Fn([f64; 2]) -> [f64; 2],
) {
    for (piece, pen) in curve.pieces() {
        let stroke = look.stroke(pen);
        let outline = curve.trace.cells[piece].iter().flat_map(|cell| {
            let points = cell.outline().map(&to_pixels);
            // Of a cell that is flat to the eye, the last point alone says where the line goes on.
            let is_flat = (to_pixels([0.0, cell.max])[1] - to_pixels([0.0, cell.min])[1]).abs() < FLAT;
            points.into_iter().skip(if is_flat { 3 } else { 0 })
        });
        let stops = outline.map(|[x, y]| Stop { x, ys: [y] });
        let points: Vec<[f64; 2]> = thinned(stops, FINE)
            .into_iter()
            .map(|stop| [stop.x, stop.ys[0]])
            .collect();
        for points in pieces_between(&points, plot.left - plot.width, plot.right() + plot.width) {
            draw_line(svg, &points, stroke, plot.width);
        }
    }
}

fn draw_line(svg: &mut Svg, points: &[[f64; 2]], stroke: Stroke, width: f64) {
    match stroke.dashes {
        Dashes::Dashed(dash, gap) if length(points) > LONGEST_DASHED * width => {
            let solid = Stroke {
                dashes: Dashes::None,
                ..stroke
            };
            for piece in cut_across(points, f64::from(dash), f64::from(gap)) {
                svg.line(&piece, solid);
            }
        }
        Dashes::None | Dashes::Dashed(..) | Dashes::Dotted(_) => svg.line(points, stroke),
    }
}

/// The parts of a line from `left` to `right`.
fn pieces_between(points: &[[f64; 2]], left: f64, right: f64) -> Vec<Vec<[f64; 2]>> {
    if points.iter().all(|point| (left..=right).contains(&point[0])) {
        return vec![points.to_vec()];
    }
    let mut pieces: Vec<Vec<[f64; 2]>> = Vec::new();
    let mut is_open = false;
    for ends in points.windows(2) {
        let (start, end) = (ends[0], ends[1]);
        let (low, high) = (start[0].min(end[0]), start[0].max(end[0]));
        if high < left || low > right {
            is_open = false;
            continue;
        }
        // The end of a piece, moved to the edge along the line where it lies outside.
        let inside = |point: [f64; 2]| {
            let x = point[0].clamp(left, right);
            let share = (x - start[0]) / (end[0] - start[0]);
            if share.is_finite() && x.to_bits() != point[0].to_bits() {
                [x, start[1] + share * (end[1] - start[1])]
            } else {
                [x, point[1]]
            }
        };
        if !is_open {
            pieces.push(vec![inside(start)]);
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push(inside(end));
        }
        is_open = (left..=right).contains(&end[0]);
    }
    pieces
}

fn length(points: &[[f64; 2]]) -> f64 {
    let pieces = points.windows(2);
    pieces
        .map(|ends| (ends[1][0] - ends[0][0]).hypot(ends[1][1] - ends[0][1]))
        .sum()
}

/// The parts of a line that lie on every other strip of the plot.
fn cut_across(points: &[[f64; 2]], dash: f64, gap: f64) -> Vec<Vec<[f64; 2]>> {
    let period = dash + gap;
    let mut pieces: Vec<Vec<[f64; 2]>> = vec![Vec::new()];
    for ends in points.windows(2) {
        let (start, end) = (ends[0], ends[1]);
        let at = |x: f64| {
            let width = end[0] - start[0];
            let share = if width > 0.0 { (x - start[0]) / width } else { 1.0 };
            [x, start[1] + share * (end[1] - start[1])]
        };
        let mut from = start;
        loop {
            let phase = from[0].rem_euclid(period);
            let is_drawn = phase < dash;
            // A step too small for the digits of a pixel would never end.
            let edge = from[0] + (if is_drawn { dash - phase } else { period - phase }).max(1e-6);
            let to = if edge < end[0] { at(edge) } else { end };
            if let Some(piece) = pieces.last_mut() {
                if is_drawn {
                    if piece.is_empty() {
                        piece.push(from);
                    }
                    piece.push(to);
                } else if !piece.is_empty() {
                    pieces.push(Vec::new());
                }
            }
            if edge >= end[0] {
                break;
            }
            from = to;
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_far_beside_the_plot_is_left_out() {
        let pieces = |points: &[[f64; 2]]| pieces_between(points, 0.0, 10.0);
        let inside = [[1.0, 2.0], [3.0, 4.0]];
        assert_eq!(pieces(&inside), [inside.to_vec()]);
        assert_eq!(
            pieces(&[[-10.0, 0.0], [1e6, 1e6 + 10.0]]),
            [[[0.0, 10.0], [10.0, 20.0]]]
        );
        let there_and_back = [[5.0, 0.0], [1e9, 0.0], [5.0, 1.0], [-1e9, 1.0], [-1e9, 3.0]];
        let found = pieces(&there_and_back);
        let xs: Vec<Vec<f64>> = found
            .iter()
            .map(|piece| piece.iter().map(|point| point[0]).collect())
            .collect();
        assert_eq!(xs, [vec![5.0, 10.0], vec![10.0, 5.0, 0.0]]);
        assert!(pieces(&[[11.0, 0.0], [12.0, 0.0]]).is_empty());
    }

    #[test]
    fn a_noisy_line_is_cut_into_strips() {
        let noise: Vec<[f64; 2]> = (0..1000_u32)
            .map(|i| [f64::from(i) * 0.1, f64::from(i * i % 97)])
            .collect();
        let pieces = cut_across(&noise, 6.0, 5.0);
        assert_eq!(pieces.len(), 10);
        // The last one is cut by the end of the line.
        for piece in &pieces[..9] {
            let (first, last) = (piece[0][0], piece[piece.len() - 1][0]);
            assert!((last - first) < 6.2 && (last - first) > 5.0, "{first} {last}");
        }
        // A straight line has the same strips.
        assert_eq!(cut_across(&[[0.0, 0.0], [99.9, 3.0]], 6.0, 5.0).len(), 10);
    }
}
