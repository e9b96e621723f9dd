//! Above the plots: a divergence or a failure with a way on, the offer of the last session, background work, a notice.

use eframe::egui::{self, RichText, Ui};

use crate::app::action::{Action, FileAction};
use crate::app::format::{brief, grouped};
use crate::app::state::State;
use crate::app::style;
use crate::simulation::Stability;

/// Draws what there is to say.
pub(crate) fn banner(ui: &mut Ui, state: &State) -> Option<Action> {
    let red = style::red(ui.visuals());
    let mut asked = divergence(ui, state);
    if let Some(trouble) = &state.run.trouble {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(trouble).color(red));
            if ui.button("Reset").clicked() {
                asked = Some(Action::Reset);
            }
        });
    }
    asked = offer(ui, state).or(asked);
    asked = progress(ui, state).or(asked);
    if let Some(notice) = &state.notice {
        ui.horizontal_wrapped(|ui| {
            let color = if notice.is_trouble {
                red
            } else {
                ui.visuals().text_color()
            };
            ui.label(RichText::new(&notice.text).color(color));
            if ui.small_button("close").clicked() {
                asked = Some(Action::CloseNotice);
            }
        });
    }
    if state.invites {
        let text = "Drag \u{3c3} on the left and watch the curves begin to fluctuate; Page Down opens the first lesson.";
        ui.label(RichText::new(text).color(style::amber(ui.visuals())));
    }
    asked
}

/// Why the run diverged, and what can be done.
fn divergence(ui: &mut Ui, state: &State) -> Option<Action> {
    let divergence = state.run.divergence()?;
    let mut asked = None;
    ui.label(RichText::new(divergence.to_string()).color(style::red(ui.visuals())));
    ui.horizontal_wrapped(|ui| {
        let limit = Stability::of(&state.run.experiment).largest_learning_rate;
        let safe = 0.5 * limit.min(state.live.learning_rate);
        let text = format!("Set \u{3b7} = {} and reset", brief(safe, 2));
        if ui
            .button(text)
            .on_hover_text("Half the smaller of the present and the limit.")
            .clicked()
        {
            asked = Some(Action::ResetWithRate(safe));
        }
        let hint = "Back to the last kept state before the divergence, with the parameters it had.";
        if let Some(last) = state.last_checkpoint()
            && ui.button("Rewind").on_hover_text(hint).clicked()
        {
            asked = Some(Action::RewindTo(last.step));
        }
        if ui
            .button("Undo")
            .on_hover_text("Take back the last change of a setting, and reset.")
            .clicked()
        {
            asked = Some(Action::UndoAndReset);
        }
    });
    asked
}

/// The session of the last time.
fn offer(ui: &mut Ui, state: &State) -> Option<Action> {
    let offer = state.offer?;
    let text = format!(
        "Last session: seed {}, {} steps, {} changes.",
        offer.seed,
        grouped(offer.n_steps),
        offer.n_changes
    );
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        ui.label(text);
        if ui.button("Go on with it").clicked() {
            asked = Some(Action::File(FileAction::AnswerOffer(true)));
        }
        if ui.button("Not now").clicked() {
            asked = Some(Action::File(FileAction::AnswerOffer(false)));
        }
    });
    asked
}

/// Background work going on.
fn progress(ui: &mut Ui, state: &State) -> Option<Action> {
    let progress = state.progress.as_ref()?;
    let mut asked = None;
    ui.horizontal_wrapped(|ui| {
        ui.label(&progress.name);
        ui.add(
            egui::ProgressBar::new(progress.share as f32)
                .desired_width(160.0)
                .show_percentage(),
        );
        if ui.button("Cancel").clicked() {
            asked = Some(Action::File(FileAction::CancelJob));
        }
    });
    asked
}
