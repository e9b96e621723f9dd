//! Plot D: excess loss `1/2 |W - M|^2`, with the levels of the saddles: `1/2 sum_{a>k} m_a^2` once `k` modes are learned.

use eframe::egui::Ui;

use super::curves::Gatherer;
use super::scale::Scale;
use super::time_plot::{Level, TimePlot};
use crate::app::run_data::RunData;
use crate::app::style;
use crate::app::view::View;
use crate::observables::Schema;
use crate::theory::plateau_levels;

const ID: &str = "excess loss";

/// Draws plot D, which carries the labels of the shared axis.
pub(crate) fn loss_plot(ui: &mut Ui, run: &RunData, view: &mut View, x_range: (f64, f64), height: f32) {
    let scale = if view.toggled_scale.get(ID).copied().unwrap_or(false) {
        Scale::Linear
    } else {
        Scale::Log
    };
    let n_pixels = (ui.available_width() * ui.ctx().pixels_per_point()) as usize;
    let gatherer = Gatherer {
        run,
        view,
        visuals: ui.visuals(),
        scale,
        x_range,
        n_pixels,
    };
    let ground = style::ground(ui.visuals());
    let mut curves = Vec::new();
    let mut n_rows_per_pixel = 1;
    for (i, lane) in run.lanes.iter().enumerate().rev() {
        let name = format!("excess loss ({})", lane.engine.label());
        let style = style::lane_style(i, lane.engine, 0, ground);
        let (curve, n) = gatherer.column(
            lane,
            Schema::EXCESS_LOSS,
            name,
            ui.visuals().strong_text_color(),
            style,
        );
        curves.push(curve);
        n_rows_per_pixel = n_rows_per_pixel.max(n);
    }
    let saddles = plateau_levels(&run.experiment.teacher.strengths);
    let positive = saddles.iter().copied().filter(|&level| level > 0.0);
    let smallest = positive.clone().fold(f64::INFINITY, f64::min);
    let levels = if view.shown.theory {
        positive
            .enumerate()
            .map(|(n_learned, value)| Level {
                name: format!("saddle with {n_learned} features learned"),
                value,
                color: style::quiet(ui.visuals()).gamma_multiply(0.7),
            })
            .collect()
    } else {
        Vec::new()
    };
    let plot = TimePlot {
        id: ID,
        title: "excess loss",
        tooltip: "Half the squared distance of the student's map from the teacher's, \u{bd}|W \u{2212} M|\u{b2}; dashed: the \
                  levels of the saddles.",
        height,
        scale,
        curves,
        levels,
        include: match scale {
            Scale::Linear => vec![0.0],
            Scale::Log => vec![0.3 * smallest],
        },
        shows_time: true,
        shows_changes: false,
        n_rows_per_pixel,
    };
    plot.show(ui, run, view, x_range);
}
