//! Strip C: one row a mode, with a bracket from the peak of its diffusion to the moment it is learned, and by how many steps
//! the peak leads.

use eframe::egui::{self, Align2, FontId, Pos2, Rect, Stroke, Ui};

use super::time_plot::GUTTER;
use crate::app::state::RunData;
use crate::app::state::View;
use crate::app::style;

/// Height of a row, in points.
const ROW: f32 = 14.0;
/// Width below which texts are short.
const NARROW: f32 = 560.0;
/// Rows at most.
const MAX_ROWS: usize = 5;

/// Height of the strip for so many modes.
pub(crate) fn strip_height(rank: usize, emphasis: f32) -> f32 {
    ROW * emphasis * rank.clamp(1, MAX_ROWS) as f32 + 4.0
}

/// Draws the strip under a plot over the same range.
pub(crate) fn event_strip(ui: &mut Ui, run: &RunData, view: &View, x_range: (f64, f64), emphasis: f32) {
    let size = egui::vec2(ui.available_width(), strip_height(run.rank(), emphasis));
    let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
    response.on_hover_text(
        "From the peak of each mode's diffusion (diamond) to the moment it is 95 % learned (disc).",
    );
    let frame = Rect::from_min_max(rect.min + egui::vec2(GUTTER * emphasis, 0.0), rect.max);
    let painter = ui.painter().with_clip_rect(frame);
    let quiet = style::quiet(ui.visuals());
    ui.painter().text(
        Pos2::new(frame.left() - 8.0, frame.center().y),
        Align2::RIGHT_CENTER,
        "events",
        FontId::proportional(11.0 * emphasis),
        quiet,
    );
    ui.painter()
        .rect_filled(frame, 0.0, ui.visuals().extreme_bg_color);
    let place = |x: f64| {
        let fraction = (x - x_range.0) / (x_range.1 - x_range.0);
        frame.left() + frame.width() * fraction.clamp(-1.0, 2.0) as f32
    };
    for (mode, events) in run.events.modes.iter().take(MAX_ROWS).enumerate() {
        let Some(peak) = events.peak else { continue };
        let color = style::mode_color(mode, ui.visuals());
        let y = frame.top() + 2.0 + ROW * emphasis * (mode as f32 + 0.5);
        let left = place(view.settings.time.place(peak.step, peak.time));
        let right = match events.learned {
            Some(learned) => place(view.settings.time.place(learned.step, learned.time)),
            None => place(view.settings.time.place(run.step, run.time)),
        };
        let stroke = Stroke::new(1.5 * emphasis, color);
        painter.line_segment([Pos2::new(left, y), Pos2::new(right, y)], stroke);
        diamond(&painter, Pos2::new(left, y), peak.confirmed, stroke);
        if events.learned.is_some() {
            painter.circle_filled(Pos2::new(right, y), 3.5, color);
        }
        let is_short = emphasis > 1.0 || frame.width() < NARROW;
        let text = events.bracket_text(mode, is_short);
        let galley = painter.layout_no_wrap(
            text,
            FontId::proportional(11.0 * emphasis),
            ui.visuals().text_color(),
        );
        let after = right + 8.0;
        // To the right of the bracket, or where there is no room to its left.
        let before = left - 10.0 - galley.size().x;
        let x = if after + galley.size().x < frame.right() || before < frame.left() {
            after.min(frame.right() - galley.size().x)
        } else {
            before
        };
        painter.galley(
            Pos2::new(x, y - 0.5 * galley.size().y),
            galley,
            ui.visuals().text_color(),
        );
    }
}

/// A diamond, the mark of a diffusion peak.
pub(super) fn diamond(painter: &egui::Painter, centre: Pos2, solid: bool, stroke: Stroke) {
    let corner = |x: f32, y: f32| centre + egui::vec2(x, y);
    let points = vec![
        corner(-4.5, 0.0),
        corner(0.0, -4.5),
        corner(4.5, 0.0),
        corner(0.0, 4.5),
    ];
    if solid {
        painter.add(egui::Shape::convex_polygon(points, stroke.color, Stroke::NONE));
    } else {
        painter.add(egui::Shape::closed_line(points, stroke));
    }
}
