//! The left rail: the lesson, live sliders with what follows from them, and the settings that apply on reset.

mod lesson_picker;
mod live;
mod read_outs;
mod rows;
mod schedule;
mod settings;

use eframe::egui::{self, Panel, RichText, Ui};

use self::lesson_picker::lesson_picker;
use self::live::live_sliders;
pub(super) use self::read_outs::largest_stable_rate;
use self::read_outs::read_outs;
use self::settings::settings;
use crate::app::action::Action;
use crate::app::state::State;
use crate::app::style;
use crate::lessons::ControlGroup;

/// What applies on reset.
const ON_RESET: [ControlGroup; 5] = [
    ControlGroup::Network,
    ControlGroup::Data,
    ControlGroup::Engine,
    ControlGroup::Companions,
    ControlGroup::Schedule,
];

/// Draws the rail: what applies on reset stands above the button that applies it, which is always in sight.
pub(crate) fn rail(ui: &mut Ui, state: &State) -> Option<Action> {
    let reset = Panel::bottom("reset")
        .resizable(false)
        .frame(egui::Frame::NONE.inner_margin(egui::Margin::symmetric(0, 6)))
        .show(ui, |ui| reset_buttons(ui, state));
    let scrolled = egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
        // The bar that is scrolled with lies over nothing.
        ui.set_max_width(ui.available_width() - 1.5 * style::STEP);
        let shows = |group| state.view.settings.shows(group);
        let mut asked = None;
        if shows(ControlGroup::Lessons) {
            asked = lesson_picker(ui, state);
        }
        heading(ui, "Live", None);
        asked = live_sliders(ui, state).or(asked);
        if shows(ControlGroup::ReadOuts) {
            ui.add_space(style::STEP);
            ui.scope(|ui| read_outs(ui, state));
        }
        if !ON_RESET.into_iter().any(shows) {
            return asked;
        }
        ui.add_space(style::STEP);
        ui.separator();
        let changed = (state.draft_status == Ok(true)).then_some("changed");
        heading(ui, "Applies on reset", changed);
        let mut draft = state.draft.clone();
        settings(ui, &mut draft, shows);
        if draft != state.draft {
            asked = Some(Action::EditDraft(Box::new(draft)));
        }
        asked
    });
    scrolled.inner.or(reset.inner)
}

/// A heading, with a word of warning at its side.
fn heading(ui: &mut Ui, text: &str, warning: Option<&str>) {
    ui.horizontal(|ui| {
        ui.label(style::strong(text));
        if let Some(warning) = warning {
            ui.label(RichText::new(warning).small().color(style::amber(ui.visuals())));
        }
    });
}

/// The ways to start again, and why there is none.
fn reset_buttons(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut asked = None;
    if let Err(message) = &state.draft_status {
        ui.label(RichText::new(message).small().color(style::red(ui.visuals())));
    }
    let is_pending = state.draft_status == Ok(true);
    ui.add_enabled_ui(state.draft_status.is_ok(), |ui| {
        ui.horizontal(|ui| {
            let text = if is_pending {
                RichText::new("Apply and reset").color(ui.visuals().strong_text_color())
            } else {
                RichText::new("Reset, same seed")
            };
            let hint = "Start again from step 0 with these settings and this seed (key R).";
            // What is changed and not applied yet asks for it.
            let button = egui::Button::selectable(is_pending, text).frame_when_inactive(true);
            if ui.add(button).on_hover_text(hint).clicked() {
                asked = Some(Action::Reset);
            }
            let hint = "Start again with another seed (key N).";
            if ui.button("Reset, new seed").on_hover_text(hint).clicked() {
                asked = Some(Action::NewSeed);
            }
        });
    });
    asked
}
