//! Plot B: diffusion `D_a` of every mode strength, exact for the present weights, with the law of an aligned mode of the same
//! strength thin and dashed over it.

use eframe::egui::Ui;
use egui_plot::LineStyle;

use super::curves::{Gatherer, Scene};
use super::scale::Scale;
use super::time_plot::TimePlot;
use crate::app::style::{self, LaneStyle};
use crate::experiment::Engine;
use crate::observables::Quantity;

const ID: &str = "diffusion";

/// Draws plot B. Gradient flow has no noise of its own and is left out, unless it is the only engine.
pub(crate) fn diffusion_plot(ui: &mut Ui, scene: &mut Scene<'_>, height: f32) {
    let run = scene.run;
    let mut gatherer = Gatherer::new(ui, scene, ID, Scale::Log);
    let scale = gatherer.scale;
    let ground = style::ground(ui.visuals());
    let mut curves = Vec::new();
    for (i, lane) in run.lanes.iter().enumerate().rev() {
        if i > 0 && lane.engine == Engine::GradientFlow {
            continue;
        }
        for mode in 0..run.rank() {
            let color = style::mode_color(mode, ui.visuals());
            let exact = run.schema.column(Quantity::Diffusion, mode);
            // The law lies under the exact curve: it shows where the two differ.
            if i == 0 && gatherer.view.shown.theory {
                let law = run.schema.column(Quantity::DiffusionLaw, mode);
                let name = format!("diffusion law {} (aligned mode of this strength)", mode + 1);
                let thin = LaneStyle {
                    width: 1.3,
                    line: LineStyle::Dashed { length: 5.0 },
                    opacity: 1.0,
                };
                curves.push(gatherer.column(0, law, name, color, thin));
            }
            let name = format!("diffusion {} ({})", mode + 1, lane.engine.label());
            let style = style::lane_style(i, lane.engine, mode, ground);
            curves.push(gatherer.column(i, exact, name, color, style));
        }
    }
    let n_rows_per_pixel = gatherer.n_rows_per_pixel;
    let plot = TimePlot {
        id: ID,
        title: "diffusion D",
        tooltip: "Growth of the variance of a mode strength per unit of training time, exact for the present weights \
                  (solid); thin dashes: the law D(s) of an aligned mode of the same strength.",
        height,
        scale,
        curves,
        levels: Vec::new(),
        include: Vec::new(),
        shows_time: false,
        shows_changes: false,
        n_rows_per_pixel,
    };
    plot.show(ui, scene);
}
