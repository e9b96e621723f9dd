//! The list of lessons in the left rail.

use eframe::egui::{self, Ui};

use crate::app::action::Action;
use crate::app::state::State;
use crate::app::style;

/// Draws the list.
pub(super) fn lesson_picker(ui: &mut Ui, state: &State) -> Option<Action> {
    let (lessons, current) = (&state.teaching.lessons, state.teaching.current);
    let mut asked = None;
    let name = |i: usize| {
        let lesson = &lessons[i];
        let mark = if lesson.beyond_the_paper { " *" } else { "" };
        format!("{}. {}{mark}", lesson.number, lesson.title)
    };
    let label = ui.label(style::strong("Lesson"));
    egui::ComboBox::from_id_salt("lesson")
        .selected_text(current.map_or_else(|| "none: the lab".to_owned(), name))
        .width(ui.available_width())
        .height(420.0)
        .show_ui(ui, |ui| {
            for i in 0..lessons.len() {
                if ui.selectable_label(current == Some(i), name(i)).clicked() {
                    asked = Some(Action::OpenLesson(i));
                }
            }
            ui.weak("* beyond the paper");
        })
        .response
        .labelled_by(label.id)
        .on_hover_text(
            "A saved state of the program with captions, a question and a thing to do (Page Down).",
        );
    ui.add_space(style::STEP);
    ui.separator();
    asked
}
