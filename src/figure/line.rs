//! A curve in pixels: no more points than can be told apart, and dashes where they can be seen.

use super::svg::Svg;
use crate::chart::{Curve, Dashes, Stop, Stroke, thinned};

/// Unit of length, in pixels, by a quarter of which a line may be off.
const FINE: f64 = 0.4;
/// Height of a cell, in pixels, below which it is a point.
const FLAT: f64 = 0.1;
/// Length of a line, in widths of the plot, from which on its dashes are cut across the plot and not along the line: a noisy
/// line would be thousands of them.
const LONGEST_DASHED: f64 = 4.0;

/// Draws a curve whose positions `to_pixels` lays out on a plot so many pixels wide.
pub(super) fn draw_curve(
    svg: &mut Svg,
    curve: &Curve,
    stroke: Stroke,
    width: f64,
    to_pixels: impl Fn([f64; 2]) -> [f64; 2],
) {
    for stretch in curve.stretches() {
        let outline = curve.trace.cells[stretch].iter().flat_map(|cell| {
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
        match stroke.dashes {
            Dashes::Dashed(dash, gap) if length(&points) > LONGEST_DASHED * width => {
                let solid = Stroke {
                    dashes: Dashes::None,
                    ..stroke
                };
                for piece in cut_across(&points, f64::from(dash), f64::from(gap)) {
                    svg.line(&piece, solid);
                }
            }
            Dashes::None | Dashes::Dashed(..) | Dashes::Dotted(_) => svg.line(&points, stroke),
        }
    }
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
    let is_drawn = |x: f64| x.rem_euclid(period) < dash;
    let mut pieces: Vec<Vec<[f64; 2]>> = vec![Vec::new()];
    for ends in points.windows(2) {
        let ([x, y], [to_x, to_y]) = (ends[0], ends[1]);
        // Cut into parts that lie on one strip each.
        let n_parts = ((to_x - x).abs() / dash.min(gap)).ceil().max(1.0) as u32;
        for i in 0..n_parts {
            let at = |i: u32| {
                let share = f64::from(i) / f64::from(n_parts);
                [x + share * (to_x - x), y + share * (to_y - y)]
            };
            let (start, end) = (at(i), at(i + 1));
            let Some(piece) = pieces.last_mut() else { continue };
            if is_drawn(0.5 * (start[0] + end[0])) {
                if piece.is_empty() {
                    piece.push(start);
                }
                piece.push(end);
            } else if !piece.is_empty() {
                pieces.push(Vec::new());
            }
        }
    }
    pieces.retain(|piece| piece.len() > 1);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

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
