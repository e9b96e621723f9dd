//! Plot A: mode strengths `a_a = u_a^T W v_a` and the student's singular values, with the teacher's strengths dashed.

use eframe::egui::Ui;
use egui_plot::LineStyle;

use super::curves::{Curve, Gatherer, Scene};
use super::scale::Scale;
use super::time_plot::{Level, TimePlot};
use crate::app::style::{self, LaneStyle};
use crate::observables::Quantity;

const ID: &str = "mode strengths";

/// Draws plot A.
pub(crate) fn strengths_plot(ui: &mut Ui, scene: &mut Scene<'_>, height: f32) {
    let run = scene.run;
    let mut gatherer = Gatherer::new(ui, scene, ID, Scale::Linear);
    let scale = gatherer.scale;
    let mut curves = if gatherer.view.shown.singular_values {
        singular_values(&mut gatherer)
    } else {
        Vec::new()
    };
    curves.extend(gatherer.modes(Quantity::Strength, "mode strength"));
    let n_rows_per_pixel = gatherer.n_rows_per_pixel;

    let strengths = &run.experiment.teacher.strengths;
    let levels = strengths
        .iter()
        .enumerate()
        .map(|(mode, &value)| Level {
            name: format!("teacher strength {}", mode + 1),
            value,
            color: style::mode_color(mode, ui.visuals()).gamma_multiply(0.55),
        })
        .collect();
    let strongest = strengths.first().copied().unwrap_or(1.0);
    let plot = TimePlot {
        id: ID,
        title: "strength",
        tooltip: "Mode strengths a = u\u{1d40}Wv of the student in the teacher's basis (solid), its own singular \
                  values (faint), the teacher's strengths (dashed); no unit.",
        height,
        scale,
        curves,
        levels,
        include: match scale {
            Scale::Linear => vec![0.0, 1.04 * strongest],
            Scale::Log => vec![strongest],
        },
        shows_time: false,
        shows_changes: true,
        n_rows_per_pixel,
    };
    plot.show(ui, scene);
}

/// The student's own singular values, faint: they coincide with the mode strengths once the student is aligned.
fn singular_values(gatherer: &mut Gatherer<'_>) -> Vec<Curve> {
    let style = LaneStyle {
        width: 4.5,
        line: LineStyle::Solid,
        opacity: 0.28,
    };
    (0..gatherer.run.rank())
        .map(|mode| {
            let column = gatherer.run.schema.column(Quantity::SingularValue, mode);
            let name = format!("student singular value {}", mode + 1);
            // Singular values are the student's own and ordered by size: they have no mode's colour.
            let color = gatherer.visuals.text_color();
            gatherer.column(0, column, name, color, style)
        })
        .collect()
}
