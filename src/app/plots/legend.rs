//! One line that says what the colours and line styles mean, for all plots.

use eframe::egui::{self, Color32, FontId, Painter, Rect, Stroke, Ui};
use egui_plot::LineStyle;

use super::marks::Shape;
use super::strip;
use crate::app::format::brief;
use crate::app::state::RunData;
use crate::app::state::View;
use crate::app::style;
use crate::simulation::EnsembleKind;

/// Modes named in the line; more would not fit.
const MAX_NAMED: usize = 8;
/// Length of a sample of a line, in points.
const SAMPLE: f32 = 22.0;

/// How the legend is drawn.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LegendStyle {
    /// Whether runs are kept.
    pub(crate) has_kept_runs: bool,
    /// Whether modes and dynamics alone are named.
    pub(crate) is_short: bool,
    /// How large its letters are: 1 in the normal view.
    pub(crate) emphasis: f32,
}

/// Draws the legend line; gives the mode whose entry was clicked, to be drawn alone or with the others again.
pub(crate) fn legend(ui: &mut Ui, run: &RunData, view: &View, style: LegendStyle) -> Option<usize> {
    let LegendStyle {
        has_kept_runs,
        is_short,
        emphasis,
    } = style;
    let mut clicked = None;
    let ground = style::ground(ui.visuals());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        for (mode, strength) in run
            .experiment
            .teacher
            .strengths
            .iter()
            .take(MAX_NAMED)
            .enumerate()
        {
            let line = style::trajectory_style(0, run.experiment.dynamics(), mode, ground).line;
            let text = format!("mode {}, m = {}", mode + 1, brief(*strength, 4));
            let color = style::mode_color(mode, ui.visuals()).gamma_multiply(view.settings.opacity(mode));
            let piece = Piece {
                line,
                width: 2.5,
                color,
            };
            let (_, response) = entry(ui, piece, &text, emphasis, egui::Sense::click());
            if response
                .on_hover_text("Click to draw this mode alone (keys 1 to 6).")
                .clicked()
            {
                clicked = Some(mode);
            }
        }
        if run.rank() > MAX_NAMED {
            ui.label(format!("and {} more", run.rank() - MAX_NAMED));
        }
        let color = ui.visuals().text_color();
        for (i, trajectory) in run.trajectories.iter().enumerate() {
            let style = style::trajectory_style(i, trajectory.dynamics, 0, ground);
            still(
                ui,
                style.line,
                style.width,
                color,
                trajectory.dynamics.label(),
                emphasis,
            );
        }
        let quiet = style::quiet(ui.visuals());
        if is_short {
            return;
        }
        still(
            ui,
            LineStyle::Dashed { length: 8.0 },
            1.0,
            quiet,
            "teacher, saddles",
            emphasis,
        );
        if has_kept_runs {
            still(
                ui,
                LineStyle::Solid,
                1.6,
                color.gamma_multiply(0.35),
                "kept runs",
                emphasis,
            );
        }
        if let Some(ensemble) = run.ensembles.first() {
            let what = match (run.ensembles.len(), ensemble.kind) {
                (1, EnsembleKind::ModeEquations) => "10\u{2013}90 % of mode equations",
                (1, EnsembleKind::Replicas) => "10\u{2013}90 % of replicas",
                (_, EnsembleKind::ModeEquations | EnsembleKind::Replicas) => {
                    "10\u{2013}90 % of mode equations, replicas"
                }
            };
            still(
                ui,
                LineStyle::Solid,
                9.0,
                color.gamma_multiply(0.3),
                what,
                emphasis,
            );
        }
        mark_entry(ui, quiet, Shape::Peak { confirmed: true }, "diffusion peak");
        mark_entry(ui, quiet, Shape::Learned, "95 % learned");
    });
    clicked
}

/// How a piece of line is drawn.
#[derive(Clone, Copy)]
struct Piece {
    line: LineStyle,
    width: f32,
    color: Color32,
}

/// An entry that does nothing.
fn still(ui: &mut Ui, line: LineStyle, width: f32, color: Color32, text: &str, emphasis: f32) {
    entry(
        ui,
        Piece { line, width, color },
        text,
        emphasis,
        egui::Sense::hover(),
    );
}

/// A mark and its name.
fn mark_entry(ui: &mut Ui, color: Color32, shape: Shape, text: &str) {
    let piece = Piece {
        line: LineStyle::Solid,
        width: 0.0,
        color: Color32::TRANSPARENT,
    };
    let (place, _) = entry(ui, piece, text, 1.0, egui::Sense::hover());
    let centre = place.center();
    match shape {
        Shape::Peak { confirmed } => strip::diamond(ui.painter(), centre, confirmed, Stroke::new(1.5, color)),
        Shape::Learned => {
            ui.painter().circle_filled(centre, 4.0, color);
        }
        Shape::HalfTime => {
            ui.painter().circle_stroke(centre, 3.5, Stroke::new(1.2, color));
        }
    }
}

/// A short piece of line and its name, which move to the next row together.
fn entry(ui: &mut Ui, piece: Piece, text: &str, emphasis: f32, sense: egui::Sense) -> (Rect, egui::Response) {
    let text_color = ui.visuals().text_color();
    let galley =
        ui.painter()
            .layout_no_wrap(text.to_owned(), FontId::proportional(12.0 * emphasis), text_color);
    let size = egui::vec2(SAMPLE + 6.0 + galley.size().x, galley.size().y.max(14.0));
    let role = if sense.senses_click() {
        egui::Role::Button
    } else {
        egui::Role::Label
    };
    let (rect, response) = ui.allocate_exact_size(size, sense);
    response.widget_info(|| egui::WidgetInfo::labeled(role, true, text));
    let sample = Rect::from_min_size(rect.min, egui::vec2(SAMPLE, rect.height()));
    draw_line(
        ui.painter(),
        sample,
        piece.line,
        Stroke::new(piece.width * emphasis, piece.color),
    );
    let left = egui::pos2(sample.right() + 6.0, rect.center().y - 0.5 * galley.size().y);
    ui.painter().galley(left, galley, text_color);
    (sample, response)
}

fn draw_line(painter: &Painter, piece: Rect, line: LineStyle, stroke: Stroke) {
    let ends = [piece.left_center(), piece.right_center()];
    match line {
        LineStyle::Solid => {
            painter.line_segment(ends, stroke);
        }
        LineStyle::Dashed { length } => {
            let length = length.min(6.0);
            painter.extend(egui::Shape::dashed_line(&ends, stroke, length, length * 0.7));
        }
        LineStyle::Dotted { spacing } => {
            painter.extend(egui::Shape::dotted_line(
                &ends,
                stroke.color,
                spacing,
                stroke.width * 0.6,
            ));
        }
    }
}
