//! Which plot stands beside those over time, and what it shows.

use eframe::egui::{self, Ui};

use crate::app::action::Action;
use crate::app::state::{Beside, State};
use crate::chart::{MatrixKind, PlotId};
use crate::simulation::Passage;

/// Draws the choice; gives what was chosen.
pub(crate) fn beside_chooser(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut wanted = state.view.settings.beside;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        for plot in PlotId::BESIDE {
            ui.selectable_value(&mut wanted.plot, plot, short_name(plot))
                .on_hover_text(plot.tooltip());
        }
    });
    let rank = state.run.rank();
    if wanted.plot == PlotId::Matrix {
        matrix_choice(ui, &mut wanted, state.run.experiment.network.depth());
    } else if wanted.plot == PlotId::Plane {
        pair_choice(ui, &mut wanted, rank);
    } else if wanted.plot == PlotId::Times {
        passage_choice(ui, &mut wanted);
    }
    (wanted != state.view.settings.beside).then(|| {
        let mut settings = state.view.settings.clone();
        settings.beside = wanted;
        Action::Look(Box::new(settings))
    })
}

/// The name of a plot on its button.
fn short_name(plot: PlotId) -> &'static str {
    match plot {
        PlotId::Law => "Law",
        PlotId::Matrix => "Matrix",
        PlotId::Plane => "Plane",
        PlotId::Density => "Density",
        PlotId::Times => "Times",
        plot => plot.title(),
    }
}

fn matrix_choice(ui: &mut Ui, wanted: &mut Beside, depth: usize) {
    ui.horizontal(|ui| {
        let chosen = &mut wanted.matrix;
        let response = egui::ComboBox::from_id_salt("matrix")
            .selected_text(chosen.kind.title())
            .width(190.0)
            .show_ui(ui, |ui| {
                for kind in MatrixKind::all(depth) {
                    ui.selectable_value(&mut chosen.kind, kind, kind.title());
                }
            })
            .response;
        response.on_hover_text("Which matrix of the network is shown.");
        ui.toggle_value(&mut chosen.own_scale, "own scale")
            .on_hover_text("Colours reach to the matrix's own largest entry, rather than to the teacher's.");
    });
}

fn pair_choice(ui: &mut Ui, wanted: &mut Beside, rank: usize) {
    ui.horizontal(|ui| {
        let (across, upwards) = &mut wanted.pair;
        for (mode, name) in [(across, "across"), (upwards, "upwards")] {
            let response = egui::ComboBox::from_id_salt(name)
                .selected_text(format!("mode {}", *mode + 1))
                .width(76.0)
                .show_ui(ui, |ui| {
                    for other in 0..rank {
                        ui.selectable_value(mode, other, format!("mode {}", other + 1));
                    }
                })
                .response;
            response.on_hover_text(format!("Mode along the axis {name}."));
        }
        ui.toggle_value(&mut wanted.law_ellipses, "noise of the law")
            .on_hover_text("Ellipses of the law's noise on a grid.");
    });
}

fn passage_choice(ui: &mut Ui, wanted: &mut Beside) {
    ui.horizontal(|ui| {
        ui.selectable_value(&mut wanted.passage, Passage::Half, "half learned")
            .on_hover_text("When half of the mode\u{2019}s strength is reached first.");
        ui.selectable_value(&mut wanted.passage, Passage::Learned, "95 % learned")
            .on_hover_text("When 95 % of the mode\u{2019}s strength is reached first.");
    });
}
