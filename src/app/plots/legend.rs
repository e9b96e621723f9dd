//! One line that says what the colours and line styles mean, for all plots.

use eframe::egui::{self, Color32, RichText, Stroke, Ui};
use egui_plot::LineStyle;

use crate::app::format::brief;
use crate::app::run_data::RunData;
use crate::app::style;

/// Modes named in the line; more would not fit.
const MAX_NAMED: usize = 8;

/// Draws the legend line.
pub(crate) fn legend(ui: &mut Ui, run: &RunData) {
    let ground = style::ground(ui.visuals());
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        for (mode, strength) in run
            .experiment
            .teacher
            .strengths
            .iter()
            .take(MAX_NAMED)
            .enumerate()
        {
            let color = style::mode_color(mode, ui.visuals());
            sample(
                ui,
                style::lane_style(0, run.experiment.engine, mode, ground).line,
                2.5,
                color,
            );
            ui.label(RichText::new(format!("mode {}, m = {}", mode + 1, brief(*strength, 4))).size(12.0));
            ui.add_space(4.0);
        }
        if run.rank() > MAX_NAMED {
            ui.label(RichText::new(format!("and {} more", run.rank() - MAX_NAMED)).size(12.0));
        }
        ui.separator();
        let text = ui.visuals().text_color();
        for (i, lane) in run.lanes.iter().enumerate() {
            let style = style::lane_style(i, lane.engine, 0, ground);
            sample(ui, style.line, style.width, text);
            ui.label(RichText::new(lane.engine.label()).size(12.0));
        }
        sample(
            ui,
            LineStyle::Dashed { length: 8.0 },
            1.0,
            style::quiet(ui.visuals()),
        );
        ui.label(RichText::new("teacher, saddles").size(12.0));
    });
}

/// A short piece of line.
fn sample(ui: &mut Ui, line: LineStyle, width: f32, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(egui::vec2(22.0, 12.0), egui::Sense::hover());
    let ends = [rect.left_center(), rect.right_center()];
    let stroke = Stroke::new(width, color);
    let painter = ui.painter();
    match line {
        LineStyle::Solid => {
            painter.line_segment(ends, stroke);
        }
        LineStyle::Dashed { length } => {
            let length = length.min(6.0);
            painter.extend(egui::Shape::dashed_line(&ends, stroke, length, length * 0.7));
        }
        LineStyle::Dotted { spacing } => {
            painter.extend(egui::Shape::dotted_line(&ends, color, spacing, width * 0.6));
        }
    }
}
