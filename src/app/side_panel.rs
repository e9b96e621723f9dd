//! The right panel: histograms of the mode strengths, and how the program looks.

use eframe::egui::{self, Ui};

use super::event_table::event_table;
use super::kept_runs::{KeptRun, kept_run_list};
use super::plots::{self, Predictions};
use super::run_data::RunData;
use super::stationary_panel::stationary_panel;
use super::view::View;
use crate::lessons;

/// UI scales on offer, in percent.
const SCALES: [u32; 8] = [75, 90, 100, 125, 150, 175, 200, 250];

/// Height of plot F.
const LAW_HEIGHT: f32 = 168.0;

/// Draws the right panel; gives the burn-in, in relaxation times, with which the statistics shall begin anew.
pub(super) fn side_panel(
    ui: &mut Ui,
    run: &RunData,
    view: &mut View,
    kept_runs: &mut Vec<KeptRun>,
    predictions: &mut Predictions,
) -> Option<f64> {
    appearance(ui, view);
    ui.separator();
    kept_run_list(ui, kept_runs, run, view);
    ui.strong("Diffusion against strength").on_hover_text(
        "Exact diffusion of every mode over the height of its law's hill, against its strength over the teacher's. The dot \
         goes over the hill before it reaches 1: the noise is largest before the feature is learned.",
    );
    let is_large = view.large.contains(&lessons::Plot::Law);
    plots::law_plot(
        ui,
        run,
        view,
        if is_large { 1.6 * LAW_HEIGHT } else { LAW_HEIGHT },
    );
    ui.separator();
    ui.horizontal(|ui| {
        ui.selectable_value(&mut view.events_listed, false, "Stationary law")
            .on_hover_text("Distribution of every settled mode strength, measured and predicted.");
        ui.selectable_value(&mut view.events_listed, true, "Events")
            .on_hover_text("Peaks of the diffusion, features learned, plateaus, changes.");
    });
    if view.events_listed {
        event_table(ui, run);
        None
    } else {
        stationary_panel(ui, run, view, predictions, 1.0)
    }
}

fn appearance(ui: &mut Ui, view: &mut View) {
    ui.horizontal_wrapped(|ui| {
        let mut theme = ui.ctx().options(|options| options.theme_preference);
        let before = theme;
        for (choice, name) in [
            (egui::ThemePreference::Dark, "Dark"),
            (egui::ThemePreference::Light, "Light"),
            (egui::ThemePreference::System, "System"),
        ] {
            ui.selectable_value(&mut theme, choice, name)
                .on_hover_text("Colours of the window.");
        }
        if theme != before {
            ui.ctx().set_theme(theme);
        }
        let present = (100.0 * ui.ctx().zoom_factor()).round() as u32;
        egui::ComboBox::from_id_salt("UI scale")
            .selected_text(format!("{present} %"))
            .width(64.0)
            .show_ui(ui, |ui| {
                for scale in SCALES {
                    if ui
                        .selectable_label(scale == present, format!("{scale} %"))
                        .clicked()
                    {
                        ui.ctx().set_zoom_factor(scale as f32 / 100.0);
                    }
                }
            })
            .response
            .on_hover_text("Size of everything in the window (Ctrl +, Ctrl \u{2212}).");
    });
    ui.horizontal_wrapped(|ui| {
        ui.toggle_value(&mut view.shown.theory, "theory")
            .on_hover_text("Draw what theory predicts (key T).");
        ui.toggle_value(&mut view.shown.singular_values, "singular values")
            .on_hover_text("Draw the student's own singular values under the mode strengths.");
    });
}
