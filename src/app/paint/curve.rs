//! Draws a curve with as few points as its pixels need: as a ribbon where there are rows in every pixel column, elsewhere as a
//! line from row to row.

use eframe::egui::Painter;

use super::frame::Frame;
use super::ground::Ground;
use super::line::{Line, draw_line};
use super::ribbon::Ribbons;
use crate::chart::{Curve, Stop, thinned};
use crate::history::Cell;

/// Distance of cells, in pixels, up to which there is no gap to be seen between them.
const NEAR: f64 = 1.5;
/// Fewest cells of a ribbon; where there are fewer side by side they belong to a line.
const SHORTEST_RIBBON: usize = 24;
/// Height of a cell, in pixels, below which it is a point.
const FLAT: f64 = 0.1;

/// Draws a curve in its plot.
pub(super) fn draw_curve(
    painter: &Painter,
    curve: &Curve,
    ground: &Ground,
    frame: &Frame,
    ribbons: &mut Ribbons,
) {
    let pixels_per_point = f64::from(painter.pixels_per_point());
    let pixel = (frame.x.1 - frame.x.0) / (f64::from(frame.rect.width()) * pixels_per_point).max(1.0);
    let is_dense = curve.trace.n_rows_per_pixel > 1;
    let are_near = |a: &Cell, b: &Cell| is_dense && b.first[0] - a.last[0] < NEAR * pixel;
    for (stretch, pen) in curve.pieces() {
        let line = ground.line(pen);
        let cells = &curve.trace.cells[stretch.clone()];
        let mut apart: Vec<Cell> = Vec::new();
        let mut end = stretch.start;
        for piece in cells.chunk_by(are_near) {
            let start = end;
            end += piece.len();
            if piece.len() < SHORTEST_RIBBON {
                apart.extend_from_slice(piece);
                continue;
            }
            // Lines run from the end of one ribbon to the beginning of the next.
            apart.extend(piece.first());
            if apart.len() > 1 {
                line_through(painter, &apart, line, frame);
            }
            ribbons.draw(painter, &curve.trace, start..end, line, frame);
            apart.clear();
            apart.extend(piece.last());
        }
        // The only cell may be the end of a ribbon, which has been drawn with it.
        if apart.len() > 1 || cells.len() == 1 {
            line_through(painter, &apart, line, frame);
        }
    }
}

/// Draws a line through what each of some cells holds.
fn line_through(painter: &Painter, cells: &[Cell], line: Line, frame: &Frame) {
    let pixel = 1.0 / f64::from(painter.pixels_per_point());
    let place = |[x, y]: [f64; 2]| [frame.across(x), frame.upwards(y)];
    let outline = cells.iter().flat_map(|cell| {
        // Of a cell that is flat to the eye, the last point alone says where the line goes on.
        let is_flat = frame.upwards(cell.min) - frame.upwards(cell.max) < FLAT * pixel;
        cell.outline()
            .into_iter()
            .skip(if is_flat { 3 } else { 0 })
            .map(place)
    });
    let kept = thinned(outline.map(|[x, y]| Stop { x, ys: [y] }), pixel);
    let points: Vec<[f64; 2]> = kept.iter().map(|stop| [stop.x, stop.ys[0]]).collect();
    draw_line(painter, &points, line, frame.rect);
}
