//! Plot D: excess loss `1/2 |W - M|^2`, with the levels of the saddles: `1/2 sum_{a>k} m_a^2` once `k` modes are learned.

use eframe::egui::Ui;

use super::curves::{Gatherer, Scene};
use super::marks::{self, event_marks};
use super::scale::Scale;
use super::time_plot::{Level, TimePlot};
use crate::app::style;
use crate::observables::Schema;
use crate::theory::plateau_levels;

pub(super) const ID: &str = "excess loss";

/// Draws plot D, which carries the labels of the shared axis.
pub(crate) fn loss_plot(ui: &mut Ui, scene: &mut Scene<'_>, height: f32) {
    let run = scene.run;
    let mut gatherer = Gatherer::new(ui, scene, ID, Scale::Log);
    let scale = gatherer.scale;
    let ground = style::ground(ui.visuals());
    let mut curves = Vec::new();
    for (i, trajectory) in run.trajectories.iter().enumerate().rev() {
        let name = format!("excess loss ({})", trajectory.dynamics.label());
        let style = style::trajectory_style(i, trajectory.dynamics, 0, ground);
        let color = ui.visuals().strong_text_color();
        curves.extend(gatherer.column(i, Schema::EXCESS_LOSS, name, color, style));
    }
    let kept = gatherer.kept_runs(
        |kept_run| Some(kept_run.loss_column()),
        ui.visuals().strong_text_color(),
    );
    curves.splice(0..0, kept);
    let n_rows_per_pixel = gatherer.n_rows_per_pixel;
    let saddles = plateau_levels(&run.experiment.teacher.strengths);
    let positive = saddles.iter().copied().filter(|&level| level > 0.0);
    let smallest = positive.clone().fold(f64::INFINITY, f64::min);
    let levels = if scene.view.settings.shown.theory {
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
    let (_, drops) = event_marks(run, scene.view, ui.visuals(), scale, marks::Curve::Diffusion);
    let plot = TimePlot {
        id: ID,
        title: "excess loss",
        tooltip: "Half the squared distance of the student's map from the teacher's, \u{bd}|W \u{2212} M|\u{b2}; dashed: the \
                  levels of the saddles.",
        height,
        scale,
        curves,
        levels,
        bands: Vec::new(),
        marks: Vec::new(),
        drops,
        end_labels: Vec::new(),
        include: match scale {
            Scale::Linear | Scale::Symlog => vec![0.0],
            Scale::Log => vec![0.3 * smallest],
        },
        shows_time: true,
        shows_changes: false,
        n_rows_per_pixel,
    };
    plot.show(ui, scene);
}
