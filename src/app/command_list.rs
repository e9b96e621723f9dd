//! The command palette: every action by its name, with its key and a sentence, and every lesson by its number and title.

use eframe::egui::{self, Key, RichText, Ui};

use super::action::{ALL, Action, Info};
use super::style;
use crate::lessons::Lesson;

/// What has been typed, and which of the actions found is chosen.
#[derive(Clone, Debug, Default)]
pub(super) struct CommandList {
    typed: String,
    chosen: usize,
    was_shown: bool,
}

/// How the palette ended, if it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Chosen(Action),
    /// A lesson, counted from 0 in the list.
    Lesson(usize),
    Closed,
}

impl CommandList {
    /// Draws the palette; gives how it ended.
    pub(super) fn ui(&mut self, ctx: &egui::Context, lessons: &[Lesson]) -> Option<Outcome> {
        let mut outcome = None;
        let width = (0.9 * ctx.content_rect().width()).min(560.0);
        let window = egui::Window::new("Command palette")
            .collapsible(false)
            .resizable(false)
            .title_bar(false)
            .anchor(egui::Align2::CENTER_TOP, [0.0, 60.0])
            .fixed_size([width, 0.6 * ctx.content_rect().height()]);
        window.show(ctx, |ui| {
            let edit = egui::TextEdit::singleline(&mut self.typed)
                .hint_text("What would you like to do?")
                .desired_width(f32::INFINITY);
            let response = ui.add(edit);
            response
                .widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search the actions"));
            if !self.was_shown {
                response.request_focus();
                self.was_shown = true;
            }
            if response.changed() {
                self.chosen = 0;
            }
            let found = found(&self.typed, lessons);
            let pressed = |key| ui.input(|input| input.key_pressed(key));
            if pressed(Key::ArrowDown) {
                self.chosen += 1;
            }
            if pressed(Key::ArrowUp) {
                self.chosen = self.chosen.saturating_sub(1);
            }
            self.chosen = self.chosen.min(found.len().saturating_sub(1));
            if pressed(Key::Enter) {
                outcome = found.get(self.chosen).map(Entry::outcome);
            }
            if pressed(Key::Escape) {
                outcome = Some(Outcome::Closed);
            }
            ui.add_space(4.0);
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                for (i, entry) in found.iter().enumerate() {
                    if row(ui, entry, i == self.chosen) {
                        outcome = Some(entry.outcome());
                    }
                }
                if found.is_empty() {
                    ui.weak("No action has these words.");
                }
            });
        });
        outcome
    }
}

/// What can be chosen.
enum Entry<'a> {
    Action(&'static Info),
    Lesson(usize, &'a Lesson),
}

impl Entry<'_> {
    fn outcome(&self) -> Outcome {
        match self {
            Self::Action(info) => Outcome::Chosen(info.action),
            Self::Lesson(index, _) => Outcome::Lesson(*index),
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Action(info) => info.name.to_owned(),
            Self::Lesson(_, lesson) => format!("Lesson {}: {}", lesson.number, lesson.title),
        }
    }

    fn hint(&self) -> &str {
        match self {
            Self::Action(info) => info.hint,
            Self::Lesson(_, lesson) => &lesson.question,
        }
    }
}

/// Actions and lessons whose name or sentence holds every word that was typed; those whose name does come first.
fn found<'a>(typed: &str, lessons: &'a [Lesson]) -> Vec<Entry<'a>> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let holds = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let lessons = lessons.iter().enumerate();
    let entries = ALL
        .iter()
        .map(Entry::Action)
        .chain(lessons.map(|(i, lesson)| Entry::Lesson(i, lesson)));
    let (named, other): (Vec<_>, Vec<_>) = entries.partition(|entry| holds(&entry.name()));
    let described = other
        .into_iter()
        .filter(|entry| holds(&format!("{} {}", entry.name(), entry.hint())));
    named.into_iter().chain(described).collect()
}

/// One entry; says whether it was clicked.
fn row(ui: &mut Ui, entry: &Entry<'_>, is_chosen: bool) -> bool {
    let keys: Vec<String> = match entry {
        Entry::Action(info) => info
            .keys
            .iter()
            .map(|key| ui.ctx().format_shortcut(key))
            .collect(),
        Entry::Lesson(..) => Vec::new(),
    };
    let text = RichText::new(entry.name()).size(14.0);
    let button = egui::Button::selectable(is_chosen, text)
        .shortcut_text(keys.join(", "))
        .min_size(egui::vec2(ui.available_width(), 0.0));
    let response = ui.add(button);
    if is_chosen {
        response.scroll_to_me(None);
    }
    let quiet = style::quiet(ui.visuals());
    ui.label(RichText::new(entry.hint()).size(11.5).color(quiet));
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::builtin;

    #[test]
    fn actions_and_lessons_are_found_by_any_of_their_words() {
        let lessons = builtin();
        let first = |typed| found(typed, &lessons).first().map(Entry::outcome);
        assert_eq!(found("", &lessons).len(), ALL.len() + lessons.len());
        assert_eq!(first("save"), Some(Outcome::Chosen(Action::SaveSession)));
        assert_eq!(first("theme dark"), Some(Outcome::Chosen(Action::Dark)));
        assert_eq!(first("bit for bit"), Some(Outcome::Chosen(Action::SaveSession)));
        assert_eq!(first("lesson 3"), Some(Outcome::Lesson(2)));
        assert_eq!(first("canary"), Some(Outcome::Lesson(7)));
        assert!(found("xyzzy", &lessons).is_empty());
    }
}
