//! The forms that ask for files.

use std::path::{Path, PathBuf};

use eframe::egui::{self, Ui};

use crate::app::action::{Action, FileAction};
use crate::app::state::{Dialog, ExportForm, ExportKind};
use crate::figure::{Paper, PaperWidth};

/// Asks where to save the session.
pub(crate) fn save_form(ctx: &egui::Context, path: &str) -> Option<Action> {
    let mut path_now = path.to_owned();
    match path_dialog(ctx, "Save session", "Save", &mut path_now) {
        Some(true) => Some(Action::File(FileAction::SaveTo(PathBuf::from(path_now.trim())))),
        Some(false) => Some(Action::Show(Dialog::None)),
        None => (path_now != path).then_some(Action::Show(Dialog::Save(path_now))),
    }
}

/// Asks which file to open.
pub(crate) fn open_form(ctx: &egui::Context, path: &str) -> Option<Action> {
    let mut path_now = path.to_owned();
    match path_dialog(ctx, "Open", "Open", &mut path_now) {
        Some(true) => Some(Action::File(FileAction::Open(PathBuf::from(path_now.trim())))),
        Some(false) => Some(Action::Show(Dialog::None)),
        None => (path_now != path).then_some(Action::Show(Dialog::Open(path_now))),
    }
}

/// Asks what to export, and where to.
pub(crate) fn export_form(ctx: &egui::Context, form: &ExportForm) -> Option<Action> {
    let mut form_now = form.clone();
    match export_dialog(ctx, &mut form_now) {
        Some(true) => Some(Action::File(FileAction::Export(form_now))),
        Some(false) => Some(Action::Show(Dialog::None)),
        None => (form_now != *form).then_some(Action::Show(Dialog::Export(form_now))),
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
                    .on_hover_text("A figure is written as its name ends: .svg, .png or .pdf.");
                ui.end_row();
                let label = ui.label("a row every");
                // A figure shows what is on the screen.
                let has_rows = !matches!(form.kind, ExportKind::Figure(_) | ExportKind::Map(_));
                let every = egui::DragValue::new(&mut form.every)
                    .range(1..=u64::MAX)
                    .suffix(" steps");
                ui.add_enabled(has_rows, every)
                    .labelled_by(label.id)
                    .on_hover_text("The run is done again and recorded at this distance.");
                ui.end_row();
                ui.label("paper");
                ui.horizontal(|ui| {
                    ui.checkbox(&mut form.dark, "dark");
                    let is_figure = matches!(form.kind, ExportKind::Figure(_));
                    ui.add_enabled_ui(is_figure, |ui| paper_choice(ui, &mut form.paper));
                });
                ui.end_row();
            });
        if form.kind != before {
            let path = Path::new(&form.path).with_extension(form.kind.extension());
            form.path = path.display().to_string();
        }
        answer = buttons(ui, "Export", !form.path.trim().is_empty(), false);
    });
    answer
}

/// How wide a figure is in print, and whether what was run stands above it.
fn paper_choice(ui: &mut Ui, paper: &mut Paper) {
    egui::ComboBox::from_id_salt("width of the figure")
        .selected_text(paper.width.to_string())
        .width(130.0)
        .show_ui(ui, |ui| {
            for width in PaperWidth::ALL {
                ui.selectable_value(&mut paper.width, width, width.to_string());
            }
        })
        .response
        .on_hover_text("For a screen, a column of a journal, two of them, or a slide; letters have the size that suits it.");
    ui.checkbox(&mut paper.has_title, "title")
        .on_hover_text("What was run, above the figure.");
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
