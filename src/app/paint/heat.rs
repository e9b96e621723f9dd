//! Coloured cells with their colour bar, arrows and clouds of points in the window.

use std::f32::consts::TAU;

use eframe::egui::epaint::TextShape;
use eframe::egui::{Align2, Color32, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};

use super::frame::Frame;
use super::ground::Ground;
use super::line::Line;
use crate::chart::{Arrow, Axis, Cloud, ColourMap, HeatMap, hatch_lines};

/// Points between a plot and its colour bar, and the width of the bar.
const BAR_SPACE: f32 = 10.0;
const BAR_WIDTH: f32 = 10.0;
/// Strips of a colour bar.
const N_STRIPS: u16 = 64;
/// Length of the two lines of an arrow's head.
const HEAD: f32 = 4.0;
/// Half the size of a point of a cloud.
const POINT: f32 = 1.1;

/// Draws the cells.
pub(super) fn draw_cells(painter: &Painter, map: &HeatMap, frame: &Frame, ground: &Ground) {
    let (n_columns, _) = map.shape();
    let xs: Vec<f32> = map.across.iter().map(|&x| frame.point([x, 0.0]).x).collect();
    let ys: Vec<f32> = map.upwards.iter().map(|&y| frame.point([0.0, y]).y).collect();
    let mut mesh = Mesh::default();
    let mut lines = Vec::new();
    for (row, y) in ys.windows(2).enumerate() {
        for (column, x) in xs.windows(2).enumerate() {
            let place = Rect::from_two_pos(pos2(x[0], y[0]), pos2(x[1], y[1]));
            if let Some(share) = map.share(map.value((column, row))) {
                mesh.add_colored_rect(place, ground.cell(map.colours, share));
            }
            if let Some(Some(hatch)) = map.hatches.get(row * n_columns + column) {
                let corner = |at: Pos2| [f64::from(at.x), f64::from(at.y)];
                lines.extend(hatch_lines(*hatch, corner(place.min), corner(place.max)));
            }
        }
    }
    painter.add(Shape::mesh(mesh));
    let stroke = Stroke::new(0.9, ground.text(None));
    for line in lines {
        painter.line_segment(line.map(|[x, y]| pos2(x as f32, y as f32)), stroke);
    }
}

/// Draws the colour bar right of the plot, as high as that.
pub(super) fn draw_bar(painter: &Painter, map: &HeatMap, bar: &Axis, plot: Rect, ground: &Ground) {
    let letters = ground.letters;
    let place = Rect::from_min_size(
        plot.right_top() + vec2(BAR_SPACE * letters, 0.0),
        vec2(BAR_WIDTH * letters, plot.height()),
    );
    let height = place.height() / f32::from(N_STRIPS);
    let mut mesh = Mesh::default();
    for i in 0..N_STRIPS {
        let share = (f64::from(i) + 0.5) / f64::from(N_STRIPS);
        let top = place.bottom() - height * f32::from(i + 1);
        let strip = Rect::from_min_size(pos2(place.left(), top), vec2(place.width(), height));
        mesh.add_colored_rect(strip, ground.cell(map.colours, share));
    }
    painter.add(Shape::mesh(mesh));
    let stroke = Stroke::new(1.0, ground.grey());
    painter.rect_stroke(place, 0.0, stroke, eframe::egui::StrokeKind::Outside);
    let (low, high) = bar.range;
    let font = FontId::proportional(10.5 * letters);
    for tick in bar.ticks.iter().filter(|tick| !tick.label.is_empty()) {
        let share = ((tick.position - low) / (high - low)) as f32;
        let y = place.bottom() - share * place.height();
        painter.hline(place.right()..=place.right() + 3.0, y, stroke);
        let at = pos2(place.right() + 5.0, y);
        painter.text(
            at,
            Align2::LEFT_CENTER,
            &tick.label,
            font.clone(),
            ground.text(None),
        );
    }
    if !bar.title.is_empty() {
        let words = painter.layout_no_wrap(bar.title.clone(), font, ground.text(None));
        // Beside a low bar there is no room for it; what the colours stand for is told by the title of the plot.
        if words.size().x > place.height() {
            return;
        }
        // Turned about its own corner, so its height lies across.
        let left = plot.right() + bar_width(painter, bar, ground) - 14.0 * letters;
        let at = pos2(left, place.center().y + 0.5 * words.size().x);
        let color = ground.text(None);
        painter.add(TextShape::new(at, words, color).with_angle(-0.25 * TAU));
    }
}

/// Points right of a plot that its colour bar takes.
pub(super) fn bar_width(painter: &Painter, bar: &Axis, ground: &Ground) -> f32 {
    let font = FontId::proportional(10.5 * ground.letters);
    let width = |label: &String| {
        let words = painter.layout_no_wrap(label.clone(), font.clone(), Color32::WHITE);
        words.size().x
    };
    let labels = bar
        .ticks
        .iter()
        .map(|tick| width(&tick.label))
        .fold(0.0, f32::max);
    let title = if bar.title.is_empty() { 0.0 } else { 16.0 };
    (BAR_SPACE + BAR_WIDTH + title) * ground.letters + 8.0 + labels
}

/// Draws an arrow, which may begin and end anywhere.
pub(super) fn draw_arrow(painter: &Painter, arrow: &Arrow, frame: &Frame, line: Line) {
    draw_arrow_between(painter, [frame.point(arrow.from), frame.point(arrow.to)], line);
}

/// Draws an arrow from one point to another.
pub(super) fn draw_arrow_between(painter: &Painter, [from, to]: [Pos2; 2], line: Line) {
    let stroke = Stroke::new(line.width, line.color);
    let along = to - from;
    if along.length() < 0.5 {
        return;
    }
    painter.line_segment([from, to], stroke);
    let back = along.normalized() * -(HEAD * line.width.max(1.0)).min(along.length());
    for side in [1.0, -1.0] {
        let wing = vec2(back.x - side * 0.5 * back.y, back.y + side * 0.5 * back.x);
        painter.line_segment([to, to + wing], stroke);
    }
}

/// Draws a cloud of points.
pub(super) fn draw_cloud(painter: &Painter, cloud: &Cloud, frame: &Frame, ground: &Ground) {
    let color = ground.fill(cloud.pen);
    let size = vec2(2.0 * POINT, 2.0 * POINT) * ground.letters;
    let mut mesh = Mesh::default();
    for &at in cloud.points.iter().filter(|at| frame.shows(**at)) {
        mesh.add_colored_rect(Rect::from_center_size(frame.point(at), size), color);
    }
    painter.add(Shape::mesh(mesh));
}

impl Ground {
    /// Colour of a cell whose value lies so far along, from 0 to 1.
    fn cell(&self, colours: ColourMap, share: f64) -> Color32 {
        let [red, green, blue] = colours.colour(share, self.look());
        Color32::from_rgb(red, green, blue)
    }
}
