//! The menus, and how the shared time axis is looked at.

use eframe::egui::{self, Ui};

use super::icon::{Icon, icon_button};
use crate::app::action::{Action, FileAction, MapAction, Zoom};
use crate::app::commands::info_of;
use crate::app::format::grouped;
use crate::app::state::{MAX_SMOOTHING, Panels, Span, State};
use crate::chart::{PlotId, TimeAxis};
use crate::lessons::ControlGroup;

/// Steps of the views of the end of a run.
const LASTS: [u64; 4] = [1_000, 10_000, 100_000, 1_000_000];

/// UI scales on offer, in percent.
const SCALES: [u32; 8] = [75, 90, 100, 125, 150, 175, 200, 250];

/// Width, in points, below which what is shown is chosen in a row of its own.
const NARROW: f32 = 1080.0;

/// Draws the bar; gives what was asked for.
pub(crate) fn menus(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut asked = None;
    let is_narrow = ui.available_width() < NARROW;
    egui::MenuBar::new().ui(ui, |ui| {
        for (title, actions) in MENUS {
            ui.menu_button(*title, |ui| {
                for action in *actions {
                    asked = menu_row(ui, state, action).or(asked.take());
                }
                if *title == "View" {
                    ui.separator();
                    asked = appearance(ui).or(asked.take());
                    asked = controls_shown(ui, state).or(asked.take());
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
            asked = what_is_shown(ui, state).or(asked.take());
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            asked = panel_switches(ui, state.view.panels())
                .map(Action::SetPanels)
                .or(asked.take());
        });
    });
    if is_narrow {
        ui.horizontal_wrapped(|ui| {
            asked = what_is_shown(ui, state).or(asked.take());
        });
    }
    asked
}

/// An action of a menu, with what stands before it.
fn menu_row(ui: &mut Ui, state: &State, action: &Action) -> Option<Action> {
    let mut asked = None;
    if *action == Action::File(FileAction::AskSave) {
        asked = recent_files(ui, state);
    }
    if let Action::Solo(mode) = action
        && *mode >= state.run.rank()
    {
        return asked;
    }
    if item(ui, action) {
        asked = Some(action.clone());
    }
    asked
}

/// Theme and size.
fn appearance(ui: &mut Ui) -> Option<Action> {
    let mut asked = None;
    ui.menu_button("Theme", |ui| {
        let theme = ui.ctx().options(|options| options.theme_preference);
        for (choice, name) in [
            (egui::ThemePreference::Dark, "Dark"),
            (egui::ThemePreference::Light, "Light"),
            (egui::ThemePreference::System, "As the system"),
        ] {
            if ui.radio(theme == choice, name).clicked() {
                asked = Some(Action::Theme(choice));
            }
        }
    });
    ui.menu_button("Size", |ui| {
        let present = (100.0 * ui.ctx().zoom_factor()).round() as u32;
        for scale in SCALES {
            if ui.radio(scale == present, format!("{scale} %")).clicked() {
                asked = Some(Action::Zoom(Zoom::Times(scale as f32 / 100.0)));
            }
        }
    });
    asked
}

/// Which groups of controls are there: those that a class does not need can be left out, and a session or a link keeps that.
fn controls_shown(ui: &mut Ui, state: &State) -> Option<Action> {
    let mut asked = None;
    ui.menu_button("Controls shown", |ui| {
        for (group, name) in ControlGroup::ALL {
            let mut is_shown = state.view.settings.shows(group);
            if ui.checkbox(&mut is_shown, name).changed() {
                let mut settings = state.view.settings.clone();
                settings.hidden.retain(|other| *other != group);
                if !is_shown {
                    settings.hidden.push(group);
                }
                asked = Some(Action::Look(Box::new(settings)));
            }
        }
    });
    asked
}

/// Switches of the side panels, from the right; gives the new choice.
fn panel_switches(ui: &mut Ui, panels: Panels) -> Option<Panels> {
    let mut wanted = panels;
    let hint = "Show or hide the right panel.";
    if icon_button(ui, Icon::RightPanel, "distributions", hint, panels.distributions).clicked() {
        wanted.distributions = !panels.distributions;
    }
    let hint = "Show or hide the left rail.";
    if icon_button(ui, Icon::LeftPanel, "controls", hint, panels.controls).clicked() {
        wanted.controls = !panels.controls;
    }
    (wanted != panels).then_some(wanted)
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

/// What the time axis counts and shows, smoothing, and what is drawn behind the curves.
fn what_is_shown(ui: &mut Ui, state: &State) -> Option<Action> {
    let before = &state.view.settings;
    let mut wanted = before.clone();
    let mut asked = None;
    let name = |span| match span {
        Span::All => "all of the run".to_owned(),
        Span::Learning => "the learning".to_owned(),
        Span::Last(n_steps) => format!("last {} steps", grouped(n_steps)),
        Span::Follow => "follow at this width".to_owned(),
    };
    let label = ui.label("show");
    egui::ComboBox::from_id_salt("span")
        .selected_text(name(before.span))
        .width(142.0)
        .show_ui(ui, |ui| {
            let lasts = LASTS.map(Span::Last);
            for span in [Span::All, Span::Learning]
                .into_iter()
                .chain(lasts)
                .chain([Span::Follow])
            {
                if ui.selectable_label(before.span == span, name(span)).clicked() {
                    asked = Some(Action::SetSpan(span));
                }
            }
        })
        .response
        .labelled_by(label.id)
        .on_hover_text("How much of the run the live view shows.");
    ui.label("against");
    let time = &mut wanted.time;
    ui.selectable_value(&mut time.axis, TimeAxis::Time, "t")
        .on_hover_text("Training time, the sum of the learning rates.");
    ui.selectable_value(&mut time.axis, TimeAxis::Steps, "steps")
        .on_hover_text("Number of steps.");
    ui.toggle_value(&mut time.log, "log time")
        .on_hover_text("Logarithmic time axis (Shift+L).");
    let label = ui.label("smooth");
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
    ui.separator();
    let shown = &mut wanted.shown;
    ui.toggle_value(&mut shown.theory, "theory")
        .on_hover_text("Draw what theory predicts (key T).");
    ui.toggle_value(&mut shown.singular_values, "singular values")
        .on_hover_text("Draw the student's own singular values under the mode strengths.");
    ui.toggle_value(&mut shown.density, "spread").on_hover_text(
        "Shade between the quantiles of each mode equation's law behind the strengths: 25 to 75, 10 to 90 and 1 to 99 %.",
    );
    if wanted != *before {
        asked = Some(Action::Look(Box::new(wanted)));
    }
    asked
}
