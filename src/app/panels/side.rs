//! The right panel: how the program looks, kept runs, the plot beside those over time, and stationary laws or events.

use eframe::egui::{self, Ui};

use super::beside::beside_chooser;
use super::event_table::event_table;
use super::kept_runs::kept_run_list;
use super::stationary::stationary_panel;
use crate::app::action::{Action, Zoom};
use crate::app::paint::{Caches, beside_plot};
use crate::app::state::{Predictions, State, known};
use crate::chart::{PlotId, SettledLaws};

/// UI scales on offer, in percent.
const SCALES: [u32; 8] = [75, 90, 100, 125, 150, 175, 200, 250];
/// Height of the plot beside those over time, and of one that is as wide as high.
const HEIGHT: f32 = 214.0;
const SQUARE: f32 = 286.0;

/// Draws the right panel.
pub(crate) fn side_panel(
    ui: &mut Ui,
    state: &State,
    predictions: &mut Predictions,
    caches: &mut Caches,
) -> Option<Action> {
    let mut asked = appearance(ui, state);
    ui.separator();
    asked = kept_run_list(ui, state).or(asked);
    asked = beside_chooser(ui, state).or(asked);
    let plot = state.view.settings.beside.plot;
    let is_square = matches!(plot, PlotId::Matrix | PlotId::Plane);
    let height = if is_square { SQUARE } else { HEIGHT };
    let is_large = state.view.settings.large.contains(&plot);
    let height = if is_large { 1.6 * height } else { height };
    let known = known(
        &state.run,
        &state.kept_runs,
        &state.view.settings,
        SettledLaws::default(),
    );
    asked = beside_plot(ui, &known, &state.view, caches, (plot, height, 1.0)).or(asked);
    ui.separator();
    let mut settings = state.view.settings.clone();
    ui.horizontal(|ui| {
        ui.selectable_value(&mut settings.events_listed, false, "Stationary law")
            .on_hover_text("Distribution of every settled mode strength, measured and predicted.");
        ui.selectable_value(&mut settings.events_listed, true, "Events")
            .on_hover_text("Peaks of the diffusion, modes learned, plateaus, changes.");
    });
    let is_listed = settings.events_listed;
    if settings != state.view.settings {
        asked = Some(Action::Look(Box::new(settings)));
    }
    if is_listed {
        event_table(ui, state);
        asked
    } else {
        stationary_panel(ui, state, predictions, caches, 1.0).or(asked)
    }
}

fn appearance(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        let theme = ui.ctx().options(|options| options.theme_preference);
        for (choice, name) in [
            (egui::ThemePreference::Dark, "Dark"),
            (egui::ThemePreference::Light, "Light"),
            (egui::ThemePreference::System, "System"),
        ] {
            let button = egui::Button::selectable(theme == choice, name);
            if ui.add(button).on_hover_text("Colours of the window.").clicked() {
                asked = Some(Action::Theme(choice));
            }
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
                        asked = Some(Action::Zoom(Zoom::Times(scale as f32 / 100.0)));
                    }
                }
            })
            .response
            .on_hover_text("Size of everything in the window (Ctrl +, Ctrl \u{2212}).");
    });
    let mut settings = state.view.settings.clone();
    ui.horizontal_wrapped(|ui| {
        ui.toggle_value(&mut settings.shown.theory, "theory")
            .on_hover_text("Draw what theory predicts (key T).");
        ui.toggle_value(&mut settings.shown.singular_values, "singular values")
            .on_hover_text("Draw the student's own singular values under the mode strengths.");
        ui.toggle_value(&mut settings.shown.density, "spread")
            .on_hover_text(
                "Shade between the quantiles of each mode equation's law behind the strengths: 25 to 75, 10 to 90 and 1 to 99 %.",
            );
    });
    if settings != state.view.settings {
        asked = Some(Action::Look(Box::new(settings)));
    }
    asked
}
