//! The right panel: kept runs, the plot beside those over time, and stationary laws or events.

use eframe::egui::Ui;

use super::beside::beside_chooser;
use super::comparison::comparison;
use super::equations::equations;
use super::event_table::event_table;
use super::kept_runs::kept_run_list;
use super::stationary::stationary_panel;
use crate::app::action::Action;
use crate::app::paint::{Caches, beside_plot};
use crate::app::state::{Predictions, State, Told, known};
use crate::app::style;
use crate::chart::{PlotId, SettledLaws};

/// What can be told below the plot: names and what they are.
const TOLD: [(Told, &str, &str); 4] = [
    (
        Told::Stationary,
        "Stationary",
        "Distribution of every settled mode strength, measured and predicted.",
    ),
    (
        Told::Events,
        "Events",
        "Peaks of the diffusion, modes learned, plateaus, changes.",
    ),
    (
        Told::Equations,
        "Equations",
        "Drift, diffusion and temperature of a mode with their numbers now.",
    ),
    (
        Told::Comparison,
        "Compare",
        "Kept runs beside the present one in numbers.",
    ),
];
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
    let mut asked = kept_run_list(ui, state);
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
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = style::STEP;
        for (told, name, hint) in TOLD {
            ui.selectable_value(&mut settings.told, told, name)
                .on_hover_text(hint);
        }
    });
    let told = settings.told;
    if settings != state.view.settings {
        asked = Some(Action::Look(Box::new(settings)));
    }
    match told {
        Told::Stationary => stationary_panel(ui, state, predictions, caches, 1.0).or(asked),
        Told::Events => {
            event_table(ui, state);
            asked
        }
        Told::Equations => equations(ui, state).or(asked),
        Told::Comparison => {
            comparison(ui, state);
            asked
        }
    }
}
