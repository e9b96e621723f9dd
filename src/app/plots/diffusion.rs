//! Plot B: diffusion `D_a` of every mode strength, exact for the present weights, with the law of an aligned mode of the same
//! strength thin and dashed over it.

use eframe::egui::Ui;

use super::curves::{Gatherer, Scene};
use super::marks::{self, event_marks};
use super::scale::Scale;
use super::time_plot::TimePlot;
use crate::app::style;
use crate::experiment::Dynamics;
use crate::observables::Quantity;

pub(super) const ID: &str = "diffusion";

/// Draws plot B. Gradient flow has no noise of its own and is left out, unless it is the only engine.
pub(crate) fn diffusion_plot(ui: &mut Ui, scene: &mut Scene<'_>, height: f32) {
    let run = scene.run;
    let mut gatherer = Gatherer::new(ui, scene, ID, Scale::Log);
    let scale = gatherer.scale;
    let ground = style::ground(ui.visuals());
    let mut curves = Vec::new();
    for (i, trajectory) in run.trajectories.iter().enumerate().rev() {
        if i > 0 && trajectory.dynamics == Dynamics::GradientFlow {
            continue;
        }
        for mode in 0..run.rank() {
            let color =
                style::mode_color(mode, ui.visuals()).gamma_multiply(gatherer.view.settings.opacity(mode));
            let exact = run.schema.column(Quantity::Diffusion, mode);
            // The law lies under the exact curve: it shows where the two differ.
            if i == 0 && gatherer.view.settings.shown.theory {
                let law = run.schema.column(Quantity::DiffusionLaw, mode);
                let name = format!("diffusion law {} (aligned mode of this strength)", mode + 1);
                curves.extend(gatherer.column(0, law, name, color, style::THEORY));
            }
            let name = format!("diffusion {} ({})", mode + 1, trajectory.dynamics.label());
            let style = style::trajectory_style(i, trajectory.dynamics, mode, ground);
            curves.extend(gatherer.column(i, exact, name, color, style));
        }
    }
    for mode in 0..run.rank() {
        let color =
            style::mode_color(mode, ui.visuals()).gamma_multiply(gatherer.view.settings.opacity(mode));
        let kept = gatherer.kept_runs(|kept_run| kept_run.column(Quantity::Diffusion, mode), color);
        curves.splice(0..0, kept);
    }
    let n_rows_per_pixel = gatherer.n_rows_per_pixel;
    let (marks, drops) = event_marks(run, scene.view, ui.visuals(), scale, marks::Curve::Diffusion);
    let plot = TimePlot {
        id: ID,
        title: "diffusion D",
        tooltip: "Growth of the variance of a mode strength per unit of training time, exact for the present weights \
                  (solid); thin dashes: the law D(s) of an aligned mode of the same strength.",
        height,
        scale,
        curves,
        levels: Vec::new(),
        bands: Vec::new(),
        marks,
        drops,
        end_labels: Vec::new(),
        include: Vec::new(),
        shows_time: scene.n_plots == 2,
        shows_changes: false,
        n_rows_per_pixel,
    };
    plot.show(ui, scene);
}
