//! What lies over the window: palette, glossary, and the forms that ask for files.

use eframe::egui::{self, Ui};

use super::export::{ExportForm, ExportKind};
use super::files::Purpose;
use super::{Dialog, Window};
use crate::app::command_list::Outcome;
use crate::app::glossary::glossary;

impl Window {
    /// What lies over the window.
    pub(super) fn dialogs(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let mut dialog = std::mem::take(&mut self.dialog);
        match &mut dialog {
            Dialog::None => {}
            Dialog::Palette(list) => match list.ui(&ctx, &self.teaching.lessons) {
                Some(Outcome::Chosen(action)) => {
                    self.perform(&ctx, action);
                    return;
                }
                Some(Outcome::Lesson(index)) => {
                    self.open_lesson(index);
                    return;
                }
                Some(Outcome::Closed) => return,
                None => {}
            },
            Dialog::Glossary => {
                if !glossary(&ctx, &self.run) {
                    return;
                }
            }
            Dialog::Save(path) => match path_dialog(&ctx, "Save session", "Save", path) {
                Some(true) => {
                    let path = std::path::PathBuf::from(path.trim());
                    self.remember_folder(&path);
                    self.ask_snapshot(Purpose::Save(path));
                    return;
                }
                Some(false) => return,
                None => {}
            },
            Dialog::Open(path) => match path_dialog(&ctx, "Open session or experiment", "Open", path) {
                Some(true) => {
                    let path = std::path::PathBuf::from(path.trim());
                    self.remember_folder(&path);
                    self.open_file(&path);
                    return;
                }
                Some(false) => return,
                None => {}
            },
            Dialog::Export(form) => match export_dialog(&ctx, form) {
                Some(true) => {
                    self.ask_snapshot(Purpose::Export(form.clone()));
                    return;
                }
                Some(false) => return,
                None => {}
            },
        }
        // An action may have opened another one in the meantime.
        if matches!(self.dialog, Dialog::None) {
            self.dialog = dialog;
        }
    }
}

/// Asks for the name of a file; gives whether it was accepted, once that is decided.
fn path_dialog(ctx: &egui::Context, title: &str, verb: &str, path: &mut String) -> Option<bool> {
    let mut answer = None;
    dialog(ctx, title, |ui| {
        let label = ui.label("file");
        let response = ui
            .add(egui::TextEdit::singleline(path).desired_width(460.0))
            .labelled_by(label.id);
        if ui.memory(|memory| memory.focused().is_none()) {
            response.request_focus();
        }
        let entered = ui.input(|input| input.key_pressed(egui::Key::Enter));
        answer = buttons(ui, verb, !path.trim().is_empty(), entered);
    });
    answer
}

fn export_dialog(ctx: &egui::Context, form: &mut ExportForm) -> Option<bool> {
    let mut answer = None;
    dialog(ctx, "Export", |ui| {
        let kinds = ExportKind::all();
        let name = |kind| {
            kinds
                .iter()
                .find(|(other, _)| *other == kind)
                .map_or("", |(_, name)| name)
        };
        let before = form.kind;
        egui::Grid::new("export")
            .num_columns(2)
            .spacing([10.0, 6.0])
            .show(ui, |ui| {
                let label = ui.label("what");
                egui::ComboBox::from_id_salt("what to export")
                    .selected_text(name(form.kind))
                    .width(300.0)
                    .show_ui(ui, |ui| {
                        for &(kind, name) in &kinds {
                            ui.selectable_value(&mut form.kind, kind, name);
                        }
                    })
                    .response
                    .labelled_by(label.id);
                ui.end_row();
                let label = ui.label("file");
                ui.add(egui::TextEdit::singleline(&mut form.path).desired_width(460.0))
                    .labelled_by(label.id)
                    .on_hover_text("The ending decides about SVG or PNG.");
                ui.end_row();
                let label = ui.label("a row every");
                ui.add(
                    egui::DragValue::new(&mut form.every)
                        .range(1..=u64::MAX)
                        .suffix(" steps"),
                )
                .labelled_by(label.id)
                .on_hover_text("The run is done again and recorded at this distance.");
                ui.end_row();
                ui.label("paper");
                ui.checkbox(&mut form.dark, "dark");
                ui.end_row();
            });
        if form.kind != before {
            let path = std::path::Path::new(&form.path).with_extension(form.kind.extension());
            form.path = path.display().to_string();
        }
        answer = buttons(ui, "Export", !form.path.trim().is_empty(), false);
    });
    answer
}

fn dialog(ctx: &egui::Context, title: &str, contents: impl FnOnce(&mut Ui)) {
    egui::Window::new(title)
        .collapsible(false)
        .resizable(false)
        .anchor(egui::Align2::CENTER_TOP, [0.0, 90.0])
        .show(ctx, contents);
}

fn buttons(ui: &mut Ui, verb: &str, may_accept: bool, entered: bool) -> Option<bool> {
    let mut answer = None;
    ui.horizontal(|ui| {
        let accept = ui.add_enabled(may_accept, egui::Button::new(verb));
        if accept.clicked() || (entered && may_accept) {
            answer = Some(true);
        }
        if ui.button("Cancel").clicked() || ui.input(|input| input.key_pressed(egui::Key::Escape)) {
            answer = Some(false);
        }
    });
    answer
}
