//! The menus, and how the shared time axis is looked at.

use eframe::egui::{self, RichText, Ui};

use crate::app::action::{Action, FileAction, MapAction, Zoom};
use crate::app::commands::info_of;
use crate::app::format::grouped;
use crate::app::state::{MAX_SMOOTHING, Span, State};
use crate::chart::{PlotId, TimeAxis};

/// Steps of the views of the end of a run.
const LASTS: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// Width, in points, below which the time axis is chosen in a row of its own.
const NARROW: f32 = 690.0;

/// Draws the bar; gives what was asked for.
pub(crate) fn menus(ui: &mut Ui, state: &State) -> Option<Action> {
    let rank = state.run.rank();
    let mut asked = None;
    let is_narrow = ui.available_width() < NARROW;
    egui::MenuBar::new().ui(ui, |ui| {
        for (title, actions) in MENUS {
            ui.menu_button(*title, |ui| {
                for action in *actions {
                    if *action == Action::File(FileAction::AskSave) {
                        asked = recent_files(ui, state).or(asked.take());
                    }
                    if let Action::Solo(mode) = action
                        && *mode >= rank
                    {
                        continue;
                    }
                    if item(ui, action) {
                        asked = Some(action.clone());
                    }
                }
            });
        }
        asked = plot_menu(ui, state).or(asked.take());
        let map = egui::Button::selectable(state.view.settings.map.shown, "Map");
        let hint = "Many runs over two parameters at once, computed now (key M).";
        if ui.add(map).on_hover_text(hint).clicked() {
            asked = Some(Action::Map(MapAction::Toggle));
        }
        if !is_narrow {
            ui.separator();
            asked = time_controls(ui, state).or(asked.take());
        }
    });
    if is_narrow {
        ui.horizontal_wrapped(|ui| {
            asked = time_controls(ui, state).or(asked.take());
        });
    }
    asked
}

const MENUS: &[(&str, &[Action])] = &[
    (
        "File",
        &[
            Action::File(FileAction::AskOpen),
            Action::File(FileAction::AskSave),
            Action::File(FileAction::CopyLink),
            Action::File(FileAction::CopySession),
            Action::File(FileAction::PasteSession),
            Action::File(FileAction::AskExport),
        ],
    ),
    ("Edit", &[Action::Undo, Action::Redo]),
    (
        "Run",
        &[
            Action::PlayPause,
            Action::Step(1),
            Action::Step(10),
            Action::Step(100),
            Action::RewindHere,
            Action::Reset,
            Action::NewSeed,
            Action::HaltWhenSettled,
            Action::KeepRun,
            Action::ForgetKeptRuns,
        ],
    ),
    (
        "View",
        &[
            Action::Map(MapAction::Toggle),
            Action::LectureView,
            Action::ToggleTheory,
            Action::ToggleSingularValues,
            Action::ToggleOwnNoise,
            Action::ToggleTeacher,
            Action::LogTime,
            Action::NextScale,
            Action::PlaceCursor(0),
            Action::PlaceCursor(1),
            Action::ClearCursors,
            Action::HighContrast,
            Action::ReducedMotion,
            Action::Zoom(Zoom::Larger),
            Action::Zoom(Zoom::Smaller),
            Action::Zoom(Zoom::Usual),
        ],
    ),
    (
        "Lessons",
        &[Action::NextLesson, Action::PreviousLesson, Action::OpenInLab],
    ),
    ("Help", &[Action::Palette, Action::Glossary]),
];

/// The files used of late, to be opened again.
fn recent_files(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut asked = None;
    ui.add_enabled_ui(!state.recent_files.is_empty(), |ui| {
        ui.menu_button("Open recent", |ui| {
            for path in &state.recent_files {
                let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
                if ui
                    .button(name)
                    .on_hover_text(path.display().to_string())
                    .clicked()
                {
                    asked = Some(Action::File(FileAction::Open(path.clone())));
                }
            }
        });
    });
    asked
}

fn item(ui: &mut Ui, action: &Action) -> bool {
    let Some(info) = info_of(action) else { return false };
    let keys = info.keys.first().map(|key| ui.ctx().format_shortcut(key));
    let button = egui::Button::new(info.name).shortcut_text(keys.unwrap_or_default());
    ui.add(button).on_hover_text(info.hint).clicked()
}

/// Which plots over time are shown.
fn plot_menu(ui: &mut Ui, state: &State) -> Option<Action> {
    let settings = &state.view.settings;
    let stack = settings.stack();
    let mut asked = None;
    ui.menu_button("Plots", |ui| {
        for plot in PlotId::ALL.into_iter().filter(|plot| plot.is_over_time()) {
            let mut is_shown = stack.contains(&plot);
            let response = ui.checkbox(&mut is_shown, plot.title());
            if response.on_hover_text(plot.tooltip()).changed() {
                let mut settings = settings.clone();
                settings.toggle_plot(plot);
                asked = Some(Action::Look(Box::new(settings)));
            }
        }
    });
    asked
}

/// What the time axis counts and shows, and smoothing.
fn time_controls(ui: &mut Ui, state: &State) -> Option<Action> {
    let before = &state.view.settings;
    let mut wanted = before.clone();
    let mut asked = None;
    let name = |span| match span {
        Span::All => "all of the run".to_owned(),
        Span::Last(n_steps) => format!("last {} steps", grouped(n_steps)),
        Span::Follow => "follow at this width".to_owned(),
    };
    let label = ui.label(RichText::new("show").size(12.5));
    egui::ComboBox::from_id_salt("span")
        .selected_text(name(before.span))
        .width(142.0)
        .show_ui(ui, |ui| {
            let lasts = LASTS.map(Span::Last);
            for span in std::iter::once(Span::All).chain(lasts).chain([Span::Follow]) {
                if ui.selectable_label(before.span == span, name(span)).clicked() {
                    asked = Some(Action::SetSpan(span));
                }
            }
        })
        .response
        .labelled_by(label.id)
        .on_hover_text("How much of the run the live view shows.");
    ui.label(RichText::new("against").size(12.5));
    let time = &mut wanted.time;
    ui.selectable_value(&mut time.axis, TimeAxis::Time, "t")
        .on_hover_text("Training time, the sum of the learning rates.");
    ui.selectable_value(&mut time.axis, TimeAxis::Steps, "steps")
        .on_hover_text("Number of steps.");
    ui.toggle_value(&mut time.log, "log time")
        .on_hover_text("Logarithmic time axis (Shift+L).");
    let label = ui.label(RichText::new("smooth").size(12.5));
    ui.add(
        egui::DragValue::new(&mut wanted.smoothing)
            .range(0.0..=MAX_SMOOTHING)
            .speed(0.5)
            .fixed_decimals(0)
            .suffix(" px"),
    )
    .labelled_by(label.id)
    .on_hover_text(
        "Pixels over which curves are averaged; the raw curve stays visible under the smooth one.",
    );
    if wanted != *before {
        asked = Some(Action::Look(Box::new(wanted)));
    }
    asked
}
