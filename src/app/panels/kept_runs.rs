//! The list of kept runs: which are shown, how they are aligned, and what distinguishes them from the present run.

use eframe::egui::{self, RichText, Ui};

use crate::app::action::Action;
use crate::app::state::{Alignment, State};
use crate::app::style;

/// Draws the list, if there is a kept run.
pub(super) fn kept_run_list(ui: &mut Ui, state: &State) -> Option<Action> {
    if state.kept_runs.is_empty() {
        return None;
    }
    let mut asked = alignment_choice(ui, state);
    let mut present = state.run.experiment.clone();
    present.live = state.run.live;
    for kept_run in &state.kept_runs {
        ui.horizontal_wrapped(|ui| {
            let mut is_shown = kept_run.is_shown;
            let label = RichText::new(&kept_run.label).size(style::BODY);
            if ui
                .checkbox(&mut is_shown, label)
                .on_hover_text("Show or hide this run.")
                .changed()
            {
                asked = Some(Action::ShowKeptRun(kept_run.id, is_shown));
            }
            if ui
                .small_button("remove")
                .on_hover_text("Forget this run.")
                .clicked()
            {
                asked = Some(Action::ForgetKeptRun(kept_run.id));
            }
        });
        let differences = present.differences(&kept_run.experiment);
        let text = if differences.is_empty() {
            "same settings as the present run".to_owned()
        } else {
            let texts = differences.iter().map(ToString::to_string);
            texts.collect::<Vec<_>>().join("; ")
        };
        ui.label(
            RichText::new(text)
                .size(style::SMALL)
                .color(style::quiet(ui.visuals())),
        );
    }
    ui.separator();
    asked
}

fn alignment_choice(ui: &mut Ui, state: &State) -> Option<Action> {
    let settings = &state.view.settings;
    let mut alignment = settings.alignment;
    ui.horizontal_wrapped(|ui| {
        ui.strong("Kept runs")
            .on_hover_text("Drawn at 35 % of the colour of each mode.");
        ui.weak(RichText::new("aligned at").size(style::SMALL));
        let name = |alignment| match alignment {
            Alignment::Start => "t = 0".to_owned(),
            Alignment::Peak(mode) => format!("diffusion peak {}", mode + 1),
        };
        egui::ComboBox::from_id_salt("alignment of kept runs")
            .selected_text(name(alignment))
            .width(116.0)
            .show_ui(ui, |ui| {
                let peaks = (0..state.run.rank()).map(Alignment::Peak);
                for choice in std::iter::once(Alignment::Start).chain(peaks) {
                    ui.selectable_value(&mut alignment, choice, name(choice));
                }
            })
            .response
            .on_hover_text("Common moment at which kept runs are laid over the present one.");
    });
    (alignment != settings.alignment).then(|| {
        let mut settings = settings.clone();
        settings.alignment = alignment;
        Action::Look(Box::new(settings))
    })
}
