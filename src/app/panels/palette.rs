//! The command palette: every action by its name, with its key and a sentence, and every lesson by its number and title.

use eframe::egui::{self, Key, RichText, Ui};

use crate::app::action::Action;
use crate::app::commands::{ALL, Info};
use crate::app::state::{Dialog, Search, State};
use crate::app::style;
use crate::lessons::Lesson;

/// Draws the palette.
pub(crate) fn palette(ctx: &egui::Context, state: &State, search: &Search) -> Option<Action> {
    let mut search_now = search.clone();
    let outcome = window(ctx, &mut search_now, &state.teaching.lessons);
    outcome.or_else(|| (search_now != *search).then_some(Action::Show(Dialog::Palette(search_now))))
}

fn window(ctx: &egui::Context, search: &mut Search, lessons: &[Lesson]) -> Option<Action> {
    let mut outcome = None;
    let width = (0.9 * ctx.content_rect().width()).min(560.0);
    let window = egui::Window::new("Command palette")
        .collapsible(false)
        .resizable(false)
        .title_bar(false)
        .anchor(egui::Align2::CENTER_TOP, [0.0, 60.0])
        .fixed_size([width, 0.6 * ctx.content_rect().height()]);
    window.show(ctx, |ui| {
        let edit = egui::TextEdit::singleline(&mut search.typed)
            .hint_text("What would you like to do?")
            .desired_width(f32::INFINITY);
        let response = ui.add(edit);
        response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Search the actions"));
        if !search.was_shown {
            response.request_focus();
            search.was_shown = true;
        }
        if response.changed() {
            search.chosen = 0;
        }
        let found = found(&search.typed, lessons);
        let pressed = |key| ui.input(|input| input.key_pressed(key));
        if pressed(Key::ArrowDown) {
            search.chosen += 1;
        }
        if pressed(Key::ArrowUp) {
            search.chosen = search.chosen.saturating_sub(1);
        }
        search.chosen = search.chosen.min(found.len().saturating_sub(1));
        if pressed(Key::Enter) {
            outcome = found.get(search.chosen).map(Entry::action);
        }
        if pressed(Key::Escape) {
            outcome = Some(Action::Show(Dialog::None));
        }
        ui.add_space(4.0);
        egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for (i, entry) in found.iter().enumerate() {
                if row(ui, entry, i == search.chosen) {
                    outcome = Some(entry.action());
                }
            }
            if found.is_empty() {
                ui.weak("No action has these words.");
            }
        });
    });
    outcome
}

/// What can be chosen.
enum Entry<'a> {
    Action(&'static Info),
    Lesson(usize, &'a Lesson),
}

impl Entry<'_> {
    fn action(&self) -> Action {
        match self {
            Self::Action(info) => info.action.clone(),
            Self::Lesson(index, _) => Action::OpenLesson(*index),
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
    let text = RichText::new(entry.name()).size(style::PROSE);
    let button = egui::Button::selectable(is_chosen, text)
        .shortcut_text(keys.join(", "))
        .min_size(egui::vec2(ui.available_width(), 0.0));
    let response = ui.add(button);
    if is_chosen {
        response.scroll_to_me(None);
    }
    let quiet = style::quiet(ui.visuals());
    ui.label(RichText::new(entry.hint()).size(style::SMALL).color(quiet));
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::FileAction;
    use crate::lessons::builtin;

    #[test]
    fn actions_and_lessons_are_found_by_any_of_their_words() {
        let lessons = builtin();
        let first = |typed| found(typed, &lessons).first().map(Entry::action);
        assert_eq!(found("", &lessons).len(), ALL.len() + lessons.len());
        assert_eq!(first("save"), Some(Action::File(FileAction::AskSave)));
        assert_eq!(
            first("theme dark"),
            Some(Action::Theme(egui::ThemePreference::Dark))
        );
        assert_eq!(first("bit for bit"), Some(Action::File(FileAction::AskSave)));
        assert_eq!(first("lesson 3"), Some(Action::OpenLesson(2)));
        assert_eq!(first("canary"), Some(Action::OpenLesson(7)));
        assert!(found("xyzzy", &lessons).is_empty());
    }
}
