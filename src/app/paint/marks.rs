//! Marks at points: each has a rim in the colour of the ground, which sets it off from the curve it lies on.

use eframe::egui::{Color32, Painter, Pos2, Shape as Drawn, Stroke, vec2};

use crate::chart::Shape;

/// Colours and size of a mark.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct MarkStyle {
    pub(super) color: Color32,
    /// Colour of what it stands on.
    pub(super) ground: Color32,
    /// How large it is: 1 for the usual size.
    pub(super) size: f32,
}

/// Draws a mark about a point.
pub(super) fn draw_mark(painter: &Painter, shape: Shape, at: Pos2, style: MarkStyle) {
    let MarkStyle { color, ground, size } = style;
    match shape {
        Shape::Peak => {
            painter.add(Drawn::convex_polygon(
                diamond(at, 8.0 * size),
                ground,
                Stroke::NONE,
            ));
            painter.add(Drawn::convex_polygon(
                diamond(at, 6.5 * size),
                color,
                Stroke::NONE,
            ));
        }
        Shape::PeakSoFar => {
            let stroke = Stroke::new(1.5 * size, color);
            painter.add(Drawn::convex_polygon(diamond(at, 5.5 * size), ground, stroke));
        }
        Shape::Learned | Shape::Now => {
            painter.circle_filled(at, 6.0 * size, ground);
            painter.circle_filled(at, 4.5 * size, color);
        }
        Shape::HalfTime => {
            painter.circle_stroke(at, 3.5 * size, Stroke::new(1.2 * size, color));
        }
        Shape::Saddle => {
            let stroke = Stroke::new(1.8 * size, color);
            for side in [1.0, -1.0] {
                let away = vec2(4.0, 4.0 * side) * size;
                painter.line_segment([at - away, at + away], stroke);
            }
        }
        Shape::Minimum => {
            painter.circle_stroke(at, 5.0 * size, Stroke::new(1.6 * size, color));
            painter.circle_filled(at, 1.8 * size, color);
        }
    }
}

/// Corners of a diamond so far from its middle.
fn diamond(at: Pos2, reach: f32) -> Vec<Pos2> {
    [(0.0, -reach), (reach, 0.0), (0.0, reach), (-reach, 0.0)]
        .map(|(x, y)| at + vec2(x, y))
        .to_vec()
}
