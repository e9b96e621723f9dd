//! The command palette: every action by its name, with its key and a sentence.

use eframe::egui::{self, Key, RichText, Ui};

use super::action::{ALL, Action, Info};
use super::style;

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
    Closed,
}

impl CommandList {
    /// Draws the palette; gives how it ended.
    pub(super) fn ui(&mut self, ctx: &egui::Context) -> Option<Outcome> {
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
            let found = found(&self.typed);
            let pressed = |key| ui.input(|input| input.key_pressed(key));
            if pressed(Key::ArrowDown) {
                self.chosen += 1;
            }
            if pressed(Key::ArrowUp) {
                self.chosen = self.chosen.saturating_sub(1);
            }
            self.chosen = self.chosen.min(found.len().saturating_sub(1));
            if pressed(Key::Enter) {
                outcome = found.get(self.chosen).map(|info| Outcome::Chosen(info.action));
            }
            if pressed(Key::Escape) {
                outcome = Some(Outcome::Closed);
            }
            ui.add_space(4.0);
            egui::ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
                for (i, info) in found.iter().enumerate() {
                    if row(ui, info, i == self.chosen) {
                        outcome = Some(Outcome::Chosen(info.action));
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

/// Actions whose name or sentence holds every word that was typed; those whose name does come first.
fn found(typed: &str) -> Vec<&'static Info> {
    let words: Vec<String> = typed.split_whitespace().map(str::to_lowercase).collect();
    let holds = |text: &str| {
        let text = text.to_lowercase();
        words.iter().all(|word| text.contains(word.as_str()))
    };
    let (named, other): (Vec<&Info>, Vec<&Info>) = ALL.iter().partition(|info| holds(info.name));
    let described = other
        .into_iter()
        .filter(|info| holds(&format!("{} {}", info.name, info.hint)));
    named.into_iter().chain(described).collect()
}

/// One action; says whether it was clicked.
fn row(ui: &mut Ui, info: &Info, is_chosen: bool) -> bool {
    let keys: Vec<String> = info
        .keys
        .iter()
        .map(|key| ui.ctx().format_shortcut(key))
        .collect();
    let text = RichText::new(info.name).size(14.0);
    let button = egui::Button::selectable(is_chosen, text)
        .shortcut_text(keys.join(", "))
        .min_size(egui::vec2(ui.available_width(), 0.0));
    let response = ui.add(button);
    if is_chosen {
        response.scroll_to_me(None);
    }
    let quiet = style::quiet(ui.visuals());
    ui.label(RichText::new(info.hint).size(11.5).color(quiet));
    response.clicked()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_found_by_any_of_their_words() {
        let first = |typed| found(typed).first().map(|info| info.action);
        assert_eq!(found("").len(), ALL.len());
        assert_eq!(first("save"), Some(Action::SaveSession));
        assert_eq!(first("theme dark"), Some(Action::Dark));
        assert_eq!(first("bit for bit"), Some(Action::SaveSession));
        assert!(found("xyzzy").is_empty());
    }
}
