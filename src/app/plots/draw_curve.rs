//! Draws a curve with as few points as its pixels need.

use eframe::egui;
use egui_plot::{Line, LineStyle, PlotPoint, PlotPoints, PlotUi};

use super::curves::Curve;
use super::polyline::{Stop, thinned};
use super::ribbon::{Ribbon, Ribbons};
use crate::history::Cell;

/// Distance of cells, in pixels, up to which there is no gap to be seen between them.
const NEAR: f64 = 1.5;
/// Fewest cells of a ribbon; where there are fewer side by side they belong to a line.
const SHORTEST_RIBBON: usize = 24;

/// Draws a curve: as a ribbon where there are rows in every pixel column, elsewhere as a line from row to row.
pub(super) fn draw_curve(
    plot_ui: &mut PlotUi<'_>,
    curve: &Curve,
    x: (f64, f64),
    y: (f64, f64),
    ribbons: &Ribbons,
) {
    let size = plot_ui.transform().frame().size() * plot_ui.ctx().pixels_per_point();
    let pixel_width = (x.1 - x.0) / f64::from(size.x).max(1.0);
    let pixel_height = (y.1 - y.0) / f64::from(size.y).max(1.0);
    let is_dense = curve.trace.n_rows_per_pixel > 1;
    let are_near = |a: &Cell, b: &Cell| is_dense && b.first[0] - a.last[0] < NEAR * pixel_width;
    let mut apart: Vec<Cell> = Vec::new();
    let mut end = 0;
    for piece in curve.trace.cells.chunk_by(are_near) {
        let start = end;
        end += piece.len();
        if piece.len() < SHORTEST_RIBBON {
            apart.extend_from_slice(piece);
            continue;
        }
        // Lines run from the end of one ribbon to the beginning of the next.
        apart.extend(piece.first());
        draw_line(plot_ui, curve, &apart, x, y, pixel_height);
        plot_ui.add(Ribbon::new(curve, start..end, ribbons));
        apart.clear();
        apart.extend(piece.last());
    }
    draw_line(plot_ui, curve, &apart, x, y, pixel_height);
}

/// Draws a line through what each of some cells holds.
fn draw_line(
    plot_ui: &mut PlotUi<'_>,
    curve: &Curve,
    cells: &[Cell],
    x: (f64, f64),
    y: (f64, f64),
    pixel_height: f64,
) {
    // The only cell may be the end of a ribbon, which has been drawn with it.
    if cells.len() < 2 && curve.trace.cells.len() > 1 {
        return;
    }
    let outline = cells.iter().flat_map(|cell| {
        // Of a cell that is flat to the eye, the last point alone says where the line goes on.
        let is_flat = cell.max - cell.min < 0.1 * pixel_height;
        cell.outline().into_iter().skip(if is_flat { 3 } else { 0 })
    });
    let kept = thinned(outline.map(|[x, y]| Stop { x, ys: [y] }), pixel_height);
    let points = kept
        .iter()
        .map(|stop| PlotPoint::new(stop.x, stop.ys[0]))
        .collect();
    let points = clipped(points, x);
    let style = affordable(curve.line, &points, x, y, plot_ui.transform().frame().size());
    // The points are thinned out already, and egui_plot's own bands would fill the gaps that this leaves.
    // What a curve's value is at the pointer stands on the card of all values.
    let line = Line::new(curve.name.clone(), PlotPoints::Owned(points))
        .allow_band(false)
        .allow_hover(false);
    plot_ui.line(line.color(curve.color).width(curve.width).style(style));
}

/// A curve's line style, or a solid line where it is so long, because of noise or of a deep zoom, that its dashes could be
/// hundreds of thousands, of which none is seen.
fn affordable(
    line: LineStyle,
    points: &[PlotPoint],
    x: (f64, f64),
    y: (f64, f64),
    size: egui::Vec2,
) -> LineStyle {
    let pixels = |from: f64, to: f64, range: (f64, f64), n: f32| {
        f64::from(n) * ((to - from) / (range.1 - range.0)).abs()
    };
    let length: f64 = points
        .windows(2)
        .map(|pair| pixels(pair[0].x, pair[1].x, x, size.x) + pixels(pair[0].y, pair[1].y, y, size.y))
        .sum();
    if length < 8.0 * f64::from(size.x + size.y) {
        line
    } else {
        LineStyle::Solid
    }
}

/// The part of a polyline inside a range of `x`, cut at its ends.
fn clipped(points: Vec<PlotPoint>, (low, high): (f64, f64)) -> Vec<PlotPoint> {
    let is_inside = |point: &PlotPoint| (low..=high).contains(&point.x);
    if points.iter().all(is_inside) {
        return points;
    }
    let cut =
        |a: PlotPoint, b: PlotPoint, x: f64| PlotPoint::new(x, a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x)));
    let mut kept = Vec::with_capacity(points.len());
    kept.extend(points.first().copied().filter(is_inside));
    for pair in points.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        if a.x < low && b.x > low {
            kept.push(cut(a, b, low));
        }
        if a.x < high && b.x > high {
            kept.push(cut(a, b, high));
        }
        if is_inside(&b) {
            kept.push(b);
        }
    }
    kept
}
